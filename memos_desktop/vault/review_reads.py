"""What the review list reads of a vault: the texts and vectors of all live memories, piece by piece."""

from typing import TYPE_CHECKING, NamedTuple

from memos_desktop.memory.lifecycle import TRANSITIONS, Trigger
from memos_desktop.vault.database import Database
from memos_desktop.vault.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PIECE = 2_000
_LIVE = ", ".join(f"'{state.value}'" for state, trigger in TRANSITIONS if trigger is Trigger.FUSE)
_WHERE = f"c.binned IS NULL AND c.kind = 'plaintext' AND c.state IN ({_LIVE}) AND c.superseded_by IS NULL"


class TextRow(NamedTuple):
    """One live memory. `place` is where to read on from."""

    place: int
    id: str
    project: str | None
    text: str


class ReviewReads:
    """Pieces of at most `PIECE` memories. Used on the thread of the vault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        """How many live memories there are."""
        return int(self._database.value(f"SELECT count(*) FROM cubes c WHERE {_WHERE}"))

    def texts(self, after: int, longest: int) -> tuple[TextRow, ...]:
        """The next ones after a place (0: the first), each text up to so many characters."""
        rows = self._database.rows(
            "SELECT c.rowid AS place, c.id, c.project, substr(v.text, 1, ?) AS text FROM cubes c"
            f" JOIN versions v ON v.id = c.id || '@' || c.version WHERE c.rowid > ? AND {_WHERE}"
            " ORDER BY c.rowid LIMIT ?",
            (longest, after, PIECE),
        )
        return tuple(TextRow(*row) for row in rows)

    def vectors(self, after: int) -> "tuple[int, list[str], NDArray[np.float32]]":
        """The place to read on from (`after` again at the end), ids, and vectors of those that are one passage each."""
        vectors = Vectors(self._database)
        embedder = vectors.latest_embedder()
        rows = self._database.rows(
            "SELECT p.id, p.owner_id FROM passages p JOIN cubes c ON c.id = p.owner_id"
            f" WHERE p.id > ? AND p.owner = 'cube' AND p.chunk = 0 AND {_WHERE}"
            " AND NOT EXISTS (SELECT 1 FROM passages o WHERE o.owner_id = p.owner_id AND o.chunk = 1)"
            " ORDER BY p.id LIMIT ?",
            (after, PIECE),
        )
        owners = {row["id"]: str(row["owner_id"]) for row in rows}
        numbers, matrix = vectors.read(embedder or "", owners)
        return max(owners, default=after), [owners[number] for number in numbers], matrix

    def cosine(self, one: str, two: str) -> float | None:
        """How near two memories of one passage each are in meaning; None where a vector is missing."""
        vectors = Vectors(self._database)
        sql = "SELECT id FROM passages WHERE owner_id IN (?, ?) AND chunk = 0"
        numbers, matrix = vectors.read(
            vectors.latest_embedder() or "", [row["id"] for row in self._database.rows(sql, (one, two))]
        )
        return float(matrix[0] @ matrix[1]) if len(numbers) == 2 else None
