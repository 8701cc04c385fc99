"""Memories leave one window in a file and come into another one, with menu, keys, mouse and a drop."""

import sys
from pathlib import Path

import pytest
from operator_person import CTRL, LEFT, SHIFT, Operator
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest

sys.path.append(str(Path(__file__).resolve().parents[1] / "ui"))  # for drops

from dropped import drop

from memos_desktop.paths import DataFolder


@pytest.fixture
def person(qtbot, tmp_path):
    """At the first computer."""
    made = Operator(qtbot, DataFolder(tmp_path / "first"))
    yield made
    made.stop()


def press(person, one):
    QTest.mouseClick(one, LEFT, pos=one.rect().center())


def test_out_of_one_window_and_into_another(person, qtbot, tmp_path):
    boat, house, _ = person.remember("The boat is called Lima.", "The house is blue.", "The code is 4711.")
    person.choose(boat, house)
    person.keys(Qt.Key.Key_E, CTRL | SHIFT)
    panel = person.page.operators.panel("export")
    person.until(lambda: panel.isVisible() and panel.amount.text().startswith("2 memories"))
    target = tmp_path / "two.memcube"
    person.prompter.save_file = lambda _parent, _title, _path, _files, then, *_rest: then(target)
    press(person, panel.choose_button)
    press(person, panel.run_button)
    person.until(target.is_file)
    person.until(lambda: not panel.isVisible())
    person.stop()

    other = Operator(qtbot, DataFolder(tmp_path / "second"))
    try:
        other.library.add("The boat was sold.").result(20)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(target))])
        assert drop(other.window, data, QPoint(600, 400))
        other.until(lambda: "memory" in other.window.pages)
        load = other.page.slot.panel
        other.until(lambda: load.preview is not None and load.isVisible())
        assert load.outcome.text().startswith("2 memories added")
        press(other, load.import_button)
        other.until(lambda: len(other.shelf()) == 3 and not load.isVisible())
        assert {boat.id, house.id} <= other.shelf().keys()
        other.until(lambda: set(other.page.selection.ids) == {boat.id, house.id})
        other.keys(Qt.Key.Key_Z, CTRL)
        other.until(lambda: len(other.shelf()) == 1)
    finally:
        other.stop()


def test_the_menu_asks_for_a_file_and_both_are_kept(person, tmp_path):
    [boat] = person.remember("The boat is called Lima.")
    target = tmp_path / "boat.memcube"
    person.session.workspace.transfer.export(target).future.result(20)
    person.library.revise(boat.id, text="The boat is called Nora.").result(20)
    person.prompter.open_file = lambda *given: given[-1](target)
    person.window.actions_by_name.by_name["import_bundle"].trigger()
    load = person.page.slot.panel
    person.until(lambda: len(load.cards) == 1)
    card = load.cards[0]
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_B)
    person.until(load.import_button.isEnabled)
    load.import_button.setFocus()
    QTest.keyClick(load.import_button, Qt.Key.Key_Space)
    person.until(lambda: len(person.shelf()) == 2)
    assert {one.text for one in person.shelf().values()} == {"The boat is called Lima.", "The boat is called Nora."}
