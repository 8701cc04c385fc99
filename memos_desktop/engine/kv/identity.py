"""What a KV state was made under. Cells are used again only where every part of it is the same."""

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

FORMAT = 1  # of the files, and of what the engine writes into them; part of every identity


@dataclass(frozen=True)
class Identity:
    """Everything that decides what the cells of a text hold.

    `library` is name and version ("llama.cpp b5000"), `adapters` names them with their scales, "" for none.
    `rope` are the settings of positions, `layout` is how cells lie in the cache, `device` where they were computed.
    """

    model_sha256: str
    library: str
    adapters: str
    kv_type: str
    flash_attention: bool
    rope: str
    layout: str
    device: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex of all of it and of the version of the format."""
        canonical = json.dumps({"format": FORMAT, **self.to_json()}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Identity":
        """The identity with these fields. Raises ValueError where one is missing, unknown or of another type."""
        expected = {field.name: bool if field.name == "flash_attention" else str for field in fields(cls)}
        if values.keys() != expected.keys():
            raise ValueError("the fields of the identity are others")
        for name, kind in expected.items():
            if type(values[name]) is not kind:
                raise ValueError(f"{name} is no {kind.__name__}")
        return cls(**values)

    def differences(self, other: "Identity") -> tuple[str, ...]:
        """What sets this one apart from `other`, in words that go on after "was made with"."""
        words = {
            "model_sha256": "another model file",
            "library": _instead(self.library, other.library),
            "adapters": "other adapters",
            "kv_type": f"another type of keys and values ({self.kv_type} instead of {other.kv_type})",
            "flash_attention": "flash attention" if self.flash_attention else "no flash attention",
            "rope": "other settings of positions",
            "layout": "another layout of the cache",
            "device": f"another device ({self.device} instead of {other.device})",
        }
        return tuple(text for name, text in words.items() if getattr(self, name) != getattr(other, name))


def _instead(own: str, other: str) -> str:
    """As in "llama.cpp b1 instead of b2": the name of the library is said once where both have it."""
    name, _, version = other.partition(" ")
    return f"{own} instead of {version if version and own.startswith(name + ' ') else other}"
