"""`cubes fuse`, `split`, `expire`, `renew`, `header` and `reviews` by the command line."""

import pytest


def add(verb, text, *options):
    return verb("add", text, *options).document["id"]


@pytest.fixture
def clara(verb):
    """Two memories that contradict each other."""
    return add(verb, "My sister Clara is 31."), add(verb, "My sister Clara is 32.")


def state(verb, identifier):
    return verb("cubes", "show", identifier).document["cube"]["state"]


def test_fuse_previews_then_fuses_and_undo_takes_it_back(verb, clara):
    preview = verb("cubes", "fuse", *clara, "--preview").document
    assert preview["id"] is None
    assert preview["parents"] == list(clara)
    assert preview["conflicts"][0]["kind"] == "number"
    assert preview["conflicts"][0]["values"] == [["31"], ["32"]]
    assert preview["text"] == "My sister Clara is 32. My sister Clara is 31."
    assert state(verb, clara[0]) == "generated"
    made = verb("cubes", "fuse", *clara, "--text", "Clara is 32.", "--title", "Clara").document
    assert (made["text"], made["title"], made["parents"]) == ("Clara is 32.", "Clara", list(clara))
    assert [state(verb, one) for one in clara] == ["merged", "merged"]
    assert {parent["id"] for parent in verb("cubes", "show", made["id"]).document["parents"]} == set(clara)
    assert verb("undo").document["step"]["label"] == "Fuse 2 memories"
    assert [state(verb, one) for one in clara] == ["generated", "generated"]


def test_refusals_say_what_is_in_the_way(verb, clara):
    verb("cubes", "freeze", clara[0])
    refused = verb("cubes", "fuse", *clara)
    assert refused.status == 1
    assert "frozen" in refused.document["error"]["message"]
    assert "Nothing was changed." in refused.document["error"]["message"]
    assert verb("cubes", "fuse", clara[1]).status == 1
    assert verb("cubes", "fuse", clara[1], clara[1]).status == 1
    assert verb("cubes", "fuse", clara[1], "nowhere00").document["error"]["kind"] == "not_found"
    assert verb("cubes", "fuse").status == 2


def test_split_gives_parents_back_or_makes_parts(verb, clara):
    made = verb("cubes", "fuse", *clara).document["id"]
    preview = verb("cubes", "split", made, "--preview").document
    assert preview["parents"] == list(clara)
    split = verb("cubes", "split", made).document
    assert (split["id"], split["parents"], split["parts"]) == (made, list(clara), [])
    assert state(verb, made) == "archived"
    other = add(verb, "I live in Rome. I like tea.")
    assert [part["text"] for part in verb("cubes", "split", other, "--preview").document["parts"]] == [
        "I live in Rome.", "I like tea.",
    ]  # fmt: skip
    parts = verb("cubes", "split", other, "--part", "Rome", "--part", "Tea").document["parts"]
    assert [part["text"] for part in parts] == ["Rome", "Tea"]
    assert state(verb, parts[0]["id"]) == "generated"
    assert verb("cubes", "split", other).status == 1


def test_expire_and_renew(verb, clara):
    verb("cubes", "expire", *clara)
    assert state(verb, clara[0]) == "expired"
    later = verb("cubes", "expire", clara[0], "--at", "2099-06-01")
    assert later.document["changes"]["label"] == "Set expiry of memory"
    shown = verb("cubes", "show", clara[0]).document["cube"]
    assert (shown["state"], shown["governance"]["expires"][:4]) == ("generated", "2099")
    verb("cubes", "renew", *clara)
    assert verb("cubes", "show", clara[1]).document["cube"]["governance"]["expires"] is None
    assert verb("cubes", "expire", clara[0], "--at", "soon").status == 1


def test_header_changes_what_governs(verb, clara):
    verb("cubes", "header", clara[0], "--sensitivity", "secret", "--priority", "2", "--project", "boat")
    rules = verb("cubes", "show", clara[0]).document["cube"]["governance"]
    assert (rules["sensitivity"], rules["priority"], rules["project"]) == ("secret", 2, "boat")
    verb("cubes", "header", clara[0], "--project", "")
    assert verb("cubes", "show", clara[0]).document["cube"]["governance"]["project"] is None
    assert verb("cubes", "header", clara[0], "--scope", "project").status == 1
    assert verb("cubes", "header", clara[0]).status == 2


def test_reviews_are_listed_and_dismissed(verb, clara):
    [review] = verb("reviews", "list").document["reviews"]
    assert review["kind"] == "contradiction"
    assert {cube["id"] for cube in review["cubes"]} == set(clara)
    assert review["offers"] == ["fuse", "archive", "bin", "keep"]
    assert verb("reviews", "dismiss", "nothing").document["error"]["kind"] == "not_found"
    assert verb("reviews", "dismiss", review["id"][:6]).document["review"]["id"] == review["id"]
    assert verb("reviews", "list").document["reviews"] == []
