"""In which form a memory enters the context: KV, text or not at all; and what it may take."""

import math
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_values import recalled

from memos_desktop.memory import scheduler
from memos_desktop.memory.call import Decision, Form, MemoryCall, Owner, Receipt
from memos_desktop.memory.forms import Budget, Option, Readiness, Speed, duration, spoken_text
from memos_desktop.memory.governance import Verdict
from memos_desktop.memory.scheduler import Capacity, schedule

CALL = MemoryCall("Where do I live?")
ROOMY = Capacity(memories=5, characters=10_000, margin=9.0, examples=False, assistant=False)
SLOW = Speed(prefill_tps=100)
NOT_READY = [readiness for readiness in Readiness if readiness is not Readiness.READY]


def decide(*found, options=None, speed=SLOW, budget=None, attached=(), capacity=ROOMY):
    chosen = frozenset(attached)
    return schedule(CALL, found, capacity, {}, attached=chosen, options=options or {}, speed=speed, budget=budget)


def one(tokens, readiness, *, budget=None, attached=(), speed=SLOW, text=""):
    options = {"c1": Option(tokens, readiness, text)}
    (decision,) = decide(recalled(1), options=options, budget=budget, attached=attached, speed=speed)
    return decision


def several(*tokens, readiness=Readiness.ABSENT):
    found = [recalled(n, 1.0, f"I live in house {n}.") for n in range(len(tokens))]
    return found, {f"c{n}": Option(count, readiness) for n, count in enumerate(tokens)}


def test_what_is_ready_and_long_is_attached_with_the_whole_text():
    decision = one(640, Readiness.READY, text="I live in Lisbon.\n\nSince May.")
    assert (decision.form, decision.tokens) == (Form.KV, 640)
    assert decision.text == "I live in Lisbon.\n\nSince May."
    assert decision.reason == "ready as KV: 640 tokens in about 43 ms instead of 6.4 s"


def test_without_a_known_speed_nothing_is_claimed():
    decision = one(640, Readiness.READY, speed=Speed())
    assert decision.reason == "ready as KV: 640 tokens in about 43 ms"
    assert one(255, Readiness.READY, speed=Speed()).form is Form.TEXT
    assert one(256, Readiness.READY, speed=Speed()).form is Form.KV


def test_short_facts_are_read_as_text_even_when_they_are_ready():
    decision = one(20, Readiness.READY)
    assert (decision.form, decision.reason, decision.text) == (Form.TEXT, "the best match", "I live in Lisbon.")


@pytest.mark.parametrize(
    ("readiness", "words"),
    [
        (Readiness.STALE, "its text was edited since it was kept as KV, so it is read as text"),
        (Readiness.OTHER_MODEL, "kept as KV for another model, so it is read as text"),
        (Readiness.UNSUPPORTED, "this model cannot attach KV states, so it is read as text"),
        (Readiness.UNFIT, "this model was measured to read KV states badly, so it is read as text"),
    ],
)
def test_it_says_why_it_is_not_attached(readiness, words):
    assert one(640, readiness).reason == f"the best match; {words}"
    assert one(20, readiness).reason == "the best match"  # it would be read as text anyway
    assert one(20, readiness, attached=["c1"]).reason == f"you attached it; {words}"


def test_what_was_never_kept_needs_no_excuse():
    assert one(640, Readiness.ABSENT).reason == "the best match"
    assert one(640, Readiness.ABSENT, attached=["c1"]).reason == "you attached it"


@pytest.mark.parametrize(
    ("readiness", "hint"),
    [
        (Readiness.ABSENT, "keep it ready as KV"),
        (Readiness.STALE, "encode it again"),
        (Readiness.OTHER_MODEL, "for this model too"),
        (Readiness.UNSUPPORTED, "attach it by hand"),
    ],
)
def test_what_takes_too_long_is_left_out_with_a_way_out(readiness, hint):
    decision = one(1200, readiness, budget=Budget(4000, 4000))
    assert (decision.form, decision.text, decision.tokens) == (Form.LEFT_OUT, "", 0)
    assert decision.reason.startswith(
        "reading its 1,200 tokens would take about 12 s, where 4 s are left for memories; "
    )
    assert hint in decision.reason


