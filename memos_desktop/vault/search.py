"""Candidates for recall: what the full-text index and the vectors bring up, with the raw scores of both.

Nothing is ranked here; `memory.recall` makes scores comparable. What may never be recalled is left out in one
place, `ALLOWED`.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from memos_desktop.ids import format_time, now, parse_time
from memos_desktop.memory.call import Candidate, MemoryCall, Owner
from memos_desktop.memory.cube import Source
from memos_desktop.memory.heat import cooled
from memos_desktop.vault.database import Database
from memos_desktop.vault.keywords import KeywordQuery
from memos_desktop.vault.rows import source_of, time_of
from memos_desktop.vault.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

# Passages of these ids with their owners, as far as this call may see them. A message that a cube was made
# from is not here, binned or not: the cube stands for it.
ALLOWED = """
SELECT p.id, p.owner, p.owner_id, p.chunk, substr(p.text, p.body_start + 1) AS body,
    c.version, c.title, c.kind, c.type, c.project AS cube_project, c.pinned, c.heat, c.last_used,
    c.time AS cube_time, c.priority, c.superseded_by, v.speaker AS cube_speaker, v.source_chat, v.source_message,
    v.source_start, v.source_end, v.source_file, m.speaker, m.role, m.chat_id, m.position, m.ref, m.created,
    h.project AS chat_project
FROM json_each(:ids) j
CROSS JOIN passages p ON p.id = j.value
LEFT JOIN cubes c ON p.owner = 'cube' AND c.id = p.owner_id
LEFT JOIN versions v ON v.id = c.id || '@' || c.version
LEFT JOIN messages m ON p.owner = 'message' AND m.id = p.owner_id
LEFT JOIN chats h ON h.id = m.chat_id
WHERE CASE p.owner WHEN 'cube' THEN
    c.binned IS NULL AND c.state NOT IN ('merged', 'archived', 'expired') AND (c.expires IS NULL OR c.expires > :now)
    AND (c.project IS NULL OR c.project = :project OR c.scope = 'shared')
ELSE
    m.kept AND m.binned IS NULL AND h.binned IS NULL AND m.chat_id IS NOT :chat
    AND (h.project IS NULL OR h.project = :project)
    AND NOT EXISTS (SELECT 1 FROM versions w WHERE w.source_message = m.id)
    AND NOT EXISTS (SELECT 1 FROM forgotten f WHERE f.message_id = m.id)
END
AND p.owner_id NOT IN (SELECT value FROM json_each(:exclude))
"""

# The passages beside a message's passage: its own other pieces, the message before, those after.
BESIDE = """
SELECT p.id, n.id AS beside FROM json_each(:ids) j CROSS JOIN passages p ON p.id = j.value AND p.owner =
'message'
    CROSS JOIN passages n ON n.owner_id = p.owner_id AND n.chunk IN (p.chunk - 1, p.chunk + 1)
UNION ALL
SELECT p.id, n.id FROM json_each(:ids) j CROSS JOIN passages p ON p.id = j.value AND p.owner = 'message'
    CROSS JOIN messages m ON m.id = p.owner_id CROSS JOIN passages n ON n.owner_id = m.parent_id
UNION ALL
SELECT p.id, n.id FROM json_each(:ids) j CROSS JOIN passages p ON p.id = j.value AND p.owner = 'message'
    CROSS JOIN messages m ON m.parent_id = p.owner_id CROSS JOIN passages n ON n.owner_id = m.id
