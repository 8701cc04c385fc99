"""The copies of the database that the program made: what is removed from the vault is removed from each of them."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from memos_desktop.errors import NotFoundError, VaultError
from memos_desktop.memory.forgetting import Words
from memos_desktop.paths import DataFolder
from memos_desktop.vault import migrations
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.purge import Doomed, doomed, remove
from memos_desktop.vault.redaction import Places, quoting
from memos_desktop.vault.scrub import fold_log, left_in, rewrite, sought

ENDINGS = ("-wal", "-shm", "-journal")
HOLDS = (
    "SELECT EXISTS (SELECT 1 FROM cubes WHERE id IN (SELECT value FROM json_each(:ids)))"
    " OR EXISTS (SELECT 1 FROM journal_changes j JOIN json_each(:ids) i ON j.key = i.value)"
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was done with the copies, by name; `remnants` stand in them all the same, `skipped` were left on purpose."""

    changed: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    remnants: int = 0
    skipped: int = 0


def copies(folder: DataFolder) -> tuple[Path, ...]:
    """Backups, and the databases that backups took the place of."""
    return (*sorted(folder.backups.glob("*.sqlite3")), *sorted(folder.root.glob("vault-replaced-*.sqlite3")))


def drop_unfinished(folder: DataFolder) -> int:
    """Remove what a killed process left of a copy; returns how many files.

    Not while a copy is being made: on the vault's thread, under the lock of `backup.making`.
    """
    unfinished = [*folder.backups.glob("*.partial*"), *folder.root.glob("vault.restoring*")]
    known = {path.name for path in copies(folder)}
    for path in (*folder.backups.glob("*.sqlite3-*"), *folder.root.glob("vault-replaced-*.sqlite3-*")):
        if path.name.rpartition("-")[0] not in known:  # a log without its database
            unfinished.append(path)
    for path in unfinished:
        path.unlink(missing_ok=True)
    return len(unfinished)


def delete(folder: DataFolder, name: str) -> None:
    """Remove one copy with what lies beside it. Raises NotFoundError, VaultError."""
    path = next((path for path in copies(folder) if path.name == name), None)
    if path is None:
        raise NotFoundError(f"There is no copy of the database named {name}.")
    try:
        for ending in ("", *ENDINGS):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise VaultError(
            f"{name} could not be deleted: {error.strerror or error}.", f"Make {path.parent} writable, or delete it."
        ) from error


def holding(folder: DataFolder, ids: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of copies that hold any of these cubes (ids as a JSON list), and of those that cannot be opened."""
    found, unreadable = [], []
    for path in copies(folder):
        try:
            address = f"{path.resolve().as_uri()}?mode=ro"
            with contextlib.closing(sqlite3.connect(address, uri=True)) as copy:
                if copy.execute(HOLDS, {"ids": ids}).fetchone()[0]:
                    found.append(path.name)
        except sqlite3.Error:
            unreadable.append(path.name)
    return tuple(found), tuple(unreadable)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be removed: cubes, and with `messages` their words from the chats.

    `texts` are what the vault knows of their words; a copy may know more. `anew`: write each file anew whatever a
    search finds, because not all words may be known.
    """

    ids: tuple[str, ...]
    texts: Collection[str] = ()
    messages: bool = False
    anew: bool = False


def clean(folder: DataFolder, order: Order) -> Cleaned:
    """Remove cubes from every copy. One that cannot be opened is left as it is, and named."""
    changed: list[str] = []
    unreadable: list[str] = []
    failed: list[str] = []
    remnants = 0
    for path in copies(folder):
        try:
            held, left = _clean(path, order)
        except (VaultError, sqlite3.Error, OSError) as error:
            (unreadable if _hopeless(error) else failed).append(path.name)
            continue
        changed += [path.name] if held else []
        remnants += left
    return Cleaned(tuple(changed), tuple(unreadable), tuple(failed), remnants)


def _clean(path: Path, order: Order) -> tuple[bool, int]:
    """Whether it held anything, and how much is left in it. Its time stays: it tells when the copy was made."""
    times = path.stat()
    with contextlib.closing(Database(path)) as database:
        _require_known(database)
        own = doomed(database, order.ids)
        texts = tuple(dict.fromkeys((*own.words.texts, *order.texts)))
        lost = Doomed(own.ids, Words(own.words.ids, texts, own.words.learned), own.titles)
        places = quoting(database, lost.ids, texts)
        ids = {"ids": json.dumps(lost.ids)}
        held = bool(own.words.texts or database.value(HOLDS, ids))
        if held or places:
            remove(database, Journal(database, Passages(database).derive), lost, places, order.messages)
        left = _scrub(database, lost, places, order.anew) + int(database.value(HOLDS, ids))
        database.run("PRAGMA journal_mode = DELETE")  # one file, no log beside it
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return held, left


def _scrub(database: Database, lost: Doomed, places: Places, anew: bool) -> int:
    fold_log(database)
    wanted = sought(database, lost.words.texts, lost.titles, lost.ids, places.named)
    left = left_in(database, database, wanted).remnants
    if left or anew:
        rewrite(database)
        left = left_in(database, database, wanted, rewritten=True).remnants
    return left


def _require_known(database: Database) -> None:
    """Raise sqlite3.DatabaseError for a file of another version: its tables may be others."""
    if migrations.applied(database) != tuple(name for name, _ in migrations.MIGRATIONS):
        raise sqlite3.DatabaseError("written by another version")


def _hopeless(error: Exception) -> bool:
    """Whether to try again would not help: it is damaged, or no database of this version."""
    cause = error.__cause__ if isinstance(error, VaultError) else error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    passing = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)
    return isinstance(cause, sqlite3.Error) and code not in (*passing, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
