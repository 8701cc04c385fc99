"""What is to be forgotten and is not yet gone everywhere: a small file of ids, so that it ends whatever happens."""

import contextlib
import json
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memos_desktop.errors import VaultError

log = logging.getLogger(__name__)


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
        """What was begun and is not done. Raises VaultError where it cannot be read.

        A file that makes no sense is set aside first, so that it is in nobody's way.
        """
        try:
            found: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(Intent(tuple(one["ids"]), bool(one["messages"]), bool(one["backups"])) for one in found)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise VaultError(
                f"{self._path} says what was to be forgotten and cannot be read ({error.strerror or error}).",
                "Make the data folder readable for your account. What was begun is finished by the next start then.",
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._set_aside(error) from error

    def begin(self, intent: Intent) -> None:
        """Note that this is to be done, on the disk. Raises VaultError; nothing is noted then."""
        with self._lock:
            try:
                known = self.pending()
            except VaultError as error:
                if self._path.exists():
                    raise
                log.warning("%s %s", error.message, error.hint)
                known = ()
            self._write((*known, intent), "Nothing was forgotten.")

    def end(self, intent: Intent) -> None:
        """It is done, or nothing was done at all. Raises VaultError; the next start goes through it once more then."""
        with self._lock:
            left = [one for one in self.pending() if one != intent]
            self._write(left, "It is noted as unfinished.")

    def _set_aside(self, error: Exception) -> VaultError:
        broken = self._path.with_suffix(".broken")
        try:
            self._path.replace(broken)
        except OSError as refused:
            return VaultError(
                f"{self._path} makes no sense ({error}) and cannot be moved away ({refused.strerror or refused}).",
                "Delete this file, then forget the memories again.",
            )
        return VaultError(
            f"{self._path} said what was to be forgotten and makes no sense ({error}). It is kept as {broken.name}.",
            "If memories that were to be forgotten are still there, or in a backup, forget them again.",
        )

    def _write(self, intents: Sequence[Intent], safe: str) -> None:
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
            with contextlib.suppress(OSError):  # what could not be written may be impossible to remove too
                fresh.unlink(missing_ok=True)
            raise VaultError(
                f"{self._path} could not be written: {error.strerror or error}. {safe}",
                "Free some space on this disk, or make the data folder writable, and try again.",
            ) from error
