"""One turn of a chat, with the echo engine."""

import pytest
from app_values import answer_with, send

from memos_desktop.app.turn_events import (
    Failed,
    Finished,
    Kept,
    Piece,
    Prefill,
    Recalled,
    SendRequest,
    Started,
)
from memos_desktop.engine.base import Sampling
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import CubeFilter, Origin, State
from memos_desktop.memory.message import Finish, MemoryMode, Role


def cubes(workspace, **wanted):
    return workspace.library.page(CubeFilter(**wanted), 0, 100).result(10).cubes


def test_the_events_come_in_order(workspace):
    events = []
    turn = workspace.turns.send(SendRequest("My cat is called Miso."), events.append)
    result = turn.future.result(30)
    kinds = [type(event) for event in events if not isinstance(event, Prefill | Piece)]
    assert kinds == [Started, Recalled, Finished, Kept]
    streamed = "".join(event.text for event in events if isinstance(event, Piece))
    assert streamed == result.answer.text == "Echo: My cat is called Miso."


def test_question_and_answer_are_saved(workspace, reopen):
    result = send(workspace)
    again = reopen()
    branch = again.chats.branch(result.chat.id).result(10)
    assert [(m.role, m.text, m.finish) for m in branch] == [
        (Role.USER, "My cat is called Miso.", Finish.STOP),
        (Role.ASSISTANT, "Echo: My cat is called Miso.", Finish.STOP),
    ]
    assert branch[1].stats["completion_tokens"] == 6
    assert again.chats.get(result.chat.id).result(10).title == "My cat is called Miso."


def test_what_was_said_is_kept_with_its_source(workspace):
    result = send(workspace, "Hello! My cat is called Miso. What is the time?")
    (cube,) = cubes(workspace)
    source = cube.descriptive.source
    assert (cube.text, cube.descriptive.origin) == ("My cat is called Miso.", Origin.SAID)
    assert source.message_id == result.user.id
    assert result.user.text[source.start : source.end] == cube.text


def test_told_in_one_chat_used_in_another_and_counted(workspace):
    send(workspace)
    answer_with(workspace, "Your cat is called Miso.")
    result = send(workspace, "What is my cat called?")
    (decision,) = result.receipt.injected
    assert (decision.text, decision.form, decision.cited) == ("My cat is called Miso.", Form.TEXT, True)
    (cube,) = cubes(workspace)
    assert (cube.behaviour.uses, cube.state) == (1, State.ACTIVATED)
    [step] = [s for s in workspace.library.journal(cube_id=cube.id).result(10) if s.actor == "scheduler"]
    assert step.label.startswith("Memory for an answer: 1 as text, ")
    assert not step.undone
    saved = workspace.chats.branch(result.chat.id).result(10)[1].receipt
    assert saved["cited"] == [cube.id]


def test_a_binned_memory_is_not_recalled_from_its_message(workspace):
    send(workspace)
    (cube,) = cubes(workspace)
    workspace.library.bin([cube.id]).result(10)
    assert send(workspace, "What is my cat called?").receipt.injected == ()


def test_an_edited_memory_is_what_counts(workspace):
    send(workspace)
    (cube,) = cubes(workspace)
    workspace.library.revise(cube.id, text="My cat is called Tofu.").result(10)
    (decision,) = send(workspace, "What is my cat called?").receipt.injected
    assert (decision.text, decision.recalled.candidate.version) == ("My cat is called Tofu.", 2)


@pytest.mark.parametrize(
    ("mode", "used", "kept"), [(MemoryMode.ON, 1, 2), (MemoryMode.READ, 1, 1), (MemoryMode.OFF, 0, 1)]
)
def test_memory_switch(workspace, mode, used, kept):
    send(workspace)
    result = send(workspace, "I like tea. What is my cat called?", memory=mode)
    assert len(result.receipt.injected) == used
    assert len(cubes(workspace)) == kept


