"""Checks for the fields of a bundle: each takes what JSON gave, and returns the value or raises `Wrong`.

A bundle comes from anywhere, so nothing of it is believed: type, length, range, characters, every field and no other.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from memos_desktop.ids import format_time

Check = Callable[[Any], Any]
E = TypeVar("E", bound=StrEnum)

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
SHA256 = re.compile(r"[0-9a-f]{64}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
EARLIEST, LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
"""A day away from the ends of the calendar, where a time could not be shown in every zone."""
SHOWN = 40


class Wrong(ValueError):
    """A value is not what it must be. `said` is a clause such as "is no whole number"; `path` names the field."""

    def __init__(self, said: str, path: str = "") -> None:
        super().__init__(f"{path} {said}" if path else said)
        self.said = said
        self.path = path

    def inside(self, name: str) -> "Wrong":
        """The same, seen from the record or list around it."""
        return Wrong(self.said, f"{name}.{self.path}" if self.path else name)


def parsed(line: bytes) -> Any:
    """What one line of JSON says. Raises Wrong: no UTF-8, no JSON, a field twice, NaN, nested too deeply."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise Wrong("is no valid UTF-8") from error
    try:
        return _DECODER.decode(text)
    except Wrong:
        raise
    except RecursionError as error:
        raise Wrong("is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits too
        raise Wrong("is no valid JSON") from error


def text(most: int, least: int = 0) -> Check:
    """Text of so many characters, without half characters."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("is no text")
        if not least <= len(value) <= most:
            raise Wrong(f"has {len(value):,} characters; it may have {least:,} to {most:,}")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Wrong("holds half a character (a lone surrogate)") from error
        if "\0" in value:
            raise Wrong("holds the character zero, which no memory has")
        return value

    return check


def matching(pattern: re.Pattern[str], what: str) -> Check:
    """Text that is as a whole like the pattern."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Wrong(f"{shown(value)} is no {what}")
        return value

    return check


identifier = matching(ID, "id of letters, digits, - and _")
sha256 = matching(SHA256, "SHA-256")


def one_of(kinds: type[E]) -> Check:
    """One of the words of an enumeration."""
    known: Mapping[Any, E] = {kind.value: kind for kind in kinds}

    def check(value: Any) -> E:
        if not isinstance(value, str) or value not in known:
            raise Wrong(f"is {shown(value)}; it may be {', '.join(known)}")
        return known[value]

    return check


def whole(least: int, most: int) -> Check:
    """A whole number within bounds; true and false are none."""

    def check(value: Any) -> int:
        if type(value) is not int:
            raise Wrong("is no whole number")
        if not least <= value <= most:
            raise Wrong(f"is out of range; it may be {least:,} to {most:,}")
        return value

    return check


def number(least: float, most: float) -> Check:
    """A number within bounds."""

    def check(value: Any) -> float:
        if type(value) not in (int, float):
            raise Wrong("is no number")
        if not least <= value <= most or not math.isfinite(value):  # in this order: a whole number may be endless
            raise Wrong(f"is out of range; it may be {least:g} to {most:g}")
        return float(value)

    return check


def flag(value: Any) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise Wrong("is neither true nor false")
    return value


def moment(value: Any) -> datetime:
    """A time in UTC, written as the program writes it."""
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        raise Wrong(f"{shown(value)} is no time as in {format_time(datetime(2026, 1, 31, tzinfo=UTC))}")
    try:
        made = datetime.fromisoformat(value)
    except ValueError as error:
        raise Wrong(f"{shown(value)} is no time of the calendar") from error
    if not EARLIEST <= made <= LATEST:
        raise Wrong(f"{shown(value)} is out of range")
    return made


def maybe(check: Check) -> Check:
    """Null, or what passes the check."""
    return lambda value: None if value is None else check(value)


def several(check: Check, most: int) -> Check:
    """A list of at most so many."""

    def checked(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Wrong("is no list")
        if len(value) > most:
            raise Wrong(f"has {len(value):,} entries; it may have {most:,}")
        made = []
        for place, one in enumerate(value, 1):
            try:
                made.append(check(one))
            except Wrong as wrong:
                raise wrong.inside(str(place)) from wrong
        return tuple(made)

    return checked


def record(**fields: Check) -> Callable[[Any], dict[str, Any]]:
    """An object with exactly these fields."""
    names = fields.keys()

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("is no object")
        if value.keys() != names:
            raise _other_fields(value, names)
        try:
            return {name: one(value[name]) for name, one in fields.items()}
        except Wrong:
            pass  # which field it was, is asked for one only
        for name, one in fields.items():
            try:
                one(value[name])
            except Wrong as wrong:
                raise wrong.inside(name) from wrong
        raise AssertionError("a check must always say the same")

    return check


def shown(value: Any) -> str:
    """A value from outside, short and harmless, for an error message."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    written = value if isinstance(value, str) else repr(value)
    written = "".join(letter if letter.isprintable() else "�" for letter in written[: SHOWN + 1])
    return f"“{written[:SHOWN]}…”" if len(written) > SHOWN else f"“{written}”"


def _other_fields(value: dict[str, Any], names: Any) -> Wrong:
    missing = sorted(names - value.keys())
    if missing:
        return Wrong(f"lacks {', '.join(missing)}")
    unknown = [shown(name) for name in sorted(value.keys() - names)[:3]]
    return Wrong(f"has the unknown field {', '.join(unknown)}")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Wrong("has a field twice")
    return made


def _no_constant(name: str) -> Any:
    raise Wrong(f"holds {name}, which is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_each_once, parse_constant=_no_constant)
