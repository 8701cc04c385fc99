"""The vectors of passages, in SQLite: costly to make, so they are kept, and any index is built from them."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from memos_desktop.vault.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]


class Vectors:
    """Vectors by passage and embedder. Rows are float32 of length 1."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, embedder_id: str, limit: int) -> tuple[tuple[int, str], ...]:
        """Passages that have no vector of this embedder yet, the newest first, with their texts."""
        # Never more than there are: the search from the newest end then stops early.
        count = min(limit, self.pending_count(embedder_id))
        if count <= 0:
            return ()
        rows = self._database.rows(
            "SELECT id, text FROM passages p WHERE NOT EXISTS"
            " (SELECT 1 FROM vectors v WHERE v.passage_id = p.id AND v.embedder = ?)"
            " ORDER BY id DESC LIMIT ?",
            (self._number(embedder_id), count),
        )
        return tuple((row["id"], row["text"]) for row in rows)

    def pending_count(self, embedder_id: str) -> int:
        """How many passages have no vector of this embedder yet."""
        passages = int(self._database.value("SELECT count(*) FROM passages"))
        return passages - self.vector_count(embedder_id)

    def vector_count(self, embedder_id: str) -> int:
        """How many vectors there are of this embedder."""
        number = self._number(embedder_id)
        return int(self._database.value("SELECT count(*) FROM vectors WHERE embedder = ?", (number,)))

    def store(self, embedder_id: str, ids: Sequence[int], array: "Array") -> int:
        """Keep one row of `array` for each passage; returns how many. Passages that are gone are left out.

        Raises ValueError where the shapes do not fit.
        """
        if array.ndim != 2 or len(array) != len(ids):
            raise ValueError(f"{len(ids)} passages, but vectors of shape {array.shape}")
        with self._database.transaction():
            number = self._number(embedder_id) or self._register(embedder_id, array.shape[1])
            width = self._database.value("SELECT dimension FROM embedders WHERE number = ?", (number,))
            if width != array.shape[1]:
                raise ValueError(f"{embedder_id} has {width} dimensions, not {array.shape[1]}")
            if self.latest_embedder() != embedder_id:
                self._database.run("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (embedder_id,))
            before = self._database.generation
            self._database.run_many(
                "INSERT OR REPLACE INTO vectors (passage_id, embedder, vector)"
                " SELECT id, ?, ? FROM passages WHERE id = ?",
                [
                    (number, row.astype("<f4").tobytes(), passage)
                    for passage, row in zip(ids, array, strict=True)
                ],
            )
            return self._database.generation - before

    def read(self, embedder_id: str, ids: Iterable[int] | None = None) -> "tuple[list[int], Array]":
        """Those of `ids` (None: of all) that have a vector, in order, and the vectors as one array."""
        import numpy as np

        number = self._number(embedder_id)
        width = self._database.value("SELECT dimension FROM embedders WHERE number = ?", (number,)) or 0
        if ids is None:
            sql = "SELECT passage_id, vector FROM vectors WHERE embedder = ? ORDER BY passage_id"
            rows = self._database.rows(sql, (number,))
        else:
            rows = self._database.rows(
                "SELECT v.passage_id, v.vector FROM json_each(?) j CROSS JOIN vectors v"
                " ON v.passage_id = j.value AND v.embedder = ?",
                (json.dumps(sorted(set(ids))), number),
            )
        matrix = np.frombuffer(b"".join(row["vector"] for row in rows), dtype="<f4").reshape(len(rows), width)
        return [row["passage_id"] for row in rows], matrix

    def passage_ids(self, embedder_id: str) -> list[int]:
        """Which passages have a vector of this embedder, in order."""
        sql = "SELECT passage_id FROM vectors WHERE embedder = ? ORDER BY passage_id"
        return [row["passage_id"] for row in self._database.rows(sql, (self._number(embedder_id),))]

    def latest_embedder(self) -> str | None:
        """The embedder that vectors were stored for last."""
        found = self._database.value("SELECT value FROM meta WHERE name = 'embedder'")
        return None if found is None else str(found)

    def _number(self, embedder_id: str) -> int | None:
        found = self._database.value("SELECT number FROM embedders WHERE id = ?", (embedder_id,))
        return None if found is None else int(found)

    def _register(self, embedder_id: str, dimension: int) -> int:
        self._database.run("INSERT INTO embedders (id, dimension) VALUES (?, ?)", (embedder_id, dimension))
        return self._number(embedder_id) or 0
