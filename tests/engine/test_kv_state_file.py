"""The file of a KV state comes back as it was written, or is refused with the reason."""

import errno
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kv_values import block, payload_of, segment

from memos_desktop.engine.kv.state_file import PIECE, StateError, StateFile, read, write
from memos_desktop.errors import VaultError

WRITER = Path(__file__).with_name("kv_writer.py")
IDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
TOKENS = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=40)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def payload_in(state: StateFile) -> bytes:
    with state.open_payload() as view:
        state.verify(view)
        return bytes(view)


def whole(path: Path) -> bytes:
    """The payload of a file that is in order; StateError otherwise."""
    return payload_in(read(path))


@pytest.fixture
def small(tmp_path) -> StateFile:
    header = segment((5, 6, 7), owner="chat:c", cubes=("m",), spans=((1, 2, "0c" * 32),))
    return write(tmp_path, header, memoryview(b"the cells"))


@st.composite
def headers(draw):
    tokens, owner = draw(TOKENS), draw(TEXT)
    fields = {"title": draw(TEXT), "cubes": tuple(draw(st.lists(TEXT, max_size=3)))}
    if draw(st.booleans()):
        return block(tokens, draw(st.lists(st.integers(0, 2**31 - 1), max_size=20)), owner, **fields)
    start = draw(st.integers(0, len(tokens) - 1))
    cuts = sorted(draw(st.sets(st.integers(start, len(tokens)), max_size=6)))
    spans = tuple((first, last, draw(IDS)) for first, last in zip(cuts[::2], cuts[1::2], strict=False))
    return segment(tokens, start, draw(IDS) if start else "", owner=owner, spans=spans, **fields)


@given(headers(), st.binary(max_size=300))
def test_what_is_written_comes_back(header, content):
    with tempfile.TemporaryDirectory() as folder:
        state = write(Path(folder), header, memoryview(content))
        again = read(state.path)
        assert payload_in(again) == content
        assert replace(again.header, payload_bytes=0, payload_crc32=0) == header
        assert again == state
        assert again.bytes == state.path.stat().st_size
        assert again.last_used.timestamp() == pytest.approx(state.path.stat().st_mtime)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_payloads_around_a_piece(tmp_path, size):
    content = payload_of("p", size)
    assert payload_in(write(tmp_path / "made" / "here", segment((1,)), memoryview(content))) == content


def test_a_payload_of_other_items_than_bytes_is_written_as_its_bytes(tmp_path):
    state = write(tmp_path, segment((1,)), memoryview(struct.pack("<4f", 1, 2, 3, 4)).cast("f"))
    assert payload_in(state) == struct.pack("<4f", 1, 2, 3, 4)


def test_the_same_id_takes_the_place_of_the_former_file(tmp_path):
    write(tmp_path, segment((1,), title="first"), memoryview(b"first"))
    state = write(tmp_path, segment((1,), title="second"), memoryview(b"second"))
    assert payload_in(state) == b"second"
    assert [path.name for path in tmp_path.iterdir()] == [f"{state.id}.kv"]


def test_every_bit_counts(small):
    content = small.path.read_bytes()
    assert whole(small.path) == b"the cells"
    for position in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[position] ^= 1 << bit
            small.path.write_bytes(flipped)
            with pytest.raises(StateError):
                whole(small.path)


def test_a_damage_of_header_or_tokens_is_seen_without_the_payload(small):
    content = bytearray(small.path.read_bytes())
    content[small.offset - 1] ^= 1
    small.path.write_bytes(content)
    with pytest.raises(StateError, match="tokens do not fit"):
        read(small.path)


def test_every_missing_end_is_seen(small):
    content = small.path.read_bytes()
    reasons = set()
    for length in range(len(content)):
        small.path.write_bytes(content[:length])
        with pytest.raises(StateError) as refused:
            read(small.path)
        reasons.add(refused.value.message)
    assert reasons == {"the file is empty", "the file is shorter than it was written"}


def test_a_longer_file_is_refused(small):
    small.path.write_bytes(small.path.read_bytes() + b"\0")
    with pytest.raises(StateError, match="longer"):
        read(small.path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(100), b"M", b"GGUF", bytes(8), b"MEMOSKW\x01"])
