"""What a write changed, told once to everybody: each screen decides for itself whether it is stale."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Left:
    """A memory that was meant and could not take part, and why in a word or two: "frozen", "in the bin"."""

    id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What one write changed. `initiator` is whoever asked, so that a screen can ignore its own echo.

    `states` says that kept KV states came or went.
    `step_id` is the journal step that undo takes back, None where nothing was journaled. `left` stayed as they were.
    """

    cubes: frozenset[str] = frozenset()
    chats: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    usage: bool = False
    index: bool = False
    models: bool = False
    settings: bool = False
    states: bool = False
    step_id: int | None = None
    label: str = ""
    left: tuple[Left, ...] = ()
    initiator: object = field(default=None, compare=False)

    def __bool__(self) -> bool:
        single = self.usage, self.index, self.models, self.settings, self.states
        return bool(self.cubes or self.chats or self.messages or any(single))


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after; None where it did not exist. `reason` is of this row, where the step has several."""

    table: str
    key: str
    before: dict[str, object] | None
    after: dict[str, object] | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One journal record. `action` is do, undo or redo; `of` is the step that an undo or redo repeats."""

    id: int
    time: datetime
    actor: str
    label: str
    reason: str
    action: str
    of: int | None
    undone: bool
    changes: tuple[RowChange, ...] = ()
