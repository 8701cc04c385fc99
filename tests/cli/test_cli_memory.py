"""`add`, `import-turns`, `cubes`, `undo`, `redo` and `journal`, in this process."""

import json
from pathlib import Path

import pytest
from ran import Verb


def test_files_become_memories_in_one_step(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "rui.txt").write_text("Rui repairs boats.", encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff")
    names = [str(tmp_path / name) for name in ("rui.txt", "photo.jpg")]
    added = verb("add", "--file", names[0], "--file", names[1])
    assert added.status == 0
    assert [one["title"] for one in added.document["cubes"]] == ["Rui repairs boats."]
    assert [one["file"] for one in added.document["skipped"]] == ["photo.jpg"]
    verb("undo")
    assert verb("cubes", "list").document["total"] == 0
    refused = verb("add", "--file", names[1])
    assert refused.status == 1 and "no text file" in refused.document["error"]["message"]


def test_an_added_memory_is_listed_and_shown(verb: Verb) -> None:
    added = verb(
        "add",
        "Tea is best at 80 degrees.",
        "--type",
        "preference",
        "--tag",
        "tea",
        "--event-time",
        "2024-05-31",
    )
    assert added.status == 0
    assert added.document["version"] == 1
    assert added.document["state"] == "generated"
    listed = verb("cubes", "list").document
    assert listed["total"] == 1
    (row,) = listed["cubes"]
    assert row["id"] == added.document["id"]
    assert {
        "title",
        "kind",
        "state",
        "frozen",
        "pinned",
        "tags",
        "uses",
        "heat",
        "created",
        "version",
        "bytes",
    } <= set(row)
    assert (row["kind"], row["tags"], row["bytes"]) == ("plaintext", ["tea"], 26)
    shown = verb("cubes", "show", row["id"]).document
    assert shown["cube"]["text"] == "Tea is best at 80 degrees."
    assert shown["cube"]["event_time"].startswith("2024-05-3")
    assert [one["version"] for one in shown["versions"]] == [1]
    assert shown["parents"] == shown["children"] == []
    assert [step["action"] for step in shown["journal"]] == ["do"]


def test_people_get_text_and_programs_get_json(verb: Verb) -> None:
    identifier = verb("add", "The key is under the blue pot.").document["id"]
    text = verb("cubes", "list", as_json=False).out
    assert identifier in text
    assert "The key is under" in text
    assert "{" not in text
    assert "The key is under the blue pot." in verb("cubes", "show", identifier, as_json=False).out


def test_lists_pass_a_filter(verb: Verb) -> None:
    verb("add", "Clara plays the violin.", "--tag", "family", "--project", "home")
    verb("add", "The bus leaves at eight.", "--type", "event")
    assert verb("cubes", "list", "--filter", "violin").document["total"] == 1
    assert verb("cubes", "list", "--tag", "family").document["total"] == 1
    assert verb("cubes", "list", "--project", "home").document["total"] == 1
    assert (
        verb("cubes", "list", "--type", "event").document["cubes"][0]["title"] == "The bus leaves at eight."
    )
    assert verb("cubes", "list", "--kind", "parametric").document == {"cubes": [], "total": 0}
    limited = verb("cubes", "list", "--limit", "1").document
    assert (len(limited["cubes"]), limited["total"]) == (1, 2)


def test_an_edit_is_a_new_version_with_its_reason(verb: Verb) -> None:
    identifier = verb("add", "I live in Lisbon.").document["id"]
    edited = verb(
        "cubes", "edit", identifier[:12], "--text", "I live in Porto.", "--reason", "moved"
    ).document
    assert edited["changes"]["cubes"] == [identifier]
    assert edited["version"] == 2
    versions = verb("cubes", "show", identifier).document["versions"]
    assert {one["text"] for one in versions} == {"I live in Lisbon.", "I live in Porto."}
    assert "moved" in {one["reason"] for one in versions}
    old = verb("cubes", "show", identifier, "--version", "1").document["cube"]
    assert old["text"] == "I live in Lisbon."


def test_tags_are_added_and_removed_in_one_step(verb: Verb) -> None:
    identifier = verb("add", "A note.", "--tag", "home").document["id"]
    assert verb("cubes", "tag", identifier, "+work", "-home").status == 0
    assert verb("cubes", "show", identifier).document["cube"]["tags"] == ["work"]
    assert len(verb("journal").document["steps"]) == 2
    nothing = verb("cubes", "tag", identifier)
    assert nothing.status == 2
    assert nothing.document["error"]["kind"] == "usage"
    assert "+TAG" in nothing.err


def test_flags_and_states_change_and_come_back(verb: Verb) -> None:
    first, second = (verb("add", f"Note number {number}.").document["id"] for number in (1, 2))

    def cube(identifier: str) -> dict[str, object]:
        return verb("cubes", "show", identifier).document["cube"]

    assert verb("cubes", "pin", first, second).document["changes"]["cubes"] == sorted((first, second))
    assert cube(first)["pinned"] and cube(second)["pinned"]
    verb("cubes", "unpin", second)
    assert not cube(second)["pinned"]
    verb("cubes", "archive", second)
    assert cube(second)["state"] == "archived"
    verb("cubes", "restore", second)
    assert cube(second)["state"] != "archived"
    verb("cubes", "delete", second)
    assert verb("cubes", "list").document["total"] == 1
    assert verb("cubes", "list", "--bin").document["cubes"][0]["id"] == second
    verb("cubes", "restore", second)
    assert verb("cubes", "list").document["total"] == 2


def test_a_frozen_memory_refuses_changes(verb: Verb) -> None:
    identifier = verb("add", "Never touch this.").document["id"]
    verb("cubes", "freeze", identifier)
    refused = verb("cubes", "edit", identifier, "--text", "Touched.")
    assert refused.status == 1
    assert set(refused.document["error"]) == {"kind", "message", "hint"}
    verb("cubes", "unfreeze", identifier)
    assert verb("cubes", "edit", identifier, "--text", "Touched.").status == 0


def test_undo_and_redo_walk_the_journal(verb: Verb) -> None:
    nothing = verb("undo")
    assert (nothing.status, nothing.document["error"]["message"]) == (1, "There is nothing to undo.")
    identifier = verb("add", "A note.").document["id"]
    step = verb("undo").document["step"]
    assert identifier in step["cubes"]
    assert verb("cubes", "list").document["total"] == 0
    verb("redo")
    assert verb("cubes", "list").document["total"] == 1
    steps = verb("journal").document["steps"]
    assert [one["action"] for one in steps] == ["redo", "undo", "do"]
    assert all({"id", "time", "actor", "label", "changes"} <= set(one) for one in steps)
    assert verb("journal", "--since", "2999-01-01").document == {"steps": []}
    assert verb("journal", "--limit", "1").document["steps"] == steps[:1]
    bad = verb("journal", "--since", "yesterday")
    assert (bad.status, bad.document["error"]["kind"]) == (1, "request")


@pytest.mark.parametrize(
    "words",
    [
        ("cubes", "show", "nothing-like-this"),
        ("cubes", "pin", "nothing-like-this"),
        ("chats", "show", "nothing-like-this"),
        ("chat", "--message", "Hi", "--memory", "off", "--chat", "nothing-like-this"),
    ],
)
def test_unknown_things_are_an_error_document(verb: Verb, words: tuple[str, ...]) -> None:
    ran = verb(*words)
    assert ran.status == 1
    assert ran.document["error"]["kind"] == "not_found"
    plain = verb(*words, as_json=False)
    assert (plain.status, plain.out) == (1, "")
    assert plain.err.strip()


def test_an_empty_memory_is_refused(verb: Verb) -> None:
    assert verb("add", "  \n").status == 1


def test_turns_are_imported_word_for_word(verb: Verb, tmp_path: Path) -> None:
    turns = [
        {"chat": "c1", "speaker": "Ada", "text": f"Sentence {number} — naïve.", "time": "2023-05-08T13:56:00"}
        for number in range(3)
    ]
    file = tmp_path / "turns.jsonl"
    file.write_text("\n".join([*map(json.dumps, turns), "no json", '{"chat": "c1"}']), encoding="utf-8")
    report = verb("import-turns", str(file)).document
    assert report["imported"] == 3
    assert [one["line"] for one in report["skipped"]] == [4, 5]
    assert all(one["reason"] for one in report["skipped"])
    assert report["ms"] > 0
    (chat,) = verb("chats", "list").document["chats"]
    shown = verb("chats", "show", chat["id"]).document["messages"]
    assert [one["text"] for one in shown] == [turn["text"] for turn in turns]
    assert {one["speaker"] for one in shown} == {"Ada"}
    found = verb("chats", "search", "naïve").document["messages"]
    assert len(found) == 3
    assert "«" in found[0]["snippet"]
    assert verb("chats", "delete", chat["id"]).document["changes"]["chats"] == [chat["id"]]
    assert verb("chats", "list").document["chats"] == []
    verb("undo")
    assert len(verb("chats", "list").document["chats"]) == 1


def test_a_missing_file_is_said(verb: Verb, tmp_path: Path) -> None:
    for words in (("import-turns", "nowhere.jsonl"), ("recall", "--queries", "nowhere.jsonl")):
        ran = verb(*words)
        assert ran.status == 1
        assert "nowhere.jsonl" in ran.document["error"]["message"]
    bad = tmp_path / "queries.jsonl"
    bad.write_text('{"query": "x"}\n{"question": "y"}\n')
    assert "Line 2" in verb("recall", "--queries", str(bad)).document["error"]["message"]
