"""The header of a GGUF file: read and checked here, because llama.cpp may end the process on a damaged one.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Versions 2 and 3, little endian. The
weights are not read; that they lie inside the file is checked.
"""

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memos_desktop.errors import ModelError

MAGIC = b"GGUF"
STRING, ARRAY = 8, 9
# Value type → struct format: u8, i8, u16, i16, u32, i32, f32, bool; u64, i64, f64.
SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
# Tensor type → (elements, bytes) of a block; from ggml.c, compared with the library by a test.
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
AGAIN = "Download it again, or choose another file."
KEPT_ITEMS = 1024  # longer arrays (vocabularies) are stepped over


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says of itself.

    Attributes:
        metadata: keys and values; of arrays with more than 1,024 items only the length.
        tensors: how many tensors there are.
        parameters: how many weights they have together.
        size: of the file, in bytes.

    """

    metadata: Mapping[str, Any]
    tensors: int
    parameters: int
    size: int

    @property
    def architecture(self) -> str:
        """Such as `llama` or `qwen2`; empty when the file does not say."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """The model's name; empty when the file does not say."""
        return str(self.metadata.get("general.name", ""))

    @property
    def trained_context(self) -> int:
        """How many tokens the model was trained to see at once; 0 when the file does not say."""
        return self.number("context_length")

    def number(self, key: str, default: int = 0) -> int:
        """A whole number under the architecture's prefix; the largest one where each layer has its own."""
        value = self.metadata.get(f"{self.architecture}.{key}", default)
        numbers = value if isinstance(value, list) else [value]
        whole = [item for item in numbers if isinstance(item, int)]
        return max(whole, default=default)


def read_header(path: Path) -> Header:
    """Read and check the header of `path`.

    Raises ModelError: the file cannot be read, is no GGUF file, is truncated or damaged.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size < 24:
                file.seek(0)
                raise _no_model(path) if file.read(4) != MAGIC else _truncated(path)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(path, data).header()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.", AGAIN) from error


def _no_model(path: Path) -> ModelError:
    return ModelError(
        f"{path.name} is not a GGUF model file.",
        "Choose a file in the GGUF format; its name usually ends in .gguf.",
    )


def _truncated(path: Path) -> ModelError:
    return ModelError(f"{path.name} is truncated: it ends before its contents do.", AGAIN)


class _Reader:
    """Walks through the header; every read is checked against the end of the file."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._size = len(data)
        self._at = 0

    def header(self) -> Header:
        """Read everything up to the weights, and check where those would end."""
        if self._take(4) != MAGIC:
            raise _no_model(self._path)
        version = self._number("<I")
        if version not in (2, 3):
            raise ModelError(
                f"{self._path.name} has GGUF version {version}; versions 2 and 3 can be read.",
                "Choose a newer file of this model." if version == 1 else "Update MemOS Desktop.",
            )
        tensors, entries = self._number("<Q"), self._number("<Q")
        metadata = dict(self._entry() for _ in range(self._plausible(entries, 13)))
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment <= 0:
            raise self._damaged("alignment")
        infos = [self._tensor() for _ in range(self._plausible(tensors, 24))]
        start = -(-self._at // alignment) * alignment
        if any(start + offset + size > self._size for offset, size, _ in infos):
            raise _truncated(self._path)
        return Header(metadata, tensors, sum(count for _, _, count in infos), self._size)

    def _take(self, count: int) -> bytes:
        return self._data[self._skip(count) : self._at]

    def _skip(self, count: int) -> int:
        start = self._at
        if count > self._size - start:
            raise _truncated(self._path)
        self._at = start + count
        return start

    def _number(self, form: str) -> int:
        size = struct.calcsize(form)
        value: int = struct.unpack_from(form, self._data, self._skip(size))[0]
        return value

    def _plausible(self, count: int, least: int) -> int:
        """`count` items of at least `least` bytes each must fit into the rest of the file."""
        if count * least > self._size - self._at:
            raise _truncated(self._path)
        return count

    def _text(self) -> str:
        try:
            return self._take(self._number("<Q")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._damaged("text") from error

    def _entry(self) -> tuple[str, Any]:
        key = self._text()
        return key, self._value(self._number("<I"))

    def _value(self, kind: int) -> Any:
        if kind in SCALARS:
            return self._number(SCALARS[kind])
        if kind == STRING:
            return self._text()
        if kind == ARRAY:
            return self._array()
        raise self._damaged("value type")

    def _array(self) -> Any:
        kind, count = self._number("<I"), self._number("<Q")
        if kind in SCALARS and count > KEPT_ITEMS:
            self._skip(count * struct.calcsize(SCALARS[kind]))
            return count
        if kind == STRING and count > KEPT_ITEMS:
            self._step_over_texts(self._plausible(count, 8))
            return count
        if kind == ARRAY:  # not used by any model known; refusing it keeps this reader free of recursion
            raise self._damaged("nested array")
        return [self._value(kind) for _ in range(self._plausible(count, 1))]

    def _step_over_texts(self, count: int) -> None:
        """The tight loop over vocabularies of some 150,000 texts, hence without a call for each."""
        unpack, data, at, end = struct.Struct("<Q").unpack_from, self._data, self._at, self._size - 8
        for _ in range(count):
            if at > end:
                raise _truncated(self._path)
            at += 8 + unpack(data, at)[0]
        self._at = at
        self._skip(0)

    def _tensor(self) -> tuple[int, int, int]:
        """Offset behind the header, bytes and weights of one tensor. An unknown type counts as empty."""
        self._text()
        dimensions = self._number("<I")
        if not 1 <= dimensions <= 4:
            raise self._damaged("tensor shape")
        count = 1
        for _ in range(dimensions):
            count *= self._number("<Q")
        kind, offset = self._number("<I"), self._number("<Q")
        elements, size = BLOCKS.get(kind, (1, 0))
        return offset, count // elements * size, count

    def _damaged(self, what: str) -> ModelError:
        return ModelError(f"{self._path.name} is damaged: its header has an unreadable {what}.", AGAIN)
