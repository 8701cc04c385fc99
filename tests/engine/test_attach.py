"""Blocks: cells of a text, made once and attached anywhere."""

import random

import pytest
from kv_bench import FACTS, TEXT, Bench, held, places, solid, turns_of
from tiny_models import KINDS

from memos_desktop.engine.base import Block, Prompt, PromptTurn, Span
from memos_desktop.engine.kv.layout import GRID, span_in
from memos_desktop.errors import UserError
from memos_desktop.memory.message import Role
from memos_desktop.progress import Progress

PLAN = "The garden needs a new wall on the side of the sea before the winter comes; Bob knows how to do that. "
HISTORY = ("Hello there, who are you?", "I am another one of them. " + TEXT)
QUESTION = "Who lives on the shore, and with whom?"


@pytest.fixture(scope="module", params=["dense", "qwen2"])
def path(request, tmp_path_factory):
    """The file of a model whose cells can be moved."""
    return KINDS[request.param](tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture
def facts(bench):
    """The block of FACTS, made for the start of a chat."""
    return bench.block(FACTS, bench.engine.lead([]))


def ask(bench, *blocks, history=(), text=QUESTION, repair=0):
    """A prompt whose last message has texts with their states before it."""
    attached = tuple(Block(words, state, repair) for words, state in blocks)
    return bench.engine.encode([*turns_of(*history), PromptTurn(Role.USER, text, attached)])


def test_a_block_says_what_it_is(bench, facts):
    lead = bench.engine.lead([])
    header = facts.header
    ids = (*lead.tokens, *bench.engine._tokens.encode(FACTS))
    assert (header.tier, header.owner, header.title) == ("block", "cube:m@1", "m")
    assert header.start % GRID == header.end % GRID == 0
    assert header.start - len(lead.tokens) < GRID
    assert len(ids) - header.end < GRID
    assert (header.prefix, header.tokens) == (ids[: header.start], ids[header.start : header.end])
    assert bench.store.block("cube:m@1", bench.engine.identity).id == facts.id


def test_at_the_start_of_a_chat_a_block_is_as_exact_as_its_text(bench, cold, facts):
    prompt = ask(bench, (FACTS, facts))
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt.exact))
    stats = told.stats
    assert (stats.attached_tokens, stats.fused_tokens) == (held(facts), 0)
    assert stats.evaluated_tokens == len(prompt.tokens) - held(facts)
    assert stats.restored_ms > 0
    # Its cells are like those of text: what goes on reuses them without a span, and they can be kept.
    again = bench.tell(prompt.exact)
    assert again.is_as(told)
    assert again.stats.evaluated_tokens < 2 * GRID
    (state,) = bench.save(prompt)
    assert (state.header.spans, state.header.end) == ((), solid(prompt))


@pytest.mark.parametrize("tail", range(1, 2 * GRID))
def test_however_little_follows_a_block_it_stays_exact(bench, cold, facts, tail):
    prompt = Prompt(
        (*facts.header.prefix, *facts.header.tokens, *range(40, 40 + tail)),
        (Span(facts.header.start, facts.header.end, facts),),
    )
    told = bench.tell(prompt)
    assert told.is_as(cold.cold(prompt.exact))
    assert told.stats.attached_tokens >= held(facts) - GRID
    assert told.stats.evaluated_tokens >= GRID


def test_behind_a_history_only_what_surrounds_a_block_is_evaluated(bench, cold, facts):
    history = bench.engine.lead(turns_of(*HISTORY))
    bench.engine.settle(history, Progress())
    prompt = ask(bench, (FACTS, facts), history=HISTORY)
    told = bench.tell(prompt)
    stats = told.stats
    assert (stats.tier, stats.attached_tokens, stats.fused_tokens) == ("fused", held(facts), held(facts))
    before = prompt.spans[0].start
    assert solid(history) - GRID <= stats.reused_tokens - held(facts) <= solid(history) < before
    assert stats.evaluated_tokens == len(prompt.tokens) - stats.reused_tokens
    assert not told.is_as(cold.cold(prompt.exact))  # the cells do not know the history: that is the price
    assert told.is_as(cold.cold(prompt))  # and yet always the same


