"""Points in the history of a vault, and what differs between two of them.

A snapshot is a named place in the journal: the journal holds every row before and after each change, so nothing is
copied. What use counts (uses, heat, generated to activated) is outside the journal and is as it is now at every point;
what was forgotten for good is gone from the past too.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from memos_desktop.errors import UserError
from memos_desktop.texts import one_line

Point = str | int | datetime
"""A point in the history: the name or id of a snapshot, the number of a journal step, or a moment."""
NOW = "now"
"""The name of the present; no snapshot may have it."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A place in the journal that can be found again: the vault after step `step_id`.

    `cubes` is how many memories were on the shelf. `automatic`: the program made it, and lets the oldest ones go.
    """

    id: str
    name: str
    time: datetime
    step_id: int
    automatic: bool
    cubes: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A point that was found: the vault after step `step_id`. `name` says it in words, as the snapshot's name."""

    step_id: int
    time: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One stop of the slider: the vault after this step, and the snapshot that was made there, if any."""

    step_id: int
    time: datetime
    label: str
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What a slider over the history offers, oldest first; `steps` is how many changes of memories there are in all.

    Where there are very many, `moments` holds all the latest, every snapshot and the last change of each day, and an
    even choice of the rest.
    """

    moments: tuple[Moment, ...]
    steps: int


class Fate(StrEnum):
    """What happened to a memory between two points. Putting it in the bin is removing."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class CubeDiff:
    """One memory that differs between two points. `fields` names what changed of it, in words of the header."""

    id: str
    title: str
    fate: Fate
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VaultDiff:
    """What differs between two points. The counts are complete; the lists hold the first of each kind."""

    since: Place
    until: Place
    counts: dict[Fate, int]
    added: tuple[CubeDiff, ...] = ()
    removed: tuple[CubeDiff, ...] = ()
    changed: tuple[CubeDiff, ...] = ()

    @property
    def total(self) -> int:
        """How many memories differ."""
        return sum(self.counts.values())


def checked_name(name: str) -> str:
    """The name as it is kept: one line. Raises UserError for one that cannot name a snapshot."""
    wanted = one_line(name)
    if not wanted:
        raise UserError("A snapshot needs a name. Nothing was saved.", "Give it a name that you will recognise.")
    if len(wanted) > LONGEST_NAME:
        raise UserError(
            f"This name has {len(wanted)} characters; a snapshot's name has {LONGEST_NAME} at most. Nothing was saved.",
            "Give it a shorter name, and write the rest as a note.",
        )
    if wanted.casefold() == NOW:
        raise UserError(f"“{wanted}” means the present, so no snapshot can have that name. Nothing was saved.")
    return wanted
