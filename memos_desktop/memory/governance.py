"""MemGovernance: may this be done with this cube, here? Asked at every injection, export and edit.

*Frozen* forbids every change but unfreezing. *Read only* protects what a memory says: its text and description stay as
they are, and nothing is made in its place. How it is kept is still the person's to order: tags, pin, state, rules, bin;
and it can be forgotten.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Access, Cube, Governance, Scope, Sensitivity, State
from memos_desktop.memory.message import MemoryMode


class Action(StrEnum):
    """What somebody wants to do with a cube: change what it says (EDIT), or how it is kept (ARRANGE)."""

    INJECT = "inject"
    EDIT = "edit"
    ARRANGE = "arrange"
    FORGET = "forget"
    EXPORT = "export"


class Governed(Protocol):
    """What must be known of a memory to say whether it may be changed; a `Cube` is one."""

    @property
    def title(self) -> str:
        """For messages."""
        ...

    @property
    def frozen(self) -> bool:
        """Whether it forbids changes."""
        ...

    @property
    def binned(self) -> datetime | None:
        """When it was put in the bin."""
        ...

    @property
    def governance(self) -> Governance:
        """Its rules."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """Where it would happen. `attached` holds the cubes that the person chose by hand."""

    now: datetime
    memory: MemoryMode = MemoryMode.ON
    project: str | None = None
    attached: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes or no, and why in words."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def may(action: Action, cube: Cube, context: Context) -> Verdict:
    """Whether `action` on `cube` is allowed in `context`."""
    if action in _CHANGES:
        return may_change(action, cube)
    if cube.binned:
        return Verdict(False, "it is in the bin")
    if action is Action.INJECT:
        return _may_inject(cube, context)
    if cube.governance.sensitivity is Sensitivity.SECRET and cube.id not in context.attached:
        return Verdict(False, "it is secret, and was not chosen by hand")
    return Verdict(True, "it is yours")


def may_change(action: Action, cube: Governed) -> Verdict:
    """Whether it may be edited, arranged or forgotten: the same everywhere. What lies in the bin can be arranged."""
    if cube.frozen:
        return Verdict(False, "it is frozen")
    if action is Action.EDIT and cube.binned:
        return Verdict(False, "it is in the bin")
    if action is Action.EDIT and cube.governance.access is Access.READ_ONLY:
        return Verdict(False, "it is read only")
    return Verdict(True, "it is yours")


def require(action: Action, cube: Governed) -> None:
    """Raise UserError where it may not be changed so. Every write asks this."""
    verdict = may_change(action, cube)
    if not verdict:
        done = "forgotten" if action is Action.FORGET else "changed"
        reason = verdict.reason.removeprefix("it ")
        raise UserError(f"“{cube.title}” {reason}, so it was not {done}.", _WAYS.get(reason, ""))


def _may_inject(cube: Cube, context: Context) -> Verdict:
    governance = cube.governance
    if cube.id in context.excluded:
        return Verdict(False, "you excluded it from this chat")
    if governance.expires and governance.expires <= context.now:
        return Verdict(False, "it has expired")
    if cube.id in context.attached:
        return Verdict(True, "you attached it")
    if context.memory is MemoryMode.OFF:
        return Verdict(False, "memory is off in this chat")
    if cube.state in (State.MERGED, State.ARCHIVED, State.EXPIRED):
        return Verdict(False, f"it is {cube.state.value}")
    if governance.scope is Scope.PROJECT and governance.project != context.project:
        return Verdict(False, f"it belongs to the project {governance.project}")
    return Verdict(True, "it is yours")


_CHANGES = frozenset((Action.EDIT, Action.ARRANGE, Action.FORGET))
_WAYS = {
    "is frozen": "Unfreeze it first.",
    "is read only": "Allow changes to it first.",
    "is in the bin": "Take it out of the bin first.",
}
