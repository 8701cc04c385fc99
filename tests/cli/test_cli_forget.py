"""`cubes forget`, and `chats delete` of one message."""

import subprocess
from pathlib import Path

import pytest
from ran import Verb

SAID = "My sister Zanziquella lives in Portovaldo."


def files_with(folder: Path, word: str) -> list[str]:
    """Names of files in which grep finds the word."""
    found = subprocess.run(["grep", "-rlaiF", word, str(folder)], capture_output=True, text=True, check=False)
    return [Path(line).name for line in found.stdout.splitlines()]


@pytest.fixture
def memory(verb: Verb) -> str:
    """A memory and a backup that holds it."""
    identifier = verb("add", SAID).document["id"]
    assert verb("backup", "create").status == 0
    return identifier


def test_without_yes_it_says_what_would_go_and_does_nothing(verb: Verb, memory: str) -> None:
    ran = verb("cubes", "forget", memory)
    assert ran.status == 2
    assert ran.document["error"]["kind"] == "usage"
    text = ran.document["error"]["message"]
    assert "Would be forgotten: “My sister Zanziquella lives in Portovaldo.”, one version in all." in text
    assert "This cannot be undone. Nothing was removed." in text and "--yes" in text
    assert "Also from one copy of the database." in text
    assert verb("cubes", "show", memory).status == 0


def test_with_yes_it_is_gone_and_the_report_says_so(verb: Verb, memory: str, tmp_path: Path) -> None:
    ran = verb("cubes", "forget", memory[:12], "--yes")
    assert ran.status == 0
    report = ran.document["report"]
    assert report["verified"] is True and report["adapters"] == [] and report["remains"] == []
    assert report["removed"]["memories"] == 1 and report["removed"]["backups"] == 1
    assert set(report["found"].values()) == {0}
    assert "cannot be reached" in report["unreached"]
    assert verb("cubes", "show", memory).document["error"]["kind"] == "not_found"
    assert files_with(tmp_path / "data", "Zanziquella") == []
    assert verb("undo").document["error"]["message"] == "There is nothing to undo."
    assert verb("cubes", "list").document["total"] == 0
    assert verb("check").document["ok"] is True


def test_a_preview_changes_nothing(verb: Verb, memory: str) -> None:
    preview = verb("cubes", "forget", memory, "--preview").document["preview"]
    assert [cube["id"] for cube in preview["cubes"]] == [memory]
    assert (preview["versions"], preview["backups"], preview["said"], preview["frozen"]) == (1, 1, [], [])
    assert verb("cubes", "show", memory).status == 0


def test_messages_are_named_and_taken_when_asked(verb: Verb, echo_model: Path, tmp_path: Path) -> None:
    verb("models", "use", str(echo_model))
    verb("chat", "--message", SAID)
    [cube] = verb("cubes", "list").document["cubes"]
    text = verb("cubes", "forget", cube["id"], "--preview", as_json=False).out
    assert "Said in 2 messages; that stays unless you add --messages:" in text
    report = verb("cubes", "forget", cube["id"], "--yes", "--messages").document["report"]
    assert report["verified"] is True and report["removed"]["messages"] == 2
    assert files_with(tmp_path / "data", "Zanziquella") == []


def test_what_was_made_from_it_goes_when_asked(verb: Verb, memory: str, tmp_path: Path) -> None:
    other = verb("add", "The quincebush wants lime.").document["id"]
    fused = verb("cubes", "fuse", memory, other, "--text", f"{SAID} The quincebush wants lime.").document["id"]
    preview = verb("cubes", "forget", memory, "--preview").document["preview"]
    assert [cube["id"] for cube in preview["derived"]] == [fused]
    assert verb("cubes", "forget", memory, "--yes", "--derived").document["report"]["removed"]["memories"] == 2
    assert verb("cubes", "show", fused).status == 1
    assert verb("cubes", "show", other).status == 0
    assert files_with(tmp_path / "data", "Zanziquella") == []


def test_a_frozen_or_unknown_memory_is_refused(verb: Verb, memory: str) -> None:
    verb("cubes", "freeze", memory)
    error = verb("cubes", "forget", memory, "--yes").document["error"]
    assert "frozen, so nothing was forgotten" in error["message"] and error["hint"] == "Unfreeze first."
    assert "Frozen" in verb("cubes", "forget", memory, "--preview", as_json=False).out
    assert verb("cubes", "forget", "01m85bepa2wcypnm3x1p", "--yes").document["error"]["kind"] == "not_found"


def test_backups_can_be_kept_and_then_nothing_is_called_verified(verb: Verb, memory: str, tmp_path: Path) -> None:
    report = verb("cubes", "forget", memory, "--yes", "--keep-backups").document["report"]
    assert report["verified"] is False
    assert [Path(name).suffix for name in files_with(tmp_path / "data", "Zanziquella")] == [".sqlite3"]


def test_a_real_process_forgets_and_reads_well(process: Verb, memory: str, tmp_path: Path) -> None:
    ran = process("cubes", "forget", memory, "--yes")
    assert ran.status == 0, ran.err
    assert "A search found nothing of it." in ran.out and "memories" in ran.out
    assert files_with(tmp_path / "data", "Zanziquella") == []


def test_one_message_is_deleted_with_its_answer(verb: Verb, echo_model: Path) -> None:
    verb("models", "use", str(echo_model))
    chat = verb("chat", "--message", "Tell me of boats.").document["chat"]
    verb("chat", "--chat", chat, "--message", "And of piers.")
    messages = verb("chats", "show", chat).document["messages"]
    assert len(messages) == 4
    assert verb("chats", "delete", messages[2]["id"]).document["changes"]["messages"]
    assert len(verb("chats", "show", chat).document["messages"]) == 2
    verb("undo")
    assert len(verb("chats", "show", chat).document["messages"]) == 4
    assert verb("chats", "delete", "nobody").document["error"]["kind"] == "not_found"
