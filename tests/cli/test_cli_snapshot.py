"""`snapshot` and `chat --as-of`: the time machine without the window."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ran import Verb


def test_snapshots_are_made_listed_renamed_and_deleted(verb: Verb) -> None:
    verb("add", "I live in Lisbon.")
    [made] = verb("snapshot", "create", "Spring", "--note", "before the move").document["snapshots"]
    assert {"id", "name", "time", "step_id", "automatic", "cubes", "note"} <= set(made)
    assert (made["name"], made["cubes"], made["automatic"], made["note"]) == ("Spring", 1, False, "before the move")
    again = verb("snapshot", "create", "spring")
    assert (again.status, again.document["error"]["kind"]) == (1, "request")
    assert "already" in again.document["error"]["message"]
    assert verb("snapshot", "rename", "Spring", "March").document["snapshots"][0]["name"] == "March"
    assert [one["name"] for one in verb("snapshot", "list").document["snapshots"]] == ["March"]
    assert "March" in verb("snapshot", "list", as_json=False).out
    assert verb("snapshot", "delete", "March").document["snapshots"][0]["name"] == "March"
    assert verb("snapshot", "list").document == {"snapshots": []}
    assert verb("snapshot", "delete", "March").document["error"]["kind"] == "not_found"


def test_the_difference_of_two_points(verb: Verb) -> None:
    verb("snapshot", "create", "Empty")
    lisbon = verb("add", "I live in Lisbon.").document["id"]
    verb("snapshot", "create", "Spring")
    verb("cubes", "edit", lisbon, "--text", "I live in Porto.")
    cat = verb("add", "My cat is called Miso.").document["id"]
    diff = verb("snapshot", "diff", "Spring", "now").document["diff"]
    assert diff["counts"] == {"added": 1, "removed": 0, "changed": 1}
    assert diff["added"] == [{"id": cat, "title": "My cat is called Miso."}]
    assert diff["changed"] == [{"id": lisbon, "title": "I live in Porto.", "fields": ["text", "title"]}]
    assert diff["since"]["name"] == "Spring" and diff["until"]["name"] == "now"
    assert verb("snapshot", "diff", "Spring").document["diff"]["counts"] == diff["counts"]
    assert verb("snapshot", "diff", "now", "Empty").document["diff"]["counts"]["removed"] == 2
    assert verb("snapshot", "diff", "1", "2").document["diff"]["counts"]["changed"] == 1
    assert verb("snapshot", "diff", "Spring", "--limit", "1").document["diff"]["counts"] == diff["counts"]
    text = verb("snapshot", "diff", "Spring", as_json=False).out
    assert "1 added, 1 changed" in text and f"~ {lisbon}" in text
    assert "Nothing differs." in verb("snapshot", "diff", "Spring", "Spring", as_json=False).out
    assert verb("snapshot", "diff", "Autumn").document["error"]["kind"] == "not_found"


def test_the_vault_as_it_was(verb: Verb) -> None:
    lisbon = verb("add", "I live in Lisbon.", "--tag", "home").document["id"]
    verb("add", "Tea is hot.")
    verb("snapshot", "create", "Spring")
    verb("cubes", "delete", lisbon)
    shown = verb("snapshot", "show", "Spring", "--filter", "tag:home").document
    assert shown["total"] == 1
    [one] = shown["cubes"]
    assert (one["id"], one["text"], one["since"]) == (lisbon, "I live in Lisbon.", "removed")
    assert verb("snapshot", "show", "now").document["total"] == 1
    assert verb("snapshot", "show", "2001-01-01").document["total"] == 0
    assert "removed" in verb("snapshot", "show", "Spring", as_json=False).out


def test_memories_are_restored_as_one_step(verb: Verb) -> None:
    lisbon = verb("add", "I live in Lisbon.").document["id"]
    verb("snapshot", "create", "Spring")
    verb("cubes", "edit", lisbon, "--text", "I live in Porto.")
    cat = verb("add", "My cat is called Miso.").document["id"]
    verb("cubes", "freeze", cat)
    done = verb("snapshot", "restore", "Spring", "--cubes", lisbon[:16]).document
    assert (done["restored"], done["binned"], done["left"]) == (1, 0, [])
    assert done["changes"]["cubes"] == [lisbon]
    assert verb("undo").document["step"]["label"].startswith("Restore memory")
    everything = verb("snapshot", "restore", "Spring").document
    assert everything["diff"]["counts"] == {"added": 0, "removed": 0, "changed": 1}
    assert [one["id"] for one in everything["diff"]["changed"]] == [lisbon]
    assert [one["automatic"] for one in everything["snapshots"]] == [True]
    again = verb("snapshot", "restore", "Spring").document
    assert (again["changes"]["step_id"], sum(again["diff"]["counts"].values())) == (None, 0)
    assert (everything["restored"], everything["left"]) == (
        1, [{"title": "My cat is called Miso.", "reason": "it is frozen"}],
    )  # fmt: skip
    assert verb("cubes", "show", lisbon).document["cube"]["text"] == "I live in Lisbon."
    assert verb("cubes", "show", lisbon, "--version", "2").document["cube"]["text"] == "I live in Porto."
    later = verb("snapshot", "restore", "Spring", "--cubes", cat)
    assert (later.status, later.document["error"]["kind"]) == (1, "request")
    assert "not there yet" in later.document["error"]["message"]
    assert verb("snapshot", "restore", "Autumn").document["error"]["kind"] == "not_found"
    names = [one["name"] for one in verb("snapshot", "list").document["snapshots"]]
    assert any(name.startswith("Before restoring “Spring”") for name in names)


def test_restoring_an_empty_vault_puts_all_into_the_bin(verb: Verb) -> None:
    verb("snapshot", "create", "Nothing")
    verb("add", "I live in Lisbon.")
    done = verb("snapshot", "restore", "Nothing").document
    assert (done["restored"], done["binned"]) == (0, 1)
    assert verb("cubes", "list").document["total"] == 0
    assert "nothing was changed" in verb("snapshot", "restore", "Nothing", as_json=False).out
    verb("undo")
    assert verb("cubes", "list").document["total"] == 1


def test_a_question_to_the_past_leaves_nothing(verb: Verb, echo_model: Path) -> None:
    verb("models", "use", str(echo_model))
    lisbon = verb("add", "I live in Lisbon.").document["id"]
    verb("snapshot", "create", "Spring")
    verb("cubes", "edit", lisbon, "--text", "I live in Porto.")
    steps = verb("journal").document["steps"]
    asked = verb("chat", "--as-of", "Spring", "--message", "Where do I live? I like tea.").document
    assert [one["text"] for one in asked["receipt"]["injected"]] == ["I live in Lisbon."]
    assert asked["receipt"]["notes"][0].startswith("As of ")
    assert (asked["chat"], asked["message"], asked["kept"]) == (None, None, [])
    assert verb("journal").document["steps"] == steps
    assert verb("chats", "list").document["chats"] == []
    assert "As of " in verb("chat", "--as-of", "Spring", "--message", "Where do I live?", as_json=False).err
    assert verb("chat", "--as-of", "Autumn", "--message", "Hello").document["error"]["kind"] == "not_found"
    assert verb("chat", "--as-of", "Spring", "--new", "--message", "Hello").status == 2


def test_several_verbs_of_a_batch(process: Verb) -> None:
    lines = ("add one", "snapshot create A", "add two", "snapshot diff A", "snapshot show A")
    ran = process("batch", given="\n".join(json.dumps(line.split()) for line in lines))
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert answers[3]["diff"]["counts"]["added"] == 1
    assert answers[4]["total"] == 1


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_a_killed_restore_is_done_whole_or_not_at_all(verb: Verb, tmp_path: Path) -> None:
    ids = [verb("add", f"old {number}").document["id"] for number in range(6)]
    verb("snapshot", "create", "Old")
    for cube_id in ids:
        verb("cubes", "edit", cube_id, "--text", "new words")
    program = [sys.executable, "-m", "memos_desktop", "--data-dir", str(tmp_path / "data")]
    for seconds in (0.3, 0.6, 0.9):
        process = subprocess.Popen([*program, "snapshot", "restore", "Old"], stdout=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        texts = {one["title"].split()[0] for one in verb("cubes", "list").document["cubes"]}
        assert texts in ({"old"}, {"new"})
