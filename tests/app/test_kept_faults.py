"""Damaged, foreign and missing states, a full disk, no room, kill -9: the answers are those of a cold model."""

import errno
import json
import os
import shutil
import signal

import pytest
import tiny_models
from kept_desk import (
    FIRST,
    SECOND,
    THIRD,
    cold_answer,
    document,
    files,
    owned,
    ready,
    rows,
    run_writer,
    say,
)

from memos_desktop.engine.kv import state_file
from memos_desktop.memory.cube import Kind


def usage(workspace):
    return workspace.activation.usage().result(10)


@pytest.fixture
def chat(desk, tmp_path):
    """A chat that was kept, and the answer that a cold model gives next."""
    first = say(desk.open()).chat
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=first.id)
    return first.id, wanted


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def swap(path):
    """Give two files each other's name, once."""
    one, other = sorted(path.parent.glob("*.kv"))
    if path == one:
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)


DAMAGES = {
    "shorter": lambda path: os.truncate(path, path.stat().st_size - 100),
    "empty": lambda path: os.truncate(path, 0),
    "only its header": lambda path: os.truncate(path, 64),
    "a bit of the cells": lambda path: flip(path, -1000),
    "a bit of the header": lambda path: flip(path, 40),
    "foreign": lambda path: path.write_bytes(b"GGUF" + bytes(5000)),
    "renamed": swap,
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path)),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_is_refused_and_the_answer_is_the_same(desk, chat, damage):
    chat_id, wanted = chat
    for path in files(desk.folder):
        DAMAGES[damage](path)
    workspace = desk.open()
    result = say(workspace, SECOND, chat_id=chat_id)
    assert (result.answer.text, result.stats.restored_tokens) == (wanted, 0)
    result = say(desk.open(), THIRD, chat_id=chat_id)
    assert result.stats.tier == "exact", "it was kept again"


def test_a_folder_in_the_place_of_a_state_is_told(desk, chat):
    chat_id, wanted = chat
    for path in files(desk.folder):
        path.unlink()
        path.mkdir()
    workspace = desk.open()
    assert {row.problem for row in rows(workspace)} == {"it is a folder or a device, not a file"}
    assert say(workspace, SECOND, chat_id=chat_id).answer.text == wanted
    assert "Is a directory" in usage(workspace).problem


def test_a_damage_that_is_found_while_reading_is_said_and_the_file_removed(desk, chat):
    chat_id, wanted = chat
    for path in files(desk.folder):
        flip(path, -1000)
    result = say(desk.open(), SECOND, chat_id=chat_id)
    assert result.answer.text == wanted
    [said] = result.stats.refused
    assert "damaged" in said
    assert desk.open().activation.verify().future.result(30).damaged == ()


def test_a_damage_that_a_start_finds_is_shown_with_the_file(desk, chat):
    for path in files(desk.folder):
        path.write_bytes(b"GGUF" + bytes(5000))
    workspace = desk.open()
    assert {row.problem for row in rows(workspace)} == {"it is no kept state of this program"}
    assert not any(row.usable for row in rows(workspace))
    assert len(workspace.activation.verify().future.result(30).damaged) == 2
    workspace.activation.prune(1 << 40).result(10)
    assert (rows(workspace), files(desk.folder)) == ((), [])


@pytest.mark.parametrize("same_date", [False, True])
def test_a_model_file_replaced_by_another_of_the_same_shape(desk, tmp_path, same_date):
    desk.model = tiny_models.dense(tmp_path / "mine.gguf")
    first = say(desk.open())
    desk.close()
    date = desk.model.stat().st_mtime_ns
    tiny_models.dense_twin(desk.model)
    if same_date:
        os.utime(desk.model, ns=(date, date))
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=first.chat.id)
    result = say(desk.open(), SECOND, chat_id=first.chat.id)
    assert result.answer.text == wanted
    assert result.stats.restored_tokens == 0
    [said] = result.stats.refused
    assert said == "The kept state of this chat was made with another model file, so it was not used."


def test_states_of_another_data_folder_are_of_use_only_where_they_fit(desk, chat, tmp_path):
    chat_id, wanted = chat
    with desk.cold(tmp_path) as other:
        say(other.open(), "Something else stands in this folder.")
        other.close()
        shutil.copytree(other.folder.states, desk.folder.states, dirs_exist_ok=True)
    workspace = desk.open()
    assert say(workspace, SECOND, chat_id=chat_id).answer.text == wanted
    assert any(row.title.startswith("chat:") for row in rows(workspace))


