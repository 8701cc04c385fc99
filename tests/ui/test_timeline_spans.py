"""Stretches of time: groups, bars and words."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.ui.cubes.timeline.spans import (
    EPOCH,
    Groups,
    Unit,
    bars,
    first_day,
    heading,
    keys,
    name,
    ticks,
    unit_for,
)

DAYS = st.lists(st.integers(-60_000, 60_000), max_size=80).map(lambda days: np.array(sorted(days)[::-1], np.int64))


def day(year: int, month: int, of_month: int) -> int:
    return (date(year, month, of_month) - EPOCH).days


@given(st.integers(-200_000, 200_000), st.sampled_from(Unit))
def test_a_day_lies_in_its_stretch(number: int, unit: Unit) -> None:
    key = int(keys(np.array([number]), unit)[0])
    assert first_day(key, unit) <= number < first_day(key + 1, unit)


@given(DAYS, st.sampled_from([Unit.DAY, Unit.MONTH, Unit.YEAR]))
def test_every_row_is_a_heading_or_one_of_the_days(days: np.ndarray, unit: Unit) -> None:
    groups = Groups.of(days, unit)
    assert groups.rows == len(days) + len(np.unique(keys(days, unit)))
    shown = [groups.position(row) for row in range(groups.rows)]
    assert [one for one in shown if one is not None] == list(range(len(days)))
    assert [row for row, one in enumerate(shown) if one is None] == groups.headings.tolist()
    assert groups.sizes.sum() == len(days)
    for row, position in enumerate(shown):
        if position is not None:
            assert groups.keys[groups.group_at(row)] == keys(days, unit)[position]
    assert groups.positions(0, groups.rows - 1).tolist() == list(range(len(days)))
    rows = groups.rows_of(np.arange(len(days)))
    assert [groups.position(int(row)) for row in rows] == list(range(len(days)))


@given(DAYS.filter(len), st.integers(1, 200))
def test_bars_count_every_day_once(days: np.ndarray, room: int) -> None:
    upward = days[::-1]
    made = bars(upward, float(upward[0]), float(upward[-1] + 1), room)
    assert made.counts.sum() == len(days)
    assert len(made.edges) == len(made.counts) + 1
    if made.unit is not Unit.DECADE:
        assert len(made.counts) <= room + 3


def test_words() -> None:
    today = date(2026, 11, 23)
    assert heading(day(2026, 11, 23), Unit.DAY, today) == "Today, 23 November 2026"
    assert heading(day(2026, 11, 22), Unit.DAY, today) == "Yesterday, 22 November 2026"
    assert heading(day(2026, 11, 9), Unit.DAY, today) == "Monday, 9 November 2026"
    month = int(keys(np.array([day(2025, 3, 31)]), Unit.MONTH)[0])
    assert heading(month, Unit.MONTH, today) == name(month, Unit.MONTH) == "March 2025"
    week = int(keys(np.array([day(2026, 11, 29)]), Unit.WEEK)[0])
    assert name(week, Unit.WEEK) == "Week of 23 November 2026"


@pytest.mark.parametrize(
    ("span", "unit"), [(30, Unit.DAY), (300, Unit.WEEK), (3000, Unit.MONTH), (30_000, Unit.YEAR), (10**7, Unit.DECADE)]
)
def test_the_unit_follows_the_span(span: int, unit: Unit) -> None:
    assert unit_for(span, 100) is unit


def test_ticks_name_years_where_they_begin() -> None:
    found = ticks(day(2024, 11, 15), day(2025, 3, 15), 6)
    assert [said for _, said in found] == ["Dec", "2025", "Feb", "Mar"]
    assert found[1][0] == day(2025, 1, 1)
