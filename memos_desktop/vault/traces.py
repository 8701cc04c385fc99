"""Looks for words in every row of a database.

A row is a trace where one of its columns has the words. What stands in a file and in no row is a remnant: SQLite left
it in room that is free now.
"""

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memos_desktop.vault.database import Database
from memos_desktop.vault.needles import Needles

ROWS = 4_000
FEW_FORMS = 6
SOME, TEXT_OF_SOME = 1_500, 200
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
        having, values = ("1", ()) if folded else _having(columns, needles)
        cursor = database.run(f"SELECT {names} FROM {table} WHERE {where} AND {having}", values)
        while rows := cursor.fetchmany(ROWS):
            yield _in_rows(table, rows, needles, folded)


def _having(columns: Sequence[str], needles: Needles) -> tuple[str, tuple[str, ...]]:
    """The condition that a row has one of a few needles, so that the others need not be brought here."""
    if len(needles.forms) > FEW_FORMS:
        return "1", ()
    asked = [f'instr("{column}", ?)' for column in columns for _ in needles.forms]
    return f"({' OR '.join(asked) or '0'})", needles.forms * len(columns)


def text_tables(database: Database) -> tuple[str, ...]:
    """The tables that can hold words; what is derived from them is not among these."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    names = (str(row["name"]) for row in database.rows(sql))
    return (SCHEMA, *(name for name in names if not name.startswith(("sqlite_", *DERIVED))))


def some_of(database: Database) -> bytes:
    """Some words as they stand in this database."""
    rows = database.rows("SELECT text FROM passages LIMIT ?", (SOME,))
    return "\0".join(row["text"][:TEXT_OF_SOME] for row in rows).encode()


def found_in(texts: Sequence[str], needles: Needles) -> list[set[int]]:
    """The numbers of the needles in each of these texts."""
    starts, parts, length = [], [], 0
    for text in texts:
        data = text.encode()
        starts.append(length)
        parts.append(data)
        length += len(data) + len(BETWEEN)
    found: list[set[int]] = [set() for _ in texts]
    for start, _, needle in needles.find(BETWEEN.join(parts)):
        found[bisect.bisect_right(starts, start) - 1].add(needle)
    return found


def _in_rows(table: str, rows: Sequence[Any], needles: Needles, folded: bool) -> list[Trace]:
    texts = ["\0\0".join(value for value in row[1:] if value) for row in rows]
    if folded:
        texts = [f"{text}\0\0{text.casefold()}" for text in texts]
    found = found_in(texts, needles)
    return [Trace(table, str(row[0]), needle) for row, numbers in zip(rows, found, strict=True) for needle in numbers]
