"""Writes small GGUF files, sound or not, without llama.cpp."""

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

TYPES = {"u8": 0, "i8": 1, "u16": 2, "i16": 3, "u32": 4, "i32": 5, "f32": 6, "bool": 7, "u64": 10, "i64": 11}
FORMS = {"u8": "<B", "i8": "<b", "u16": "<H", "i16": "<h", "u32": "<I", "i32": "<i", "f32": "<f"}
FORMS |= {"bool": "<?", "u64": "<Q", "i64": "<q"}

CHAT = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "llama.block_count": 2,
    "llama.context_length": 4096,
    "llama.embedding_length": 64,
    "llama.feed_forward_length": 128,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.chat_template": "{{ messages[0].content }}",
}


def text(value: str) -> bytes:
    """A string of the format: its length, then its bytes."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(item) -> bytes:
    """Type and value of a metadata entry; a (kind, number) pair chooses the number's type."""
    if isinstance(item, str):
        return struct.pack("<I", 8) + text(item)
    if isinstance(item, bool):
        return struct.pack("<I?", 7, item)
    if isinstance(item, list):
        strings = bool(item) and isinstance(item[0], str)
        body = b"".join(text(one) if strings else struct.pack("<i", one) for one in item)
        return struct.pack("<IIQ", 9, 8 if strings else 5, len(item)) + body
    kind, number = item if isinstance(item, tuple) else ("f32" if isinstance(item, float) else "u32", item)
    return struct.pack("<I", TYPES[kind]) + struct.pack(FORMS[kind], number)


def gguf(
    metadata: Mapping[str, object] = CHAT,
    tensors: Iterable[tuple[str, tuple[int, ...], int]] = (("token_embd.weight", (64, 8), 0),),
    weights: int = 4096,
    version: int = 3,
) -> bytes:
    """The bytes of a file; `tensors` are (name, shape, type), all at offset 0, before `weights` bytes."""
    tensors = tuple(tensors)
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    head += b"".join(text(key) + value(item) for key, item in metadata.items())
    for name, shape, kind in tensors:
        head += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape) + struct.pack("<IQ", kind, 0)
    return head + b"\0" * (-len(head) % 32 + weights)


def write(path: Path, data: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(data)
    return path
