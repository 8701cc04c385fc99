"""What the store of kept states answers."""

from dataclasses import dataclass
from datetime import datetime

from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Link:
    """One state of a chain: its cells from `state.header.start` up to `upto` are used."""

    state: StateFile
    upto: int


@dataclass(frozen=True, slots=True)
class Match:
    """The kept beginning of a sequence: `reused` cells, from the states of `chain`, root first.

    `refused` says in sentences why states that were kept for the owner could not be used.
    """

    reused: int = 0
    chain: tuple[Link, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the store. Where it cannot be read, `problem` says why, and what is not known is empty."""

    id: str
    tier: str
    model: str
    model_sha256: str
    owner: str
    title: str
    cubes: tuple[str, ...]
    tokens: int
    bytes: int
    created: datetime
    last_used: datetime
    identity: Identity | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """How many files were checked, which of them are damaged and why, and how many bytes were read."""

    checked: int
    damaged: tuple[tuple[str, str], ...]
    bytes: int
