"""Whether one cube passes a filter, decided by looking at that cube alone: for old states of the vault and small lists.

`vault.columns` gives the same answers for all cubes at once.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from memos_desktop.memory.amounts import moments, numbers
from memos_desktop.memory.cube import Cube, CubeFilter, Kind, is_stale
from memos_desktop.memory.filter import conditions
from memos_desktop.memory.heat import heat
from memos_desktop.memory.terms import NUMBERS, SOON, TIMES, Field, Flag, SourceKind

_LETTERS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A cube as it is looked at: at a moment, and for an activation cube beside its source."""

    cube: Cube
    source: Cube | None
    now: datetime

    @property
    def stale(self) -> bool:
        return self.cube.kind is Kind.ACTIVATION and is_stale(self.cube, self.source)

    def said(self) -> list[list[str]]:
        """What search reads, as words: title, text and tags. An activation cube is found with its source."""
        cube = self.source or self.cube
        return [words_in(cube.title), words_in(cube.text), *map(words_in, cube.tags)]


def matches(cube: Cube, wanted: CubeFilter, now: datetime, source: Cube | None = None) -> bool:
    """Whether `cube` passes at `now`. `source`: for an activation cube, what it was made from."""
    seen = _Seen(cube, source if cube.kind is Kind.ACTIVATION else None, now)
    if (cube.binned is not None) is not wanted.binned:
        return False
    if wanted.text.strip():
        words = words_in(wanted.text)
        said = seen.said()
        if not words or not all(_has(said, [word]) for word in words):
            return False
    for term in conditions(wanted):
        if term.field is not Field.IN:
            found = any(_holds(seen, term.field, value) for value in term.values)
            if found is term.negated:
                return False
    return True


def words_in(text: str) -> list[str]:
    """The words of a text as search compares them: lower case, without accents."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return _LETTERS.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def _holds(seen: _Seen, field: Field, value: str) -> bool:
    cube, now = seen.cube, seen.now
    if field in NUMBERS:
        use = cube.behaviour
        amounts = {Field.USES: use.uses, Field.HEAT: heat(use, now), Field.SIZE: cube.payload.bytes}
        return amounts[field] in numbers(field, value)
    if field in TIMES:
        return _TIMES[field](cube) in moments(field, value, now)
    if field is Field.TEXT:
        words = words_in(value)
        return bool(words) and _has(seen.said(), words)
    if field is Field.IS:
        return seen.stale if value == Flag.STALE else _FLAGS[Flag(value)](cube, now)
    if field is Field.SOURCE:
        return value == _source(cube)
    if field is Field.PARENT:
        return any(parent.startswith(value) for parent in cube.parents)
    return value.casefold() in (one.casefold() for one in _VALUES[field](cube))


def _has(said: list[list[str]], words: list[str]) -> bool:
    return any(stands_in(part, words) for part in said)


def stands_in(said: list[str], words: list[str]) -> bool:
    """Whether the words stand somewhere in a row; of the last one the beginning is enough."""
    size = len(words)
    return any(
        said[place : place + size - 1] == words[:-1] and said[place + size - 1].startswith(words[-1])
        for place in range(len(said) - size + 1)
    )


def _source(cube: Cube) -> str:
    source = cube.descriptive.source
    if source.chat_id or source.message_id:
        return SourceKind.CHAT
    return SourceKind.FILE if source.file else SourceKind.NONE


def _expiring(cube: Cube, now: datetime) -> bool:
    end = cube.governance.expires
    return end is not None and now <= end <= now + timedelta(days=SOON)


_TIMES: dict[Field, Callable[[Cube], datetime | None]] = {
    Field.CREATED: lambda cube: cube.created,
    Field.CHANGED: lambda cube: cube.changed,
    Field.TIME: lambda cube: cube.time,
    Field.USED: lambda cube: cube.behaviour.last_used,
    Field.EXPIRES: lambda cube: cube.governance.expires,
}
_FLAGS: dict[Flag, Callable[[Cube, datetime], bool]] = {
    Flag.PINNED: lambda cube, _: cube.pinned,
    Flag.FROZEN: lambda cube, _: cube.frozen,
    Flag.PROPOSED: lambda cube, _: cube.governance.proposed,
    Flag.SUPERSEDED: lambda cube, _: cube.governance.superseded_by is not None,
    Flag.EXPIRING: _expiring,
}
_VALUES: dict[Field, Callable[[Cube], tuple[str, ...]]] = {
    Field.KIND: lambda cube: (cube.kind.value,),
    Field.TYPE: lambda cube: (cube.descriptive.type.value,),
    Field.STATE: lambda cube: (cube.state.value,),
    Field.TAG: lambda cube: cube.tags,
    Field.PROJECT: lambda cube: (cube.governance.project,) if cube.governance.project is not None else (),
    Field.SCOPE: lambda cube: (cube.governance.scope.value,),
    Field.ORIGIN: lambda cube: (cube.descriptive.origin.value,),
    Field.SENSITIVITY: lambda cube: (cube.governance.sensitivity.value,),
    Field.ACCESS: lambda cube: (cube.governance.access.value,),
}
