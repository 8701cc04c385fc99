"""The header reader: real, damaged, truncated and random files."""

import ctypes
import random
import struct

import pytest
from gguf_maker import CHAT, gguf, text, write
from hypothesis import given, settings
from hypothesis import strategies as st

from memos_desktop.engine.llamacpp.gguf import BLOCKS, read_header
from memos_desktop.engine.llamacpp.library import _ggml
from memos_desktop.errors import ModelError

ONE_KEY = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k")


def test_reads_what_a_file_says_of_itself(tmp_path):
    extra = {"many": ["x"] * 2000, "numbers": list(range(2000)), "few": [1, 2, 3], "big": ("u64", 1 << 40)}
    header = read_header(write(tmp_path / "m.gguf", gguf({**CHAT, **extra})))
    assert header.architecture == "llama"
    assert header.name == "Tiny"
    assert header.trained_context == 4096
    assert header.tensors == 1
    assert header.parameters == 64 * 8
    assert header.metadata["few"] == [1, 2, 3]
    assert header.metadata["many"] == header.metadata["numbers"] == 2000
    assert header.metadata["big"] == 1 << 40
    assert header.number("feed_forward_length") == 128
    assert header.number("absent", 7) == 7


def test_a_number_given_for_each_layer_counts_as_the_largest(tmp_path):
    per_layer = {**CHAT, "llama.attention.head_count_kv": [0, 4, 2]}
    header = read_header(write(tmp_path / "m.gguf", gguf(per_layer)))
    assert header.number("attention.head_count_kv") == 4


def test_reads_the_starter(starter):
    header = read_header(starter)
    assert header.architecture == "llama"
    assert header.parameters == 134_515_008
    assert header.metadata["tokenizer.ggml.tokens"] == 49152
    assert "<|im_start|>" in header.metadata["tokenizer.chat_template"]


def test_tensor_sizes_are_those_of_the_installed_library():
    base = _ggml("ggml-base")
    base.ggml_type_size.restype = ctypes.c_size_t
    base.ggml_blck_size.restype = ctypes.c_int64
    for kind, (elements, size) in BLOCKS.items():
        assert (base.ggml_blck_size(kind), base.ggml_type_size(kind)) == (elements, size), kind


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a GGUF"),
        (b"GG", "not a GGUF"),
        (b"PK\x03\x04" + b"\0" * 100, "not a GGUF"),
        (b"\x89PNG" + b"x" * 5000, "not a GGUF"),
        (b"GGUF", "truncated"),
        (b"GGUF" + b"\0" * 100, "version 0"),
        (gguf(version=1), "version 1"),
        (gguf(version=99), "Update MemOS Desktop"),
        (gguf(weights=100), "truncated"),
        (gguf()[:300], "truncated"),
        (gguf()[:-2100], "truncated"),
        (gguf(tensors=[("t", (1 << 60, 1 << 60), 0)]), "truncated"),
        (gguf(tensors=[("t", (), 0)]), "damaged"),
        (gguf({"general.alignment": 0}), "damaged"),
        (gguf({"general.alignment": "x"}), "damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 62, 1 << 62), "truncated"),
        (ONE_KEY + struct.pack("<I", 77) + b"x" * 50, "damaged"),
        (ONE_KEY + struct.pack("<IIQ", 9, 9, 1) + b"x" * 50, "damaged"),
        (ONE_KEY + struct.pack("<IIQ", 9, 8, 3000) + b"\xff" * 50_000, "truncated"),
        (ONE_KEY[:-1] + b"\xff" + b"x" * 50, "damaged"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path, data, word):
    with pytest.raises(ModelError) as caught:
        read_header(write(tmp_path / "bad.gguf", data))
    assert word in f"{caught.value.message} {caught.value.hint}"
    assert "bad.gguf" in caught.value.message
    assert caught.value.hint


def test_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        read_header(tmp_path / "nothing.gguf")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_after_the_magic_give_a_header_or_a_model_error(tmp_path_factory, data):
    path = write(tmp_path_factory.getbasetemp() / "any.gguf", b"GGUF\x03\0\0\0" + data)
    try:
        assert read_header(path).tensors >= 0
    except ModelError as error:
        assert error.message


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_damaged_header_gives_a_header_or_a_model_error(tmp_path_factory, seed):
    chance = random.Random(seed)
    data = bytearray(gguf())
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(4, 480)] = chance.randrange(256)
    path = write(tmp_path_factory.getbasetemp() / "damaged.gguf", bytes(data))
    try:
        assert read_header(path).size == len(data)
    except ModelError as error:
        assert error.message


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.02, 0.5, 0.99])
def test_every_truncation_of_the_starter_is_found(tmp_path, starter, keep):
    with starter.open("rb") as file:
        data = file.read(int(starter.stat().st_size * keep) + 30)
    with pytest.raises(ModelError, match="truncated"):
        read_header(write(tmp_path / "cut.gguf", data))
