"""Spans of time in words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.memory.time_window import find_date, find_window

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)  # a Wednesday


def day(year, month, number):
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("yesterday", day(2026, 5, 19), day(2026, 5, 20)),
        ("what I did last week", day(2026, 5, 11), day(2026, 5, 18)),
        ("last month", day(2026, 4, 1), day(2026, 5, 1)),
        ("last year", day(2025, 1, 1), day(2026, 1, 1)),
        ("in June", day(2026, 6, 1), day(2026, 7, 1)),
        ("in December 2024", day(2024, 12, 1), day(2025, 1, 1)),
        ("last November", day(2025, 11, 1), day(2025, 12, 1)),
        ("on 3 December", day(2026, 12, 3), day(2026, 12, 4)),
        ("on March 14th, 2021", day(2021, 3, 14), day(2021, 3, 15)),
        ("in 1931", day(1931, 1, 1), day(1932, 1, 1)),
        ("since 2020", day(2020, 1, 1), None),
        ("ten or 3 days ago", day(2026, 5, 16), day(2026, 5, 19)),
    ],
)
def test_windows(text, start, end):
    window = find_window(text, NOW)
    assert window is not None
    assert (window.start, window.end) == (start, end)


@pytest.mark.parametrize("text", ["", "may I?", "the march of time", "31 June", "room 2023"])
def test_no_window(text):
    assert find_window(text, NOW) is None


def test_only_a_date_names_the_day_of_an_event():
    assert find_date("She marries on 14 June in Porto.", NOW) == day(2026, 6, 14)
    assert find_date("I fly tomorrow.", NOW) is None


@given(st.text(alphabet=st.sampled_from("0123456789 january of in last days ago,"), max_size=40))
def test_it_never_fails(text):
    window = find_window(text, NOW)
    assert window is None or window.end is None or window.start < window.end
