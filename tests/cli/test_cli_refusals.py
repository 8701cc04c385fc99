"""What a verb cannot do is said, with status 1 and nothing changed; what stays of several is named."""

import sys
from pathlib import Path

from ran import Verb

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for full_disk

from full_disk import full_disk


def add(verb: Verb, text: str) -> str:
    """A memory; its id."""
    return str(verb("add", text).document["id"])


def steps(verb: Verb) -> object:
    """What was done."""
    return verb("journal").document["steps"]


def test_what_cannot_take_part_stays_and_is_named(verb: Verb) -> None:
    live, frozen, gone = add(verb, "One."), add(verb, "Two."), add(verb, "Three.")
    verb("cubes", "freeze", frozen)
    verb("cubes", "delete", gone)
    done = verb("cubes", "archive", live, frozen, gone).document["changes"]
    assert done["cubes"] == [live]
    assert [(one["id"], one["reason"]) for one in done["left"]] == [(frozen, "frozen"), (gone, "in the bin")]
    assert "“Two.” stays: frozen" in verb("cubes", "pin", live, frozen, gone, as_json=False).out
    before = steps(verb)
    refused = verb("cubes", "archive", frozen, gone)
    assert (refused.status, refused.document["error"]["kind"]) == (1, "request")
    assert refused.document["error"]["message"] == (
        "None of these 2 memories can be archived: 1 is frozen, 1 is in the bin. Nothing was changed."
    )
    assert steps(verb) == before


def test_a_full_disk_at_a_snapshot(verb: Verb) -> None:
    one = add(verb, "I live in Lisbon.")
    verb("cubes", "edit", one, "--text", "I live in Porto.")
    before = steps(verb)
    with full_disk():
        for words in (("snapshot", "create", "Spring"), ("snapshot", "restore", "1")):
            refused = verb(*words)
            assert (refused.status, refused.document["error"]["kind"]) == (1, "vault")
            assert "is full, so nothing was changed" in refused.document["error"]["message"]
            assert "Free some space" in refused.document["error"]["hint"]
    assert (steps(verb), verb("snapshot", "list").document) == (before, {"snapshots": []})
