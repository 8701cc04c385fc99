"""Fusing and splitting as pure functions: what is refused, what becomes of texts and rules; no fact is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_values import NOW

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import (
    Access,
    ActivationPayload,
    BlobPayload,
    Cube,
    Descriptive,
    Governance,
    Origin,
    Scope,
    SemanticType,
    Sensitivity,
    Source,
    State,
    TextPayload,
)
from memos_desktop.memory.operators import fuse as fusing
from memos_desktop.memory.operators import split as splitting
from memos_desktop.memory.similarity import normal

SENTENCES = st.sampled_from((
    "My cat is called Miso.", "My sister Clara is 31.", "My sister Clara is 32.", "I eat meat.", "I don't eat meat.",
    "I live in Rome.", "I live in Lisbon.", "The dentist is on Monday at 10:30.", "I like tea in the morning.",
    "I really like tea in the morning.", "my cat is called miso", "Tea keeps me awake", "- buy milk",
    "She lives in Rome.",
))  # fmt: skip
TEXTS = st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join) | st.lists(SENTENCES, min_size=1, max_size=4).map(
    "\n".join
)


def cubes(*texts, **values):
    return [
        Cube(f"c{n}", 1, NOW, NOW + timedelta(minutes=n), TextPayload(text), Descriptive(text[:20]), **values)
        for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize(("texts", "expected"), [
    (("My cat is called Miso", "Miso is three years old"), "My cat is called Miso. Miso is three years old."),
    (("My cat is called Miso.", "my cat is called Miso"), "My cat is called Miso."),
    (("My sister Clara is 31.", "My sister Clara is 32. She lives in Rome."),
     "My sister Clara is 32. My sister Clara is 31. She lives in Rome."),
    (("I like tea.", "I really like tea."), "I really like tea."),
    (("I eat meat", "I do not eat meat"), "I do not eat meat. I eat meat."),
    (("I take it before meals.", "I take it after meals."), "I take it before meals. I take it after meals."),
    (("# List\n\n- milk\n- bread", "Some note. - milk"), "# List\n\n- milk\n- bread\n\nSome note."),
    (("```\na = 1\n```", "```\na = 2\n```"), "```\na = 1\n```\n\n```\na = 2\n```"),
])  # fmt: skip
def test_the_text_is_every_sentence_once_the_newest_first_where_they_clash(texts, expected):
    assert fusing.proposed_text(cubes(*texts)) == expected


@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_no_number_name_or_word_of_any_parent_is_lost(texts):
    text = fusing.proposed_text(cubes(*texts))
    kept = set(normal(text).replace(".", " ").split())
    for each in texts:
        assert kept >= set(normal(each).replace(".", " ").split())
    assert fusing.proposed_text(cubes(text, text)) == text or len(text) > fusing.ONE_PARAGRAPH


def test_long_texts_keep_their_paragraphs():
    long = "First paragraph here.\n\nSecond paragraph here. " + "It goes on and on. " * 3
    text = fusing.proposed_text(cubes(long, "Another one entirely."))
    assert text.startswith("First paragraph here.\n\nSecond paragraph here. It goes on and on.\n\nAnother")


def test_a_text_of_very_many_sentences_is_kept_whole():
    long = "\n".join(f"Line number {n} says something else." for n in range(5000))
    text = fusing.proposed_text(cubes(long, "Line number 7 says something else."))
    assert text == long


REFUSED = [
    ("named twice", lambda a, b: [a, a]),
    ("two memories at least", lambda a, b: [a]),
    ("too many", lambda a, b: [replace(a, id=f"x{n}") for n in range(fusing.MOST_FUSED + 1)]),
    ("activation", lambda a, b: [a, replace(b, payload=ActivationPayload("t", 1, "m", 1))]),
    ("parametric", lambda a, b: [a, replace(b, payload=BlobPayload("s", 1, "m"))]),
    ("frozen", lambda a, b: [a, replace(b, frozen=True)]),
    ("in the bin", lambda a, b: [a, replace(b, binned=NOW)]),
    ("archived", lambda a, b: [a, replace(b, state=State.ARCHIVED)]),
    ("merged", lambda a, b: [a, replace(b, state=State.MERGED)]),
    ("expired", lambda a, b: [a, replace(b, state=State.EXPIRED)]),
    ("has expired", lambda a, b: [a, replace(b, governance=Governance(expires=NOW))]),
    ("read only", lambda a, b: [a, replace(b, governance=Governance(access=Access.READ_ONLY))]),
    ("project “p”", lambda a, b: [a, replace(b, governance=Governance(project="p"))]),
]


@pytest.mark.parametrize(("words", "change"), REFUSED, ids=[words for words, _ in REFUSED])
def test_what_cannot_be_fused_is_refused_in_a_sentence(words, change):
    with pytest.raises(UserError, match=words) as caught:
        fusing.require_fusible(change(*cubes("one", "two")), NOW)
    assert "Nothing was changed." in caught.value.message


def test_the_rules_of_the_new_memory_are_the_strictest():
    one, two, three = (cubes(text)[0] for text in "abc")
    one = replace(one, governance=Governance(scope=Scope.SHARED, priority=3, watermark="w"))
    two = replace(two, governance=Governance(scope=Scope.PRIVATE, expires=NOW + timedelta(days=9)))
    later = Governance(sensitivity=Sensitivity.SECRET, expires=NOW + timedelta(days=10), watermark="v", proposed=True)
    three = replace(three, governance=later)
    found = fusing.strictest((one, two, three))
    assert (found.scope, found.expires, found.sensitivity) == (
        Scope.PRIVATE, NOW + timedelta(days=9), Sensitivity.SECRET
    )  # fmt: skip
    assert (found.priority, found.watermark, found.proposed) == (3, "w; v", False)


def test_the_new_memory_names_its_parents_and_has_what_they_agree_on():
    one, two = cubes("I like tea.", "I like coffee.")
    said = Source("chat", "m", 0, 4)
    described = Descriptive("t", SemanticType.PREFERENCE, event_time=NOW, source=said, speaker="Ann")
    one = replace(one, descriptive=described, tags=("a", "b"), pinned=True)
    two = replace(two, descriptive=replace(described, event_time=None), tags=("b", "c"))
    made = fusing.fused((one, two), "I like both.", "new", NOW)
    assert made.parents == ("c0", "c1")
    assert (made.descriptive.origin, made.descriptive.type) == (Origin.FUSED, SemanticType.PREFERENCE)
    assert (made.tags, made.pinned, made.state) == (("a", "b", "c"), True, State.GENERATED)
    assert (made.descriptive.event_time, made.descriptive.speaker) == (None, "Ann")
    assert made.descriptive.source == Source()
    assert fusing.fused((one, two), "x", "new", NOW, title="T", tags=()).tags == ()


def test_warnings_tell_what_fusing_would_do():
    one, two = cubes("tea", "football")
    assert "few words in common" in fusing.warnings((one, two), 0.0)[0]
    two = replace(two, governance=Governance(sensitivity=Sensitivity.SECRET, superseded_by="x"))
    said = " ".join(fusing.warnings((one, two), 1.0))
    assert "no longer true" in said
    assert "secret" in said


@pytest.mark.parametrize(("text", "parts", "words"), [
    ("One here.\n\nTwo here. More.", ("One here.", "Two here. More."), "2 paragraphs"),
    ("- milk\n- bread\n- tea", ("- milk", "- bread", "- tea"), "3 lines"),
    ("I met Dr. Lee. She is kind.", ("I met Dr. Lee.", "She is kind."), "2 sentences"),
    ("Just one", ("Just one",), "single sentence"),
    ("```\na\n\nb\n```", ("```\na\n\nb\n```",), "single sentence"),
])  # fmt: skip
def test_parts_are_paragraphs_else_lines_else_sentences(text, parts, words):
    found, reason = splitting.proposed_parts(text)
    assert found == parts
    assert words in reason


def test_too_many_parts_are_gathered_in_the_last():
    parts, _ = splitting.proposed_parts("\n".join(f"line {n}" for n in range(900)))
    assert len(parts) == splitting.MOST_PARTS
    assert parts[-1].endswith("line 899")


def test_parts_know_their_parent_and_their_place_in_the_message():
    [cube] = cubes("I live in Rome. My cat is Miso.", tags=("t",), pinned=True)
    source = Source("chat", "message", 10, 10 + len(cube.text))
    cube = replace(cube, descriptive=replace(cube.descriptive, source=source))
    ids = iter("xy")
    made = splitting.split(cube, ("I live in Rome.", "My cat is Miso."), lambda: next(ids), NOW)
    assert [(part.id, part.parents, part.descriptive.origin) for part in made] == [
        ("x", ("c0",), Origin.SPLIT), ("y", ("c0",), Origin.SPLIT)
    ]  # fmt: skip
    assert made[1].descriptive.source == Source("chat", "message", 26, 26 + len("My cat is Miso."))
    assert {(part.tags, part.pinned) for part in made} == {(("t",), True)}


@pytest.mark.parametrize(("parts", "words"), [
    (("only",), "only one part"),
    (("a", " "), "empty"),
    (("a",) * (splitting.MOST_PARTS + 1), "too many"),
])  # fmt: skip
def test_bad_parts_are_refused(parts, words):
    with pytest.raises(UserError, match=words):
        splitting.require_parts(parts)


@pytest.mark.parametrize(("change", "words"), [
    ({"frozen": True}, "frozen"),
    ({"state": State.MERGED}, "merged"),
    ({"governance": Governance(access=Access.READ_ONLY)}, "read only"),
    ({"governance": Governance(expires=NOW)}, "expired"),
    ({"payload": ActivationPayload("t", 1, "m", 1)}, "activation"),
])  # fmt: skip
def test_what_cannot_be_split_is_refused(change, words):
    with pytest.raises(UserError, match=words):
        splitting.require_splittable(replace(cubes("one. two.")[0], **change), NOW)
