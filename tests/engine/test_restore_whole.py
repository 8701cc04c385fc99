"""Architectures whose state is one piece, or whose cells must stay where they are: restored whole, or not at all."""

import numpy as np
import pytest
from kv_bench import TEXT, Bench, solid, turns_of
from tiny_models import KINDS

from memos_desktop.engine.base import Prompt, Span
from memos_desktop.engine.llamacpp.library import library
from memos_desktop.errors import UnsupportedOperationError
from memos_desktop.progress import Progress

WHOLE = ("sliding", "recurrent", "hybrid")
UNMOVED = ("mrope", "yarn")
ROUNDING = 1e-3


def same(kind, told, want):
    """As exact as the architecture allows.

    A sliding window's cells come back packed, so sums over them go in another order: equal up to rounding.
    """
    if kind == "sliding":
        return told.text == want.text and np.allclose(told.logits, want.logits, rtol=0, atol=ROUNDING)
    return told.is_as(want)


@pytest.fixture
def benches(tmp_path):
    """Loads a kind with a store, and without one."""
    opened = []

    def load(kind):
        path = KINDS[kind](tmp_path / f"{kind}.gguf")
        opened.extend((Bench(path, tmp_path / f"kv-{kind}"), Bench(path)))
        return opened[-2:]

    yield load
    for bench in opened:
        bench.close()


@pytest.fixture(autouse=True)
def never_moved(monkeypatch):
    """llama.cpp ends the process where a model cannot do it."""

    def add(*arguments):
        raise AssertionError(f"cells were moved: {arguments}")

    monkeypatch.setattr(library().api, "llama_memory_seq_add", add)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_state_is_restored_and_answers_as_a_cold_engine(benches, kind):
    bench, cold = benches(kind)
    lead = bench.engine.lead(turns_of(TEXT, TEXT))
    prompt = bench.engine.encode(turns_of(TEXT, TEXT, "Who?"))
    (state,) = bench.save(lead)
    assert (state.header.start, state.header.end, state.header.parent) == (0, solid(lead), "")
    told = bench.tell(prompt)
    assert same(kind, told, cold.cold(prompt))
    assert (told.stats.tier, told.stats.restored_tokens) == ("exact", solid(lead))
    assert told.stats.evaluated_tokens == len(prompt.tokens) - solid(lead)


@pytest.mark.parametrize("kind", WHOLE)
def test_each_turn_keeps_a_whole_state_and_the_longest_is_restored(benches, kind):
    bench, cold = benches(kind)
    texts, ends = [], []
    for number in range(3):
        texts += [f"{number}: {TEXT}", f"It is {number}."]
        (state,) = bench.save(bench.engine.lead(turns_of(*texts)))
        assert (state.header.start, state.header.parent) == (0, "")
        ends.append(state.header.end)
    prompt = bench.engine.encode(turns_of(*texts, "Who?"))
    told, want = bench.tell(prompt), cold.cold(prompt)
    assert same(kind, told, want)
    assert told.stats.restored_tokens == max(ends)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_state_is_of_no_use_where_the_prompt_leaves_it(benches, kind):
    bench, cold = benches(kind)
    bench.save(bench.engine.lead(turns_of(TEXT, "It is on the shore.")))
    edited = bench.engine.encode(turns_of(TEXT, "It is in the house.", "Who?"))
    told = bench.tell(edited)
    assert told.is_as(cold.cold(edited))
    assert (told.stats.tier, told.stats.reused_tokens) == ("none", 0)


@pytest.mark.parametrize("kind", WHOLE)
def test_what_was_read_beyond_the_settled_part_is_not_kept_as_if_it_ended_there(benches, kind):
    """A state taken now would hold the answer too."""
    bench, cold = benches(kind)
    prompt = bench.engine.encode(turns_of(TEXT, TEXT, "Who?"))
    bench.tell(prompt, limit=20)
    assert bench.kept(prompt) == []
    (state,) = bench.save(prompt)
    assert state.header.end == solid(prompt)
    longer = Prompt((*prompt.tokens, *range(40, 60)))
    told = bench.tell(longer)
    assert same(kind, told, cold.cold(longer))
    assert told.stats.restored_tokens == solid(prompt)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_text_cannot_be_kept_apart_and_the_error_says_what_to_do(benches, kind):
    bench, cold = benches(kind)
    with pytest.raises(UnsupportedOperationError, match="as a whole") as caught:
        bench.engine.encode_block(Prompt(()), TEXT, "cube:m@1", "Title", Progress())
    assert "Qwen2" in caught.value.hint
    prompt = bench.engine.encode(turns_of(TEXT))
    assert bench.tell(prompt).is_as(cold.cold(prompt))


@pytest.mark.parametrize("kind", WHOLE)
def test_a_span_is_read_as_text_where_cells_cannot_be_put_together(benches, kind):
    """As where a person chose a cube, and then another model."""
    bench, cold = benches(kind)
    dense = benches("dense")[0]
    state = dense.block(TEXT)
    tokens = bench.engine.encode(turns_of(TEXT, TEXT, "Who?")).tokens
    held = len(state.header.tokens)
    start = next(at for at in range(len(tokens)) if tokens[at : at + held] == state.header.tokens)
    prompt = Prompt(tokens, (Span(start, start + held, state),))
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt.exact))
    assert (told.stats.tier, told.stats.attached_tokens) == ("none", 0)
    assert "not used" in told.stats.refused[0]


@pytest.mark.parametrize("kind", UNMOVED)
def test_a_block_is_read_as_text_where_its_cells_would_have_to_move(benches, kind):
    bench, cold = benches(kind)
    lead = bench.engine.lead([])
    state = bench.block(TEXT, lead)
    ids = bench.engine._tokens.encode(TEXT)
    history = bench.engine.lead(turns_of("Hello", "Hello")).tokens
    skipped = state.header.start - len(lead.tokens)
    start = len(history) + skipped
    prompt = Prompt((*history, *ids, *range(40, 60)), (Span(start, start + len(state.header.tokens), state),))
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt.exact))
    assert (told.stats.tier, told.stats.attached_tokens) == ("none", 0)


@pytest.mark.parametrize("kind", UNMOVED)
def test_a_block_is_attached_where_it_was_made(benches, kind):
    bench, cold = benches(kind)
    lead = bench.engine.lead([])
    state = bench.block(TEXT, lead)
    ids = bench.engine._tokens.encode(TEXT)
    prompt = Prompt((*lead.tokens, *ids, *range(40, 60)), (Span(state.header.start, state.header.end, state),))
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt.exact))
    assert told.stats.attached_tokens == len(state.header.tokens)