def test_the_time_is_what_is_left_after_the_others():
    found, options = several(300, 300, 100)
    decisions = decide(*found, options=options, budget=Budget(4000, 4000))
    assert [d.form for d in decisions] == [Form.TEXT, Form.LEFT_OUT, Form.TEXT]
    assert "about 3 s, where 1 s are left" in decisions[1].reason
    decisions = decide(*found, options=options, budget=Budget(4000, 3000))
    assert "where no time is left" in decisions[2].reason


def test_attaching_cells_takes_room_but_hardly_time():
    found, options = several(640, 640, 640, readiness=Readiness.READY)
    decisions = decide(*found, options=options, budget=Budget(1300, 100))
    assert [d.form for d in decisions] == [Form.KV, Form.KV, Form.LEFT_OUT]
    assert decisions[2].reason == (
        "its 640 tokens do not fit into the 20 that are left for memories; attach it to give it room before the others"
    )
    assert "a model with a longer context" in one(2000, Readiness.READY, budget=Budget(1300, 100)).reason


def test_without_a_known_speed_only_the_room_counts():
    assert one(1200, Readiness.ABSENT, budget=Budget(1200, 1), speed=Speed()).form is Form.TEXT
    assert one(1201, Readiness.ABSENT, budget=Budget(1200, 1), speed=Speed()).form is Form.LEFT_OUT


def test_what_was_attached_by_hand_is_always_used_where_it_fits():
    ready = one(20, Readiness.READY, budget=Budget(100, 1), attached=["c1"])
    assert (ready.form, ready.reason) == (
        Form.KV,
        "you attached it; ready as KV: 20 tokens in about 30 ms instead of 200 ms",
    )
    slow = one(1200, Readiness.ABSENT, budget=Budget(4000, 1), attached=["c1"])
    assert (slow.form, slow.tokens) == (Form.TEXT, 1200)
    large = one(9000, Readiness.READY, budget=Budget(4000, 4000), attached=["c1"])
    assert (large.form, large.reason) == (
        Form.LEFT_OUT,
        "you attached it, but its 9,000 tokens do not fit into the context of this model",
    )


def test_what_was_attached_has_its_room_first():
    found, options = several(600, 600, 600)
    decisions = decide(*found, options=options, budget=Budget(1000, math.inf), attached=["c1", "c2"])
    assert [d.form for d in decisions] == [Form.LEFT_OUT, Form.TEXT, Form.LEFT_OUT]
    assert "400 that are left" in decisions[0].reason
    assert decisions[2].reason == "you attached it, but its 600 tokens do not fit beside what else you attached"


def test_governance_is_asked_before_what_was_attached():
    option = {"c1": Option(640, Readiness.READY)}
    refused = {"c1": Verdict(False, "it has expired")}
    (decision,) = schedule(CALL, [recalled(1)], ROOMY, refused, attached=frozenset(["c1"]), options=option)
    assert (decision.form, decision.reason) == (Form.LEFT_OUT, "it has expired")


def test_what_was_attached_and_is_refused_takes_no_room():
    found, options = several(600, 600)
    refused = {"c0": Verdict(False, "it has expired")}
    both = frozenset(["c0", "c1"])
    decisions = schedule(CALL, found, ROOMY, refused, attached=both, options=options, budget=Budget(1000, math.inf))
    assert [d.form for d in decisions] == [Form.LEFT_OUT, Form.TEXT]


def test_what_is_attached_as_cells_counts_among_what_the_model_reads():
    found, options = several(640, 640, readiness=Readiness.READY)
    single = replace(ROOMY, memories=1)
    assert [d.form for d in decide(*found, options=options, capacity=single)] == [Form.KV, Form.LEFT_OUT]


def test_what_finds_no_room_makes_place_for_the_next():
    found, options = several(9000, 20)
    single = replace(ROOMY, memories=1)
    decisions = decide(*found, options=options, capacity=single, budget=Budget(1000, 9000))
    assert [d.form for d in decisions] == [Form.LEFT_OUT, Form.TEXT]
    assert decisions[1].reason == "the best match"


