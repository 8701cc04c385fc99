"""MemDumper: writes a bundle beside its place and gives it its name when it is whole and on the disk.

However the process ends, what stood at that place before is whole too.
"""

import contextlib
import glob
import hashlib
import os
import stat
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self, cast

from memos_desktop.errors import UserError, VaultError
from memos_desktop.ids import now
from memos_desktop.memory.bundle import (
    BLOBS,
    CUBES,
    ENDINGS,
    LARGEST_LINES,
    MANIFEST,
    MOST_BLOBS,
    VERSIONS,
    Holds,
    Manifest,
    Member,
)
from memos_desktop.memory.bundle_text import Lines, manifest_json
from memos_desktop.vault.bundle_archive import PIECE, too_dense

UNFINISHED = ".part"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the archive tells no times but the manifest's


class BundleWriter:
    """A bundle on its way; use it in a `with`. Without `finish`, nothing is left of it.

    First all cubes in the order of their ids, then blobs. Every method raises VaultError where the disk refuses.

    Attributes:
        cubes, versions: how many were added.

    """

    def __init__(self, target: Path, program: str, embedder: str | None, redacted: bool) -> None:
        self._given = target
        self._program, self._embedder, self._redacted = program, embedder, redacted
        self.cubes = self.versions = 0
        self._members: list[Member] = []
        self._closing = contextlib.ExitStack()
        self._zip: zipfile.ZipFile | None = None
        with self._refusable(), contextlib.ExitStack() as begun:
            begun.callback(self._closing.close)
            self._begin(target)
            begun.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        with contextlib.suppress(OSError):  # a full disk says it again when buffers are dropped
            self._closing.close()
        self._path.unlink(missing_ok=True)

    def add(self, lines: Lines) -> None:
        """Add a cube with its versions. Raises UserError where they are more than anybody could import."""
        with self._refusable():
            self._lists[CUBES].write(lines.head)
            self._lists[VERSIONS].writelines(lines.versions)
            if max(spool.tell() for spool in self._lists.values()) > LARGEST_LINES:
                raise UserError(
                    f"This is more than the {LARGEST_LINES >> 30} GB of text that one bundle holds; none was written.",
                    "Export the memories in parts, by a filter for instance.",
                )
        self.cubes += 1
        self.versions += len(lines.versions)

    def add_blob(self, holds: Holds, name: str, cube_id: str, pieces: Iterable[bytes], size: int) -> None:
        """Add a KV state (under its id) or an adapter (under its hash) of a cube, `size` bytes long."""
        if len(self._members) >= MOST_BLOBS + len(self._lists):
            raise UserError(
                f"These are more than the {MOST_BLOBS:,} KV states and adapters that one bundle holds.",
                "Export the memories in parts, or without them.",
            )
        digest = hashlib.sha256()

        def counted() -> Iterator[bytes]:
            for piece in pieces:
                digest.update(piece)
                yield piece

        member = f"{BLOBS}{name}{ENDINGS[holds]}"
        with self._refusable():
            self._write(self._packed(), member, counted(), zipfile.ZIP_STORED, size)
        self._members.append(Member(member, holds, size, digest.hexdigest(), cube_id))

    def finish(self, created: datetime | None = None) -> int:
        """Put the whole file in its place. Returns its size in bytes."""
        with self._refusable():
            packed = self._packed()
            manifest = Manifest(
                self._program,
                created or now(),
                self._embedder,
                self.cubes,
                self.versions,
                self._redacted,
                tuple(self._members),
            )
            content = manifest_json(manifest)
            self._write(packed, MANIFEST, [content], zipfile.ZIP_STORED, len(content))
            packed.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            size = self._path.stat().st_size
            if os.name == "nt":  # Windows renames no open file
                self._file.close()
            self._path.replace(self._target)
        with contextlib.suppress(OSError):  # the file is whole and in its place; some disks cannot say more
            _sync_folder(self._target.parent)
        return size

    def _begin(self, target: Path) -> None:
        self._target = _checked(target)
        _sweep(self._target)
        prefix = f".{self._target.name}."
        file, name = tempfile.mkstemp(prefix=prefix, suffix=UNFINISHED, dir=self._target.parent)
        self._path = Path(name)
        self._file = os.fdopen(file, "w+b")
        self._closing.callback(self._path.unlink, missing_ok=True)
        self._closing.callback(self._file.close)
        _claim(self._file)
        self._lists = {name: self._spool() for name in (CUBES, VERSIONS)}

    def _packed(self) -> zipfile.ZipFile:
        """The archive, with the two lists in it. So much of the same that it looked like a trap is not compressed."""
        if self._zip is None:
            for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
                self._file.seek(0)
                self._file.truncate()
                made = zipfile.ZipFile(self._file, "w")
                self._members = [self._write_list(made, name, method) for name in (CUBES, VERSIONS)]
                if not any(too_dense(info.file_size, info.compress_size) for info in made.infolist()):
                    break
            self._closing.callback(_abandon, made)
            self._zip = made
        return self._zip

    def _write_list(self, packed: zipfile.ZipFile, name: str, method: int) -> Member:
        digest = hashlib.sha256()
        spool = self._lists[name]
        size = spool.seek(0, os.SEEK_END)
        spool.seek(0)

        def pieces() -> Iterator[bytes]:
            while piece := spool.read(PIECE):
                digest.update(piece)
                yield piece

        self._write(packed, name, pieces(), method, size)
        return Member(name, Holds.CUBES if name == CUBES else Holds.VERSIONS, size, digest.hexdigest())

    def _write(self, packed: zipfile.ZipFile, name: str, pieces: Iterable[bytes], method: int, size: int) -> None:
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type, info.file_size = method, size  # the size decides whether long numbers are needed
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        with packed.open(info, "w") as member:
            for piece in pieces:
                member.write(piece)

    def _spool(self) -> BinaryIO:
        return cast(BinaryIO, self._closing.enter_context(tempfile.TemporaryFile(dir=self._target.parent)))

    @contextlib.contextmanager
    def _refusable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise VaultError(
                f"{self._given} could not be written: {error.strerror or error}. Your memories are unchanged,"
                " and no unfinished file was left.",
                "Free some space on that disk, or choose another place.",
            ) from error


def _checked(target: Path) -> Path:
    """The file that is meant, behind links. Raises OSError for a folder, a device, or a place that is not there."""
    found = target.resolve()
    if found.exists() and not stat.S_ISREG(found.stat().st_mode):
        raise OSError("there is a folder or a device of this name")
    if not found.parent.is_dir():
        raise OSError(f"there is no folder {found.parent}")
    return found


def _abandon(packed: zipfile.ZipFile) -> None:
    """Close an archive that nobody wants any more, whose file may be closed or on a full disk."""
    with contextlib.suppress(OSError, ValueError):
        packed.close()


def _sweep(target: Path) -> None:
    """Remove what a killed process left of an export to the same place."""
    for path in target.parent.glob(f".{glob.escape(target.name)}.*{UNFINISHED}"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            _claim(file)
            path.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # the new name itself must reach the disk too
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _claim(file: BinaryIO) -> None:
    """Say that a process is at work on this file. Raises OSError where another one has said so.

    Windows removes no file that is open, so there it need not be said.
    """
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
