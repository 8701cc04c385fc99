"""Which memories enter the context, and why."""

from datetime import timedelta

from memory_values import NOW, recalled

from memos_desktop.memory.call import Form, Intent, MemoryCall, Owner
from memos_desktop.memory.forms import spoken_text
from memos_desktop.memory.governance import Verdict
from memos_desktop.memory.scheduler import Capacity, capacity_of, schedule

CALL = MemoryCall("Where do I live?")
ROOMY = Capacity(memories=3, characters=200, margin=2.0, examples=False, assistant=False)


def forms(found, call=CALL, capacity=ROOMY, verdicts=None, **more):
    return [(d.recalled.id, d.form, d.reason) for d in schedule(call, found, capacity, verdicts or {}, **more)]


def used(found, **more):
    return [id for id, form, _ in forms(found, **more) if form is Form.TEXT]


def test_every_memory_gets_one_decision_with_a_reason():
    found = forms([recalled(n, 1 - n) for n in range(6)])
    assert [id for id, _, _ in found] == [f"c{n}" for n in range(6)]
    assert all(reason for _, _, reason in found)


def test_larger_models_read_more():
    sizes = [capacity_of(n).memories for n in (135_000_000, 500_000_000, 1_500_000_000, 8_000_000_000)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_not_more_than_the_model_reads():
    assert used([recalled(n, 1.0, f"text number {n} where I live") for n in range(5)]) == ["c0", "c1", "c2"]


def test_far_behind_the_best_is_left_out():
    assert used([recalled(1, 3.0), recalled(2, 0.5, "I work in Rome")]) == ["c1"]


def test_unrelated_is_left_out_even_when_it_is_the_best():
    assert used([recalled(1, 1.0, cosine=0.1)]) == []
    assert used([recalled(1, 1.0, "Bees dance", cosine=0.25)]) == []
    assert used([recalled(1, 1.0, "I live by the sea", cosine=0.25)]) == ["c1"]


def test_without_meaning_a_shared_word_is_needed():
    assert used([recalled(1, 1.0, "I live by the sea", cosine=None)]) == ["c1"]
    assert used([recalled(1, 1.0, "Bees dance", cosine=None)]) == []


def test_questions_and_answers_are_not_evidence():
    asked = recalled(1, 2.0, "Where do I live?", owner=Owner.MESSAGE, role="user")
    answered = recalled(2, 2.0, "You live in Rome.", owner=Owner.MESSAGE, role="assistant")
    assert used([asked, answered, recalled(3, 1.5)]) == ["c3"]


def test_governance_decides_first():
    verdicts = {"c1": Verdict(False, "it is archived")}
    assert forms([recalled(1)], verdicts=verdicts) == [("c1", Form.LEFT_OUT, "it is archived")]


def test_the_same_words_are_not_read_twice():
    assert used([recalled(1, 1.0, "I live here."), recalled(2, 1.0, "i live here")]) == ["c1"]


def test_room_is_kept():
    long = "I live in a house. " * 9
    assert used([recalled(1, 1.0, long), recalled(2, 1.0, long + "!")]) == ["c1"]


def test_what_was_attached_is_used_whatever_it_is():
    found = [recalled(n, 0.0, f"text {n}", cosine=None) for n in range(5)]
    assert used(found, attached=frozenset(f"c{n}" for n in range(5))) == [f"c{n}" for n in range(5)]


def test_a_statement_does_not_need_a_distant_memory():
    tell = MemoryCall("I bought a boat.", Intent.TELL)
    assert used([recalled(1, 1.0, "I live on a boat", cosine=0.25)], call=tell) == []


def test_an_older_value_gives_way_to_the_newer_one():
    old = recalled(1, 2.0, "I live in Lisbon.", time=NOW - timedelta(days=9))
    assert used([old, recalled(2, 1.9, "I live in Porto.")]) == ["c2"]


def test_what_stands_in_the_prompt_is_not_repeated_for_large_models():
    assert used([recalled(1)], in_prompt=frozenset(["c1"])) == []
    assert used([recalled(1)], capacity=capacity_of(135_000_000), in_prompt=frozenset(["c1"])) == ["c1"]


def test_somebody_elses_words_carry_name_and_date():
    found = recalled(1, text="I adopted a cat", owner=Owner.MESSAGE, speaker="Clara", role="user")
    assert spoken_text(found.candidate) == "Clara said on 20 May 2026: I adopted a cat"
    mine = recalled(1, text="I adopted a cat", owner=Owner.MESSAGE, speaker="You", role="user")
    assert spoken_text(mine.candidate) == "I adopted a cat"


def test_words_that_depend_on_the_day_carry_it():
    assert spoken_text(recalled(1, text="I fly tomorrow.").candidate) == "I fly tomorrow. (said on 20 May 2026)"
    assert spoken_text(recalled(1, text="I swim every Friday.").candidate) == "I swim every Friday."
