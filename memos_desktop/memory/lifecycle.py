"""MemLifecycle (MemOS, section 5.4): the one table of transitions, what triggers each, and who may.

`frozen` is a flag, no state: it forbids every transition. What is in the bin does not move either, but by RETURN: the
time machine takes out of the bin too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Behaviour, Cube, Kind, State


class Trigger(StrEnum):
    """What moves a cube from one state to another."""

    USE = "use"
    FUSE = "fuse"
    SPLIT = "split"
    ARCHIVE = "archive"
    RESTORE = "restore"
    EXPIRE = "expire"
    DISUSE = "disuse"
    RENEW = "renew"
    RETURN = "return"


class Actor(StrEnum):
    """Who moves it; the values are the journal's names.

    The clock acts through the sweep (`app/sweeping.py`), the scheduler when it gives a model memories to read, memos
    when it keeps what a person said.
    """

    PERSON = "user"
    SCHEDULER = "scheduler"
    CLOCK = "lifecycle"
    MEMOS = "memos"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a trigger leads, and who may pull it. `to` None: to any state in which the memory stood before."""

    to: State | None
    by: frozenset[Actor]


_PERSON = frozenset((Actor.PERSON,))
_CLOCK = frozenset((Actor.CLOCK,))
_LIVE = (State.GENERATED, State.ACTIVATED)
_SLEEPING = (State.MERGED, State.ARCHIVED, State.EXPIRED)
TRANSITIONS: Mapping[tuple[State, Trigger], Transition] = MappingProxyType({
    (State.GENERATED, Trigger.USE): Transition(State.ACTIVATED, frozenset((Actor.SCHEDULER, Actor.MEMOS))),
    **{(state, Trigger.FUSE): Transition(State.MERGED, _PERSON) for state in _LIVE},
    **{(state, Trigger.SPLIT): Transition(State.MERGED, _PERSON) for state in _LIVE},
    **{(state, Trigger.ARCHIVE): Transition(State.ARCHIVED, _PERSON) for state in (*_LIVE, State.MERGED)},
    **{(state, Trigger.DISUSE): Transition(State.ARCHIVED, _CLOCK) for state in _LIVE},
    **{(state, Trigger.EXPIRE): Transition(State.EXPIRED, _PERSON | _CLOCK) for state in (*_LIVE, State.ARCHIVED)},
    **{(state, Trigger.RESTORE): Transition(State.GENERATED, _PERSON) for state in _SLEEPING},
    (State.EXPIRED, Trigger.RENEW): Transition(State.GENERATED, _PERSON),
    **{(state, Trigger.RETURN): Transition(None, _PERSON) for state in State},
})
"""(state, trigger) → transition. What is not here cannot happen. What comes back to GENERATED and was used before comes
back ACTIVATED."""

_IMPOSSIBLE = {
    Trigger.USE: "count as used",
    Trigger.DISUSE: "archive",
    Trigger.RENEW: "renew",
    Trigger.RETURN: "bring back",
}


class Standing(Protocol):
    """What the table must know of a memory; a `Cube` is one."""

    @property
    def title(self) -> str:
        """For messages."""
        ...

    @property
    def state(self) -> State:
        """Where it stands."""
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
    def behaviour(self) -> Behaviour:
        """How often it was used."""
        ...


def after(cube: Standing, trigger: Trigger, actor: Actor = Actor.PERSON) -> State:
    """The state of `cube` after `trigger`, which is not RETURN: see `returned`.

    Raises UserError for a frozen or binned cube, where the table has no such transition, and where it is not for
    `actor` to trigger it.
    """
    if cube.frozen:
        raise UserError(f"“{cube.title}” is frozen and stays as it is. Nothing was changed.", "Unfreeze it first.")
    if cube.binned is not None:
        raise UserError(f"“{cube.title}” is in the bin. Nothing was changed.", "Take it out of the bin first.")
    found = TRANSITIONS.get((cube.state, trigger))
    if found is None or found.to is None:
        verb = _IMPOSSIBLE.get(trigger, trigger.value)
        raise UserError(
            f"“{cube.title}” is {cube.state.value}; it is not possible to {verb} it. Nothing was changed.",
            "Restore it first." if cube.state in _SLEEPING else "",
        )
    if actor not in found.by:
        raise UserError(f"“{cube.title}” was not changed: it is not for “{actor.value}” to {trigger.value} memories.")
    return State.ACTIVATED if found.to is State.GENERATED and cube.behaviour.uses else found.to


def returned(cube: Standing, then: Standing, held: bool = True) -> State:
    """The state to which the time machine brings `cube` back, as it was `then`. Raises UserError for a frozen one.

    Merged stands only what something holds that was made from it; otherwise it comes back as what it was before that.
    """
    if cube.frozen:
        raise UserError(f"“{cube.title}” is frozen and stays as it is. Nothing was changed.", "Unfreeze it first.")
    if then.state is State.GENERATED or (then.state is State.MERGED and not held):
        return State.ACTIVATED if cube.behaviour.uses else State.GENERATED
    return then.state


def due(cube: Cube, now: datetime, disuse: timedelta | None, touched: datetime | None = None) -> Trigger | None:
    """What time itself does with `cube` now: EXPIRE, DISUSE, or nothing.

    Expired is what has an expiry that has passed. In disuse is a live text that was neither used nor changed for
    `disuse` (None: never), and does not lie in the future either; pinned and proposed ones are left, for somebody cares
    about them or is still to be asked. `touched` is when anything was last done with the cube, where that is known.
    """
    if cube.frozen or cube.binned is not None:
        return None
    expires = cube.governance.expires
    if expires is not None and expires <= now and (cube.state, Trigger.EXPIRE) in TRANSITIONS:
        return Trigger.EXPIRE
    if disuse is None or (cube.state, Trigger.DISUSE) not in TRANSITIONS:
        return None
    if cube.pinned or cube.governance.proposed or cube.kind is not Kind.PLAINTEXT:
        return None
    moments = (cube.created, cube.changed, cube.time, cube.behaviour.last_used, touched)
    latest = max(moment for moment in moments if moment is not None)
    return Trigger.DISUSE if now - latest >= disuse else None
