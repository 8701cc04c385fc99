"""The errors that a person may meet. Everything else that is raised is a bug."""


class MemosError(Exception):
    """A known failure: what happened, and what to do next.

    Attributes:
        message: what happened and what is safe, one or two sentences.
        hint: what the person can do next; may be empty.
        kind: a short stable word for scripts.

    """

    kind = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UserError(MemosError):
    """The request cannot be met as it was made."""

    kind = "request"


class NotFoundError(UserError):
    """The thing that was named does not exist."""

    kind = "not_found"


class VaultError(MemosError):
    """The data folder cannot be read or written."""

    kind = "vault"


class ModelError(MemosError):
    """A model cannot be loaded or run."""

    kind = "model"


class IndexUnavailableError(MemosError):
    """The embedder or the vector index is not working; keyword search still is."""

    kind = "index"


class UnsupportedOperationError(MemosError):
    """The chosen backend or model cannot do this."""

    kind = "unsupported"


class Cancelled(Exception):
    """The person stopped the work; nothing is wrong."""
