"""Named migrations: each is one transaction, and an old file is backed up before the first one.

The file remembers the names of those it has had. A name that this program does not know means that a newer
one wrote the file: it is refused, never guessed at.
"""

from collections.abc import Callable, Sequence

from memos_desktop.errors import VaultError
from memos_desktop.ids import format_time, now
from memos_desktop.vault import schema
from memos_desktop.vault.database import Database

APPLICATION_ID = 0x4D656D4F  # "MemO": tells this file from any other SQLite database

Migration = tuple[str, Callable[[Database], None]]


def _first(database: Database) -> None:
    database.run_script(schema.FIRST)


MIGRATIONS: tuple[Migration, ...] = (("0001 vault", _first),)


def applied(database: Database) -> tuple[str, ...]:
    """The names of the migrations that the file has had, in order; empty for a new file."""
    if not database.value("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"):
        return ()
    return tuple(row["name"] for row in database.rows("SELECT name FROM migrations ORDER BY rowid"))


def migrate(
    database: Database, before_change: Callable[[], object], migrations: Sequence[Migration] = MIGRATIONS
) -> tuple[str, ...]:
    """Bring the file up to date; returns the names of what was done.

    `before_change` is called once before an old file is changed, to back it up. Raises VaultError for a file
    of another program or of a newer version; it is not touched then.
    """
    done = applied(database)
    _refuse_foreign(database, done, [name for name, _ in migrations])
    missing = [(name, change) for name, change in migrations if name not in done]
    if missing and done:
        before_change()
    for name, change in missing:
        with database.transaction():
            database.run(f"PRAGMA application_id = {APPLICATION_ID}")
            database.run(
                "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied TEXT NOT NULL)"
            )
            change(database)
            database.run("INSERT INTO migrations VALUES (?, ?)", (name, format_time(now())))
    return tuple(name for name, _ in missing)


def _refuse_foreign(database: Database, done: Sequence[str], known: Sequence[str]) -> None:
    if not done and database.value("SELECT count(*) FROM sqlite_master"):
        raise VaultError(
            f"{database.path} is a database of another program. It was not changed.",
            "Choose another data folder with --data-dir.",
        )
    if newer := [name for name in done if name not in known]:
        raise VaultError(
            f"{database.path} was written by a newer MemOS Desktop ({newer[-1]}). It was not changed.",
            "Update the program, or choose another data folder with --data-dir.",
        )
