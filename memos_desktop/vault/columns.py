"""The heads of all cubes as numpy columns: what lists filter, sort and count by, for 100,000 cubes in milliseconds.

The place of a cube is its rowid. Columns are loaded piece by piece, and kept true by temporary triggers: whatever
writes to the tables leaves the rowid of what it touched, and rolls that back with itself. Nothing else in the
program has to tell them, and nothing of them is on the disk.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from memos_desktop.memory.filter_match import words_in
from memos_desktop.vault.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Array = NDArray[Any]

PIECE = 2500
PASSAGES = 20_000
NEVER = -(2**63)
"""What a column of times holds where there is none."""
LAYOUT = "PRAGMA schema_version"
"""Grows when the file is compacted (VACUUM), which may number rows anew."""
FLAGS = ("pinned", "frozen", "proposed", "superseded", "binned")
WORDS = ("kind", "state", "type", "project", "scope", "access", "sensitivity", "origin", "tags")
TIMES = ("created", "changed", "time", "last_used", "expires")
COUNTS = ("uses", "size", "version", "flags", "source")
REALS = ("heat", "warmth")
TITLE = "title"
"""A column of hashes: equal as long as the title is, and the cube stays on its shelf or in the bin."""
SOURCES = ("none", "chat", "file")
READ = f"""SELECT c.rowid, c.kind, c.state, c.type, coalesce(c.project, ''), c.scope, c.access, c.sensitivity, v.origin,
    c.tags, {", ".join(f"substr(coalesce(c.{name}, ''), 1, 26)" for name in TIMES)}, c.uses, v.bytes,
    c.version,
    c.pinned + 2 * c.frozen + 4 * c.proposed + 8 * (c.superseded_by IS NOT NULL) + 16 * (c.binned IS NOT NULL)
        + 32 * (c.project IS NULL),
    CASE WHEN v.source_chat IS NOT NULL OR v.source_message IS NOT NULL THEN 1
        WHEN v.source_file IS NOT NULL THEN 2 ELSE 0 END,
    c.heat, coalesce(c.warmth, -1e999), c.title || (c.binned IS NULL)
"""
NO_PROJECT = 32
TOUCHED = """
CREATE TEMP TABLE touched_cubes (place INTEGER PRIMARY KEY);
CREATE TEMP TABLE touched_passages (place INTEGER PRIMARY KEY);
CREATE TEMP TRIGGER columns_added AFTER INSERT ON main.cubes BEGIN
    INSERT OR IGNORE INTO touched_cubes VALUES (new.rowid);
END;
CREATE TEMP TRIGGER columns_changed AFTER UPDATE ON main.cubes BEGIN
    INSERT OR IGNORE INTO touched_cubes VALUES (new.rowid);
END;
CREATE TEMP TRIGGER columns_removed AFTER DELETE ON main.cubes BEGIN
    INSERT OR IGNORE INTO touched_cubes VALUES (old.rowid);
END;
CREATE TEMP TRIGGER columns_version_added AFTER INSERT ON main.versions BEGIN
    INSERT OR IGNORE INTO touched_cubes SELECT rowid FROM cubes WHERE id = new.cube_id;
END;
CREATE TEMP TRIGGER columns_version_changed AFTER UPDATE ON main.versions BEGIN
    INSERT OR IGNORE INTO touched_cubes SELECT rowid FROM cubes WHERE id = new.cube_id;
END;
CREATE TEMP TRIGGER columns_passage_added AFTER INSERT ON main.passages WHEN new.owner = 'cube' BEGIN
    INSERT OR IGNORE INTO touched_passages VALUES (new.id);
END;
CREATE TEMP TRIGGER columns_passage_changed AFTER UPDATE ON main.passages WHEN new.owner = 'cube' BEGIN
    INSERT OR IGNORE INTO touched_passages VALUES (new.id);
END;
CREATE TEMP TRIGGER columns_passage_removed AFTER DELETE ON main.passages WHEN old.owner = 'cube' BEGIN
    INSERT OR IGNORE INTO touched_passages VALUES (old.id);
