"""What a turn asks of memory, and what it tells it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos_desktop.memory.call import Intent
from memos_desktop.memory.cube import SemanticType, Sensitivity
from memos_desktop.memory.reader import LONG_MESSAGE, entities, intent_of, propose, read

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("What is the name of my cat?", Intent.ASK),
        ("Tell me a story about Mr. Brown.", Intent.ASK),
        ("My cat is called Miso.", Intent.TELL),
        ("Please always answer me in bullet points.", Intent.INSTRUCT),
        ("I live in Rome. What is the weather like?", Intent.ASK),
        ("Thanks!", Intent.CHAT),
    ],
)
def test_intent(text, intent):
    assert intent_of(text) is intent


@given(st.text(max_size=400))
def test_a_proposal_is_a_verbatim_span(text):
    assert all(text[p.start : p.end] == p.text for p in propose(text))


def test_statements_are_kept_and_questions_are_not():
    found = propose("Hi! I'm Tom. I live in Rome. What's the weather like? Write a poem.")
    assert [p.text for p in found] == ["I'm Tom. I live in Rome."]


def test_nothing_is_kept_of_a_question():
    assert propose("What is the name of my cat?") == ()


@pytest.mark.parametrize(
    "text",
    [
        "Please always answer me in bullet points, never in long prose.",
        "Call me Ishmael.",
        "You should never use emojis.",
        "I prefer short answers.",
        "From now on, write in French.",
        "I'd like you to be brief.",
    ],
)
def test_standing_instructions_are_pinned_preferences(text):
    (found,) = propose(text)
    assert found.pinned
    assert found.type is SemanticType.PREFERENCE


def test_a_habit_of_mine_is_no_instruction():
    (found,) = propose("My wife says I always answer too fast.")
    assert not found.pinned


def test_an_instruction_stands_apart_from_a_fact():
    found = propose("I live in Rome. Always answer in Italian. My dog is old.")
    assert [(p.text, p.pinned) for p in found] == [
        ("I live in Rome.", False),
        ("Always answer in Italian.", True),
        ("My dog is old.", False),
    ]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("My flight to Reykjavik leaves on 3 December at 07:45.", SemanticType.EVENT),
        ("I love dark chocolate.", SemanticType.PREFERENCE),
        ("My name is Ada.", SemanticType.PERSONA),
        ("I drive a green Volvo.", SemanticType.FACT),
    ],
)
def test_types(text, type_):
    assert propose(text)[0].type is type_


def test_secrets_and_personal_matters_are_marked():
    assert propose("My wifi password is hunter2.")[0].sensitivity is Sensitivity.SECRET
    assert propose("I am allergic to peanuts.")[0].sensitivity is Sensitivity.PERSONAL


def test_pasted_material_is_left_in_the_chat():
    pasted = "The committee met and decided on the budget of the town. " * (LONG_MESSAGE // 50)
    assert propose(pasted) == ()
    assert [p.text for p in propose(pasted + "I work for the committee.")] == ["I work for the committee."]


def test_read_finds_names_and_time():
    call = read("What did Clara Lund say about “Left Hand” yesterday?", NOW)
    assert entities("What did Clara Lund say about “Left Hand”?") == ("Clara Lund", "Left Hand")
    assert call.entities == ("Clara Lund", "Left Hand")
    assert call.window is not None
    assert call.window.start == datetime(2026, 5, 19, tzinfo=UTC)
