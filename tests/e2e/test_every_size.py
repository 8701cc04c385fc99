"""Every view and panel of the Memory page in the real window, small and large, with normal and with large text."""

import contextlib

import numpy as np
import pytest
from operator_person import Operator
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractScrollArea, QLabel, QWidget
from pytestqt.exceptions import TimeoutError

from memos_desktop.paths import DataFolder
from memos_desktop.ui.widgets import ElidedButton, ElidedLabel

TEXTS = (
    "The boat lies in the harbour of Peniche from May to October.",
    "The boat is in the harbour of Peniche from May to September.",
    "Nora lives in Porto. She has a dog. The dog is called Faro.",
    "The insurance of the boat runs until the end of March.",
)
MOST_STOPS = 150
SETTLE_MS = 1_500


class Visitor(Operator):
    """Goes to every place of the Memory page."""

    def prepare(self, bundle):
        """Memories of all kinds of use, and a bundle to import."""
        self.cubes = self.remember(*TEXTS)
        self._give_vectors()
        workspace = self.session.workspace
        workspace.reviews.refresh().future.result(20)
        workspace.time.snapshot("Before the long trip to the islands", "").result(20)
        self.library.revise(self.cubes[3].id, text="The insurance of the boat runs until April.").result(20)
        workspace.operations.split(self.cubes[2].id).result(20)
        self.bundle = bundle
        self.parts = [cube for cube in self.shelf().values() if cube.parents]
        workspace.transfer.export(bundle, [self.cubes[3].id]).future.result(20)
        self.until(lambda: self.page.cubes.total == len(TEXTS) + len(self.parts))

    def _give_vectors(self):
        def work(vault):
            rows = vault.search.pending("words", 100)
            vectors = np.eye(len(rows), 64, dtype=np.float32) + 0.01
            vault.search.store_vectors("words", [number for number, _ in rows], vectors)

        self.session.workspace._store.ask(work)

    def look(self, scale, width, height):
        """Text and window of this size."""
        self.session.workspace.settings.change(text_scale=scale)
        self.until(lambda: self.window.theme.scale == scale)
        self.window.resize(width, height)
        self.until(lambda: (self.window.width(), self.window.height()) == (width, height))

    def places(self):
        """Go from place to place; gives the name of each when it is shown."""
        for name in ("table", "timeline", "map", "lineage"):
            self.page.show_view(name)
            if name == "map":
                self.until(lambda: self.page.views.current().canvas._numbers.size > 0)
            if name == "lineage":
                self.page.views.select([self.parts[0].id])
                self.until(lambda: self.page.views.current().graph.isVisible())
            yield name
        yield from self._past()
        self.page.show_view("table")
        for verb, cubes in (
            ("review", ()), ("fuse", self.cubes[:2]), ("split", self.parts[:1]), ("migrate", self.cubes[:1]),
            ("forget", self.cubes[:1]), ("expire", self.cubes[:1]), ("export", self.cubes[:1]),
        ):  # fmt: skip
            self.page.operators.open(verb, tuple(cube.id for cube in cubes))
            self.until(lambda: self.page.slot.panel is not None)
            panel = self.page.slot.panel
            if hasattr(panel, "preview"):
                self.until(lambda panel=panel: panel.preview is not None)
            if verb == "migrate":
                self.until(lambda panel=panel: bool(panel.rows))
            yield verb
            self.page.slot.close_panel()
        self.window.commands.open_bundle(self.bundle)
        self.until(lambda: getattr(self.page.slot.panel, "preview", None) is not None)
        yield "import"
        self.page.slot.close_panel()

    def _past(self):
        view = self.page.time.enter()
        self.until(lambda: view.table.past.rowCount() > 0)
        view.traveller.step(False)
        self.until(lambda: view.bar.restore.isEnabled())

        def looked_at():
            if view.table.current_row() is None:  # the list may be read again meanwhile
                view.table.selectRow(0)
            return view.pane.open.isVisible()

        self.until(looked_at)
        yield "past"
        view.lists._buttons["snapshots"].click()
        self.until(lambda: view.snapshots.list.count() > 0)
        yield "snapshots"
        view.lists._buttons["then"].click()


@pytest.fixture
def visitor(qtbot, tmp_path):
    visitor = Visitor(qtbot, DataFolder(tmp_path / "data"))
    try:
        visitor.prepare(tmp_path / "some.memcube")
        yield visitor
    finally:
        visitor.stop()


