"""Verbs for what the window does to single memories: versions, saved filters, suggestions, what a message taught."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from ran import Verb

from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.errors import IndexUnavailableError, VaultError


@pytest.fixture(autouse=True)
def without_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are enough here."""
    none = MissingEmbedder(IndexUnavailableError("None in this test."))
    monkeypatch.setattr("memos_desktop.app.workspace._packaged", lambda: none)


def add(verb: Verb, text: str, *options: str) -> str:
    return str(verb("add", text, *options).document["id"])


def cube(verb: Verb, identifier: str) -> dict[str, object]:
    return dict(verb("cubes", "show", identifier).document["cube"])


def test_an_edit_changes_what_is_named_and_sees_that_somebody_was_faster(verb: Verb) -> None:
    lisbon = add(verb, "I live in Lisbon.")
    made = verb("cubes", "edit", lisbon, "--title", "Home", "--type", "preference", "--time", "2024-05-31").document
    assert (made["id"], made["version"]) == (lisbon, 2)
    shown = cube(verb, lisbon)
    assert (shown["text"], shown["title"], shown["type"]) == ("I live in Lisbon.", "Home", "preference")
    assert str(shown["event_time"]).startswith("2024-05-3")
    late = verb("cubes", "edit", lisbon, "--text", "I live in Porto.", "--expect-version", "1")
    assert (late.status, late.document["error"]["kind"]) == (1, "request")
    assert "it is at version 2, not 1" in late.document["error"]["message"]
    assert cube(verb, lisbon)["text"] == "I live in Lisbon."
    assert verb("cubes", "edit", lisbon, "--text", "I live in Porto.", "--expect-version", "2").status == 0
    assert verb("cubes", "edit", lisbon).status == 2
    assert verb("cubes", "edit", lisbon, "--time", "soon").document["error"]["kind"] == "request"


def test_versions_are_compared_and_an_old_one_comes_back(verb: Verb) -> None:
    lisbon = add(verb, "I live in Lisbon.")
    verb("cubes", "edit", lisbon, "--text", "I live in Porto.")
    diff = verb("cubes", "diff", lisbon).document
    assert (diff["id"], diff["from"], diff["to"]) == (lisbon, 1, 2)
    assert [(one["change"], one["text"]) for one in diff["diff"]] == [
        ("same", "I live in"), ("removed", " Lisbon."), ("added", " Porto."),
    ]  # fmt: skip
    assert verb("cubes", "diff", lisbon, as_json=False).out == "I live in[- Lisbon.-][+ Porto.+]\n"
    back = verb("cubes", "restore", lisbon, "--version", "1").document
    assert (back["id"], back["version"]) == (lisbon, 3)
    assert (cube(verb, lisbon)["text"], cube(verb, lisbon)["title"]) == ("I live in Lisbon.", "I live in Lisbon.")
    assert verb("cubes", "diff", lisbon, "--from", "1", "--to", "3", as_json=False).out == "The text is the same.\n"
    assert verb("cubes", "restore", lisbon, "--version", "9").document["error"]["kind"] == "not_found"
    assert verb("cubes", "restore", lisbon, lisbon, "--version", "1").status == 2
    verb("undo")
    assert cube(verb, lisbon)["text"] == "I live in Porto."


def test_archived_and_binned_ones_come_back_in_one_step(verb: Verb) -> None:
    archived, binned, both = (add(verb, f"Note {number}.") for number in range(3))
    verb("cubes", "archive", archived, both)
    verb("cubes", "delete", binned, both)
    steps = len(verb("journal").document["steps"])
    done = verb("cubes", "restore", archived, binned, both).document["changes"]
    assert done["cubes"] == sorted((archived, binned, both))
    assert len(verb("journal").document["steps"]) == steps + 1
    assert [cube(verb, one)["binned"] for one in (archived, binned, both)] == [None] * 3
    assert [cube(verb, one)["state"] for one in (archived, binned)] == ["generated"] * 2
    verb("undo")
    assert cube(verb, archived)["state"] == "archived" and cube(verb, binned)["binned"]


def test_a_header_takes_negative_priorities(verb: Verb) -> None:
    note = add(verb, "A note.")
    assert verb("cubes", "header", note, "--priority", "-1").status == 0
    assert verb("cubes", "show", note).document["cube"]["governance"]["priority"] == -1


