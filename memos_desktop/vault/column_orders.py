"""Every order of a list as a permutation of places. Equal ones stand in the order in which they were added."""

from bisect import bisect_left
from typing import TYPE_CHECKING

from memos_desktop.memory.cube import SortKey
from memos_desktop.vault.columns import NEVER, NO_PROJECT, Columns
from memos_desktop.vault.database import Database

if TYPE_CHECKING:
    from memos_desktop.vault.columns import Array, Ints, Mask

WORDS = {
    SortKey.KIND: "kind",
    SortKey.TYPE: "type",
    SortKey.STATE: "state",
    SortKey.ORIGIN: "origin",
    SortKey.PROJECT: "project",
    SortKey.TAGS: "tags",
}
SHELVES = "binned IS NULL", "binned IS NOT NULL"
FEW = 200
"""So many changed titles are put in their place one by one; for more the whole order is made anew."""
TITLES = "SELECT group_concat(rowid) FROM (SELECT rowid FROM cubes WHERE {} ORDER BY title COLLATE NOCASE, rowid)"


class ColumnOrders:
    """Makes orders when they are asked for, and keeps them until something is written."""

    def __init__(self, database: Database, columns: Columns) -> None:
        self._database = database
        self._columns = columns
        self._seen_at = self._begun = -1
        self._kept: dict[SortKey, Ints] = {}
        self._titles: list[Ints] = []

    def prepare(self) -> None:
        """Make the order that takes longest, before somebody waits for it."""
        self._titled()

    def ordered(self, mask: "Mask", sort: SortKey, descending: bool) -> "Ints":
        """The places of `mask` in order."""
        if self._seen_at != self._columns.epoch:
            self._seen_at = self._columns.epoch
            self._kept.clear()
        if self._begun != self._columns.begun:
            self._begun = self._columns.begun
            self._titles.clear()
        if sort not in self._kept:
            self._kept[sort] = self._titled() if sort is SortKey.TITLE else self._key(sort).argsort(kind="stable")
        order = self._kept[sort]
        found: Ints = order[mask[order]]
        return found[::-1] if descending else found

    def _titled(self) -> "Ints":
        """The order of titles is the one of SQLite, which has an index of them. Shelf and bin are never in one list."""
        import numpy as np

        changed = self._columns.retitled
        if not self._titles or len(changed) > FEW:
            parts = [self._database.value(TITLES.format(shelf)) or "" for shelf in SHELVES]
            self._titles = [np.fromstring(part, dtype=np.int64, sep=",") for part in parts]
        elif changed:
            gone = np.fromiter(changed, np.int64, len(changed))
            self._titles = [order[~np.isin(order, gone)] for order in self._titles]
            for place in changed:
                self._insert(place)
        changed.clear()
        return np.concatenate(self._titles)

    def _insert(self, place: int) -> None:
        """Put one cube where its title belongs."""
        import numpy as np

        if self._columns.alive()[place]:
            shelf = int(self._columns.flag("binned")[place])
            order = self._titles[shelf]
            at = bisect_left(order, self._title(place), key=self._title)
            self._titles[shelf] = np.insert(order, at, place)

    def _title(self, place: int) -> tuple[bytes, int]:
        """What SQLite compares: bytes, with the letters of ASCII in lower case; then which was added first."""
        found = self._database.value("SELECT title FROM cubes WHERE rowid = ?", (int(place),))
        return str(found).encode().lower(), int(place)

    def _key(self, sort: SortKey) -> "Array":
        import numpy as np

        column = self._columns.column
        if sort in WORDS:
            return self._ranks(WORDS[sort])
        if sort is SortKey.HEAT:
            return column("warmth")
        if sort is SortKey.EXPIRES:  # what never expires comes after what does
            ends = column("expires")
            return np.where(ends == NEVER, np.iinfo(np.int64).max, ends)
        return column(sort.value)

    def _ranks(self, name: str) -> "Array":
        """The place in the alphabet of each cube's word; what has none comes first."""
        import numpy as np

        words = self._columns.words(name)
        said = [", ".join(tags) for tags in self._columns.tag_sets.tags] if name == "tags" else list(words)
        alphabet = sorted(range(len(said)), key=lambda number: (said[number].casefold(), said[number]))
        ranks = np.zeros(max(1, len(words)), dtype=np.int64)
        ranks[alphabet] = np.arange(len(said))
        column: Array = ranks[self._columns.column(name)]
        if name == "project":
            column = np.where(self._columns.column("flags") & NO_PROJECT, -1, column)
        return column
