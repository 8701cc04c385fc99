"""Cubes by number: for views that hold a hundred thousand of them at once, where ids and rows would be too much.

A number is the place of a cube in the columns, its row in the table. It is good for as long as the vault stays open and
the cube stays in it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from memos_desktop.ids import now
from memos_desktop.memory.cube import Cube, CubeFilter, Kind, SemanticType, SortKey, State
from memos_desktop.memory.heat import HALF_LIFE
from memos_desktop.vault.columns import NEVER, Columns
from memos_desktop.vault.cube_queries import CubePages
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import CUBE_COLUMNS, cube_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Codes = NDArray[np.uint8]
    Floats = NDArray[np.float32]

BEGINNING = 300
MICROS = 1_000_000
KINDS, STATES, TYPES = tuple(Kind), tuple(State), tuple(SemanticType)
"""What the codes of `Looks` mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What decides how cubes look: for each its number, its kind, state and type as codes, and its heat now."""

    numbers: "Numbers"
    kinds: "Codes"
    states: "Codes"
    types: "Codes"
    heat: "Floats"


class CubeNumbers:
    """Reads cubes by number, and what is needed of all that a filter lets through."""

    def __init__(self, database: Database, lists: CubePages) -> None:
        self._database = database
        self._lists = lists

    def cubes(self, numbers: Sequence[int]) -> tuple[tuple[int, Cube], ...]:
        """These cubes with their numbers, in this order; those that are gone are left out."""
        sql = (
            f"SELECT j.value AS number, {CUBE_COLUMNS} FROM json_each(?) j CROSS JOIN cubes c ON c.rowid = j.value"
            " CROSS JOIN versions v ON v.id = c.id || '@' || c.version ORDER BY j.key"
        )
        return tuple((row["number"], cube_of(row)) for row in self._database.rows(sql, (_json(numbers),)))

    def ids(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """The ids of these cubes in this order; those that are gone are left out."""
        sql = "SELECT c.id FROM json_each(?) j CROSS JOIN cubes c ON c.rowid = j.value ORDER BY j.key"
        return tuple(row[0] for row in self._database.rows(sql, (_json(numbers),)))

    def of(self, ids: Sequence[str]) -> tuple[int, ...]:
        """The numbers of these cubes in this order; those that are gone are left out."""
        sql = "SELECT c.rowid FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value ORDER BY j.key"
        return tuple(row[0] for row in self._database.rows(sql, (json.dumps(list(ids)),)))

    def beginnings(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """How the texts of these cubes begin, with their titles; "" for one that is gone."""
        sql = (
            "SELECT c.title || char(10) || substr(coalesce(v.text, ''), 1, ?) FROM json_each(?) j"
            " LEFT JOIN cubes c ON c.rowid = j.value LEFT JOIN versions v ON v.id = c.id || '@' || c.version"
            " ORDER BY j.key"
        )
        return tuple(row[0] or "" for row in self._database.rows(sql, (BEGINNING, _json(numbers))))

    def by_time(self, wanted: CubeFilter, by: SortKey) -> "tuple[Numbers, Numbers]":
        """All that `wanted` lets through, newest first: numbers, and times in seconds since 1970.

        `by` is a time: TIME (when it happened), CREATED.
        """
        numbers = self._lists.places(wanted, by, True)
        return numbers, self._columns().column(by.value)[numbers] // MICROS

    def looks(self, wanted: CubeFilter, moment: datetime | None = None) -> Looks:
        """How all looks that `wanted` lets through, now or at `moment`."""
        import numpy as np

        numbers = self._lists.matching(wanted, moment)
        columns = self._columns()
        used, recorded = columns.column("last_used")[numbers], columns.column("heat")[numbers]
        present = (moment or now()).timestamp()
        age = np.maximum(0.0, present - used / MICROS) / HALF_LIFE.total_seconds()
        heat = np.where(used == NEVER, 0.0, recorded * 0.5 ** np.minimum(age, 1000.0))
        return Looks(
            numbers,
            _codes(columns, "kind", [one.value for one in KINDS])[numbers],
            _codes(columns, "state", [one.value for one in STATES])[numbers],
            _codes(columns, "type", [one.value for one in TYPES])[numbers],
            heat.astype(np.float32),
        )

    def _columns(self) -> Columns:
        return self._lists.columns


def _codes(columns: Columns, name: str, order: Sequence[str]) -> "Codes":
    import numpy as np

    known = columns.words(name)
    table = np.zeros(max(1, len(known)), np.uint8)
    for word, number in known.items():
        table[number] = order.index(word)
    codes: Codes = table[columns.column(name)]
    return codes


def _json(numbers: Sequence[int]) -> str:
    return json.dumps([int(number) for number in numbers])
