"""One process per data folder: a lock of the operating system, which dies with the process that holds it.

The file also names the process, for the message to whoever comes second. A file left by a killed process
locks nothing.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from memos_desktop.errors import VaultError

PAUSE = 0.05
LOCK_AT = 1 << 20  # Windows locks bytes: far behind the process id, so that others can still read it


class FolderLock:
    """Held from construction to `release`. Raises VaultError when another process has it."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise VaultError(
                f"The data folder {path.parent} cannot be used: {error.strerror}. Nothing was changed.",
                "Make the folder writable for your account, or choose another with --data-dir.",
            ) from error
        if not _lock(self._file):
            holder = _read_pid(self._file)
            os.close(self._file)
            raise VaultError(
                f"The data folder {path.parent} is in use by another MemOS Desktop (process {holder}).",
                "Use the window that is open, or close it and try again.",
            )
        try:
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, str(os.getpid()).encode())
        except OSError as error:
            os.close(self._file)
            raise VaultError(
                f"The data folder {path.parent} cannot be written: {error.strerror}. Nothing was changed.",
                "Free some space on this disk, or choose another folder with --data-dir.",
            ) from error

    def release(self) -> None:
        """Let others in. The file stays: removing it could hit another process's fresh lock."""
        os.close(self._file)


@contextlib.contextmanager
def alone(path: Path, seconds: float) -> Iterator[None]:
    """Do something that only one may do at a time, of this process or any other; wait for whoever does it now.

    Raises VaultError after some time, and where the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise VaultError(
            f"The folder {path.parent} cannot be used: {error.strerror}. Nothing was changed.",
            "Make the folder writable for your account.",
        ) from error
    try:
        end = time.monotonic() + seconds
        while not _lock(file):
            if time.monotonic() > end:
                raise VaultError(
                    f"Another MemOS Desktop is at work in {path.parent}. Nothing was changed.", "Try again later."
                )
            time.sleep(PAUSE)
        yield
    finally:
        os.close(file)


def _read_pid(file: int) -> str:
    with contextlib.suppress(OSError):
        os.lseek(file, 0, os.SEEK_SET)
        return os.read(file, 20).decode(errors="replace").strip() or "unknown"
    return "unknown"


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        os.lseek(file, LOCK_AT, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
