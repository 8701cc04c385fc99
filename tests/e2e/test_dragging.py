"""One memory dragged on another opens the fuse preview, in every view of the real window."""

import numpy as np
import pytest
from operator_person import LEFT, NONE, Operator, carried
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from memos_desktop.paths import DataFolder
from memos_desktop.ui.cubes.dragging import MIME

COPY = Qt.DropAction.CopyAction
TEXTS = ("The boat is called Lima.", "The boat lies in the harbour of Peniche.", "Nora lives in Porto.")


@pytest.fixture
def person(qtbot, tmp_path):
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


@pytest.fixture
def carry(monkeypatch):
    """What the window system does with a drag, which the offscreen platform cannot: it goes to `carry.to`."""

    class Carrier:
        def __init__(self):
            self.widget = self.to = None
            self.carried = []

        def __call__(self, drag, *_actions):
            self.carried.append(bytes(drag.mimeData().data(MIME).data()).decode())
            carried(self.widget, drag.mimeData(), self.to)

    carrier = Carrier()
    monkeypatch.setattr(QDrag, "exec", lambda drag, *actions: carrier(drag, *actions))
    return carrier


def show(person, name):
    QTest.mouseClick(person.page.head.switcher.buttons[name], LEFT)
    person.until(lambda: person.page.views.current_name() == name)
    return person.page.views.current()


def drag(carry, widget, begin, end):
    """Press here, move, and let go there."""
    carry.widget, carry.to = widget, end
    QTest.mousePress(widget, LEFT, NONE, begin)
    for step in (4, 8, 16, 24):
        QTest.mouseMove(widget, begin + QPoint(0, step if end.y() > begin.y() else -step))
    QTest.mouseRelease(widget, LEFT, NONE, end)


def fused(person, *cubes):
    """The preview shows these, the one that was dropped on first."""
    panel = person.panel("fuse")
    assert [cube.id for cube in panel.preview.parents] == [cube.id for cube in cubes]
    person.press(panel.fuse_button)
    ids = {cube.id for cube in cubes}
    person.until(lambda: any(set(cube.parents) == ids for cube in person.shelf().values()))


def test_one_row_of_the_timeline_on_another(person, carry):
    cubes = person.remember(*TEXTS)
    view = show(person, "timeline")
    person.until(lambda: len(view.model.order.numbers) == len(TEXTS))

    def row(cube):
        rows = (row for row in range(view.model.rowCount()))
        return next(
            (row for row in rows if (spot := view.list.spot_at(middle(row))) is not None and spot.id == cube.id), None
        )

    def middle(row):
        return view.list.visualRect(view.model.index(row)).center()

    person.until(lambda: all(row(cube) is not None for cube in cubes))
    assert view.list.spot_at(QPoint(40, 8)) is None  # the heading is no memory
    drag(carry, view.list.viewport(), middle(row(cubes[0])), middle(row(cubes[2])))
    assert carry.carried == [cubes[0].id]
    fused(person, cubes[2], cubes[0])


def test_one_card_of_the_lineage_on_another(person, carry):
    whole, *_ = person.remember("The boat is called Lima. She lies in Peniche.", *TEXTS)
    below = person.session.workspace.operations.split(whole.id).result(20).cubes
    person.until(lambda: person.page.cubes.row_of(below[0].id) is not None)
    person.choose(below[0])
    view = show(person, "lineage")
    person.until(lambda: view.shown is not None and {one.id for one in below} <= set(view.graph.items_by_id))
    view.graph.fit()

    def middle(cube):
        return view.graph.mapFromScene(view.graph.items_by_id[cube.id].middle())

    begin, end = middle(below[0]), middle(below[1])
    drag(carry, view.graph.viewport(), begin, end)
    assert carry.carried == [below[0].id]
    fused(person, below[1], below[0])


def placed(person):
    """Give the memories vectors, for their places on the map."""

    def work(vault):
        rows = vault.search.pending("words", 100)
        vectors = np.eye(len(rows), 64, dtype=np.float32) + 0.01
        vault.search.store_vectors("words", [number for number, _ in rows], vectors)

    person.session.workspace._store.ask(work)


def test_one_point_of_the_map_on_another(person, carry):
    cubes = person.remember(*TEXTS)
    placed(person)
    view = show(person, "map")
    canvas = view.canvas
    person.until(lambda: len(canvas._numbers) == len(TEXTS) and canvas.picture.drawn > 0)
    numbers = person.session.workspace.numbers

    def point(cube):
        (number,) = numbers.of([cube.id]).result(20)
        place = canvas._places[canvas._numbers == number]
        return QPoint(*(round(value) for value in canvas.camera.to_view(place)[0].tolist()))

    begin, end = point(cubes[0]), point(cubes[1])
    drag(carry, canvas, begin, end)
    assert not carry.carried and point(cubes[0]) != begin  # a point that is not selected: the map was moved
    canvas.fit()
    QTest.mouseMove(canvas, point(cubes[0]))
    person.until(lambda: canvas.spot_at(point(cubes[0])).id == cubes[0].id)
    QTest.mouseClick(canvas, LEFT, NONE, point(cubes[0]))
    person.until(lambda: person.page.selection.ids == (cubes[0].id,))
    begin, end = point(cubes[0]), point(cubes[1])
    hang(canvas, cubes[0], end)
    assert canvas.dragging.frame.isVisible() and canvas.dragging.frame.geometry().contains(end)
    drag(carry, canvas, begin, end)
    assert carry.carried == [cubes[0].id] and point(cubes[0]) == begin  # the map stayed where it was
    fused(person, cubes[1], cubes[0])


def hang(widget, cube, place):
    """A memory hangs over this place."""
    data = QMimeData()
    data.setData(MIME, cube.id.encode())
    for event in (QDragEnterEvent, QDragMoveEvent):
        QApplication.sendEvent(widget, event(place, COPY, data, LEFT, NONE))
