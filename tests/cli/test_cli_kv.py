"""`kv`: chats are kept as KV states, restored by the next process, listed, verified, limited and removed."""

import json
from pathlib import Path

import pytest
from kv_help import FIRST, SECOND, kept, say, states
from ran import Verb


def test_at_first_nothing_is_kept(verb: Verb) -> None:
    assert kept(verb) == {"states": [], "bytes": 0, "budget": 4_000_000_000}
    assert verb("kv", "verify").document == {"checked": 0, "damaged": [], "bytes": 0, "ok": True}
    assert verb("kv", "prune", "--all").document == {"freed": 0, "bytes": 0}
    assert verb("status").document["kv"] == {
        "states": 0, "bytes": 0, "budget": 4_000_000_000, "problem": "", "support": None,
    }  # fmt: skip
    assert "Nothing is kept" in verb("kv", "list", as_json=False).out


def test_a_chat_is_kept_with_whose_it_is(keeping: Verb) -> None:
    chat = say(keeping, FIRST)["chat"]
    found = kept(keeping)
    whose = {(one["belongs"], one["owner"]) for one in found["states"]}
    assert whose == {("start", ""), ("chat", chat)}
    titles = {one["belongs"]: one["title"] for one in found["states"]}
    assert FIRST.startswith(titles["chat"].rstrip("…"))
    assert titles["start"] == "Shared start of every chat"
    for one in found["states"]:
        assert (one["tier"], one["model"], one["usable"], one["problem"]) == ("exact", "tiny", None, "")
        assert one["tokens"] % 8 == 0 < one["tokens"]
        assert one["created"] <= one["last_used"]
    assert found["bytes"] == sum(one["bytes"] for one in found["states"])
    assert keeping("status").document["kv"]["states"] == len(found["states"])
    shown = keeping("kv", "list", as_json=False).out
    assert found["states"][0]["id"][:12] in shown
    assert "of 4.0 GB" in shown


def test_another_process_goes_on_where_the_first_one_ended(process: Verb, tiny_model: Path) -> None:
    process("models", "use", str(tiny_model), "--json")
    words = ("--memory", "off", "--temperature", "0", "--max-tokens", "24", "--json")
    first = process("chat", "--message", FIRST, *words).document
    assert first["stats"]["kv"]["tier"] == "none"
    second = process("chat", "--chat", first["chat"], "--message", SECOND, *words).document
    stats = second["stats"]
    assert stats["kv"]["tier"] == "exact"
    assert stats["kv"]["restored_tokens"] >= first["stats"]["prompt_tokens"] + 24 - 16  # with the answer, to the grid
    assert stats["reused_tokens"] == stats["kv"]["restored_tokens"]
    assert stats["evaluated_tokens"] == stats["prompt_tokens"] - stats["reused_tokens"] < 48
    assert stats["kv"]["refused"] == []
    told = process("chat", "--chat", first["chat"], "--message", "More?", *words[:-1])
    assert "restored " in told.err and " tokens from disk" in told.err
    assert "restored" not in told.out


def test_in_one_process_the_chat_is_still_in_memory(process: Verb, tiny_model: Path) -> None:
    words = ["--memory", "off", "--temperature", "0", "--max-tokens", "24"]
    chat = ["chat", "--message", FIRST, *words]
    lines = [["models", "use", str(tiny_model)], chat, ["kv", "list"], ["status"]]
    *_, first, listed, status = (json.loads(line) for line in process("batch", given=_lines(lines)).out.splitlines())
    assert {one["usable"] for one in listed["states"]} == {True}  # a model is there to ask
    assert status["kv"]["support"]["restores"]
    lines = [["chat", "--chat", first["chat"], "--message", SECOND, *words]] * 2
    once, again = (json.loads(line) for line in process("batch", given=_lines(lines)).out.splitlines())
    assert (once["stats"]["kv"]["tier"], again["stats"]["kv"]["tier"]) == ("exact", "live")


