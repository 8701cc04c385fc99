"""Where cubes lie on the map. Derived from their vectors, and kept, so that what is there stays where it is.

Every cube with passages has a place of its own. An activation cube has none: it lies beside the text it was made from.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memos_desktop.vault.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

WITHOUT = (
    "SELECT cube_id FROM places WHERE stale = 1 UNION ALL"
    " SELECT id FROM cubes c WHERE NOT EXISTS (SELECT 1 FROM places p WHERE p.cube_id = c.id) AND kind <> 'activation'"
)
# A cube is placed when all that it says has a vector of this embedder.
READY = (
    " AND EXISTS (SELECT 1 FROM passages o WHERE o.owner_id = {id}) AND NOT EXISTS"
    " (SELECT 1 FROM passages o LEFT JOIN vectors v ON v.passage_id = o.id AND v.embedder = ?"
    " WHERE o.owner_id = {id} AND v.passage_id IS NULL)"
)
ASIDE = 0.006
"""How far an activation cube lies from its text; the whole map is 2 wide."""
BESIDE = (
    "FROM cubes c CROSS JOIN cube_parents f ON f.cube_id = c.id"
    " CROSS JOIN places p ON p.cube_id = f.parent_id WHERE c.kind = 'activation'"
)


class Places:
    """The places of cubes, by id for those who place them and by number for those who look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: tuple[int, Array] | None = None

    def waiting(self, limit: int) -> list[str]:
        """Cubes that could be placed and are not, or whose text is another one since; at most `limit`."""
        number = self._embedder()
        sql = f"SELECT w.cube_id FROM ({WITHOUT}) w WHERE 1 {READY.format(id='w.cube_id')} LIMIT ?"
        return [row[0] for row in self._database.rows(sql, (number, limit))]

    def candidates(self) -> list[str]:
        """Every cube that can be placed, in the order in which they were added."""
        sql = f"SELECT c.id FROM cubes c WHERE c.kind <> 'activation' {READY.format(id='c.id')} ORDER BY c.rowid"
        return [row[0] for row in self._database.rows(sql, (self._embedder(),))]

    def landmarks(self) -> tuple[list[str], "Array"]:
        """The cubes that others are placed by, and their places."""
        import numpy as np

        rows = self._database.rows("SELECT cube_id, x, y FROM places WHERE landmark = 1 ORDER BY cube_id")
        places = np.array([(row["x"], row["y"]) for row in rows], np.float32).reshape(len(rows), 2)
        return [row["cube_id"] for row in rows], places

    def placed(self) -> int:
        """How many cubes have a place."""
        return int(self._database.value("SELECT count(*) FROM places"))

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], "Array"]:
        """One vector of length 1 for each of these cubes that has passages with vectors: the mean of theirs."""
        import numpy as np

        rows = self._database.rows(
            "SELECT j.key, j.value, v.vector FROM json_each(?) j CROSS JOIN passages p ON p.owner_id = j.value"
            " CROSS JOIN vectors v ON v.passage_id = p.id AND v.embedder = ? ORDER BY j.key",
            (json.dumps(list(ids)), self._embedder()),
        )
        if not rows:
            return [], np.empty((0, 0), np.float32)
        pieces = np.frombuffer(b"".join(row[2] for row in rows), "<f4").reshape(len(rows), -1)
        keys = np.array([row[0] for row in rows])
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        sums = np.add.reduceat(pieces, starts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return [rows[start][1] for start in starts], np.asarray(sums / np.maximum(lengths, 1e-9), np.float32)

    def put(self, ids: Sequence[str], places: "Array") -> None:
        """Place these; a cube that is gone meanwhile is left out."""
        with self._database.transaction():
            self._write(ids, places, ())
        self._kept = None

    def arrange(self, ids: Sequence[str], places: "Array", landmarks: Sequence[str]) -> None:
        """A new layout in place of the old one, all at once. `landmarks` are among `ids`."""
        with self._database.transaction():
            self._database.run("DELETE FROM places")
            self._write(ids, places, landmarks)
        self._kept = None

    def promote(self, count: int) -> int:
        """Make landmarks of cubes that lie well: where most landmarks are gone. Returns how many there are."""
        sql = (
            "UPDATE places SET landmark = 1 WHERE cube_id IN (SELECT cube_id FROM places WHERE stale = 0"
            " ORDER BY landmark DESC, cube_id LIMIT ?)"
        )
        self._database.run(sql, (count,))
        return int(self._database.value("SELECT count(*) FROM places WHERE landmark = 1"))

    def by_number(self) -> "Array":
        """Places by number: shape (n, 2), not a number where a cube has none. Not to be changed."""
        import numpy as np

        count = self.placed()
        if self._kept is None or self._kept[0] != count:
            self._kept = count, self._table("FROM places p CROSS JOIN cubes c ON c.id = p.cube_id")
        table = self._table(BESIDE)
        if not len(table):
            return self._kept[1]
        size = max(len(table), len(self._kept[1]))
        both = np.full((size, 2), np.nan, np.float32)
        both[: len(self._kept[1])] = self._kept[1]
        there = np.flatnonzero(~np.isnan(table[:, 0]))
        both[there] = table[there] + np.float32(ASIDE)
        return both

    def _table(self, source: str) -> "Array":
        """The places of c, which are those of p, in an array that is indexed by number."""
        import numpy as np

        # Three long texts come ten times faster than a hundred thousand rows.
        sql = f"SELECT group_concat(c.rowid), group_concat(p.x), group_concat(p.y) {source}"
        row = self._database.row(sql)
        texts = tuple(row) if row else ()
        if not texts or texts[0] is None:
            return np.empty((0, 2), np.float32)
        numbers, x, y = (np.fromstring(text, dtype=np.float64, sep=",") for text in texts)
        table = np.full((int(numbers.max()) + 1, 2), np.nan, np.float32)
        table[numbers.astype(np.int64)] = np.stack([x, y], axis=1)
        return table

    def _write(self, ids: Sequence[str], places: "Array", landmarks: Sequence[str]) -> None:
        marked = frozenset(landmarks)
        rows = zip(ids, places.tolist(), strict=True)
        self._database.run_many(
            "INSERT OR REPLACE INTO places (cube_id, x, y, landmark) SELECT id, ?, ?, ? FROM cubes WHERE id = ?",
            [(x, y, int(id in marked), id) for id, (x, y) in rows],
        )

    def _embedder(self) -> int | None:
        sql = "SELECT number FROM embedders WHERE id = (SELECT value FROM meta WHERE name = 'embedder')"
        found = self._database.value(sql)
        return None if found is None else int(found)
