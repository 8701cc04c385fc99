"""Which of the memories that are meant can take part in an operator, and why the others cannot: one rule everywhere.

What can takes part, what cannot stays as it is and is named with the reason; where none can, or where the result must
hold all of them (fuse), nothing is done.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memos_desktop.errors import UserError
from memos_desktop.memory.changes import Left
from memos_desktop.memory.cube import Kind, State
from memos_desktop.memory.governance import Action, Governed, may_change
from memos_desktop.memory.lifecycle import TRANSITIONS, Trigger

_SAFE = "Nothing was changed."


class Member(Governed, Protocol):
    """What must be known of a memory; a `Cube` is one."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def kind(self) -> Kind:
        """What it holds."""
        ...

    @property
    def state(self) -> State:
        """Where it stands."""
        ...

    @property
    def pinned(self) -> bool:
        """Whether it is always in the prompt."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """The ids of those that take part, and those that stay."""

    ids: tuple[str, ...]
    left: tuple[Left, ...] = ()


Rule = Callable[[Member, datetime], str]


@dataclass(frozen=True, slots=True)
class _Operator:
    """`done` completes "cannot be …"; `frozen` and `binned`: whether it takes such memories; `rule` is its own."""

    done: str
    frozen: bool = False
    binned: bool = False
    rule: Rule = lambda _cube, _now: ""


def _moves(trigger: Trigger) -> Rule:
    """Whether the table of the lifecycle has it."""
    return lambda cube, _now: "" if (cube.state, trigger) in TRANSITIONS else cube.state.value


def _text(cube: Member) -> str:
    return "" if cube.kind is Kind.PLAINTEXT else f"{cube.kind.value} memory"


def _rewritten(trigger: Trigger) -> Rule:
    """What fuse and split ask: a live text that may be edited."""

    def rule(cube: Member, now: datetime) -> str:
        expires = cube.governance.expires
        return (
            _text(cube)
            or _moves(trigger)(cube, now)
            or ("expired" if expires is not None and expires <= now else "")
            or ("" if may_change(Action.EDIT, cube) else "read only")
        )

    return rule


def _readable(cube: Member, _now: datetime) -> str:
    return "an adapter" if cube.kind is Kind.PARAMETRIC else ""


_OPERATORS: Mapping[str, _Operator] = {
    "confirm": _Operator("confirmed"),
    "pin": _Operator("pinned", rule=lambda cube, _now: _text(cube) if cube.kind is Kind.ACTIVATION else ""),
    "unpin": _Operator("unpinned"),
    "freeze": _Operator("frozen", frozen=True),
    "unfreeze": _Operator("unfrozen", frozen=True),
    "archive": _Operator("archived", rule=_moves(Trigger.ARCHIVE)),
    "restore": _Operator("restored", rule=_moves(Trigger.RESTORE)),
    "fuse": _Operator("fused", rule=_rewritten(Trigger.FUSE)),
    "split": _Operator("split", rule=_rewritten(Trigger.SPLIT)),
    "migrate": _Operator("migrated", frozen=True),
    "ready": _Operator("kept ready", frozen=True, rule=_readable),
    "attach": _Operator("attached", frozen=True, rule=_readable),
    "tag": _Operator("tagged"),
    "set_header": _Operator("changed"),
    "expire": _Operator("expired", rule=_moves(Trigger.EXPIRE)),
    "expire later": _Operator("given an expiry"),
    "renew": _Operator("renewed"),
    "export": _Operator("exported", frozen=True),
    "bin": _Operator("moved to the bin"),
    "unbin": _Operator("taken out of the bin", binned=True),
    "forget": _Operator("forgotten", binned=True),
}
_ALREADY: Mapping[str, tuple[Callable[[Member], bool], str]] = {
    "confirm": (lambda cube: not cube.governance.proposed, "no proposal"),
    "pin": (lambda cube: cube.pinned, "pinned already"),
    "unpin": (lambda cube: not cube.pinned, "not pinned"),
    "freeze": (lambda cube: cube.frozen, "frozen already"),
    "unfreeze": (lambda cube: not cube.frozen, "not frozen"),
    "archive": (lambda cube: cube.state is State.ARCHIVED, "archived already"),
    "restore": (lambda cube: cube.state in (State.GENERATED, State.ACTIVATED), "in use already"),
    "expire": (lambda cube: cube.state is State.EXPIRED, "expired already"),
    "renew": (lambda cube: cube.governance.expires is None and cube.state is not State.EXPIRED, "without an expiry"),
    "bin": (lambda cube: cube.binned is not None, "in the bin already"),
    "unbin": (lambda cube: cube.binned is None, "not in the bin"),
}
_WAYS = {
    "frozen": "Unfreeze first.",
    "in the bin": "Take out of the bin first.",
    "of no project": "Name a project, or choose another scope.",
    "read only": "Allow changes first.",
    "archived": "Restore first.",
    "merged": "Restore first.",
    "expired": "Renew first.",
}


def already(verb: str, cube: Member) -> str:
    """In words, that a memory is so already, where there is nothing to do; "" where there is."""
    if verb not in _ALREADY or (cube.binned is not None and verb not in ("bin", "unbin")):
        return ""
    is_so, words = _ALREADY[verb]
    return words if is_so(cube) else ""


def obstacle(verb: str, cube: Member, now: datetime) -> str:
    """Why a memory cannot take part, in a word or two; "" where it can, or is so already."""
    operator = _OPERATORS[verb]
    if already(verb, cube):
        return ""
    if cube.binned is not None and not operator.binned:
        return "in the bin"
    if not operator.frozen and not may_change(Action.ARRANGE, cube):
        return "frozen"
    return operator.rule(cube, now)


def part(verb: str, cubes: Iterable[Member], now: datetime, further: Rule | None = None) -> Part:
    """Who takes part, and who stays; `further` may name another obstacle."""
    ids: list[str] = []
    left: list[Left] = []
    for cube in cubes:
        if reason := obstacle(verb, cube, now) or (further(cube, now) if further else ""):
            left.append(Left(cube.id, cube.title, reason))
        else:
            ids.append(cube.id)
    return Part(tuple(ids), tuple(left))


def refusal(verb: str, left: Sequence[Left], of: int) -> UserError:
    """What to say where nothing is done: because of these, `of` so many that were meant."""
    done = _OPERATORS[verb].done
    reasons = Counter(one.reason for one in left)
    hint = _WAYS.get(next(iter(reasons)), "") if len(reasons) == 1 else ""
    if of == 1:
        return UserError(f"“{left[0].title}” is {left[0].reason}, so it cannot be {done}. {_SAFE}", hint)
    if len(left) == 1:
        return UserError(
            f"“{left[0].title}” is {left[0].reason}, so these {of:,} memories cannot be {done}. {_SAFE}", hint
        )
    if len(left) < of:
        return UserError(f"Of these {of:,} memories {_counted(reasons)}, so they cannot be {done}. {_SAFE}", hint)
    return UserError(f"None of these {of:,} memories can be {done}: {_counted(reasons)}. {_SAFE}", hint)


def stayed(left: Sequence[Left]) -> str:
    """What to say of those that stayed: "1 stays as it is: frozen."."""
    if not left:
        return ""
    if len(left) == 1:
        return f"“{left[0].title}” stays as it is: {left[0].reason}."
    reasons = Counter(one.reason for one in left)
    if len(reasons) == 1:
        return f"{len(left):,} stay as they are: {left[0].reason}."
    return f"{len(left):,} stay as they are: {_counted(reasons)}."


def _counted(reasons: Mapping[str, int]) -> str:
    """Such as: 2 are frozen, 1 is archived."""
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{count:,} {'is' if count == 1 else 'are'} {reason}" for reason, count in ordered)
