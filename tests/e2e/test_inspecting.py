"""The inspector on the real window: header, versions, several at once, the way back into the chat, the access log."""

from datetime import timedelta

import pytest
from hands import button, choose_value, say, tab, tab_to
from operator_person import CTRL, LEFT, NONE, Operator
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from memos_desktop.app.indexing import Indexing
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.ids import now
from memos_desktop.memory.access import AccessKind
from memos_desktop.memory.cube import Scope, Sensitivity
from memos_desktop.paths import DataFolder
from memos_desktop.ui.cubes.tag_chips import TagChip

RED, GREEN, BLUE = "The boat is red.", "The boat is green.", "The boat is blue."


def asleep(*_arguments):
    raise IndexUnavailableError("The index is left out here.")


@pytest.fixture
def person(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(Indexing, "nearest", asleep)  # recall goes by words; no helper process is started
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


def opened(person, cube):
    """Click its row; the inspector shows it."""
    person.click(cube)
    person.until(lambda: person.page.panel.details is not None and person.page.panel.details.cube.id == cube.id)
    return person.page.panel


def taken_back(person, holds):
    """It has come about; Ctrl+Z takes it back."""
    person.until(holds)
    person.undo()
    person.until(lambda: not holds())


def test_the_header_is_changed_in_place(person):
    (boat,) = person.remember(RED)
    panel = opened(person, boat)
    tab_to(person, panel.tabs.tabBar().hasFocus)
    person.keys(Qt.Key.Key_Right)
    assert panel.tabs.currentWidget() is panel.header
    fields = panel.header.fields
    choose_value(person, fields.sensitivity, "Secret")
    person.toast("Sensitivity: Secret")
    taken_back(person, lambda: person.now(boat).governance.sensitivity is Sensitivity.SECRET)
    person.until(lambda: fields.sensitivity.currentText() == "Normal")
    tab_to(person, fields.priority.hasFocus)
    for _ in range(3):
        person.keys(Qt.Key.Key_Up)
    taken_back(person, lambda: person.now(boat).governance.priority == 3)
    person.until(lambda: fields.priority.value() == 0)


def test_two_versions_are_compared_and_one_comes_back(person):
    (boat,) = person.remember(RED)
    for text in (GREEN, BLUE):
        person.library.revise(boat.id, text=text).result(20)
    person.until(lambda: person.page.cubes.cube_at(0) is not None and person.page.cubes.cube_at(0).version == 3)
    panel = opened(person, boat)
    history = tab(person, panel.tabs, "History")
    person.until(lambda: history.compare is not None and bool(history.steps))
    choose_value(person, history.compare.before, "Version 1")
    person.until(lambda: history.compare.diff is not None)
    assert history.compare.diff.accessibleName() == "removed: red.; added: blue."
    person.press(history.compare.swap)
    assert history.compare.diff.accessibleName() == "removed: blue.; added: red."
    person.press(button(person, history, "Restore version 1"))
    person.toast("Version 1 is back, as a new version")
    taken_back(person, lambda: person.now(boat).text == RED)
    assert person.now(boat).text == BLUE


def test_tags_scope_and_expiry_of_several(person):
    cubes = person.remember(RED, GREEN, BLUE)
    person.choose(*cubes)
    many = person.page.panel.many
    person.until(lambda: many.isVisible() and many.shared is not None and many.tags.isEnabled())
    assert many.count.text() == "3 memories selected"

    def all_have(holds):
        return all(holds(person.now(cube)) for cube in cubes)

    QTest.mouseClick(many.tags.field, LEFT)
    person.qtbot.keyClicks(many.tags.field, "boat, paint")
    person.keys(Qt.Key.Key_Return)
    person.until(lambda: all_have(lambda cube: set(cube.tags) == {"boat", "paint"}))

    def chips():
        return {chip.tag: chip for chip in many.tags.findChildren(TagChip) if chip.isVisible()}

    person.until(lambda: set(chips()) == {"boat", "paint"})
    person.press(chips()["paint"].cross)
    taken_back(person, lambda: all_have(lambda cube: cube.tags == ("boat",)))
    taken_back(person, lambda: all_have(lambda cube: set(cube.tags) == {"boat", "paint"}))
    choose_value(person, many.fields.scope, "Shared")
    taken_back(person, lambda: all_have(lambda cube: cube.governance.scope is Scope.SHARED))
    choose_value(person, many.fields.expiry.select, "In a week")
    person.until(lambda: all_have(lambda cube: cube.governance.expires is not None))
    week = timedelta(days=7)
    assert all_have(lambda cube: timedelta() < now() + week - cube.governance.expires < timedelta(minutes=5))
    taken_back(person, lambda: all_have(lambda cube: cube.governance.expires is not None))
    assert person.page.selection.count == 3


def test_from_the_inspector_to_the_message_and_to_the_answer(person):
    chats = person.window.pages["chats"]
    told = say(person, "My favourite tea is sencha.")
    message = chats.column.items[0].message
    person.until(lambda: told.kept is not None)
    (tea,) = told.kept.ids
    used = say(person, "What is my favourite tea?").message
    assert [one["id"] for one in used.receipt["injected"]] == [tea]
    chats.new_chat()

    person.keys(Qt.Key.Key_2, CTRL)
    person.until(lambda: "memory" in person.window.pages and person.page.cubes.row_of(tea) is not None)
    panel = opened(person, person.library.cube(tea).result(20))
    lineage = tab(person, panel.tabs, "Lineage")
    person.press(button(person, lineage, "Open in the chat"))
    person.until(lambda: person.window.current_page() is chats)
    person.until(lambda: any(item.message.id == message.id for item in chats.column.items))
    person.until(lambda: chats.column.item(message.id)._marked)

    person.keys(Qt.Key.Key_2, CTRL)
    access = tab(person, panel.tabs, "Access")
    person.until(lambda: access.log is not None and access.log.uses == 1)
    line = next(one for one in access.log.lines if one.kind is AccessKind.USED)
    assert line.message_id == used.id
    jump = next(one for one in access.findChildren(QPushButton) if one.accessibleName().startswith("Open the answer"))
    QTest.mouseClick(jump, LEFT, NONE, QPoint(8, jump.height() // 2))
    person.until(lambda: person.window.current_page() is chats and chats.column.item(used.id) is not None)
    person.until(lambda: chats.column.item(used.id)._marked)
