"""The map on a real vault: places, selection by click, lasso and keys, the list beside it, what is not placed yet."""

import numpy as np
import pytest
from browser_desk import embed, memories, opened, page
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from memos_desktop.memory.cube import CubeFilter, State
from memos_desktop.progress import Progress
from memos_desktop.ui.cubes.dragging import Spot
from memos_desktop.ui.cubes.map.canvas import Tool
from memos_desktop.ui.cubes.map.looks import HEAT_FROM, LEGENDS, ColorBy, codes
from memos_desktop.ui.cubes.map.outline import NOT_YET
from memos_desktop.ui.cubes.map.render import Scene, opaque, radius, rarity, render
from memos_desktop.ui.cubes.map.view import MapView
from memos_desktop.ui.cubes.page import MemoryPage

__all__ = ["desk", "look", "page"]
PLACED_MS = 30_000


def chart(page: MemoryPage, desk: Desk, count: int = 2) -> MapView:
    """The map with some memories of three themes on it."""
    desk.add(*memories(count))
    embed(desk)
    return shown(page, desk, 3 * count)


def shown(page: MemoryPage, desk: Desk, count: int) -> MapView:
    opened(page, desk)
    page.show_view("map")
    view = page.views.current()
    assert isinstance(view, MapView)
    desk.qtbot.waitUntil(lambda: len(view.canvas._numbers) == count, timeout=PLACED_MS)
    desk.qtbot.waitUntil(lambda: view.canvas.picture.drawn > 0 and bool(view._regions), timeout=PLACED_MS)
    return view


def pixel(view: MapView, place: int) -> QPoint:
    x, y = view.canvas.camera.to_view(view.canvas._places[place : place + 1])[0].tolist()
    return QPoint(round(x), round(y))


def id_of(desk: Desk, view: MapView, place: int) -> str:
    (found,) = desk.result(desk.workspace.numbers.ids([int(view.canvas._numbers[place])]))
    return found


def lasso(view: MapView, points: list[tuple[float, float]]) -> None:
    first, *rest = (QPoint(round(x), round(y)) for x, y in points)
    QTest.mousePress(view.canvas, Qt.MouseButton.LeftButton, pos=first)
    for point in rest:
        QTest.mouseMove(view.canvas, point)
    QTest.mouseRelease(view.canvas, Qt.MouseButton.LeftButton, pos=rest[-1])


def test_a_first_visit_lays_the_map_out(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    assert view.stack.currentWidget() is view._plane
    assert not view.waiting.isVisible() and view.anew.isEnabled()
    assert {name.said for name in view.canvas._names} or len(view.canvas._numbers) > 0
    assert view.canvas.accessibleDescription().startswith("6 memories on the map.")


def test_without_vectors_the_map_says_why_it_is_empty(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("One."))
    opened(page, desk)
    page.show_view("map")
    view = page.views.current()
    desk.qtbot.waitUntil(lambda: view._shown is not None, timeout=WAIT_MS)
    assert view.stack.currentWidget() is view.empty and "read by meaning" in view.empty.sentence.text()
    assert not view.anew.isEnabled()
    embed(desk)
    view.empty.button.click()
    desk.qtbot.waitUntil(lambda: len(view.canvas._numbers) == 1, timeout=PLACED_MS)
    assert view.stack.currentWidget() is view._plane


def test_a_click_selects_and_a_click_beside_it_does_not(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=pixel(view, 2))
    assert page.selection.ids == (id_of(desk, view, 2),)
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pixel(view, 4))
    assert set(page.selection.ids) == {id_of(desk, view, 2), id_of(desk, view, 4)}
    view.canvas.show_regions(())
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert page.selection.count == 0


def test_what_is_picked_while_the_map_is_read_again_stays(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    page.views.select([id_of(desk, view, 1)])
    desk.qtbot.waitUntil(lambda: len(view.canvas.selected) == 1, timeout=WAIT_MS)
    shown = view._shown
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=pixel(view, 4))
        view._arrived(view._generation, shown)
    assert page.selection.ids == (id_of(desk, view, 4),)


def test_the_menu_key_means_what_is_selected(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    page.views.select([id_of(desk, view, 1)])
    desk.qtbot.waitUntil(lambda: len(view.canvas.selected) == 1, timeout=WAIT_MS)
    other = pixel(view, 4)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, other, view.canvas.mapToGlobal(other))
    with desk.qtbot.waitSignal(view.menu_wanted, timeout=WAIT_MS) as asked:
        QApplication.sendEvent(view.canvas, event)
    assert asked.args == [view.canvas.mapToGlobal(pixel(view, 1))]
    assert page.selection.ids == (id_of(desk, view, 1),)
    page.views.clear()
    QApplication.sendEvent(view.canvas, event)
    assert page.selection.count == 0


