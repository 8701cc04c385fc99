"""States restored from disk: every answer is bit by bit that of a cold prompt, however the cells came to be there."""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import kv_bench
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kv_bench import OWNER, TEXT, Bench, solid, turns_of
from tiny_models import KINDS

from memos_desktop.engine.base import Prompt
from memos_desktop.engine.kv.layout import GRID, common_start
from memos_desktop.errors import Cancelled
from memos_desktop.progress import Progress

HISTORY = ("Where is the cat? " + TEXT, "In the garden. " + TEXT, "And the other one?")


@pytest.fixture(scope="module", params=["dense", "qwen2", "mrope", "yarn"])
def path(request, tmp_path_factory):
    """The file of a model whose cells can be cut anywhere."""
    return KINDS[request.param](tmp_path_factory.mktemp("tiny") / "tiny.gguf")


def test_a_restored_prompt_is_answered_as_a_cold_one(bench, cold):
    engine = bench.engine
    lead, prompt = engine.lead(turns_of(*HISTORY[:2])), engine.encode(turns_of(*HISTORY))
    (state,) = bench.save(lead)
    assert (state.header.start, state.header.end, state.header.owner) == (0, solid(lead), OWNER)
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    stats = told.stats
    assert (stats.tier, stats.restored_tokens, stats.reused_tokens) == ("exact", solid(lead), solid(lead))
    assert stats.evaluated_tokens == len(prompt.tokens) - solid(lead)
    assert stats.restored_ms > 0
    assert (stats.attached_tokens, stats.refused) == (0, ())
    again = bench.tell(prompt)  # now they are in memory
    assert again.is_as(told)
    assert (again.stats.tier, again.stats.restored_tokens) == ("live", 0)


def test_every_turn_of_a_chat_adds_a_segment_and_the_chain_is_restored(bench, cold):
    engine, texts, states = bench.engine, [], []
    for number in range(4):
        texts.append(f"Question {number}: " + TEXT)
        prompt = engine.encode(turns_of(*texts))
        told = bench.tell(prompt)
        assert told.is_as(cold.cold(prompt))
        texts.append(told.text)
        states += bench.save(engine.lead(turns_of(*texts)))
    assert len(states) == 4
    assert [state.header.start for state in states] == [0, *(state.header.end for state in states[:-1])]
    assert [state.header.parent for state in states] == ["", *(state.id for state in states[:-1])]
    prompt = engine.encode(turns_of(*texts, "And then?"))
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    assert told.stats.restored_tokens == states[-1].header.end


def test_the_shared_start_is_a_state_of_its_own_for_every_chat(bench, cold):
    engine = bench.engine
    start, lead = engine.lead(turns_of(TEXT, "Yes.")), engine.lead(turns_of(TEXT, "Yes.", *HISTORY[:2]))
    first, second = bench.save(lead, shared=len(start.tokens))
    assert (first.header.owner, first.header.end) == ("", solid(start))
    assert (second.header.owner, second.header.parent, second.header.start) == (OWNER, first.id, solid(start))
    prompt = engine.encode(turns_of(TEXT, "Yes.", "Another chat."))
    told = bench.tell(prompt, owner="chat:b")
    assert told.is_as(cold.cold(prompt))
    assert told.stats.restored_tokens == common_start(prompt.tokens, lead.tokens) // GRID * GRID
    bench.store.drop_owner(OWNER)
    bench.engine.reset()
    assert bench.tell(prompt, owner="chat:b").stats.restored_tokens == solid(start)


def test_what_is_kept_already_is_not_kept_again(bench):
    lead = bench.engine.lead(turns_of(*HISTORY[:2]))
    assert len(bench.save(lead)) == 1
    assert bench.save(lead) == []
    assert bench.save(Prompt(lead.tokens[:100])) == []


