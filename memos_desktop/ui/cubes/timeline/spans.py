"""Stretches of time: groups of rows under headings, and bars of the strip. Days are counted from 1970-01-01.

Knows nothing of Qt, so that every boundary can be tested.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
EPOCH = date(1970, 1, 1)


class Unit(StrEnum):
    """The length of a stretch."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"


LENGTHS = {
    Unit.DAY: 1.0,
    Unit.WEEK: 7.0,
    Unit.MONTH: 30.44,
    Unit.QUARTER: 91.3,
    Unit.YEAR: 365.25,
    Unit.DECADE: 3652.5,
}
MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12, Unit.DECADE: 120}


def keys(days: Days, unit: Unit) -> Days:
    """The number of the stretch that each day lies in; equal for days of one stretch, growing with time."""
    if unit is Unit.DAY:
        return days
    if unit is Unit.WEEK:
        return (days + 3) // 7  # 1970-01-01 was a Thursday
    months = days.astype("M8[D]").astype("M8[M]").astype(np.int64)
    return np.asarray(months // MONTHS[unit], np.int64)


def first_day(key: int, unit: Unit) -> int:
    """The first day of a stretch."""
    if unit is Unit.DAY:
        return key
    if unit is Unit.WEEK:
        return key * 7 - 3
    month = np.datetime64(key * MONTHS[unit], "M")
    return int(month.astype("M8[D]").astype(np.int64))


def day_of(number: int) -> date:
    """The date of a day; the ends of the calendar for what lies beyond them."""
    try:
        return EPOCH + timedelta(days=number)
    except OverflowError:
        return date.max if number > 0 else date.min


def name(key: int, unit: Unit) -> str:
    """A stretch in words: `23 November 2026`, `Week of 23 November 2026`, `November 2026`, `2026`."""
    first = day_of(first_day(key, unit))
    return {
        Unit.DAY: lambda: f"{first.day} {first:%B} {first.year}",
        Unit.WEEK: lambda: f"Week of {first.day} {first:%B} {first.year}",
        Unit.MONTH: lambda: f"{first:%B} {first.year}",
        Unit.QUARTER: lambda: f"{first:%B} {first.year} and the two months after",
        Unit.YEAR: lambda: f"{first.year}",
        Unit.DECADE: lambda: f"{first.year} to {first.year + 9}",
    }[unit]()


def heading(key: int, unit: Unit, today: date) -> str:
    """A stretch as a heading: days also say their weekday, and whether they are today or yesterday."""
    said = name(key, unit)
    if unit is not Unit.DAY:
        return said
    first = day_of(first_day(key, unit))
    away = (today - first).days
    return f"{ {0: 'Today', 1: 'Yesterday'}.get(away, f'{first:%A}') }, {said}"


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows of a list: a heading for each stretch that holds something, below it what it holds, newest first."""

    unit: Unit
    keys: Days
    sizes: Days
    headings: Days
    count: int

    @classmethod
    def of(cls, days: Days, unit: Unit) -> "Groups":
        """The groups of these days, which go down."""
        own = keys(days, unit)
        starts = np.flatnonzero(np.diff(own, prepend=own[:1] + 1)) if len(own) else np.empty(0, np.int64)
        sizes = np.diff(starts, append=len(own))
        return cls(unit, own[starts], sizes, starts + np.arange(len(starts)), len(own))

    @property
    def rows(self) -> int:
        """How many rows there are, headings included."""
        return self.count + len(self.headings)

    def group_at(self, row: int) -> int:
        """The group that a row belongs to."""
        return int(np.searchsorted(self.headings, row, "right")) - 1

    def position(self, row: int) -> int | None:
        """Which of the days a row shows; None for a heading."""
        group = self.group_at(row)
        return None if group < 0 or self.headings[group] == row else row - group - 1

    def positions(self, first: int, last: int) -> Days:
        """Which of the days these rows show, headings left out."""
        rows = np.arange(first, last + 1)
        group = np.searchsorted(self.headings, rows, "right") - 1
        kept = self.headings[group] != rows
        return np.asarray(rows[kept] - group[kept] - 1, np.int64)

    def rows_of(self, positions: Days) -> Days:
        """The rows that show these of the days."""
        starts = self.headings - np.arange(len(self.headings))
        return np.asarray(positions + np.searchsorted(starts, positions, "right"), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Bars of the strip: `first` days and counts, one bar after the other without gaps."""

    unit: Unit
    keys: Days
    edges: Days
    counts: Days


def unit_for(span: float, room: int) -> Unit:
    """The shortest unit of which at most `room` bars fit into `span` days."""
    return next((unit for unit in Unit if span / LENGTHS[unit] <= room), Unit.DECADE)


def bars(upward: Days, begin: float, end: float, room: int) -> Bars:
    """At most about `room` bars between two days; `upward` are all days, from the oldest on."""
    unit = unit_for(max(1.0, end - begin), max(1, room))
    outer = keys(np.array([int(np.floor(begin)), int(np.ceil(end))]), unit)
    own = np.arange(outer[0], outer[1] + 1)
    edges = np.array([first_day(int(key), unit) for key in range(int(outer[0]), int(outer[1]) + 2)], np.int64)
    return Bars(unit, own, edges, np.diff(np.searchsorted(upward, edges)))


def ticks(begin: float, end: float, room: int) -> list[tuple[int, str]]:
    """Days to write below the strip with their words; at most `room`, at even distances of the calendar."""
    unit = unit_for(max(1.0, end - begin), max(1, room))
    low, high = keys(np.array([int(np.ceil(begin)), int(np.floor(end))]), unit)
    found = []
    for key in range(int(low), int(high) + 1):
        first = first_day(key, unit)
        if begin <= first <= end:
            found.append((first, _tick(day_of(first), unit)))
    return found


def _tick(day: date, unit: Unit) -> str:
    if unit in (Unit.DAY, Unit.WEEK):
        return f"{day.day} {day:%b}" if (day.month, day.day) != (1, 1) else f"{day.year}"
    if unit in (Unit.MONTH, Unit.QUARTER):
        return f"{day:%b}" if day.month > 1 else f"{day.year}"
    return f"{day.year}"
