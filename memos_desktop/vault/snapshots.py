"""Snapshots: named places in the journal, and the way from what a person names to a step of it.

Making one writes one small row, whatever the size of the vault. They are no memory, so they are not journaled: undo
passes over them.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import format_time, new_id, now, parse_time
from memos_desktop.memory.snapshot import LONGEST_NAME, NOW, Place, Point, Snapshot, checked_name
from memos_desktop.vault.database import Database

AUTOMATIC_KEPT = 30
MANY_CUBES = 100
"""An operation on more cubes than this is preceded by an automatic snapshot."""
SHORTEST_PREFIX = 6
CHANGED_SINCE = (
    "SELECT 1 FROM journal_changes WHERE step_id > ? AND table_name IN ('cubes', 'versions') LIMIT 1"
)


class Snapshots:
    """The snapshots of a vault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, note: str = "", past: Snapshot | None = None) -> Snapshot:
        """Name the present, or the place of `past` (which need not be kept anywhere).

        Raises UserError for a name that cannot be used or is taken, VaultError where the disk is full.
        """
        wanted = checked_name(name)
        self._require_free(wanted)
        if past is None:
            return self._add(wanted, note, automatic=False)
        made = replace(past, id=new_id(), name=wanted, note=" ".join(note.split()), automatic=False)
        self._insert(made)
        return made

    def before(self, what: str, cubes: int | None = None) -> Snapshot | None:
        """An automatic snapshot before something large; `what` completes “Before …”, `cubes` is how many it is about.

        None where it is about few. Where nothing changed since the last snapshot, that one is given back. Call it
        before the step that writes.
        """
        if cubes is not None and cubes <= MANY_CUBES:
            return None
        return self._automatic(f"Before {what}")

    def daily(self) -> Snapshot | None:
        """The automatic snapshot of the day; None where there is one already, or nothing changed since the last."""
        name = f"Daily {now().astimezone():%Y-%m-%d}"
        taken = self._database.value("SELECT 1 FROM snapshots WHERE name = ?", (name,))
        latest = self._latest()
        if taken or (latest is not None and not self._changed_since(latest.step_id)):
            return None
        if latest is None and not self._changed_since(0):
            return None
        return self._keep_some(self._add(name, "", automatic=True))

    def list(self) -> tuple[Snapshot, ...]:
        """Every snapshot, the newest place first."""
        rows = self._database.rows("SELECT * FROM snapshots ORDER BY step_id DESC, time DESC, id DESC")
        return tuple(_snapshot(row) for row in rows)

    def get(self, name: str) -> Snapshot:
        """A snapshot by its name, its id or the beginning of its id. Raises NotFoundError."""
        row = self._database.row("SELECT * FROM snapshots WHERE name = ? OR id = ?", (" ".join(name.split()), name))
        if row is None and len(name) >= SHORTEST_PREFIX:
            found = self._database.rows("SELECT * FROM snapshots WHERE id > ? AND id < ? LIMIT 2", (name, name + "{"))
            row = found[0] if len(found) == 1 else None
        if row is None:
            raise NotFoundError(f"There is no snapshot “{name}”.", "List the snapshots to see their names.")
        return _snapshot(row)

    def rename(self, name: str, new: str) -> Snapshot:
        """Give it another name. Raises as `create`, and NotFoundError. One that was automatic is kept from now on."""
        found, wanted = self.get(name), checked_name(new)
        if wanted.casefold() != found.name.casefold():
            self._require_free(wanted)
        renamed = replace(found, name=wanted, automatic=False)
        self._database.run("UPDATE snapshots SET name = ?, automatic = 0 WHERE id = ?", (wanted, found.id))
        return renamed

    def delete(self, name: str) -> Snapshot:
        """Let go of a name. No memory is touched, and `put_back` makes it as it was. Raises NotFoundError."""
        found = self.get(name)
        self._database.run("DELETE FROM snapshots WHERE id = ?", (found.id,))
        return found

    def put_back(self, snapshot: Snapshot) -> Snapshot:
        """Bring back one that was deleted. Raises UserError where its name was given away meanwhile."""
        self._require_free(snapshot.name)
        self._insert(snapshot)
        return snapshot

    def place(self, point: Point) -> Place:
        """The step that a point means: snapshot, step, moment (also in ISO 8601) or `now`. Raises NotFoundError."""
        if isinstance(point, datetime):
            return self._at_moment(point)
        if isinstance(point, int):
            return self._at_step(point)
        try:
            found = self.get(point)
        except NotFoundError:
            return self._in_words(point.strip())
        return Place(found.step_id, found.time, found.name)

    def _in_words(self, point: str) -> Place:
        if point.casefold() == NOW:
            return self._now()
        if point.lstrip("#").isdecimal():
            return self._at_step(int(point.lstrip("#")))
        try:
            moment = parse_time(point)
        except ValueError:
            raise NotFoundError(
                f"There is no snapshot “{point}”, and it is no step or date either.",
                "List the snapshots to see their names, or give a date such as 2026-03-12.",
            ) from None
        return self._at_moment(moment)

    def _now(self) -> Place:
        return Place(self._latest_step(), now(), NOW)

    def _at_step(self, step_id: int) -> Place:
        if step_id == 0:
            first = self._database.value("SELECT min(time) FROM journal_steps")
            return Place(0, parse_time(first) if first else now())
        if not 0 < step_id <= self._latest_step():
            raise NotFoundError(
                f"There is no step {step_id} in the journal.", "The journal shows the steps with their numbers."
            )
        sql = "SELECT time FROM journal_steps WHERE id <= ? ORDER BY id DESC LIMIT 1"
        found = self._database.value(sql, (step_id,))
        return Place(step_id, parse_time(found) if found else now())

    def _at_moment(self, moment: datetime) -> Place:
        found = self._database.value("SELECT max(id) FROM journal_steps WHERE time <= ?", (format_time(moment),))
        return Place(int(found or 0), min(moment, now()))

    def _automatic(self, wanted: str) -> Snapshot:
        latest = self._latest()
        if latest is not None and not self._changed_since(latest.step_id):
            return latest
        stamp = f"{now().astimezone():%Y-%m-%d %H:%M}"
        name = f"{wanted[: LONGEST_NAME - len(stamp) - 8].rstrip()}, {stamp}"
        number = 2
        unique = name
        while self._database.value("SELECT 1 FROM snapshots WHERE name = ?", (unique,)):
            unique, number = f"{name} ({number})", number + 1
        return self._keep_some(self._add(unique, "", automatic=True))

    def _keep_some(self, fresh: Snapshot) -> Snapshot:
        """The oldest automatic ones go."""
        self._database.run(
            "DELETE FROM snapshots WHERE automatic AND id NOT IN"
            " (SELECT id FROM snapshots WHERE automatic ORDER BY time DESC, id DESC LIMIT ?)",
            (AUTOMATIC_KEPT,),
        )
        return fresh

    def _add(self, name: str, note: str, automatic: bool) -> Snapshot:
        cubes = int(self._database.value("SELECT count(*) FROM cubes WHERE binned IS NULL"))
        made = Snapshot(new_id(), name, now(), self._latest_step(), automatic, cubes, " ".join(note.split()))
        self._insert(made)
        return made

    def _insert(self, one: Snapshot) -> None:
        values = (one.id, one.name, one.note, format_time(one.time), one.step_id, int(one.automatic), one.cubes)
        self._database.run(
            "INSERT INTO snapshots (id, name, note, time, step_id, automatic, cubes) VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def _require_free(self, name: str) -> None:
        if self._database.value("SELECT 1 FROM snapshots WHERE name = ?", (name,)):
            raise UserError(
                f"There is a snapshot “{name}” already. Nothing was saved.", "Choose another name, or delete that one."
            )

    def _latest(self) -> Snapshot | None:
        row = self._database.row("SELECT * FROM snapshots ORDER BY step_id DESC LIMIT 1")
        return None if row is None else _snapshot(row)

    def _latest_step(self) -> int:
        return int(self._database.value("SELECT max(id) FROM journal_steps") or 0)

    def _changed_since(self, step_id: int) -> bool:
        return self._database.value(CHANGED_SINCE, (step_id,)) is not None


def _snapshot(row: Any) -> Snapshot:
    time, automatic = parse_time(row["time"]), bool(row["automatic"])
    return Snapshot(row["id"], row["name"], time, row["step_id"], automatic, row["cubes"], row["note"])

