"""A chat with the past: it answers from memory as it was, says so, changes nothing and leaves nothing."""

from datetime import timedelta

import pytest
from app_values import answer_with, send

from memos_desktop.app.turn_events import Finished, Recalled, SendRequest
from memos_desktop.errors import Cancelled, NotFoundError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.message import MemoryMode, Role
from memos_desktop.progress import Progress

WAIT = 30
QUESTION = "Where do I live?"


def ask(what_if, text=QUESTION, **request):
    return what_if.send(SendRequest(text, **request)).future.result(WAIT)


def texts(result):
    return [decision.text for decision in result.receipt.injected]


def written(folder):
    """Every file of the data folder with its content, without the measured speeds of models."""
    return {
        path.relative_to(folder.root): path.read_bytes()
        for path in folder.root.rglob("*")
        if path.is_file() and path != folder.measured and not path.name.endswith(("-shm", "lock"))
    }


@pytest.fixture
def moved(workspace):
    """Somebody who lived in Lisbon, and moved since; the snapshot Spring is of before."""
    send(workspace, "I live in Lisbon.")
    workspace.time.snapshot("Spring").result(WAIT)
    [cube] = workspace.library.page(CubeFilter(), 0, 10).result(WAIT).cubes
    workspace.library.revise(cube.id, text="I live in Porto.").result(WAIT)
    workspace.library.add("I live near the sea.").result(WAIT)
    return workspace


def test_it_answers_from_memory_as_it_was(moved):
    assert set(texts(send(moved, QUESTION, temporary=True))) == {"I live in Porto.", "I live near the sea."}
    what_if = moved.time.what_if("Spring").future.result(WAIT)
    result = ask(what_if)
    assert texts(result) == ["I live in Lisbon."]
    assert result.receipt.notes[0].startswith("As of ")
    assert "(“Spring”)" in result.receipt.notes[0]
    what_if.close()


def test_it_changes_nothing_and_writes_nothing(moved, folder):
    moved.turns.settled().result(WAIT)
    what_if = moved.time.what_if("Spring").future.result(WAIT)
    moved._store.ask(lambda vault: vault.database.run("PRAGMA wal_checkpoint(TRUNCATE)"))
    before = written(folder)
    heard = []
    moved.events.subscribe(heard.append)
    first = ask(what_if, "I like tea. " + QUESTION, memory=MemoryMode.ON)
    again = ask(what_if, "And what do I like?", chat_id=first.chat.id, history=(first.user, first.answer))
    assert again.answer.role is Role.ASSISTANT
    assert (first.kept, again.kept) == ((), ())
    what_if.close()
    assert written(folder) == before
    assert not [changes for changes in heard if changes.cubes or changes.chats or changes.messages]
    assert moved.library.counts().result(WAIT).chats == 1


def test_pinned_excluded_and_attached_memories_are_those_of_the_past(workspace):
    rule = workspace.library.add("Answer in rhymes.").result(WAIT)
    note = workspace.library.add("The boat is called Lima.").result(WAIT)
    workspace.library.pin([rule.id], True).result(WAIT)
    point = workspace.time.place("now").result(WAIT).step_id
    workspace.library.pin([rule.id], False).result(WAIT)
    workspace.library.revise(note.id, text="The boat is called Petrel.").result(WAIT)
    what_if = workspace.time.what_if(point).future.result(WAIT)
    assert "Answer in rhymes." in texts(ask(what_if, "Hello"))
    assert "The boat is called Lima." in texts(ask(what_if, "Well?", attach=(note.id,)))
    assert texts(ask(what_if, "What is the boat called?", exclude=frozenset((note.id, rule.id)))) == []
    with pytest.raises(NotFoundError):
        ask(what_if, "Well?", attach=("later",))
    what_if.close()


def test_meaning_is_known_of_what_is_still_the_same(meaning):
    meaning.library.add("My violin teacher lives in Porto.").result(WAIT)
    point = meaning.time.place("now").result(WAIT).step_id
    meaning.library.add("The violin was sold in Porto.").result(WAIT)
    meaning.recall.drain().future.result(WAIT)
    what_if = meaning.time.what_if(point).future.result(WAIT)
    result = ask(what_if, "Who teaches me the violin?")
    assert texts(result) == ["My violin teacher lives in Porto."]
    [found] = result.receipt.injected
    assert found.recalled.candidate.cosine is not None
    what_if.close()


def test_an_answer_is_heard_while_it_is_made(moved):
    answer_with(moved, "In Lisbon, as far as I know.")
    what_if = moved.time.what_if("Spring").future.result(WAIT)
    events = []
    result = what_if.send(SendRequest(QUESTION), events.append).future.result(WAIT)
    assert result.answer.text == "In Lisbon, as far as I know."
    assert any(isinstance(event, Recalled) for event in events)
    assert isinstance(events[-1], Finished)
    what_if.close()


def test_what_is_forgotten_meanwhile_is_gone_from_the_chat_too(moved):
    what_if = moved.time.what_if("Spring").future.result(WAIT)
    [cube] = moved.library.page(CubeFilter(text="Porto"), 0, 10).result(WAIT).cubes

    def forget(vault):
        vault.cubes.bin([cube.id])
        return vault.cubes.purge_bin(now() + timedelta(days=1))

    moved._store.apply(forget)
    assert texts(ask(what_if)) == []
    what_if.close()


def test_closing_ends_the_answer_and_gives_the_memory_back_afterwards(moved):
    what_if = moved.time.what_if("Spring").future.result(WAIT)
    turn = what_if.send(SendRequest(QUESTION))
    what_if.close()
    what_if.close()
    assert turn.future.exception(WAIT) is None or isinstance(turn.future.exception(), Cancelled)
    assert moved.time.place("now").result(WAIT).step_id > 0  # the thread goes on


def test_going_back_can_be_cancelled(moved, monkeypatch):
    monkeypatch.setattr(Progress, "check", lambda self: (_ for _ in ()).throw(Cancelled()))
    job = moved.time.what_if("Spring")
    with pytest.raises(Cancelled):
        job.future.result(WAIT)


def test_an_unknown_point(workspace):
    with pytest.raises(NotFoundError):
        workspace.time.what_if("Autumn").future.result(WAIT)
