"""What happened to a memory while somebody was typing into it. Knows nothing of Qt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from memos_desktop.memory.cube import Access, ActivationPayload, Cube, State, TextPayload
from memos_desktop.ui.cubes import words


class Event(StrEnum):
    """One thing that happened meanwhile."""

    CHANGED = "changed"
    BINNED = "binned"
    FROZEN = "frozen"
    EXPIRED = "expired"
    MERGED = "merged"
    ARCHIVED = "archived"


BLOCKING = frozenset((Event.CHANGED, Event.BINNED, Event.FROZEN))
"""While one of these is not settled, what was typed cannot be saved by itself."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What happened, and what is said of it."""

    events: frozenset[Event]
    words: str

    @property
    def blocks(self) -> bool:
        """Whether the person must decide before what was typed can be saved."""
        return not BLOCKING.isdisjoint(self.events)


def is_expired(cube: Cube, moment: datetime) -> bool:
    """Whether a memory has expired: its state says so, or its time has passed and nobody has swept yet."""
    expires = cube.governance.expires
    return cube.state is State.EXPIRED or (expires is not None and expires <= moment)


def meanwhile(base: Cube, newest: Cube, moment: datetime) -> Meanwhile | None:
    """What has become of `base`, the memory that was being edited, seen from what it is now; None: nothing."""
    said: dict[Event, str] = {}
    if newest.binned is not None and base.binned is None:
        said[Event.BINNED] = "This memory was moved to the bin meanwhile."
    if newest.frozen and not base.frozen:
        said[Event.FROZEN] = "This memory was frozen meanwhile."
    if newest.version != base.version:
        when = words.long_date(newest.changed)
        said[Event.CHANGED] = f"Version {newest.version} was saved meanwhile by {words.actor(newest.actor)}, {when}."
    if is_expired(newest, moment) and base.state is not State.EXPIRED:
        said[Event.EXPIRED] = "This memory has expired meanwhile: it is no longer recalled."
    if newest.state is not base.state and newest.state in (State.MERGED, State.ARCHIVED):
        event = Event(newest.state.value)
        how = "fused into another memory or split" if event is Event.MERGED else "archived"
        said[event] = f"This memory was {how} meanwhile: it is no longer recalled."
    if not said:
        return None
    return Meanwhile(frozenset(said), " ".join([*said.values(), "What you typed is still here."]))


def obstacle(cube: Cube) -> str:
    """Why the text cannot be edited, or the empty string."""
    if cube.binned:
        return "This memory is in the bin. Take it out to change it."
    if cube.frozen:
        return "This memory is frozen. Unfreeze it to change it."
    if isinstance(cube.payload, ActivationPayload):
        return "This is the state of a model that has read another memory. Edit that memory instead."
    if not isinstance(cube.payload, TextPayload):
        return f"This memory is not text: {words.payload_words(cube)}."
    if cube.governance.access is Access.READ_ONLY:
        return "This memory is read only. “Header” says who may change it."
    return ""