@pytest.mark.parametrize("size", [(1280, 800), (720, 480)])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_can_be_read_named_and_reached(visitor, qtbot, scale, size):
    visitor.look(scale, *size)
    wrong = []
    for place in visitor.places():
        wrong += [f"{place}: {fault}" for fault in (*settled(qtbot, visitor), *unreachable(visitor, visible(visitor)))]
    assert not wrong, "\n".join(wrong)


def test_the_inspector_keeps_a_readable_width(visitor):
    visitor.look(1.0, 1280, 800)
    for view in ("table", "timeline", "map", "lineage"):
        visitor.page.show_view(view)
        visitor.page.open_item(visitor.cubes[0].id)
        visitor.until(visitor.window.panel.isVisible)
        assert visitor.window.panel.width() >= 320
    visitor.look(2.0, 720, 480)
    splitter = visitor.window.splitter
    visitor.until(lambda: splitter.orientation() is Qt.Orientation.Vertical)
    assert visitor.page.width() == visitor.window.panel.width() == splitter.width()


def visible(visitor):
    """What is shown of the page."""
    return [one for one in visitor.page.findChildren(QWidget) if one.isVisible() and not _hidden_part(one)]


def settled(qtbot, visitor):
    """What is still wrong when the layout rests: a text that wraps asks for height, which may make others move."""
    found = []

    def right():
        shown = visible(visitor)
        found[:] = [*nameless(shown), *cut(shown, visitor.page)]
        return not found

    with contextlib.suppress(TimeoutError):
        qtbot.waitUntil(right, timeout=SETTLE_MS)
    return found


def _hidden_part(widget):
    """Parts of Qt's own widgets: the buttons in a field, scroll bars, headers, corners."""
    return widget.objectName().startswith("qt_") or "QLineEditIconButton" in widget.metaObject().className()


def heard(widget):
    """What a screen reader calls it."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


def nameless(shown):
    wanted = (one for one in shown if isinstance(one, QAbstractButton) or takes_focus(one))
    for one in wanted:
        if one.isEnabled() and not heard(one):
            yield f"{told(one)} has no name"


def takes_focus(one):
    return bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus) and one.isEnabled() and one.focusProxy() is None


def cut(shown, page):
    for one in shown:
        if isinstance(one, ElidedLabel | ElidedButton):
            continue
        if isinstance(one, QLabel) and one.text():
            wide = one.wordWrap() or one.width() + 1 >= one.sizeHint().width()
            high = one.height() + 1 >= (one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height())
            if not (wide and high):
                yield f"{told(one)} has {one.size().toTuple()} of {one.sizeHint().toTuple()}"
        elif isinstance(one, QAbstractButton) and one.text() and pressed_together(one):
            yield f"{told(one)} has {one.size().toTuple()} of {one.sizeHint().toTuple()}"
        if isinstance(one, QLabel | QAbstractButton | QAbstractItemView) and not within(one, page):
            yield f"{told(one)} lies outside of what shows it"


def pressed_together(button):
    """Whether its words do not fit. The height of some looks is fixed, below what Qt would like."""
    return button.width() + 1 < button.sizeHint().width() or button.height() < button.fontMetrics().height()


def within(one, page):
    """Whether it lies in all that it stands in; what scrolls need not hold its height."""
    area, parent = QRect(QPoint(), one.size()), one
    while parent is not page:
        area.translate(parent.pos())
        parent = parent.parentWidget()
        scrolls = isinstance(parent.parentWidget(), QAbstractScrollArea)
        if area.left() < 0 or area.right() > parent.width() or (not scrolls and area.bottom() > parent.height()):
            return False
        if scrolls:
            area.setBottom(min(area.bottom(), parent.height()))
    return True


def unreachable(visitor, shown):
    """Press Tab until the focus has been everywhere. Of a group of choices one has it, the arrows go to the others."""
    window, seen = visitor.window, set()
    start = visitor.window.rail.buttons["memory"]
    start.setFocus()
    for _ in range(MOST_STOPS):
        here = window.focusWidget()
        seen.add(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
        if window.focusWidget() is start:
            break
    groups = {one.group() for one in seen if isinstance(one, QAbstractButton) and one.group() is not None}
    for one in shown:
        grouped = isinstance(one, QAbstractButton) and one.group() in groups
        if takes_focus(one) and one not in seen and not grouped:
            yield f"{told(one)} cannot be reached by Tab"


def told(one):
    text = one.text() if isinstance(one, QLabel | QAbstractButton) else ""
    return f"{type(one).__name__} “{text or one.accessibleName()}”"
