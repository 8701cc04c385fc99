"""Whatever is wrong with a kept state: the answer is that of a cold prompt, and the person is told the reason."""

import os
import random
import shutil
import struct
from dataclasses import replace

import pytest
from kv_bench import CELLS, FACTS, HISTORY, PLACES, PLENTY, TEXT, Bench, asked, saved, turns_of
from tiny_models import KINDS

from memos_desktop.engine.base import Block, Prompt, PromptTurn
from memos_desktop.engine.kv.header import block_id, segment_id
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.memory.message import Role

SAYS = "A kept state was not used, because "


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """The files of some kinds, written once."""
    folder = tmp_path_factory.mktemp("tiny")
    return {kind: KINDS[kind](folder / f"{kind}.gguf") for kind in ("dense", "dense_twin", "sliding", "recurrent")}


@pytest.fixture(scope="module")
def cold(paths):
    """An engine that keeps nothing: what it says is the measure."""
    bench = Bench(paths["dense"])
    yield bench
    bench.close()


@pytest.fixture
def bench(paths, tmp_path):
    found = Bench(paths["dense"], tmp_path / "kv")
    yield found
    found.close()


def reopened(bench):
    """The same engine with the folder read anew, as after a start of the program."""
    bench.store = bench.engine._states = bench.engine._reader._states = KvStore(bench.store.folder, PLENTY)
    return bench