END;
"""


class Words(dict[str, int]):
    """Numbers for words, given as they come: a column of few different words is a column of small numbers."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class TagSets(Words):
    """Numbers for sets of tags, and which of those hold a tag.

    Attributes:
        tags: the tags of each set, by its number.
        said: each tag, casefolded, with its words as search compares them.

    """

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.said: dict[str, list[str]] = {}
        self._holding: dict[str, list[int]] = {}

    def __missing__(self, word: str) -> int:
        number = super().__missing__(word)
        self.tags.append(tuple(json.loads(word)))
        for tag in {tag.casefold() for tag in self.tags[-1]}:
            self._holding.setdefault(tag, []).append(number)
            if tag not in self.said:
                self.said[tag] = words_in(tag)
        return number

    def with_tag(self, tag: str) -> list[int]:
        """The numbers of the sets that hold this tag, which is given casefolded."""
        return self._holding.get(tag, [])


class Columns:
    """The columns, by name, and which passage belongs to which cube.

    Attributes:
        epoch: grows with every change: what was computed at one epoch still holds at the same one.
        begun: grows when everything is loaded anew, and cubes may have other places.
        loaded: whether every cube is here.
        tag_sets: the sets of tags that cubes have.
        retitled: places whose place in the alphabet may be another one; whoever keeps that order empties it.

    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.epoch = self.begun = 0
        self.loaded = False
        self.retitled: set[int] = set()
        self._watching = False
        self._doubtful: dict[str, set[int]] = {"touched_cubes": set(), "touched_passages": set()}
        self._next_cube = 0
        self._next_passage = 0
        self.tag_sets = TagSets()
        self._words: dict[str, Words] = {name: Words() for name in WORDS} | {"tags": self.tag_sets}
        self._arrays: dict[str, Array] = {}
        self._owners: Array | None = None
        self._top = 0
        self._layout = -1

    def load_piece(self) -> bool:
        """Read some thousand cubes more; returns whether there are more to come."""
        if self.loaded:
            return False
        if not self._watching:
            self._watch()
        if self._next_cube >= 0:
            rows = self._database.rows(f"{READ} {_FROM_CUBES}", (self._next_cube, PIECE))
            self._put(rows)
            self._next_cube = rows[-1][0] if len(rows) == PIECE else -1
            return True
        self._next_passage = self._load_passages(self._next_passage)
        self.loaded = self._next_passage < 0
        return not self.loaded

    def refresh(self) -> None:
        """Load what is missing, and read again what was touched since."""
        if self._watching and self._database.value(LAYOUT) != self._layout:
            self._begin()
        while self.load_piece():
            pass
        touched = self._taken("touched_cubes")
        if touched:
            self._renew(touched)
        passages = self._taken("touched_passages")
        if passages:
            self._renew_passages(passages)
        if touched or passages:
            self.epoch += 1

    @property
    def top(self) -> int:
        """One more than the largest place; every column is as long."""
        return self._top

    def column(self, name: str) -> "Array":
        """A column: numbers, times as microseconds since 1970 (`NEVER` for none), or the numbers of words."""
        return self._arrays[name][: self._top]

    def words(self, name: str) -> Words:
        """The words of a column with their numbers. Tags stand as they are stored, one word for each set of them."""
        return self._words[name]

    def flag(self, name: str) -> "Mask":
        """Where a flag is set."""
        mask: Mask = (self.column("flags") & (1 << FLAGS.index(name))) != 0
        return mask

    def alive(self) -> "Mask":
        """Where there is a cube at all."""
        return self.column("alive")

    def owners(self, passages: "Ints") -> "Ints":
        """The places of the cubes of these passages; those of messages have none."""
        assert self._owners is not None
        found = self._owners[passages[passages < len(self._owners)]]
        return found[found > 0]

    def _watch(self) -> None:
        with self._database.transaction():
            self._database.run_script(TOUCHED)
        self._watching = True
        self._begin()

    def _begin(self) -> None:
        """Load everything from the start: for the first time, or because rows may have other numbers now."""
        self._layout = self._database.value(LAYOUT)
        self._arrays = {name: _zeros(1, kind) for name, kind in _kinds()}
        self._owners = _zeros(1, "i4")
        self._next_cube = self._next_passage = self._top = 0
        self.loaded = False
        self.retitled.clear()
        self.begun += 1
        self.epoch += 1

    def _taken(self, table: str) -> list[int]:
        """What was touched. What is seen inside a transaction, which may be rolled back, is looked at once more."""
        doubtful = self._doubtful[table]
        found = {row[0] for row in self._database.rows(f"SELECT place FROM {table}")} | doubtful
        doubtful.clear()
        if self._database.in_transaction:
            doubtful |= found
        elif found:
            self._database.run(f"DELETE FROM {table}")
        return list(found)

    def _renew(self, places: Sequence[int]) -> None:
        rows = self._database.rows(f"{READ} {_FROM_PLACES}", (json.dumps(places),))
        self._grow(max(places) + 1)
        titles = self._arrays[TITLE][places]
        self._arrays["alive"][places] = False
        self._arrays[TITLE][places] = 0
        self._put(rows)
        self.retitled.update(
            place for place, old, new in zip(places, titles, self._arrays[TITLE][places], strict=True) if old != new
        )

    def _renew_passages(self, numbers: Sequence[int]) -> None:
        self._own(numbers, [0] * len(numbers))
        sql = (
            "SELECT p.id, c.rowid FROM json_each(?) j CROSS JOIN passages p ON p.id = j.value AND p.owner = 'cube'"
            " CROSS JOIN cubes c ON c.id = p.owner_id"
        )
        rows = self._database.rows(sql, (json.dumps(numbers),))
        self._own([row[0] for row in rows], [row[1] for row in rows])

    def _load_passages(self, begin: int) -> int:
        """Read the owners of a stretch of passages; gives where the next one begins, -1 after the last."""
        sql = (
            "SELECT p.id, c.rowid FROM passages p CROSS JOIN cubes c ON c.id = p.owner_id"
            " WHERE p.id >= ? AND p.id < ? AND p.owner = 'cube'"
        )
        rows = self._database.rows(sql, (begin, begin + PASSAGES))
        self._own([row[0] for row in rows], [row[1] for row in rows])
        later = "SELECT id FROM passages WHERE id >= ? ORDER BY id LIMIT 1"
        following: int | None = self._database.value(later, (begin + PASSAGES,))
        return -1 if following is None else following

    def _own(self, passages: Sequence[int], places: Sequence[int]) -> None:
        assert self._owners is not None
        if passages:
            self._owners = _longer(self._owners, max(passages) + 1)
            self._owners[passages] = places

    def _grow(self, top: int) -> None:
        if top > self._top:
            self._top = top
            self._arrays = {name: _longer(array, top) for name, array in self._arrays.items()}

    def _put(self, rows: Sequence[Any]) -> None:
        """Write rows of READ at their places."""
        if not rows:
            return
        import numpy as np

        places, *rest = zip(*rows, strict=True)
        at = np.array(places, dtype=np.int64)
        self._grow(int(at.max()) + 1)
        values = dict(zip((*WORDS, *TIMES, *COUNTS, *REALS, TITLE), rest, strict=True))
        for name in WORDS:
            self._arrays[name][at] = np.fromiter(map(self._words[name].__getitem__, values[name]), np.int32, len(at))
        for name in TIMES:
            self._arrays[name][at] = _micros(values[name])
        for name in (*COUNTS, *REALS):
            self._arrays[name][at] = values[name]
        self._arrays[TITLE][at] = np.fromiter(map(hash, values[TITLE]), np.int64, len(at))
        self._arrays["alive"][at] = True


_FROM_CUBES = (
    "FROM cubes c CROSS JOIN versions v ON v.id = c.id || '@' || c.version WHERE c.rowid > ? ORDER BY c.rowid LIMIT ?"
)
_FROM_PLACES = (
    "FROM json_each(?) j CROSS JOIN cubes c ON c.rowid = j.value"
    " CROSS JOIN versions v ON v.id = c.id || '@' || c.version"
)


def _kinds() -> Iterable[tuple[str, str]]:
    yield "alive", "?"
    yield from ((name, "i4") for name in WORDS)
    yield from ((name, "i8") for name in (*TIMES, *COUNTS, TITLE))
    yield from ((name, "f8") for name in REALS)


def _zeros(size: int, kind: str) -> "Array":
    import numpy as np

    return np.zeros(size, dtype=kind)


def _longer(array: "Array", size: int) -> "Array":
    """The array with room for `size` values, and some more where it has to grow."""
    if size <= len(array):
        return array
    import numpy as np

    grown = np.zeros(size + size // 4 + 1024, dtype=array.dtype)
    grown[: len(array)] = array
    return grown


def _micros(texts: Sequence[str]) -> "Ints":
    """Times as the tables hold them, without their zone, as microseconds; an empty one as `NEVER`."""
    import numpy as np

    return np.array(texts, dtype="S26").astype("M8[us]").view(np.int64)
