"""The vault as it was: a copy in memory, brought back to any step of the journal and moved along it.

The copy has the tables of the vault, so that the same queries page, filter, sort and recall. It reads the file over a
connection of its own and never writes to it: the vault goes on meanwhile. Passages are copied when somebody searches;
vectors are not copied at all, those that are still known are read where they lie.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path

from memos_desktop.ids import format_time, now
from memos_desktop.memory.cube import Cube, CubeFilter, CubePage, SortKey
from memos_desktop.memory.snapshot import CubeDiff, Fate
from memos_desktop.vault import comparing, fold
from memos_desktop.vault.database import Database
from memos_desktop.vault.past_passages import PastPassages
from memos_desktop.vault.vault import Vault

BESIDE = ("cube_tags", "cube_parents", "blobs")
FOR_RECALL = ("forgotten",)
READ_WHERE_THEY_LIE = ("vectors", "embedders", "meta")
OF_SEARCH = "passages_"
INDEXES = ("cubes_by_created", "cubes_activation", "cubes_pinned")
"""Of the many indexes of cubes those that a past needs; each costs time with every row that comes or goes."""
CLOSED = ("journal_steps", "cubes", "versions", "chats", "messages", "uses", "passages")
"""What a question to the past must not touch."""
FAR = 3_000
"""Changes beyond which a past begins again from now."""


class Past:
    """One vault at one step. Used by one thread at a time.

    Attributes:
        step_id: the step after which the vault is shown.
        vault: the copy, for the queries of any vault.

    """

    def __init__(self, present: Database, blobs: Path, step_id: int, *, chats: bool = False) -> None:
        """Raises VaultError where there is not enough memory for the copy."""
        self._present = present
        self._blobs = blobs
        self._closed_for_writing = False
        self._tables = (*fold.CUBES, *fold.CHATS) if chats else fold.CUBES
        self._beside = (*BESIDE, *FOR_RECALL) if chats else BESIDE
        self._open(step_id)

    def _open(self, step_id: int) -> None:
        """Copy the vault as it is now, and go back from there."""
        database = connect(self._present)
        try:
            with database.transaction():
                copy_schema(database)
                for table in (*self._tables, *self._beside):
                    copy_rows(database, table)
                add_triggers(database)
                fold.move(database, self._tables, latest_step(database), step_id)
            self.vault = Vault(database, self._blobs)
        except BaseException:
            database.close()
            raise
        self.step_id = step_id
        self._database = database
        self._passages = PastPassages(database, self._tables)

    def move(self, step_id: int) -> None:
        """Show another step. Only what lies in between is done, unless beginning again from now is less."""
        if step_id == self.step_id:
            return
        if self._is_far(step_id):
            left = self._database
            self._open(step_id)
            left.close()
            return
        before = self.step_id
        with self._database.transaction():
            fold.move(self._database, self._tables, before, step_id)
            self._passages.follow(before, step_id)
        self.step_id = step_id

    def _is_far(self, step_id: int) -> bool:
        """Whether bringing rows in again, or their passages, takes longer than copying all and taking some away."""
        if step_id < self.step_id and not self._passages.loaded:
            return False
        sql = "SELECT count(*) FROM now.journal_changes WHERE step_id > ? AND step_id <= ?"
        between = min(step_id, self.step_id), max(step_id, self.step_id)
        return int(self._database.value(sql, between)) > FAR

    def page(
        self,
        wanted: CubeFilter,
        offset: int,
        limit: int,
        sort: SortKey = SortKey.CREATED,
        descending: bool = True,
    ) -> CubePage:
        """One page of the cubes as they were."""
        if wanted.text.strip() or wanted.terms:
            self.prepare_search()
        return self.vault.cubes.page(wanted, offset, limit, sort, descending)

    def prepare_search(self) -> None:
        """Copy the passages, once."""
        self._passages.load(self.step_id)

    def cube(self, cube_id: str) -> Cube:
        """One cube as it was. Raises NotFoundError where there was none."""
        return self.vault.cubes.get(cube_id)

    def present(self, cube_id: str) -> Cube | None:
        """The same cube as it is now, or None."""
        return comparing.cube_now(self._database, cube_id)

    def fates(self, cube_ids: Iterable[str]) -> dict[str, CubeDiff]:
        """What has happened to these cubes since; those that are the same are left out."""
        ids = json.dumps(list(cube_ids))
        diffs = comparing.compare(self._database, "now.cubes", "SELECT value FROM json_each(?)", (ids,))
        return {diff.id: diff for diff in diffs}

    def since(self, limit: int) -> tuple[dict[Fate, int], tuple[CubeDiff, ...]]:
        """How many cubes differ from now by fate, and the first `limit` of each fate."""
        return comparing.summary(
            self._database, "now.cubes", fold.TOUCHED, (self.step_id, latest_step(self._database)), limit
        )

    def forget(self, cube_ids: Iterable[str], message_ids: Iterable[str] = ()) -> None:
        """Drop those of these cubes that were forgotten for good meanwhile: neither vault nor journal knows them.

        The messages that stood for them are left out of recall, and those that were changed with them say what they
        say now.
        """
        gone, changed = [cube_id for cube_id in cube_ids if self._is_forgotten(cube_id)], list(message_ids)
        if not gone:
            return
        closed = self._closed_for_writing
        with self._database.transaction():
            if closed:
                self._close_for_writing(False)
            for cube_id in gone:
                self._database.run("DELETE FROM main.cubes WHERE id = ?", (cube_id,))
                self._database.run("DELETE FROM main.versions WHERE cube_id = ?", (cube_id,))
            if "messages" in self._tables:
                self._forget_in_chats(changed)
            self._passages.renew(gone, changed)
            if closed:
                self._close_for_writing(True)

    def _is_forgotten(self, cube_id: str) -> bool:
        sql = (
            "SELECT NOT EXISTS (SELECT 1 FROM now.cubes WHERE id = :id)"
            " AND NOT EXISTS (SELECT 1 FROM now.journal_changes WHERE key = :id AND table_name = 'cubes')"
        )
        return bool(self._database.value(sql, {"id": cube_id}))

    def _forget_in_chats(self, message_ids: Sequence[str]) -> None:
        self._database.run("INSERT OR IGNORE INTO main.forgotten SELECT * FROM now.forgotten")
        ids = json.dumps(message_ids)
        among = "id IN (SELECT value FROM json_each(?))"
        gone = f"{among} AND id NOT IN (SELECT id FROM now.messages)"
        self._database.run(f"DELETE FROM main.messages WHERE {gone}", (ids,))
        self._database.run(
            "UPDATE main.messages SET text = n.text, caption = n.caption, receipt = n.receipt FROM now.messages n"
            f" WHERE n.id = messages.id AND messages.{among}",
            (ids,),
        )
        chats = f"id IN (SELECT chat_id FROM main.messages WHERE {among})"
        self._database.run(
            f"UPDATE main.chats SET title = n.title FROM now.chats n WHERE n.id = chats.id AND chats.{chats}", (ids,)
        )

    def latest(self) -> int:
        """The step that the vault is at now."""
        return latest_step(self._database)

    def prepare_question(self, moment: datetime) -> None:
        """Make the copy fit to be recalled from, at `moment`; from now on every write to it is an error."""
        self.prepare_search()
        # What has expired since had not expired then.
        values = format_time(moment), format_time(now())
        self._database.run("UPDATE main.cubes SET expires = NULL WHERE expires > ? AND expires <= ?", values)
        self._close_for_writing(True)

    def _close_for_writing(self, on: bool) -> None:
        self._closed_for_writing = on
        for table, event in product(CLOSED, ("INSERT", "UPDATE", "DELETE")):
            name = f"no_{event.lower()}_of_{table}"
            self._database.run(
                f"CREATE TEMP TRIGGER {name} BEFORE {event} ON main.{table}"
                " BEGIN SELECT RAISE(ABORT, 'the past cannot be changed'); END"
                if on
                else f"DROP TRIGGER temp.{name}"
            )

    def close(self) -> None:
        """Give the memory back."""
        self._database.close()


def connect(present: Database) -> Database:
    """An empty database in memory to which the vault is attached as `now`, for reading only."""
    made = Database(None)
    made.run("PRAGMA foreign_keys = OFF")  # a copy of what is whole; rows come and go in any order
    made.run("ATTACH DATABASE ? AS now", (present.address + "&mode=ro",))
    for statement in fold.SCRATCH.strip().split(";\n"):
        made.run(statement)
    return made


def latest_step(database: Database) -> int:
    """The last step of the attached vault."""
    return int(database.value("SELECT max(id) FROM now.journal_steps") or 0)


def copy_schema(database: Database) -> None:
    """The tables and indexes of the vault, empty. Those that are read where they lie become views."""
    rows = database.rows(
        "SELECT type, name, tbl_name, sql FROM now.sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index')"
        " AND name NOT LIKE 'sqlite_%' ORDER BY type DESC"
    )
    for row in rows:
        table = row["tbl_name"]
        needless = row["type"] == "index" and table == "cubes" and row["name"] not in INDEXES
        if table not in READ_WHERE_THEY_LIE and not table.startswith(OF_SEARCH) and not needless:
            database.run(row["sql"])
    for table in READ_WHERE_THEY_LIE:
        database.run(f"CREATE TEMP VIEW {table} AS SELECT * FROM now.{table}")


def copy_rows(database: Database, table: str) -> None:
    """All rows of one table. Equal tables without triggers are copied page by page."""
    database.run(f"INSERT INTO main.{table} SELECT * FROM now.{table}")


def add_triggers(database: Database, tables: Sequence[str] = ("cubes", "versions")) -> None:
    """What keeps the derived tables true, of these tables."""
    marks = ", ".join("?" * len(tables))
    sql = f"SELECT sql FROM now.sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})"
    for row in database.rows(sql, tuple(tables)):
        database.run(row["sql"])


@dataclass(frozen=True, slots=True)
class Then:
    """Some cubes as they were.

    `ids` are those that were asked for, `cubes` those that were there, by id; `chains` hold every version, oldest
    first, of those that the vault does not have any more.
    """

    ids: tuple[str, ...]
    cubes: dict[str, Cube]
    chains: dict[str, list[Cube]]


def rows_then(present: Database, step_id: int, ids: Sequence[str] | None) -> Then:
    """These cubes as they were after a step; without `ids` all that differ from now on the shelf."""
    database = connect(present)
    try:
        with database.transaction():
            if ids is None:
                _copy_some(database, fold.CUBES, fold.TOUCHED, (step_id, latest_step(database)))
            else:
                _copy_some(database, fold.CUBES, "SELECT value FROM json_each(?)", (json.dumps(list(ids)),))
            fold.move(database, fold.CUBES, latest_step(database), step_id, limited=True)
        if ids is None:
            differing = comparing.compare(database, "now.cubes", "SELECT id FROM temp.only", ())
            ids = [one.id for one in differing]
        cubes = {cube.id: cube for cube in comparing.cubes_in(database, ids)}
        return Then(tuple(ids), cubes, comparing.chains_gone(database, ids))
    finally:
        database.close()


def _copy_some(database: Database, tables: Sequence[str], scope: str, values: Sequence[object]) -> None:
    """Tables without indexes, with the rows of the cubes of `scope` only."""
    database.run(f"INSERT INTO temp.only {scope}", values)
    for table in tables:
        database.run(str(database.value("SELECT sql FROM now.sqlite_master WHERE name = ?", (table,))))
        column = "id" if table == "cubes" else "cube_id"
        database.run(f"INSERT INTO main.{table} SELECT * FROM now.{table} WHERE {column} IN (SELECT id FROM temp.only)")


def diff(present: Database, low: int, high: int, limit: int) -> tuple[dict[Fate, int], tuple[CubeDiff, ...]]:
    """What differs between the vault after `low` and after `high` (`low` before `high`)."""
    database = connect(present)
    try:
        with database.transaction():
            _copy_some(database, ("cubes",), fold.TOUCHED, (low, high))
            later, latest = "now.cubes", latest_step(database)
            if high < latest:
                fold.move(database, ("cubes",), latest, high, limited=True)
                later = _set_aside(database)
            fold.move(database, ("cubes",), high, low)  # what was touched here is all that there is
            return comparing.summary(database, later, "SELECT id FROM temp.only", (), limit)
    finally:
        database.close()


def _set_aside(database: Database) -> str:
    """The heads as they are here now, in a table of their own; its name."""
    sql = str(database.value("SELECT sql FROM now.sqlite_master WHERE name = 'cubes'"))
    database.run(sql.replace("CREATE TABLE cubes", "CREATE TEMP TABLE later", 1))
    database.run("INSERT INTO temp.later SELECT * FROM main.cubes")
    return "temp.later"
