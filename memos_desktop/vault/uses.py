"""The log of uses: which cube stood in the context of which answer, in which form. Proposals are made from it.

Use is counted and cannot be undone, but every answer leaves a step in the journal that says what memory it was given.
"""

from collections.abc import Sequence
from datetime import datetime

from memos_desktop.ids import format_time, now, parse_time
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Behaviour, State
from memos_desktop.memory.heat import heated
from memos_desktop.memory.lifecycle import TRANSITIONS, Trigger
from memos_desktop.memory.use import Use
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.rows import behaviour_columns, time_of, use_of, use_row

ACTOR = "scheduler"
OF_CUBE = "FROM journal_changes WHERE table_name = 'uses' AND key = ?"


class UseLog:
    """Records uses and dismissed proposals."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    def record(self, uses: Sequence[Use], label: str, reason: str = "") -> Changes:
        """Keep the uses of one answer and count them: uses, last use, heat. A generated cube becomes activated.

        No undo step, but one in the journal with this label and reason, also where nothing was used. Cubes that
        were removed since they were recalled are left out. Label and reason should not quote a memory: when one is
        forgotten, only the steps of answers that used it are cleaned.
        """
        with self._database.transaction():
            counted = [use for use in uses if self._count(use)]
            rows = [use_row(use) for use in counted]
            self._database.run_many(
                "INSERT INTO uses (cube_id, version, time, form, tokens, chat_id, message_id)"
                " VALUES (:cube_id, :version, :time, :form, :tokens, :chat_id, :message_id)",
                rows,
            )
            moment = max((use.time for use in counted), default=now())
            self._journal.note(label, ACTOR, reason, moment, "uses", [(row["cube_id"], row) for row in rows])
        return Changes(cubes=frozenset(use.cube_id for use in counted), usage=bool(counted))

    def since(self, time: datetime) -> tuple[Use, ...]:
        """Every use since then, oldest first, also of cubes that are in the bin now."""
        rows = self._database.rows("SELECT * FROM uses WHERE time >= ? ORDER BY time, number", (format_time(time),))
        return tuple(use_of(row) for row in rows)

    def of(self, cube_id: str, limit: int = 100) -> tuple[Use, ...]:
        """The latest uses of one cube (its whole id), newest first."""
        sql = "SELECT * FROM uses WHERE cube_id = ? ORDER BY time DESC, number DESC LIMIT ?"
        return tuple(use_of(row) for row in self._database.rows(sql, (cube_id, limit)))

    def note(self, label: str, actor: str, reason: str, cube_id: str) -> None:
        """Leave a step in the journal about something done with a cube that undo need not take back."""
        self._journal.note(label, actor, reason, now(), "uses", [(cube_id, {"cube_id": cube_id})])

    def dismiss(self, cube_id: str, action: str) -> Changes:
        """Remember that the person did not want `action` done with a cube, now."""
        row = (cube_id, str(action), format_time(now()))
        self._database.run("INSERT OR REPLACE INTO dismissals VALUES (?, ?, ?)", row)
        return Changes(cubes=frozenset((cube_id,)), usage=True)

    def dismissals(self) -> dict[tuple[str, str], datetime]:
        """When each (cube id, action) was dismissed last."""
        rows = self._database.rows("SELECT cube_id, action, time FROM dismissals")
        return {(row["cube_id"], row["action"]): parse_time(row["time"]) for row in rows}

    def trim(self, before: datetime) -> int:
        """Remove older uses with their steps in the journal; returns how many uses. What they counted stays."""
        moment = format_time(before)
        with self._database.transaction():
            removed = self._database.run("DELETE FROM uses WHERE time < ?", (moment,)).rowcount
            old = "SELECT id FROM journal_steps WHERE time < ? AND actor = ? AND undoable = 0"
            self._database.run(f"DELETE FROM journal_changes WHERE step_id IN ({old})", (moment, ACTOR))
            self._database.run(f"DELETE FROM journal_steps WHERE id IN ({old})", (moment, ACTOR))
        return removed

    def _count(self, use: Use) -> bool:
        """Count one use. A clock that was set back makes neither the last use earlier nor anything colder."""
        sql = "SELECT uses, heat, last_used, state, frozen, binned FROM cubes WHERE id = ?"
        row = self._database.row(sql, (use.cube_id,))
        if row is None:
            return False
        before = Behaviour(row["uses"], time_of(row["last_used"]), row["heat"])
        last = max(use.time, before.last_used or use.time)
        used = Behaviour(before.uses + 1, last, heated(before, last))
        columns = behaviour_columns(used)
        leads = TRANSITIONS.get((State(row["state"]), Trigger.USE))
        if leads is not None and leads.to is not None and not row["frozen"] and row["binned"] is None:
            columns["state"] = leads.to.value
        names = ", ".join(f"{name} = ?" for name in columns)
        self._database.run(f"UPDATE cubes SET {names} WHERE id = ?", (*columns.values(), use.cube_id))
        return True


def forget_uses(database: Database, cube_id: str) -> None:
    """Remove what was recorded of the uses of a cube; called inside the transaction that forgets it.

    A step of an answer that used other cubes too stays, without its reason, which may quote this one.
    """
    steps = [row[0] for row in database.rows(f"SELECT DISTINCT step_id {OF_CUBE}", (cube_id,))]
    database.run(f"DELETE {OF_CUBE}", (cube_id,))
    database.run_many("UPDATE journal_steps SET reason = '' WHERE id = ?", [(step,) for step in steps])
    database.run_many(
        "DELETE FROM journal_steps WHERE id = ? AND NOT EXISTS (SELECT 1 FROM journal_changes c WHERE c.step_id = id)",
        [(step,) for step in steps],
    )
    database.run("DELETE FROM uses WHERE cube_id = ?", (cube_id,))
    database.run("DELETE FROM dismissals WHERE cube_id = ?", (cube_id,))