"""
MOST_BESIDE = 6
DEEPEST = 16


class PassageSearch:
    """What recall asks of the vault."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._query = KeywordQuery(database)
        self._vectors = Vectors(database)

    def candidates(
        self,
        call: MemoryCall,
        query_vector: "Array | None",
        nearest: Sequence[tuple[int, float]] = (),
        depth: int = 100,
        *,
        embedder_id: str | None = None,
    ) -> tuple[Candidate, ...]:
        """The best `depth` passages by keywords, those of `nearest`, and what stands beside the best half.

        `nearest` are passage ids with their cosine, from an index of the vectors of `embedder_id` (None: the
        one that vectors were stored for last), the nearest first. A neighbour that was not found by itself
        has bm25 0. The order of the result says nothing.
        """
        rows: dict[int, Any] = {}
        scores = self._by_keywords(call, depth, rows)
        cosines = dict(nearest)
        self._fetch(call, cosines, rows)
        beside = self._beside(rows)
        strong = {*list(scores)[: depth // 2], *list(cosines)[: depth // 2]}
        self._fetch(call, (near for number in strong for near in beside.get(number, ())), rows)
        found = {number: row for number, row in rows.items() if row is not None}
        if query_vector is not None:
            self._fill(
                cosines, [number for number in found if number not in cosines], query_vector, embedder_id
            )
        return tuple(
            _candidate(row, scores.get(number, 0.0), cosines.get(number), tuple(beside.get(number, ())))
            for number, row in found.items()
        )

    def pending(self, embedder_id: str, limit: int) -> tuple[tuple[int, str], ...]:
        """Passages that have no vector of this embedder yet, the newest first, with their texts."""
        return self._vectors.pending(embedder_id, limit)

    def pending_count(self, embedder_id: str) -> int:
        """How many passages have no vector of this embedder yet."""
        return self._vectors.pending_count(embedder_id)

    def store_vectors(self, embedder_id: str, ids: Sequence[int], array: "Array") -> int:
        """Keep one row of `array` for each passage; see `Vectors.store`."""
        return self._vectors.store(embedder_id, ids, array)

    def vectors(self, embedder_id: str, ids: Iterable[int] | None = None) -> "tuple[list[int], Array]":
        """Passage ids and their vectors; see `Vectors.read`."""
        return self._vectors.read(embedder_id, ids)

    def vector_ids(self, embedder_id: str) -> list[int]:
        """Which passages have a vector of this embedder, in order."""
        return self._vectors.passage_ids(embedder_id)

    def vector_count(self, embedder_id: str) -> int:
        """How many vectors there are of this embedder."""
        return self._vectors.vector_count(embedder_id)

    def _by_keywords(self, call: MemoryCall, depth: int, rows: dict[int, Any]) -> dict[int, float]:
        """BM25 scores of the best `depth` passages that the call may see.

        Looks deeper while some are hidden.
        """
        query = self._query.build(" ".join((call.query, *call.entities)))
        limit = depth + depth // 5
        while query is not None:
            ranked = self._database.rows(
                "SELECT rowid, rank FROM passages_fts WHERE passages_fts MATCH ? ORDER BY rank LIMIT ?",
                (query, limit),
            )
            self._fetch(call, (row["rowid"] for row in ranked), rows)
            seen = [(row["rowid"], -row["rank"]) for row in ranked if rows[row["rowid"]] is not None]
            if len(seen) >= depth or len(ranked) < limit or limit >= DEEPEST * depth:
                for number, _ in seen[depth:]:
                    del rows[number]
                return dict(seen[:depth])
            limit *= 4
        return {}

    def _fetch(self, call: MemoryCall, ids: Iterable[int], rows: dict[int, Any]) -> None:
        """Add the rows of new passages to `rows`; None for those that this call may not see."""
        new = dict.fromkeys(number for number in ids if number not in rows)
        if not new:
            return
        values = {
            "ids": json.dumps(list(new)),
            "now": format_time(now()),
            "project": call.project,
            "chat": call.exclude_chat,
            "exclude": json.dumps(list(call.exclude)),
        }
        rows.update(new)
        rows.update((row["id"], row) for row in self._database.rows(ALLOWED, values))

    def _beside(self, rows: dict[int, Any]) -> dict[int, dict[int, None]]:
        """The neighbours of each row that is a message, and those rows as neighbours of their neighbours."""
        ids = json.dumps([number for number, row in rows.items() if row and row["owner"] == "message"])
        found: dict[int, dict[int, None]] = {}
        for row in self._database.rows(BESIDE, {"ids": ids}):
            several = found.setdefault(row["id"], {})
            if len(several) < MOST_BESIDE:
                several[row["beside"]] = None
                found.setdefault(row["beside"], {})[row["id"]] = None
        return found

    def _fill(
        self, cosines: dict[int, float], ids: list[int], vector: "Array", embedder_id: str | None
    ) -> None:
        embedder = embedder_id or self._vectors.latest_embedder()
        if embedder is None or not ids:
            return
        known, matrix = self._vectors.read(embedder, ids)
        if known and matrix.shape[1] == len(vector):
            cosines.update(zip(known, (matrix @ vector).tolist(), strict=True))


def _candidate(row: Any, bm25: float, cosine: float | None, beside: tuple[int, ...]) -> Candidate:
    if row["owner"] == "cube":
        return Candidate(
            row["id"], Owner.CUBE, row["owner_id"], row["version"], row["body"], parse_time(row["cube_time"]),
            bm25, cosine,
            speaker=row["cube_speaker"],
            source=source_of(row),
            title=row["title"], kind=row["kind"], type=row["type"], project=row["cube_project"],
            pinned=bool(row["pinned"]), superseded=row["superseded_by"] is not None,
            heat=cooled(row["heat"], time_of(row["last_used"]), now()),
            priority=row["priority"],
        )  # fmt: skip
    return Candidate(
        row["id"], Owner.MESSAGE, row["owner_id"], 1, row["body"], parse_time(row["created"]), bm25, cosine,
        speaker=row["speaker"], role=row["role"], chat_id=row["chat_id"], position=row["position"],
        ref=row["ref"], source=Source(row["chat_id"], row["owner_id"]), project=row["chat_project"],
        neighbours=beside,
    )  # fmt: skip
