"""A disk that is full where rows go into one table, as SQLite tells it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from memos_desktop.vault.database import Database


@contextmanager
def full_disk(table: str = "snapshots") -> Iterator[None]:
    """Nothing can be added to this table meanwhile."""
    run = Database.run

    def refuse(self: Database, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        if sql.startswith(f"INSERT INTO {table}"):
            with self._translated():
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
        return run(self, sql, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "run", refuse)
        yield
