"""Chats are kept as KV states after each answer and restored later, and the answers are those of a cold model."""

import json
import threading

import pytest
import tiny_models
from kept_desk import (
    FIRST,
    LONGER,
    SECOND,
    THIRD,
    cold_answer,
    files,
    owned,
    rows,
    run_writer,
    say,
    settle,
)

from memos_desktop.app.turn_events import Piece, SendRequest, Started
from memos_desktop.engine.llamacpp.engine import LlamaCppEngine
from memos_desktop.errors import UserError
from memos_desktop.memory.message import Finish, MemoryMode


def test_after_an_answer_the_chat_and_the_start_of_every_chat_are_kept(keeping):
    told = []
    keeping.events.subscribe(told.append)
    result = say(keeping)
    chat, start = sorted(rows(keeping), key=lambda row: row.belongs)
    assert (start.belongs, start.owner_id, start.title) == ("start", "", "Shared start of every chat")
    assert (chat.belongs, chat.owner_id, chat.title) == ("chat", result.chat.id, result.chat.title)
    assert {(row.tier, row.usable, row.problem) for row in (chat, start)} == {("exact", True, "")}
    # All of the prompt but the mark that the answer begins with, in whole steps; the answer too.
    assert start.tokens + chat.tokens >= result.stats.prompt_tokens
    usage = keeping.activation.usage().result(10)
    assert usage.bytes == sum(path.stat().st_size for path in files(keeping.folder)) > 0
    assert (usage.states, usage.problem) == (2, "")
    assert any(changes.states for changes in told)


def test_the_second_chat_shares_the_start_of_the_first(keeping):
    say(keeping)
    say(keeping, SECOND)
    assert sorted(row.belongs for row in rows(keeping)) == ["chat", "chat", "start"]


def test_the_next_start_of_the_program_restores_what_was_kept(desk):
    first = say(desk.open())
    stats = say(desk.open(), SECOND, chat_id=first.chat.id).stats
    assert stats.tier == "exact"
    assert stats.restored_tokens == stats.reused_tokens >= first.stats.prompt_tokens
    assert stats.evaluated_tokens == stats.prompt_tokens - stats.restored_tokens
    saved = desk.open().chats.branch(first.chat.id).result(10)[-1].stats["kv"]
    assert (saved["tier"], saved["restored_tokens"]) == ("exact", stats.restored_tokens)


def test_another_process_restores_it_and_answers_the_same(desk, tmp_path):
    chat = say(desk.open()).chat.id
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=chat)
    with run_writer(desk, chat) as process:
        told = json.loads(process.stdout.readline())
    assert (told["text"], told["kv"]["tier"]) == (wanted, "exact")


def test_ten_chats_answer_greedily_as_if_nothing_had_been_kept(desk, tmp_path):
    workspace = desk.open()
    chats = [say(workspace, f"{number} {FIRST} {number}").chat.id for number in range(10)]
    with desk.cold(tmp_path) as cold:
        workspace = cold.open()
        wanted = [cold_answer(workspace, chat_id=chat, sampling=LONGER) for chat in chats]
    workspace = desk.open()
    found = [say(workspace, SECOND, chat_id=chat, sampling=LONGER) for chat in chats]
    assert {result.stats.tier for result in found} == {"exact"}
    assert [result.answer.text for result in found] == wanted
    assert len(set(wanted)) == 10


def test_chats_in_turn_are_each_restored(keeping, desk, tmp_path):
    chats = [say(keeping, f"{number} {FIRST}").chat.id for number in range(3)]
    with desk.cold(tmp_path) as cold:
        wanted = [cold_answer(cold.open(), text, chat_id=chat) for text in (SECOND, THIRD) for chat in chats]
    workspace = desk.open()
    found = [say(workspace, text, chat_id=chat) for text in (SECOND, THIRD) for chat in chats]
    assert [result.answer.text for result in found] == wanted
    assert {result.stats.tier for result in found} == {"exact"}
    assert min(result.stats.restored_tokens / result.stats.prompt_tokens for result in found) > 0.5


