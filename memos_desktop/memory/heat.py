"""Heat: how much a memory is in use, between 0 and 1. A use warms it, time cools it, by half in two weeks.

What is recorded is the heat at the last use; what it is now follows when it is read. All cool alike, so their order
never changes by itself: `warmth`, the logarithm of what the heat would have been at a fixed moment, is that order as a
number, and can be indexed.
"""

import math
from datetime import UTC, datetime, timedelta

from memos_desktop.memory.cube import Behaviour

HALF_LIFE = timedelta(days=14)
OF_A_USE = 0.25
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def heat(behaviour: Behaviour, now: datetime) -> float:
    """The heat at `now`, of what was recorded at the last use."""
    return cooled(behaviour.heat, behaviour.last_used, now)


def cooled(recorded: float, last_used: datetime | None, now: datetime) -> float:
    """What is left at `now` of the heat that was recorded at `last_used`. A clock that was set back cools nothing."""
    if last_used is None:
        return 0.0
    left: float = recorded * 0.5 ** (max(now - last_used, timedelta()) / HALF_LIFE)
    return left


def heated(behaviour: Behaviour, now: datetime) -> float:
    """The heat right after one more use: a quarter of what is missing to 1 is added."""
    left = heat(behaviour, now)
    return left + (1 - left) * OF_A_USE


def warmth(recorded: float, last_used: datetime | None) -> float | None:
    """The order of heat, the same at every moment; None for what was never used, which is the coldest.

    heat(now) = 2 ** (warmth - (now - EPOCH) / HALF_LIFE).
    """
    if last_used is None or recorded <= 0:
        return None
    return math.log2(recorded) + (last_used - EPOCH) / HALF_LIFE


def warmth_at(value: float, now: datetime) -> float:
    """The warmth of a memory whose heat is `value` (above 0) at `now`: a bound for filters."""
    return math.log2(value) + (now - EPOCH) / HALF_LIFE
