"""`cubes migrate`: texts kept ready as KV for a real model, attached anywhere, and given back word for word."""

from pathlib import Path
from typing import Any

import pytest
import tiny_models
from kv_help import FIRST, LONG, SECOND, add_long, kept, let_attach, say
from ran import Verb


@pytest.fixture
def attaching(keeping: Verb, tmp_path: Path) -> Verb:
    """A data folder with one document that is ready as KV, and a model that may attach it."""
    ready(keeping, add_long(keeping))
    let_attach(tmp_path / "data")
    return keeping


def ready(verb: Verb, *ids: str) -> dict[str, Any]:
    ran = verb("cubes", "migrate", *ids, "--to", "activation")
    assert ran.status == 0, ran.out + ran.err
    return ran.document


def source(verb: Verb) -> str:
    (cube,) = verb("cubes", "list", "--kind", "plaintext").document["cubes"]
    return cube["id"]


def test_a_preview_says_what_it_would_mean_and_changes_nothing(keeping: Verb) -> None:
    cube = add_long(keeping)
    steps = keeping("journal").document
    seen = keeping("cubes", "migrate", cube[:12], "--to", "activation", "--preview").document
    assert (seen["id"], seen["pathway"], seen["possible"], seen["reason"]) == (cube, "plaintext→activation", True, "")
    assert seen["cost"]["tokens"] > 100 and seen["cost"].keys() == {"tokens", "bytes", "ms"}
    assert seen["lost"] and isinstance(seen["gains"], list)
    none = keeping("cubes", "migrate", cube, "--to", "plaintext", "--preview").document
    assert (none["possible"], none["reason"]) == (False, "it is text already")
    trained = keeping("cubes", "migrate", cube, "--to", "parametric", "--preview").document
    assert not trained["possible"] and trained["reason"]
    assert kept(keeping)["states"] == []
    assert keeping("cubes", "list").document["total"] == 1
    assert keeping("journal").document == steps
    words = keeping("cubes", "migrate", cube, "--to", "activation", "--preview", as_json=False).out
    assert "plaintext→activation, about" in words


def test_a_text_is_kept_ready_once(keeping: Verb) -> None:
    cube = add_long(keeping)
    made = ready(keeping, cube)
    assert (made["source"], made["pathway"], made["created"]) == (cube, "plaintext→activation", True)
    assert made["cost"]["tokens"] > 100 and made["cost"]["bytes"] > 10_000
    assert made["lost"] and made["cost"]["ms"] == made["ms"] > 0
    listed = keeping("cubes", "list", "--kind", "activation").document
    assert [(one["id"], one["kind"], one["title"]) for one in listed["cubes"]] == [(made["id"], "activation", "Survey")]
    (state,) = [one for one in kept(keeping)["states"] if one["belongs"] == "cube"]
    assert (state["tier"], state["owner"], state["title"]) == ("block", made["id"], "Survey")
    for id in (cube, made["id"]):
        (form,) = keeping("cubes", "show", id).document["forms"]
        assert (form["model"], form["state"], form["tokens"]) == ("tiny", "ready", made["cost"]["tokens"])
    shown = keeping("cubes", "show", made["id"]).document
    assert shown["cube"]["text"] == LONG
    assert [one["id"] for one in shown["parents"]] == [cube]
    again = ready(keeping, cube)
    assert (again["id"], again["created"]) == (made["id"], False)
    assert "there already" in keeping("cubes", "migrate", cube, "--to", "activation", as_json=False).out


def test_several_are_migrated_in_one_document(keeping: Verb) -> None:
    first, second = add_long(keeping), add_long(keeping, LONG.replace("survey", "count"), "Count")
    seen = keeping("cubes", "migrate", first, second, "--to", "activation", "--preview").document
    assert [one["id"] for one in seen["migrated"]] == [first, second]
    made = ready(keeping, first, second, first[:12])
    assert [one["source"] for one in made["migrated"]] == [first, second]
    assert made["migrated"][0] == {name: value for name, value in made.items() if name != "migrated"}
    assert keeping("cubes", "list", "--kind", "activation").document["total"] == 2
    assert {one["step_id"] for one in made["migrated"]} == {keeping("journal").document["steps"][0]["id"]}
    keeping("undo")
    assert keeping("cubes", "list", "--kind", "activation").document["total"] == 0
    keeping("kv", "prune")
    assert not [one for one in kept(keeping)["states"] if one["belongs"] == "cube"]


def test_one_that_cannot_be_migrated_stops_all(keeping: Verb) -> None:
    long, steps = add_long(keeping), len(keeping("journal").document["steps"])
    tides = keeping("add", "A tide. " * 1500, "--title", "Tides").document["id"]
    refused = keeping("cubes", "migrate", long, tides, "--to", "activation")
    assert (refused.status, refused.document["error"]["kind"]) == (1, "request")
    assert "“Tides”" in refused.err + refused.out
    assert "All 2 memories are as they were." in refused.document["error"]["message"]
    assert not [one for one in kept(keeping)["states"] if one["belongs"] == "cube"]
    assert len(keeping("journal").document["steps"]) == steps + 1