def test_a_lasso_selects_what_lies_in_it_for_all_views(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk, 3)
    canvas = view.canvas
    view.lasso.click()
    assert canvas.tool is Tool.LASSO
    wide, tall = canvas.width(), canvas.height()
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        lasso(view, [(2, 2), (wide - 3, 2), (wide - 3, tall - 3), (2, tall - 3)])
    assert page.selection.count == 9
    x, y = pixel(view, 0).x(), pixel(view, 0).y()
    inside = canvas.camera.to_view(canvas._places)
    near = int((np.abs(inside - (x, y)).max(axis=1) < 8).sum())
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        lasso(view, [(x - 8, y - 8), (x + 8, y - 8), (x + 8, y + 8), (x - 8, y + 8)])
    assert page.selection.count == near
    page.show_view("table")
    desk.qtbot.waitUntil(lambda: page.table.selected_count() == near, timeout=WAIT_MS)
    assert {one.id for one in page.table.selected()} == set(page.selection.ids)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is Tool.PAN


def test_the_wheel_keeps_what_is_below_the_pointer_and_a_drag_pans(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    canvas = view.canvas
    at, before = QPointF(pixel(view, 1)), canvas.camera.to_map(*pixel(view, 1).toTuple())
    wheel = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    scale = canvas.camera.scale
    QApplication.sendEvent(canvas, wheel)
    assert canvas.camera.scale > scale
    assert canvas.camera.to_map(at.x(), at.y()) == pytest.approx(before, abs=1e-4)
    here = pixel(view, 1)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    QTest.mouseMove(canvas, QPoint(60, 50))
    QTest.mouseMove(canvas, QPoint(90, 70))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 70))
    assert (pixel(view, 1) - here).toTuple() == (40, 20)
    assert page.selection.count == 0
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.camera.scale == pytest.approx(scale)


def test_the_keyboard_walks_from_memory_to_memory(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    canvas = view.canvas
    left = int(canvas._places[:, 0].argmin())
    canvas.mark(canvas._numbers[left : left + 1])
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    (number,) = canvas.selected
    assert canvas._places[canvas._numbers == number][0][0] > canvas._places[left][0]
    with desk.qtbot.waitSignal(view.opened, timeout=WAIT_MS) as signal:
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert signal.args == list(page.selection.ids)
    x = canvas.camera.x
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.camera.x > x


def test_the_list_holds_the_same_and_selects_the_same(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk, 3)
    view.listed.click()
    assert view.tree.isVisible()
    model = view.outline
    members = [model.rowCount(model.index(row, 0)) for row in range(model.rowCount())]
    assert sum(members) == 9
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole).endswith("memories")
    view.tree.expand(model.index(0, 0))
    first = model.index(0, 0, model.index(0, 0))
    desk.qtbot.waitUntil(lambda: first.data(Qt.ItemDataRole.AccessibleTextRole) is not None, timeout=WAIT_MS)
    with desk.qtbot.waitSignal(view.picked, timeout=WAIT_MS):
        view.tree.setFocus()
        view.tree.setCurrentIndex(first)
    assert view.canvas.selected.tolist() == [model.number_of(first)]
    assert page.selection.count == 1
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=pixel(view, 5))
    view.canvas.setFocus()
    desk.qtbot.waitUntil(lambda: page.selection.ids == (id_of(desk, view, 5),), timeout=WAIT_MS)
    assert model.parent(first) == model.index(0, 0) and model.parent(model.index(0, 0)) == QModelIndex()


def test_a_key_shows_the_list_and_the_focus_goes_along(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    assert view.canvas.hasFocus() and "(O)" in view.listed.toolTip()
    QTest.keyClick(view.canvas, Qt.Key.Key_O)
    assert view.tree.isVisible() and view.listed.isChecked()
    view.tree.setFocus()
    QTest.keyClick(view.tree, Qt.Key.Key_O)
    assert not view.tree.isVisible() and view.canvas.hasFocus()


def test_a_selected_point_is_dragged_and_others_move_the_map(
    page: MemoryPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = chart(page, desk)
    canvas, started = view.canvas, []
    monkeypatch.setattr(canvas.dragging, "_start", started.append)
    here = pixel(view, 2)
    desk.qtbot.waitUntil(lambda: canvas.spot_at(here).id != "" or canvas._hover(2), timeout=WAIT_MS)
    assert canvas._grab_at(here) is None  # it is not selected
    canvas.mark(canvas._numbers[2:3])
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=here)
    QTest.mouseMove(canvas, here + QPoint(20, 20))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=here + QPoint(20, 20))
    assert [spot.id for spot in started] == [id_of(desk, view, 2)] and pixel(view, 2) == here
    canvas.set_tool(Tool.LASSO)
    assert canvas._grab_at(here) is None  # a lasso is a lasso


