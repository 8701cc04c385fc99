"""Numbers, names, dates and negation: found with their places, and compared where sentences speak of the same thing."""

import pytest

from memos_desktop.memory.operators.conflicts import differs, find_conflicts
from memos_desktop.memory.operators.marks import Mark, marks


def found(text):
    return [(each.mark.value, text[each.start : each.end]) for each in marks(text)]


@pytest.mark.parametrize(("text", "expected"), [
    ("I live in Rome.", [("name", "Rome")]),
    ("My sister Clara was born on 12 March 1990.", [("name", "Clara"), ("date", "12 March 1990")]),
    ("I have two cats and 1,000 books.", [("number", "two"), ("number", "1,000")]),
    ("I don't eat meat.", [("negation", "don't")]),
    ("I no longer work there", [("negation", "no longer")]),
    ("The dentist is on Monday at 10:30.", [("date", "Monday"), ("date", "10:30")]),
    ("She paid 20 % of 3.50 in 2024", [("number", "20 %"), ("number", "3.50"), ("date", "2024")]),
    ("This is it. We met Bob.", [("name", "Bob")]),
    ("nothing at all", [("negation", "nothing")]),
    ("", []),
])  # fmt: skip
def test_marks_are_found_with_their_places(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(("one", "two"), [
    ("12 March 1990", "March 12th, 1990"),
    ("1,000", "1000"),
    ("two", "2"),
    ("3.50", "3.5"),
    ("twelve", "a dozen"),
    ("5%", "5 %"),
])  # fmt: skip
def test_other_ways_to_write_the_same_are_equal(one, two):
    assert [each.value for each in marks(one)] == [each.value for each in marks(two)]


@pytest.mark.parametrize(("one", "two", "kind", "values"), [
    ("My sister Clara is 31.", "My sister Clara is 32.", "number", (("31",), ("32",))),
    ("Clara lives in Rome.", "Marta lives in Rome.", "name", (("Clara",), ("Marta",))),
    ("The dentist is on Monday.", "The dentist is on Tuesday.", "date", (("Monday",), ("Tuesday",))),
    ("I eat meat.", "I don't eat meat.", "negation", (("I eat meat.",), ("don't",))),
    ("I live in Rome.", "i live in lisbon", "name", (("Rome",), ("lisbon",))),
    ("My favourite colour is blue.", "My favourite colour is green", "name", (("blue",), ("green",))),
])  # fmt: skip
def test_what_clashes_is_named_with_the_words_of_each(one, two, kind, values):
    conflicts = find_conflicts((one, two))
    assert [(each.kind, each.values) for each in conflicts] == [(kind, values)]
    for text, words, spans in zip((one, two), conflicts[0].values, conflicts[0].spans, strict=True):
        assert tuple(text[start:end] for start, end in spans) == words
    assert conflicts[0].words.endswith(".")


def test_one_conflict_gathers_all_texts_that_differ_and_leaves_others_empty():
    texts = ("I have two cats and a dog.", "I like tea.", "I have three cats and a dog.", "I have 4 cats and a dog.")
    [conflict] = find_conflicts(texts)
    assert conflict.values == (("two",), (), ("three",), ("4",))
    assert conflict.words == "The numbers differ: two, three, 4."


@pytest.mark.parametrize(("one", "two"), [
    ("My sister Clara is 31.", "My sister Clara is 31 years old and lives in Rome."),
    ("I have two cats.", "The train leaves in three hours."),
    ("I live in Rome.", "I live in Rome since 2019."),
    ("I like tea.", "I like tea."),
])  # fmt: skip
def test_more_to_know_and_other_things_are_no_conflict(one, two):
    assert find_conflicts((one, two)) == ()


def test_differing_is_stricter_than_clashing():
    assert differs("I live in Rome.", "I live in Rome since 2019.") == (Mark.DATE,)
    assert differs("It costs 5.", "it costs five") == ()
    assert differs("I eat it", "I never eat it") == (Mark.NEGATION,)
