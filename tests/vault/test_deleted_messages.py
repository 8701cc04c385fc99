"""One message goes to the bin with what is below it: one step, out of the chat, search and recall, and back by undo."""

from datetime import timedelta

import pytest
from vault_values import START, begin_answer, cube, dump, say

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.call import MemoryCall
from memos_desktop.memory.cube import Source
from memos_desktop.memory.message import Role
from memos_desktop.vault.vault import Vault


@pytest.fixture
def talk(vault: Vault):
    """A chat of four messages."""
    chat = vault.chats.create("Garden")
    words = ("Where does the quincebush stand?", "By the shed.", "And the fernleaf?", "In the shade.")
    said = [say(vault, chat, text, role=Role.ASSISTANT if n % 2 else Role.USER) for n, text in enumerate(words)]
    return chat, said


def test_it_takes_its_answers_along_as_one_step(vault: Vault, talk) -> None:
    chat, said = talk
    before = dump(vault)
    changes = vault.chats.delete_message(said[2].id)
    assert changes.label == "Delete a message and 1 below it"
    assert changes.messages == {said[2].id, said[3].id} and changes.chats == {chat.id}
    assert [one.id for one in vault.chats.branch(chat.id)] == [said[0].id, said[1].id]
    assert vault.chats.get(chat.id).message_count == vault.chats.message_count() == 2
    vault.undo()
    assert dump(vault) == before
    vault.redo()
    assert len(vault.chats.branch(chat.id)) == 2


def test_it_is_out_of_search_and_recall(vault: Vault, talk) -> None:
    _, said = talk
    vault.chats.delete_message(said[2].id)
    assert vault.chats.search("fernleaf") == ()
    assert [hit.message.id for hit in vault.chats.search("quincebush")] == [said[0].id]
    found = vault.search.candidates(MemoryCall("fernleaf in the shade"), None)
    assert not {one.owner_id for one in found} & {said[2].id, said[3].id}


def test_the_branch_beside_it_is_shown(vault: Vault, talk) -> None:
    chat, said = talk
    other = say(vault, chat, "And the moss?", parent=said[1].id, created=START + timedelta(hours=1))
    vault.chats.choose_branch(chat.id, said[2].id)
    vault.chats.delete_message(said[2].id)
    assert [one.id for one in vault.chats.branch(chat.id)] == [said[0].id, said[1].id, other.id]
    assert vault.chats.branches(other.id).siblings == (other.id,)
    with pytest.raises(UserError, match="in the bin"):
        vault.chats.choose_branch(chat.id, said[3].id)


def test_a_message_of_another_branch_leaves_what_is_shown(vault: Vault, talk) -> None:
    chat, said = talk
    other = say(vault, chat, "And the moss?", parent=said[1].id, created=START + timedelta(hours=1))
    vault.chats.delete_message(said[2].id)
    assert vault.chats.get(chat.id).leaf_id == other.id


def test_the_first_message_leaves_an_empty_chat(vault: Vault, talk) -> None:
    chat, said = talk
    vault.chats.delete_message(said[0].id)
    assert vault.chats.branch(chat.id) == ()
    assert vault.chats.get(chat.id).leaf_id is None
    again = say(vault, chat, "A new beginning")
    assert vault.chats.branch(chat.id) == (again,)


def test_what_is_written_or_unknown_is_refused(vault: Vault, talk) -> None:
    chat, _ = talk
    answer = begin_answer(vault, chat)
    with pytest.raises(UserError, match="still being written"):
        vault.chats.delete_message(answer.id)
    with pytest.raises(NotFoundError):
        vault.chats.delete_message("none")


def test_after_its_time_it_is_removed_for_good_and_undo_goes_on(vault: Vault, talk) -> None:
    chat, said = talk
    kept = cube("The fernleaf likes shade.", source=Source(chat.id, said[2].id, 0, 3))
    vault.cubes.add(kept)
    vault.chats.delete_message(said[2].id)
    vault.cubes.purge_bin(now() - timedelta(days=30))
    assert vault.chats.message(said[2].id).binned is not None
    vault.cubes.purge_bin(now() + timedelta(seconds=1))
    with pytest.raises(NotFoundError):
        vault.chats.message(said[2].id)
    assert vault.cubes.get(kept.id).text == "The fernleaf likes shade."
    while vault.undo() is not None:
        assert vault.database.rows("PRAGMA foreign_key_check") == []


def test_a_chat_is_removed_for_good_with_all_that_was_said(vault: Vault, talk) -> None:
    chat, _ = talk
    other = say(vault, vault.chats.create("Shed"), "The shed is green.")
    vault.chats.delete(chat.id)
    assert not vault.cubes.purge_bin(now() - timedelta(days=30))
    changes = vault.cubes.purge_bin(now() + timedelta(seconds=1))
    assert changes.chats == {chat.id} and len(changes.messages) == 4
    assert [one.id for one in vault.chats.list(binned=True)] == [] and vault.chats.list()[0].id == other.chat_id
    assert "quincebush" not in "".join(vault.database.connection.iterdump())
    while vault.undo() is not None:
        assert vault.database.rows("PRAGMA foreign_key_check") == []


def test_a_chat_remembers_what_must_not_be_used_in_it(vault: Vault, talk) -> None:
    chat, _ = talk
    one, other = cube("one"), cube("other")
    vault.cubes.add_many([one, other])
    vault.chats.exclude(chat.id, one.id, True)
    vault.chats.exclude(chat.id, other.id, True)
    vault.chats.exclude(chat.id, one.id, True)
    assert vault.chats.get(chat.id).excluded == (other.id, one.id)
    vault.chats.exclude(chat.id, other.id, False)
    assert vault.chats.get(chat.id).excluded == (one.id,)
    vault.undo()
    assert vault.chats.get(chat.id).excluded == (other.id, one.id)
