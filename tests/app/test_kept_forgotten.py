"""What is deleted or forgotten leaves no kept state behind, whatever happens at the same time."""

import shutil

from kept_desk import (
    FIRST,
    SECOND,
    SURVEY,
    THIRD,
    cold_answer,
    document,
    files,
    grown_older,
    held,
    owned,
    ready,
    rows,
    say,
    settle,
    tidied,
)

from memos_desktop.app.turn_events import Finished, SendRequest
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.memory.message import MemoryMode


def delete(workspace, chat_id):
    workspace.chats.delete(chat_id).result(10)
    settle(workspace)


def bin_for_good(workspace, cube, monkeypatch):
    workspace.library.bin([cube.id]).result(10)
    grown_older(monkeypatch)
    tidied(workspace)


def test_a_deleted_chat_takes_its_states_along(keeping):
    gone, stays = say(keeping), say(keeping, SECOND)
    told = []
    keeping.events.subscribe(told.append)
    delete(keeping, gone.chat.id)
    assert owned(keeping, gone.chat.id) == []
    assert len(owned(keeping, stays.chat.id)) == 1
    assert len(files(keeping.folder)) == len(rows(keeping)) == 2
    assert any(changes.states for changes in told)


def test_a_chat_deleted_before_its_state_is_written_leaves_none(keeping):
    with held(keeping._kept._writer):
        result = keeping.turns.send(SendRequest(FIRST, memory=MemoryMode.OFF)).future.result(30)
        keeping.models.reset().result(30)  # the states were copied before that, and wait to be written
        keeping.chats.delete(result.chat.id).result(10)
    settle(keeping)
    assert (owned(keeping, result.chat.id), files(keeping.folder)) == ([], [])


def test_a_chat_deleted_while_its_state_is_written_leaves_none(keeping, monkeypatch):
    first = say(keeping)
    keep = KvStore.keep

    def slow(store, header, payload):
        if header.owner == f"chat:{first.chat.id}":
            keeping.chats.delete(first.chat.id).result(10)
        return keep(store, header, payload)

    monkeypatch.setattr(KvStore, "keep", slow)
    say(keeping, SECOND, chat_id=first.chat.id)
    settle(keeping)
    assert [row.belongs for row in rows(keeping)] == ["start"]
    assert len(files(keeping.folder)) == 1


def test_a_chat_that_is_taken_back_out_of_the_bin_is_read_again(keeping, desk, tmp_path):
    first = say(keeping)
    delete(keeping, first.chat.id)
    keeping.library.undo().result(10)
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=first.chat.id)
    workspace = desk.open()
    second = say(workspace, SECOND, chat_id=first.chat.id)
    assert second.answer.text == wanted
    assert second.stats.restored_tokens < first.stats.prompt_tokens  # the start of every chat was kept
    third = say(desk.open(), THIRD, chat_id=first.chat.id)
    assert third.stats.restored_tokens >= second.stats.prompt_tokens


def test_forgetting_a_pinned_memory_removes_the_starts_in_which_it_stands(keeping, monkeypatch):
    cube = keeping.library.add("Always sign with the word heron.").result(10)
    free = say(keeping, SECOND, memory=MemoryMode.ON)
    keeping.library.pin([cube.id], True).result(10)
    pinned = say(keeping, memory=MemoryMode.ON)
    keeping.library.pin([cube.id], False).result(10)
    assert len(owned(keeping, pinned.chat.id)) == 1
    assert sum(row.belongs == "start" for row in rows(keeping)) == 2
    bin_for_good(keeping, cube, monkeypatch)
    assert owned(keeping, pinned.chat.id) == []
    assert len(owned(keeping, free.chat.id)) == 1
    assert sum(row.belongs == "start" for row in rows(keeping)) == 1


def test_forgetting_a_document_removes_its_states_and_those_of_chats_in_which_it_stands(keeping, monkeypatch):
    cube = document(keeping)
    [kept] = ready(keeping, cube)
    other, attached = say(keeping, SECOND), say(keeping, attach=(cube.id,))
    say(keeping, THIRD, chat_id=attached.chat.id)
    assert len(owned(keeping, kept.id)) == 1
    bin_for_good(keeping, cube, monkeypatch)
    assert (owned(keeping, kept.id), owned(keeping, attached.chat.id)) == ([], [])
    assert len(owned(keeping, other.chat.id)) == 1
    result = say(keeping, "And now?", chat_id=attached.chat.id)
    assert (result.stats.attached_tokens, result.receipt.injected) == (0, ())


