"""The shell of the Memory page: four views over one filter and one selection, panels, the past."""

import pytest
from browser_desk import memories, opened, page
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel

from memos_desktop.memory.cube import CubeFilter, SortKey
from memos_desktop.ui.cubes.columns import Column
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.cubes.pages import PAGE
from memos_desktop.ui.cubes.table_view import TableView
from memos_desktop.ui.cubes.tool_row import ToolRow
from memos_desktop.ui.cubes.views import VIEWS, ViewSpec, available, remembered, runs

__all__ = ["desk", "look", "page"]


class Panel(QLabel):
    left = Signal()


class WholePanel(Panel):
    whole = True


def until(desk: Desk, holds: object) -> None:
    desk.qtbot.waitUntil(holds, timeout=WAIT_MS)


def test_a_view_that_is_not_part_of_the_program_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = ViewSpec("gone", "Gone", "map", "", "memos_desktop.ui.cubes.gone.view", "GoneView")
    monkeypatch.setattr("memos_desktop.ui.cubes.views.VIEWS", (*VIEWS, gone))
    assert gone not in available()
    assert [spec.name for spec in available()][:3] == ["table", "timeline", "map"]


def test_views_are_built_at_the_first_visit_and_the_last_one_is_remembered(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("One."))
    opened(page, desk)
    assert page.views.current_name() == "table" and "timeline" not in page.views._views
    page.head.switcher.buttons["timeline"].click()
    assert page.views.current_name() == "timeline"
    assert remembered(desk.context).value("memory/view") == "timeline"
    second = MemoryPage(desk.context)
    desk.qtbot.addWidget(second)
    second.activate()
    assert second.views.current_name() == "timeline"


def test_one_selection_goes_through_all_views(page: MemoryPage, desk: Desk) -> None:
    cubes = memories(3)
    desk.add(*cubes)
    opened(page, desk)
    page.open_item(cubes[4].id)
    until(desk, lambda: page.selection.ids == (cubes[4].id,))
    for name in ("timeline", "map", "table"):
        page.show_view(name)
        until(desk, lambda: page.views.current().selected() == (cubes[4].id,))
        assert page.selection.ids == (cubes[4].id,)
    assert page.table.selected()[0].id == cubes[4].id
    assert page.panel.details.cube.id == cubes[4].id


def test_rows_that_were_never_scrolled_to_are_selected_too(page: MemoryPage, desk: Desk) -> None:
    cubes = [cube(f"Note {n:04d}") for n in range(3 * PAGE)]
    desk.add(*cubes)
    opened(page, desk)
    page.cubes.sort_by(Column.TITLE)
    until(desk, lambda: page.cubes.query.sort is SortKey.TITLE and page.cubes.total == len(cubes))
    page.show_view("timeline")
    page.views.select([cubes[5].id, cubes[250].id])
    page.show_view("table")
    until(desk, lambda: page.table.selected_spans() == [(5, 1), (250, 1)])
    view = page.views.current()
    assert isinstance(view, TableView) and set(view.selected()) == {cubes[5].id, cubes[250].id}
    page.table.selectAll()
    until(desk, lambda: page.selection.count == len(cubes))
    gathered: list[tuple[str, ...]] = []
    page.selection.gather(gathered.append)
    until(desk, lambda: bool(gathered))
    assert gathered[0] == tuple(one.id for one in cubes)


def test_one_filter_holds_in_all_views(page: MemoryPage, desk: Desk) -> None:
    desk.add(*memories(3))
    opened(page, desk)
    page.show_view("timeline")
    timeline = page.views.current()
    until(desk, lambda: timeline.model.order.numbers.size == 9)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.filters.set(CubeFilter(text="violin"))
    until(desk, lambda: 0 < timeline.model.order.numbers.size < 9)
    page.show_view("map")
    chart = page.views.current()
    until(desk, lambda: chart._shown is not None and len(chart._shown.places) == timeline.model.order.numbers.size)


def test_a_panel_takes_the_place_of_another_and_of_the_strips(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("One."))
    opened(page, desk)
    first, second = Panel("first"), WholePanel("second")
    page.open_panel(first)
    assert first.isVisible() and page.filters.isVisible() and page.proposals._covered
    page.open_panel(second)
    assert second.isVisible() and not first.isVisible()
    assert not page.filters.isVisible() and not page.body.isVisible()
    first.left.emit()  # it is not open any more
    assert second.isVisible()
    second.left.emit()
    assert not second.isVisible() and not page.slot.isVisible()
    assert page.filters.isVisible() and page.body.isVisible() and not page.proposals._covered


def test_the_past_stands_in_place_of_the_views(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("One."))
    opened(page, desk)
    past = QLabel("as it was")
    page.set_past(past)
    buttons = page.head.switcher.buttons
    assert not any(one.isChecked() for one in buttons.values())
    buttons["table"].click()
    assert not past.isVisible() and buttons["table"].isChecked() and page.table.hasFocus()
    page.set_past(past)
    assert past.isVisible() and not page.table.isVisible() and page.filters.isVisible()
    page.filters.set(CubeFilter(text="nothing like this"))
    desk.qtbot.waitUntil(lambda: page.cubes.total == 0, timeout=WAIT_MS)
    assert past.isVisible()  # what is there now does not cover it
    page.filters.clear()
    desk.qtbot.waitUntil(lambda: page.cubes.total == 1, timeout=WAIT_MS)
    page.show_view("timeline")
    assert not past.isVisible() and page.views.current().isVisible()


def test_runs_of_rows() -> None:
    assert runs([]) == []
    assert runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]


@pytest.mark.parametrize(("width", "lines"), [(700, 1), (340, 2), (210, 3)])
def test_tools_break_into_lines_where_there_is_no_room(desk: Desk, width: int, lines: int) -> None:
    parts = [QLabel(name) for name in ("first", "second", "third")]
    for part in parts:
        part.setFixedSize(160, 30)
    row = ToolRow(parts[:2], parts[2:])
    desk.qtbot.addWidget(row)
    row.resize(width, 30)
    row.show()
    assert row.height() == lines * 30 + (lines - 1) * 8
    edge = parts[2].mapTo(row, parts[2].rect().topRight()).x()
    assert edge == (width - 1 if lines == 1 else 159)
    assert row.minimumSizeHint().width() == 160
