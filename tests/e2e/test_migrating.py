"""Memories change their form on the real window with the real starter model: made, undone, redone, and cancelled."""

import pytest
from operator_person import CTRL, Operator
from PySide6.QtCore import Qt

from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.forms import Readiness
from memos_desktop.paths import DataFolder

BOAT = "The boat is called Lima. " + " ".join(f"Bolt {n} sits {3 * n} cm from the bow." for n in range(8))
HOUSE = "Take off your shoes. " + " ".join(f"Room {n} has {n % 4} keys under its pot." for n in range(8))
LOG = "The log of the boat. " + " ".join(f"On day {n} we sailed {7 * n} miles to buoy {n}." for n in range(80))
NOTES = "What the keeper said. " + " ".join(f"In year {1900 + n} the lamp was lit {n} times." for n in range(8))


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    workspace = person.session.workspace
    workspace.models.use("smollm2-135m").future.result(120)
    # The starter is too small to read attached texts well, and this is measured: here only the migration matters.
    workspace.activation._states.measured.change(workspace.models.identity.digest, kl=0.0, agreement=1.0)
    yield person
    person.stop()


def kept(person):
    """The activation cubes."""
    return person.library.page(CubeFilter(kind=Kind.ACTIVATION), 0, 9).result(20).cubes


def forms(person, cube):
    """How ready a memory is as KV."""
    return [one.readiness for one in person.session.workspace.activation.forms(cube.id).result(20)]


def blocks(person):
    """What is kept of memories on the disk."""
    return [row for row in person.session.workspace.activation.rows().result(20) if row.belongs == "cube"]


def panel_row(person):
    """“Text → KV” in the open panel, when it can be run."""
    panel = person.page.migrate
    person.until(lambda: person.page.slot.panel is panel and "plaintext→activation" in panel.rows)
    row = panel.rows["plaintext→activation"]
    person.until(lambda: row.run_button.isEnabled() and row.run_button.text() == "Keep ready")
    return row


def test_two_are_kept_ready_undone_redone_and_two_more_cancelled(person):
    boat, house, log, notes = person.remember(BOAT, HOUSE, LOG, NOTES)
    person.choose(boat, house)
    person.context_menu(boat, "Migrate…")
    assert panel_row(person).total.text().startswith("2 memories: about")
    person.keys(Qt.Key.Key_Escape)
    person.until(lambda: person.page.slot.panel is None)

    person.keys(Qt.Key.Key_E)
    row = panel_row(person)
    person.until(row.run_button.hasFocus)
    person.keys(Qt.Key.Key_Space)
    person.toast("2 memories ready:")
    person.until(lambda: row.badge.isVisible() and row.total.text().startswith("2 memories ready:"))
    assert {cube.parents for cube in kept(person)} == {(boat.id,), (house.id,)}
    assert all(forms(person, cube) == [Readiness.READY] for cube in (boat, house))

    person.until(lambda: person.window.actions_by_name.by_name["undo"].text().endswith("2 memories ready as KV"))
    person.keys(Qt.Key.Key_Z, CTRL)  # with the panel still open
    person.toast("Undone: Keep 2 memories ready as KV")
    assert kept(person) == ()
    person.until(lambda: row.total.text().startswith("2 memories: about"))
    person.until(person.window.actions_by_name.by_name["redo"].isEnabled)
    person.keys(Qt.Key.Key_Y, CTRL)
    person.toast("Done again: Keep 2 memories ready as KV")
    assert all(forms(person, cube) == [Readiness.READY] for cube in (boat, house))
    person.keys(Qt.Key.Key_Escape)

    person.until(lambda: person.page.cubes.total == 6)
    before = {state.id for state in blocks(person)}
    person.choose(log, notes)
    person.context_menu(log, "Keep ready as KV…")
    row = panel_row(person)
    person.press(row.run_button)
    person.until(lambda: any(job.progress.done > 0 for job in person.session.workspace.jobs.active()))
    assert row.run_button.text() == "Cancel"
    person.press(row.run_button)
    person.until(lambda: row.total.text() == "It was cancelled. Nothing was changed.")
    assert (len(kept(person)), {state.id for state in blocks(person)}) == (2, before)
    assert person.library.undo_labels().result(20)[0] == "Keep 2 memories ready as KV"
