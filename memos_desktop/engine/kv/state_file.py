"""The file of one KV state, named by its id: written whole or not at all, and refused where a bit of it is wrong.

Layout: 8 bytes that name the kind of file and the version of the format, the length of the header and the header as
JSON, its CRC-32, the tokens as 32-bit integers (those of the prefix first; their CRC-32 stands in the header), the
payload (its CRC-32 too). Numbers are little-endian.
"""

import contextlib
import json
import logging
import mmap
import os
import stat
import struct
import sys
import tempfile
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from memos_desktop.engine.kv.header import BLOCK, EXACT, Header, block_id, mark, segment_id
from memos_desktop.engine.kv.identity import FORMAT
from memos_desktop.errors import VaultError

__all__ = ["BLOCK", "EXACT", "Header", "StateError", "StateFile", "block_id", "mark", "read", "segment_id", "write"]

log = logging.getLogger(__name__)

SUFFIX = ".kv"
TEMPORARY = ("incoming-", ".part")
KIND = b"MEMOSKV"
MAGIC = KIND + bytes([FORMAT])
NUMBER = struct.Struct("<I")
LONGEST_HEAD = 8 << 20
MOST_TOKENS = 1 << 24
PIECE = 1 << 20  # the interpreter is free for other threads within each piece
DAMAGED = "the file is damaged: its header does not fit its checksum"
SHORT = "the file is shorter than it was written"


class StateError(VaultError):
    """A kept state cannot be used. The message is a clause that says what is wrong with its file."""


@dataclass(frozen=True)
class StateFile:
    """A kept state. `bytes` is the size of the whole file, `offset` where the payload begins."""

    path: Path
    header: Header
    offset: int
    bytes: int
    used_ns: int

    @property
    def id(self) -> str:
        """The id of the state, which is the name of its file."""
        return self.header.id

    @property
    def last_used(self) -> datetime:
        """When the state was written or used last."""
        return datetime.fromtimestamp(self.used_ns / 1e9, UTC)

    @contextlib.contextmanager
    def open_payload(self) -> Iterator[memoryview]:
        """The payload, read from the disk where it is looked at. Raises StateError where the file is another now."""
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size != self.bytes:
                    raise StateError("the file has another size than before")
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise _unreadable(error) from error
        whole = memoryview(mapped)
        view = whole[self.offset :]
        try:
            yield view
        finally:
            # What still looks at the payload keeps it mapped; it is freed when that is.
            with contextlib.suppress(BufferError):
                view.release()
                whole.release()
                mapped.close()

    def verify(self, view: memoryview) -> None:
        """Raise StateError where `view`, the payload, is not what was written."""
        if len(view) != self.header.payload_bytes or _crc(view) != self.header.payload_crc32:
            raise StateError("the file is damaged: its content does not fit its checksum")


@dataclass(frozen=True)
class Written:
    """A state that is on the disk beside its place, under a name that nothing reads."""

    temporary: Path
    state: StateFile

    def place(self) -> StateFile:
        """Give the file its name. Raises VaultError where the disk refuses."""
        folder = self.state.path.parent
        with _refusable(folder):
            self.temporary.replace(self.state.path)
        try:
            _sync_folder(folder)
        except OSError as error:  # it is whole either way; after a loss of power the name could be missing
            log.info("The folder of kept states was not flushed: %s", error)
        return self.state


@contextlib.contextmanager
def written(folder: Path, header: Header, payload: memoryview) -> Iterator[Written]:
    """Write a state beside its place; without `place` nothing is left of it. Raises VaultError."""
    header.check()
    payload = payload.cast("B")
    header = replace(header, payload_bytes=len(payload), payload_crc32=_crc(payload))
    head = _head(header)
    with _refusable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(prefix=TEMPORARY[0], suffix=TEMPORARY[1], dir=folder)
    temporary = Path(name)
    try:
        try:
            with _refusable(folder):
                for piece in (memoryview(head), *_pieces(payload)):
                    _write_all(file, piece)
                os.fsync(file)
            used = os.fstat(file).st_mtime_ns
        finally:
            os.close(file)
        path = folder / (header.id + SUFFIX)
        yield Written(temporary, StateFile(path, header, len(head), len(head) + len(payload), used))
    finally:
        temporary.unlink(missing_ok=True)