@pytest.mark.parametrize("mode", [MemoryMode.READ, MemoryMode.OFF])
def test_what_is_said_with_memory_off_or_read_only_is_found_in_no_other_chat(workspace, mode):
    said = send(workspace, "My boat is called Zorblatt.", memory=mode)
    assert workspace.recall.recall("What is my boat called?").result(10).results == ()
    assert [hit.message.id for hit in workspace.chats.search("Zorblatt").result(10)] == [said.answer.id, said.user.id]
    workspace.chats.set_memory(said.chat.id, MemoryMode.ON).result(10)
    send(workspace, "My horse is called Flint.", chat_id=said.chat.id)
    assert "Flint" in workspace.recall.recall("What is my horse called?").result(10).results[0].candidate.text


def test_what_is_attached_is_used_with_memory_off(workspace):
    cube = workspace.library.add("The code word is heron.").result(10)
    result = send(workspace, "Hm?", memory=MemoryMode.OFF, attach=(cube.id,))
    assert [d.recalled.id for d in result.receipt.injected] == [cube.id]
    with pytest.raises(NotFoundError):
        send(workspace, "Hm?", attach=("nothere",))


def test_a_temporary_chat_leaves_nothing(workspace, folder):
    send(workspace)
    before = workspace.library.counts().result(10), workspace.library.journal(limit=999).result(10)
    result = send(workspace, "My secret zebra. What is my cat called?", temporary=True)
    assert len(result.receipt.injected) == 1
    assert (workspace.library.counts().result(10), workspace.library.journal(limit=999).result(10)) == before
    assert cubes(workspace)[0].behaviour.uses == 0
    workspace.close()
    assert not [path for path in folder.root.rglob("*") if path.is_file() and b"zebra" in path.read_bytes()]


def test_a_temporary_chat_knows_its_own_history(workspace):
    first = send(workspace, "One.", temporary=True)
    second = send(workspace, "Two.", temporary=True, history=(first.user, first.answer))
    assert second.stats.prompt_tokens > first.stats.prompt_tokens


def test_standing_instructions_are_pinned_as_proposals(workspace):
    send(workspace, "Please always answer me in bullet points.")
    (cube,) = cubes(workspace)
    assert cube.pinned
    assert cube.governance.proposed
    workspace.library.confirm([cube.id]).result(10)
    assert not cubes(workspace)[0].governance.proposed


def test_what_is_pinned_is_on_the_receipt_of_every_answer_and_counted(workspace):
    pinned = workspace.library.add("Answer in bullet points.").result(10)
    workspace.library.pin([pinned.id], True).result(10)
    (decision,) = send(workspace, "Which river runs through Rome?").receipt.injected
    assert (decision.recalled.id, decision.reason[:6]) == (pinned.id, "pinned")
    assert workspace.library.cube(pinned.id).result(10).behaviour.uses == 1
    assert send(workspace, "Which river?", memory=MemoryMode.OFF).receipt.injected == ()


def test_kept_can_be_undone_as_one_step(workspace):
    events = []
    workspace.turns.send(SendRequest("I live in Rome. Always answer in Italian."), events.append).future.result(30)
    (kept,) = [event for event in events if isinstance(event, Kept)]
    assert len(kept.cubes) == 2
    workspace.library.undo_step(kept.step_id).result(10)
    assert cubes(workspace) == ()


def test_the_same_statement_is_kept_once_and_a_new_value_closes_the_old(workspace):
    send(workspace, "I live in Lisbon.")
    send(workspace, "i live in Lisbon")
    assert len(cubes(workspace)) == 1
    send(workspace, "I live in Porto.")
    new, old = cubes(workspace)
    assert old.governance.superseded_by == new.id
    injected = send(workspace, "Where do I live?").receipt.injected
    assert [decision.text for decision in injected] == ["I live in Porto."]