def test_editing_a_late_message_restores_what_stands_before_it(desk, tmp_path):
    workspace = desk.open()
    first = say(workspace)
    second = say(workspace, SECOND, chat_id=first.chat.id)
    say(workspace, THIRD, chat_id=first.chat.id)
    branch = {"chat_id": first.chat.id, "parent_id": second.answer.id}
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), "Who told the harbour master?", **branch)
    result = say(desk.open(), "Who told the harbour master?", **branch)
    assert result.answer.text == wanted
    # The answer and the mark of the next message stand behind this prompt.
    assert result.stats.restored_tokens >= second.stats.prompt_tokens
    earlier = say(desk.open(), "And then?", chat_id=first.chat.id, parent_id=first.answer.id)
    assert first.stats.prompt_tokens <= earlier.stats.restored_tokens < second.stats.prompt_tokens


def test_both_branches_stay_kept(desk):
    workspace = desk.open()
    first = say(workspace)
    one = say(workspace, SECOND, chat_id=first.chat.id)
    other = say(workspace, THIRD, chat_id=first.chat.id, parent_id=first.answer.id)
    for branch in (one, other):
        result = say(desk.open(), "Go on.", chat_id=first.chat.id, parent_id=branch.answer.id)
        assert result.stats.restored_tokens >= branch.stats.prompt_tokens


def test_an_answer_made_again_starts_from_what_is_kept(desk):
    first = say(desk.open())
    again = say(desk.open(), "", regenerate=first.user.id)
    assert again.answer.text == first.answer.text
    assert again.stats.tier == "exact"


def test_a_chat_with_memory_on_is_restored_too(desk, tmp_path):
    workspace = desk.open()
    workspace.library.add("The keeper of Lantern Point is called Agnes.").result(10)
    first = say(workspace, "Who is the keeper of Lantern Point?", memory=MemoryMode.ON)
    assert len(first.receipt.injected) == 1
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=first.chat.id, memory=None)
    result = say(desk.open(), SECOND, chat_id=first.chat.id, memory=None)
    assert (result.answer.text, result.stats.tier) == (wanted, "exact")
    assert result.stats.restored_tokens >= first.stats.prompt_tokens - first.receipt.injected[0].tokens - 64


def test_a_temporary_chat_leaves_no_state(keeping):
    first = say(keeping, temporary=True)
    second = say(keeping, SECOND, temporary=True, history=(first.user, first.answer))
    assert second.stats.prompt_tokens > first.stats.prompt_tokens
    assert (rows(keeping), files(keeping.folder)) == ((), [])


# While several things happen at once


