"""Rows going into one journal step, all of them or none. It knows rows and no meaning; see `journal`."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

from memos_desktop.memory.changes import Changes, RowChange
from memos_desktop.vault.database import Database

Row = dict[str, Any]
Record = tuple[str, str, Row | None, Row | None, str]
"""Table, key, the row before and after, why."""
ManyRows = Iterable[tuple[str, Mapping[str, Any], str]]
"""Key, the columns to set, why."""
PIECE = 500
"""Rows written at once by `change_many`: between two pieces it reports, and may be stopped."""
WORDY = frozenset(("title", "kind", "version"))
"""The columns of a cube that searching reads."""


@dataclass
class Touched:
    """The keys of the rows that a transaction changed, by table, in the order in which they were first touched.

    `headers` are those of `cubes` whose searchable words cannot have changed.
    """

    cubes: dict[str, None] = field(default_factory=dict)
    chats: dict[str, None] = field(default_factory=dict)
    messages: dict[str, None] = field(default_factory=dict)
    headers: dict[str, None] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The cubes whose searchable words may be others now."""
        return tuple(key for key in self.cubes if key not in self.headers)

    def note(self, table: str, key: str, columns: Iterable[str] | None = None) -> None:
        """A row of `table` changed (in these columns; None: it came or went); a version counts as its cube."""
        if table not in ("cubes", "versions"):
            getattr(self, table)[key] = None
            return
        cube_id = key.partition("@")[0]
        if table == "versions" or columns is None or not WORDY.isdisjoint(columns):
            self.headers.pop(cube_id, None)
        elif cube_id not in self.cubes:
            self.headers[cube_id] = None
        self.cubes[cube_id] = None