def test_what_a_rule_proposed_is_confirmed(verb: Verb, echo_model: object) -> None:
    verb("models", "use", str(echo_model))
    [kept] = verb("chat", "--message", "Always answer in Portuguese.").document["kept"]
    assert verb("cubes", "list", "--saved", "waiting for your word").document["total"] == 1
    assert verb("cubes", "confirm", kept["id"]).document["changes"]["cubes"] == [kept["id"]]
    assert verb("cubes", "show", kept["id"]).document["cube"]["governance"]["proposed"] is False
    assert verb("cubes", "list", "--saved", "Waiting for your word").document["total"] == 0


def test_filters_are_kept_by_name(verb: Verb) -> None:
    heron = add(verb, "A grey heron.", "--tag", "birds")
    add(verb, "A grey boat.")
    made = verb("filters", "save", "Birds", "grey tag:birds").document["filters"]
    assert made == [{"name": "Birds", "filter": "grey tag:birds", "built_in": False}]
    assert [one["id"] for one in verb("cubes", "list", "--saved", "birds").document["cubes"]] == [heron]
    assert verb("cubes", "list", "--saved", "Birds", "--filter", "boat").document["total"] == 0
    assert verb("filters", "rename", "Birds", "Herons").document["filters"][0]["name"] == "Herons"
    listed = {one["name"]: one["built_in"] for one in verb("filters", "list").document["filters"]}
    assert listed["Herons"] is False and listed["Pinned"] is True
    assert verb("filters", "delete", "Herons").document["filters"][0]["filter"] == "grey tag:birds"
    assert verb("cubes", "list", "--saved", "Herons").document["error"]["kind"] == "not_found"
    assert verb("filters", "save", "Pinned", "grey").document["error"]["kind"] == "request"
    assert "stat" in verb("filters", "save", "Odd", "stat:x").document["error"]["message"]


def test_a_memory_is_kept_out_of_a_chat_and_let_in_again(verb: Verb, echo_model: object) -> None:
    verb("models", "use", str(echo_model))
    lisbon = add(verb, "I live in Lisbon.")
    chat = verb("chat", "--message", "Hello.").document["chat"]

    def injected() -> list[str]:
        asked = verb("chat", "--chat", chat, "--memory", "read", "--message", "Where do I live?").document
        return [one["id"] for one in asked["receipt"]["injected"]]

    assert verb("chats", "exclude", chat, lisbon[:12]).document["chat"]["excluded"] == [lisbon]
    assert injected() == []
    assert verb("chats", "include", chat, lisbon).document["chat"]["excluded"] == []
    assert injected() == [lisbon]
    assert verb("chats", "exclude", chat, "nothing-like-this").document["error"]["kind"] == "not_found"


@pytest.fixture
def outdated(verb: Verb, echo_model: object) -> str:
    """A memory whose message was deleted."""
    verb("models", "use", str(echo_model))
    told = verb("chat", "--message", "My cat is called Miso.").document
    message = next(one for one in verb("chats", "show", told["chat"]).document["messages"] if one["role"] == "user")
    verb("chats", "delete", message["id"])
    return str(told["kept"][0]["id"])


def test_what_a_changed_message_taught_is_listed_and_kept(verb: Verb, outdated: str) -> None:
    [one] = verb("learned", "list").document["learned"]
    assert (one["id"], one["change"], one["offer"]) == (outdated, "deleted", "")
    assert "was deleted" in one["words"]
    assert verb("learned", "list", one["chat"]).document["learned"] == [one]
    assert outdated in verb("learned", "list", as_json=False).out
    refused = verb("learned", "update", outdated)
    assert refused.status == 1 and "says nothing now" in refused.document["error"]["message"]
    assert verb("learned", "keep", outdated).status == 0
    assert verb("learned", "list").document["learned"] == []
    assert cube(verb, outdated)["text"] == "My cat is called Miso."


def test_a_suggestion_is_carried_out(verb: Verb) -> None:
    older, newer = add(verb, "My sister Clara is 31."), add(verb, "My sister Clara is 32.")
    [review] = verb("reviews", "list").document["reviews"]
    wrong = verb("reviews", "accept", review["id"], "renew")
    assert wrong.status == 1 and "It offers fuse, archive" in wrong.document["error"]["hint"]
    done = verb("reviews", "accept", review["id"], "archive").document
    assert (done["review"]["id"], done["changes"]["cubes"]) == (review["id"], [older])
    assert [cube(verb, one)["state"] for one in (older, newer)] == ["archived", "generated"]
    verb("undo")
    made = verb("reviews", "accept", review["id"], "fuse").document
    assert set(made["changes"]["cubes"]) == {older, newer, made["id"]}


