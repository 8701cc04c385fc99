"""MemGovernance: may this be done with this cube, here? Asked at every injection, export and edit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from memos_desktop.memory.cube import Access, Cube, Scope, Sensitivity, State
from memos_desktop.memory.message import MemoryMode


class Action(StrEnum):
    """What somebody wants to do with a cube."""

    INJECT = "inject"
    EDIT = "edit"
    EXPORT = "export"


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
    if cube.binned:
        return Verdict(False, "it is in the bin")
    if action is Action.INJECT:
        return _may_inject(cube, context)
    if action is Action.EDIT:
        return _may_edit(cube)
    if cube.governance.sensitivity is Sensitivity.SECRET and cube.id not in context.attached:
        return Verdict(False, "it is secret, and was not chosen by hand")
    return Verdict(True, "it is yours")


def _may_edit(cube: Cube) -> Verdict:
    if cube.frozen:
        return Verdict(False, "it is frozen")
    if cube.governance.access is Access.READ_ONLY:
        return Verdict(False, "it is read only")
    return Verdict(True, "it is yours")


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
