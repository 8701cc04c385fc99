"""What was done with one cube, and what several have in common."""

from dataclasses import replace
from datetime import timedelta

from vault_values import START, cube, in_project, say, use

from memos_desktop.memory.access import AccessKind
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Governance, Scope, Sensitivity
from memos_desktop.memory.message import Role
from memos_desktop.vault.access import AccessReader
from memos_desktop.vault.vault import Vault


def test_uses_edits_and_notes_stand_in_one_log(vault: Vault) -> None:
    one, other = cube("Tea without sugar"), cube("Other")
    vault.cubes.add_many((one, other))
    chat = vault.chats.create("Kitchen")
    answer = say(vault, chat, "Noted.", role=Role.ASSISTANT)
    vault.uses.record(
        [use(one, timedelta(hours=1), chat_id=chat.id, message_id=answer.id, form=Form.KV, tokens=40), use(other)],
        "Memory for an answer: 1 as KV",
    )
    gone = use(one, timedelta(hours=2), chat_id="gone", message_id="gone")
    vault.uses.record([gone], "Memory for an answer: 1 as text")
    vault.cubes.revise(one.id, text="Tea with sugar", reason="She said so")
    vault.uses.note("Export 1 memory", "user", "lunch.memcube", one.id)
    vault.uses.note("Kept ready", "scheduler", "used often", one.id)
    log = AccessReader(vault.database).log(one.id)
    uses = [line for line in log.lines if line.kind is AccessKind.USED]
    assert [(line.form, line.tokens, line.version) for line in uses] == [(Form.TEXT, 7, 1), (Form.KV, 40, 1)]
    assert (uses[1].chat_title, uses[1].message_there) == ("Kitchen", True)
    assert (uses[0].chat_title, uses[0].message_there) == (None, False)
    rest = [(line.kind, line.label) for line in log.lines if line.kind is not AccessKind.USED]
    assert rest == [
        (AccessKind.NOTED, "Kept ready"),
        (AccessKind.EXPORTED, "Export 1 memory"),
        (AccessKind.CHANGED, "Edit memory “Tea with sugar”"),
        (AccessKind.CHANGED, "Add 2 memories"),
    ]
    assert log.total == 6 and log.uses == 2
    edit = next(line for line in log.lines if line.label.startswith("Edit"))
    assert (edit.reason, edit.actor) == ("She said so", "user")


def test_a_log_is_cut_and_says_how_long_it_is(vault: Vault) -> None:
    one = cube("Often")
    vault.cubes.add(one)
    for hour in range(12):
        vault.uses.record([use(one, timedelta(hours=hour))], "Memory for an answer")
    log = AccessReader(vault.database).log(one.id, 5)
    assert len(log.lines) == 5 and log.total == 13 and log.uses == 12
    assert all(earlier.time <= later.time for later, earlier in zip(log.lines, log.lines[1:], strict=False))


def test_a_binned_chat_is_not_offered(vault: Vault) -> None:
    one = cube("Tea")
    vault.cubes.add(one)
    chat = vault.chats.create("Kitchen")
    vault.uses.record([use(one, chat_id=chat.id)], "Memory for an answer")
    vault.chats.delete(chat.id)
    assert AccessReader(vault.database).log(one.id).lines[-1].chat_title is None


def test_steps_are_not_flooded_by_uses(vault: Vault) -> None:
    one, other = cube("Tea", tags=("a",)), cube("Other")
    vault.cubes.add(one)
    vault.cubes.add(other)
    for hour in range(150):
        vault.uses.record([use(one, timedelta(hours=hour))], "Memory for an answer")
    vault.cubes.revise(one.id, text="Green tea")
    vault.cubes.update([one.id, other.id], "Pin 2 memories", pinned=True)
    vault.journal.undo()
    steps = AccessReader(vault.database).steps(one.id)
    assert [step.action for step in steps] == ["undo", "do", "do", "do"]
    assert steps[1].undone and steps[1].label == "Pin 2 memories"
    [pinned] = steps[1].changes
    assert (pinned.key, pinned.before, pinned.after) == (one.id, {"pinned": 0}, {"pinned": 1})
    assert all("text" not in (change.after or {}) for step in steps for change in step.changes)
    assert any(change.table == "versions" and change.after is None for change in steps[2].changes)


def test_what_several_share(vault: Vault) -> None:
    secret = Governance(sensitivity=Sensitivity.SECRET, expires=START)
    cubes = [
        cube("A", tags=("x", "y")),
        replace(cube("B", tags=("x",)), frozen=True),
        replace(in_project("C", "boat"), tags=("x",)),
        cube("D", governance=secret),
    ]
    vault.cubes.add_many(cubes)
    shared = AccessReader(vault.database).in_common([*(one.id for one in cubes), "gone"])
    assert (shared.count, shared.fixed) == (4, 1)
    assert shared.tags == (("x", 3), ("y", 1))
    assert shared.scopes == ((Scope.PRIVATE, 4),)
    assert shared.projects == ((None, 3), ("boat", 1))
    assert shared.sensitivities == ((Sensitivity.NORMAL, 3), (Sensitivity.SECRET, 1))
    assert shared.expiries == ((None, 3), (START, 1))
    assert AccessReader(vault.database).in_common([]).count == 0
