"""`scheduler`: what real use suggests, accepted, dismissed, or not asked for."""

import pytest
from kv_help import LONG, add_long, kept, say
from ran import Verb

USES = 5


@pytest.fixture
def used(keeping: Verb) -> tuple[Verb, str]:
    """A data folder with a long document that was read as text for several answers."""
    cube = add_long(keeping, f"{LONG} {LONG}")
    for number in range(USES):
        say(keeping, f"Question {number}?", "--attach", cube, tokens=1)
    return keeping, cube


def proposed(verb: Verb) -> list[tuple[str, str]]:
    return [(one["id"], one["action"]) for one in verb("scheduler", "list").document["proposals"]]


def test_real_use_suggests_to_keep_a_memory_ready(used: tuple[Verb, str]) -> None:
    verb, cube = used
    listed = verb("scheduler", "list").document
    assert listed["mode"] == "ask"
    (one,) = listed["proposals"]
    assert (one["id"], one["action"], one["title"]) == (cube, "keep ready", "Survey")
    assert f"injected {USES} times" in one["reason"]
    assert "keep ready" in verb("scheduler", "list", as_json=False).out
    accepted = verb("scheduler", "accept", cube[:12]).document
    assert accepted["proposal"] == one
    (made,) = accepted["migrated"]
    assert made["source"] == cube
    assert made["id"] in {state["owner"] for state in kept(verb)["states"]}
    assert proposed(verb) == []
    again = verb("scheduler", "accept", cube)
    assert (again.status, again.document["error"]["kind"]) == (1, "not_found")


def test_what_was_dismissed_is_not_proposed_again(used: tuple[Verb, str]) -> None:
    verb, cube = used
    assert proposed(verb) == [(cube, "keep ready")]
    assert verb("scheduler", "dismiss", cube).document["proposal"]["id"] == cube
    assert proposed(verb) == []
    assert kept(verb)["states"], "of the chats; nothing was taken away"


def test_switched_off_it_proposes_nothing(used: tuple[Verb, str]) -> None:
    verb, cube = used
    assert verb("scheduler", "mode").document == {"mode": "ask"}
    assert verb("scheduler", "mode", "off").document == {"mode": "off"}
    assert verb("scheduler", "list").document == {"mode": "off", "proposals": []}
    assert verb("scheduler", "accept", cube).status == 1
    assert verb("scheduler", "mode", "automatic").document == {"mode": "automatic"}
    assert proposed(verb) == [(cube, "keep ready")]


def test_each_answer_leaves_a_step_that_says_what_it_was_given(used: tuple[Verb, str]) -> None:
    verb, cube = used
    steps = [step for step in verb("journal", "--cube", cube).document["steps"] if step["actor"] == "scheduler"]
    assert len(steps) == USES
    assert steps[0]["label"] == "Memory for an answer: 1 as text"
