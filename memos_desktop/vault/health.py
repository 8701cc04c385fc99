"""Is the database whole? A full read at every start would cost seconds, so it is done when there is a reason.

At a clean close the size and time of the file are noted. A file that is as it was left needs no reading;
after a crash, or when anything else has touched it, it is read whole before it is used.
"""

import contextlib
import json
from pathlib import Path

from memos_desktop.errors import VaultError
from memos_desktop.paths import DataFolder
from memos_desktop.vault.database import BACKUP_HINT, Database


def left_clean(folder: DataFolder) -> bool:
    """Whether the file is as it was left at a clean close. Asked before it is opened, and only once."""
    left = _left(folder)
    _seal(folder).unlink(missing_ok=True)
    return left is not None and left == _state(folder)


def refuse_emptied(folder: DataFolder) -> None:
    """Raise VaultError for a file without a byte where a database was: SQLite would begin a new one in it.

    Asked before `left_clean`. A first start that was killed leaves such a file too, but nothing beside it.
    """
    database = folder.database
    emptied = database.is_file() and database.stat().st_size == 0
    if emptied and (_left(folder) is not None or any(folder.backups.glob("*"))):
        raise VaultError(f"The database {database} is damaged (it is empty). It was not changed.", BACKUP_HINT)


def refuse_damaged(database: Database) -> None:
    """Read the file whole. Raises VaultError for a damaged one, with the way to the backup."""
    if problems := quick_check(database):
        raise VaultError(f"The database {database.path} is damaged ({problems[0]}). It was not changed.", BACKUP_HINT)


def quick_check(database: Database) -> list[str]:
    """What SQLite finds wrong with the structure of the file; empty when it is whole."""
    found = [str(row[0]) for row in database.rows("PRAGMA quick_check(5)")]
    return [] if found == ["ok"] else found


def mark_closed(folder: DataFolder) -> None:
    """Note how the closed file was left."""
    state = _state(folder)
    if state is not None:
        with contextlib.suppress(OSError):  # without the note the next start only takes longer
            _seal(folder).write_text(json.dumps(state), encoding="utf-8")


def _seal(folder: DataFolder) -> Path:
    return folder.database.with_suffix(".closed")


def _left(folder: DataFolder) -> list[int] | None:
    try:
        found = json.loads(_seal(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, list) else None


def _state(folder: DataFolder) -> list[int] | None:
    log = folder.database.with_name(folder.database.name + "-wal")
    if log.exists() or not folder.database.exists():  # not closed, or closed by force
        return None
    status = folder.database.stat()
    return [status.st_size, status.st_mtime_ns]