def write(folder: Path, header: Header, payload: memoryview) -> StateFile:
    """Keep a state in `folder`, in place of one with the same id. Raises VaultError; nothing is left behind then."""
    with written(folder, header, payload) as file:
        return file.place()


def read(path: Path) -> StateFile:
    """What is kept in `path`, without reading the payload. Raises StateError naming what is wrong."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise StateError("it is a folder or a device, not a file")
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            header, offset = read_head(file, status.st_size)
    except OSError as error:
        raise _unreadable(error) from error
    if path.name != header.id + SUFFIX:
        raise StateError("the file was renamed: it holds another state than its name says")
    if status.st_size != offset + header.payload_bytes:
        shorter = status.st_size < offset + header.payload_bytes
        raise StateError(SHORT if shorter else "the file is longer than it was written")
    return StateFile(path, header, offset, status.st_size, status.st_mtime_ns)


def read_head(file: BinaryIO, size: int) -> tuple[Header, int]:
    """The header of an open file of `size` bytes, and where its payload begins. Raises StateError."""
    kind = file.read(len(MAGIC))
    if not kind:
        raise StateError("the file is empty")
    if kind != MAGIC[: len(kind)]:
        if not kind.startswith(KIND):
            raise StateError("it is no kept state of this program")
        raise StateError(f"it has format {kind[-1]}, this version of the program reads format {FORMAT}")
    (length,) = NUMBER.unpack(_take(file, NUMBER.size, size))
    if LONGEST_HEAD < length <= size:
        raise StateError("its header is too long")
    text = _take(file, length, size)
    if NUMBER.unpack(_take(file, NUMBER.size, size)) != (zlib.crc32(text),):
        raise StateError(DAMAGED)
    try:
        values: dict[str, Any] = json.loads(text)
        before, own = values.pop("prefix"), values.pop("tokens")
        if before + own > MOST_TOKENS:
            raise StateError("it has too many tokens")
        section = _take(file, 4 * (before + own), size)
        if values.pop("tokens_crc32") != zlib.crc32(section):
            raise StateError("the file is damaged: its tokens do not fit their checksum")
        tokens = _integers(section)
        return Header.from_json(values, tokens[:before], tokens[before:]), file.tell()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StateError(f"the header of the file makes no sense: {error}") from error


def _take(file: BinaryIO, length: int, size: int) -> bytes:
    """The next `length` bytes; asked of the size first, so that a wrong length does not fill the memory."""
    if not 0 <= length <= size - file.tell():
        raise StateError(SHORT)
    taken = file.read(length)
    if len(taken) != length:
        raise StateError(SHORT)
    return taken


def _head(header: Header) -> bytes:
    section = _bytes((*header.prefix, *header.tokens))
    values = {**header.to_json(), "tokens_crc32": zlib.crc32(section)}
    text = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
    return MAGIC + NUMBER.pack(len(text)) + text + NUMBER.pack(zlib.crc32(text)) + section


def _bytes(tokens: Sequence[int]) -> bytes:
    integers = array("i", tokens)
    if sys.byteorder == "big":
        integers.byteswap()
    return integers.tobytes()


def _integers(section: bytes) -> tuple[int, ...]:
    integers = array("i", section)
    if sys.byteorder == "big":
        integers.byteswap()
    return tuple(integers)


def _pieces(view: memoryview) -> Iterator[memoryview]:
    return (view[start : start + PIECE] for start in range(0, len(view), PIECE))


def _crc(view: memoryview) -> int:
    crc = 0
    for piece in _pieces(view):
        crc = zlib.crc32(piece, crc)
    return crc


def _write_all(file: int, piece: memoryview) -> None:
    while piece:
        piece = piece[os.write(file, piece) :]


@contextlib.contextmanager
def _refusable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VaultError(
            f"A KV state could not be saved in {folder}: {error.strerror or error}. Nothing was changed.",
            "Free some space on this disk, or make the folder writable. Answers are the same without it, only slower.",
        ) from error


def _unreadable(error: OSError) -> StateError:
    if isinstance(error, FileNotFoundError):
        return StateError("the file is gone")
    return StateError(f"the file cannot be read: {error.strerror or error}")


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # the new name itself must reach the disk too
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
