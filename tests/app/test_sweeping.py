"""The clock of the lifecycle: what has expired or lies unused moves by itself, as one step that can be taken back."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from memos_desktop.app import sweeping
from memos_desktop.app.sweeping import sweep
from memos_desktop.ids import format_time, new_id, now
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Cube, Descriptive, Governance, State, TextPayload
from memos_desktop.memory.use import Use
from memos_desktop.vault.vault import Vault

DAYS = timedelta(days=180)


@pytest.fixture
def vault():
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


def add(vault, text="I like tea.", days=400, **fields):
    """A memory of so many days ago."""
    moment = now() - timedelta(days=days)
    cube = Cube(new_id(), 1, moment, moment, TextPayload(text), Descriptive(text), **fields)
    step = vault.cubes.add(cube).step_id
    vault.database.run("UPDATE journal_steps SET time = ? WHERE id = ?", (format_time(moment), step))
    return cube


def states(vault, *cubes):
    return [vault.cubes.get(cube.id).state for cube in cubes]


def test_what_is_due_moves_in_one_step_with_a_reason_for_each(vault):
    unused, expired = add(vault), add(vault, governance=Governance(expires=now() - timedelta(days=1)))
    fresh = add(vault, days=3)
    changes = sweep(vault, now(), DAYS)
    assert changes.cubes == {unused.id, expired.id}
    assert states(vault, unused, expired, fresh) == [State.ARCHIVED, State.EXPIRED, State.GENERATED]
    step = vault.journal.steps()[0]
    assert (step.actor, step.label) == ("lifecycle", "Expire 1 memory, Archive unused: 1 memory")
    reasons = {change.key: change.reason for change in step.changes}
    assert reasons[unused.id] == "not used or changed for 400 days"
    assert reasons[expired.id].startswith("its time was up on 20")
    assert not sweep(vault, now(), DAYS)


def test_what_somebody_cares_about_is_left(vault):
    kept = [
        add(vault, pinned=True),
        add(vault, frozen=True),
        add(vault, governance=Governance(proposed=True)),
        add(vault, binned=now()),
    ]
    used = add(vault)
    vault.uses.record([Use(used.id, 1, now(), Form.TEXT, 3, "chat")], "An answer")
    tagged = add(vault)
    vault.cubes.retag([tagged.id], ["mine"])
    assert not sweep(vault, now(), DAYS)
    assert states(vault, *kept, used, tagged) == [State.GENERATED] * 4 + [State.ACTIVATED, State.GENERATED]
    assert not sweep(vault, now(), None)


def test_what_a_person_took_back_stays_back(vault):
    unused, expired = add(vault), add(vault, governance=Governance(expires=now() - timedelta(days=1)))
    sweep(vault, now(), DAYS)
    vault.undo()
    assert states(vault, unused, expired) == [State.GENERATED, State.GENERATED]
    assert not sweep(vault, now(), DAYS)
    assert states(vault, unused, expired) == [State.GENERATED, State.GENERATED]


def test_a_restored_memory_is_not_archived_again_at_once(vault):
    unused = add(vault)
    sweep(vault, now(), DAYS)
    vault.cubes.transit([unused.id], sweeping.Trigger.RESTORE, "Restore")
    assert not sweep(vault, now(), DAYS)
    assert sweep(vault, now() + timedelta(days=181), DAYS).cubes == {unused.id}


def test_very_many_move_in_several_steps(vault, monkeypatch):
    monkeypatch.setattr(sweeping, "MOST", 3)
    cubes = [add(vault, f"memory {number}") for number in range(7)]
    moved = [len(sweep(vault, now(), DAYS).cubes) for _ in range(4)]
    assert moved == [3, 3, 1, 0]
    assert set(states(vault, *cubes)) == {State.ARCHIVED}


def wait_for(workspace, cube, state, does):
    """Do something, and wait until the clock has moved the cube."""
    reached = threading.Event()

    def look(changes):
        if cube.id in changes.cubes and not changes.usage:
            workspace._store.read(lambda vault: vault.cubes.get(cube.id)).add_done_callback(
                lambda found: reached.set() if found.result().state is state else None
            )

    unsubscribe = workspace.events.subscribe(look)
    does()
    assert reached.wait(20)
    unsubscribe()


def test_the_program_sweeps_at_its_start_and_when_the_next_expiry_comes(workspace):
    one = workspace.library.add("One thing.").result(10)
    two = workspace.library.add("Another thing.").result(10)
    past = Governance(expires=now() - timedelta(minutes=1))
    workspace._store.apply(lambda vault: vault.cubes.update([one.id], "Expiry", governance=past))
    wait_for(workspace, one, State.EXPIRED, lambda: workspace.housekeeping.begin().result(10))
    soon = now() + timedelta(milliseconds=300)
    wait_for(workspace, two, State.EXPIRED, lambda: workspace.operations.expire([two.id], soon).result(10))
    assert workspace.library.journal(cube_id=two.id).result(10)[0].actor == "lifecycle"


def test_the_setting_is_heard_at_once(workspace):
    cube = workspace.library.add("One thing.").result(10)
    workspace.settings.change(archive_after_days=0)

    def age(vault):
        moment = format_time(now() - timedelta(days=50))
        vault.database.run("UPDATE cubes SET changed = ?1, created = ?1, time = ?1", (moment,))
        vault.database.run("UPDATE versions SET changed = ?", (moment,))
        vault.database.run("UPDATE journal_steps SET time = ?", (moment,))

    workspace._store.ask(age)
    workspace.housekeeping.begin().result(10)
    wait_for(workspace, cube, State.ARCHIVED, lambda: workspace.settings.change(archive_after_days=30))
    assert workspace.library.undo_labels().result(10)[0] == "Archive unused: 1 memory"


def test_closing_ends_the_thread(reopen):
    workspace = reopen()
    workspace.housekeeping.begin().result(10)
    workspace.close()
    assert "lifecycle" not in {thread.name for thread in threading.enumerate()}
    assert replace(workspace.settings.value).archive_after_days == 180
