"""Reading a text file that is to be attached, without holding the window up. Knows nothing of Qt."""

import threading
from concurrent.futures import Future
from pathlib import Path

from memos_desktop.app.text_file import LARGEST, SUFFIXES, read_document

__all__ = ["FILTERS", "LARGEST", "read_document", "reading"]

FILTERS = (f"Text files ({' '.join('*' + suffix for suffix in SUFFIXES)})", "All files (*)")


def reading(path: Path) -> "Future[str]":
    """Read it on a thread of its own: a disk can be slow."""
    future: Future[str] = Future()

    def work() -> None:
        try:
            future.set_result(read_document(path))
        except Exception as error:  # the bridge tells known errors from bugs
            future.set_exception(error)

    threading.Thread(target=work, name="read-file", daemon=True).start()
    return future
