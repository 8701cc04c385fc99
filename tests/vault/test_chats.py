"""Chats as trees of messages."""

from datetime import timedelta

import pytest
from vault_values import START, begin_answer, cube, say

from memos_desktop.errors import Cancelled, NotFoundError, UserError
from memos_desktop.memory.cube import Source
from memos_desktop.memory.message import Finish, MemoryMode, Role
from memos_desktop.progress import Progress, ProgressState
from memos_desktop.vault.imports import ImportedTurn
from memos_desktop.vault.vault import Vault


def test_messages_form_a_branch_and_the_chat_shows_its_end(vault: Vault) -> None:
    chat = vault.chats.create("Trip", MemoryMode.READ, "house")
    first = say(vault, chat, "Hello")
    second = say(vault, chat, "Again", created=START + timedelta(hours=5))
    shown = vault.chats.get(chat.id)
    assert vault.chats.branch(chat.id) == (first, second)
    assert [message.position for message in vault.chats.branch(chat.id)] == [0, 1]
    assert (shown.leaf_id, shown.message_count, shown.memory, shown.project) == (second.id, 2, MemoryMode.READ, "house")
    assert shown.changed >= chat.changed


def test_an_edit_is_a_sibling_and_both_branches_can_be_shown(vault: Vault) -> None:
    chat = vault.chats.create()
    root = say(vault, chat, "root")
    old, old_answer = say(vault, chat, "old"), say(vault, chat, "old answer")
    new = say(vault, chat, "new", parent=root.id, created=START + timedelta(hours=1))
    assert vault.chats.branch(chat.id) == (root, new)
    assert vault.chats.branches(new.id).siblings == (old.id, new.id)
    assert vault.chats.branches(new.id).index == 1
    vault.chats.choose_branch(chat.id, old.id)
    assert vault.chats.branch(chat.id) == (root, old, old_answer)
    vault.undo()
    assert vault.chats.branch(chat.id) == (root, new)
    assert vault.chats.branch(chat.id, old.id) == (root, old)


def test_messages_do_not_cross_chats(vault: Vault) -> None:
    one, two = vault.chats.create(), vault.chats.create()
    message = say(vault, one, "hello")
    with pytest.raises(UserError, match="another chat"):
        say(vault, two, "hi", parent=message.id)
    with pytest.raises(UserError, match="another chat"):
        vault.chats.choose_branch(two.id, message.id)
    with pytest.raises(NotFoundError):
        vault.chats.branch(two.id, message.id)
    with pytest.raises(NotFoundError):
        vault.chats.get("none")


def test_an_answer_streams_and_is_searchable_when_it_ends(vault: Vault) -> None:
    chat = vault.chats.create("Trip")
    say(vault, chat, "Where to?")
    answer = begin_answer(vault, chat)
    assert vault.chats.write_draft(answer.id, "To Lis")
    assert vault.chats.message(answer.id).text == "To Lis"
    assert vault.chats.search("lis") == ()
    vault.chats.finish_message(answer.id, "To Lisbon", Finish.STOP, {"cited": ["a"]}, {"ttft_ms": 4.5})
    done = vault.chats.message(answer.id)
    assert (done.text, done.finish) == ("To Lisbon", Finish.STOP)
    assert (done.receipt, done.stats) == ({"cited": ["a"]}, {"ttft_ms": 4.5})
    [hit] = vault.chats.search("LISB")
    assert (hit.message, hit.chat_title) == (done, "Trip")
    assert "«Lisbon»" in hit.snippet


def test_undo_of_an_answer_takes_it_away_and_redo_brings_it_whole(vault: Vault) -> None:
    chat = vault.chats.create()
    question = say(vault, chat, "Where to?")
    answer = begin_answer(vault, chat)
    vault.undo()
    assert not vault.chats.write_draft(answer.id, "To Lis")
    assert not vault.chats.finish_message(answer.id, "To Lisbon", Finish.STOP)
    assert vault.chats.branch(chat.id) == (question,)
    vault.redo()
    assert [message.text for message in vault.chats.branch(chat.id)] == ["Where to?", "To Lisbon"]
    with pytest.raises(NotFoundError):
        vault.chats.finish_message("none", "", Finish.STOP)


def test_what_was_being_written_becomes_interrupted(vault: Vault) -> None:
    chat = vault.chats.create()
    answer = begin_answer(vault, chat)
    vault.chats.write_draft(answer.id, "Half an ans")
    assert vault.chats.repair_interrupted() == 1
    assert vault.chats.message(answer.id).finish is Finish.INTERRUPTED
    assert len(vault.chats.search("half")) == 1
    assert vault.chats.repair_interrupted() == 0
    vault.undo()
    vault.redo()
    assert vault.chats.message(answer.id).text == "Half an ans"


