"""The passages of a past vault, so that it can be searched: copied from the present, and made anew where they differ.

Both full-text tables are copied as they lie, block by block: filling them again would take ten times as long.
"""

from collections.abc import Iterable, Sequence

from memos_desktop.vault import fold
from memos_desktop.vault.database import Database
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.transaction import Touched

FULL_TEXT = ("passages_fts", "passages_words")
BLOCKS = ("data", "idx", "docsize", "config")
MANY = 0.5
"""Owners that differ from now, as a share of all passages, beyond which what stays is indexed again instead."""
AHEAD = 1_000_000
"""Passages that are made here have numbers so far beyond the present that no index takes one for another."""


class PastPassages:
    """Keeps passages and full text of a past vault true, once they are loaded.

    Attributes:
        loaded: whether they are here.

    """

    def __init__(self, database: Database, tables: Sequence[str]) -> None:
        self._database = database
        self._tables = tables
        self._passages = Passages(database)
        self.loaded = False

    def load(self, step_id: int) -> None:
        """Copy what the vault has now, and bring it to how it was after `step_id`. The second call does nothing."""
        if self.loaded:
            return
        latest = int(self._database.value("SELECT max(id) FROM now.journal_steps") or 0)
        with self._database.transaction():
            differing = self._differing(step_id, latest)
            self._make_tables()
            passages = int(self._database.value("SELECT count(*) FROM now.passages"))
            if len(differing.cubes) + len(differing.messages) > MANY * passages:
                self._index_again(differing)
            else:
                self._copy()
                self._add_triggers()
                self._passages.derive(differing)
        self.loaded = True

    def follow(self, before: int, step_id: int) -> None:
        """The rows were moved from one step to another."""
        if not self.loaded:
            return
        self._passages.derive(self._differing(min(before, step_id), max(before, step_id)))

    def renew(self, cube_ids: Iterable[str], message_ids: Iterable[str]) -> None:
        """These were removed or changed in the copy."""
        if self.loaded:
            self._passages.derive(Touched(cubes=dict.fromkeys(cube_ids), messages=dict.fromkeys(message_ids)))

    def _differing(self, low: int, high: int) -> Touched:
        found = Touched(cubes=dict.fromkeys(fold.touched(self._database, low, high)))
        if "messages" in self._tables:
            sql = (
                "SELECT DISTINCT key FROM now.journal_changes"
                " WHERE step_id > ? AND step_id <= ? AND table_name = 'messages'"
            )
            found.messages = {row[0]: None for row in self._database.rows(sql, (low, high))}
        return found

    def _make_tables(self) -> None:
        """The full text; the table of passages itself is there, empty, and may be watched already."""
        rows = self._database.rows(
            "SELECT sql FROM now.sqlite_master WHERE name IN ('passages_terms', ?, ?) ORDER BY rowid", FULL_TEXT
        )
        for row in rows:
            self._database.run(row["sql"])

    def _copy(self) -> None:
        self._database.run("INSERT INTO main.passages SELECT * FROM now.passages")
        for table in FULL_TEXT:
            for block in BLOCKS:
                self._database.run(f"DELETE FROM main.{table}_{block}")
                self._database.run(f"INSERT INTO main.{table}_{block} SELECT * FROM now.{table}_{block}")
        self._reserve_numbers()

    def _index_again(self, differing: Touched) -> None:
        """Only what is still right is copied; full text is made from it in one go."""
        owners = "SELECT id FROM main.cubes UNION ALL SELECT id FROM main.messages"
        self._database.run("CREATE TEMP TABLE differing (id TEXT PRIMARY KEY) WITHOUT ROWID")
        ids = [(id,) for id in (*differing.cubes, *differing.messages)]
        self._database.run_many("INSERT OR IGNORE INTO temp.differing VALUES (?)", ids)
        self._database.run(
            f"INSERT INTO main.passages SELECT * FROM now.passages WHERE owner_id IN ({owners})"
            " AND owner_id NOT IN (SELECT id FROM temp.differing)"
        )
        self._reserve_numbers()
        there = {row[0] for row in self._database.rows(f"SELECT id FROM ({owners}) WHERE id IN temp.differing")}
        self._database.run("DROP TABLE temp.differing")
        self._passages.derive(
            Touched(
                cubes={id: None for id in differing.cubes if id in there},
                messages={id: None for id in differing.messages if id in there},
            )
        )
        for table in FULL_TEXT:
            self._database.run(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")
        self._add_triggers()

    def _reserve_numbers(self) -> None:
        self._database.run("DELETE FROM main.sqlite_sequence WHERE name = 'passages'")
        self._database.run(
            "INSERT INTO main.sqlite_sequence (name, seq) VALUES ('passages', ? +"
            " (SELECT coalesce(max(seq), 0) FROM now.sqlite_sequence WHERE name = 'passages'))",
            (AHEAD,),
        )

    def _add_triggers(self) -> None:
        sql = "SELECT sql FROM now.sqlite_master WHERE type = 'trigger' AND tbl_name = 'passages'"
        for row in self._database.rows(sql):
            self._database.run(row["sql"])
