"""Governance, contradiction, citation."""

from datetime import timedelta

import pytest
from memory_values import NOW, cube, recalled

from memos_desktop.memory.call import Decision, Form
from memos_desktop.memory.citation import cited
from memos_desktop.memory.contradiction import same, single_value, supersedes
from memos_desktop.memory.cube import Access, Governance, Scope, State, title_of
from memos_desktop.memory.governance import Action, Context, may
from memos_desktop.memory.message import MemoryMode

HERE = Context(NOW)


@pytest.mark.parametrize(
    ("changed", "context", "reason"),
    [
        ({"state": State.ARCHIVED}, HERE, "it is archived"),
        ({"state": State.MERGED}, HERE, "it is merged"),
        ({"binned": NOW}, HERE, "it is in the bin"),
        ({"governance": Governance(expires=NOW - timedelta(days=1))}, HERE, "it has expired"),
        ({"governance": Governance(scope=Scope.PROJECT, project="boat")}, HERE, "it belongs to the project boat"),
        ({}, Context(NOW, MemoryMode.OFF), "memory is off in this chat"),
        ({}, Context(NOW, excluded=frozenset(["c1"])), "you excluded it from this chat"),
    ],
)
def test_what_may_not_be_injected(changed, context, reason):
    verdict = may(Action.INJECT, cube(**changed), context)
    assert not verdict
    assert verdict.reason == reason


def test_what_may_be_injected():
    assert may(Action.INJECT, cube(), HERE)
    project = cube(governance=Governance(scope=Scope.PROJECT, project="boat"))
    assert may(Action.INJECT, project, Context(NOW, project="boat"))
    assert may(Action.INJECT, cube(state=State.ARCHIVED), Context(NOW, MemoryMode.OFF, attached=frozenset(["c1"])))


def test_edit_and_export():
    assert not may(Action.EDIT, cube(frozen=True), HERE)
    assert not may(Action.EDIT, cube(governance=Governance(access=Access.READ_ONLY)), HERE)
    assert may(Action.EDIT, cube(), HERE)
    assert may(Action.EXPORT, cube(frozen=True), HERE)
    assert not may(Action.EXPORT, cube(binned=NOW), HERE)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("I live in Porto.", "I live in Lisbon, in the Alfama quarter."),
        ("I just moved to Porto!", "I live in Lisbon."),
        ("My cat is named Tofu.", "My cat is called Miso."),
        ("My favorite novel is Emma.", "My favourite novel is Middlemarch."),
        ("My shoe size is 44.", "My shoe size is 43."),
    ],
)
def test_a_new_value_supersedes(new, old):
    assert supersedes(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("My dog is called Rex.", "My cat is called Miso."),
        ("I live in Lisbon.", "I live in Lisbon."),
        ("I like Porto.", "I live in Lisbon."),
        ("My sister is called Ana.", "My sister Clara is getting married."),
    ],
)
def test_what_stands_beside_each_other(new, old):
    assert not supersedes(new, old)


def test_single_value_and_same():
    assert single_value("My Cat is called Miso!") == ("name of my cat", "miso")
    assert same("My cat is  called Miso.", "my cat is called miso")
    assert not same("My cat is called Miso.", "My cat is not called Miso.")


def decision(number, text, form=Form.TEXT):
    return Decision(recalled(number, text=text), form, "", text)


def test_an_answer_cites_what_it_repeats_and_the_question_had_not():
    decisions = [
        decision(1, "My cat is called Miso."),
        decision(2, "I have a cat flap."),
        decision(3, "Miso", Form.LEFT_OUT),
    ]
    assert cited("Your cat is called Miso.", "What is my cat called?", decisions) == {"c1"}
    assert cited("I do not know.", "What is my cat called?", decisions) == frozenset()


def test_titles_are_cut_at_a_word():
    assert title_of("  \n My cat.\nMore") == "My cat."
    assert title_of("word " * 40).endswith("word…")
    assert len(title_of("x" * 500)) <= 60
    assert title_of("") == "Untitled"


