"""What is proposed from real use, and what is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_values import NOW

from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Sensitivity
from memos_desktop.memory.forms import Readiness, Speed
from memos_desktop.memory.promotion import Action, Facts, propose
from memos_desktop.memory.use import Use

SPEED = Speed(prefill_tps=120)
LONG = Facts("c1", "Sailing notes", 1, NOW - timedelta(days=40), 640, Readiness.ABSENT)
KEPT = replace(LONG, readiness=Readiness.READY, has_activation=True, last_state_use=NOW - timedelta(days=40))


def days_ago(days):
    return NOW - timedelta(days=days)


def used(times=9, days=1.0, form=Form.TEXT, version=1, cube_id="c1"):
    return [Use(cube_id, version, days_ago(days), form, 640, "chat") for _ in range(times)]


def proposals(uses, *facts, speed=SPEED, dismissed=None):
    return propose(uses, {fact.cube_id: fact for fact in facts}, speed, NOW, dismissed or {})


def actions(*args, **more):
    return [proposal.action for proposal in proposals(*args, **more)]


def test_what_is_used_often_and_unchanged_is_worth_keeping_ready():
    (proposal,) = proposals(used(), LONG)
    assert (proposal.action, proposal.cube_id, proposal.title) == (Action.PROMOTE, "c1", "Sailing notes")
    assert proposal.reason == (
        "injected 9 times in 7 days, unchanged: keep it ready as KV, about 5.3 s sooner each time"
    )
    each = SPEED.text_ms(640) - SPEED.kv_ms(640)
    assert proposal.saves_ms == pytest.approx(9 * each)


def test_five_uses_as_text_within_seven_days_are_enough():
    assert actions(used(5, 7), LONG) == [Action.PROMOTE]
    assert actions(used(4, 7), LONG) == []
    assert actions([*used(4, 7), *used(5, 7.01), *used(9, 1, Form.LEFT_OUT)], LONG) == []


def test_what_was_edited_in_between_is_not_stable():
    assert actions([*used(5), *used(1, version=2)], replace(LONG, version=2)) == []
    assert actions([*used(5, days=8), *used(5, version=2)], replace(LONG, version=2)) == [Action.PROMOTE]


def test_short_memories_are_not_proposed():
    assert actions(used(), replace(LONG, tokens=SPEED.crossover - 1)) == []
    assert actions(used(), replace(LONG, tokens=SPEED.crossover)) == [Action.PROMOTE]


def test_secrets_are_not_written_into_states_unasked():
    secret = replace(LONG, sensitivity=Sensitivity.SECRET)
    assert actions(used(), secret) == []
    assert actions(used(), replace(secret, readiness=Readiness.STALE)) == []


@pytest.mark.parametrize(
    ("readiness", "expected"),
    [
        (Readiness.ABSENT, [Action.PROMOTE]),
        (Readiness.OTHER_MODEL, [Action.PROMOTE]),
        (Readiness.STALE, [Action.REFRESH]),
        (Readiness.READY, []),
        (Readiness.UNSUPPORTED, []),
        (Readiness.UNFIT, []),
    ],
)
def test_the_action_depends_on_what_is_kept(readiness, expected):
    assert actions(used(), replace(LONG, readiness=readiness)) == expected


def test_it_says_that_another_model_has_it_already():
    (proposal,) = proposals(used(), replace(LONG, readiness=Readiness.OTHER_MODEL))
    assert "keep it ready as KV for this model too, about 5.3 s sooner" in proposal.reason


@pytest.mark.parametrize(("days", "words"), [(0.2, "today"), (1.5, "yesterday"), (3.5, "3 days ago")])
def test_what_was_edited_and_is_used_is_encoded_again(days, words):
    stale = replace(KEPT, readiness=Readiness.STALE, changed=days_ago(days), version=2)
    (proposal,) = proposals(used(1, form=Form.KV), stale)
    assert proposal.action is Action.REFRESH
    assert proposal.reason == (
        f"edited {words} and used once in 7 days: encode it again to use it as KV, about 5.3 s sooner each time"
    )
    assert actions(used(1, days=8), stale) == []


def test_states_that_nobody_uses_may_go():
    (proposal,) = proposals([], KEPT)
    assert (proposal.action, proposal.saves_ms) == (Action.DEMOTE, 0)
    assert proposal.reason == "not used for 40 days: let its KV states go, its text of 640 tokens stays"


def test_states_stay_that_were_used_or_made_lately():
    assert actions([], replace(KEPT, last_state_use=days_ago(29.9))) == []
    assert actions(used(1, 29.9, Form.KV), KEPT) == []
    assert actions(used(1, 30, Form.KV), KEPT) == [Action.DEMOTE]
    assert actions([], replace(KEPT, last_state_use=None)) == []
    assert actions([], replace(KEPT, has_activation=False)) == []
    assert actions([], LONG) == []


def test_a_dismissed_proposal_stays_away_for_thirty_days():
    assert actions(used(), LONG, dismissed={("c1", Action.PROMOTE): days_ago(29.9)}) == []
    assert actions(used(), LONG, dismissed={("c1", Action.PROMOTE): days_ago(30)}) == [Action.PROMOTE]
    assert actions(used(), LONG, dismissed={("c1", Action.DEMOTE): days_ago(1)}) == [Action.PROMOTE]
    assert actions(used(), LONG, dismissed={("c2", Action.PROMOTE): days_ago(1)}) == [Action.PROMOTE]


def test_what_saves_most_comes_first():
    facts = [replace(LONG, cube_id=f"c{n}", tokens=tokens) for n, tokens in enumerate((300, 900, 600))]
    uses = [use for fact in facts for use in used(6, cube_id=fact.cube_id)]
    assert [proposal.cube_id for proposal in proposals(uses, *facts)] == ["c1", "c2", "c0"]
    often = [*uses, *used(30, cube_id="c0")]
    assert [proposal.cube_id for proposal in proposals(often, *facts)] == ["c0", "c1", "c2"]


def test_without_a_known_speed_no_time_is_promised():
    (proposal,) = proposals(used(), LONG, speed=Speed())
    assert proposal.reason == "injected 9 times in 7 days, unchanged: keep it ready as KV"
    assert proposal.saves_ms == 0


USES = st.lists(
    st.builds(
        Use, st.sampled_from(["c0", "c1", "c2", "gone"]), st.integers(1, 2), st.floats(-2, 90).map(days_ago),
        st.sampled_from(Form), st.just(640), st.just("chat"),
    ),
    max_size=40,
)  # fmt: skip
FACTS = st.builds(
    Facts, st.just(""), st.just("title"), st.integers(1, 2), st.floats(-2, 90).map(days_ago), st.integers(0, 3000),
    st.sampled_from(Readiness), st.booleans(), st.none() | st.floats(-2, 90).map(days_ago),
    st.sampled_from(Sensitivity),
)  # fmt: skip


@given(USES, st.lists(FACTS, max_size=3), st.sampled_from([0.0, 50.0, 5000.0]), st.frozensets(st.sampled_from(Action)))
def test_whatever_happened_proposals_keep_the_rules(uses, facts, tps, refused):
    known = {f"c{n}": replace(fact, cube_id=f"c{n}") for n, fact in enumerate(facts)}
    dismissed = {(id, action): days_ago(3) for id in known for action in refused}
    found = propose(uses, known, Speed(tps), NOW, dismissed)
    assert len({proposal.cube_id for proposal in found}) == len(found)
    assert [p.saves_ms for p in found] == sorted((p.saves_ms for p in found), reverse=True)
    assert not {proposal.action for proposal in found} & refused
    for proposal in found:
        fact = known[proposal.cube_id]
        assert any(character.isdigit() for character in proposal.reason)
        assert fact.sensitivity is not Sensitivity.SECRET or proposal.action is Action.DEMOTE
        mine = [use for use in uses if use.cube_id == proposal.cube_id and use.form is not Form.LEFT_OUT]
        lately = any(use.time >= days_ago(7) for use in mine)
        assert (proposal.action is Action.DEMOTE) != lately
