"""Cubes by number, for the views that hold all that the filter lets through: the timeline and the map."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from memos_desktop.app.jobs import Urgency
from memos_desktop.app.store import Store
from memos_desktop.memory.cube import Cube, CubeFilter, SortKey
from memos_desktop.memory.timeline import TimeBasis
from memos_desktop.vault.vault import Vault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

DAY = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class TimeOrder:
    """All that a filter lets through, newest first: numbers, and the local day of each, counted from 1970-01-01."""

    numbers: "Numbers"
    days: "Numbers"


class CubesByNumber:
    """Use cases of views that know cubes by number. Methods return futures."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by_time(self, wanted: CubeFilter, basis: TimeBasis) -> "Future[TimeOrder]":
        """All that `wanted` lets through along time: when it happened, or when it was recorded."""
        by = SortKey.TIME if basis is TimeBasis.EVENT else SortKey.CREATED

        def order(numbers: "Numbers", seconds: "Numbers") -> TimeOrder:
            return TimeOrder(numbers, local_days(seconds))

        return self._store.read(lambda vault: order(*vault.numbers.by_time(wanted, by)), Urgency.NOW)

    def cubes(self, numbers: Sequence[int]) -> "Future[tuple[tuple[int, Cube], ...]]":
        """These cubes with their numbers; those that are gone are left out."""
        return self._store.read(lambda vault: vault.numbers.cubes(numbers), Urgency.NOW)

    def ids(self, numbers: Sequence[int]) -> "Future[tuple[str, ...]]":
        """The ids of these cubes, in this order."""
        return self._store.read(lambda vault: vault.numbers.ids(numbers), Urgency.NOW)

    def rows(
        self, wanted: CubeFilter, sort: SortKey, descending: bool, ids: Sequence[str]
    ) -> "Future[tuple[int, ...]]":
        """In which rows of a list these cubes stand, from the top; those that the filter hides are left out."""

        def find(vault: Vault) -> tuple[int, ...]:
            import numpy as np

            numbers = np.array(vault.numbers.of(ids), np.int64)
            return tuple(np.flatnonzero(np.isin(vault.cubes.lists.places(wanted, sort, descending), numbers)).tolist())

        return self._store.read(find, Urgency.NOW)

    def of(self, ids: Sequence[str]) -> "Future[tuple[int, ...]]":
        """The numbers of these cubes, in this order; those that are gone are left out."""
        return self._store.read(lambda vault: vault.numbers.of(ids), Urgency.NOW)


def local_days(seconds: "Numbers") -> "Numbers":
    """The day of each moment (seconds since 1970, UTC) on the wall of this computer, counted from 1970-01-01."""
    import numpy as np

    if not len(seconds):
        return seconds
    # The clock is moved twice a year at most: its offset is asked for once a day, by the hour where the day has two.
    hours, places = np.unique(seconds // 3600, return_inverse=True)
    days, of_day = np.unique(hours // 24, return_inverse=True)
    begin, end = (np.array([_offset(int(day) * DAY + more) for day in days]) for more in (0, DAY - 1))
    offsets = begin[of_day]
    for place in np.flatnonzero((begin != end)[of_day]):
        offsets[place] = _offset(int(hours[place]) * 3600)
    return np.asarray((seconds + offsets[places]) // DAY, np.int64)


def _offset(second: int) -> int:
    """How many seconds the local clock was ahead of UTC at this moment."""
    delta = datetime.fromtimestamp(second, UTC).astimezone().utcoffset()
    return round(delta.total_seconds()) if delta else 0
