"""A stop or a failure anywhere while states are restored or attached: the next answer is that of a cold prompt."""

import pytest
from kv_bench import FACTS, OWNER, asked, saved
from tiny_models import KINDS

from memos_desktop.engine.base import Sampling
from memos_desktop.engine.llamacpp.library import library
from memos_desktop.errors import Cancelled, ModelError
from memos_desktop.memory.message import Finish
from memos_desktop.progress import Progress


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The file of a model whose cells can be cut and moved."""
    return KINDS["dense"](tmp_path_factory.mktemp("tiny") / "dense.gguf")


def cancelled_at(number):
    """A Progress that is cancelled at its `number`-th report."""
    seen = []

    def report(_state):
        seen.append(number)
        if len(seen) >= number:
            progress.cancel()

    progress = Progress(report, interval=0)
    return progress


@pytest.mark.parametrize("number", range(1, 8))
@pytest.mark.parametrize("what", ["restore", "attach", "settle"])
def test_a_stop_anywhere_leaves_an_engine_that_answers_right(bench, cold, number, what):
    state = bench.block(FACTS, bench.engine.lead([]))
    if what == "restore":
        saved(bench)
    prompt = asked(bench, state=state if what == "attach" else None)
    bench.cache._chunk = 64
    progress = cancelled_at(number)
    if what == "settle":
        try:
            bench.engine.settle(prompt, progress)
        except Cancelled:
            assert progress.cancelled
    else:
        assert stopped(bench, prompt, progress).finish in (Finish.CANCELLED, Finish.LENGTH)
    # What is there now may be kept: it is sound.
    bench.kept(prompt)
    want = cold.cold(prompt)
    assert bench.tell(prompt).is_as(want)
    bench.engine.reset()
    assert bench.tell(prompt).is_as(want)
    assert bench.tell(prompt.exact).is_as(cold.cold(prompt.exact))


def stopped(bench, prompt, progress):
    """The last chunk of an answer that may be stopped before its first token."""
    *_, last = bench.engine.generate(prompt, Sampling(temperature=0, max_tokens=1), progress, OWNER)
    return last


def aborted(bench, prompt, number, monkeypatch):
    """Stops during the evaluation of this number; how many tokens each had, and whether cells were moving."""
    progress, found, original = Progress(), [], bench.cache.evaluate

    def evaluate(tokens):
        found.append((len(tokens), bench.cache._cells.moving))
        if len(found) == number:
            progress.cancel()
        return original(tokens)

    with monkeypatch.context() as patch:
        patch.setattr(bench.cache, "evaluate", evaluate)
        last = stopped(bench, prompt, progress)
    assert last.finish is (Finish.CANCELLED if len(found) == number else Finish.LENGTH)
    return found


def test_an_evaluation_that_is_aborted_leaves_an_engine_that_answers_right(bench, cold, monkeypatch):
    """Among them the one right after a move, in which llama.cpp rotates the keys."""
    state = bench.block(FACTS, bench.engine.lead([]))
    prompt = asked(bench, state=state)
    want, exact = cold.cold(prompt), cold.cold(prompt.exact)
    number, seen = 1, []
    while True:
        bench.engine.reset()
        bench.cache._chunk = 64
        found = aborted(bench, prompt, number, monkeypatch)
        if len(found) < number:
            break
        sizes, moving = zip(*found, strict=True)
        seen.append(moving[-1])
        assert not bench.cache._cells.moving
        # Cells that were being moved may be rotated or not: all are gone then.
        assert len(bench.cache.keys) == (0 if moving[-1] else sum(sizes[:-1]))
        assert bench.tell(prompt).is_as(want)
        aborted(bench, prompt, number, monkeypatch)
        bench.kept(prompt)
        assert bench.tell(prompt).is_as(want)
        bench.store.drop_owner(OWNER)
        aborted(bench, prompt, number, monkeypatch)
        assert bench.tell(prompt.exact).is_as(exact)
        number += 1
    assert seen == [False, False, True]


def test_an_evaluation_that_fails_after_a_restore_leaves_an_engine_that_answers_right(bench, cold, monkeypatch):
    saved(bench)
    prompt = asked(bench)
    monkeypatch.setattr(library().api, "llama_decode", lambda *_: -3)
    with pytest.raises(ModelError, match="status -3"):
        bench.tell(prompt)
    monkeypatch.undo()
    assert bench.cache.keys == []
    assert bench.tell(prompt).is_as(cold.cold(prompt))
