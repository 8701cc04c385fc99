"""What lists of cubes ask: one page of a filter in any order, the ids of some of it, how many there are of what.

Filters and orders are answered from numpy columns. Until those are loaded, SQL answers what it can (words, tags, what
stands in a head; in the orders that have an index): a list opens, and a verb answers, before anything is loaded.
"""

import json
from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from memos_desktop.ids import now
from memos_desktop.memory.completion import Values
from memos_desktop.memory.cube import Cube, CubeFilter, CubePage, SortKey
from memos_desktop.memory.terms import TIMES, Field, Flag
from memos_desktop.memory.timeline import Timeline, Zoom
from memos_desktop.vault.column_counts import timeline_of, values_of
from memos_desktop.vault.column_filter import ColumnFilter
from memos_desktop.vault.column_orders import ColumnOrders
from memos_desktop.vault.columns import Columns
from memos_desktop.vault.database import Database
from memos_desktop.vault.filter_sql import is_askable, where
from memos_desktop.vault.rows import CUBE_COLUMNS, cube_of

if TYPE_CHECKING:
    from memos_desktop.vault.columns import Ints

    Between = tuple[datetime, datetime]
    Spans = Sequence[tuple[int, int]]

ORDERS = {key: key.value for key in (SortKey.CREATED, SortKey.CHANGED, SortKey.TYPE, SortKey.STATE, SortKey.USES)} | {
    SortKey.TIME: "time",
    SortKey.HEAT: "warmth",
    SortKey.TITLE: "title COLLATE NOCASE",
}
"""The orders that have an index."""
REMEMBERED = 64
PASSING = frozenset((*TIMES, Field.HEAT))
"""Fields whose terms hold at one time and not at another."""


class CubePages:
    """Lists of cubes. Used on the thread of the vault."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._columns = Columns(database)
        self._filter = ColumnFilter(database, self._columns)
        self._orders = ColumnOrders(database, self._columns)
        self._totals: dict[CubeFilter, int] = {}
        self._totals_at = -1
        self._places: tuple[object, Ints | array[int]] = (None, array("q"))

    @property
    def columns(self) -> Columns:
        """The columns, all loaded, for views that draw everything that passes."""
        self._columns.refresh()
        return self._columns

    def load_piece(self) -> bool:
        """Load some of the columns, for some tens of milliseconds; returns whether there is more to load."""
        if self._columns.loaded:
            return False
        if not self._columns.load_piece():
            self._orders.prepare()
        return True

    def page(self, wanted: CubeFilter, offset: int, limit: int, sort: SortKey, descending: bool) -> CubePage:
        """The cubes from `offset` on. Equal ones keep the order in which they were added."""
        if not self._columns.loaded and sort in ORDERS:
            if is_plain(wanted):
                return self._plain_page(wanted, offset, limit, sort, descending)
            if is_askable(wanted):
                return self._asked_page(wanted, offset, limit, sort, descending)
        places = self.places(wanted, sort, descending)
        return CubePage(self.cubes(places[offset : offset + limit].tolist()), offset, len(places))

    def ids(
        self, wanted: CubeFilter, sort: SortKey, descending: bool, spans: "Spans | None" = None
    ) -> tuple[str, ...]:
        """The ids of a list in order, or of its `spans` (first row, number of rows). No cube is read."""
        places = self.places(wanted, sort, descending)
        chosen = places.tolist() if spans is None else [
            place for first, count in spans for place in places[first : first + count].tolist()
        ]
        sql = "SELECT c.id FROM json_each(?) j CROSS JOIN cubes c ON c.rowid = j.value ORDER BY j.key"
        return tuple(row[0] for row in self._database.rows(sql, (json.dumps(chosen),)))

    def matching(self, wanted: CubeFilter, at: datetime | None = None) -> "Ints":
        """The rowids of all that pass (at a given time, or now), in the order in which they were added."""
        import numpy as np

        self._columns.refresh()
        return np.flatnonzero(self._filter.mask(wanted, at or now()))

    def places(self, wanted: CubeFilter, sort: SortKey, descending: bool, at: datetime | None = None) -> "Ints":
        """The rowids of a list in order."""
        self._columns.refresh()
        key = self._columns.epoch, wanted, sort, descending
        if self._places[0] != key or is_passing(wanted) or at:
            mask = self._filter.mask(wanted, at or now())
            self._places = key, self._orders.ordered(mask, sort, descending)
        return self._places[1]  # type: ignore[return-value]

    def timeline(self, wanted: CubeFilter, sort: SortKey, zoom: Zoom, between: "Between | None" = None) -> Timeline:
        """How many of a list there are in each span of time, of those from one moment up to another one."""
        return timeline_of(self._columns, self.matching(wanted), sort, zoom, between)

    def values(self) -> Values:
        """Every tag and project in use, with its number of cubes."""
        self._columns.refresh()
        return values_of(self._columns)

    def cubes(self, places: Sequence[int]) -> tuple[Cube, ...]:
        """The cubes at these rowids, in this order."""
        sql = (
            f"SELECT {CUBE_COLUMNS} FROM json_each(?) j CROSS JOIN cubes c ON c.rowid = j.value"
            " CROSS JOIN versions v ON v.id = c.id || '@' || c.version ORDER BY j.key"
        )
        return tuple(cube_of(row) for row in self._database.rows(sql, (json.dumps(list(places)),)))

    def _plain_page(self, wanted: CubeFilter, offset: int, limit: int, sort: SortKey, descending: bool) -> CubePage:
        way = "DESC" if descending else "ASC"
        condition, values = where(self._database, wanted)
        sql = f"SELECT rowid FROM cubes WHERE {condition} ORDER BY {ORDERS[sort]} {way}, rowid {way} LIMIT ? OFFSET ?"
        found = self._database.rows(sql, (*values, limit, offset))
        if self._totals_at != self._database.generation or len(self._totals) >= REMEMBERED:
            self._totals.clear()
            self._totals_at = self._database.generation
        if wanted not in self._totals:
            self._totals[wanted] = self._database.value(f"SELECT count(*) FROM cubes WHERE {condition}", values)
        return CubePage(self.cubes([row[0] for row in found]), offset, self._totals[wanted])

    def _asked_page(self, wanted: CubeFilter, offset: int, limit: int, sort: SortKey, descending: bool) -> CubePage:
        """A page of what words find: all places at once, for finding them costs more than putting them in order."""
        way = "DESC" if descending else "ASC"
        condition, values = where(self._database, wanted)
        found = f"SELECT rowid FROM cubes WHERE {condition} ORDER BY {ORDERS[sort]} {way}, rowid {way}"
        places = [row[0] for row in self._database.rows(found, values)]
        return CubePage(self.cubes(places[offset : offset + limit]), offset, len(places))


def is_plain(wanted: CubeFilter) -> bool:
    """Whether a filter asks for nothing but columns of the table of heads."""
    return not (wanted.text.strip() or wanted.terms) and wanted.tag is None and wanted.project is None


def is_passing(wanted: CubeFilter) -> bool:
    """Whether its answer changes by itself as time goes by."""
    return any(
        term.field in PASSING or (term.field is Field.IS and Flag.EXPIRING in term.values) for term in wanted.terms
    )
