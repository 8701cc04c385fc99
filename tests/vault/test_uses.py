"""The log of uses: counted, noted in the journal, no undo step, trimmed and forgotten."""

from datetime import timedelta

import pytest
from vault_values import START, cube, use

from memos_desktop.ids import now
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import State
from memos_desktop.vault.vault import Vault

DAY = timedelta(days=1)


def test_use_is_counted_and_is_no_step(vault: Vault) -> None:
    given = cube("I like tea")
    vault.cubes.add(given)
    changes = vault.uses.record((use(given), use(cube("gone"))), "An answer")
    vault.uses.record((use(given, 14 * DAY),), "An answer")
    used = vault.cubes.get(given.id)
    assert (changes.cubes, changes.usage, changes.step_id) == ({given.id}, True, None)
    assert (used.behaviour.uses, used.state) == (2, State.ACTIVATED)
    assert used.behaviour.last_used == START + 14 * DAY
    assert used.behaviour.heat == pytest.approx(0.125 + 0.875 * 0.25)
    vault.cubes.revise(given.id, text="I like coffee")
    vault.undo()
    assert vault.cubes.get(given.id).behaviour == used.behaviour


def test_an_archived_cube_is_not_woken_by_use(vault: Vault) -> None:
    given = cube("I like tea", state=State.ARCHIVED)
    vault.cubes.add(given)
    vault.uses.record((use(given),), "An answer")
    assert vault.cubes.get(given.id).state is State.ARCHIVED


def test_uses_come_back_as_they_were_recorded(vault: Vault) -> None:
    one, two = cube("one"), cube("two")
    vault.cubes.add_many((one, two))
    first = use(one, tokens=12, chat_id="c1")
    later = use(one, DAY, form=Form.KV, tokens=0, chat_id="")
    other = use(two, DAY)
    vault.uses.record((first,), "An answer")
    vault.uses.record((later, other), "An answer")
    assert vault.uses.since(START) == (first, later, other)
    assert vault.uses.since(START + DAY) == (later, other)
    assert vault.uses.of(one.id) == (later, first)
    assert vault.uses.of(one.id, limit=1) == (later,)
    assert vault.uses.of("gone") == ()


def test_each_answer_leaves_one_step_in_the_journal_of_what_it_used(vault: Vault) -> None:
    one, two, three = cube("one"), cube("two"), cube("three")
    vault.cubes.add_many((one, two, three))
    vault.uses.record((use(one, form=Form.KV), use(two)), "1 as text, 1 as KV", "a budget of 40 tokens")
    [step] = [step for step in vault.journal.steps(cube_id=one.id) if step.actor == "scheduler"]
    assert (step.label, step.reason, step.time) == ("1 as text, 1 as KV", "a budget of 40 tokens", START)
    [change] = step.changes
    assert (change.table, change.key, change.before) == ("uses", one.id, None)
    assert change.after is not None
    assert (change.after["form"], change.after["tokens"]) == ("kv", 7)
    assert {change.key for change in vault.journal.steps()[0].changes} == {one.id, two.id}
    assert [step.actor for step in vault.journal.steps(cube_id=three.id)] == ["user"]


def test_an_answer_that_used_nothing_is_noted_too(vault: Vault) -> None:
    assert not vault.uses.record((), "0 as text, 9 left out")
    [step] = vault.journal.steps()
    assert (step.label, step.changes) == ("0 as text, 9 left out", ())


def test_undo_passes_over_notes_and_redo_survives_them(vault: Vault) -> None:
    given = cube("one")
    added = vault.cubes.add(given).step_id
    vault.uses.record((use(given),), "An answer")
    assert vault.journal.undo_label() == "Add memory “one”"
    vault.cubes.retag((given.id,), ("x",))
    vault.undo()
    vault.uses.record((use(given),), "An answer")
    assert vault.journal.redo_label() == "Change tags"
    vault.redo()
    assert vault.cubes.get(given.id).tags == ("x",)
    vault.undo()
    vault.uses.record((use(given),), "An answer")
    assert vault.journal.undo_step(added or 0).cubes == {given.id}  # a toast's Undo works after an answer
    assert vault.undo() is None
    vault.redo()
    vault.redo()
    assert vault.cubes.get(given.id).tags == ("x",)
    assert vault.redo() is None
    assert len(vault.uses.of(given.id)) == 3


def test_old_uses_are_trimmed_with_their_steps_and_nothing_else(vault: Vault) -> None:
    given = cube("one")
    vault.cubes.add(given)
    vault.cubes.bin((given.id,), actor="scheduler")  # not a note: it can be undone, however old
    vault.database.run("UPDATE journal_steps SET time = '2020-01-01'")
    vault.uses.record((use(given),), "old")
    vault.uses.record((use(given, DAY),), "young")
    vault.uses.record((), "nothing used")
    assert vault.uses.trim(START + DAY) == 1
    assert vault.uses.of(given.id) == (use(given, DAY),)
    labels = [step.label for step in vault.journal.steps()]
    assert labels == ["nothing used", "young", "Delete memory", "Add memory “one”"]
    assert vault.uses.trim(now() + DAY) == 1
    assert [step.label for step in vault.journal.steps()] == ["Delete memory", "Add memory “one”"]
    assert vault.cubes.get(given.id).behaviour.uses == 2
    assert vault.database.value("SELECT count(*) FROM journal_changes WHERE table_name = 'uses'") == 0
    assert vault.journal.undo_label() == "Delete memory"


def test_a_dismissal_is_remembered_with_its_time(vault: Vault) -> None:
    given = cube("one")
    vault.cubes.add(given)
    before = now()
    assert vault.uses.dismiss(given.id, "keep ready").cubes == {given.id}
    first = vault.uses.dismissals()[given.id, "keep ready"]
    assert before <= first <= now()
    vault.uses.dismiss(given.id, "let go")
    vault.uses.dismiss(given.id, "keep ready")
    assert set(vault.uses.dismissals()) == {(given.id, "keep ready"), (given.id, "let go")}
    assert vault.uses.dismissals()[given.id, "keep ready"] >= first


def test_a_forgotten_cube_leaves_no_use_behind(vault: Vault) -> None:
    secret, other = cube("The code is swordfish"), cube("Tea is fine")
    vault.cubes.add_many((secret, other))
    vault.uses.record((use(secret),), "1 as text", "swordfish fits")
    vault.uses.record((use(secret), use(other)), "2 as text", "swordfish and tea")
    vault.uses.record((use(other),), "1 as text", "tea fits")
    vault.uses.dismiss(secret.id, "keep ready")
    vault.uses.dismiss(other.id, "keep ready")
    vault.cubes.bin((secret.id,))
    vault.cubes.purge_bin(now() + DAY)
    dumped = "\n".join(vault.database.connection.iterdump())
    assert "swordfish" not in dumped
    assert secret.id not in dumped
    notes = [(step.label, step.reason) for step in vault.journal.steps() if step.actor == "scheduler"]
    assert notes == [("1 as text", "tea fits"), ("2 as text", "")]
    assert len(vault.uses.of(other.id)) == 2
    assert set(vault.uses.dismissals()) == {(other.id, "keep ready")}