# No room


@pytest.fixture
def disk(monkeypatch):
    """Full while it is set."""
    write, full = state_file._write_all, []

    def writing(file, piece):
        if full:
            os.write(file, piece[: len(piece) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(file, piece)

    monkeypatch.setattr(state_file, "_write_all", writing)
    return full


def test_a_full_disk_is_told_and_the_chat_goes_on(desk, tmp_path, disk):
    disk.append("full")
    workspace = desk.open()
    told = []
    workspace.events.subscribe(told.append)
    first = say(workspace)
    assert "No space left" in usage(workspace).problem
    assert any(changes.states for changes in told)
    assert files(desk.folder) == []
    disk.clear()
    second = say(workspace, SECOND, chat_id=first.chat.id)
    assert usage(workspace).problem == ""
    with desk.cold(tmp_path) as cold:
        assert cold_answer(cold.open(), "", regenerate=second.user.id) == second.answer.text
    assert say(desk.open(), THIRD, chat_id=first.chat.id).stats.tier == "exact"


def test_a_disk_that_fills_up_while_a_document_is_kept_ready(keeping, disk):
    cube = document(keeping)
    disk.append("full")
    job = keeping.activation.migrate([cube.id], Kind.ACTIVATION)
    with pytest.raises(Exception, match="No space left"):
        job.future.result(30)
    assert (files(keeping.folder), keeping.activation.forms(cube.id).result(10)) == ([], ())
    assert keeping.library.counts().result(10).cubes == 1
    disk.clear()
    assert ready(keeping, cube)[0].created


def test_without_any_room_nothing_is_kept_and_that_is_said(desk, tmp_path):
    workspace = desk.open(kv_budget=5000)
    first = say(workspace)
    assert "the space for kept states is 0.0 MB" in usage(workspace).problem
    assert (usage(workspace).budget, files(desk.folder)) == (5000, [])
    second = say(workspace, SECOND, chat_id=first.chat.id)
    assert second.stats.tier == "live"
    with desk.cold(tmp_path) as cold:
        assert cold_answer(cold.open(), "", regenerate=second.user.id) == second.answer.text


def test_little_room_keeps_what_was_used_last(desk):
    workspace = desk.open()
    first = say(workspace, f"1 {FIRST}")
    room = usage(workspace).bytes * 17 // 10
    workspace.activation.set_budget(room).result(10)
    assert workspace.settings.value.kv_budget == room
    second = say(workspace, f"2 {FIRST}")
    assert usage(workspace).bytes <= room
    assert (owned(workspace, first.chat.id), len(owned(workspace, second.chat.id))) == ([], 1)
    workspace = desk.open(kv_budget=room)
    assert say(workspace, SECOND, chat_id=first.chat.id).answer.text
    assert usage(workspace).problem == ""


def test_a_smaller_budget_removes_at_once(keeping):
    for number in range(3):
        say(keeping, f"{number} {FIRST}")
    keeping.activation.set_budget(0).result(10)
    assert (rows(keeping), files(keeping.folder)) == ((), [])


# Killed


@pytest.mark.parametrize(("answers", "budget"), [(1, 1 << 30), (3, 1 << 30), (6, 150_000)])
def test_killed_while_it_keeps_and_removes(desk, tmp_path, answers, budget):
    say(desk.open(kv_budget=budget))
    with run_writer(desk) as process:
        told = [json.loads(process.stdout.readline()) for _ in range(answers)]
        process.send_signal(signal.SIGKILL)
    workspace = desk.open(kv_budget=budget)
    assert usage(workspace).bytes <= budget
    assert workspace.check().future.result(60).problems == ()
    assert workspace.activation.verify().future.result(30).damaged == ()
    with desk.cold(tmp_path) as cold:
        wanted = cold_answer(cold.open(), chat_id=told[-1]["chat"])
    result = say(desk.open(), SECOND, chat_id=told[-1]["chat"])
    assert (result.answer.text, result.stats.tier) == (wanted, "exact")
    with run_writer(desk, told[-1]["chat"]) as process:
        assert json.loads(process.stdout.readline())["kv"]["tier"] == "exact"
    assert {path.suffix for path in files(desk.folder)} == {".kv"}, "what was not finished is gone"