def test_the_state_of_a_document_in_the_bin_goes_with_the_next_start(keeping):
    cube = document(keeping)
    [kept] = ready(keeping, cube)
    keeping.library.bin([cube.id]).result(10)
    tidied(keeping)
    assert owned(keeping, kept.id) == []


def test_states_of_an_older_version_go_with_the_next_start(keeping):
    cube = document(keeping)
    [kept] = ready(keeping, cube)
    keeping.library.revise(cube.id, text=SURVEY + " That was all.").result(10)
    ready(keeping, cube)
    assert len(owned(keeping, kept.id)) == 2
    tidied(keeping)
    [row] = owned(keeping, kept.id)
    assert row.usable
    assert keeping.activation.forms(cube.id).result(10)[0].state_id == row.id


def test_what_belongs_to_nothing_is_swept(desk, tmp_path):
    workspace = desk.open()
    gone, stays = say(workspace), say(workspace, SECOND)
    desk.close()
    shutil.copytree(desk.folder.states, tmp_path / "saved")
    delete(desk.open(), gone.chat.id)
    desk.close()
    shutil.copytree(tmp_path / "saved", desk.folder.states, dirs_exist_ok=True)
    workspace = desk.open()
    assert len(owned(workspace, gone.chat.id)) == 1
    tidied(workspace)
    assert owned(workspace, gone.chat.id) == []
    assert len(owned(workspace, stays.chat.id)) == 1


def test_a_forgotten_text_is_swept_although_the_program_ended_before_it_could(desk, tmp_path, monkeypatch):
    workspace = desk.open()
    cube = document(workspace)
    attached = say(workspace, attach=(cube.id,))
    desk.close()
    shutil.copytree(desk.folder.states, tmp_path / "saved")
    bin_for_good(desk.open(), cube, monkeypatch)
    desk.close()
    shutil.copytree(tmp_path / "saved", desk.folder.states, dirs_exist_ok=True)
    workspace = desk.open()
    assert len(owned(workspace, attached.chat.id)) > 0
    tidied(workspace)
    assert owned(workspace, attached.chat.id) == []


def test_a_text_forgotten_while_its_chat_waits_to_be_written_is_not_kept(keeping, monkeypatch):
    cube = document(keeping)
    with held(keeping._kept._writer):
        attached = keeping.turns.send(SendRequest(FIRST, attach=(cube.id,))).future.result(30)
        keeping.models.reset().result(30)
        keeping.library.bin([cube.id]).result(10)
        grown_older(monkeypatch)
        keeping.housekeeping.begin().result(30)
    tidied(keeping)
    assert owned(keeping, attached.chat.id) == []


def test_a_text_forgotten_before_its_chat_is_read_ahead_is_not_kept(keeping, monkeypatch):
    cube = document(keeping)

    def on_event(event):
        if isinstance(event, Finished):
            bin_for_good(keeping, cube, monkeypatch)

    request = SendRequest(FIRST, attach=(cube.id,))
    attached = keeping.turns.send(request, on_event).future.result(30)
    settle(keeping)
    assert owned(keeping, attached.chat.id) == []


def test_a_state_removed_by_hand_is_read_again(keeping, desk, tmp_path):
    first = say(keeping)
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=first.chat.id)
    workspace = desk.open()
    [row] = owned(workspace, first.chat.id)
    assert workspace.activation.drop([row.id]).result(10) == row.bytes
    assert owned(workspace, first.chat.id) == []
    assert say(workspace, SECOND, chat_id=first.chat.id).answer.text == wanted


def test_pruning_leaves_what_was_used_last(keeping):
    chats = [say(keeping, f"{number} {FIRST}").chat.id for number in range(3)]
    last = owned(keeping, chats[2])[0]
    start = next(row for row in rows(keeping) if row.belongs == "start")
    before = keeping.activation.usage().result(10).bytes
    freed = keeping.activation.prune(last.bytes + start.bytes).result(10)
    assert freed == before - last.bytes - start.bytes
    assert {row.id for row in rows(keeping)} == {last.id, start.id}