def test_a_block_depends_on_the_history_before_it_and_the_answer_on_the_block(bench, facts):
    texts = {bench.cold(ask(bench, (FACTS, facts), history=(name, TEXT)), 24).text for name in ("Ann", "Bob", "Eve")}
    assert len(texts) == 3
    other = bench.block(FACTS.replace("nine", "nice"), bench.engine.lead([]), "n")
    one = bench.cold(ask(bench, (FACTS, facts), history=HISTORY))
    assert not one.is_as(bench.cold(ask(bench, (FACTS.replace("nine", "nice"), other), history=HISTORY)))


def test_blocks_are_attached_in_any_order_and_any_number(bench, cold, facts):
    plan = bench.block(PLAN, bench.engine.lead([]), "p")
    pair, reverse = ((FACTS, facts), (PLAN, plan)), ((PLAN, plan), (FACTS, facts))
    told = {}
    for order in (pair, reverse, (*reverse, *pair[:1])):
        prompt = ask(bench, *order, history=("Hi", "Yes"))
        told[order] = bench.cold(prompt)
        assert told[order].stats.attached_tokens == held(*(state for _, state in order))
        assert told[order].is_as(cold.cold(prompt))
        assert told[order].is_as(bench.tell(prompt))
    assert not told[pair].is_as(told[reverse])


def test_the_first_of_two_is_exact_and_the_second_is_moved(bench, cold, facts):
    plan = bench.block(PLAN, bench.engine.lead([]), "p")
    prompt = ask(bench, (FACTS, facts), (PLAN, plan))
    told = bench.tell(prompt)
    assert (told.stats.attached_tokens, told.stats.fused_tokens) == (held(facts, plan), held(plan))
    assert told.is_as(cold.cold(prompt))


@pytest.mark.parametrize("before", [1, 7, 8, 9, 200])
def test_a_block_may_stand_at_any_place(bench, cold, facts, before):
    ids, chance = bench.engine._tokens.encode(FACTS), random.Random(before)
    tokens = (*chance.choices(range(270), k=before), *ids, *range(40, 60))
    prompt = Prompt(tokens, (span_in(ids, before, facts),))
    told = bench.tell(prompt)
    assert told.stats.attached_tokens == held(facts)
    assert told.is_as(bench.tell(prompt))
    assert told.is_as(cold.cold(prompt))


def test_the_first_tokens_of_a_moved_block_can_be_repaired(bench, cold, facts):
    prompt = ask(bench, (FACTS, facts), history=HISTORY, repair=16)
    told = bench.cold(prompt)
    assert (told.stats.attached_tokens, told.stats.fused_tokens) == (held(facts) - 16,) * 2
    assert told.is_as(cold.cold(prompt))
    assert not told.is_as(bench.cold(ask(bench, (FACTS, facts), history=HISTORY)))
    everything = bench.cold(ask(bench, (FACTS, facts), history=HISTORY, repair=10_000))
    assert 0 < everything.stats.attached_tokens <= 2 * GRID
    in_place = ask(bench, (FACTS, facts), repair=16)
    assert bench.cold(in_place).stats.attached_tokens == held(facts)  # nothing to repair there


def test_a_chat_goes_on_after_attached_cells_live_and_from_disk(bench, cold, facts):
    prompt = ask(bench, (FACTS, facts), history=HISTORY)
    told = bench.tell(prompt)
    turns = [*turns_of(*HISTORY), PromptTurn(Role.USER, QUESTION, (Block(FACTS, facts),))]
    turns += [PromptTurn(Role.ASSISTANT, told.text)]
    lead, longer = bench.engine.lead(turns), bench.engine.encode([*turns, PromptTurn(Role.USER, "And then?")])
    live = bench.tell(longer)
    assert (live.stats.attached_tokens, live.stats.restored_tokens) == (0, 0)
    assert (live.stats.tier, live.stats.fused_tokens) == ("fused", held(facts))  # they are in it all the same
    assert live.stats.reused_tokens > prompt.spans[0].end
    (state,) = bench.save(lead)
    ((start, end, block),) = state.header.spans
    assert (end - start, block) == (held(facts), facts.id)
    restored = bench.tell(longer)
    assert (restored.stats.tier, restored.stats.attached_tokens) == ("fused", 0)
    assert restored.stats.restored_tokens == state.header.end >= end
    assert restored.is_as(live)
    assert restored.is_as(cold.cold(longer))
    assert restored.stats.fused_tokens == held(facts)