class Transaction:
    """Rows going into one step.

    Attributes:
        touched: what changed so far.
        step_id: the step's number, None until something changed.
        changes: what to tell the world; complete after the step ended.

    """

    def __init__(self, database: Database, head: Row, step_id: int | None = None) -> None:
        self._database = database
        self._head = head
        self._records: list[Record] = []
        self.touched = Touched()
        self.step_id = step_id
        self.changes = Changes()

    def add(self, table: str, row: Row) -> None:
        """Insert a row, complete but for columns that have a default."""
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._database.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
        self._record(table, row["id"], None, row)

    def add_many(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows that all set the same columns."""
        if not rows:
            return
        names, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        self._database.run_many(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows]
        )
        for row in rows:
            self._record(table, row["id"], None, row)

    def change(self, table: str, key: str, columns: Mapping[str, Any], reason: str = "") -> bool:
        """Set columns of the row `key`; `reason` is of this row, beside that of the step.

        Returns whether any of them was different. A missing row raises KeyError.
        """
        names = ", ".join(columns)
        found = self._database.row(f"SELECT {names} FROM {table} WHERE id = ?", (key,))
        if found is None:
            raise KeyError(f"{table} {key}")
        new = {name: value for name, value in columns.items() if found[name] != value}
        if not new:
            return False
        old = {name: found[name] for name in new}
        self._update(table, key, new)
        self._record(table, key, old, new, reason)
        return True

    def change_many(self, table: str, rows: ManyRows, report: Callable[[int], None] = lambda done: None) -> int:
        """The same for many rows, some hundred at once; returns how many were different.

        `report` is told how many of `rows` are done, and may raise to give the whole transaction up.
        """
        done = changed = 0
        for piece in _pieces(rows):
            changed += self._change_piece(table, piece)
            done += len(piece)
            report(done)
        return changed

    def remove(self, table: str, key: str) -> None:
        """Delete the row `key`. A missing row raises KeyError."""
        found = self._database.row(f"SELECT * FROM {table} WHERE id = ?", (key,))
        if found is None:
            raise KeyError(f"{table} {key}")
        self._database.run(f"DELETE FROM {table} WHERE id = ?", (key,))
        self._record(table, key, dict(found), None)

    def revert(self, changes: Sequence[RowChange], report: Callable[[int], None]) -> None:
        """Take recorded changes back, the last one first; `report` as in `change_many`."""
        self._turn([(each.table, each.key, each.after, each.before) for each in reversed(changes)], report)

    def repeat(self, changes: Sequence[RowChange], report: Callable[[int], None]) -> None:
        """Make recorded changes again."""
        self._turn([(each.table, each.key, each.before, each.after) for each in changes], report)

    def flush(self) -> None:
        """Write the step and its changes to the journal.

        Called inside the SQL transaction, before it commits.
        """
        if not self._records:
            return
        if self.step_id is None:
            self.step_id = self.begin()
        write_changes(self._database, self.step_id, self._records)
        self._records.clear()

    def begin(self) -> int:
        """Write the head of the step; returns its number."""
        if self._head["action"] == "do":
            self._database.run("UPDATE journal_steps SET redoable = 0 WHERE redoable = 1")
        return write_head(self._database, self._head)

    def _change_piece(self, table: str, piece: "Sequence[tuple[str, Mapping[str, Any], str]]") -> int:
        """Rows with different keys that all set the same columns."""
        names = tuple(piece[0][1])
        if not names:
            return 0
        sql = f"SELECT id, {', '.join(names)} FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
        found = {row["id"]: row for row in self._database.rows(sql, (json.dumps([key for key, _, _ in piece]),))}
        updates: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for key, columns, reason in piece:
            if key not in found:
                raise KeyError(f"{table} {key}")
            new = {name: value for name, value in columns.items() if found[key][name] != value}
            if new:
                updates.setdefault(tuple(new), []).append((*new.values(), key))
                self._record(table, key, {name: found[key][name] for name in new}, new, reason)
        for columns_set, values in updates.items():
            assignments = ", ".join(f"{name} = ?" for name in columns_set)
            self._database.run_many(f"UPDATE {table} SET {assignments} WHERE id = ?", values)
        return sum(map(len, updates.values()))

    def _record(self, table: str, key: str, before: Row | None, after: Row | None, reason: str = "") -> None:
        self._records.append((table, key, before, after, reason))
        self.touched.note(table, key, after if before is not None else None)

    def _update(self, table: str, key: str, columns: Row) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self._database.run(f"UPDATE {table} SET {names} WHERE id = ?", (*columns.values(), key))

    def _turn(
        self, changes: "Sequence[tuple[str, str, Row | None, Row | None]]", report: Callable[[int], None]
    ) -> None:
        done = 0
        for (table, updates), several in groupby(changes, lambda each: (each[0], None not in each[2:])):
            if updates:
                rows = [(key, new or {}, "") for _, key, _, new in several]
                self.change_many(table, rows, partial(_beyond, report, done))
                done += len(rows)
                continue
            for _, key, _, new in several:
                if new is None:
                    self.remove(table, key)
                else:
                    self.add(table, new)
                done += 1
                if done % PIECE == 0:
                    report(done)


def _beyond(report: Callable[[int], None], before: int, done: int) -> None:
    """Report a part of something as part of the whole."""
    report(before + done)


def _pieces(rows: ManyRows) -> "Iterator[list[tuple[str, Mapping[str, Any], str]]]":
    """`rows` in order, in pieces of different keys that set the same columns."""
    piece: dict[str, tuple[str, Mapping[str, Any], str]] = {}
    names: frozenset[str] = frozenset()
    for row in rows:
        key, columns, _ = row
        if piece and (len(piece) == PIECE or key in piece or names != columns.keys()):
            yield list(piece.values())
            piece = {}
        names = frozenset(columns)
        piece[key] = row
    if piece:
        yield list(piece.values())


def write_head(database: Database, head: Row) -> int:
    """Begin a step in the journal; returns its number."""
    names, marks = ", ".join(head), ", ".join("?" * len(head))
    sql = f"INSERT INTO journal_steps ({names}) VALUES ({marks})"
    number = database.run(sql, tuple(head.values())).lastrowid
    assert number is not None
    return number


def write_changes(database: Database, step_id: int, records: Iterable[Record]) -> None:
    """Add rows to a step, in this order."""
    database.run_many(
        "INSERT INTO journal_changes (step_id, table_name, key, before, after, reason) VALUES (?, ?, ?, ?, ?, ?)",
        [(step_id, table, key, dump(before), dump(after), why) for table, key, before, after, why in records],
    )


def dump(row: Row | None) -> str | None:
    """A row as the journal keeps it."""
    return None if row is None else json.dumps(row, ensure_ascii=False)
