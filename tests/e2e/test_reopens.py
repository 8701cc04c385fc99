"""Activation memory in the real window with the real starter: chats reopen, and kept memories answer elsewhere."""

import json
from pathlib import Path

import pytest
from person import WAIT_MS, Person
from PySide6.QtCore import Qt

from memos_desktop.engine.base import Sampling
from memos_desktop.memory.cube import Kind, SemanticType
from memos_desktop.memory.message import Finish
from memos_desktop.paths import DataFolder

DOCUMENTS = Path(__file__).parent.parent / "data" / "documents.jsonl"


@pytest.fixture
def person(qtbot, tmp_path):
    person = Person(qtbot, DataFolder(tmp_path / "data"))
    person.start()
    qtbot.mouseClick(person.session.window.stack.currentWidget().start, Qt.MouseButton.LeftButton)
    person.workspace.settings.change(sampling=Sampling(temperature=0, max_tokens=24))
    yield person
    person.stop()


def restart(person):
    """Quit when everything is kept, and start again."""
    person.workspace.turns.settled().result(WAIT_MS / 1000)
    person.stop()
    person.start()


def meter(person):
    """The line under the last answer."""
    return person.chats.column.items[-1].meta.full_text()


@pytest.mark.timeout(600)
def test_a_chat_reopens_after_a_restart_without_being_read_again(person):
    told = person.say("I am planning a long walk along the coast of Norway in May, with a tent and two friends.")
    assert told.finish in (Finish.STOP, Finish.LENGTH)
    asked = person.say("What should I pack for such a walk?")
    restart(person)

    person.chats.open_item(told.chat_id)
    person.until(lambda: len(person.chats.column.items) == 4)
    answer = person.say("And which shoes?")
    stats = answer.stats
    assert stats["kv"]["tier"] == "exact"
    assert stats["kv"]["restored_tokens"] > asked.stats["prompt_tokens"] - 16
    assert stats["evaluated_tokens"] < 40
    assert stats["kv"]["refused"] == []
    assert "restored" in meter(person)


def trust(workspace):
    """Open the gate: the starter is too small to read attached texts as well as text, and this is measured."""
    digest = workspace.models.identity.digest
    assert not workspace.activation.support().attaches
    workspace.activation._states.measured.change(digest, kl=0.0, agreement=1.0)


@pytest.mark.timeout(600)
def test_a_memory_kept_ready_in_one_chat_answers_in_another_after_a_restart(person):
    survey = json.loads(DOCUMENTS.read_text(encoding="utf-8").splitlines()[0])
    library = person.workspace.library
    cube = library.add(survey["text"], title=survey["title"], type=SemanticType.DOCUMENT).result(60)
    person.chats.attach((cube,))
    read = person.say("What was the name of the boat used in the survey?")
    assert read.receipt["injected"][0]["form"] == "text"
    assert read.stats["evaluated_tokens"] > 600
    (made,) = person.workspace.activation.migrate([cube.id], Kind.ACTIVATION).future.result(WAIT_MS / 1000)
    assert made.created
    assert library.cube(made.id).result(60).kind is Kind.ACTIVATION
    trust(person.workspace)
    restart(person)

    page = person.chats
    page.new_chat()
    person.say("Good morning, how are you?")
    page.attach((person.workspace.library.cube(made.id).result(60),))
    answer = person.say("What was the name of the boat used in the survey?")
    assert "Grey Heron" in answer.text
    assert [(used["id"], used["form"]) for used in answer.receipt["injected"]] == [(made.id, "kv")]
    assert answer.stats["kv"]["tier"] == "fused"
    assert answer.stats["kv"]["attached_tokens"] > 600
    assert answer.stats["evaluated_tokens"] < 80
    assert "attached as KV" in meter(person)