@pytest.mark.parametrize("repair", [5, 16, 40])
def test_a_repaired_block_comes_back_from_disk_as_it_was(bench, cold, facts, repair):
    """The tokens left out of it must leave no hole in which others are put: sums over cells go in their order."""
    prompt = ask(bench, (FACTS, facts), history=HISTORY[:2], repair=repair)
    bench.tell(prompt)
    assert places(bench.cache.take(0, len(prompt.tokens))) == list(range(len(prompt.tokens)))
    (state,) = bench.save(prompt)
    longer = Prompt((*prompt.tokens, *range(40, 60)), prompt.spans)
    told = bench.tell(longer)
    assert told.stats.restored_tokens == state.header.end
    assert told.stats.fused_tokens == held(facts) - repair
    assert told.is_as(cold.cold(longer))


def test_a_block_of_another_beginning_of_the_same_length_is_moved_and_not_exact(bench, cold, facts):
    """It stands where it was made, but after other words."""
    prefix = tuple(reversed(facts.header.prefix))
    assert prefix != facts.header.prefix
    span = Span(facts.header.start, facts.header.end, facts)
    prompt = Prompt((*prefix, *facts.header.tokens, *range(40, 60)), (span,))
    told = bench.tell(prompt)
    assert (told.stats.attached_tokens, told.stats.fused_tokens, told.stats.tier) == (held(facts), held(facts), "fused")
    assert bench.tell(prompt.exact).is_as(cold.cold(prompt.exact))


def test_without_its_span_a_prompt_never_reuses_moved_cells(bench, cold, facts):
    prompt = ask(bench, (FACTS, facts), history=HISTORY)
    block = prompt.spans[0].start
    bench.tell(prompt)
    told = bench.tell(prompt.exact)
    assert told.is_as(cold.cold(prompt.exact))
    assert told.stats.reused_tokens <= block
    bench.engine.reset()
    bench.save(prompt)
    told = bench.tell(prompt.exact)
    assert told.is_as(cold.cold(prompt.exact))
    assert 0 < told.stats.restored_tokens <= block


def test_moved_cells_of_another_block_with_the_same_text_are_not_mixed_up(bench, cold, facts):
    """The same words, made after another beginning: other cells."""
    other = bench.block(FACTS, bench.engine.lead(turns_of("Quite another start.", "Yes.")), "other")
    first, second = ask(bench, (FACTS, facts), history=HISTORY), ask(bench, (FACTS, other), history=HISTORY)
    bench.tell(first)
    told = bench.tell(second)
    assert told.is_as(cold.cold(second))
    assert told.stats.attached_tokens == held(other)
    assert not told.is_as(cold.cold(first))


def test_what_was_read_as_text_is_not_replaced_by_a_block(bench, cold, facts):
    prompt = ask(bench, (FACTS, facts), history=HISTORY)
    plain = cold.cold(prompt.exact)
    bench.tell(prompt.exact)
    live = bench.tell(prompt)
    assert live.is_as(plain)
    assert (live.stats.attached_tokens, live.stats.fused_tokens, live.stats.tier) == (0, 0, "live")
    bench.save(prompt.exact)
    restored = bench.tell(prompt)
    assert restored.is_as(plain)
    assert (restored.stats.attached_tokens, restored.stats.tier) == (0, "exact")


def test_a_block_of_another_text_is_not_attached(bench, cold, facts):
    changed = FACTS.replace("nine", "ten")
    prompt = ask(bench, (changed, facts), history=HISTORY)
    assert prompt.spans == ()
    assert bench.tell(prompt).is_as(cold.cold(prompt))


def test_a_block_of_another_model_is_not_attached_and_named(path, tmp_path, bench, cold, facts):
    other = Bench(path, tmp_path / "other", sha256="e" * 64)
    foreign = other.block(FACTS, other.engine.lead([]))
    other.close()
    for history in ((), HISTORY):
        prompt = ask(bench, (FACTS, foreign), history=history)
        told = bench.cold(prompt)
        assert told.is_as(cold.cold(prompt.exact))
        assert told.stats.attached_tokens == 0
        (reason,) = told.stats.refused
        assert reason == "The kept state of this memory was made with another model file, so it was not used."
    assert foreign.path.exists()