def test_a_branch_leaves_in_the_middle_of_a_segment(bench, cold):
    engine = bench.engine
    main = engine.lead(turns_of(*HISTORY[:2], HISTORY[2], "On the shore."))
    (trunk,) = bench.save(main)
    # Edited in the second message: everything after it is another branch.
    edited = engine.lead(turns_of(HISTORY[0], "In the house. " + TEXT, "Why?", TEXT))
    shared = common_start(main.tokens, edited.tokens) // GRID * GRID
    assert 0 < shared < trunk.header.end
    told = bench.tell(edited)
    assert told.is_as(cold.cold(edited))
    assert told.stats.restored_tokens == shared
    (branch,) = bench.save(edited)
    assert (branch.header.parent, branch.header.start) == (trunk.id, shared)
    for prompt, reached in ((main, trunk.header.end), (edited, branch.header.end)):
        bench.engine.reset()
        longer = Prompt((*prompt.tokens, *range(40, 60)))
        told = bench.tell(longer)
        assert told.is_as(cold.cold(longer))
        assert told.stats.restored_tokens == reached


def test_a_late_message_that_was_edited_is_evaluated_alone(bench, cold):
    engine = bench.engine
    bench.save(engine.lead(turns_of(*HISTORY, "On the shore.")))
    edited = engine.encode(turns_of(*HISTORY[:2], "And the third one?"))
    told = bench.tell(edited)
    assert told.is_as(cold.cold(edited))
    assert told.stats.tier == "exact"
    assert told.stats.evaluated_tokens < 5 * GRID


def test_a_longer_cached_beginning_is_better_than_a_kept_one(bench, cold):
    engine = bench.engine
    bench.save(engine.lead(turns_of(HISTORY[0], "Yes.")))
    prompt = engine.encode(turns_of(*HISTORY))
    bench.tell(prompt)
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    assert (told.stats.tier, told.stats.restored_tokens) == ("live", 0)


def test_the_cells_of_an_answer_are_kept_only_after_they_were_read(bench):
    """Written token by token they differ in the last bits."""
    prompt = bench.engine.encode(turns_of(TEXT))
    told = bench.tell(prompt, limit=3 * GRID)
    longer = bench.engine.lead(turns_of(TEXT, told.text))
    (before,) = bench.kept(longer)
    assert before.header.end == solid(prompt)
    bench.engine.settle(longer, Progress())
    (after,) = bench.kept(longer)
    assert (after.header.start, after.header.end) == (solid(prompt), solid(longer))


def test_another_process_with_other_threads_restores_them(bench, cold, path, tmp_path):
    engine = bench.engine
    bench.save(engine.lead(turns_of(*HISTORY[:2])))
    prompts = [engine.encode(turns_of(*HISTORY)), engine.encode(turns_of(HISTORY[0], "In the house.", "Why?"))]
    command = [sys.executable, kv_bench.__file__, str(path), str(tmp_path / "kv"), "2"]
    asked = json.dumps([prompt.tokens for prompt in prompts])
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=120)
    found = json.loads(done.stdout)
    assert [digest for digest, _, _ in found] == [cold.cold(prompt).digest for prompt in prompts]
    assert all(tier == "exact" and restored > 64 for _, tier, restored in found)


def test_another_length_of_the_context_makes_no_difference(path, tmp_path, cold):
    prompt = cold.engine.encode(turns_of(*HISTORY))
    for context in (1024, 768, 512):
        bench = Bench(path, tmp_path / "kv", context=context)
        if context == 1024:
            bench.save(prompt)
        told = bench.tell(Prompt((*prompt.tokens, *range(40, 60))))
        assert told.is_as(cold.cold(Prompt((*prompt.tokens, *range(40, 60)))))
        assert told.stats.restored_tokens == solid(prompt)
        bench.close()


def test_a_state_that_is_longer_than_the_context_is_left_alone(path, tmp_path, cold):
    """It is sound: with a longer context it will be of use again."""
    long = Bench(path, tmp_path / "kv", context=1024)
    engine = long.engine
    start, lead = engine.lead(turns_of(TEXT, "Yes.")), engine.lead(turns_of(TEXT, "Yes.", 7 * TEXT, "No."))
    assert len(lead.tokens) > 512
    states = long.save(lead, shared=len(start.tokens))
    long.close()
    short = Bench(path, tmp_path / "kv")
    prompt = short.engine.encode(turns_of(TEXT, "Yes.", TEXT[:60]))
    told = short.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    assert (told.stats.restored_tokens, told.stats.refused) == (solid(start), ())
    assert all(state.path.exists() for state in states)
    short.close()