def test_a_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / ("ab" * 32 + ".kv")
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"no kept state|shorter"):
        read(path)


def test_a_renamed_file_is_refused(small, tmp_path):
    with pytest.raises(StateError, match="renamed"):
        read(small.path.rename(tmp_path / ("ab" * 32 + ".kv")))


def test_another_format_is_refused_by_its_number(small):
    content = bytearray(small.path.read_bytes())
    content[7] = 9
    small.path.write_bytes(content)
    with pytest.raises(StateError, match="format 9"):
        read(small.path)


def test_folders_devices_and_missing_files_are_refused(tmp_path):
    (tmp_path / "a.kv").mkdir()
    os.mkfifo(tmp_path / "b.kv")  # to open it would wait for ever
    for name, reason in (("a.kv", "folder"), ("b.kv", "device"), ("c.kv", "gone")):
        with pytest.raises(StateError, match=reason):
            read(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_refused(small):
    small.path.chmod(0)
    with pytest.raises(StateError, match="cannot be read"):
        read(small.path)


def test_an_error_of_the_disk_is_a_reason(small, monkeypatch):
    def broken(*_, **__):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "open", broken)
    for action in (lambda: read(small.path), lambda: payload_in(small)):
        with pytest.raises(StateError, match="cannot be read: Input/output error"):
            action()


def test_a_payload_of_another_file_is_refused(small, tmp_path):
    content = small.path.read_bytes()
    small.path.write_bytes(content[:-1] + b"!")
    with small.open_payload() as view, pytest.raises(StateError, match="content does not fit"):
        small.verify(view)
    with pytest.raises(StateError, match="content does not fit"):
        small.verify(memoryview(b"the cell"))
    small.path.write_bytes(content + b"!")
    with pytest.raises(StateError, match="another size"):
        payload_in(small)
    small.path.unlink()
    with pytest.raises(StateError, match="gone"):
        payload_in(small)


def test_the_payload_cannot_be_written_to_and_is_closed_afterwards(small):
    with small.open_payload() as view:
        assert view.readonly
    with pytest.raises(ValueError, match="released"):
        bytes(view)


def test_an_error_while_somebody_still_looks_at_the_payload_is_not_hidden(small):
    def look():
        with small.open_payload() as view:
            held = view[2:]
            assert bytes(held) == b"e cells"
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        look()


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    real, left = os.write, 3 * PIECE

    def limited(file, piece):
        nonlocal left
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left -= (done := real(file, piece[:left]))
        return done

    monkeypatch.setattr(os, "write", limited)
    with pytest.raises(VaultError, match="No space left") as refused:
        write(tmp_path, segment((1,)), memoryview(bytes(5 * PIECE)))
    assert "Free some space" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_short_writes_go_on(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, piece: real(file, piece[:100]))
    assert payload_in(write(tmp_path, segment((1,)), memoryview(payload_of("s", 1000)))) == payload_of("s", 1000)


def test_what_the_system_refuses_to_write_leaves_nothing_behind(tmp_path):
    line = [sys.executable, str(WRITER), "limited", str(tmp_path), str(PIECE)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert "File too large" in found["refused"]
    assert found["alone"]
    assert found["goes_on"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_folder_that_is_a_file_refuses(tmp_path):
    (tmp_path / "kv").write_text("not a folder")
    with pytest.raises(VaultError, match="could not be saved"):
        write(tmp_path / "kv", segment((1,)), memoryview(b""))


def test_no_call_holds_other_threads_up_for_more_than_a_piece(tmp_path, monkeypatch):
    lengths, written, summed = [], os.write, zlib.crc32

    def writing(file, piece):
        lengths.append(len(piece))
        return written(file, piece)

    def summing(piece, crc=0):
        lengths.append(len(piece))
        return summed(piece, crc)

    monkeypatch.setattr(os, "write", writing)
    monkeypatch.setattr(zlib, "crc32", summing)
    payload_in(write(tmp_path, segment((1,)), memoryview(bytes(5 * PIECE))))
    assert max(lengths) == PIECE
    assert sum(lengths) >= 3 * 5 * PIECE
