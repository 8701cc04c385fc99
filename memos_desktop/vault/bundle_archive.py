"""The zip of a bundle, read with suspicion: only what the format allows, and never more than was declared.

The structure is checked before any member is opened: every byte of the file belongs to a member or to the
directory at its end, so that nothing is hidden before, between or behind.
"""

import copy
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from memos_desktop.memory.bundle import CUBES, LARGEST_LINES, MANIFEST, MOST_BLOBS, VERSIONS, BundleError
from memos_desktop.memory.bundle_fields import shown

PIECE = 1 << 18
LOCAL_MARK, END_MARK, END64_MARK, LOCATOR_MARK = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
LOCAL = struct.Struct("<4s5H3L2H")
END = struct.Struct("<4s4H2LH")
END64, LOCATOR = struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
LARGEST_DIRECTORY = 4 << 20
LARGEST_MANIFEST = 8 << 20
LARGEST_BUNDLE = 256 << 30
"""All members together, unpacked."""
FREE, RATIO = 64 << 20, 200
"""A member may unpack to this much, or to so many times its packed size."""
BLOB = re.compile(r"blobs/[0-9a-f]{64}\.(kv|adapter)")


class _Directory(NamedTuple):
    """Where the central directory lies, and how many members it says it has."""

    start: int
    size: int
    members: int