def test_settling_can_be_cancelled_and_goes_on_from_there(bench, cold):
    bench.cache._chunk = 64
    prompt = bench.engine.encode(turns_of(*HISTORY))
    progress = Progress(lambda state: progress.cancel() if state.done >= 64 else None, interval=0)
    with pytest.raises(Cancelled):
        bench.engine.settle(prompt, progress)
    assert len(bench.cache.keys) == 64
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt))
    assert told.stats.reused_tokens == 64


# A prompt: which random sequence, how much of it, and how many tokens of another one after that.
PROMPT = st.tuples(st.integers(0, 1), st.integers(1, 380), st.sampled_from([0, 1, 3, 8, 9, 40]))
STEP = st.tuples(st.sampled_from(["tell", "settle", "keep", "save", "reset", "cut"]), PROMPT, st.integers(2, 40))


def made(sequences, which, length, added):
    return Prompt(sequences[which][:length] + sequences[2][:added])


def play(bench, cold, sequences, steps):
    """Carries out steps; every answer on the way, and one at the end, has to be that of a cold prompt."""
    for name, (which, length, added), number in (*steps, ("tell", steps[-1][1], 9)):
        prompt = made(sequences, which, length, added)
        bench.cache._chunk = GRID * number  # how a prompt is split must not matter
        if name == "tell":
            told, limit = bench.tell(prompt, limit=number % 6 + 1), number % 6 + 1
            assert told.is_as(cold.cold(prompt, limit))
            assert told.stats.refused == ()
        elif name == "settle":
            bench.engine.settle(prompt, Progress())
        elif name == "keep":
            bench.kept(prompt, shared=7 * number)
        elif name == "save":
            bench.save(prompt, shared=7 * number)
        elif name == "reset":
            bench.engine.reset()
        else:
            bench.cache.cut(len(bench.cache.keys) * number // 41)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 9), steps=st.lists(STEP, min_size=2, max_size=8))
def test_no_state_of_cache_and_disk_changes_an_answer(path, cold, seed, steps):
    chance = random.Random(seed)
    sequences = [tuple(chance.choices(range(270), k=400)) for _ in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(path, Path(folder) / "kv")
        try:
            play(bench, cold, sequences, steps)
        finally:
            bench.close()


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=3, max_size=5))
def test_no_state_of_cache_and_disk_changes_an_answer_of_the_starter(starter, loaded, steps):
    """Its weights are quantised, so its kernels are others."""
    chance = random.Random(len(steps))
    sequences = [tuple(chance.choices(range(100, 20_000), k=400)) for _ in range(3)]
    short = [(name, (which, length // 4 + 1, added), number) for name, (which, length, added), number in steps]
    with tempfile.TemporaryDirectory() as folder:
        bench, cold = Bench(starter, Path(folder) / "kv"), Bench.of(loaded)
        try:
            play(bench, cold, sequences, short)
        finally:
            bench.close()


def test_a_chat_with_the_starter_goes_on_from_disk(starter, tmp_path):
    bench = Bench(starter, tmp_path / "kv", context=1024)
    engine = bench.engine
    told_before = "Anna lives in Rome with her cat Otto, and she works as a gardener at the old palace.", "I see."
    lead = engine.lead(turns_of(*told_before))
    prompt = engine.encode(turns_of(*told_before, "In which city does Anna live?"))
    want = bench.cold(prompt, 12)
    bench.save(lead)
    told = bench.tell(prompt, 12)
    assert told.is_as(want)
    assert "Rome" in told.text
    assert (told.stats.tier, told.stats.restored_tokens) == ("exact", solid(lead))
    bench.close()