def test_regenerate_and_edit_are_branches(workspace):
    first = send(workspace)
    again = send(workspace, "", chat_id=first.chat.id, regenerate=first.user.id)
    assert again.user.id == first.user.id
    assert workspace.chats.branches(again.answer.id).result(10).siblings == (first.answer.id, again.answer.id)
    edited = send(workspace, "My dog is called Rex.", chat_id=first.chat.id, parent_id="")
    assert [m.text for m in workspace.chats.branch(first.chat.id).result(10)] == [edited.user.text, edited.answer.text]
    workspace.chats.choose_branch(first.chat.id, first.user.id).result(10)
    assert workspace.chats.branch(first.chat.id).result(10)[0].id == first.user.id


@pytest.mark.parametrize("text", ["", "  \n", "\0"])
def test_an_empty_message_is_refused_and_nothing_saved(workspace, text):
    with pytest.raises(UserError, match="empty"):
        send(workspace, text)
    assert workspace.library.counts().result(10).chats == 0


def test_a_huge_message_is_refused_before_it_is_saved(workspace):
    events = []
    turn = workspace.turns.send(SendRequest("word " * 2_000_000), events.append)
    with pytest.raises(UserError, match="9,999,999"):
        turn.future.result(30)
    assert [type(event) for event in events] == [Failed]
    assert workspace.library.counts().result(10).messages == 0


def test_a_prompt_longer_than_the_context_fails_clearly_and_keeps_the_message(workspace):
    with pytest.raises(UserError, match="context holds"):
        send(workspace, "word " * 20_000)
    (chat,) = workspace.chats.list().result(10)
    question, answer = workspace.chats.branch(chat.id).result(10)
    assert len(question.text) > 90_000
    assert answer.finish is Finish.ERROR
    assert send(workspace, "Hello again", chat_id=chat.id).answer.finish is Finish.STOP


def test_a_long_chat_says_what_was_left_out(workspace):
    workspace.settings.change(context_length=200)
    workspace.models.use(workspace.settings.value.model).future.result(30)
    chat = send(workspace, "start " * 40, memory=MemoryMode.OFF).chat.id
    for _ in range(3):
        result = send(workspace, "more " * 40, chat_id=chat, sampling=Sampling(max_tokens=20))
    assert "were left out" in result.receipt.notes[0]


def test_cancel_keeps_what_was_written(workspace):
    answer_with(workspace, "one two three four five")
    turns = []

    def on_event(event):
        if isinstance(event, Piece):
            turns[0].cancel()

    turns.append(workspace.turns.send(SendRequest("Count."), lambda event: on_event(event)))
    result = turns[0].future.result(30)
    assert result.answer.finish is Finish.CANCELLED
    assert workspace.chats.branch(result.chat.id).result(10)[1].text == result.answer.text != ""


def test_a_model_that_cannot_be_loaded_fails_the_turn_and_keeps_the_message(workspace, tmp_path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")
    workspace.settings.change(model=str(broken))
    events = []
    turn = workspace.turns.send(SendRequest("My cat is called Miso."), events.append)
    with pytest.raises(Exception, match=r"broken\.gguf"):
        turn.future.result(30)
    assert [type(event) for event in events[-2:]] == [Kept, Failed]
    assert [c.text for c in cubes(workspace)] == ["My cat is called Miso."]


def test_excluded_in_this_chat(workspace):
    send(workspace)
    (cube,) = cubes(workspace)
    result = send(workspace, "What is my cat called?", exclude=frozenset([cube.id]))
    assert result.receipt.injected == ()


def test_an_edited_request_is_what_runs(workspace):
    send(workspace)
    send(workspace, "My boat is called Petrel.")
    call = workspace.turns.plan("the name of my boat").result(10)
    result = send(workspace, "What is it called?", call=call)
    assert result.receipt.call.query == "the name of my boat"
    assert result.receipt.injected[0].text == "My boat is called Petrel."
