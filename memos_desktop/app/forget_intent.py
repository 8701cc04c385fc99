"""What is to be forgotten and is not yet gone everywhere: a small file of ids, so that it ends whatever happens."""

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memos_desktop.errors import VaultError


@dataclass(frozen=True, slots=True)
class Intent:
    """One forgetting that was begun. Only ids: the words must not stand here."""

    ids: tuple[str, ...]
    messages: bool
    backups: bool


class Intents:
    """The file of what was begun. It is there only while something is under way, or was interrupted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def pending(self) -> tuple[Intent, ...]:
        """What was begun and is not done. A file that cannot be read as such names nothing."""
        try:
            found: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(Intent(tuple(one["ids"]), bool(one["messages"]), bool(one["backups"])) for one in found)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VaultError(
                f"{self._path} says what was to be forgotten and cannot be read ({error}). Nothing was changed.",
                "Forget the memories again, then delete this file.",
            ) from error

    def begin(self, intent: Intent) -> None:
        """Note that this is to be done, on the disk. Raises VaultError; nothing is noted then."""
        with self._lock:
            self._write((*self.pending(), intent))

    def end(self, intent: Intent) -> None:
        """It is done, or nothing was done at all."""
        with self._lock:
            left = list(self.pending())
            left.remove(intent)
            self._write(left)

    def _write(self, intents: Sequence[Intent]) -> None:
        fresh = self._path.with_suffix(".new")
        try:
            if not intents:
                self._path.unlink(missing_ok=True)
                return
            with fresh.open("w", encoding="utf-8") as file:
                json.dump([asdict(one) for one in intents], file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise VaultError(
                f"{self._path} could not be written: {error.strerror or error}. Nothing was forgotten.",
                "Free some space on this disk, or make the data folder writable, and try again.",
            ) from error