def test_two_chats_that_start_and_stop_at_once(keeping, desk, tmp_path):
    chats = [say(keeping, f"{number} {FIRST}").chat.id for number in range(2)]
    barrier = threading.Barrier(2)
    ended = {chat: [] for chat in chats}

    def talk(chat):
        for round in range(6):
            barrier.wait(30)
            turns = []
            stops = round % 2 == chats.index(chat)

            def on_event(event, stops=stops, turns=turns):
                if stops and isinstance(event, Piece) and turns:
                    turns[0].cancel()

            turns.append(keeping.turns.send(SendRequest(f"{round}?", chat, memory=MemoryMode.OFF), on_event))
            ended[chat].append(turns[0].future.result(60).answer.finish)

    threads = [threading.Thread(target=talk, args=(chat,)) for chat in chats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    settle(keeping)
    assert [len(ends) for ends in ended.values()] == [6, 6]
    assert {Finish.CANCELLED, Finish.LENGTH} >= {end for ends in ended.values() for end in ends}
    assert keeping.activation.verify().future.result(30).damaged == ()
    with desk.cold(tmp_path) as cold:
        wanted = [cold_answer(cold.open(), chat_id=chat) for chat in chats]
    assert [say(desk.open(), SECOND, chat_id=chat).answer.text for chat in chats] == wanted


@pytest.fixture
def reading(monkeypatch):
    """Set while a chat is read ahead in the background, which then waits until it is told to stop."""
    begun = threading.Event()
    settle = LlamaCppEngine.settle

    def slow(engine, prompt, progress):
        stopped = threading.Event()
        progress.on_cancel(stopped.set)
        begun.set()
        assert stopped.wait(30), "nobody ended what runs in the background"
        settle(engine, prompt, progress)

    monkeypatch.setattr(LlamaCppEngine, "settle", slow)
    return begun


def test_the_next_message_ends_what_is_read_in_the_background(desk, tmp_path, reading, monkeypatch):
    workspace = desk.open()
    first = workspace.turns.send(SendRequest(FIRST, memory=MemoryMode.OFF)).future.result(30)
    assert reading.wait(30)
    reading.clear()
    turn = workspace.turns.send(SendRequest(SECOND, first.chat.id))
    second = turn.future.result(30)
    assert reading.wait(30)
    monkeypatch.undo()
    assert second.stats.tier == "live"
    with desk.cold(tmp_path) as cold:
        workspace = cold.open()
        wanted = cold_answer(workspace, "", regenerate=second.user.id)
    assert second.answer.text == wanted


def test_closing_ends_what_is_read_in_the_background(desk, reading):
    workspace = desk.open()
    first = workspace.turns.send(SendRequest(FIRST, memory=MemoryMode.OFF)).future.result(30)
    assert reading.wait(30)
    workspace.close()
    again = desk.open()
    assert [message.text for message in again.chats.branch(first.chat.id).result(10)] == [FIRST, first.answer.text]
    assert again.activation.verify().future.result(30).damaged == ()


def test_another_model_is_not_made_to_read_a_chat_of_the_last_one(desk, tmp_path, monkeypatch):
    settled = []
    monkeypatch.setattr(LlamaCppEngine, "settle", lambda engine, *_: settled.append(engine.info.name))
    workspace = desk.open()
    other = tiny_models.qwen2(tmp_path / "other.gguf")
    jobs = []

    def on_event(event):
        if isinstance(event, Started):
            jobs.append(workspace.models.use(str(other)))

    result = workspace.turns.send(SendRequest(FIRST), on_event).future.result(30)
    assert jobs[0].future.result(30).name == "other"
    settle(workspace)
    assert (settled, rows(workspace)) == ([], ())
    assert say(workspace, SECOND, chat_id=result.chat.id).stats.model == "other"
    assert settled == ["other"]


def test_each_model_keeps_states_of_its_own(desk, tmp_path):
    workspace = desk.open()
    first = say(workspace)
    other = tiny_models.qwen2(tmp_path / "other.gguf")
    workspace.models.use(str(other)).future.result(30)
    result = say(workspace, SECOND, chat_id=first.chat.id)
    assert (result.stats.tier, result.stats.refused) == ("none", ())
    problems = {row.model: row.problem for row in owned(workspace, first.chat.id)}
    assert problems == {"tiny": "made with another model file", "other": ""}
    assert say(desk.open(), THIRD, chat_id=first.chat.id).stats.tier == "exact"


@pytest.mark.parametrize("kind", ["sliding", "mrope", "recurrent", "hybrid", "yarn"])
def test_every_architecture_restores_or_reads_and_answers_the_same(desk, tmp_path, kind):
    desk.model = tiny_models.KINDS[kind](tmp_path / f"{kind}.gguf")
    first = say(desk.open())
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=first.chat.id)
    result = say(desk.open(), SECOND, chat_id=first.chat.id)
    assert (result.answer.text, result.stats.refused) == (wanted, ())
    assert result.stats.tier == "exact"


def test_a_chat_that_outgrows_the_context_is_told_and_goes_on(desk):
    workspace = desk.open(context_length=512)
    chat = say(workspace, "start " * 20).chat.id
    for _ in range(4):
        result = say(workspace, "more " * 20, chat_id=chat)
    assert any("left out" in note for note in result.receipt.notes)
    with pytest.raises(UserError, match="context holds"):
        say(workspace, "word " * 800, chat_id=chat)
    settle(workspace)
    assert say(workspace, "Still there?", chat_id=chat).answer.text
