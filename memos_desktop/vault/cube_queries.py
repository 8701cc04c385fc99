"""What lists of cubes ask: a filter as SQL, and one page of it in any order.

The orders have partial indexes over what is not in the bin, so a page is found without a scan; the number of
all that match is remembered until something is written.
"""

import json
from array import array
from collections.abc import Sequence
from typing import Any

from memos_desktop.memory.cube import Cube, CubeFilter, CubePage, SortKey
from memos_desktop.vault.database import Database
from memos_desktop.vault.keywords import prefix_query
from memos_desktop.vault.rows import CUBE_COLUMNS, cube_of

ORDERS = {key: key.value for key in SortKey} | {SortKey.TITLE: "title COLLATE NOCASE"}
REMEMBERED = 64
# An activation cube has no passages of its own: it is found with its source.
HAS_WORDS = """id IN (
    SELECT owner_id FROM passages WHERE owner = 'cube' AND id IN
        (SELECT rowid FROM passages_words WHERE passages_words MATCH ?)
    UNION ALL
    SELECT p.cube_id FROM cubes k CROSS JOIN cube_parents p ON p.cube_id = k.id
    WHERE k.kind = 'activation' AND EXISTS (SELECT 1 FROM passages o WHERE o.owner_id = p.parent_id AND o.id IN
        (SELECT rowid FROM passages_words WHERE passages_words MATCH ?))
)"""


class CubePages:
    """Answers `page`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._totals: dict[CubeFilter, int] = {}
        self._places: tuple[object, array[int]] = (None, array("q"))
        self._seen_at = -1

    def page(self, wanted: CubeFilter, offset: int, limit: int, sort: SortKey, descending: bool) -> CubePage:
        """The cubes from `offset` on. Equal ones keep the order in which they were added."""
        if self._seen_at != self._database.generation or len(self._totals) >= REMEMBERED:
            self._totals.clear()
            self._places = (None, array("q"))
            self._seen_at = self._database.generation
        way = "DESC" if descending else "ASC"
        order = f"{ORDERS[sort]} {way}, rowid {way}"
        if wanted.text.strip() or wanted.tag is not None:
            places = self._all_places(wanted, order)
            return CubePage(self._cubes(places[offset : offset + limit]), offset, len(places))
        where, values = conditions(wanted)
        sql = f"SELECT rowid FROM cubes WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        found = self._database.rows(sql, (*values, limit, offset))
        return CubePage(self._cubes([row[0] for row in found]), offset, self._total(wanted, where, values))

    def _all_places(self, wanted: CubeFilter, order: str) -> "array[int]":
        """Every match of a search in order; finding costs more than keeping them for the next pages."""
        if self._places[0] != (wanted, order):
            where, values = conditions(wanted)
            found = self._database.rows(f"SELECT rowid FROM cubes WHERE {where} ORDER BY {order}", values)
            self._places = ((wanted, order), array("q", (row[0] for row in found)))
        return self._places[1]

    def _cubes(self, places: Sequence[int]) -> tuple[Cube, ...]:
        sql = (
            f"SELECT {CUBE_COLUMNS} FROM json_each(?) j CROSS JOIN cubes c ON c.rowid = j.value"
            " CROSS JOIN versions v ON v.id = c.id || '@' || c.version ORDER BY j.key"
        )
        return tuple(cube_of(row) for row in self._database.rows(sql, (json.dumps(list(places)),)))

    def _total(self, wanted: CubeFilter, where: str, values: tuple[Any, ...]) -> int:
        if wanted not in self._totals:
            self._totals[wanted] = self._database.value(f"SELECT count(*) FROM cubes WHERE {where}", values)
        return self._totals[wanted]


def conditions(wanted: CubeFilter) -> tuple[str, tuple[Any, ...]]:
    """The filter as a WHERE clause over `cubes`, with its parameters."""
    clauses = ["binned IS NOT NULL" if wanted.binned else "binned IS NULL"]
    values: list[Any] = []
    for name in ("kind", "state", "type", "project", "pinned", "proposed"):
        value = getattr(wanted, name)
        if value is not None:
            clauses.append(f"{name} = ?")
            values.append(int(value) if isinstance(value, bool) else str(value))
    if wanted.tag is not None:
        clauses.append("id IN (SELECT cube_id FROM cube_tags WHERE tag = ?)")
        values.append(wanted.tag)
    if wanted.text.strip():
        clauses.append(HAS_WORDS)
        values += 2 * [prefix_query(wanted.text)]
    return " AND ".join(clauses), tuple(values)
