"""Rules of English."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.memory.language import (
    content_words,
    is_greeting,
    is_question,
    is_request,
    overlap,
    sentences,
    tells,
)


@given(st.text(max_size=300))
def test_sentences_lie_where_they_say_and_in_order(text):
    found = list(sentences(text))
    assert all(text[s.start : s.end] == s.text for s in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@given(st.text(max_size=300))
def test_no_letter_is_lost_between_sentences(text):
    kept = "".join(s.text for s in sentences(text))
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


def test_titles_and_initials_do_not_end_a_sentence():
    found = [s.text for s in sentences("I learn with Mr. Okafor. He knows J. Smith well! Really?")]
    assert found == ["I learn with Mr. Okafor.", "He knows J. Smith well!", "Really?"]


@pytest.mark.parametrize("text", ["What is this", "so, where do you live", "Is it late", "You know it?", "Do I run"])
def test_questions(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["I know what it is.", "My dog does.", "Istanbul is large.", "Doing well."])
def test_no_questions(text):
    assert not is_question(text)


def test_requests_and_greetings():
    assert is_request("Please write a poem") and is_request("Tell me about Rome")
    assert not is_request("I write poems")
    assert is_greeting("Hi there!") and is_greeting("Thanks a lot.")
    assert not is_greeting("Hi, my name is Tom and I live in Rome.")


def test_tells():
    assert tells("What a day? I live in Rome.")
    assert not tells("What is the name of my cat?")
    assert not tells("Hello! Please write a poem.")


def test_content_words_and_overlap():
    assert content_words("What is my grandmother's name?") == ["grandmother", "name"]
    assert overlap("Who is visiting?", "Ana visited us in May") == {"visit"}
