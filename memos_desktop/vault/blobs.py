"""Blobs: adapters, each a file named by the SHA-256 of its content.

A file is whole or absent: it is written beside its place, flushed to the disk, and renamed. SQLite counts the
cube versions that refer to each blob; `collect` removes files that nothing refers to, not even the journal.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from memos_desktop.errors import NotFoundError, VaultError
from memos_desktop.ids import format_time, now
from memos_desktop.vault.database import Database

PIECE = 1 << 20


class BlobStore:
    """The blobs of a vault in `folder`, which is made when the first one comes."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder

    def put(self, pieces: Iterable[bytes]) -> str:
        """Keep a content that comes in pieces.

        Returns its SHA-256. Raises VaultError where the disk refuses.
        """
        digest = hashlib.sha256()
        size = 0
        with self._temporary() as (file, path):
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                self._write(file, piece)
            self._finish(file)
            sha256 = digest.hexdigest()
            path.replace(self.path(sha256))
        self._sync_folder()
        moment = format_time(now())
        self._database.run(
            "INSERT INTO blobs (sha256, bytes, created, last_used) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (sha256) DO UPDATE SET last_used = excluded.last_used",
            (sha256, size, moment, moment),
        )
        return sha256

    def put_file(self, source: Path) -> str:
        """Keep a copy of a file; returns its SHA-256."""
        return self.put(_pieces(source))

    def path(self, sha256: str) -> Path:
        """Where the blob lies, if it is there."""
        return self.folder / sha256

    def open(self, sha256: str) -> Path:
        """The file of a blob, noted as used now. Raises NotFoundError where it is gone."""
        if not self.path(sha256).is_file():
            raise NotFoundError(
                f"The stored file {sha256[:12]}… is missing.", "It can be made again from its memory."
            )
        self._database.run("UPDATE blobs SET last_used = ? WHERE sha256 = ?", (format_time(now()), sha256))
        return self.path(sha256)

    def references(self, sha256: str) -> int:
        """How many cube versions refer to a blob."""
        return int(self._database.value("SELECT refs FROM blobs WHERE sha256 = ?", (sha256,)) or 0)

    def total_bytes(self) -> int:
        """The size of all blobs together."""
        return int(self._database.value("SELECT coalesce(sum(bytes), 0) FROM blobs"))

    def damaged(self) -> tuple[str, ...]:
        """Blobs whose file is missing or has another content than its name says."""
        known = [row["sha256"] for row in self._database.rows("SELECT sha256 FROM blobs ORDER BY sha256")]
        return tuple(sha256 for sha256 in known if not self._whole(sha256))

    def collect(self) -> int:
        """Remove blobs that no cube version and no journal record refers to, and stray files.

        Returns the bytes freed. Raises VaultError where a file cannot be removed; the next time tries it again.
        """
        rows = self._database.rows(
            "SELECT sha256, bytes FROM blobs WHERE refs = 0 AND NOT EXISTS"
            " (SELECT 1 FROM journal_changes"
            " WHERE table_name = 'versions' AND after LIKE '%' || sha256 || '%')"
        )
        with self._database.transaction():
            for row in rows:
                self._database.run("DELETE FROM blobs WHERE sha256 = ?", (row["sha256"],))
        freed = sum(int(row["bytes"]) for row in rows)
        kept = {row["sha256"] for row in self._database.rows("SELECT sha256 FROM blobs")}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in kept:
                try:
                    path.unlink()
                except OSError as error:
                    raise VaultError(
                        f"{path} could not be removed: {error.strerror or error}.",
                        "Make the folder writable for your account.",
                    ) from error
        return freed

    def _whole(self, sha256: str) -> bool:
        path = self.path(sha256)
        if not path.is_file():
            return False
        digest = hashlib.sha256()
        for piece in _pieces(path):
            digest.update(piece)
        return digest.hexdigest() == sha256

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[tuple[BinaryIO, Path]]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(prefix="incoming-", dir=self.folder)
        except OSError as error:
            raise self._refused(error) from error
        path = Path(name)
        file = cast(BinaryIO, os.fdopen(number, "wb", buffering=0))
        try:
            yield file, path
        finally:
            file.close()
            path.unlink(missing_ok=True)

    def _write(self, file: BinaryIO, piece: bytes) -> None:
        view = memoryview(piece)
        try:
            while view:
                view = view[file.write(view) :]
        except OSError as error:
            raise self._refused(error) from error

    def _finish(self, file: BinaryIO) -> None:
        """To the disk, and closed: Windows renames no open file."""
        try:
            os.fsync(file.fileno())
            file.close()
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> VaultError:
        return VaultError(
            f"A file could not be saved in {self.folder}: {error.strerror or error}. Nothing was changed.",
            "Free some space on this disk, or make the folder writable, and try again.",
        )

    def _sync_folder(self) -> None:
        if os.name == "posix":  # the new name itself must reach the disk too
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
