"""The columns of the table: chosen, sized, remembered, and giving way where there is little room."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from memos_desktop.ids import now
from memos_desktop.memory.cube import Governance
from memos_desktop.ui.cubes.columns import ALWAYS, LEAST_TITLE, NAMES, USUAL, WIDTHS, Column, cell, tip, visible
from memos_desktop.ui.cubes.model import CubeTableModel
from memos_desktop.ui.cubes.table import CubeTable

__all__ = ["desk", "look"]


@pytest.fixture
def table(desk: Desk) -> Iterator[CubeTable]:
    yield opened(desk)


def opened(desk: Desk, width: int = 1400) -> CubeTable:
    model = CubeTableModel(desk.workspace.library, desk.context.bridge)
    made = CubeTable(desk.context, model)
    model.setParent(made)
    desk.qtbot.addWidget(made)
    made.resize(width, 400)
    made.show()
    return made


def shown(table: CubeTable) -> set[Column]:
    return {column for column in Column if not table.isColumnHidden(column)}


def test_the_usual_columns_are_shown_at_first(table: CubeTable) -> None:
    assert shown(table) == {*ALWAYS, *USUAL}


def test_what_is_chosen_is_remembered(table: CubeTable, desk: Desk) -> None:
    table.columns.show_column(Column.PROJECT, True)
    table.columns.show_column(Column.HEAT, False)
    table.columns.set_width(Column.PROJECT, 200)
    expected = ({*ALWAYS, *USUAL} | {Column.PROJECT}) - {Column.HEAT}
    assert shown(table) == expected
    again = opened(desk)
    assert shown(again) == expected and again.columnWidth(Column.PROJECT) == 200
    again.columns.reset()
    assert shown(again) == {*ALWAYS, *USUAL} == shown(opened(desk))


def test_choosing_none_is_remembered_too(table: CubeTable, desk: Desk) -> None:
    for column in USUAL:
        table.columns.show_column(column, False)
    assert shown(opened(desk)) == set(ALWAYS)


def test_columns_give_way_to_the_text_and_those_that_were_chosen_last(desk: Desk) -> None:
    chosen = frozenset((*USUAL, Column.SIZE))
    everything = sum(WIDTHS[one] for one in (*chosen, Column.KIND)) + LEAST_TITLE
    assert visible(chosen, WIDTHS, everything) == {*ALWAYS, *chosen}
    assert visible(chosen, WIDTHS, everything - 1) == {*ALWAYS, *chosen} - {Column.TAGS}
    narrow = visible(chosen, WIDTHS, LEAST_TITLE + 260)
    assert Column.SIZE in narrow and Column.DATE in narrow and Column.STATE not in narrow
    assert visible(chosen, WIDTHS, 10) == set(ALWAYS)
    assert opened(desk, 400).columnWidth(Column.TITLE) >= 200


def test_dragging_a_border_makes_a_column_wider_and_is_remembered(table: CubeTable, desk: Desk) -> None:
    head = table.horizontalHeader()
    edge = head.sectionViewportPosition(Column.TYPE) + head.sectionSize(Column.TYPE) - 1
    middle = head.height() // 2
    QTest.mousePress(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(edge, middle))
    before = table.columns.widths[Column.TYPE]
    QTest.mouseMove(head.viewport(), QPoint(edge + 20, middle))
    QTest.mouseMove(head.viewport(), QPoint(edge + 40, middle))
    QTest.mouseRelease(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(edge + 40, middle))
    assert table.columnWidth(Column.TYPE) == before + 40
    assert opened(desk).columnWidth(Column.TYPE) == before + 40


def test_the_menu_has_a_switch_for_each_column(table: CubeTable, desk: Desk) -> None:
    table.columns_button.click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    actions = {one.text(): one for one in menu.actions() if one.text()}
    assert set(actions) == {NAMES[column] for column in Column if column not in ALWAYS} | {"Usual columns"}
    actions["Origin"].trigger()
    assert Column.ORIGIN in shown(table)
    menu.close()
    assert table.columns_button.accessibleName() and table.columns_button.focusPolicy() != Qt.FocusPolicy.NoFocus


def test_a_click_on_any_heading_sorts(table: CubeTable, desk: Desk) -> None:
    desk.add(cube("One"), cube("Two"))
    with desk.qtbot.waitSignal(table.cubes.settled, timeout=WAIT_MS):
        table.cubes.refresh()
    head = table.horizontalHeader()
    for column in sorted(shown(table)):
        place = QPoint(head.sectionViewportPosition(column) + 12, head.height() // 2)
        with desk.qtbot.waitSignal(table.cubes.settled, timeout=WAIT_MS):
            QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert table.cubes.headerData(column, Qt.Orientation.Horizontal)[-1] in "↑↓"


def test_cells_say_what_they_show() -> None:
    plain = cube("A note")
    assert cell(plain, Column.PROJECT) == "" == cell(plain, Column.EXPIRES) == cell(plain, Column.LAST_USED)
    assert cell(plain, Column.TIME) == "–" and "not known" in (tip(plain, Column.TIME) or "")
    assert cell(plain, Column.SIZE) == "6 B" and cell(plain, Column.ORIGIN) == "Written by hand"
    ends = replace(plain, governance=Governance(project="boat", expires=now() + timedelta(days=400)))
    assert cell(ends, Column.PROJECT) == "boat" and cell(ends, Column.EXPIRES)
    assert tip(ends, Column.EXPIRES) and tip(plain, Column.EXPIRES) is None


def test_settings_that_make_no_sense_are_ignored(desk: Desk) -> None:
    from memos_desktop.ui.cubes.views import remembered

    kept = remembered(desk.context)
    kept.setValue("columns/shown", "TYPE,NONSENSE")
    kept.setValue("columns/widths", "TYPE:abc,STATE:99999,TAGS,USES:-4,HEAT:100")
    table = opened(desk)
    assert shown(table) == {*ALWAYS, Column.TYPE}
    assert table.columns.widths[Column.STATE] == 600 and table.columns.widths[Column.HEAT] == 100
    assert all(table.columns.widths[one] == WIDTHS[one] for one in (Column.TYPE, Column.TAGS, Column.USES))