def test_lists_are_by_change_and_leave_the_bin_out(vault: Vault) -> None:
    one, two = vault.chats.create("one"), vault.chats.create("two")
    say(vault, one, "hello there", created=START + timedelta(days=5000))
    assert [chat.id for chat in vault.chats.list()] == [one.id, two.id]
    vault.chats.rename(two.id, "deux")
    vault.chats.set_memory(two.id, MemoryMode.OFF)
    assert (vault.chats.get(two.id).title, vault.chats.get(two.id).memory) == ("deux", MemoryMode.OFF)
    changes = vault.chats.delete(one.id)
    assert changes.chats == {one.id}
    assert [chat.id for chat in vault.chats.list()] == [two.id]
    assert [chat.id for chat in vault.chats.list(binned=True)] == [one.id]
    assert (vault.chats.count(), vault.chats.message_count(), vault.chats.search("hello")) == (1, 0, ())
    vault.chats.restore(one.id)
    assert (vault.chats.count(), vault.chats.message_count(), len(vault.chats.search("hello"))) == (2, 1, 1)


def test_a_search_gives_each_message_once_and_takes_any_text(vault: Vault) -> None:
    chat = vault.chats.create()
    long = say(vault, chat, "apple pear " * 900)
    late = say(vault, chat, "An apple")
    assert [hit.message.id for hit in vault.chats.search("apple", limit=2)] == [late.id, long.id]
    for odd in ('"', "a OR (", "NEAR(", "", "   ", "*", "ünï"):
        assert isinstance(vault.chats.search(odd), tuple)


def turns(count: int, chat: str = "c", ref: bool = True) -> list[ImportedTurn]:
    """Turns of two people."""
    return [
        ImportedTurn(
            number + 1, chat, ("Ann", "Assistant")[number % 2], f"turn {number}", START + timedelta(minutes=number),
            f"{chat}:{number}" if ref else None, "a photo of a lighthouse" if number == 0 else None,
        )
        for number in range(count)
    ]  # fmt: skip


def test_an_import_is_one_step_and_can_be_repeated(vault: Vault) -> None:
    report = vault.chats.import_turns([*turns(600), *turns(3, "d")])
    assert (report.imported, report.skipped, len(report.chats)) == (603, (), 2)
    [chat] = [chat for chat in vault.chats.list() if chat.title == "c"]
    assert (chat.imported, chat.message_count, chat.created) == (True, 600, START)
    assert chat.changed == START + timedelta(minutes=599)
    branch = vault.chats.branch(chat.id)
    assert [message.text for message in branch] == [f"turn {number}" for number in range(600)]
    assert (branch[1].role, branch[0].ref, branch[0].caption) == (Role.ASSISTANT, "c:0", "a photo of a lighthouse")
    assert len(vault.chats.search("lighthouse")) == 2
    assert vault.chats.list(include_imported=False) == ()
    again = vault.chats.import_turns(turns(602))
    assert (again.imported, len(again.skipped), again.skipped[0].line) == (2, 600, 1)
    assert "imported before" in again.skipped[0].reason
    vault.undo()
    vault.undo()
    assert vault.chats.message_count() == 0
    vault.redo()
    assert vault.chats.message_count() == 603


def test_turns_without_reference_are_known_by_their_words(vault: Vault) -> None:
    twice = turns(2, ref=False) + turns(2, ref=False)  # repeated inside one file: really said twice
    assert vault.chats.import_turns(twice).imported == 4
    assert vault.chats.import_turns(twice).imported == 0


def test_a_cancelled_import_keeps_what_was_acknowledged(vault: Vault) -> None:
    reports: list[ProgressState] = []
    progress = Progress(lambda state: (reports.append(state), progress.cancel())[0], interval=0)
    with pytest.raises(Cancelled):
        vault.chats.import_turns(turns(1200), progress)
    assert [report.done for report in reports] == [500]
    assert vault.chats.message_count() == 500
    assert vault.chats.import_turns(turns(1200)).imported == 700


def test_a_cube_from_a_message_knows_it(vault: Vault) -> None:
    chat = vault.chats.create()
    message = say(vault, chat, "I like tea")
    made = cube("I like tea", source=Source(chat.id, message.id, 0, 10))
    vault.cubes.add(made)
    assert vault.cubes.from_messages((message.id,)) == (made,)
