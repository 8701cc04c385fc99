"""The timeline on a real vault: groups, the strip, the keyboard, and what stays when something changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from browser_desk import opened, page
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.cubes.timeline.model import HEADING_ROLE
from memos_desktop.ui.cubes.timeline.spans import Unit
from memos_desktop.ui.cubes.timeline.view import TimelineView

__all__ = ["desk", "look", "page"]
NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)


def dated(text: str, days: float, recorded: float | None = None) -> Cube:
    """A memory of so many days before NOON."""
    made = cube(text, created=NOON - timedelta(days=days if recorded is None else recorded))
    return replace(made, descriptive=replace(made.descriptive, event_time=NOON - timedelta(days=days)))


def timeline(page: MemoryPage, desk: Desk, *cubes: Cube) -> TimelineView:
    desk.add(*cubes)
    opened(page, desk)
    page.show_view("timeline")
    view = page.views.current()
    assert isinstance(view, TimelineView)
    desk.qtbot.waitUntil(lambda: view.model.order.numbers.size == len(cubes), timeout=WAIT_MS)
    return view


def said(view: TimelineView) -> list[str]:
    """Headings with their counts, and titles, from the top."""
    lines = []
    for row in range(view.model.rowCount()):
        index = view.model.index(row)
        heading = index.data(HEADING_ROLE)
        lines.append(f"{heading[0]} {heading[1]}" if heading else (index.data() or "…").split(",")[0])
    return lines


def shown(view: TimelineView, desk: Desk) -> list[str]:
    desk.qtbot.waitUntil(lambda: "…" not in said(view), timeout=WAIT_MS)
    return said(view)


def test_memories_stand_under_the_headings_of_their_time(page: MemoryPage, desk: Desk) -> None:
    view = timeline(page, desk, dated("today", 0), dated("same day", 0.1), dated("spring", 80), dated("long ago", 500))
    assert shown(view, desk) == [
        "June 2025 2", "today", "same day", "March 2025 1", "spring", "February 2024 1", "long ago",
    ]  # fmt: skip
    view.unit.chosen.emit(Unit.YEAR.value)
    desk.qtbot.waitUntil(lambda: view.model.groups.unit is Unit.YEAR, timeout=WAIT_MS)
    assert shown(view, desk) == ["2025 3", "today", "same day", "spring", "2024 1", "long ago"]


def test_the_recorded_time_gives_another_order(page: MemoryPage, desk: Desk) -> None:
    view = timeline(page, desk, dated("old news", 700, recorded=1), dated("new", 2, recorded=2))
    assert [line for line in shown(view, desk) if line in ("old news", "new")] == ["new", "old news"]
    view.basis.chosen.emit("recorded")
    desk.qtbot.waitUntil(lambda: said(view)[1:] == ["old news", "new"], timeout=WAIT_MS)


def test_the_keyboard_passes_over_headings_and_opens(page: MemoryPage, desk: Desk) -> None:
    cubes = [dated("a", 0), dated("b", 40), dated("c", 80)]
    view = timeline(page, desk, *cubes)
    shown(view, desk)
    view.enter()
    picked = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(view.list, key)
        picked.append(view.model.groups.position(view.list.currentIndex().row()))
    assert picked == [1, 2, 1]
    desk.qtbot.waitUntil(lambda: page.selection.ids == (cubes[1].id,), timeout=WAIT_MS)
    with desk.qtbot.waitSignal(view.opened, timeout=WAIT_MS) as signal:
        QTest.keyClick(view.list, Qt.Key.Key_Return)
    assert signal.args == [cubes[1].id]
    QTest.keyClick(view.list, Qt.Key.Key_Escape)
    desk.qtbot.waitUntil(lambda: page.selection.count == 0, timeout=WAIT_MS)


def test_a_screen_reader_hears_headings_and_memories(page: MemoryPage, desk: Desk) -> None:
    view = timeline(page, desk, dated("a", 0))
    shown(view, desk)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert view.model.index(0).data(role) == "June 2025, 1 memory"
    assert view.model.index(1).data(role).startswith("a, 15 June 2025, ")
    assert view.list.accessibleName() and view.strip.accessibleName()
    assert view.strip.accessibleDescription().startswith("1 memory from 15 June 2025 to 15 June 2025.")


def test_a_change_keeps_place_and_selection(page: MemoryPage, desk: Desk) -> None:
    cubes = [dated(f"note {n}", n) for n in range(400)]
    view = timeline(page, desk, *cubes)
    view._jump(int(view.model.order.days[200]))
    view.select([cubes[205].id])
    desk.qtbot.waitUntil(lambda: view.selected() == (cubes[205].id,), timeout=WAIT_MS)
    anchor = view._anchor()
    desk.add(dated("brand new", 0))
    desk.qtbot.waitUntil(lambda: view.model.order.numbers.size == 401, timeout=WAIT_MS)
    assert view._anchor() == anchor
    assert view.selected() == (cubes[205].id,) and page.selection.ids == ()  # nobody has picked anything


def test_what_goes_to_the_bin_is_no_longer_selected(page: MemoryPage, desk: Desk) -> None:
    cubes = [dated("a", 0), dated("b", 1)]
    view = timeline(page, desk, *cubes)
    shown(view, desk)
    view.list.setCurrentIndex(view.model.index(1))
    desk.qtbot.waitUntil(lambda: page.selection.ids == (cubes[0].id,), timeout=WAIT_MS)
    page.commands.run("bin", [cubes[0]])
    desk.qtbot.waitUntil(lambda: page.selection.count == 0, timeout=WAIT_MS)
    assert shown(view, desk) == ["June 2025 1", "b"]


def test_selecting_everything_leaves_headings_out(page: MemoryPage, desk: Desk) -> None:
    cubes = [dated(f"note {n}", 40 * n) for n in range(30)]
    view = timeline(page, desk, *cubes)
    view.list.selectAll()
    assert view.selected_count() == 30
    gathered: list[tuple[str, ...]] = []
    view.gather(gathered.append)
    desk.qtbot.waitUntil(lambda: bool(gathered), timeout=WAIT_MS)
    assert gathered[0] == tuple(one.id for one in cubes)


def test_the_strip_jumps_zooms_and_shows_where_the_list_is(page: MemoryPage, desk: Desk) -> None:
    cubes = [dated(f"note {n}", 2 * n) for n in range(500)]
    view = timeline(page, desk, *cubes)
    strip, days = view.strip, view.model.order.days
    assert strip.whole and not view.fit.isEnabled()
    middle = int(strip._x(int(days[250])))
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(middle, 30))
    assert strip._window[0] <= int(days[250]) + 31 and strip._window[1] >= int(days[250]) - 31
    at = QPointF(middle, 30)
    wheel = QWheelEvent(
        at, strip.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(strip, wheel)
    assert not strip.whole and view.fit.isEnabled()
    assert abs(strip._day(middle) - int(days[250])) < 5  # what is below the pointer stays there
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_0)
    assert strip.whole
    before = strip._window
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert strip._window[1] < before[1]
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert view.list.first_row() <= 1
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(middle, 30))
    QTest.mouseMove(strip, QPoint(middle + 120, 30))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(middle + 120, 30))
    assert not strip.whole


def test_one_memory_has_a_strip_too(page: MemoryPage, desk: Desk) -> None:
    view = timeline(page, desk, dated("only", 3))
    assert view.strip._made().counts.sum() == 1
    assert np.isfinite(view.strip._x(int(view.model.order.days[0])))
