"""What the values of number and time terms mean: `>3`, `0.2..0.8`, `10kB`, `<7d`, `>=2025-06`, `last-week`, `never`.

Times are seen from a given moment. Days, weeks, months and years of the calendar are local ones.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from memos_desktop.errors import UserError
from memos_desktop.memory.terms import NEVER, Field

UNITS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.0, "y": 365.0}
"""Days in one hour, day, week, month, year."""
BYTES = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
TICK = timedelta(microseconds=1)
LONGEST_AGE = 200 * 365
DAY_NAMES = ("today", "yesterday", "tomorrow")
SPAN_NAMES = tuple(f"{which}-{unit}" for unit in ("week", "month", "year") for which in ("this", "last", "next"))
NAMES = (*DAY_NAMES, *SPAN_NAMES)

_COMPARED = re.compile(r"(<=|>=|<|>)?(.+)", re.DOTALL)
_NUMBER = re.compile(r"(\d{1,15}(?:\.\d{1,9})?|\.\d{1,9})(%|[kmg]?b)?")
_AGE = re.compile(r"(\d{1,6})([hdwmy])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Numbers:
    """From `low` to `high`, both included."""

    low: float = -math.inf
    high: float = math.inf

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Moments:
    """From `low` to `high`, both included; None is open. `never`: there is no such moment at all."""

    low: datetime | None = None
    high: datetime | None = None
    never: bool = False

    def __contains__(self, moment: datetime | None) -> bool:
        if moment is None or self.never:
            return moment is None and self.never
        return (self.low is None or self.low <= moment) and (self.high is None or moment <= self.high)


def numbers(field: Field, value: str) -> Numbers:
    """What a value of a number field means. Raises UserError, naming the value."""
    if ".." in value:
        low, _, high = value.partition("..")
        return Numbers(
            _number(field, value, low) if low else -math.inf, _number(field, value, high) if high else math.inf
        )
    sign, amount = _compared(value)
    number = _number(field, value, amount)
    return {
        "": lambda: Numbers(number, number),
        "<": lambda: Numbers(high=math.nextafter(number, -math.inf)),
        "<=": lambda: Numbers(high=number),
        ">": lambda: Numbers(low=math.nextafter(number, math.inf)),
        ">=": lambda: Numbers(low=number),
    }[sign]()


def moments(field: Field, value: str, now: datetime) -> Moments:
    """What a value of a time field means at `now`. Raises UserError, naming the value."""
    if value == NEVER:
        if field in (Field.USED, Field.EXPIRES):
            return Moments(never=True)
        raise UserError(f"“{value}” does not go with {field}:.", f"It goes with {Field.USED}: and {Field.EXPIRES}:.")
    try:
        return _moments(field, value, now)
    except (ValueError, OverflowError):
        raise _unknown_time(field, value) from None


def _moments(field: Field, value: str, now: datetime) -> Moments:
    if ".." in value:
        first, _, last = value.partition("..")
        if not (first or last):
            raise _unknown_time(field, value)
        return Moments(_span(first, now)[0] if first else None, _span(last, now)[1] if last else None)
    sign, amount = _compared(value)
    age = _AGE.fullmatch(amount)
    if age is not None:
        if not sign:
            raise UserError(
                f"“{value}” after {field}: does not say whether less or more is meant.",
                f"Write {field}:<{value} or {field}:>{value}.",
            )
        return _aged(field, sign, timedelta(days=min(int(age[1]) * UNITS[age[2]], LONGEST_AGE)), now)
    low, high = _span(amount, now)
    return {
        "": lambda: Moments(low, high),
        "<": lambda: Moments(high=low - TICK),
        "<=": lambda: Moments(high=high),
        ">": lambda: Moments(low=high + TICK),
        ">=": lambda: Moments(low=low),
    }[sign]()


def _aged(field: Field, sign: str, age: timedelta, now: datetime) -> Moments:
    """So long ago, or for an expiry: so far ahead. Less than an age means within it, up to now."""
    slack = TICK if sign in ("<", ">") else timedelta()
    if field is Field.EXPIRES:
        ahead = now + age
        return Moments(now, ahead - slack) if sign[0] == "<" else Moments(low=ahead + slack)
    ago = now - age
    return Moments(ago + slack, now) if sign[0] == "<" else Moments(high=ago - slack)


def _span(word: str, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment of a day, a month, a year, or a named span of days."""
    if word in NAMES:
        start, end = _named(word, now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0))
    elif _INSTANT.fullmatch(word):
        instant = datetime.fromisoformat(word.upper()).astimezone(UTC)
        return instant, instant
    elif (found := _DATE.fullmatch(word)) is not None:
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        start = datetime(year, month, day)
        end = start + timedelta(days=1) if found[3] else _months_on(start, 1 if found[2] else 12)
    else:
        raise ValueError(word)
    return _utc(start), _utc(end) - TICK


def _named(word: str, today: datetime) -> tuple[datetime, datetime]:
    if word in DAY_NAMES:
        start = today + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[word])
        return start, start + timedelta(days=1)
    which, _, unit = word.partition("-")
    place = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        start = today + timedelta(days=7 * place - today.weekday())
        return start, start + timedelta(days=7)
    length = 1 if unit == "month" else 12
    start = _months_on(today.replace(day=1, month=today.month if unit == "month" else 1), length * place)
    return start, _months_on(start, length)


def _months_on(start: datetime, months: int) -> datetime:
    place = start.year * 12 + start.month - 1 + months
    return start.replace(year=place // 12, month=place % 12 + 1)


def _utc(local: datetime) -> datetime:
    """The moment of a local wall clock time; its zone may be another one than today's (summer time)."""
    return local.replace(tzinfo=None).astimezone(UTC)


def _compared(value: str) -> tuple[str, str]:
    found = _COMPARED.fullmatch(value)
    return (found[1] or "", found[2]) if found else ("", value)


def _number(field: Field, value: str, amount: str) -> float:
    found = _NUMBER.fullmatch(amount)
    unit = (found[2] or "") if found else ""
    fits = {"%": field is Field.HEAT, "": True}.get(unit, field is Field.SIZE)
    if found is None or not fits:
        example = {Field.USES: "uses:>3", Field.HEAT: "heat:>0.5", Field.SIZE: "size:>10kB"}[field]
        raise UserError(f"“{value}” after {field}: is no number.", f"Write for example {example}.")
    return float(found[1]) / 100 if unit == "%" else float(found[1]) * BYTES[unit]


def _unknown_time(field: Field, value: str) -> UserError:
    examples = ("<7d", ">30d", ">=2025-01-01", "2025-06", "today", "last-week")
    shown = ", ".join(examples)
    return UserError(f"“{value}” after {field}: is no time.", f"Write for example {shown}.")
