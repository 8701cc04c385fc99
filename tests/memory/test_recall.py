"""Ranking with reasons."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_values import NOW, candidate

from memos_desktop.memory.call import MemoryCall, Owner, TimeWindow
from memos_desktop.memory.recall import rank

CALL = MemoryCall("Where does Clara live?")


def best(*candidates, call=CALL):
    return rank(call, candidates)[0].id


def reasons(item):
    return {reason.name: reason for reason in item.reasons}


def test_nearer_in_meaning_is_better():
    assert best(candidate(1, cosine=0.2), candidate(2, cosine=0.6), candidate(3, cosine=0.4)) == "c2"


def test_words_decide_between_equals():
    assert best(candidate(1), candidate(2, bm25=6.0), candidate(3, bm25=2.0)) == "c2"


def test_every_score_is_the_sum_of_its_reasons():
    found = rank(CALL, [candidate(n, bm25=n, cosine=n / 10, heat=0.5) for n in range(1, 6)])
    for item in found:
        assert item.score == pytest.approx(sum(reason.score for reason in item.reasons))
        assert all(reason.words for reason in item.reasons)


def test_a_named_speaker_helps_and_does_not_filter():
    found = rank(CALL, [candidate(1, speaker="Tom"), candidate(2, speaker="Clara")])
    assert [item.id for item in found] == ["c2", "c1"]
    assert reasons(found[0])["speaker"].words == "said by Clara"


def test_the_time_that_was_named_helps():
    call = MemoryCall("What happened?", window=TimeWindow(NOW.replace(day=1), None, "since 1 May"))
    assert best(candidate(1, time=NOW.replace(year=2020)), candidate(2), call=call) == "c2"


def test_good_neighbours_help():
    turns = [
        candidate(1, owner=Owner.MESSAGE, cosine=0.3, neighbours=(2,)),
        candidate(2, owner=Owner.MESSAGE, cosine=0.9),
        candidate(3, owner=Owner.MESSAGE, cosine=0.3, neighbours=(4,)),
        candidate(4, owner=Owner.MESSAGE, cosine=0.0),
    ]
    assert [item.id for item in rank(CALL, turns)][:2] == ["c2", "c1"]


def test_a_question_and_a_replaced_fact_fall_behind():
    asked = candidate(1, "Where do I live?", owner=Owner.MESSAGE, role="user", cosine=0.55)
    assert best(asked, candidate(2, cosine=0.5)) == "c2"
    assert best(candidate(1, superseded=True, cosine=0.55), candidate(2, cosine=0.5)) == "c2"


def test_one_result_for_each_cube():
    found = rank(CALL, [candidate(1), candidate(2, owner_id="c1", cosine=0.8), candidate(3)])
    assert [item.id for item in found] == ["c1", "c3"]
    assert found[0].candidate.passage_id == 2


def test_without_vectors_words_still_rank():
    assert best(candidate(1, cosine=None), candidate(2, cosine=None, bm25=3.0)) == "c2"


@given(st.lists(st.tuples(st.floats(0, 30), st.one_of(st.none(), st.floats(-1, 1))), max_size=30), st.integers(1, 9))
def test_it_orders_by_score_and_keeps_the_limit(values, limit):
    call = MemoryCall("anything", limit=limit)
    found = rank(call, [candidate(n, bm25=b, cosine=c) for n, (b, c) in enumerate(values)])
    assert len(found) == min(limit, len(values))
    assert all(a.score >= b.score for a, b in itertools.pairwise(found))
