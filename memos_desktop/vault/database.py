"""The SQLite connection: how it is opened, how statements run, and what its errors mean to a person.

Every statement of the vault runs through `Database`, so that a full disk or a damaged file is told in plain
words wherever it shows. Nothing here knows a table.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from memos_desktop.errors import UserError, VaultError
from memos_desktop.ids import new_id

Parameters = Sequence[Any] | Mapping[str, Any]
BACKUP_HINT = (
    "Put a backup in its place with `memos-desktop backup restore NAME`; `memos-desktop backup list` shows"
    " the names. The damaged file is kept beside it."
)


class Database:
    """One connection in autocommit mode; `transaction` groups writes. Used by one thread at a time.

    Attributes:
        path: the file, or None for a database in memory.
        address: the URI under which another connection of this process can attach it.
        connection: the sqlite3 connection, for backup and for tests.

    """

    def __init__(self, path: Path | None, address: str = ":memory:") -> None:
        """`address` is where one without a file lies: for itself alone, or at a `shared_address`."""
        self.path = path
        self.address = address if path is None else _uri(path)
        with self._translated():
            self.connection = sqlite3.connect(
                path or address,
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=3.0,
                cached_statements=256,
            )
        self.connection.row_factory = sqlite3.Row
        self._file: BinaryIO | None = None
        try:
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "temp_store = MEMORY",
                "cache_size = -65536",
                "secure_delete = ON",
            ):
                self.run(f"PRAGMA {pragma}")
        except VaultError:
            self.connection.close()
            raise

    @property
    def in_transaction(self) -> bool:
        """Whether a write transaction is open."""
        return self.connection.in_transaction

    @property
    def generation(self) -> int:
        """Grows with every row written: what was computed at one generation still holds at the same one."""
        return self.connection.total_changes

    def run(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement. Raises VaultError where the file cannot be read or written."""
        with self._translated():
            return self.connection.execute(sql, parameters)

    def run_many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        """Run one statement for each set of parameters."""
        with self._translated():
            self.connection.executemany(sql, parameters)

    def run_script(self, sql: str) -> None:
        """Run several statements inside the open transaction (`executescript` would commit it)."""
        statement = ""
        for line in sql.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.run(statement)
                statement = ""

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._translated():
            return self.connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self._translated():
            found: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()
            return found

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside an open transaction it joins that one."""
        if self.in_transaction:
            yield
            return
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # a full disk has rolled back already
                self.connection.rollback()
            raise

    def file(self) -> BinaryIO:
        """The bytes of the file, to be read by one thread at a time; not for a database in memory.

        It stays open as long as the connection: to close any handle of the file would give up SQLite's locks on it.
        """
        assert self.path is not None
        if self._file is None:
            self._file = self.path.open("rb")
        return self._file

    def close(self) -> None:
        """Close the connection; the write-ahead log is folded into the file."""
        self.connection.close()
        if self._file is not None:
            self._file.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            known = explain(error, self.path)
            if known is None:
                raise
            raise known from error
        except UnicodeEncodeError as error:  # a lone surrogate
            raise UserError("The text holds half a character, so it was not used. Nothing was changed.") from error


def shared_address() -> str:
    """A place in memory that other connections of this process can attach."""
    return f"file:/{new_id()}?vfs=memdb&"


def _uri(path: Path) -> str:
    """A file as SQLite reads it in a URI: what follows the two slashes begins with one of its own."""
    name = path.absolute().as_posix()
    return f"file://{'' if name.startswith('/') else '/'}{quote(name, safe='/:')}?"


def explain(error: sqlite3.Error, path: Path | None) -> VaultError | None:
    """The error in words for a person, or None where it is a bug (a constraint, a wrong statement)."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    where = str(path) if path else "memory"
    if code == sqlite3.SQLITE_FULL:
        return VaultError(
            f"The disk with {where} is full, so nothing was changed. Everything saved before is safe.",
            "Free some space on this disk and try again.",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return VaultError(
            f"{where} cannot be written, so nothing was changed. What is saved there is safe.",
            "Make the data folder writable for your account, or choose another with --data-dir.",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return VaultError(f"The database {where} is damaged ({error}). It was not changed.", BACKUP_HINT)
    if code == sqlite3.SQLITE_BUSY:
        return VaultError(
            f"Another program is using {where}, so nothing was changed.", "Close that program and try again."
        )
    if code == sqlite3.SQLITE_IOERR:
        return VaultError(
            f"Reading or writing {where} failed ({error}). Everything saved before should be safe.",
            "Check the disk, then start again.",
        )
    return None