def test_states_are_dropped_by_the_beginning_of_their_ids(keeping: Verb) -> None:
    chat = say(keeping, FIRST)["chat"]
    say(keeping, SECOND, chat=chat)
    found = kept(keeping)
    start = next(one for one in found["states"] if one["belongs"] == "start")
    newest = max((one for one in found["states"] if one["owner"] == chat), key=lambda one: one["created"])
    gone = keeping("kv", "drop", newest["id"][:12]).document
    assert gone == {"freed": newest["bytes"], "bytes": found["bytes"] - newest["bytes"]}
    assert keeping("kv", "drop", start["id"]).document["bytes"] == 0  # and all that goes on from it
    assert kept(keeping)["states"] == []
    unknown = keeping("kv", "drop", start["id"])
    assert (unknown.status, unknown.document["error"]["kind"]) == (1, "not_found")
    assert keeping("kv", "drop", "").document["error"]["kind"] == "not_found"


def test_pruning_stops_where_it_was_told(keeping: Verb) -> None:
    chats = [say(keeping, f"{word} {FIRST}")["chat"] for word in ("One", "Two", "Six")]
    before = kept(keeping)["bytes"]
    assert keeping("kv", "prune").document == {"freed": 0, "bytes": before}  # within the budget
    wanted = before * 2 // 3
    done = keeping("kv", "prune", "--to", str(wanted)).document
    assert done["bytes"] <= wanted
    assert done["freed"] == before - done["bytes"] > 0
    left = {one["owner"] for one in kept(keeping)["states"]}
    assert chats[0] not in left, "what was used least recently goes first"
    assert chats[2] in left
    assert keeping("kv", "prune", "--all").document["bytes"] == 0


def test_a_small_budget_is_kept_and_the_answers_stay_the_same(keeping: Verb, tmp_path: Path) -> None:
    set_to = keeping("kv", "budget", "1MB").document
    assert set_to["budget"] == 1_000_000
    chat = say(keeping, FIRST)["chat"]
    wanted = say(keeping, SECOND, chat=chat)["reply"]
    assert keeping("kv", "budget", "20kB").document["bytes"] <= 20_000
    chat = say(keeping, FIRST)["chat"]
    assert say(keeping, SECOND, chat=chat)["reply"] == wanted
    assert kept(keeping)["bytes"] <= 20_000
    assert sum(path.stat().st_size for path in (tmp_path / "data" / "states").iterdir()) <= 20_000
    assert keeping("kv", "budget", "0").document["states"] == 0
    chat = say(keeping, FIRST)["chat"]
    answer = say(keeping, SECOND, chat=chat)
    assert (answer["reply"], answer["stats"]["kv"]["tier"]) == (wanted, "none")
    assert kept(keeping) == {"states": [], "bytes": 0, "budget": 0}


def test_a_deleted_chat_leaves_no_state(keeping: Verb) -> None:
    kept_chat, deleted = say(keeping, FIRST)["chat"], say(keeping, "Something else entirely.")["chat"]
    assert deleted in {one["owner"] for one in kept(keeping)["states"]}
    keeping("chats", "delete", deleted)
    assert {one["owner"] for one in kept(keeping)["states"]} == {"", kept_chat}


def test_a_temporary_chat_leaves_no_state(keeping: Verb, tmp_path: Path) -> None:
    say(keeping, FIRST, "--temporary")
    assert kept(keeping)["states"] == []
    assert states(tmp_path / "data") == []


def test_only_an_answer_that_used_kv_can_be_checked(keeping: Verb) -> None:
    message = say(keeping, FIRST)["message"]
    assert keeping("kv", "check", message).document["error"]["kind"] == "request"
    assert keeping("kv", "check", "nothing-like-this").document["error"]["kind"] == "not_found"


@pytest.mark.parametrize(
    "words",
    [("prune", "--to", "much"), ("prune", "--to", "1", "--all"), ("budget", "-5"), ("budget", "9999999GB"), ("drop",)],
)
def test_wrong_usage_is_refused(verb: Verb, words: tuple[str, ...]) -> None:
    assert verb("kv", *words).status == 2


def _lines(lines: list[list[str]]) -> str:
    return "\n".join(json.dumps(line) for line in lines)