def flip(state, others):
    with state.path.open("rb+") as file:
        file.seek(state.offset + state.header.payload_bytes // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 4]))


def truncate(state, others):
    os.truncate(state.path, state.bytes - 100)


def empty(state, others):
    os.truncate(state.path, 0)


def lengthen(state, others):
    with state.path.open("ab") as file:
        file.write(b"more")


def delete(state, others):
    state.path.unlink()


def fold(state, others):
    state.path.unlink()
    state.path.mkdir()


def swap(state, others):
    aside = state.path.with_suffix(".aside")
    other = others[0].path
    state.path.replace(aside)
    other.replace(state.path)
    aside.replace(other)


def swap_payload(state, others):
    """The content of another state that has the same size, below its own header."""
    twin = others[-1]
    assert twin.header.payload_bytes == state.header.payload_bytes
    data = state.path.read_bytes()[: state.offset] + twin.path.read_bytes()[twin.offset :]
    state.path.write_bytes(data)


DAMAGE = [flip, truncate, empty, lengthen, delete, swap, swap_payload]


def same_size(bench, state):
    """Another state with as many cells, of another chat."""
    tokens = tuple(random.Random(5).choices(range(270), k=len(state.header.tokens)))
    (other,) = bench.save(Prompt(tokens), owner="chat:other")
    return other


@pytest.mark.parametrize(
    ("damage", "which"), [*((damage, 0) for damage in DAMAGE), *((damage, 1) for damage in DAMAGE[:-1])]
)
def test_a_state_damaged_after_it_was_found_is_replaced_by_reading(bench, cold, damage, which):
    first, second = saved(bench)
    state, other = ((first, second), (second, first))[which]
    prompt = asked(bench)
    damage(state, [other, same_size(bench, first)])
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    assert told.stats.refused[0].startswith(SAYS)
    assert told.stats.refused[0].endswith("; the text was read instead.")
    assert state.path.stem not in {entry.id for entry in bench.store.entries()}
    assert not state.path.exists()
    # What it went on from is still of use; what goes on from it is not.
    reached = first.header.end if state is second and damage is not swap else 0
    assert told.stats.restored_tokens == reached
    # And all is well again from here on.
    assert bench.save(bench.engine.lead(turns_of(*HISTORY)))
    healed = bench.tell(prompt)
    assert healed.is_as(told)
    assert healed.stats.restored_tokens == second.header.end


@pytest.mark.parametrize("damage", [*DAMAGE, fold])
def test_a_state_damaged_before_the_start_is_never_used(bench, cold, damage):
    first, second = saved(bench)
    damage(first, [second, same_size(bench, first)])
    prompt = asked(bench)
    told = reopened(bench).tell(prompt)
    assert told.is_as(cold.cold(prompt))
    assert told.stats.restored_tokens == 0
    assert bench.tell(prompt).is_as(told)


def test_a_state_of_another_model_under_its_name_is_refused(paths, bench, cold, tmp_path):
    """The twin has the same shape: llama.cpp alone would take it, and answer nonsense."""
    twin = Bench(paths["dense_twin"], tmp_path / "twin", sha256="e" * 64)
    (own,), (foreign,) = (one.save(one.engine.lead(turns_of(*HISTORY))) for one in (bench, twin))
    twin.close()
    prompt = asked(bench)
    want = cold.cold(prompt)
    assert foreign.header.payload_bytes == own.header.payload_bytes
    for again in (False, True):
        shutil.copyfile(foreign.path, own.path)
        told = (reopened(bench) if again else bench).tell(prompt)
        assert told.is_as(want)
        assert told.stats.restored_tokens == 0
        bench.engine.reset()
    assert "renamed" in bench.store.entries()[0].problem


IDENTITIES = {
    "model_sha256": ("e" * 64, "another model file"),
    "library": ("llama.cpp 0.0.1", "llama.cpp 0.0.1 instead of"),
    "adapters": ("poet.gguf 1.0", "other adapters"),
    "kv_type": ("q8_0", "q8_0 instead of f16"),
    "flash_attention": (True, "flash attention"),
    "rope": ("scaled by 2", "other settings of positions"),
    "layout": ("one sequence", "another layout of the cache"),
    "device": ("GPU, 3 layers", "GPU, 3 layers instead of CPU"),
}


def remade(bench, state, identity=None, payload=None):
    """The same state under another identity or with other content, in a sound file."""
    header = state.header
    with state.open_payload() as view:
        content = bytes(view) if payload is None else payload
    identity = identity or header.identity
    if header.tier == "exact":
        number = segment_id(identity, header.keys, header.start)
    else:
        number = block_id(identity, header.prefix, header.tokens, header.owner)
    return bench.store.keep(replace(header, id=number, identity=identity), memoryview(content))


def test_every_part_of_an_identity_is_tried_here():
    assert IDENTITIES.keys() == Identity.__dataclass_fields__.keys()


@pytest.mark.parametrize("field", IDENTITIES)
def test_a_state_made_under_other_conditions_is_not_used_and_the_reason_is_said(bench, cold, field):
    value, words = IDENTITIES[field]
    (state,) = bench.save(bench.engine.lead(turns_of(*HISTORY)))
    other = remade(bench, state, replace(bench.engine.identity, **{field: value}))
    bench.store.drop([state.id])
    prompt = asked(bench)
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    (reason,) = told.stats.refused
    assert words in reason
    assert (told.stats.tier, told.stats.restored_tokens) == ("none", 0)
    assert other.path.exists()  # under its own conditions it is still good


def patched(payload, position, value):
    """A payload whose cell at `position` says that it stands at `value`."""
    at = PLACES + 12 * position
    assert number(payload, at) == position
    return put(payload, at, value)


def number(payload, at):
    """The number at a place of a payload."""
    return struct.unpack_from("<i", payload, at)[0]


def put(payload, at, value):
    """A payload with another number at a place."""
    return payload[:at] + struct.pack("<i", value) + payload[at + 4 :]


STREAMS = CELLS - 4
GARBAGE = {
    "nothing": lambda data: b"\0",
    "zeros": lambda data: b"\0" * len(data),
    "ones": lambda data: b"\xff" * len(data),
    "noise": lambda data: random.Random(1).randbytes(len(data)),
    "cut": lambda data: data[: len(data) * 2 // 3],
    "cut in the midst of the places": lambda data: data[:50],
    "another kind of state": lambda data: put(data, 0, 7),
    "too long": lambda data: data + b"\0" * 100,
    "no cells": lambda data: put(data, CELLS, 0),
    "fewer cells": lambda data: put(data, CELLS, number(data, CELLS) - 1),
    "more cells": lambda data: put(data, CELLS, number(data, CELLS) + 1),
    "very many cells": lambda data: put(data, CELLS, 2**31 - 1),
    "several streams": lambda data: put(data, STREAMS, 7),
    "very many streams": lambda data: put(data, STREAMS, -1),
    "starts elsewhere": lambda data: patched(data, 0, 3000),
    "negative": lambda data: patched(data, 0, -1),
    "very negative": lambda data: patched(data, 0, -(2**31)),
    "ends elsewhere": lambda data: patched(data, number(data, CELLS) - 1, 100_000),
    "of other layers": lambda data: put(data, PLACES + 12 * number(data, CELLS) + 4, 3),
    "other values": lambda data: put(data, PLACES + 12 * number(data, CELLS), 0),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_content_that_llama_cpp_does_not_understand_is_replaced_by_reading(bench, cold, name):
    """A sound file with a right checksum, and yet not what llama.cpp wrote."""
    (state,) = bench.save(bench.engine.lead(turns_of(*HISTORY)))
    with state.open_payload() as view:
        content = GARBAGE[name](bytes(view))
    remade(bench, state, payload=content)
    prompt = asked(bench)
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    assert told.stats.refused[0].startswith(SAYS)
    assert told.stats.restored_tokens == 0
    assert not state.path.exists()
    again = bench.tell(prompt, 20)
    assert again.is_as(cold.cold(prompt, 20))
    assert again.stats.refused == ()


def test_cells_with_other_places_than_they_say_are_refused(bench, cold):
    """They belong eight tokens later."""
    tokens = tuple(random.Random(3).choices(range(270), k=160))
    (late,) = bench.save(Prompt(tokens), shared=80)[1:]
    lead = Prompt(tokens[80:])
    (state,) = bench.save(lead)
    assert (late.header.start, state.header.start) == (80, 0)
    with late.open_payload() as view:
        remade(bench, state, payload=bytes(view))
    longer = Prompt((*lead.tokens, *range(40, 60)))
    told = bench.tell(longer)
    assert told.is_as(cold.cold(longer))
    assert "other positions than it says" in told.stats.refused[0]


@pytest.mark.parametrize("kind", ["sliding", "recurrent"])
@pytest.mark.parametrize("name", ["nothing", "zeros", "ones", "noise", "cut", "too long"])
def test_a_whole_state_that_makes_no_sense_is_replaced_by_reading(paths, tmp_path, kind, name):
    bench = Bench(paths[kind], tmp_path / "kv")
    prompt = asked(bench)
    want = bench.cold(prompt)
    (state,) = bench.save(bench.engine.lead(turns_of(*HISTORY)))
    with state.open_payload() as view:
        content = GARBAGE[name](bytes(view))
    remade(bench, state, payload=content)
    told = bench.tell(prompt)
    assert told.is_as(want)
    assert told.stats.refused[0].startswith(SAYS)
    assert not state.path.exists()
    bench.close()


@pytest.mark.parametrize("damage", [flip, truncate, delete])
@pytest.mark.parametrize("history", [(), HISTORY])
def test_a_damaged_block_is_read_as_text(bench, cold, damage, history):
    state = bench.block(FACTS, bench.engine.lead([]))
    turns = [*turns_of(*history), PromptTurn(Role.USER, "Who?", (Block(FACTS, state),))]
    prompt = bench.engine.encode(turns)
    assert prompt.spans
    damage(state, [])
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt.exact))
    assert (told.stats.attached_tokens, told.stats.fused_tokens) == (0, 0)
    assert told.stats.refused[0].startswith(SAYS)
    assert not state.path.exists()
    assert bench.store.blocks("m") == ()
    assert bench.tell(prompt).is_as(told)


def test_of_two_blocks_the_damaged_one_is_read_and_the_other_attached(bench, cold):
    lead = bench.engine.lead([])
    good, bad = bench.block(FACTS, lead), bench.block(TEXT, lead, "bad")
    blocks = (Block(FACTS, good), Block(TEXT, bad))
    prompt = bench.engine.encode([*turns_of("Hi", "Yes"), PromptTurn(Role.USER, "Who?", blocks)])
    flip(bad, [])
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(Prompt(prompt.tokens, prompt.spans[:1])))
    assert told.stats.attached_tokens == len(good.header.tokens)
    assert len(told.stats.refused) == 1


def test_a_block_with_content_that_makes_no_sense_is_read_as_text(bench, cold):
    state = bench.block(FACTS, bench.engine.lead([]))
    bad = remade(bench, state, payload=b"\xff" * state.header.payload_bytes)
    prompt = asked(bench, state=bad)
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt.exact))
    assert told.stats.refused[0].startswith(SAYS)