class Archive:
    """An open bundle file. Every method raises BundleError where it is not what it must be."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file = self._open(path)
        try:
            self.bytes = os.fstat(self._file.fileno()).st_size
            directory = self._directory()
            self._zip = self._read(directory)
            self.members = self._examined(self._zip.infolist(), directory)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of a member, unpacked, in pieces. Raises BundleError where it is not as long as declared."""
        info = copy.copy(self.members[name])
        declared = info.file_size
        info.file_size += 1  # else the reader would cut off silently what is too much
        done = 0
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(PIECE):
                    done += len(piece)
                    if done > declared:
                        raise self.refused(f"{name} is larger than the {declared:,} bytes that are declared")
                    yield piece
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, zlib.error) as error:
            raise self.refused(f"{name} is damaged ({error})") from error
        if done != declared:
            raise self.refused(f"{name} has {done:,} bytes, and {declared:,} are declared")

    def refused(self, reason: str) -> BundleError:
        """The error for this file."""
        return BundleError(self.name, reason)

    def _open(self, path: Path) -> BinaryIO:
        try:
            # A pipe would wait for a writer: it must not be opened to see what it is.
            if not stat.S_ISREG(path.stat().st_mode):
                raise self.refused("it is a folder or a device, not a file")
            return path.open("rb")
        except OSError as error:
            reason = f"it cannot be read ({error.strerror or error})"
            raise BundleError(self.name, reason, "Choose another file.") from error

    def _directory(self) -> _Directory:
        """Where the directory is, from the record that must be the very end of the file."""
        if not self.bytes:
            raise self.refused("the file is empty")
        kind = self._at(0, 4)
        if kind != LOCAL_MARK:
            raise self.refused("it has no members" if kind == END_MARK else "it is no bundle")
        end = self.bytes - END.size
        mark, disk, first, here, count, size, start, comment = END.unpack(self._at(end, END.size))
        if mark != END_MARK or comment:
            raise self.refused("it is cut off, or something stands behind its end")
        locator = self._at(end - LOCATOR.size, LOCATOR.size) if end >= LOCATOR.size + END64.size else b""
        if locator.startswith(LOCATOR_MARK):  # beyond 2 GB the true numbers stand in a longer record
            end -= END64.size + LOCATOR.size
            mark, _, _, _, disk, first, here, count, size, start = END64.unpack(self._at(end, END64.size))
            if mark != END64_MARK:
                raise self.refused("its directory is damaged")
        if disk or first or here != count or start + size != end:
            raise self.refused("something stands before its members or behind its directory")
        if count > MOST_BLOBS + 3 or size > LARGEST_DIRECTORY:
            raise self.refused(f"it has {count:,} members; a bundle has {MOST_BLOBS + 3:,} at most")
        return _Directory(start, size, count)

    def _at(self, place: int, length: int) -> bytes:
        if place < 0:
            raise self.refused("it is cut off")
        self._file.seek(place)
        found = self._file.read(length)
        if len(found) != length:
            raise self.refused("it is cut off")
        return found

    def _read(self, directory: _Directory) -> zipfile.ZipFile:
        try:
            made = zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as error:
            raise self.refused(f"its directory is damaged ({error})") from error
        if made.start_dir != directory.start or len(made.infolist()) != directory.members:
            raise self.refused("its directory is damaged")
        return made

    def _examined(self, infos: list[zipfile.ZipInfo], directory: _Directory) -> dict[str, zipfile.ZipInfo]:
        seen: set[str] = set()
        for info in infos:
            name = info.orig_filename
            self._check_name(name)
            if name.casefold() in seen:
                raise self.refused(f"it has the member {shown(name)} twice")
            seen.add(name.casefold())
            self._check_member(info)
        if sum(info.file_size for info in infos) > LARGEST_BUNDLE:
            raise self.refused("its members are too large together")
        for name in (MANIFEST, CUBES, VERSIONS):
            if name not in seen:
                raise self.refused(f"{name} is missing")
        self._check_places(infos, directory)
        return {info.orig_filename: info for info in infos}

    def _check_name(self, name: str) -> None:
        if name in (MANIFEST, CUBES, VERSIONS) or BLOB.fullmatch(name):
            return
        parts = re.split(r"[\\/]", name)
        if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
            raise self.refused(f"the member {shown(name)} has an absolute name")
        if ".." in parts or "." in parts:
            raise self.refused(f"the member {shown(name)} leads out of the bundle")
        if name.casefold().endswith((".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib")):
            raise self.refused(f"the member {shown(name)} could hold a program (a pickle)")
        if name.casefold() in (MANIFEST, CUBES, VERSIONS):
            raise self.refused(f"the member {shown(name)} differs from a known one in capital letters only")
        raise self.refused(f"the member {shown(name)} is none of a bundle")

    def _check_member(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename
        mode = info.external_attr >> 16
        if info.flag_bits & 0x1:
            raise self.refused(f"{name} is encrypted")
        if info.flag_bits & ~0x800:
            raise self.refused(f"{name} is packed in a way that bundles are not")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or info.external_attr & 0x10:
            raise self.refused(f"{name} is a link or a folder, not a file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.refused(f"{name} is packed in a way that bundles are not")
        if BLOB.fullmatch(name) and info.compress_type != zipfile.ZIP_STORED:
            raise self.refused(f"{name} is compressed, which blobs are not")  # some megabytes could fill the disk
        if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
            raise self.refused(f"{name} declares two sizes")
        most = LARGEST_MANIFEST if name == MANIFEST else LARGEST_LINES if name in (CUBES, VERSIONS) else LARGEST_BUNDLE
        if info.file_size > most or too_dense(info.file_size, info.compress_size):
            raise self.refused(f"{name} would unpack to {info.file_size:,} bytes, which is too much")

    def _check_places(self, infos: list[zipfile.ZipInfo], directory: _Directory) -> None:
        """Each member begins where the one before it ends, the first at the beginning of the file."""
        reached = 0
        for info in sorted(infos, key=lambda one: one.header_offset):
            if info.header_offset != reached:
                raise self.refused("its members overlap, or something stands between them")
            mark, *_, name, extra = LOCAL.unpack(self._at(reached, LOCAL.size))
            if mark != LOCAL_MARK:
                raise self.refused(f"{info.orig_filename} is damaged")
            reached += LOCAL.size + name + extra + info.compress_size
        if reached != directory.start:
            raise self.refused("something stands between its members and its directory")


def too_dense(unpacked: int, packed: int) -> bool:
    """Whether so few bytes must not unpack to so many."""
    return unpacked > FREE + RATIO * packed
