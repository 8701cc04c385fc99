"""The backends by name, and which one runs a given model."""

from collections.abc import Iterable
from pathlib import Path

from memos_desktop.engine.base import Backend
from memos_desktop.engine.echo import EchoBackend
from memos_desktop.engine.llamacpp.backend import LlamaCppBackend
from memos_desktop.errors import ModelError


class Registry:
    """Backends in the order in which they are asked. Building it imports none of their libraries."""

    def __init__(self, backends: Iterable[Backend]) -> None:
        self._backends = {backend.name: backend for backend in backends}

    @classmethod
    def default(cls) -> "Registry":
        """Every backend of the program."""
        return cls((LlamaCppBackend(), EchoBackend()))

    def names(self) -> tuple[str, ...]:
        """In the order in which they are asked."""
        return tuple(self._backends)

    def get(self, name: str) -> Backend:
        """The backend of that name. Raises ModelError where there is none."""
        if name not in self._backends:
            known = ", ".join(self._backends)
            raise ModelError(f"There is no backend named {name}.", f"The backends are: {known}.")
        return self._backends[name]

    def for_path(self, path: Path) -> Backend:
        """The first backend that accepts `path` and can run here.

        Raises ModelError where none does, with the reason of those that accept it.
        """
        if not path.exists():
            raise ModelError(f"The model file {path} does not exist.", "Choose another file.")
        accepting = [backend for backend in self._backends.values() if backend.accepts(path)]
        reasons = [backend.available() for backend in accepting]
        for backend, reason in zip(accepting, reasons, strict=True):
            if not reason:
                return backend
        if reasons:
            raise ModelError(f"{path.name} cannot be run here: {' '.join(reasons)}")
        hint = "Choose a file in the GGUF format."
        raise ModelError(f"{path.name} is not a model that can be run here.", hint)
