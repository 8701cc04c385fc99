"""A bundle's manifest and lines as text, and the name that a copy gets: values to JSON, the same at every time."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from memos_desktop.ids import ALPHABET, format_time
from memos_desktop.memory.bundle import FORMAT, FORMAT_VERSION, Chain, Holds, Manifest
from memos_desktop.memory.cube import (
    ActivationPayload,
    Behaviour,
    BlobPayload,
    Cube,
    Governance,
    Payload,
    TextPayload,
)

COPY_BITS = 50


@dataclass(frozen=True, slots=True)
class Lines:
    """A cube as it stands in a bundle: its line in `cubes.jsonl`, and those of its versions in `versions.jsonl`."""

    head: bytes
    versions: tuple[bytes, ...]


def lines_of(chain: Chain) -> Lines:
    """The lines of a cube."""
    return Lines(_head_line(chain), tuple(map(_version_line, chain.versions)))


def manifest_json(manifest: Manifest) -> bytes:
    """The file `manifest.json`."""
    blobs = manifest.blobs
    members = [
        {"name": one.name, "holds": one.holds.value, "bytes": one.bytes, "sha256": one.sha256, "cube": one.cube}
        for one in manifest.members
    ]
    values = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "program": manifest.program,
        "created": format_time(manifest.created),
        "embedder": manifest.embedder,
        "counts": {"cubes": manifest.cubes, "versions": manifest.versions, "blobs": len(blobs)},
        "options": {
            "redacted": manifest.redacted,
            "kv": any(one.holds is Holds.KV for one in blobs),
            "adapters": any(one.holds is Holds.ADAPTER for one in blobs),
        },
        "members": members,
    }
    return json.dumps(values, ensure_ascii=False, indent=1).encode()


def digest(chain: Chain) -> str:
    """SHA-256 of all that a bundle says of a cube, but for what use has counted."""
    lines = lines_of(Chain(tuple(replace(cube, behaviour=Behaviour()) for cube in chain.versions)))
    return hashlib.sha256(b"".join((lines.head, *lines.versions))).hexdigest()


def copied_id(chain: Chain) -> str:
    """The id of the copy that is made where both shall be kept: the same for the same content, at every import.

    Like every id it begins with the time, here that of the cube it is a copy of.
    """
    number = int(digest(chain), 16)
    tail = "".join(ALPHABET[(number >> shift) & 31] for shift in range(COPY_BITS - 5, -1, -5))
    return chain.id[: -len(tail)] + tail if len(chain.id) >= 2 * len(tail) else chain.id + tail


def _head_line(chain: Chain) -> bytes:
    cube = chain.cube
    behaviour = cube.behaviour
    return _line(
        {
            "id": cube.id,
            "created": format_time(cube.created),
            "versions": len(chain.versions),
            "state": cube.state.value,
            "tags": list(cube.tags),
            "parents": list(cube.parents),
            "frozen": cube.frozen,
            "pinned": cube.pinned,
            "governance": _governance(cube.governance),
            "behaviour": {"uses": behaviour.uses, "last_used": _time(behaviour.last_used), "heat": behaviour.heat},
        }
    )


def _governance(governance: Governance) -> dict[str, Any]:
    return {
        "owner": governance.owner,
        "scope": governance.scope.value,
        "project": governance.project,
        "access": governance.access.value,
        "expires": _time(governance.expires),
        "priority": governance.priority,
        "sensitivity": governance.sensitivity.value,
        "watermark": governance.watermark,
        "proposed": governance.proposed,
        "valid_to": _time(governance.valid_to),
        "superseded_by": governance.superseded_by,
    }


def _version_line(cube: Cube) -> bytes:
    about, source = cube.descriptive, cube.descriptive.source
    return _line(
        {
            "cube": cube.id,
            "version": cube.version,
            "changed": format_time(cube.changed),
            "actor": cube.actor,
            "reason": cube.reason,
            "descriptive": {
                "title": about.title,
                "type": about.type.value,
                "event_time": _time(about.event_time),
                "origin": about.origin.value,
                "speaker": about.speaker,
                "source": {
                    "chat_id": source.chat_id,
                    "message_id": source.message_id,
                    "start": source.start,
                    "end": source.end,
                    "file": source.file,
                },
            },
            "payload": _payload_json(cube.payload),
        }
    )


def _payload_json(payload: Payload) -> dict[str, Any]:
    match payload:
        case TextPayload():
            return {"kind": payload.kind.value, "text": payload.text}
        case ActivationPayload():
            return {
                "kind": payload.kind.value,
                "text": payload.text,
                "bytes": payload.bytes,
                "model_sha256": payload.model_sha256,
                "source_version": payload.source_version,
            }
        case BlobPayload():
            return {
                "kind": payload.kind.value,
                "sha256": payload.sha256,
                "bytes": payload.bytes,
                "model_sha256": payload.model_sha256,
            }


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _time(value: datetime | None) -> str | None:
    return None if value is None else format_time(value)
