"""The page of kept states on states of a real model."""

from dataclasses import replace

import pytest
from kv_desk import KvDesk, kv, tiny_model
from page_desk import WAIT_MS, Desk, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memos_desktop.app.activation_views import KvSupport, Usage
from memos_desktop.engine.kv.report import VerifyReport
from memos_desktop.ui.kept import words
from memos_desktop.ui.kept.model import Column
from memos_desktop.ui.kept.page import KeptPage
from memos_desktop.ui.kept.room import GB

__all__ = ["desk", "kv", "look", "tiny_model"]


def shown(desk: Desk, count: int) -> KeptPage:
    made = KeptPage(desk.context)
    desk.qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    made.activate()
    desk.qtbot.waitUntil(lambda: made.room.said.text() != "", timeout=WAIT_MS)
    desk.qtbot.waitUntil(lambda: len(made.model.rows) == count, timeout=WAIT_MS)
    return made


def two_kept(kv: KvDesk) -> KeptPage:
    kv.keep(kv.document("Boat manual"), kv.document("A list", "Rope, oil, lamp. " * 40))
    return shown(kv.desk, len(kv.rows()))


def titles(page: KeptPage) -> list[str]:
    return [row.title for row in page.model.rows]


def test_an_empty_page_says_what_will_be_here(desk: Desk) -> None:
    page = shown(desk, 0)
    assert page.stack.currentWidget() is page.empty
    assert page.allows.text() == words.NO_MODEL
    assert not page.verify.isEnabled() and not page.delete.isEnabled()
    with desk.qtbot.waitSignal(desk.context.navigator.page, check_params_cb=lambda name: name == "memory"):
        page.empty.button.click()


def test_the_room_shows_the_budget_even_where_it_has_the_focus(desk: Desk) -> None:
    page = KeptPage(desk.context)
    desk.qtbot.addWidget(page)
    page.show()
    page.room.budget.setFocus()
    page.activate()
    desk.qtbot.waitUntil(lambda: page.room.said.text() != "", timeout=WAIT_MS)
    assert page.room.budget.value() == pytest.approx(desk.workspace.settings.value.kv_budget / GB, abs=0.01)


def test_what_is_kept_is_listed_with_title_model_and_size(kv: KvDesk) -> None:
    page = two_kept(kv)
    assert {"Boat manual", "A list"} <= set(titles(page))
    row = next(row for row in range(page.model.rowCount()) if page.model.rows[row].title == "Boat manual")
    cells = [page.model.data(page.model.index(row, column)) for column in Column]
    assert cells[Column.BELONGS] == "A memory" and cells[Column.STATE] == words.USABLE
    assert cells[Column.MODEL] == page.model.rows[row].model != ""
    assert cells[Column.SIZE].endswith("kB")
    assert "Chats are restored" in page.allows.text()


