"""The lineage as a drawing: cards in columns, joined by curves; with zoom, pan, and the keyboard from card to card."""

from collections.abc import Collection

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from memos_desktop.memory.lineage import LineageGraph, LineageNode, NodeKind
from memos_desktop.ui.cubes.dragging import Spot
from memos_desktop.ui.cubes.lineage import lineage_words as say
from memos_desktop.ui.cubes.lineage.cards import NodeItem
from memos_desktop.ui.cubes.lineage.drawing import MARGIN, Drawing, draw
from memos_desktop.ui.cubes.lineage.links import LabelItem, LinkItem
from memos_desktop.ui.page import Context

CLOSEST, FARTHEST, READABLE = 2.0, 0.12, 0.8
STEP = 1.2


class GraphView(QGraphicsView):
    """Draws one graph. Plain clicks and arrow keys select one memory, Ctrl adds and takes away.

    Signals:
        chosen(object): these memories are selected now, a tuple of ids.
        opened(str): Enter or a double click on the card that is in the middle already, by node id.
        centred(str): this memory is wanted in the middle.
        menu_wanted(QPoint): the context menu, at a global position.
        left(): Escape.
        back_wanted(): Backspace.

    """

    chosen = Signal(object)
    opened = Signal(str)
    centred = Signal(str)
    menu_wanted = Signal(QPoint)
    left = Signal()
    back_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._theme = context.theme
        self._drawing = Drawing()
        self._graph: LineageGraph | None = None
        self._selected: tuple[str, ...] = ()
        self._focus = ""
        self._fitted = False
        self._pressed: QPoint | None = None
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setProperty("look", "clear")
        self.setAccessibleName("Lineage graph")
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    @property
    def items_by_id(self) -> dict[str, NodeItem]:
        """The cards."""
        return self._drawing.nodes

    @property
    def links(self) -> list[LinkItem]:
        """The edges."""
        return self._drawing.links

    @property
    def labels(self) -> list[LabelItem]:
        """The words on the edges."""
        return self._drawing.labels

    # what is shown

    def show_graph(self, graph: LineageGraph) -> None:
        """Draw this graph. Around another memory the place is chosen anew; else it stays."""
        fresh = self._graph is None or self._graph.center != graph.center
        kept = self.transform(), self.mapToScene(self.viewport().rect().center())
        before = self.items_by_id.get(graph.center)
        offset = kept[1] - before.pos() if before is not None else None
        self._graph = graph
        self._draw(self._graph)
        if self._focus not in self.items_by_id or fresh:
            self._focus = graph.center
        self._mark()
        if fresh or offset is None:
            self.begin()
        else:
            self.centerOn(self.items_by_id[graph.center].pos() + offset)

    def redraw(self) -> None:
        """Colours or sizes are different now."""
        if self._graph is not None:
            self._draw(self._graph)
            self._mark()
            self.begin()

    def select(self, ids: Collection[str], focus: bool = True) -> None:
        """Show these memories as selected, without a signal."""
        self._selected = tuple(ids)
        first = next((id for id in ids if id in self.items_by_id), "")
        if first and focus and first != self._focus:
            self._focus = first
            self.ensureVisible(self.items_by_id[first], MARGIN, MARGIN)
        self._mark()

    def spot_at(self, place: QPoint) -> Spot | None:
        """The memory whose card is at this place of the viewport."""
        item = self._at(place)
        if item is None or item.node.kind is not NodeKind.CUBE or not item.node.there:
            return None
        area = self.mapFromScene(item.mapToScene(item.shape().boundingRect())).boundingRect()
        return Spot(item.node.id, item.node.title, area.adjusted(-3, -3, 3, 3))

    def focused(self) -> LineageNode | None:
        """The node that the keyboard is on."""
        item = self.items_by_id.get(self._focus)
        return item.node if item is not None else None

    # zoom

    def zoom(self, factor: float) -> None:
        """Closer or farther, within limits."""
        now = self.transform().m11()
        wanted = min(CLOSEST, max(FARTHEST, now * factor))
        if wanted != now:
            self._fitted = False
            self.scale(wanted / now, wanted / now)

    def fit(self) -> None:
        """All of it in sight, at most at its natural size."""
        self._fitted = True
        self._fit(FARTHEST)

    def begin(self) -> None:
        """The memory in the middle of the view, and as much around it as can be read."""
        self._fitted = True
        self._fit(READABLE)
        if self._graph is not None and self.transform().m11() <= READABLE * 1.001:
            self._fitted = False
            self.centerOn(self.items_by_id[self._graph.center].middle())

    def _fit(self, least: float) -> None:
        area, room = self.sceneRect(), self.viewport().rect()
        if area.isEmpty() or room.isEmpty():
            return
        scale = min(1.0, room.width() / area.width(), room.height() / area.height())
        self.resetTransform()
        self.scale(max(least, scale), max(least, scale))
        self.centerOn(area.center())

    def _draw(self, graph: LineageGraph) -> None:
        self._drawing = draw(self.scene(), graph, self._context)
        self.setBackgroundBrush(self._theme.color("background"))

    def _mark(self) -> None:
        """Selection, focus and middle on every card; the edges of what is selected are lit."""
        chosen = set(self._selected)
        center = self._graph.center if self._graph is not None else ""
        at = self._focus if self.hasFocus() else ""
        for id, item in self.items_by_id.items():
            item.show_as(center=id == center, chosen=id in chosen, focused=id == at)
        for link in self.links:
            link.light(link.edge.earlier in chosen or link.edge.later in chosen)
        node = self.focused()
        self.setAccessibleDescription(say.aloud(node) if node is not None else "")

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """On a card: select it. Beside the cards: drag the drawing."""
        item = self._at(event.position().toPoint())
        self._pressed = event.position().toPoint() if item is None else None
        if item is None or event.button() is Qt.MouseButton.MiddleButton:
            super().mousePressEvent(event)
            return
        self.setFocus()
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        keeps = event.button() is Qt.MouseButton.RightButton and item.node.id in self._selected
        self._focus = item.node.id
        if not keeps:
            self._pick(item.node, held)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click beside the cards selects nothing."""
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and (pressed - event.position().toPoint()).manhattanLength() < 4 and self._selected:
            self._choose(())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A memory comes into the middle; the one in the middle, or a message, is opened."""
        if (item := self._at(event.position().toPoint())) is not None:
            self._enter(item.node)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl: zoom. Else: scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(STEP ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of what is selected."""
        if self._selected:
            self.menu_wanted.emit(event.globalPos())

    # keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from card to card, Enter opens, Space brings into the middle, + − 0 zoom."""
        key = event.key()
        if key in _ARROWS:
            self._move(Qt.Key(key), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if (node := self.focused()) is not None:
                self.opened.emit(node.id)
        elif key == Qt.Key.Key_Space:
            if (node := self.focused()) is not None and node.kind is NodeKind.CUBE and node.there:
                self.centred.emit(node.id)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_Backspace:
            self.back_wanted.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            event.ignore()  # the verbs' keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which card the keyboard is on."""
        super().focusInEvent(event)
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No longer."""
        super().focusOutEvent(event)
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What was fitted stays fitted."""
        super().resizeEvent(event)
        if self._fitted:
            self.begin()

    def _move(self, key: Qt.Key, add: bool) -> None:
        item = self.items_by_id.get(self._focus)
        found = self._beside(item, key) if item is not None else None
        if found is not None:
            self._focus = found.node.id
            self._pick(found.node, add)
            self.ensureVisible(found, MARGIN, MARGIN)

    def _beside(self, item: NodeItem, key: Qt.Key) -> NodeItem | None:
        """The next card: left and right along the edges, else in the next column; up and down in its own."""
        columns = self._drawing.columns
        at = next(number for number, column in enumerate(columns) if item.node.id in column)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            column = columns[at]
            place = column.index(item.node.id) + (1 if key == Qt.Key.Key_Down else -1)
            return self.items_by_id[column[place]] if 0 <= place < len(column) else None
        near = self._joined(item.node.id, key == Qt.Key.Key_Right)
        if not near:
            number = at + (1 if key == Qt.Key.Key_Right else -1)
            near = list(columns[number]) if 0 <= number < len(columns) else []
        others = [self.items_by_id[id] for id in near]
        return min(others, key=lambda one: abs(one.y() - item.y()), default=None)

    def _joined(self, id: str, later: bool) -> list[str]:
        edges = [link.edge for link in self.links]
        pairs = [(edge.earlier, edge.later) if later else (edge.later, edge.earlier) for edge in edges]
        return [other for one, other in pairs if one == id]

    # choosing

    def _at(self, place: QPoint) -> NodeItem | None:
        return next((item for item in self.items(place) if isinstance(item, NodeItem)), None)

    def _pick(self, node: LineageNode, add: bool) -> None:
        if node.kind is not NodeKind.CUBE or not node.there:
            self._mark()  # nothing that could be selected: only the focus is there
            return
        if add:
            without = tuple(id for id in self._selected if id != node.id)
            self._choose(without if len(without) < len(self._selected) else (*self._selected, node.id))
        else:
            self._choose((node.id,))

    def _choose(self, ids: tuple[str, ...]) -> None:
        self._selected = ids
        self._mark()
        self.chosen.emit(ids)

    def _enter(self, node: LineageNode) -> None:
        away = self._graph is not None and node.id != self._graph.center
        if node.kind is NodeKind.CUBE and away:
            if node.there:
                self.centred.emit(node.id)
        else:
            self.opened.emit(node.id)


_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
