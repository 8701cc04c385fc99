"""What the file of a KV state says about itself: whose it is, what was read, and under which identity."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from memos_desktop.engine.kv.identity import Identity
from memos_desktop.ids import format_time, now, parse_time

EXACT = "exact"
BLOCK = "block"
TOKEN_BITS = 32
TYPES: dict[str, type] = {
    "id": str,
    "tier": str,
    "model": str,
    "identity": dict,
    "start": int,
    "end": int,
    "parent": str,
    "owner": str,
    "title": str,
    "cubes": list,
    "spans": list,
    "created": str,
    "payload_bytes": int,
    "payload_crc32": int,
}


@dataclass(frozen=True)
class Header:
    """A state holds the cells from `start` up to `end` of a sequence; `tokens` are those of these cells.

    In the exact tier it goes on after the cells of `parent` ("" where it starts at 0), and `spans` says which of
    its cells were taken from a block: (start, end, id of the block), in order. A block has a `prefix`, the tokens
    that stood before it. `owner` is "" for a start that every chat shares, "chat:ID" or "cube:ID@VERSION";
    `cubes` are the ids of memories whose text stands in it. `created` is ISO 8601. The figures of the payload are
    filled in when it is written.
    """

    id: str
    tier: str
    model: str
    identity: Identity
    start: int
    end: int
    tokens: tuple[int, ...]
    parent: str = ""
    owner: str = ""
    title: str = ""
    cubes: tuple[str, ...] = ()
    spans: tuple[tuple[int, int, str], ...] = ()
    prefix: tuple[int, ...] = ()
    created: str = field(default_factory=lambda: format_time(now()))
    payload_bytes: int = 0
    payload_crc32: int = 0

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """One key for each cell: the token, and for a cell from a block the mark of that block with it."""
        if not self.spans:
            return self.tokens
        keys = list(self.tokens)
        for start, end, block in self.spans:
            above = mark(block)
            for cell in range(start - self.start, end - self.start):
                keys[cell] |= above
        return tuple(keys)

    def check(self) -> None:
        """Raise ValueError where the parts contradict each other."""
        if self.tier not in (EXACT, BLOCK):
            raise ValueError(f"unknown tier {self.tier}")
        if not re.fullmatch("[0-9a-f]{64}", self.id) or not re.fullmatch("([0-9a-f]{64})?", self.parent):
            raise ValueError("an id is no SHA-256")
        if not 0 <= self.start < self.end or len(self.tokens) != self.end - self.start:
            raise ValueError("start, end and number of tokens do not fit")
        if (self.parent != "") != (self.tier == EXACT and self.start > 0):
            raise ValueError("a state has a parent where it goes on after other cells, and only there")
        if (self.spans and self.tier != EXACT) or (self.prefix and self.tier != BLOCK):
            raise ValueError("spans belong to the exact tier, a prefix to blocks")
        reached = self.start
        for start, end, block in self.spans:
            if not reached <= start < end <= self.end:
                raise ValueError("spans are out of order or outside")
            mark(block)
            reached = end
        parse_time(self.created)

    def to_json(self) -> dict[str, Any]:
        """Everything but the tokens, of which it holds the numbers."""
        values = {name: getattr(self, name) for name in TYPES}
        return {**values, "identity": self.identity.to_json(), "tokens": len(self.tokens), "prefix": len(self.prefix)}

    @classmethod
    def from_json(cls, values: dict[str, Any], prefix: tuple[int, ...], tokens: tuple[int, ...]) -> "Header":
        """The header with these values. Raises ValueError where one is missing, of a wrong type, or contradicts."""
        if values.keys() != TYPES.keys():
            raise ValueError("the fields of the header are others")
        for name, kind in TYPES.items():
            if type(values[name]) is not kind:
                raise ValueError(f"{name} is no {kind.__name__}")
        identity = Identity.from_json(values["identity"])
        cubes, spans = tuple(map(_text, values["cubes"])), tuple(map(_span, values["spans"]))
        known = {**values, "identity": identity, "cubes": cubes, "spans": spans}
        header = cls(**known, prefix=prefix, tokens=tokens)
        header.check()
        return header


def mark(state_id: str) -> int:
    """What is added to the tokens in the keys of cells that came from a block: a number above the bits of a token."""
    return int(state_id[:12], 16) << TOKEN_BITS


def segment_id(identity: Identity, keys: Sequence[int], start: int) -> str:
    """The id of the state that holds the cells from `start` up to the end of `keys`, which begin at cell 0."""
    return _digest(identity.digest, EXACT, keys, (start,))


def block_id(identity: Identity, prefix: Sequence[int], tokens: Sequence[int], owner: str = "") -> str:
    """The id of the block of `tokens` after `prefix`. With `owner`, two memories of one text each have their own."""
    return _digest(f"{identity.digest} {owner}", BLOCK, prefix, tokens)


def _digest(identity: str, tier: str, *parts: Iterable[int]) -> str:
    lines = (identity, tier, *(" ".join(map(str, part)) for part in parts))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("an id is no text")
    return value


def _span(value: Any) -> tuple[int, int, str]:
    if not isinstance(value, list) or [type(part) for part in value] != [int, int, str]:
        raise ValueError("a span is no start, end and id")
    return value[0], value[1], value[2]
