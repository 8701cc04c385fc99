"""Steps, undo and redo."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vault_values import START, cube, dump, say

from memos_desktop.errors import UserError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, Source
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.memory.message import MemoryMode
from memos_desktop.vault.imports import ImportedTurn
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.transaction import Touched
from memos_desktop.vault.vault import Vault

WORDS = st.sampled_from(("tea", "coffee", "Rome", "a longer text about the sea and the hills"))
OPERATIONS = st.sampled_from(
    ("add", "add_many", "revise", "pin", "freeze", "unfreeze", "state", "retag", "bin", "unbin", "chat", "message",
     "branch", "choose", "rename", "delete", "restore", "import", "keep", "undo", "redo", "undo", "redo")
)  # fmt: skip


class Person:
    """Does one thing after another to a vault; what is impossible at the moment changes nothing."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def do(self, operation: str, word: str, pick: int) -> None:
        """One operation on the cube, chat or message that `pick` points at."""
        cubes = [row[0] for row in self.vault.database.rows("SELECT id FROM cubes ORDER BY id")]
        chats = self.vault.chats.list() + self.vault.chats.list(binned=True)
        messages = [row[0] for row in self.vault.database.rows("SELECT id FROM messages ORDER BY id")]
        if operation in ("add", "add_many", "chat", "import"):
            self._make(operation, word, pick)
        elif operation in ("message", "branch", "rename", "delete", "restore") and chats:
            self._chat(operation, word, chats[pick % len(chats)].id)
        elif operation in ("choose", "keep") and messages:
            self._message(operation, messages[pick % len(messages)])
        elif cubes and operation not in ("message", "branch", "rename", "delete", "restore", "choose", "keep"):
            self._cube(operation, word, cubes[pick % len(cubes)])

    def _make(self, operation: str, word: str, pick: int) -> None:
        if operation == "add":
            self.vault.cubes.add(cube(word, tags=(word[:3],)))
        elif operation == "add_many":
            self.vault.cubes.add_many([cube(f"{word} {number}") for number in range(3)])
        elif operation == "chat":
            self.vault.chats.create(word)
        else:
            moment = START + timedelta(minutes=pick)
            turns = [ImportedTurn(n, f"c{pick % 2}", "Ann", word, moment, f"r{n}") for n in range(4)]
            self.vault.chats.import_turns(turns)

    def _cube(self, operation: str, word: str, key: str) -> None:
        store = self.vault.cubes
        match operation:
            case "revise":
                store.revise(key, text=word)
            case "pin":
                store.update((key,), "Pin", pinned=not store.get(key).pinned)
            case "freeze" | "unfreeze":
                store.update((key,), operation, frozen=operation == "freeze")
            case "state":
                store.transit((key,), Trigger.ARCHIVE, "Archive")
            case "retag":
                store.retag((key,), (word,), ("tea",))
            case "bin":
                store.bin((key,))
            case "unbin":
                store.unbin((key,))

    def _chat(self, operation: str, word: str, key: str) -> None:
        chat = self.vault.chats.get(key)
        match operation:
            case "message":
                say(self.vault, chat, word)
            case "branch" if (shown := self.vault.chats.branch(key)):
                say(self.vault, chat, word, parent=shown[len(shown) // 2].id)
            case "rename":
                self.vault.chats.rename(key, word)
            case "delete":
                self.vault.chats.delete(key)
            case "restore":
                self.vault.chats.restore(key)

    def _message(self, operation: str, key: str) -> None:
        message = self.vault.chats.message(key)
        if operation == "choose":
            self.vault.chats.choose_branch(message.chat_id, key)
        elif message.text:
            self.vault.cubes.add(cube(message.text, source=Source(message.chat_id, key)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(OPERATIONS, WORDS, st.integers(0, 9)), min_size=5, max_size=40))
def test_undo_and_redo_walk_exactly_through_what_was_done(plan: list[tuple[str, str, int]]) -> None:
    vault = Vault.open_in_memory()
    person = Person(vault)
    states, at = [dump(vault)], 0
    for operation, word, pick in [*plan, *[("undo", "", 0)] * 50, *[("redo", "", 0)] * 50]:
        if operation == "undo":
            assert (vault.undo() is None) == (at == 0)
            at = max(0, at - 1)
        elif operation == "redo":
            assert (vault.redo() is None) == (at == len(states) - 1)
            at = min(at + 1, len(states) - 1)
        else:
            try:
                person.do(operation, word, pick)
            except UserError:
                assert dump(vault) == states[at]  # refused means unchanged
            if dump(vault) != states[at]:
                states, at = [*states[: at + 1], dump(vault)], at + 1
        assert dump(vault) == states[at]
    for table in ("passages_fts", "passages_words"):
        vault.database.run(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    assert vault.database.rows("PRAGMA foreign_key_check") == []
    ids = [dict.fromkeys(row[0] for row in vault.database.rows(f"SELECT id FROM {t}")) for t in ("cubes", "messages")]
    vault.database.run("DELETE FROM passages")
    Passages(vault.database).derive(Touched(cubes=ids[0], messages=ids[1]))
    assert dump(vault) == states[at]  # made from nothing, the passages are the same
    vault.close()


def test_a_step_says_who_why_and_what(vault: Vault) -> None:
    given = cube("I live in Rome")
    vault.cubes.add(given, actor="rule", reason="a stated fact")
    vault.cubes.retag((given.id,), ("home",))
    latest, first = vault.journal.steps()
    assert (first.actor, first.reason, first.action, first.undone) == ("rule", "a stated fact", "do", False)
    assert [(change.table, change.before) for change in first.changes] == [("cubes", None), ("versions", None)]
    assert [(change.before, change.after) for change in latest.changes] == [({"tags": "[]"}, {"tags": '["home"]'})]


def test_the_journal_of_one_cube_shows_only_its_changes(vault: Vault) -> None:
    one, two = cube("one"), cube("two")
    vault.cubes.add_many((one, two))
    vault.cubes.revise(two.id, text="deux")
    moment = now()
    vault.cubes.retag((one.id,), ("x",))
    assert [step.label for step in vault.journal.steps(cube_id=one.id)] == ["Change tags", "Add 2 memories"]
    keys = {change.key for step in vault.journal.steps(cube_id=one.id) for change in step.changes}
    assert keys == {one.id, f"{one.id}@1"}
    assert [step.label for step in vault.journal.steps(since=moment)] == ["Change tags"]
    assert len(vault.journal.steps(limit=2)) == 2


def test_undo_is_a_record_of_its_own(vault: Vault) -> None:
    vault.cubes.add(cube("one"))
    assert vault.journal.undo_label() == "Add memory “one”"
    vault.undo()
    assert (vault.journal.undo_label(), vault.journal.redo_label()) == (None, "Add memory “one”")
    undone, done = vault.journal.steps()
    assert (undone.action, undone.of, done.undone) == ("undo", done.id, True)
    assert [change.after for change in undone.changes] == [None, None]


def test_a_new_step_makes_what_was_undone_final(vault: Vault) -> None:
    vault.cubes.add(cube("one"))
    vault.undo()
    vault.cubes.add(cube("two"))
    vault.undo()
    vault.redo()
    assert vault.redo() is None
    assert [found.text for found in vault.cubes.page(CubeFilter(), 0, 9).cubes] == ["two"]


def test_the_undo_of_a_toast_takes_back_only_its_own_step(vault: Vault) -> None:
    given = cube("one")
    vault.cubes.add(given)
    step = vault.cubes.bin((given.id,)).step_id
    assert step is not None
    assert vault.journal.undo_step(step).cubes == {given.id}
    assert vault.cubes.count() == 1
    step = vault.cubes.bin((given.id,)).step_id
    vault.chats.create("in between")
    with pytest.raises(UserError, match="by itself"):
        vault.journal.undo_step(step or 0)
    assert vault.cubes.count() == 0


def test_writes_inside_a_step_are_one_step_and_all_or_nothing(vault: Vault) -> None:
    one, two = cube("one"), cube("two")
    with vault.step("Fuse 2 memories", reason="same") as step:
        vault.cubes.add(one)
        vault.cubes.add(two)
        vault.cubes.bin((one.id,))
    assert step.changes.cubes == {one.id, two.id}
    assert [found.label for found in vault.journal.steps()] == ["Fuse 2 memories"]
    with pytest.raises(UserError), vault.step("Fuse again"):
        vault.chats.create("lost")
        vault.cubes.add(two)
    assert (vault.chats.count(), vault.cubes.count()) == (0, 1)
    vault.undo()
    assert vault.cubes.page(CubeFilter(binned=True), 0, 9).total == vault.cubes.count() == 0


def test_the_memory_switch_is_undone_without_losing_messages(vault: Vault) -> None:
    chat = vault.chats.create()
    vault.chats.set_memory(chat.id, MemoryMode.OFF)
    vault.undo()
    say(vault, chat, "hello")
    assert vault.chats.get(chat.id).memory is MemoryMode.ON
    assert vault.chats.get(chat.id).message_count == 1
