"""What cannot be done is said in the real window: never nothing at all, and never less than was selected in silence."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from operator_person import CTRL, Operator
from PySide6.QtCore import Qt

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for full_disk and vault_values

from full_disk import full_disk
from vault_values import activation, cube

from memos_desktop.ids import now
from memos_desktop.memory.cube import State
from memos_desktop.paths import DataFolder

SAFE = "Nothing was changed."


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


def kept(person, *cubes):
    """These on the shelf, beside what is there; the page shows them."""
    person.session.workspace._store.apply(lambda vault: vault.cubes.add_many(cubes))
    person.keys(Qt.Key.Key_2, CTRL)
    person.until(lambda: "memory" in person.window.pages and (person.page.cubes.total or 0) >= len(cubes))
    return cubes


def refused(person, said, *cubes):
    """U on these: a toast that says this, no panel, and nothing was done."""
    steps = person.library.journal(limit=1).result(20)
    person.choose(*cubes)
    person.page.table.setFocus()
    person.keys(Qt.Key.Key_U)
    person.toast(said)
    assert person.page.slot.panel is None
    assert person.library.journal(limit=1).result(20) == steps
    for toast in list(person.window.toasts.shown):
        toast.leave()
    person.until(lambda: not person.window.toasts.shown)


def test_fusing_what_cannot_be_fused_says_why_and_changes_nothing(person):
    live, frozen, gone, over, old = kept(
        person, cube("The boat is called Lima."), cube("Fixed."), cube("Put away."), cube("Over."), cube("Kept.")
    )
    one, two = kept(person, cube("One part."), cube("Another part."))
    kv = activation(old)
    kept(person, kv)
    person.library.freeze([frozen.id], True).result(20)
    person.library.archive([gone.id]).result(20)
    operations = person.session.workspace.operations
    operations.expire([over.id]).result(20)
    operations.fuse([(one.id, 1), (two.id, 1)], "Both parts.").result(20)
    person.until(lambda: person.page.cubes.total == 9)
    for other, why in ((frozen, "frozen"), (gone, "archived"), (over, "expired"), (one, "merged")):
        said = f"“{other.title}” is {why}, so these 2 memories cannot be fused. {SAFE}"
        refused(person, said, live, other)
    refused(person, f"is activation memory, so these 2 memories cannot be fused. {SAFE}", live, kv)
    refused(person, f"This takes 2 memories at least. {SAFE}", live)
    # Two of three could be fused: the result would not hold what was selected.
    refused(person, f"“Fixed.” is frozen, so these 3 memories cannot be fused. {SAFE}", live, old, frozen)
    refused(person, f"None of these 2 memories can be fused: 1 is archived, 1 is frozen. {SAFE}", frozen, gone)


def test_five_hundred_are_fused_at_once_or_none(person):
    cubes = kept(person, *(cube(f"Fact number {number} of the house.") for number in range(500)))
    person.library.freeze([cubes[300].id], True).result(20)

    def all_selected():
        person.page.table.setFocus()
        person.keys(Qt.Key.Key_A, CTRL)
        person.until(lambda: person.page.selection.count == 500)
        person.until(lambda: person.page.commands.actions["fuse"].isEnabled())

    all_selected()
    person.keys(Qt.Key.Key_U)
    person.toast(f"“{cubes[300].title}” is frozen, so these 500 memories cannot be fused. {SAFE}")
    assert person.page.slot.panel is None
    person.keys(Qt.Key.Key_P)  # what can take part does, and who stays is named
    person.toast(f"Pinned: 499 memories. “{cubes[300].title}” stays as it is: frozen.")
    person.undo()
    person.until(lambda: not person.now(cubes[0]).pinned)
    person.library.freeze([cubes[300].id], False).result(20)
    all_selected()
    person.keys(Qt.Key.Key_U)
    panel = person.panel("fuse")
    person.press(panel.fuse_button)
    person.toast("Fused: 500 memories into one")
    person.until(lambda: all(person.now(one).state is State.MERGED for one in (cubes[0], cubes[300], cubes[499])))
    person.undo()
    person.until(lambda: person.now(cubes[300]).state is State.GENERATED)
    person.toast("Undone: Fuse 500 memories")


def test_a_parent_is_forgotten_while_the_fuse_panel_is_open(person):
    one, two, three = kept(person, cube("The boat is red."), cube("The boat is old."), cube("The boat is slow."))
    person.choose(one, two, three)
    person.keys(Qt.Key.Key_U)
    panel = person.panel("fuse")
    person.session.workspace.forgetting.forget([two.id]).future.result(30)
    person.until(lambda: len(panel.preview.parents) == 2)
    assert "“The boat is old.” was forgotten meanwhile" in panel.notice.text
    assert "old" not in panel.result.text.toPlainText()
    person.press(panel.fuse_button)
    person.until(lambda: person.now(one).state is State.MERGED)
    assert person.now(three).state is State.MERGED


def test_a_full_disk_at_a_snapshot_is_said_and_changes_nothing(person):
    kept(person, *(cube(f"Note {number}.") for number in range(120)))
    person.prompter.text = "Spring"
    time, steps = person.session.workspace.time, person.library.journal(limit=1).result(20)
    with full_disk():
        person.keys(Qt.Key.Key_T, CTRL)
        person.until(lambda: person.page.time.view is not None and person.page.time.view.isVisible())
        view = person.page.time.view
        person.press(view.bar.name)
        person.toast("is full, so nothing was changed")
        person.press(view.bar.back)
        person.page.table.setFocus()
        person.keys(Qt.Key.Key_A, CTRL)
        person.until(lambda: person.page.selection.count == 120)
        person.until(lambda: person.page.commands.actions["archive"].isEnabled())
        person.keys(Qt.Key.Key_A)
        rows = person.window.jobs.rows
        person.until(lambda: any("is full, so nothing was changed" in row.detail.full_text() for row in rows.values()))
    assert (time.snapshots().result(20), person.library.journal(limit=1).result(20)) == ((), steps)
    assert now() - steps[0].time < timedelta(minutes=5)
