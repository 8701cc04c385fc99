"""Every write is a step with its rows before and after: undo, history and audit read the same record.

A step is one transaction. It goes through `Transaction`, which knows rows and no meaning, so undo and redo
are the same few lines for every table. An update records, and undo restores, only the columns that it
changed: what use has counted since stays. Undo and redo are steps of their own, so the past is never
rewritten; the one exception is `Journal.forgetting`, which strikes out what a person wants gone.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from memos_desktop.errors import UserError
from memos_desktop.ids import format_time, now, parse_time
from memos_desktop.memory.changes import Changes, RowChange, Step
from memos_desktop.progress import Progress
from memos_desktop.vault.database import Database
from memos_desktop.vault.scrub import merge
from memos_desktop.vault.transaction import Row, Touched, Transaction, dump, write_changes, write_head


class Journal:
    """Steps, undo and redo. One line of history: a new step makes what was undone before it final.

    `derive` is called inside every transaction with what it touched, to renew what is made from the rows.
    """

    def __init__(self, database: Database, derive: Callable[[Touched], None]) -> None:
        self._database = database
        self._derive = derive
        self._open: Transaction | None = None

    @contextlib.contextmanager
    def step(
        self, label: str, actor: str = "user", reason: str = "", *, continues: int | None = None
    ) -> Iterator[Transaction]:
        """One transaction and one undo step. Inside another step it joins that one, under the outer label.

        `continues` adds to an earlier step, for an import that is saved in pieces. A step that changes
        nothing leaves no record.
        """
        if self._open is not None:
            yield self._open
            return
        with self._transaction(_head("do", label, actor, reason), continues) as transaction:
            yield transaction

    def undo(self, progress: Progress | None = None) -> Changes | None:
        """Take the latest step back that is not undone. None when there is none. Cancelled it has not happened."""
        found = self.undoable()
        return None if found is None else self._play(found[0], found[1], "undo", progress)

    def redo(self, progress: Progress | None = None) -> Changes | None:
        """Make the step again that was undone last. None when there is none. Cancelled it has not happened."""
        found = self.redoable()
        return None if found is None else self._play(found[0], found[1], "redo", progress)

    def undo_step(self, step_id: int, progress: Progress | None = None) -> Changes:
        """Take this very step back. Raises UserError when it is not the latest one any more."""
        found = self.undoable()
        if found is None or found[0] != step_id:
            raise UserError(
                "Something else was changed since, so this cannot be undone by itself. Nothing was done.",
                "Use Undo to go back step by step, or the history of the memory to see what it was.",
            )
        return self._play(found[0], found[1], "undo", progress)

    def size(self, step_id: int) -> int:
        """How many rows a step changed."""
        return int(self._database.value("SELECT count(*) FROM journal_changes WHERE step_id = ?", (step_id,)))

    def undo_label(self) -> str | None:
        """What undo would take back."""
        found = self.undoable()
        return None if found is None else found[1]

    def redo_label(self) -> str | None:
        """What redo would make again."""
        found = self.redoable()
        return None if found is None else found[1]

    def steps(
        self, since: datetime | None = None, cube_id: str | None = None, limit: int = 100
    ) -> tuple[Step, ...]:
        """The latest steps with their changes, newest first; for one cube only the changes to it."""
        where, values = "time >= ?", [format_time(since) if since else ""]
        of_cube, keys = "1", list[str]()
        if cube_id is not None:
            of_cube, keys = "(key = ? OR (key > ? AND key < ?))", [cube_id, f"{cube_id}@", f"{cube_id}A"]
            where += f" AND id IN (SELECT step_id FROM journal_changes WHERE {of_cube})"
        sql = f"SELECT * FROM journal_steps WHERE {where} ORDER BY id DESC LIMIT ?"
        heads = self._database.rows(sql, (*values, *keys, limit))
        changes = f"SELECT * FROM journal_changes WHERE step_id = ? AND {of_cube} ORDER BY number"
        return tuple(
            _step(head, tuple(_row_change(row) for row in self._database.rows(changes, (head["id"], *keys))))
            for head in heads
        )

    def note(
        self, label: str, actor: str, reason: str, time: datetime, table: str, rows: Iterable[tuple[str, Row]]
    ) -> int:
        """Record what happened where nothing changed that undo could take back; returns the step's number.

        `rows` of `table` are given with the id of the cube that they are about. Undo passes over the step, and
        what was undone before can still be made again.
        """
        head = {**_head("do", label, actor, reason), "time": format_time(time), "undoable": 0}
        with self._database.transaction():
            number = write_head(self._database, head)
            write_changes(self._database, number, [(table, key, None, row, "") for key, row in rows])
        return number

    def complete(self, table: str, key: str, columns: Row) -> bool:
        """Amend the journal's record of the row that was added under `key`; returns whether there is one.

        An answer is added empty and finished later: redo must bring the finished one back.
        """
        sql = "SELECT number, after FROM journal_changes WHERE key = ? AND table_name = ? AND before IS NULL"
        found = self._database.rows(sql, (key, table))
        for record in found:
            after = dump({**json.loads(record["after"]), **columns})
            self._database.run(
                "UPDATE journal_changes SET after = ? WHERE number = ?", (after, record["number"])
            )
        return bool(found)

    @contextlib.contextmanager
    def forgetting(
        self, label: str, actor: str = "user", reason: str = ""
    ) -> Iterator[Callable[[str, str], None]]:
        """A step for good: the yielded function deletes a row and everything the journal says of it."""
        touched = Touched()

        def forget(table: str, key: str) -> None:
            self._database.run(f"DELETE FROM {table} WHERE id = ?", (key,))
            self._database.run("DELETE FROM journal_changes WHERE key = ? AND table_name = ?", (key, table))
            touched.note(table, key)

        with self._database.transaction():
            Transaction(self._database, {**_head("do", label, actor, reason), "undoable": 0}).begin()
            yield forget
            self._derive(touched)
            merge(self._database)
            # Labels may quote what was removed, and there is nothing left to undo.
            self._database.run(
                "UPDATE journal_steps SET label = 'Change of something removed since', reason = '',"
                " undoable = 0, redoable = 0 WHERE undoable = 1 AND NOT EXISTS"
                " (SELECT 1 FROM journal_changes c WHERE c.step_id = journal_steps.id)"
            )

    @contextlib.contextmanager
    def _transaction(self, head: Row, continues: int | None) -> Iterator[Transaction]:
        transaction = Transaction(self._database, head, continues)
        with self._database.transaction():
            self._open = transaction
            try:
                yield transaction
                transaction.flush()
                self._derive(transaction.touched)
            finally:
                self._open = None
        touched = transaction.touched
        transaction.changes = Changes(
            cubes=frozenset(touched.cubes),
            chats=frozenset(touched.chats),
            messages=frozenset(touched.messages),
            index=bool(touched.words or touched.messages),
            step_id=transaction.step_id,
            label=str(head["label"]),
        )

    def undoable(self) -> tuple[int, str] | None:
        """The number and label of the step that undo takes back."""
        sql = "SELECT id, label FROM journal_steps WHERE action = 'do' AND undone = 0 AND undoable = 1"
        found = self._database.row(f"{sql} ORDER BY id DESC LIMIT 1")
        return None if found is None else (found["id"], found["label"])

    def redoable(self) -> tuple[int, str] | None:
        """The number and label of the step that redo makes again."""
        found = self._database.row(
            "SELECT id, label FROM journal_steps WHERE redoable = 1 ORDER BY id LIMIT 1"
        )
        return None if found is None else (found["id"], found["label"])

    def _play(self, step_id: int, label: str, action: str, progress: Progress | None) -> Changes:
        sql = "SELECT * FROM journal_changes WHERE step_id = ? ORDER BY number"
        changes = [_row_change(row) for row in self._database.rows(sql, (step_id,))]
        head = {**_head(action, label, "user", ""), "of": step_id}
        undone = action == "undo"
        with self._transaction(head, None) as transaction:
            (transaction.revert if undone else transaction.repeat)(changes, _reporter(progress, len(changes)))
            flags = "undone = 1, redoable = 1" if undone else "undone = 0, redoable = 0"
            self._database.run(f"UPDATE journal_steps SET {flags} WHERE id = ?", (step_id,))
        return transaction.changes


def _reporter(progress: Progress | None, total: int) -> Callable[[int], None]:
    def report(done: int) -> None:
        if progress is not None:
            progress.update(done, total, f"{done:,} of {total:,}")

    return report


def _head(action: str, label: str, actor: str, reason: str) -> Row:
    return {"time": format_time(now()), "actor": actor, "label": label, "reason": reason, "action": action}


def _row_change(row: Any) -> RowChange:
    before, after = (json.loads(row[name]) if row[name] else None for name in ("before", "after"))
    return RowChange(row["table_name"], row["key"], before, after, row["reason"])


def _step(row: Any, changes: tuple[RowChange, ...]) -> Step:
    return Step(
        row["id"],
        parse_time(row["time"]),
        row["actor"],
        row["label"],
        row["reason"],
        row["action"],
        row["of"],
        bool(row["undone"]),
        changes,
    )