def test_it_is_attached_in_another_chat_after_a_restart(attaching: Verb) -> None:
    cube = source(attaching)
    chat = say(attaching, FIRST)["chat"]
    answer = say(attaching, SECOND, "--attach", cube, chat=chat)
    (injected,) = answer["receipt"]["injected"]
    assert (injected["id"], injected["form"]) == (cube, "kv")
    assert answer["attached"] == [{"id": cube, "version": 1}]
    kv = answer["stats"]["kv"]
    assert kv["tier"] == "fused"
    assert kv["attached_tokens"] > 100
    assert answer["stats"]["evaluated_tokens"] < answer["stats"]["prompt_tokens"] // 2
    shown = attaching("cubes", "show", cube).document
    assert [(one["form"], one["chat"]) for one in shown["uses"]] == [("kv", chat)]
    later = say(attaching, "Go on.", chat=chat)  # what was attached stands in the kept chat too
    assert later["attached"] == []
    assert later["stats"]["kv"]["restored_tokens"] > 100


def test_an_activation_cube_is_attached_by_its_own_id_too(attaching: Verb) -> None:
    (activation,) = attaching("cubes", "list", "--kind", "activation").document["cubes"]
    answer = say(attaching, FIRST, "--attach", activation["id"])
    assert [one["form"] for one in answer["receipt"]["injected"]] == ["kv"]
    assert answer["stats"]["kv"]["attached_tokens"] > 100


def test_people_read_what_was_attached(attaching: Verb) -> None:
    words = ("--memory", "off", "--temperature", "0", "--max-tokens", "8", "--attach", source(attaching))
    told = attaching("chat", "--message", FIRST, *words, as_json=False)
    assert "tokens attached as KV" in told.err


def test_the_check_compares_kv_with_text(attaching: Verb) -> None:
    chat = say(attaching, FIRST)["chat"]
    message = say(attaching, SECOND, "--attach", source(attaching), chat=chat)["message"]
    found = attaching("kv", "check", message).document
    assert {"kl", "same_first", "attached_tokens", "exact_ms", "fused_ms"} <= set(found)
    assert found["fused_tokens"] > 100
    assert found["kl"] > 0, "random weights read attached cells badly"
    assert found["exact_ms"] > 0 < found["fused_ms"]
    assert "nats" in attaching("kv", "check", message, as_json=False).out


def test_without_its_state_the_same_answer_is_read_as_text(attaching: Verb) -> None:
    cube = source(attaching)
    attaching("kv", "prune", "--all")
    answer = say(attaching, FIRST, "--attach", cube, "--temporary")
    assert [one["form"] for one in answer["receipt"]["injected"]] == ["text"]
    assert answer["stats"]["kv"]["tier"] == "none"
    (form,) = (ready(attaching, cube), *attaching("cubes", "show", cube).document["forms"])[1:]
    assert form["state"] == "ready", "encoding on demand makes it ready again"


def test_an_edit_makes_it_stale_until_it_is_encoded_again(attaching: Verb) -> None:
    cube = source(attaching)
    attaching("cubes", "edit", cube, "--text", f"{LONG} The last day was calm.")
    (form,) = attaching("cubes", "show", cube).document["forms"]
    assert form["state"] == "stale" and form["reason"]
    answer = say(attaching, FIRST, "--attach", cube)
    (injected,) = answer["receipt"]["injected"]
    assert (injected["form"], "calm" in injected["text"]) == ("text", True)
    ready(attaching, cube)
    states = {one["state"] for one in attaching("cubes", "show", cube).document["forms"]}
    assert "ready" in states
    answer = say(attaching, FIRST, "--attach", cube)
    assert [one["form"] for one in answer["receipt"]["injected"]] == ["kv"]


def test_the_exact_text_comes_back(attaching: Verb) -> None:
    cube = source(attaching)
    (activation,) = attaching("cubes", "list", "--kind", "activation").document["cubes"]
    back = attaching("cubes", "migrate", activation["id"], "--to", "plaintext").document
    assert (back["id"], back["created"], back["pathway"]) == (cube, False, "activation→plaintext")
    assert attaching("cubes", "show", back["id"]).document["cube"]["text"] == LONG
    attaching("cubes", "edit", cube, "--text", "Another text.")
    back = attaching("cubes", "migrate", activation["id"], "--to", "plaintext").document
    assert back["created"] and back["id"] not in (cube, activation["id"])
    assert attaching("cubes", "show", back["id"]).document["cube"]["text"] == LONG


def test_what_cannot_be_done_is_said_and_changes_nothing(keeping: Verb, tmp_path: Path) -> None:
    cube = add_long(keeping)
    for words in ((cube, "--to", "parametric"), (cube, "--to", "plaintext"), ("unknown-id", "--to", "activation")):
        assert keeping("cubes", "migrate", *words).status == 1
    short = keeping("add", "Tea.").document["id"]
    keeping("models", "use", str(tiny_models.recurrent(tmp_path / "recurrent.gguf")))
    for id in (cube, short):
        refused = keeping("cubes", "migrate", id, "--to", "activation")
        assert (refused.status, refused.document["error"]["kind"]) == (1, "unsupported")
        assert refused.document["error"]["hint"]
    assert keeping("cubes", "list").document["total"] == 2
    assert kept(keeping)["states"] == []


def test_a_state_of_another_model_is_not_attached(attaching: Verb, tmp_path: Path) -> None:
    attaching("models", "use", str(tiny_models.qwen2(tmp_path / "other.gguf")))
    cube = source(attaching)
    answer = say(attaching, FIRST, "--attach", cube)
    assert [one["form"] for one in answer["receipt"]["injected"]] == ["text"]
    ready(attaching, cube)
    assert attaching("cubes", "list", "--kind", "activation").document["total"] == 1
    assert {one["model"] for one in attaching("cubes", "show", cube).document["forms"]} == {"tiny", "other"}