def test_text_that_cannot_be_a_block_is_refused_in_words(bench):
    lead = bench.engine.lead([])
    with pytest.raises(UserError, match=r"“Long” has [\d,]+ tokens, and the context holds 512") as caught:
        bench.engine.encode_block(lead, 20 * TEXT, "cube:m@1", "Long", Progress())
    assert "Split" in caught.value.hint
    with pytest.raises(UserError, match="so short"):
        bench.engine.encode_block(lead, "Otto.", "cube:m@1", "Short", Progress())


def test_a_block_that_fills_the_context_can_be_attached(bench, cold, facts):
    """Its cells are put in before those that are not wanted are taken out, so there must be room."""
    length = bench.engine.info.context_length - 16
    ids = tuple(bench.engine._tokens.encode(FACTS))
    chance = random.Random(1)
    before = tuple(chance.choices(range(270), k=length - len(ids) - 1))
    prompt = Prompt((*before, *ids, 40), (span_in(ids, len(before), facts),))
    told = bench.tell(prompt)
    assert told.stats.attached_tokens >= held(facts) - 2 * GRID
    assert told.is_as(cold.cold(prompt))
    for added in (1, 100):
        longer = Prompt((*prompt.tokens, *range(added)), prompt.spans)
        with pytest.raises(UserError, match="the context holds 512"):
            bench.tell(longer)
    assert bench.tell(prompt).is_as(told)


def test_moved_cells_are_not_taken_before_they_are_in_their_place(bench, facts):
    """llama.cpp rotates their keys at the next evaluation."""
    cache = bench.cache
    bench.engine.settle(Prompt(tuple(range(40, 56))), Progress())
    with facts.open_payload() as payload:
        cache.put(payload, facts.header.start, facts.header.end, facts.header.tokens)
    with pytest.raises(AssertionError, match="rotated"):
        cache.take(0, len(cache.keys))
    assert cache.evaluate([40])
    assert cache.take(0, 16).nbytes > 0


def test_settled_right_behind_a_block_its_cells_are_in_their_place(bench, cold, facts):
    """Even where nothing but a few tokens follow it."""
    ids, before = tuple(bench.engine._tokens.encode(FACTS)), tuple(range(40, 60))
    span = span_in(ids, len(before), facts)
    for tail in range(1, GRID + 1):
        prompt = Prompt((*(*before, *ids)[: span.end], *range(60, 60 + tail)), (span,))
        bench.save(prompt)
        longer = Prompt((*prompt.tokens, *range(30)), (span,))
        assert bench.tell(longer).is_as(cold.cold(longer))
        bench.engine.reset()


def test_comparing_says_how_far_attached_cells_lead_away(bench, facts):
    prompt = ask(bench, (FACTS, facts), history=HISTORY)
    ((found,),) = bench.engine.compare([(prompt,)], Progress())
    assert found.kl > 0
    assert (found.attached_tokens, found.fused_tokens) == (held(facts), held(facts))
    ((exact,),) = bench.engine.compare([(ask(bench, (FACTS, facts)),)], Progress())
    assert (exact.kl, exact.same_first, exact.fused_tokens) == (0, True, 0)


REAL = (
    "Notes on an old house. The house on Mill Lane was built in 1911 by the clockmaker Edwin Marsh, "
    "who lived there with his two daughters. "
    "The elder, Ruth, became a botanist and planted the walnut tree that still stands behind the kitchen. "
)


def test_attached_to_the_starter_a_text_is_understood_nearly_as_well(starter, tmp_path):
    bench = Bench(starter, tmp_path / "kv", context=1024)
    state = bench.block(REAL, bench.engine.lead([]))
    history = "Hi! I want to ask you about an old house.", "Of course. What do you want to know about the house?"
    question = "Who planted the walnut tree? Answer with a name."
    prompt = ask(bench, (REAL, state), history=history, text=question)
    ((found,),) = bench.engine.compare([(prompt,)], Progress())
    assert found.attached_tokens == held(state)
    assert 0 < found.kl < 0.2
    assert found.same_first
    told = bench.cold(prompt, 24)
    assert "Marsh" in told.text  # a name that only the attached cells hold
    assert told.stats.tier == "fused"
    first = ask(bench, (REAL, state), text=question)
    assert bench.cold(first).is_as(bench.cold(first.exact))
    bench.close()
