"""SHA-256 of model files, computed once for each state of a file: a gigabyte takes seconds."""

import hashlib
import json
import logging
import threading
from pathlib import Path
from typing import Any

from memos_desktop.errors import ModelError
from memos_desktop.progress import Progress

log = logging.getLogger(__name__)

CHUNK = 1 << 22


def sha256(path: Path, progress: Progress) -> str:
    """Hex digest of a file. Raises ModelError when it cannot be read, Cancelled."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                progress.update(file.tell(), size, "Verifying the model")
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


def _unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(f"{path} cannot be read: {error.strerror or error}.", "Choose another file.")


class HashCache:
    """Digests by path, size and times of change, in one JSON file. Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def get(self, path: Path, progress: Progress) -> str:
        """The digest of `path`, from the cache if the file has not changed. Raises ModelError, Cancelled."""
        try:
            state = path.stat()
        except OSError as error:
            raise _unreadable(path, error) from error
        key = str(path.resolve())
        # The inode and its own time of change betray a file that was put in its place with the same size and date.
        stamp = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
        known = self._read().get(key)
        if isinstance(known, dict) and known.get("stamp") == stamp:
            return str(known.get("sha256"))
        digest = sha256(path, progress)
        with self._lock:
            self._write({**self._read(), key: {"stamp": stamp, "sha256": digest}})
        return digest

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # not there yet, or damaged: it only saves time
        return content if isinstance(content, dict) else {}

    def _write(self, content: dict[str, Any]) -> None:
        temporary = self._file.with_suffix(".tmp")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
            temporary.replace(self._file)
        except OSError as error:
            log.info("The hashes of model files are not kept: %s", error)  # they are computed again
