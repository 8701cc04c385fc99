"""How much goes where: context length, GPU layers, memory."""

import pytest
from gguf_maker import CHAT, gguf, write

from memos_desktop.engine.base import LoadOptions
from memos_desktop.engine.llamacpp.gguf import Header, read_header
from memos_desktop.engine.llamacpp.library import Device
from memos_desktop.engine.llamacpp.plan import BATCH, buffer_bytes, kv_bytes, make_plan
from memos_desktop.errors import ModelError

GB = 1 << 30


def header(size=4 * GB, context=32768, layers=32):
    numbers = {"block_count": layers, "context_length": context, "embedding_length": 4096}
    numbers |= {"feed_forward_length": 11008, "attention.head_count": 32, "attention.head_count_kv": 8}
    metadata = {"general.architecture": "llama", **{f"llama.{key}": value for key, value in numbers.items()}}
    return Header(metadata, 1, 7_000_000_000, size)


def gpu(free):
    return (Device("CUDA0", "Test GPU", free, free),)


def test_kv_bytes_of_known_models(starter, tmp_path):
    assert kv_bytes(read_header(starter)) == 23_040  # 30 layers, 3 heads of 64, keys and values, 16 bit
    assert kv_bytes(header()) == 32 * 8 * 128 * 2 * 2
    wide = {**CHAT, "llama.attention.key_length": 256, "llama.attention.value_length": 128}
    assert kv_bytes(read_header(write(tmp_path / "w.gguf", gguf(wide)))) == 2 * 2 * 384 * 2


def test_buffers_grow_with_the_context_as_attention_scores_do():
    """Without flash attention each head has a score of 4 bytes for each token of the batch and of the context."""
    assert buffer_bytes(header(), 8192) - buffer_bytes(header(), 0) == 32 * BATCH * 8192 * 4
    short, long = (make_plan(header(), LoadOptions(), memory * GB, ()).context for memory in (5, 6))
    token = kv_bytes(header()) + 32 * BATCH * 4
    assert short < long == 8192
    assert (long - short) * token <= GB  # what the one gigabyte more is there for
    assert make_plan(header(), LoadOptions(), 5 * GB + 256 * token, ()).context == short + 256


def test_the_default_context_is_short_of_what_the_model_was_trained_for():
    assert make_plan(header(), LoadOptions(), 64 * GB, ()).context == 8192
    assert make_plan(header(context=4096), LoadOptions(), 64 * GB, ()).context == 4096
    assert make_plan(header(), LoadOptions(context_length=16384), 64 * GB, ()).context == 16384
    assert make_plan(header(), LoadOptions(context_length=99999), 64 * GB, ()).context == 32768
    assert make_plan(header(), LoadOptions(context_length=1000), 64 * GB, ()).context == 768
    assert make_plan(header(), LoadOptions(context_length=5), 64 * GB, ()).context == 256


def test_little_memory_cuts_the_context_and_says_so():
    plan = make_plan(header(), LoadOptions(), 5 * GB, ())
    assert 2048 <= plan.context < 8192
    assert f"{plan.context:,}" in plan.note
    assert "No GPU" in plan.note


def test_a_model_too_large_for_memory_is_refused_with_both_figures():
    with pytest.raises(ModelError) as caught:
        make_plan(header(), LoadOptions(), 2 * GB, ())
    assert "4.8 GB" in caught.value.message
    assert "2.0 GB" in caught.value.message
    assert "smaller model" in caught.value.hint


def test_a_context_that_was_asked_for_is_never_cut_in_silence():
    with pytest.raises(ModelError) as caught:
        make_plan(header(), LoadOptions(context_length=32768), 5 * GB, ())
    assert "shorter context" in caught.value.hint


def test_layers_go_to_the_gpu_as_far_as_they_fit():
    every = make_plan(header(), LoadOptions(), 2 * GB, gpu(24 * GB))
    assert (every.gpu_layers, every.context, every.note) == (33, 8192, "")
    some = make_plan(header(), LoadOptions(), 64 * GB, gpu(4 * GB))
    assert 0 < some.gpu_layers < 33
    assert f"{some.gpu_layers} of 33" in some.note
    assert make_plan(header(), LoadOptions(gpu_layers=0), 64 * GB, gpu(24 * GB)).gpu_layers == 0
    assert make_plan(header(), LoadOptions(gpu_layers=10), 64 * GB, gpu(24 * GB)).gpu_layers == 10
    assert make_plan(header(), LoadOptions(gpu_layers=10), 64 * GB, ()).gpu_layers == 0
