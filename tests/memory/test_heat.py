"""Heat: recorded at the last use, cooled when it is read, and in an order that time does not change."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_values import NOW

from memos_desktop.memory.cube import Behaviour
from memos_desktop.memory.heat import HALF_LIFE, heat, heated, warmth, warmth_at

RECORDED = st.floats(0.01, 1.0)
AGES = st.integers(0, 3000)


def test_it_halves_in_two_weeks_and_a_use_adds_a_quarter_of_what_is_missing():
    used = Behaviour(1, NOW, 0.5)
    assert heat(used, NOW) == 0.5
    assert heat(used, NOW + HALF_LIFE) == 0.25
    assert heated(used, NOW + HALF_LIFE) == pytest.approx(0.25 + 0.75 * 0.25)
    assert heat(Behaviour(), NOW) == 0.0


def test_a_clock_that_was_set_back_heats_nothing():
    assert heat(Behaviour(1, NOW, 0.5), NOW - timedelta(days=100)) == 0.5


@given(RECORDED, AGES, RECORDED, AGES, st.integers(0, 5000))
def test_warmth_orders_as_heat_does_at_every_moment(one, age, other, other_age, later):
    first = Behaviour(1, NOW - timedelta(hours=age), one)
    second = Behaviour(1, NOW - timedelta(hours=other_age), other)
    at = NOW + timedelta(hours=later)
    warmer = warmth(first.heat, first.last_used) - warmth(second.heat, second.last_used)
    if abs(warmer) > 1e-9:
        assert (warmer > 0) == (heat(first, at) > heat(second, at))


@given(RECORDED, AGES, st.floats(0.001, 1.0))
def test_a_bound_in_warmth_is_the_bound_in_heat(recorded, age, bound):
    used = Behaviour(1, NOW - timedelta(hours=age), recorded)
    difference = heat(used, NOW) - bound
    if abs(difference) > 1e-9:
        assert (warmth(used.heat, used.last_used) > warmth_at(bound, NOW)) == (difference > 0)
    assert warmth(0.0, NOW) is None
    assert warmth(0.5, None) is None
