"""Looks for words in everything that a database or a file holds: thousands of them at once, byte by byte.

A row is a trace where one of its columns has the words. What stands in a file and in no row is a remnant: SQLite left
it in room that is free now.
"""

import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from memos_desktop.memory.forgetting import written_forms
from memos_desktop.vault.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEY, TAIL = 4, 8
"""Bytes at the end of a needle that are compared first: by a table of numbers, then by a dictionary. Ends tell more
than beginnings: ids of one day begin alike. No needle is shorter than KEY."""
TABLE_BITS = 20
MIXER = 2654435761
CHUNK = 1 << 24
ROWS = 4_000
BETWEEN = b"\0\0"
# Their content follows from other tables, and is words and numbers without their order.
DERIVED = ("passages_fts", "passages_words")
SCHEMA = "sqlite_schema"


@dataclass(frozen=True, slots=True)
class Trace:
    """A row that has one of the needles. `key` is its id, or its number where it has none."""

    table: str
    key: str
    needle: int


class Needles:
    """Texts to be found, in every form in which a file may hold them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(dict.fromkeys(text for text in texts if len(text.encode()) >= KEY))
        self._forms: dict[bytes, list[tuple[bytes, int]]] = {}
        self._short: dict[bytes, list[tuple[bytes, int]]] = {}
        for number, text in enumerate(self.texts):
            for form in written_forms(text):
                place, size = (self._forms, TAIL) if len(form) >= TAIL else (self._short, KEY)
                place.setdefault(form[-size:], []).append((form, number))
        every = (form for place in (self._forms, self._short) for forms in place.values() for form, _ in forms)
        self._longest = max(map(len, every), default=0)
        self._table: NDArray[np.bool_] | None = None

    def find(self, data: bytes) -> list[tuple[int, int, int]]:
        """Every (start, end, number) of one, in no order."""
        found = []
        for end in self._candidates(data):
            for forms, size in ((self._forms, TAIL), (self._short, KEY)):
                for form, number in forms.get(data[end - size : end], ()) if end >= size else ():
                    if data.endswith(form, 0, end):
                        found.append((end - len(form), end, number))
        return found

    def count_in(self, file: BinaryIO) -> Counter[int]:
        """How often an open file holds each. Raises OSError where it cannot be read."""
        found: Counter[int] = Counter()
        rest = b""
        file.seek(0)
        while self._longest and (piece := file.read(CHUNK)):
            data = rest + piece
            # What lies in the overlap was counted with the piece before.
            found.update(number for _, end, number in self.find(data) if end > len(rest))
            rest = data[max(0, len(data) - self._longest + 1) :]
        return found

    def _candidates(self, data: bytes) -> Iterable[int]:
        """Where one may end: the table of mixed keys says so."""
        import numpy as np

        table = self._keys()
        for offset in range(KEY):
            count = (len(data) - offset) // KEY
            if count > 0 and self._longest:
                words = np.frombuffer(data, "<u4", count, offset)
                hits = np.flatnonzero(table[(words * np.uint32(MIXER)) >> np.uint32(32 - TABLE_BITS)])
                yield from (hits * KEY + offset + KEY).tolist()

    def _keys(self) -> "NDArray[np.bool_]":
        """Which mixed keys any needle ends with."""
        import numpy as np

        if self._table is None:
            ends = {key[-KEY:] for key in (*self._forms, *self._short)}
            keys = np.frombuffer(b"".join(ends), "<u4").astype(np.uint32)
            self._table = np.zeros(1 << TABLE_BITS, np.bool_)
            self._table[(keys * np.uint32(MIXER)) >> np.uint32(32 - TABLE_BITS)] = True
        return self._table


def traces(
    database: Database, needles: Needles, tables: Mapping[str, str] | None = None, folded: bool = False
) -> Iterator[list[Trace]]:
    """The rows that have any of the needles, some thousand rows at a time, of all tables.

    `tables`: only of these, each with the condition of its rows. `folded`: in lower case too, as the full-text index
    has every word.
    """
    for table, where in (tables or dict.fromkeys(text_tables(database), "1")).items():
        columns = [row["name"] for row in database.rows(f"PRAGMA table_info({table})") if row["type"] == "TEXT"]
        if not columns:
            continue
        every = [row["name"] for row in database.rows(f"PRAGMA table_info({table})")]
        key = "id" if "id" in every else every[0]
        names = ", ".join(f'"{name}"' for name in (key, *columns))
        cursor = database.run(f"SELECT {names} FROM {table} WHERE {where}")
        while rows := cursor.fetchmany(ROWS):
            yield _in_rows(table, rows, needles, folded)


def text_tables(database: Database) -> tuple[str, ...]:
    """The tables that can hold words; what is derived from them is not among these."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    names = (str(row["name"]) for row in database.rows(sql))
    return (SCHEMA, *(name for name in names if not name.startswith(("sqlite_", *DERIVED))))


def _in_rows(table: str, rows: Sequence[Any], needles: Needles, folded: bool) -> list[Trace]:
    starts, parts, length = [], [], 0
    for row in rows:
        text = "\0\0".join(value for value in row[1:] if value)
        data = (f"{text}\0\0{text.casefold()}" if folded else text).encode()
        starts.append(length)
        parts.append(data)
        length += len(data) + len(BETWEEN)
    found = needles.find(BETWEEN.join(parts))
    places = {(bisect.bisect_right(starts, start) - 1, needle) for start, _, needle in found}
    return [Trace(table, str(rows[number][0]), needle) for number, needle in sorted(places)]
