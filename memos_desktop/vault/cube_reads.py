"""Looking at the shelf of MemCubes: one, several, a page, versions, relatives. Nothing here writes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from json import dumps
from typing import TYPE_CHECKING, Any

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.cube import Cube, CubeFilter, CubePage, SortKey
from memos_desktop.vault.activations import Activations
from memos_desktop.vault.cube_queries import CubePages
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.rows import CUBE_COLUMNS, CURRENT, cube_of

if TYPE_CHECKING:
    from memos_desktop.vault.columns import Ints

SHORTEST_PREFIX = 6
PIECE = 500
"""Cubes read at once by `many`."""


class CubeReads:
    """The reading half of `CubeStore`. Ids may be given as a unique beginning of at least six characters."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._pages = CubePages(database)
        self._activations = Activations(database)

    def resolve(self, cube_id: str) -> str:
        """The whole id for an id or its unique beginning.

        Raises NotFoundError, or UserError for two candidates.
        """
        if self._database.value("SELECT 1 FROM cubes WHERE id = ?", (cube_id,)):
            return cube_id
        found = (
            self._database.rows("SELECT id FROM cubes WHERE id > ? AND id < ? LIMIT 2", (cube_id, cube_id + "{"))
            if len(cube_id) >= SHORTEST_PREFIX
            else []
        )
        if not found:
            raise NotFoundError(f"There is no memory with the id {cube_id}.", "List memories to see their ids.")
        if len(found) > 1:
            raise UserError(f"More than one memory has an id that begins with {cube_id}.", "Give more of the id.")
        return str(found[0]["id"])

    def get(self, cube_id: str, version: int | None = None) -> Cube:
        """The cube at its current or at an earlier version. Raises NotFoundError."""
        number = "c.version" if version is None else "?"
        sql = f"SELECT {CUBE_COLUMNS} FROM cubes c JOIN versions v ON v.cube_id = c.id AND v.version = {number}"
        values = () if version is None else (version,)
        row = self._database.row(f"{sql} WHERE c.id = ?", (*values, self.resolve(cube_id)))
        if row is None:
            raise NotFoundError(f"Memory {cube_id} has no version {version}.")
        return cube_of(row)

    def many(self, ids: Iterable[str]) -> Iterator[Cube]:
        """These cubes in this order, each once, read piece by piece. Raises NotFoundError when it comes to one."""
        rest = iter(dict.fromkeys(ids))
        sql = (
            f"SELECT {CUBE_COLUMNS} FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
            " CROSS JOIN versions v ON v.cube_id = c.id AND v.version = c.version"
        )
        while piece := tuple(islice(rest, PIECE)):
            found = {row["id"]: row for row in self._database.rows(sql, (dumps(piece),))}
            for cube_id in piece:
                row = found.get(cube_id)
                yield self.get(cube_id) if row is None else cube_of(row)

    def known(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of these whole ids that there are."""
        sql = "SELECT c.id FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
        return frozenset(row["id"] for row in self._database.rows(sql, (dumps(list(ids)),)))

    def versions(self, cube_id: str) -> tuple[Cube, ...]:
        """Every version of a cube, oldest first."""
        sql = f"SELECT {CUBE_COLUMNS} FROM cubes c JOIN versions v ON v.cube_id = c.id WHERE c.id = ?"
        return self._cubes(f"{sql} ORDER BY v.version", (self.resolve(cube_id),))

    def page(
        self,
        wanted: CubeFilter,
        offset: int,
        limit: int,
        sort: SortKey = SortKey.CREATED,
        descending: bool = True,
    ) -> CubePage:
        """One page of the cubes that a filter lets through."""
        return self._pages.page(wanted, offset, limit, sort, descending)

    @property
    def lists(self) -> CubePages:
        """Lists without the cubes themselves, for the views that show all at once."""
        return self._pages

    def ids(
        self,
        wanted: CubeFilter,
        sort: SortKey = SortKey.CREATED,
        descending: bool = True,
        spans: Sequence[tuple[int, int]] | None = None,
    ) -> tuple[str, ...]:
        """The ids of all that a filter lets through, or of the `spans` (first row, number of rows) of that list."""
        return self._pages.ids(wanted, sort, descending, spans)

    def matching(self, wanted: CubeFilter) -> "Ints":
        """The rowids of all that a filter lets through, as a numpy array, in the order in which they were added."""
        return self._pages.matching(wanted)

    def activation_of(self, source_id: str) -> Cube | None:
        """The activation cube of this cube, unless it is in the bin."""
        found = self._activations.beside(self.resolve(source_id))
        return None if found is None else self.get(found)

    def children(self, cube_id: str) -> tuple[Cube, ...]:
        """The cubes that were made from this one, oldest first."""
        where = "WHERE c.id IN (SELECT cube_id FROM cube_parents WHERE parent_id = ?) ORDER BY c.created"
        return self._cubes(f"SELECT {CUBE_COLUMNS} {CURRENT} {where}", (self.resolve(cube_id),))

    def pinned(self) -> tuple[Cube, ...]:
        """The pinned cubes on the shelf, by priority, then oldest first."""
        where = "WHERE c.pinned = 1 AND c.binned IS NULL ORDER BY c.priority DESC, c.created, c.id"
        return self._cubes(f"SELECT {CUBE_COLUMNS} {CURRENT} {where}")

    def from_messages(self, message_ids: Iterable[str]) -> tuple[Cube, ...]:
        """The cubes whose source is one of these messages, binned or not, oldest first."""
        ids = tuple(message_ids)
        marks = ", ".join("?" * len(ids))
        where = f"WHERE v.source_message IN ({marks}) ORDER BY c.created, c.id"
        return self._cubes(f"SELECT {CUBE_COLUMNS} {CURRENT} {where}", ids)

    def count(self) -> int:
        """How many cubes are on the shelf."""
        return int(self._database.value("SELECT count(*) FROM cubes WHERE binned IS NULL"))

    def tags(self) -> tuple[tuple[str, int], ...]:
        """Every tag in use with its number of cubes, the most used first."""
        rows = self._database.rows(
            "SELECT tag, count(*) AS count FROM cube_tags WHERE cube_id NOT IN"
            " (SELECT id FROM cubes WHERE binned IS NOT NULL) GROUP BY tag ORDER BY count DESC, tag"
        )
        return tuple((row["tag"], row["count"]) for row in rows)

    def _cubes(self, sql: str, values: tuple[Any, ...] = ()) -> tuple[Cube, ...]:
        return tuple(cube_of(row) for row in self._database.rows(sql, values))
