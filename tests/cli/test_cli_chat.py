"""`chat`, `models` and `status` with the echo model, in this process; nothing is embedded."""

from pathlib import Path

import pytest
from ran import Verb


@pytest.fixture
def chatting(verb: Verb, echo_model: Path) -> Verb:
    """A data folder whose model echoes."""
    used = verb("models", "use", str(echo_model))
    assert used.status == 0, used.out + used.err
    assert used.document["models"][0]["backend"] == "echo"
    return verb


def test_one_turn_answers_with_receipt_and_stats(chatting: Verb) -> None:
    turn = chatting("chat", "--message", "Good morning, world", "--memory", "off").document
    assert "Good morning, world" in turn["reply"]
    assert turn["finish"] == "stop"
    assert {"retrieved", "injected", "cited"} <= set(turn["receipt"])
    assert turn["stats"]["backend"] == "echo"
    counts = {"prompt_tokens", "reused_tokens", "evaluated_tokens", "completion_tokens"}
    assert {"model", "ttft_ms", "decode_tps", *counts} <= set(turn["stats"])
    assert {"tier", "restored_ms", "restored_tokens", "attached_tokens", "refused"} <= set(turn["stats"]["kv"])
    assert turn["attached"] == []


def test_a_chat_goes_on(chatting: Verb) -> None:
    first = chatting("chat", "--new", "--message", "One", "--memory", "off").document
    second = chatting("chat", "--chat", first["chat"], "--message", "Two", "--memory", "off").document
    assert second["chat"] == first["chat"]
    shown = chatting("chats", "show", first["chat"]).document["messages"]
    assert [(one["role"], one["text"]) for one in shown][::2] == [("user", "One"), ("user", "Two")]
    assert shown[-1]["id"] == second["message"]
    other = chatting("chat", "--message", "Three", "--memory", "off").document
    assert other["chat"] != first["chat"]


def test_a_temporary_chat_leaves_nothing(chatting: Verb) -> None:
    turn = chatting("chat", "--temporary", "--message", "My secret word is zanzibar.").document
    assert turn["chat"] is None
    assert chatting("chats", "list").document["chats"] == []
    assert chatting("chats", "search", "zanzibar").document["messages"] == []
    assert chatting("status").document["counts"] == {"cubes": 0, "chats": 0, "messages": 0}


def test_what_is_attached_is_used_with_memory_off(chatting: Verb) -> None:
    cube = chatting("add", "The alarm code is 4711.").document["id"]
    turn = chatting("chat", "--message", "Hello", "--memory", "off", "--attach", cube[:12]).document
    assert [(one["id"], one["form"]) for one in turn["receipt"]["injected"]] == [(cube, "text")]


def test_max_tokens_ends_the_answer(chatting: Verb) -> None:
    words = " ".join(f"word{number}" for number in range(50))
    turn = chatting("chat", "--message", words, "--memory", "off", "--max-tokens", "5").document
    assert turn["finish"] == "length"
    assert turn["stats"]["completion_tokens"] == 5


def test_without_json_the_answer_streams_to_standard_error(chatting: Verb) -> None:
    ran = chatting("chat", "--message", "Stream this", "--memory", "off", as_json=False)
    assert "Stream this" in ran.err
    assert "Stream this" in ran.out


def test_status_tells_what_is_there(chatting: Verb, echo_model: Path, tmp_path: Path) -> None:
    chatting("add", "A note.")
    status = chatting("status").document
    assert status["data_dir"] == str(tmp_path / "data")
    assert status["version"]
    assert status["counts"]["cubes"] == 1
    assert status["model"]["name"] == "parrot.echo"
    assert status["model"]["path"] == str(echo_model)
    assert status["model"]["backend"] == "echo"
    assert len(status["model"]["sha256"]) == 64
    assert {"engine", "vectors", "embedder", "state"} <= set(status["index"])


def test_the_catalogue_has_the_starter(verb: Verb) -> None:
    models = verb("models", "list").document["models"]
    assert all(
        {"name", "size", "sha256", "state", "path", "backend", "license"} <= set(model) for model in models
    )
    assert any(model["state"] == "ready" and model["path"] for model in models)
    assert "Apache-2.0" in verb("models", "list", as_json=False).out


def test_unknown_models_are_refused(verb: Verb) -> None:
    for action in ("get", "use"):
        ran = verb("models", action, "no-such-model")
        assert ran.status == 1
        assert ran.document["error"]["kind"] == "not_found"