def test_of_a_long_text_only_the_passage_found_is_read():
    whole = "I live in Lisbon. " + "x" * 1800
    decision = one(2000, Readiness.ABSENT, text=whole, budget=Budget(100, 1000))
    assert (decision.form, decision.text) == (Form.TEXT, "I live in Lisbon.")
    assert decision.tokens == math.ceil(2000 * len("I live in Lisbon.") / len(whole))
    ready = one(2000, Readiness.READY, text=whole, budget=Budget(100, 1000))
    assert ready.reason == (
        "the best match; its 2,000 tokens as KV do not fit, so the passage that was found is read as text"
    )


def test_a_message_is_never_attached_as_cells():
    said = recalled(1, owner=Owner.MESSAGE, speaker="Clara")
    (decision,) = decide(said, options={"c1": Option(640, Readiness.READY)})
    assert decision.form is Form.TEXT


def test_what_would_be_slower_is_not_praised():
    decision = one(20, Readiness.READY, attached=["c1"], speed=Speed(5000))
    assert decision.reason == "you attached it; ready as KV: 20 tokens in about 30 ms"


def test_short_texts_take_their_share_of_the_room_but_are_never_held_back():
    long = recalled(1, 1.0, "I live in Lisbon. " * 40)
    decisions = decide(long, recalled(2, 1.0, "I live here."), options={"c2": Option(90, Readiness.ABSENT)},
                       budget=Budget(100, math.inf))  # fmt: skip
    assert [d.form for d in decisions] == [Form.TEXT, Form.LEFT_OUT]


def test_the_receipt_says_how_many_tokens_each_one_took():
    receipt = Receipt(CALL, (one(640, Readiness.READY),)).to_json()
    assert [(entry["form"], entry["tokens"]) for entry in receipt["injected"]] == [("kv", 640)]


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0.27, "0.27 ms"), (43.2, "43 ms"), (994, "990 ms"), (996, "1 s"), (5249, "5.2 s"), (123_456, "120 s")],
)
def test_times_have_two_digits(milliseconds, words):
    assert duration(milliseconds) == words


def test_figures_of_speed():
    assert (SLOW.text_ms(640), SLOW.kv_ms(500), Speed().text_ms(640)) == (6400, 40, 0)
    assert Speed().crossover == 256
    assert SLOW.crossover == 64
    assert Speed(2000).crossover == 271
    assert Speed(1e6).crossover == sys.maxsize


@given(
    st.floats(1, 60_000), st.floats(0, 500, allow_subnormal=False), st.floats(0, 1, allow_subnormal=False),
    st.integers(0, 10_000),
)  # fmt: skip
def test_the_crossover_is_where_it_begins_to_pay(tps, attach, per_token, more):
    speed = Speed(tps, attach, per_token)
    slack = 1e-6

    def pays(tokens):
        text, kv = speed.text_ms(tokens), speed.kv_ms(tokens)
        return text * (1 + slack) >= 2 * kv and text - kv >= 100 - slack * (text + kv)

    start = speed.crossover
    assert start >= 64
    if start < 1e12:
        assert pays(start)
        assert pays(start + more)
        text, kv = speed.text_ms(start - 1), speed.kv_ms(start - 1)
        assert start == 64 or text < 2 * kv * (1 + slack) or text - kv < 100 + slack * (text + kv)


# --- generated cases ---

TEXTS = ["I live in Lisbon.", "I live in Porto now.", "Clara lives by the sea", "Bees dance.", "i live in lisbon"]
MEMORIES = st.lists(
    st.tuples(
        st.floats(-2, 4), st.sampled_from(TEXTS), st.sampled_from([None, 0.1, 0.25, 0.6]), st.integers(1, 60)
    ),
    max_size=9,
).map(lambda values: [recalled(n, s, t * r, cosine=c) for n, (s, t, c, r) in enumerate(values)])
IDS = st.frozensets(st.sampled_from([f"c{n}" for n in range(9)]), max_size=4)
OPTIONS = st.dictionaries(
    st.sampled_from([f"c{n}" for n in range(9)]),
    st.builds(Option, st.integers(0, 3000), st.sampled_from(Readiness), st.sampled_from(["", "y" * 5000])),
)
SPEEDS = st.builds(Speed, st.sampled_from([0.0, 20.0, 100.0, 3000.0, 1e6]), st.floats(0, 100), st.floats(0, 0.1))
BUDGETS = st.none() | st.builds(Budget, st.integers(0, 5000), st.floats(0, 30_000))
CAPACITIES = st.builds(
    Capacity, st.integers(0, 9), st.integers(0, 4000), st.floats(0, 5), st.booleans(), st.booleans()
)


