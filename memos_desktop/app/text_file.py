"""A text file as a document: what may be read, and why another one may not."""

from pathlib import Path

from memos_desktop.errors import UserError

SUFFIXES = (".txt", ".md", ".csv", ".py")
LARGEST = 2_000_000


def read_document(path: Path) -> str:
    """The text of a file. Raises UserError: another kind of file, too large, empty, not UTF-8, not readable."""
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(
            f"“{path.name}” is no text file that can be attached or kept. Nothing was added.",
            f"These can be: {', '.join(SUFFIXES)}.",
        )
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(
                f"“{path.name}” is larger than 2 MB. Nothing was added.", "Save a part of it as a file of its own."
            )
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"“{path.name}” is not text in UTF-8. Nothing was added.", "Save it as UTF-8 and try again."
        ) from error
    except OSError as error:
        raise UserError(f"“{path.name}” could not be read: {error.strerror or error}. Nothing was added.") from error
    if not text.strip():
        raise UserError(f"“{path.name}” is empty, so nothing was added.")
    return text
