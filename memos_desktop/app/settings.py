"""The settings: one frozen value, kept as JSON in the data folder."""

import json
import logging
import os
import threading
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from memos_desktop.app.events import Broadcast
from memos_desktop.engine.base import Sampling
from memos_desktop.errors import VaultError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.message import MemoryMode

log = logging.getLogger(__name__)


class SchedulerMode(StrEnum):
    """What the scheduler does with its proposals: carry them out, ask, or make none."""

    AUTOMATIC = "automatic"
    ASK = "ask"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter of the browser that has a name; `text` is in the filter language."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person can set. `model` is a catalogue name or a path; None means the starter.

    `kv_budget`: bytes that kept KV states may take. `memory_seconds`: how long recalled memories may delay an answer.
    `archive_after_days`: without use or change for so long, memories are archived; 0 means never.
    """

    theme: str = "system"
    text_scale: float = 1.0
    reduced_motion: bool = False
    send_with_enter: bool = True
    model: str | None = None
    context_length: int = 0
    gpu_layers: int = -1
    threads: int = 0
    sampling: Sampling = Sampling()
    memory_mode: MemoryMode = MemoryMode.ON
    user_name: str = ""
    instructions: str = ""
    kv_budget: int = 4_000_000_000
    scheduler: SchedulerMode = SchedulerMode.ASK
    memory_seconds: float = 4.0
    archive_after_days: int = 180
    first_run_done: bool = False
    saved_filters: tuple[SavedFilter, ...] = ()


class SettingsStore:
    """Reads once, writes whole: temp file, then replace. Safe to use from every thread."""

    def __init__(self, path: Path, events: Broadcast[Changes]) -> None:
        self._path = path
        self._events = events
        self._lock = threading.Lock()
        self._value = self._read()

    @property
    def value(self) -> Settings:
        """The settings as they are now."""
        return self._value

    def change(self, **values: Any) -> Settings:
        """Set some fields, save, and broadcast. Raises VaultError when the file cannot be written."""
        with self._lock:
            new = replace(self._value, **values)
            if new == self._value:
                return new
            self._write(new)
            self._value = new
        self._events.publish(Changes(settings=True))
        return new

    def _read(self) -> Settings:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            return _from_json(data)
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("The settings in %s cannot be read and start afresh: %s", self._path, error)
            return Settings()

    def _write(self, settings: Settings) -> None:
        temporary = self._path.with_suffix(".tmp")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(asdict(settings), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            raise VaultError(
                f"The settings could not be saved: {error}. Nothing else was changed.",
                "Make room on the disk, or make the data folder writable.",
            ) from error


def _from_json(data: dict[str, Any]) -> Settings:
    known = {f.name for f in fields(Settings)}
    values = {name: value for name, value in data.items() if name in known}
    if "sampling" in values:
        names = {f.name for f in fields(Sampling)}
        values["sampling"] = Sampling(**{k: v for k, v in values["sampling"].items() if k in names})
    if "memory_mode" in values:
        values["memory_mode"] = MemoryMode(values["memory_mode"])
    if "scheduler" in values:
        values["scheduler"] = SchedulerMode(values["scheduler"])
    if "saved_filters" in values:
        values["saved_filters"] = tuple(SavedFilter(one["name"], one["text"]) for one in values["saved_filters"])
    return Settings(**values)
