"""The time machine in the real window, with mouse and keyboard: look back, compare, restore, ask the past."""

import pytest
from operator_person import CTRL, LEFT, Operator
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from memos_desktop.paths import DataFolder


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


@pytest.fixture
def view(person):
    """Somebody moved from Lisbon to Porto, and looks back: Ctrl+T."""
    lisbon, tea = person.remember("I live in Lisbon.", "Tea is hot.")
    person.lisbon, person.tea = lisbon, tea
    person.session.workspace.time.snapshot("Spring").result(20)
    person.library.revise(lisbon.id, text="I live in Porto.").result(20)
    person.library.bin([tea.id]).result(20)
    person.keys(Qt.Key.Key_T, CTRL)
    person.until(lambda: person.page.time.view is not None and person.page.time.view.model.total == 1)
    return person.page.time.view


def back_to_spring(person, view):
    """Ctrl+Left: to the snapshot."""
    person.until(view.bar.slider.hasFocus)
    person.keys(Qt.Key.Key_Left, CTRL)
    person.until(lambda: view.model.total == 2)


def confirm(person, text):
    """Press this button of the question that is asked."""
    person.until(lambda: bool(person.window.findChildren(QMessageBox)))
    [box] = person.window.findChildren(QMessageBox)
    [button] = [one for one in box.buttons() if one.text() == text]
    QTest.mouseClick(button, LEFT)


def row_of(view, cube):
    """Where a memory stands in the list."""
    place = view.model.place_of(cube.id)
    return view.table.visualRect(view.model.index(place, 1)).center()


def test_look_back_and_bring_one_memory_back(person, view):
    back_to_spring(person, view)
    assert "Snapshot “Spring”" in view.bar.after.full_text()
    QTest.mouseClick(view.table.viewport(), LEFT, pos=row_of(view, person.lisbon))
    person.until(lambda: view.pane.diff is not None and bool(view.pane.diff.pieces))
    assert view.pane.diff.accessibleName() == "removed: Lisbon.; added: Porto."
    QTest.mouseClick(view.pane.restore, LEFT)
    person.until(lambda: person.now(person.lisbon).text == "I live in Lisbon.")
    person.keys(Qt.Key.Key_Z, CTRL)
    person.until(lambda: person.now(person.lisbon).text == "I live in Porto.")
    QTest.mouseClick(view.bar.back, LEFT)
    assert person.page.views.isVisible()


def test_drag_the_slider_and_restore_all(person, view):
    slider = view.bar.slider
    person.until(lambda: slider.maximum() == 3)
    start, end = QPoint(slider.width() - 16, 24), QPoint(2, 24)
    QTest.mousePress(slider, LEFT, pos=start)
    QTest.mouseMove(slider, QPoint(slider.width() // 2, 24))
    QTest.mouseMove(slider, end)
    QTest.mouseRelease(slider, LEFT, pos=end)
    person.until(lambda: slider.value() == 0 and view.model.total == 1 and view.bar.restore.isEnabled())
    QTest.mouseClick(view.bar.restore, LEFT)
    confirm(person, "Restore all")
    person.until(lambda: {c.text for c in person.shelf().values()} == {"I live in Lisbon."})


def test_name_a_point_with_a_key_and_compare(person, view):
    back_to_spring(person, view)
    person.prompter.text = "Before Porto"
    QTest.mouseClick(view.bar.name, LEFT)
    person.until(lambda: "Before Porto" in names(person))
    QTest.mouseClick(view.lists._buttons["snapshots"], LEFT)
    panel = view.snapshots
    person.until(lambda: panel.list.count() == len(names(person)))
    item = panel.list.item(names(person).index("Before Porto"))
    QTest.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualItemRect(item).center())
    person.until(lambda: "to now: 1 removed, 1 changed" in panel.heading.text())
    person.keys(Qt.Key.Key_Delete)
    person.until(lambda: "Before Porto" not in names(person))
    assert "Spring" in names(person)


def names(person):
    """The snapshots there are; the program makes one a day by itself."""
    return [one.name for one in person.session.workspace.time.snapshots().result(20)]


def test_ask_the_past(person, view):
    said = person.session.workspace.folder.root / "said.echo"
    said.write_text("In Lisbon.")
    person.session.workspace.models.use(str(said)).future.result(20)
    back_to_spring(person, view)
    QTest.mouseClick(view.bar.ask, LEFT)
    panel = view._asking
    person.until(panel.composer.isEnabled)
    QTest.keyClicks(panel.composer.field, "Where do I live?")
    QTest.keyClick(panel.composer.field, Qt.Key.Key_Return)
    person.until(lambda: panel.used.texts == ("I live in Lisbon.",))
    person.until(lambda: panel.column.items[-1].message.text == "In Lisbon.")
    QTest.mouseClick(panel.leave_button, LEFT)
    person.keys(Qt.Key.Key_Escape)
    assert person.page.views.isVisible()
    assert person.library.counts().result(20).chats == 0
