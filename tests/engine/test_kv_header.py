"""What the file of a KV state says about itself: ids and keys, and what is refused for making no sense."""

import json
import struct
import zlib
from dataclasses import replace

import pytest
from kv_values import IDENTITY, block, segment

from memos_desktop.engine.kv.header import block_id, mark, segment_id
from memos_desktop.engine.kv.state_file import MAGIC, StateError, StateFile, read, write


@pytest.fixture
def small(tmp_path) -> StateFile:
    header = segment((5, 6, 7), owner="chat:c", cubes=("m",), spans=((1, 2, "0c" * 32),))
    return write(tmp_path, header, memoryview(b"the cells"))


def test_keys_carry_the_mark_of_the_block_they_came_from():
    other = "00000000000a" + "0" * 52
    header = segment((7, 8, 9, 10, 11), 1, "ab" * 32, spans=((2, 4, other),))
    assert header.keys == (8, 9 | 10 << 32, 10 | 10 << 32, 11)
    assert mark(other) == 10 << 32
    assert segment((7, 8)).keys == (7, 8)


def test_ids_tell_apart_what_differs():
    later = replace(IDENTITY, library="llama.cpp b2")
    ids = [
        segment_id(IDENTITY, (1, 2, 3), 0),
        segment_id(IDENTITY, (1, 2, 3), 1),
        segment_id(IDENTITY, (1, 2), 0),
        segment_id(IDENTITY, (12, 3), 0),
        segment_id(later, (1, 2, 3), 0),
        block_id(IDENTITY, (), (1, 2, 3)),
        block_id(IDENTITY, (1,), (2, 3)),
        block_id(IDENTITY, (1,), (2, 3), "cube:a@1"),
        block_id(IDENTITY, (1,), (2, 3), "cube:b@1"),
        block_id(later, (1,), (2, 3)),
    ]
    assert len(set(ids)) == len(ids)
    assert segment_id(IDENTITY, (1, 2, 3), 0) == segment_id(replace(IDENTITY), [1, 2, 3], 0)


BASE = segment((1, 2, 3, 4), 2, "ab" * 32)


@pytest.mark.parametrize(
    "header",
    [
        replace(BASE, tier="warm"),
        replace(BASE, id="../../etc/passwd"),
        replace(BASE, id="AB" * 32),
        replace(BASE, parent="abc"),
        replace(BASE, parent=""),
        replace(BASE, start=0, tokens=(1, 2, 3, 4)),
        replace(BASE, start=4, tokens=()),
        replace(BASE, start=-1, tokens=(0,) * 5),
        replace(BASE, tokens=(3,)),
        replace(BASE, prefix=(1,)),
        replace(BASE, spans=((1, 3, "0c" * 32),)),
        replace(BASE, spans=((3, 5, "0c" * 32),)),
        replace(BASE, spans=((3, 3, "0c" * 32),)),
        replace(BASE, spans=((3, 4, "0c" * 32), (2, 3, "0c" * 32))),
        replace(BASE, spans=((2, 4, "block"),)),
        replace(BASE, created="yesterday"),
        replace(block((1, 2)), parent="ab" * 32),
        replace(block((1, 2)), spans=((0, 1, "0c" * 32),)),
    ],
)
def test_a_header_that_contradicts_itself_is_not_written(tmp_path, header):
    with pytest.raises(ValueError, match=r"."):
        write(tmp_path, header, memoryview(b""))
    assert list(tmp_path.iterdir()) == []


def rewritten(state: StateFile, change) -> None:
    """The file with another header, its checksum right."""
    content = state.path.read_bytes()
    (length,) = struct.unpack("<I", content[8:12])
    text = change(content[12 : 12 + length])
    state.path.write_bytes(
        MAGIC + struct.pack("<I", len(text)) + text + struct.pack("<I", zlib.crc32(text)) + content[16 + length :]
    )


def changed(**values):
    return lambda text: json.dumps({**json.loads(text), **values}).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"7",
        lambda _: b"{}",
        lambda _: b"[" * 100_000,
        lambda _: b"\xff\xfe",
        changed(tokens="3"),
        changed(tokens=2**40),
        changed(tokens=-3),
        changed(tokens=5, prefix=-2),
        changed(tokens=1.5, prefix=1.5),
        changed(identity={}),
        changed(identity={**IDENTITY.to_json(), "kv_type": None}),
        changed(cubes=[1]),
        changed(spans=[[1, 2]]),
        changed(spans=[7]),
        changed(start=True),
        changed(end=4),
        changed(owner=None),
        changed(created="?"),
        changed(payload_bytes=-1),
        changed(extra=1),
    ],
)
def test_a_header_with_a_right_checksum_and_no_sense_is_refused(small, change):
    rewritten(small, change)
    with pytest.raises(StateError):
        read(small.path)


def test_an_unchanged_header_written_again_is_read(small):
    rewritten(small, changed())
    assert read(small.path).header == small.header


def test_a_header_says_what_it_is():
    values = segment((1, 2, 3), owner="chat:c").to_json()
    assert values["tokens"] == 3
    assert values["prefix"] == 0
    assert values["identity"] == IDENTITY.to_json()
    assert values["owner"] == "chat:c"