def test_columns_sort_and_turn_round(kv: KvDesk) -> None:
    page = two_kept(kv)
    page.table.sort_by(Column.TITLE)
    assert titles(page) == sorted(titles(page), key=str.casefold)
    page.table.selectRow(0)
    chosen = page.table.selected()[0].id
    page.table.sort_by(Column.TITLE)
    assert titles(page) == sorted(titles(page), key=str.casefold, reverse=True)
    assert [row.id for row in page.table.selected()] == [chosen]
    page.table.sort_by(Column.SIZE)
    sizes = [row.bytes for row in page.model.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert page.model.headerData(Column.SIZE, Qt.Orientation.Horizontal).endswith("↓")


def test_the_delete_key_removes_what_is_selected(kv: KvDesk) -> None:
    page = two_kept(kv)
    before = len(page.model.rows)
    row = titles(page).index("Boat manual")
    page.table.selectRow(row)
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    kv.desk.wait_toast("Removed 1 state")
    kv.desk.qtbot.waitUntil(lambda: "Boat manual" not in titles(page), timeout=WAIT_MS)
    assert len(kv.rows()) < before


def test_enter_opens_the_memory(kv: KvDesk) -> None:
    page = two_kept(kv)
    page.table.setCurrentIndex(page.model.index(titles(page).index("Boat manual"), 0))
    with kv.desk.qtbot.waitSignal(kv.desk.context.navigator.cube) as opened:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert kv.desk.result(kv.workspace.library.cube(opened.args[0])).title == "Boat manual"


def test_verify_reads_everything_and_names_damage(kv: KvDesk) -> None:
    page = two_kept(kv)
    page.verify.click()
    kv.desk.wait_toast("All in order")
    file = next(path for path in kv.workspace.folder.states.rglob("*.kv"))
    content = bytearray(file.read_bytes())
    content[-9] ^= 255
    file.write_bytes(content)
    page.verify.click()
    kv.desk.qtbot.waitUntil(lambda: "Some kept states are damaged" in kv.desk.prompter.said, timeout=WAIT_MS)
    kv.desk.qtbot.waitUntil(lambda: any(row.problem for row in page.model.rows), timeout=WAIT_MS)
    assert page.verify.isEnabled()
    page.tidy.click()
    kv.desk.qtbot.waitUntil(lambda: not any(row.problem for row in page.model.rows), timeout=WAIT_MS)
    assert any("cannot be used now" in said for said in kv.desk.prompter.said)


def test_nothing_is_removed_where_everything_can_be_used(kv: KvDesk) -> None:
    page = two_kept(kv)
    before = len(kv.rows())
    page.tidy.click()
    kv.desk.wait_toast("can be used")
    assert len(kv.rows()) == before


def test_a_smaller_budget_is_kept_and_applied(kv: KvDesk) -> None:
    page = two_kept(kv)
    page.room.budget.setValue(0.5)
    kv.desk.qtbot.waitUntil(lambda: kv.desk.result(kv.workspace.activation.usage()).budget == GB // 2, timeout=WAIT_MS)
    assert kv.workspace.settings.value.kv_budget == GB // 2
    kv.desk.qtbot.waitUntil(lambda: page.room.said.text().endswith("of 500 MB"), timeout=WAIT_MS)


def test_why_the_last_state_was_not_kept_is_said(desk: Desk) -> None:
    page = shown(desk, 0)
    page.room.show_usage(Usage(5 * GB, 4 * GB, 2, "The disk is full. Make room on it."))
    assert page.room.problem.isVisible() and "The disk is full" in page.room.problem.text()
    assert page.room.bar.value() == 1000
    page.room.show_usage(Usage(0, 4 * GB, 0, ""))
    assert not page.room.problem.isVisible()


def test_states_that_come_are_shown_at_once(kv: KvDesk) -> None:
    page = shown(kv.desk, len(kv.rows()))
    kv.keep(kv.document("New one"))
    kv.desk.qtbot.waitUntil(lambda: "New one" in titles(page), timeout=WAIT_MS)


def test_another_model_changes_what_can_be_used(kv: KvDesk) -> None:
    page = two_kept(kv)
    kv.desk.result(kv.workspace.models.unload())
    kv.desk.qtbot.waitUntil(lambda: page.allows.text() == words.NO_MODEL, timeout=WAIT_MS)
    page.refresh()
    kv.desk.qtbot.waitUntil(lambda: not any(row.usable for row in page.model.rows), timeout=WAIT_MS)
    assert {words.state(row)[0] for row in page.model.rows} == {words.UNKNOWN}


def test_words_of_states_and_reports(kv: KvDesk) -> None:
    kv.keep(kv.document("Boat manual"))
    row = replace(kv.rows()[0], problem="made with another model file", usable=False)
    assert words.state(row) == ("Made with another model file", "warning")
    asked = words.unusable([row, row])
    assert "2 states: made with another model file" in asked and "No text is lost" in asked
    assert words.verified(VerifyReport(3, (), 1_500_000)) == "All in order: 3 states checked, 1.5 MB read."
    assert words.verified(VerifyReport(3, (("a.kv", "damaged"),), 0)).startswith("1 damaged state, not used any more.")
    assert words.belongs(replace(row, belongs="gate"))[0] == "Every chat"
    assert words.allows(KvSupport("m", True, False, None, "All of it."), True) == "All of it."
    assert words.allows(None, True) == words.NO_STATES
