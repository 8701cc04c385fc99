"""Attached cells are the same in any order of prompts, evaluated, attached, kept and restored."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kv_bench import FACTS, Bench, places
from tiny_models import KINDS

from memos_desktop.engine.base import Prompt
from memos_desktop.engine.kv.layout import GRID, span_in
from memos_desktop.progress import Progress

PLAN = "The garden needs a new wall on the side of the sea before the winter comes; Bob knows how to do that. "


@pytest.fixture(scope="module", params=["dense", "qwen2"])
def path(request, tmp_path_factory):
    """The file of a model whose cells can be moved."""
    return KINDS[request.param](tmp_path_factory.mktemp("tiny") / "tiny.gguf")


# What stands between the blocks of a prompt, which of them, and how many tokens are repaired.
PART = st.tuples(st.integers(0, 40), st.sampled_from(["facts", "plan", "text", ""]), st.sampled_from([0, 5, 16]))
STEP = st.tuples(
    st.sampled_from(["tell", "tell", "plain", "settle", "keep", "save", "reset", "cut"]),
    st.lists(PART, min_size=1, max_size=3),
    st.integers(1, 30),
)


def mixed(blocks, parts, tail):
    """A prompt of plain tokens and blocks in turn."""
    tokens, spans = [], []
    for before, name, repair in parts:
        tokens += range(40, 40 + before)
        if name in blocks:
            ids, state = blocks[name]
            spans.append(span_in(ids, len(tokens), state, repair))
            tokens += ids
        elif name:
            tokens += blocks["facts"][0]  # the same text, with no block
    return Prompt((*tokens, *range(90, 90 + tail)), tuple(spans))


def wanted(bench, cold, prompt, limit):
    """What a cold engine answers when it attaches what `bench` is about to attach."""
    pieces = bench.engine._reader.layout(prompt).pieces
    starts = [piece.start for piece in pieces if piece.moved]
    spans = [span for span in prompt.spans if any(span.start <= start < span.end for start in starts)]
    return cold.cold(Prompt(prompt.tokens, tuple(spans)), limit)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=2, max_size=8))
def test_attached_cells_are_the_same_however_they_came_to_be_there(path, cold, steps):
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(path, Path(folder) / "kv")
        made = {"facts": bench.block(FACTS, Prompt((40, 41))), "plan": bench.block(PLAN, Prompt(()), "p")}
        texts = {"facts": FACTS, "plan": PLAN}
        blocks = {name: (tuple(bench.engine._tokens.encode(texts[name])), state) for name, state in made.items()}
        for name, parts, number in (*steps, ("tell", steps[-1][1], 9)):
            prompt, limit = mixed(blocks, parts, number), number % 5 + 1
            bench.cache._chunk = GRID * (number + 1)
            if name == "tell":
                want, told = wanted(bench, cold, prompt, limit), bench.tell(prompt, limit)
                assert told.is_as(want)
                assert told.stats.refused == ()
                length = len(prompt.tokens)
                assert places(bench.cache.take(0, length)) == list(range(length))
            elif name == "plain":
                assert bench.tell(prompt.exact, limit).is_as(cold.cold(prompt.exact, limit))
            elif name == "settle":
                bench.engine.settle(prompt, Progress())
            elif name == "keep":
                bench.kept(prompt)
            elif name == "save":
                bench.save(prompt, shared=number)
            elif name == "reset":
                bench.engine.reset()
            else:
                bench.cache.cut(len(bench.cache.keys) * number // 31)
        bench.close()