def test_a_small_model_writes_no_fused_text(
    verb: Verb, echo_model: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    verb("models", "use", str(echo_model))
    ids = add(verb, "Clara is 31."), add(verb, "Clara plays the violin.")
    refused = verb("cubes", "fuse", *ids, "--text-by", "model").document["error"]
    assert refused["kind"] == "unsupported" and "Nothing was changed." in refused["message"]
    monkeypatch.setattr("memos_desktop.app.fuse_writer.ABLE", 0)
    preview = verb("cubes", "fuse", *ids, "--text-by", "model", "--preview").document
    assert preview["id"] is None and preview["text"]
    made = verb("cubes", "fuse", *ids, "--text-by", "model").document
    assert (made["text"], made["parents"]) == (preview["text"], list(ids))


def test_a_copy_of_the_database_is_deleted(verb: Verb) -> None:
    add(verb, "A note.")
    [made] = verb("backup", "create").document["backups"]
    assert verb("backup", "delete", made["name"]).document["backups"] == []
    assert verb("backup", "list").document["backups"] == []
    assert verb("backup", "delete", made["name"]).document["error"]["kind"] == "not_found"
    assert verb("backup", "delete", "../vault.sqlite3").document["error"]["kind"] == "not_found"


def age(folder: Path, sql: str) -> None:
    """Make something older than it is; the data folder is closed between verbs."""
    with contextlib.closing(sqlite3.connect(folder / "data" / "vault.sqlite3")) as database, database:
        database.execute(sql)


def test_what_has_expired_is_expired_for_every_verb(verb: Verb, echo_model: object, tmp_path: Path) -> None:
    verb("models", "use", str(echo_model))
    note = add(verb, "I live in Lisbon.")
    verb("cubes", "expire", note, "--at", "2099-01-01")
    asked = ("chat", "--temporary", "--message", "Where do I live?")
    assert verb("recall", "Where do I live?").document["results"]
    assert verb(*asked).document["receipt"]["injected"]
    expired = "UPDATE cubes SET expires = '2024' || substr(expires, 5)"
    age(tmp_path, expired)
    steps = verb(*asked).document, verb("undo").document, verb("redo").document
    assert steps[0]["receipt"]["injected"] == []  # a temporary chat writes nothing, and sees the date all the same
    assert steps[1]["step"]["label"] == "Set expiry of memory"  # the person's step, not the clock's
    age(tmp_path, expired)
    assert verb("recall", "Where do I live?").document["results"] == []
    assert verb("cubes", "list", "--state", "expired").document["total"] == 1
    assert verb("journal").document["steps"][0]["actor"] == "lifecycle"
    verb("undo")
    assert cube(verb, note)["state"] == "generated"  # who takes an expiry back has decided
    assert verb("recall", "Where do I live?").document["results"] == []


def test_a_full_disk_keeps_no_verb_from_looking(verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = add(verb, "A note.")
    age(tmp_path, "UPDATE cubes SET expires = '2024-01-01T00:00:00.000000+00:00'")

    def full(*_arguments: object) -> None:
        raise VaultError("The disk is full.")

    monkeypatch.setattr("memos_desktop.app.housekeeping.expire_due", full)
    listed = verb("cubes", "list")
    assert (listed.status, listed.err) == (0, "The disk is full.\n")
    assert [one["id"] for one in listed.document["cubes"]] == [note]


def test_tidying_empties_the_bin_and_archives_what_lies_unused(verb: Verb, tmp_path: Path) -> None:
    gone, unused = add(verb, "An old note."), add(verb, "A note that nobody uses.")
    verb("cubes", "delete", gone)
    assert verb("tidy").document == {"cubes": 0, "messages": 0, "moved": 0, "freed": 0}
    assert len(verb("backup", "list").document["backups"]) == 1
    for column in ("created", "changed", "time", "binned"):
        age(tmp_path, f"UPDATE cubes SET {column} = '2024' || substr({column}, 5)")
    age(tmp_path, "UPDATE versions SET changed = '2024' || substr(changed, 5)")
    age(tmp_path, "UPDATE journal_steps SET time = '2024' || substr(time, 5)")
    assert cube(verb, gone)["binned"]  # no other verb removes anything for good
    assert verb("tidy").document == {"cubes": 1, "messages": 0, "moved": 1, "freed": 0}
    assert verb("cubes", "show", gone).document["error"]["kind"] == "not_found"
    assert cube(verb, unused)["state"] == "archived"
    assert "0 removed" in verb("tidy", as_json=False).out