def as_before(found, capacity, attached):
    """How memories were chosen when text was the only form."""
    decisions = []
    outdated = scheduler._outdated(found)
    for item in found:
        reason = scheduler._hindrance(CALL, item, capacity, {}, frozenset(), attached)
        taken = [decision for decision in decisions if decision.form is Form.TEXT]
        if not reason and item.id not in attached:
            reason = scheduler._crowded_out(item, taken, outdated, capacity)
        if reason:
            decisions.append(Decision(item, Form.LEFT_OUT, reason))
            continue
        why = "you attached it" if item.id in attached else "close to the best match" if taken else "the best match"
        decisions.append(Decision(item, Form.TEXT, why, spoken_text(item.candidate)))
    return tuple(decisions)


@given(MEMORIES, CAPACITIES, IDS, SPEEDS, BUDGETS)
def test_memories_without_an_option_are_treated_as_before(found, capacity, attached, speed, budget):
    assert decide(*found, capacity=capacity, attached=attached, speed=speed, budget=budget) == as_before(
        found, capacity, attached
    )


@given(MEMORIES, CAPACITIES, IDS, SPEEDS, st.integers(0, 3000))
def test_nothing_kept_as_cells_changes_nothing(found, capacity, attached, speed, tokens):
    options = {item.id: Option(tokens, Readiness.ABSENT) for item in found}
    decisions = decide(*found, options=options, capacity=capacity, attached=attached, speed=speed)
    assert tuple(replace(d, tokens=0) for d in decisions) == as_before(found, capacity, attached)


@given(MEMORIES, CAPACITIES, IDS, OPTIONS, SPEEDS, BUDGETS)
def test_every_memory_gets_a_decision_in_order_with_a_reason(found, capacity, attached, options, speed, budget):
    decisions = decide(*found, options=options, capacity=capacity, attached=attached, speed=speed, budget=budget)
    assert [d.recalled for d in decisions] == found
    assert all(d.reason for d in decisions)
    assert all(bool(d.text) == (d.form is not Form.LEFT_OUT) for d in decisions)
    used = {item.recalled.id for item in as_before(found, capacity, attached) if item.form is Form.TEXT}
    for d in decisions:
        if d.form is Form.KV:
            option = options[d.recalled.id]
            assert option.readiness is Readiness.READY
            assert d.recalled.id in attached or option.tokens >= speed.crossover
        elif d.form is Form.LEFT_OUT and d.recalled.id in attached:
            assert budget is not None
            assert d.recalled.id in used


@given(MEMORIES, CAPACITIES, IDS, OPTIONS, SPEEDS, st.builds(Budget, st.integers(0, 5000), st.floats(0, 30_000)))
def test_budgets_are_kept(found, capacity, attached, options, speed, budget):
    decisions = decide(*found, options=options, capacity=capacity, attached=attached, speed=speed, budget=budget)
    assert sum(d.tokens for d in decisions) <= budget.tokens
    chosen = [d.tokens for d in decisions if d.form is Form.TEXT and d.recalled.id in options.keys() - attached]
    assert sum(map(speed.text_ms, chosen)) <= budget.milliseconds + 1e-6


@given(MEMORIES, OPTIONS, SPEEDS, IDS)
def test_with_room_for_all_what_was_attached_is_used_in_no_time_at_all(found, options, speed, attached):
    decisions = decide(*found, options=options, speed=speed, budget=Budget(1_000_000, 0), attached=attached)
    assert all(d.form is not Form.LEFT_OUT for d in decisions if d.recalled.id in attached)


@pytest.mark.parametrize("readiness", NOT_READY)
def test_only_what_is_ready_is_attached(readiness):
    assert one(640, readiness, attached=["c1"]).form is Form.TEXT
