"""`cubes list --filter` understands the language of the browser, and plain words as ever."""

import pytest
from ran import Verb


@pytest.fixture
def filled(verb: Verb) -> Verb:
    """Three memories."""
    verb("add", "A grey heron stands in the seagrass.", "--type=event", "--tag=birds", "--tag=sea side")
    verb("add", "The boat is green.", "--tag=work", "--project=harbour")
    archived = verb("add", "Herons eat fish.", "--tag=birds").document["id"]
    verb("cubes", "archive", archived)
    return verb


def titles(verb: Verb, *words: str) -> list[str]:
    return [cube["title"] for cube in verb("cubes", "list", *words).document["cubes"]]


HERON, BOAT, FISH = "A grey heron stands in the seagrass.", "The boat is green.", "Herons eat fish."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("heron", [FISH, HERON]),
        ('"grey heron"', [HERON]),
        ("heron -grey", [FISH]),
        ("kind:event", [HERON]),
        ("tag:birds -state:archived", [HERON]),
        ('tag:"sea side",work', [BOAT, HERON]),
        ("project:harbour created:today", [BOAT]),
        ("used:never uses:0 heat:<0.1 size:<1kb", [FISH, BOAT, HERON]),
        ("created:>1d", []),
        ("in:bin", []),
    ],
)
def test_the_language_is_understood(filled: Verb, text: str, found: list[str]) -> None:
    assert titles(filled, f"--filter={text}") == found


def test_options_and_language_hold_together(filled: Verb) -> None:
    assert titles(filled, "--filter=heron", "--state=archived") == [FISH]
    assert titles(filled, "--filter=tag:birds", "--tag=sea side") == [HERON]
    assert titles(filled, "--filter=state:archived", "--state=generated") == []


def test_any_order_can_be_asked_for(filled: Verb) -> None:
    assert titles(filled, "--sort=title", "--ascending") == [HERON, FISH, BOAT]
    assert titles(filled, "--sort=size") == [HERON, BOAT, FISH]


def test_a_word_that_is_not_understood_is_named(filled: Verb) -> None:
    answer = filled("cubes", "list", "--filter=heron stat:archived")
    assert answer.status == 1
    error = answer.document["error"]
    assert "stat" in error["message"] and "state:" in error["hint"]
