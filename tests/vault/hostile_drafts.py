"""A sound bundle that can be spoiled, and the register of ways to spoil it: by name a maker, and what is said."""

import hashlib
import json
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIME = "2026-03-01T12:00:00.000000+00:00"
FIRST, SECOND, THIRD = "0a" * 10, "0b" * 10, "0c" * 10
EMPTY_SHA = hashlib.sha256(b"").hexdigest()
Json = dict[str, Any]


def head(id: str, versions: int = 1, **changes: Any) -> Json:
    """A line of `cubes.jsonl`."""
    return {
        "id": id,
        "created": TIME,
        "versions": versions,
        "state": "generated",
        "tags": ["work"],
        "parents": [],
        "frozen": False,
        "pinned": False,
        "governance": {
            "owner": "me",
            "scope": "private",
            "project": None,
            "access": "read-write",
            "expires": None,
            "priority": 0,
            "sensitivity": "normal",
            "watermark": None,
            "proposed": False,
            "valid_to": None,
            "superseded_by": None,
        },
        "behaviour": {"uses": 0, "last_used": None, "heat": 0.0},
        **changes,
    }


def version(cube: str, number: int = 1, text: str = "The boat is called Lima.", **changes: Any) -> Json:
    """A line of `versions.jsonl`."""
    return {
        "cube": cube,
        "version": number,
        "changed": TIME,
        "actor": "user",
        "reason": "",
        "descriptive": {
            "title": "Boat",
            "type": "fact",
            "event_time": None,
            "origin": "written",
            "speaker": None,
            "source": {"chat_id": None, "message_id": None, "start": None, "end": None, "file": None},
        },
        "payload": {"kind": "plaintext", "text": text},
        **changes,
    }


def activation(cube: str, number: int = 1) -> Json:
    """A version of an activation cube."""
    payload = {"kind": "activation", "text": "read", "bytes": 1, "model_sha256": "m", "source_version": 1}
    return version(cube, number, payload=payload)


class Draft:
    """A sound bundle of three cubes, to be spoiled before it is written."""

    def __init__(self) -> None:
        self.heads: list[Json | bytes] = [head(FIRST, 2), head(SECOND, parents=[FIRST]), head(THIRD)]
        self.versions: list[Json | bytes] = [
            version(FIRST),
            version(FIRST, 2, "The boat is called Nora."),
            version(SECOND),
            version(THIRD),
        ]
        self.manifest: Json = {}
        self.blobs: dict[str, tuple[bytes, Json]] = {}
        self.extra: list[tuple[str, bytes]] = []
        self.leave_out: set[str] = set()
        self.method = zipfile.ZIP_DEFLATED
        self.pack_blobs = False

    def members(self) -> dict[str, bytes]:
        """The content of each member but the manifest."""
        lists = {"cubes.jsonl": self.heads, "versions.jsonl": self.versions}
        made = {name: b"".join(map(line, rows)) for name, rows in lists.items()}
        return {**made, **{name: content for name, (content, _) in self.blobs.items()}}

    def manifest_bytes(self) -> bytes:
        """The manifest, true to the members unless it is spoiled."""
        holds: dict[str, Json] = {
            "cubes.jsonl": {"holds": "cubes", "cube": None},
            "versions.jsonl": {"holds": "versions", "cube": None},
        }
        holds |= {name: about for name, (_, about) in self.blobs.items()}
        members = [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **holds[name]}
            for name, content in self.members().items()
        ]
        kinds = {about["holds"] for _, about in self.blobs.values()}
        values = {
            "format": "memcube",
            "version": 1,
            "program": "0.1.0",
            "created": TIME,
            "embedder": None,
            "counts": {"cubes": len(self.heads), "versions": len(self.versions), "blobs": len(self.blobs)},
            "options": {"redacted": False, "kv": "kv" in kinds, "adapters": "adapter" in kinds},
            "members": members,
        }
        return json.dumps({**values, **self.manifest}).encode()

    def write(self, path: Path) -> Path:
        """The file."""
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w", self.method) as made:
            warnings.simplefilter("ignore")  # of names that are there twice
            members = [*self.members().items(), ("manifest.json", self.manifest_bytes()), *self.extra]
            for name, content in members:
                if name not in self.leave_out:
                    stored = name.startswith("blobs/") and not self.pack_blobs
                    made.writestr(member(name, zipfile.ZIP_STORED if stored else self.method), content)
        return path


def member(name: str, method: int = zipfile.ZIP_DEFLATED, mode: int = stat.S_IFREG | 0o600) -> zipfile.ZipInfo:
    """The head of a member."""
    made = zipfile.ZipInfo(name)
    made.external_attr, made.compress_type = mode << 16, method
    return made


def line(row: Json | bytes) -> bytes:
    """A line as it stands in the file."""
    return row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() + b"\n"


Maker = Callable[[Path], Path]
KINDS: dict[str, tuple[Maker, str]] = {}


def kind(says: str) -> Callable[[Callable[[Draft], None]], None]:
    """Register a way to spoil a draft, and what the refusal must say (a regular expression)."""

    def register(spoil: Callable[[Draft], None]) -> None:
        def make(path: Path) -> Path:
            draft = Draft()
            spoil(draft)
            return draft.write(path)

        KINDS[spoil.__name__] = (make, says)

    return register


def file_kind(says: str) -> Callable[[Callable[[Path], object]], None]:
    """Register something done to the file of a sound bundle."""

    def register(spoil: Callable[[Path], object]) -> None:
        def make(path: Path) -> Path:
            Draft().write(path)
            spoil(path)
            return path

        KINDS[spoil.__name__] = (make, says)

    return register


def field_kind(name: str, says: str, list_name: str, place: int, *path: str | int, value: Any) -> None:
    """Register a wrong value of one field."""

    def make(target: Path) -> Path:
        draft = Draft()
        row: Any = getattr(draft, list_name)[place]
        for step in path[:-1]:
            row = row[step]
        row[path[-1]] = value
        return draft.write(target)

    KINDS[name] = (make, says)


def sound(path: Path) -> Path:
    """A bundle with nothing wrong, as the makers begin with."""
    return Draft().write(path)
