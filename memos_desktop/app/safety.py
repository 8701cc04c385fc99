"""Use cases on a data folder that is not open: its check and its backups, also when it is too damaged to open."""

from pathlib import Path

from memos_desktop.paths import DataFolder
from memos_desktop.vault import backup, check
from memos_desktop.vault.backup import Backup
from memos_desktop.vault.check import CheckReport


def check_folder(folder: DataFolder, repair: bool = False) -> CheckReport:
    """Examine everything; with `repair` make anew what is derived. Raises VaultError, NotFoundError."""
    return check.check(folder, repair)


def create_backup(folder: DataFolder) -> Backup:
    """Copy the database aside. Raises VaultError, NotFoundError."""
    return backup.create(folder)


def backups(folder: DataFolder) -> tuple[Backup, ...]:
    """Every backup, the newest first."""
    return backup.list_backups(folder)


def restore_backup(folder: DataFolder, name: str) -> Path | None:
    """Put a backup in place; returns where the database that was there is kept. Raises VaultError, NotFoundError."""
    return backup.restore(folder, name)
