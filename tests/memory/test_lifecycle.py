"""The table of transitions: what it allows, to whom, and that no sequence of triggers leads anywhere else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_values import NOW, cube

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import ActivationPayload, Behaviour, Governance, State
from memos_desktop.memory.lifecycle import TRANSITIONS, Actor, Trigger, after, due, returned

LONG_AGO = NOW - timedelta(days=400)
DAYS = timedelta(days=180)


def old(**values):
    return replace(cube(**values), created=LONG_AGO, changed=LONG_AGO)


@given(st.lists(st.tuples(st.sampled_from(Trigger), st.sampled_from(Actor), st.booleans())))
def test_no_sequence_of_triggers_leaves_the_table(plan):
    known = cube()
    for trigger, actor, frozen in plan:
        here = replace(known, frozen=frozen)
        leads = TRANSITIONS.get((here.state, trigger))
        try:
            reached = after(here, trigger, actor)
        except UserError as error:
            assert frozen or leads is None or leads.to is None or actor not in leads.by
            assert "frozen" in error.message or "possible" in error.message or "not for" in error.message
            continue
        assert not frozen
        assert leads is not None
        assert actor in leads.by
        assert reached in {leads.to, State.ACTIVATED}
        known = replace(known, state=reached)


def test_every_state_can_be_left_by_a_person_and_none_is_lost():
    reachable = {State.GENERATED}
    forward = {key: transition for key, transition in TRANSITIONS.items() if key[1] is not Trigger.RETURN}
    for _ in State:
        reachable |= {transition.to for (state, _), transition in forward.items() if state in reachable}
    assert reachable == set(State)
    for state in State:
        by_hand = [t for (here, _), t in forward.items() if here is state and Actor.PERSON in t.by]
        assert by_hand, state


def test_only_the_clock_archives_for_disuse_and_only_answers_activate():
    for (_, trigger), transition in TRANSITIONS.items():
        if trigger is Trigger.DISUSE:
            assert transition.by == {Actor.CLOCK}
        elif trigger is Trigger.USE:
            assert Actor.PERSON not in transition.by
        elif trigger is not Trigger.EXPIRE:
            assert transition.by == {Actor.PERSON}
    with pytest.raises(UserError, match="not for"):
        after(cube(), Trigger.ARCHIVE, Actor.SCHEDULER)


@given(st.sampled_from(State), st.sampled_from(State), st.booleans(), st.integers(0, 3))
def test_the_time_machine_brings_back_any_state_but_merged_into_nothing(now, earlier, held, uses):
    assert TRANSITIONS[now, Trigger.RETURN].by == {Actor.PERSON}
    present = cube(state=now, behaviour=Behaviour(uses=uses))
    reached = returned(present, cube(state=earlier), held)
    if earlier is State.MERGED and not held:
        assert reached in (State.GENERATED, State.ACTIVATED)
    else:
        assert reached is earlier or (earlier is State.GENERATED and reached is State.ACTIVATED and uses)
    with pytest.raises(UserError, match="frozen"):
        returned(replace(present, frozen=True), cube(state=earlier))


def test_what_was_used_comes_back_as_activated():
    for state, trigger in ((State.ARCHIVED, Trigger.RESTORE), (State.EXPIRED, Trigger.RENEW)):
        assert after(cube(state=state), trigger) is State.GENERATED
        assert after(cube(state=state, behaviour=Behaviour(uses=3)), trigger) is State.ACTIVATED


def test_frozen_and_binned_cubes_stay_where_they_are():
    for trigger in Trigger:
        with pytest.raises(UserError, match="frozen"):
            after(cube(frozen=True), trigger)
        with pytest.raises(UserError, match="bin"):
            after(cube(binned=NOW), trigger)


def test_an_expiry_is_due_from_its_moment_on():
    governed = Governance(expires=NOW)
    assert due(cube(governance=governed), NOW, None) is Trigger.EXPIRE
    assert due(cube(governance=governed), NOW - timedelta(seconds=1), None) is None
    assert due(cube(governance=governed, pinned=True), NOW, None) is Trigger.EXPIRE
    assert due(cube(governance=governed, state=State.ARCHIVED), NOW, None) is Trigger.EXPIRE
    for quiet in (State.MERGED, State.EXPIRED):
        assert due(cube(governance=governed, state=quiet), NOW, DAYS) is None
    assert due(cube(governance=governed, frozen=True), NOW, None) is None


def test_disuse_is_due_only_for_what_nobody_touched_or_waits_for():
    assert due(old(), NOW, DAYS) is Trigger.DISUSE
    assert due(old(), NOW, None) is None
    assert due(old(pinned=True), NOW, DAYS) is None
    assert due(old(frozen=True), NOW, DAYS) is None
    assert due(old(governance=Governance(proposed=True)), NOW, DAYS) is None
    assert due(old(behaviour=Behaviour(1, NOW - timedelta(days=3), 0.2)), NOW, DAYS) is None
    assert due(old(), NOW, DAYS, touched=NOW - timedelta(days=1)) is None
    assert due(old(state=State.ARCHIVED), NOW, DAYS) is None
    later = replace(old(), descriptive=replace(old().descriptive, event_time=NOW + timedelta(days=30)))
    assert due(later, NOW, DAYS) is None
    assert due(replace(old(), payload=ActivationPayload("text", 1, "model", 1)), NOW, DAYS) is None
