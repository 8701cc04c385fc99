"""Backups: whole copies of the database, made while it is in use, and put back by swapping files."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from memos_desktop.errors import NotFoundError, VaultError
from memos_desktop.ids import now
from memos_desktop.paths import DataFolder
from memos_desktop.vault.database import Database, explain
from memos_desktop.vault.lock import FolderLock, alone

SUFFIX = ".sqlite3"
DAILY, DAILY_KEPT = "daily", 3
PATIENCE = 120.0
"""Seconds to wait while another process makes or cleans copies."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file. `name` is what `restore` takes; size in bytes."""

    name: str
    path: Path
    created: datetime
    bytes: int


@contextlib.contextmanager
def making(folder: DataFolder) -> Iterator[None]:
    """No other process makes a copy, and nobody cleans copies, meanwhile: what is copied and renamed is not missed."""
    with alone(folder.root / "backups.lock", PATIENCE):
        yield


def create(folder: DataFolder, label: str = "backup", database: Database | None = None) -> Backup:
    """Copy the database, in use or not, into the folder of backups; with the open `database` on its own thread.

    Raises VaultError where it cannot be read, is damaged or the copy cannot be written; a partial copy is
    removed. A copy made for the program's own sake, of the open `database`, is taken as it is.
    """
    if database is None and not folder.database.is_file():
        raise NotFoundError(f"There is no database in {folder.root}, so there is nothing to back up.")
    name = f"{now().strftime('%Y%m%dT%H%M%S%f')}-{_plain(label)}"
    target = folder.backups / (name + SUFFIX)
    partial = target.with_suffix(".partial")
    try:
        folder.backups.mkdir(parents=True, exist_ok=True)
        if database is not None:
            _copy(database.connection, folder.database, partial)
            partial.replace(target)
        else:
            with making(folder):
                _copy(None, folder.database, partial)
                _require_whole(partial)
                partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):  # what could not be written may be impossible to remove too
            partial.unlink(missing_ok=True)
        known = explain(error, folder.database) if isinstance(error, sqlite3.Error) else None
        raise known or VaultError(
            f"The backup could not be written to {folder.backups}: {error}. The database is untouched.",
            "Free some space on this disk and try again.",
        ) from error
    return _backup(target)


def create_daily(folder: DataFolder, database: Database) -> Backup | None:
    """One copy a day, of which the last few stay; None when the newest is less than a day old. Raises as `create`."""
    made = [backup for backup in list_backups(folder) if backup.name.endswith(DAILY)]
    if made and now() - made[0].created < timedelta(days=1):
        return None
    fresh = create(folder, DAILY, database)
    for old in made[DAILY_KEPT - 1 :]:
        old.path.unlink(missing_ok=True)
    return fresh


def list_backups(folder: DataFolder) -> tuple[Backup, ...]:
    """Every backup, the newest first."""
    found = folder.backups.glob("*" + SUFFIX) if folder.backups.is_dir() else ()
    return tuple(_backup(path) for path in sorted(found, reverse=True))


def restore(folder: DataFolder, name: str) -> Path | None:
    """Put a backup in the place of the database; returns where the file that was there is kept now.

    Takes the lock of the folder, so it is refused while the vault is open. Raises NotFoundError for an
    unknown name, VaultError where the backup itself is damaged; nothing is changed then.
    """
    chosen = next((backup for backup in list_backups(folder) if backup.name == name), None)
    if chosen is None:
        raise NotFoundError(f"There is no backup {name}.", "List the backups to see their names.")
    lock = FolderLock(folder.lock)
    try:
        return _swap(folder, chosen)
    finally:
        lock.release()


def _swap(folder: DataFolder, chosen: Backup) -> Path | None:
    fresh = folder.database.with_suffix(".restoring")
    try:
        _copy(None, chosen.path, fresh)
        _require_whole(fresh)
        kept = _set_aside(folder)
        fresh.replace(folder.database)
    except (OSError, sqlite3.Error) as error:
        raise VaultError(
            f"The backup {chosen.name} could not be put back ({error}). The database that was there is kept.",
            "Try an older backup, or free some space on this disk.",
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    return kept


def _set_aside(folder: DataFolder) -> Path | None:
    """Move the present database with its log away, under a name that tells when."""
    if not folder.database.exists():
        return None
    kept = folder.database.with_name(f"vault-replaced-{now().strftime('%Y%m%dT%H%M%S%f')}{SUFFIX}")
    for ending in ("-wal", "-shm"):  # the log first: a log beside another database would damage it
        with contextlib.suppress(FileNotFoundError):
            folder.database.with_name(folder.database.name + ending).replace(
                kept.with_name(kept.name + ending)
            )
    folder.database.replace(kept)
    return kept


def _copy(source: sqlite3.Connection | None, path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        if source is None:
            source = stack.enter_context(
                contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))
            )
        copy = stack.enter_context(contextlib.closing(sqlite3.connect(target)))
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, no log beside it
    file = os.open(target, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _require_whole(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as copy:
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        damaged = sqlite3.DatabaseError(str(found))
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damaged


def _plain(label: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in label)[:40] or "backup"


def _backup(path: Path) -> Backup:
    status = path.stat()
    created = datetime.fromtimestamp(status.st_mtime).astimezone()
    return Backup(path.stem, path, created, status.st_size)
