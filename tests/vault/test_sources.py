"""Which memories were learned from a message that is not what it was."""

from datetime import timedelta

from vault_values import START, cube, say

from memos_desktop.ids import now
from memos_desktop.memory.cube import Source
from memos_desktop.memory.message import Role
from memos_desktop.memory.sources import SourceChange
from memos_desktop.vault.sources import KEEP, changed_sources
from memos_desktop.vault.vault import Vault


def learn(vault, message, text=None):
    said = text or message.text
    start = message.text.index(said)
    made = cube(said, source=Source(message.chat_id, message.id, start, start + len(said)))
    vault.cubes.add(made)
    return made


def marks(vault: Vault, **which):
    return {mark.cube_id: (mark.change, mark.now) for mark in changed_sources(vault.database, **which)}


def test_what_stands_as_it_was_is_not_marked(vault: Vault) -> None:
    chat = vault.chats.create()
    first = say(vault, chat, "I live in Porto. And you?")
    answer = say(vault, chat, "Nowhere.", role=Role.ASSISTANT)
    made = learn(vault, first, "I live in Porto.")
    learn(vault, say(vault, chat, "My cat is Miso.", parent=answer.id))
    vault.cubes.add(cube("written by hand"))
    vault.cubes.add(cube("from elsewhere", source=Source("c", "no such message", 0, 4)))
    vault.cubes.revise(made.id, text="I live in Porto, near the river.")
    assert marks(vault) == {}


def test_an_edit_marks_what_was_learned_from_the_earlier_wording(vault: Vault) -> None:
    chat = vault.chats.create()
    first = say(vault, chat, "I live in Porto.")
    answer = say(vault, chat, "Nice.", role=Role.ASSISTANT)
    later = say(vault, chat, "My cat is Miso.", parent=answer.id)
    one, other = learn(vault, first), learn(vault, later)
    edited = say(vault, chat, "I live in Lisbon.", parent=None)
    vault.database.run("UPDATE messages SET parent_id = NULL, position = 0 WHERE id = ?", (edited.id,))
    assert marks(vault) == {
        one.id: (SourceChange.EDITED, edited.id),
        other.id: (SourceChange.ELSEWHERE, ""),
    }
    assert marks(vault, cube_ids=[other.id]) == {other.id: (SourceChange.ELSEWHERE, "")}
    assert marks(vault, chat_id=chat.id) == marks(vault)
    assert marks(vault, chat_id="another") == {}
    vault.chats.choose_branch(chat.id, first.id)
    assert marks(vault) == {}


def test_a_deleted_message_marks_and_undo_takes_it_back(vault: Vault) -> None:
    chat = vault.chats.create()
    say(vault, chat, "Hello.")
    said = say(vault, chat, "I live in Porto.")
    made = learn(vault, said)
    vault.chats.delete_message(said.id)
    [mark] = changed_sources(vault.database)
    assert (mark.cube_id, mark.change, mark.place) == (made.id, SourceChange.DELETED, said.parent_id)
    vault.undo()
    assert marks(vault) == {}


def test_a_message_that_says_something_else_now(vault: Vault) -> None:
    said = say(vault, vault.chats.create(), "I live in Porto.")
    made = learn(vault, said)
    vault.database.run("UPDATE messages SET text = 'I live in [forgotten].' WHERE id = ?", (said.id,))
    assert marks(vault) == {made.id: (SourceChange.CHANGED, "")}


def test_what_the_person_keeps_is_asked_again_only_after_another_change(vault: Vault) -> None:
    chat = vault.chats.create()
    say(vault, chat, "Hello.")
    said = say(vault, chat, "I live in Porto.")
    made = learn(vault, said)
    vault.chats.delete_message(said.id)
    vault.uses.dismiss(made.id, KEEP)
    assert marks(vault) == {}
    later = (now() + timedelta(seconds=5)).isoformat()
    vault.database.run("UPDATE messages SET binned = ? WHERE id = ?", (later, said.id))
    assert set(marks(vault)) == {made.id}


def test_memories_in_the_bin_and_chats_in_the_bin_are_left_out(vault: Vault) -> None:
    chat = vault.chats.create()
    say(vault, chat, "Hello.")
    said = say(vault, chat, "I live in Porto.", created=START)
    made = learn(vault, said)
    vault.chats.delete_message(said.id)
    vault.cubes.bin([made.id])
    assert marks(vault) == {}
    vault.cubes.unbin([made.id])
    vault.chats.delete(chat.id)
    assert marks(vault) == {}
