"""The lineage view: what a memory came from and what came of it, as a graph or as a list."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError, NotFoundError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.lineage import LEAST_DEPTH, MOST_DEPTH, USUAL_DEPTH, LineageGraph, LineageNode, NodeKind
from memos_desktop.ui.cubes.dragging import CardDrag
from memos_desktop.ui.cubes.empty import Empty, empty_state
from memos_desktop.ui.cubes.lineage import lineage_words as say
from memos_desktop.ui.cubes.lineage.graph import STEP, GraphView
from memos_desktop.ui.cubes.lineage.starts import StartPage
from memos_desktop.ui.cubes.lineage.tree import LineageTree
from memos_desktop.ui.cubes.views import CubeView, remembered
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import ElidedLabel, EmptyState, IconButton, Segments, label

DEPTH_KEY, SHAPE_KEY = "memory/lineage-depth", "memory/lineage-shape"
SHAPES = (
    ("graph", "Graph", "Cards joined by lines"),
    ("list", "List", "The same in lines, for keyboard and screen reader"),
)
ROOMY = 620
"""Below this width the summary and the zoom buttons give way to depth and shape."""


class LineageView(CubeView):
    """Draws what surrounds one memory; relatives outside the filter are dimmed, not hidden.

    Attributes:
        graph, tree: the two ways in which the same is shown.
        dragging: one card on another.
        center: the memory in the middle, or None.

    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.graph = GraphView(context)
        self.dragging = CardDrag(context, self.graph.viewport(), self.graph.spot_at)
        self.tree = LineageTree(context)
        self.starts = StartPage(context)
        self.center: str | None = None
        self.shown: LineageGraph | None = None
        self._asked: tuple[str, int, CubeFilter] | None = None
        self._before: list[str] = []
        self._arriving = False
        self.shape = Segments("Show as", SHAPES)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self._caption = label("Depth", "meta")
        self.depth_words = label("", "meta")
        self.summary = ElidedLabel("", "meta")
        self.back = IconButton(context.icons, "back", "Back to the memory before (Backspace)")
        self.closer = IconButton(context.icons, "zoom-in", "Closer (+)")
        self.farther = IconButton(context.icons, "zoom-out", "Farther (−)")
        self.fit = IconButton(context.icons, "fit", "Fit all in (0)")
        self.alone = EmptyState(context.theme, context.icons, "lineage", "No lineage yet", "")
        self.failed = empty_state(Empty.FAILED, context)
        self.stack = QStackedWidget()
        self._bar = QWidget()
        self._lay_out()
        self._connect()
        self._restore()

    # what the page tells

    def set_filter(self, wanted: CubeFilter) -> None:
        """Offer what the filter lets through to begin with, and dim the rest in the graph."""
        self.wanted = wanted
        self.refresh()

    def refresh(self) -> None:
        """Read again what is shown."""
        if self.center is not None:
            self._ask(self.center)
        else:
            self._show_starts()

    def select(self, ids: Sequence[str]) -> None:
        """Show these as selected. The first comes into the middle if it is not shown, or the view was left before."""
        self._selected = tuple(ids)
        first = ids[0] if ids else None
        known = self.shown is not None and first is not None and self.shown.node(first) is not None
        if first is not None and (self._arriving or not known):
            self._go(first)
        self._arriving = False
        self._mark()

    def selected(self) -> tuple[str, ...]:
        """The selected memories."""
        return self._selected

    def take_focus(self) -> None:
        """What is shown: graph, list, or what one can begin with."""
        (self.stack.currentWidget() or self).setFocus()

    def enter(self) -> None:
        """Take the keyboard focus; the memory in the middle is selected if none is."""
        self._front().setFocus()
        if not self._selected and self.center is not None:
            self._choose((self.center,))

    def showEvent(self, event: QShowEvent) -> None:
        """What is selected elsewhere comes into the middle."""
        super().showEvent(event)
        self._arriving = True

    # the middle

    def go(self, cube_id: str) -> None:
        """Show what surrounds this memory, and select it."""
        self._go(cube_id)
        self._choose((cube_id,))

    def _go(self, cube_id: str) -> None:
        if self.center is not None and self.center != cube_id:
            self._before = [*self._before[-30:], self.center]
        self.center = cube_id
        self._ask(cube_id)

    def _go_back(self) -> None:
        if self._before:
            before = self._before.pop()
            self.center = before
            self._ask(before)
            self._choose((before,))

    def _ask(self, cube_id: str) -> None:
        asked = self._asked = (cube_id, self.slider.value(), self.wanted)

        def show(graph: LineageGraph) -> None:
            if asked == self._asked:
                self._show(graph)

        def refuse(error: MemosError) -> None:
            if asked == self._asked:
                self._refuse(error)

        self.context.bridge.then(self.context.workspace.lineage.around(*asked), show, refuse, receiver=self)

    def _refuse(self, error: MemosError) -> None:
        """It was removed a moment ago; or it could not be read, which is no reason to leave it."""
        if isinstance(error, NotFoundError):
            self.center, self.shown = None, None
            self._show_starts()
            return
        if self.shown is None:
            self._turn_to(self.failed)
        self.context.bridge.failed.emit(error)

    def _show(self, graph: LineageGraph) -> None:
        self.shown = graph
        if not graph.nodes[0].there:  # it was removed a moment ago
            self.center = self.shown = None
            self._show_starts()
            return
        self.back.setEnabled(bool(self._before))
        self.summary.set_text(say.summary(graph))
        if graph.alone:
            self._show_alone(graph.nodes[0])
            return
        self.graph.show_graph(graph)
        self.tree.show_graph(graph)
        self._mark()
        self._turn_to(self._front())

    def _show_alone(self, node: LineageNode) -> None:
        self.alone.title.setText(say.name(node))
        self.alone.sentence.setText(say.alone(node))
        self.summary.set_text("")
        self._turn_to(self.alone)

    def _show_starts(self) -> None:
        self.summary.set_text("")
        self.back.setEnabled(False)
        self.starts.refresh(self.wanted)
        self._turn_to(self.starts)

    def _turn_to(self, page: QWidget) -> None:
        """Another page of the stack; the focus goes along where it was in here."""
        inside = self.isAncestorOf(self.window().focusWidget() or self.window())
        self.stack.setCurrentWidget(page)
        drawn = page is self.graph
        for one in (self.closer, self.farther, self.fit):
            one.setEnabled(drawn)
        if inside and not self._bar.isAncestorOf(self.window().focusWidget() or self.window()):
            page.setFocus()

    def _front(self) -> QWidget:
        return self.tree if self.shape.current() == "list" else self.graph

    # what the person does

    def _choose(self, ids: tuple[str, ...]) -> None:
        self._selected = ids
        self._mark()
        self.picked.emit()

    def _mark(self) -> None:
        self.graph.select(self._selected)
        self.tree.select(self._selected)

    def _open(self, node_id: str) -> None:
        node = self.shown.node(node_id) if self.shown is not None else None
        if node is None or not node.there:
            return
        if node.kind is NodeKind.CUBE:
            self._choose((node.id,))
            self.opened.emit(node.id)
        elif node.kind is NodeKind.MESSAGE:
            self.context.navigator.message.emit(node.chat_id, node.ref)

    def _reshape(self, shape: str) -> None:
        remembered(self.context).setValue(SHAPE_KEY, shape)
        if self.shown is not None and not self.shown.alone and self.center is not None:
            self._turn_to(self._front())
            self._front().setFocus()

    def _deepen(self, depth: int) -> None:
        self.depth_words.setText(say.steps(depth))
        remembered(self.context).setValue(DEPTH_KEY, depth)
        if self.center is not None:
            self._ask(self.center)

    # building

    def _connect(self) -> None:
        for one in (self.graph, self.tree):
            one.chosen.connect(self._choose)
            one.opened.connect(self._open)
            one.centred.connect(self.go)
            one.menu_wanted.connect(self._menu)
            one.left.connect(self.left)
            one.back_wanted.connect(self._go_back)
        self.starts.chosen.connect(self.go)
        self.failed.pressed.connect(self.refresh)
        self.dragging.dropped.connect(lambda dragged, target: self.fuse_wanted.emit((target.id, dragged)))
        self.back.clicked.connect(self._go_back)
        self.closer.clicked.connect(lambda: self.graph.zoom(STEP))
        self.farther.clicked.connect(lambda: self.graph.zoom(1 / STEP))
        self.fit.clicked.connect(self.graph.fit)
        self.shape.chosen.connect(self._reshape)
        self.slider.valueChanged.connect(self._deepen)
        self.context.theme.changed.connect(self._redraw)

    def _menu(self, at: QPoint) -> None:
        if self._selected:
            self.menu_wanted.emit(at)

    def _redraw(self) -> None:
        if self.shown is not None and not self.shown.alone:
            self.graph.redraw()
            self.tree.redraw()

    def _restore(self) -> None:
        kept: QSettings = remembered(self.context)
        shape = str(kept.value(SHAPE_KEY, "graph"))
        self.shape.choose(shape if any(shape == key for key, _, _ in SHAPES) else "graph")
        found = str(kept.value(DEPTH_KEY, USUAL_DEPTH))
        self.slider.setValue(int(found) if found.isdigit() else USUAL_DEPTH)
        self.depth_words.setText(say.steps(self.slider.value()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the bar keeps what the keys do not do."""
        super().resizeEvent(event)
        roomy = self.width() >= self.context.theme.px(ROOMY)
        for one in (self.closer, self.farther, self.fit, self._caption):
            one.setVisible(roomy)
        self.slider.setFixedWidth(self.context.theme.px(110 if roomy else 64))

    def _lay_out(self) -> None:
        self.slider.setRange(LEAST_DEPTH, MOST_DEPTH)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName("Depth: how many steps from the memory in the middle")
        self.slider.setToolTip(self.slider.accessibleName())
        self.back.setEnabled(False)
        self._caption.setBuddy(self.slider)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(0, 0, 0, GRID)
        row.setSpacing(GRID)
        for one in (self.back, self.shape, self._caption, self.slider, self.depth_words):
            row.addWidget(one)
        row.addWidget(self.summary, 1)
        for one in (self.farther, self.closer, self.fit):
            row.addWidget(one)
        for page in (self.starts, self.graph, self.tree, self.alone, self.failed):
            self.stack.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(HALF)
        box.addWidget(self._bar)
        box.addWidget(self.stack, 1)