def test_a_point_whose_memory_was_not_read_yet_takes_a_drop(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    target, dragged = Spot("", "", QRect(), int(view.canvas._numbers[1])), id_of(desk, view, 0)
    with desk.qtbot.waitSignal(view.fuse_wanted, timeout=WAIT_MS) as told:
        view.canvas.dragging.dropped.emit(dragged, target)
    assert told.args == [(id_of(desk, view, 1), dragged)]


def test_what_has_no_vector_is_listed_and_joins_later(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    before = view.canvas._places.tolist()
    camera = view.canvas.camera
    desk.add(cube("A sail for the boat."))
    desk.qtbot.waitUntil(view.waiting.isVisible, timeout=WAIT_MS)
    assert view.waiting.text() == "1 not on the map yet"
    view.waiting.click()
    desk.qtbot.waitUntil(lambda: view.outline.without_place().isValid(), timeout=WAIT_MS)
    last = view.outline.index(view.outline.rowCount() - 1, 0)
    assert last.data().startswith(NOT_YET) and view.outline.rowCount(last) == 1
    desk.qtbot.waitUntil(lambda: view.tree.isExpanded(view.outline.without_place()), timeout=WAIT_MS)
    embed(desk)
    view.refresh()
    desk.qtbot.waitUntil(lambda: len(view.canvas._numbers) == 7, timeout=WAIT_MS)
    assert view.canvas._places[:6].tolist() == before
    assert not view.waiting.isVisible()
    assert view.canvas.camera.scale == pytest.approx(camera.scale, rel=0.5)


def test_arranging_anew_is_asked_first_and_selection_stays(page: MemoryPage, desk: Desk) -> None:
    view = chart(page, desk)
    page.views.select([id_of(desk, view, 3)])
    with desk.qtbot.waitSignal(view.canvas.picture.ready, timeout=PLACED_MS):
        view.anew.click()
    assert desk.prompter.said[-1] == "Arrange the map anew?"
    desk.qtbot.waitUntil(lambda: not view.keeper.busy, timeout=PLACED_MS)
    assert page.selection.ids == (id_of(desk, view, 3),)


def test_colours_follow_kind_type_state_and_heat(page: MemoryPage, desk: Desk) -> None:
    desk.add(*memories(1), cube("An archived boat.", state=State.ARCHIVED))
    embed(desk)
    view = shown(page, desk, 4)
    looks = view._shown.looks
    archived = list(State).index(State.ARCHIVED)
    assert sorted(codes(looks, ColorBy.STATE).tolist()) == [0, 0, 0, archived]
    assert LEGENDS[ColorBy.STATE][archived].said == "Archived"
    assert codes(looks, ColorBy.HEAT).tolist() == [0, 0, 0, 0]
    assert len(LEGENDS[ColorBy.HEAT]) == len(HEAT_FROM) + 1
    view.color.chosen.emit("state")
    assert view.canvas.by is ColorBy.STATE and view.color.current() == "state"
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.filters.set(CubeFilter(state=State.ARCHIVED))
    desk.qtbot.waitUntil(lambda: len(view.canvas._numbers) == 1, timeout=WAIT_MS)


def test_a_few_of_one_colour_show_among_many_of_another() -> None:
    points = np.full((101, 2), 20, np.float32)
    colors = np.zeros(101, np.uint8)
    colors[0] = 1
    palette = np.array([[0, 0, 1], [1, 0, 0]], np.float64)
    stamp = np.ones((1, 1), np.float32)
    rare = rarity(colors, 2)
    picture = render(Scene(points, colors, np.zeros(101, np.uint8), [stamp], palette, None, rare, 1.0, 40, 40))
    (pixel_value,) = picture[picture > 0].tolist()
    assert (pixel_value >> 16) & 255 > 40  # a hundredth of the points, more than a hundredth of the red
    assert picture[20, 20] == pixel_value and pixel_value >> 24 == 255


def test_points_shrink_and_thin_out_where_they_are_many() -> None:
    assert radius(1, 1000, 600) > radius(1000, 1000, 600) > radius(100_000, 1000, 600)
    assert opaque(1.2) < opaque(3) == opaque(7)


def test_a_cancelled_layout_is_not_begun_again_by_itself(
    page: MemoryPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []
    jobs = desk.workspace.jobs

    def arrange(self: object, progress: Progress) -> None:
        begun.append(1)
        jobs.active()[0].cancel()
        progress.check()

    monkeypatch.setattr("memos_desktop.app.cube_map.CubeMap._arrange", arrange)
    desk.add(cube("One."))
    embed(desk)
    opened(page, desk)
    page.show_view("map")
    view = page.views.current()
    desk.qtbot.waitUntil(lambda: bool(begun) and not view.keeper.busy, timeout=WAIT_MS)
    with desk.qtbot.waitSignal(view.keeper.said, timeout=WAIT_MS):
        view.refresh()
    assert begun == [1] and not view.keeper.busy
    assert view.stack.currentWidget() is view.empty
    monkeypatch.undo()
    view.empty.button.click()  # the person wants it after all
    desk.qtbot.waitUntil(lambda: len(view.canvas._numbers) == 1, timeout=PLACED_MS)
