"""Which of two memories that look alike repeat each other, and which contradict each other or stand for themselves."""

from dataclasses import replace

import pytest
from memory_values import cube

from memos_desktop.memory.cube import Governance
from memos_desktop.memory.likeness import Alike, judge, key_words
from memos_desktop.memory.similarity import likeness, mean_likeness, normal

LONG = "Every Thursday evening we go to the old swimming hall behind the station and swim forty lanes"


def judged(one, two, cosine=None, **second):
    first, other = replace(cube(one), id="a"), replace(cube(two), id="b", **second)
    found = judge(first, other, cosine)
    return found and (found.alike, found.words)


@pytest.mark.parametrize(("one", "two", "alike"), [
    ("I like tea.", "i like  tea", Alike.DUPLICATE),
    (LONG + " together.", LONG + ".", Alike.DUPLICATE),
    ("I have two cats and a dog.", "I have three cats and a dog.", Alike.CONTRADICTION),
    ("I eat meat.", "I do not eat meat.", Alike.CONTRADICTION),
    ("I live in Rome.", "I live in Lisbon.", Alike.CONTRADICTION),
    ("My favourite colour is blue.", "My favourite colour is green.", Alike.CONTRADICTION),
    ("I met Clara at the fair.", "I met Bob at the fair.", None),
    ("I ran 5 km on Monday.", "I ran 7 km on Tuesday.", None),
    ("I like tea.", "The train leaves at nine.", None),
])  # fmt: skip
def test_pairs_are_judged_by_what_they_say(one, two, alike):
    found = judged(one, two)
    assert (found and found[0]) == alike
    assert judged(two, one) is None or judged(two, one)[0] is alike


def test_meaning_alone_only_proposes_and_never_over_a_difference_in_marks():
    assert judged("I am fond of tea.", "Tea is what I like best.", 0.98)[0] is Alike.DUPLICATE
    assert judged("I am fond of tea.", "Tea is what I like best.") is None
    assert judged("It is Clara who likes tea.", "What Bob likes best is tea.", 0.98) is None
    assert judged("Clara lives in a small house in Rome.", "Marta lives in a small house in Rome.", 0.98) is None
    assert "nearly" in judged("I am fond of tea.", "Tea is what I like best.", 0.98)[1]


def test_relatives_and_other_projects_are_left_alone():
    assert judged("I like tea.", "I like tea.", governance=Governance(project="p")) is None
    assert judged("I like tea.", "I like tea.", parents=("a",)) is None
    assert judged("I live in Rome.", "I live in Bonn.", governance=Governance(superseded_by="a")) is None


def test_key_words_mask_what_may_differ():
    assert key_words("I don't have 3 cats") == key_words("I have 45 cats")
    assert key_words("the of and") == []


def test_likeness_is_of_the_words_that_mean_something():
    assert likeness("I like green tea", "he likes green tea") == 1.0
    assert likeness("tea", "the train") == 0.0
    assert mean_likeness(["tea"]) == 1.0
    assert 0 < mean_likeness(["green tea", "green door", "train"]) < 0.5
    assert normal(" It’s  MINE… ") == "it's mine"
