"""The map under the hands: pan, zoom, hover, click, lasso, with the mouse and with keys."""

from enum import Enum

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPolygonF, QWheelEvent

from memos_desktop.ui.cubes.by_number import CubesAtHand
from memos_desktop.ui.cubes.dragging import CardDrag, Spot
from memos_desktop.ui.cubes.map.overlays import caught
from memos_desktop.ui.cubes.map.plane import MapPlane, Numbers
from memos_desktop.ui.page import Context

REACH = 7
STEP = 1.25
PAN = 0.12
DRAG_FROM = 4
AROUND = 8
"""From a point to the frame around it."""


class Tool(Enum):
    """What a drag does."""

    PAN = "pan"
    LASSO = "lasso"


class MapCanvas(MapPlane):
    """Tells what the person selects by number.

    Attributes:
        tool: what a drag beside the selected points does.
        dragging: a selected point on another one.

    Signals:
        picked(numbers): the person selected these.
        opened(int): a double click or Enter on this memory.
        region_wanted(Region): a name was clicked.
        menu_wanted(QPoint): the context menu, at a global position.
        left(): Escape with nothing else to leave.
        tool_changed(): lasso or hand.

    """

    picked = Signal(object)
    opened = Signal(int)
    region_wanted = Signal(object)
    menu_wanted = Signal(QPoint)
    left = Signal()
    tool_changed = Signal()

    def __init__(self, context: Context, at_hand: CubesAtHand) -> None:
        super().__init__(context, at_hand)
        self.tool = Tool.PAN
        self._drag: QPointF | None = None
        self._dragged = False
        self.dragging = CardDrag(context, self, self.spot_at, self._grab_at)
        self.dragging.began.connect(self._let_go)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_tool(self, tool: Tool) -> None:
        """What a drag does from now on."""
        self.tool = tool
        self._lasso = None
        self.setCursor(Qt.CursorShape.CrossCursor if tool is Tool.LASSO else Qt.CursorShape.ArrowCursor)
        self.tool_changed.emit()
        self.update()

    # the mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom(STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a pan or a lasso. With Shift held, a drag is always a lasso."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag, self._dragged = event.position(), False
            if self.tool is Tool.LASSO or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._lasso = [event.position()]
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._drag, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, go on with the lasso, or see what is below the pointer."""
        place = event.position()
        if self._drag is None:
            self._hover(self._nearest(place))
            return
        step = place - self._drag
        self._dragged |= step.manhattanLength() > DRAG_FROM
        if not self._dragged:
            return
        if self._lasso is not None:
            if (place - self._lasso[-1]).manhattanLength() > 3:
                self._lasso.append(place)
            self.update()
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._drag = place
            self._move(self.camera.panned(step.x(), step.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click selects, a lasso selects what lies in it."""
        drag, lasso = self._drag, self._lasso
        self._drag = self._lasso = None
        if self.tool is Tool.PAN:
            self.unsetCursor()
        adding = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if drag is not None and not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self._click(event.position(), adding)
        elif lasso is not None and self._dragged:
            self._catch(lasso, adding)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open what is below the pointer; elsewhere go closer."""
        found = self._nearest(event.position())
        if found >= 0:
            self.opened.emit(int(self._numbers[found]))
        else:
            self.zoom(STEP**3, event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at."""
        self._hover(-1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of what is selected; a point below the mouse that is not is selected first."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:  # its position is just the middle
            if len(self.selected):
                self.menu_wanted.emit(self.mapToGlobal(self._beside_selected()))
            return
        found = self._nearest(QPointF(event.pos()))
        if found >= 0 and self._numbers[found] not in self.selected:
            self._pick(self._numbers[found : found + 1])
        if len(self.selected):
            self.menu_wanted.emit(event.globalPos())

    def _beside_selected(self) -> QPoint:
        """Where a menu of what is selected belongs: at the first of it, where that is in sight."""
        for x, y in self.camera.to_view(self._places_of(self.selected[:1])).tolist():
            if self.rect().contains(round(x), round(y)):
                return QPoint(round(x), round(y))
        return self.rect().center()

    def spot_at(self, place: QPoint) -> Spot | None:
        """The point at this place. Which memory it is may not be known yet."""
        found = self._nearest(QPointF(place))
        if found < 0:
            return None
        number = int(self._numbers[found])
        cube = self._at_hand.get(number)
        x, y = self.camera.to_view(self._places[found : found + 1])[0].tolist()
        side = round(self.picture.radius) + AROUND
        area = QRect(round(x) - side, round(y) - side, 2 * side, 2 * side)
        return Spot(cube.id, cube.title, area, number) if cube is not None else Spot("", "", area, number)

    def _grab_at(self, place: QPoint) -> Spot | None:
        """A selected point can be dragged on another one; beside them a drag pans, and a lasso is a lasso."""
        spot = self.spot_at(place) if self.tool is Tool.PAN else None
        return spot if spot is not None and spot.id and spot.number in self.selected else None

    def _let_go(self) -> None:
        self._drag = self._lasso = None

    def _click(self, place: QPointF, adding: bool) -> None:
        found = self._nearest(place)
        if found < 0:
            named = next((name for name in self._names if name.region and name.area.contains(place)), None)
            if named is not None:
                self.region_wanted.emit(named.region)
            elif len(self.selected) and not adding:
                self._pick(np.empty(0, np.int64))
            return
        number = self._numbers[found : found + 1]
        if not adding:
            self._pick(number)
        elif number[0] in self.selected:
            self._pick(self.selected[self.selected != number[0]])
        else:
            self._pick(np.append(self.selected, number))

    def _catch(self, lasso: list[QPointF], adding: bool) -> None:
        found = self._numbers[caught(self.camera.to_view(self._places), QPolygonF(lasso), self.size())]
        self._pick(np.union1d(self.selected, found) if adding else found)

    def _pick(self, numbers: Numbers) -> None:
        self.mark(numbers, bring=False)
        self.picked.emit(numbers)

    def _nearest(self, place: QPointF) -> int:
        """The point below the pointer, or as good as; -1 for none."""
        if not len(self._places):
            return -1
        x, y = self.camera.to_map(place.x(), place.y())
        far = ((self._places - np.array([x, y], np.float32)) ** 2).sum(axis=1)
        found = int(far.argmin())
        reach = max(REACH, self.picture.radius + 4) / self.camera.scale
        return found if far[found] <= reach**2 else -1

    def _hover(self, found: int) -> None:
        if found == self._hovered:
            return
        self._hovered = found
        if found >= 0 and not self._at_hand.is_fresh(int(self._numbers[found])):
            self._at_hand.want([int(self._numbers[found])])
        self.update()

    # the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, with Ctrl they go to the next memory that way; + and - zoom, 0 shows all, L is the lasso."""
        keys = Qt.Key
        ways = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}
        key = keys(event.key())
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in ways:
            x, y = ways[key]
            if ctrl:
                self._walk(x, y)
            else:
                self._move(self.camera.panned(-x * PAN * self.camera.width, -y * PAN * self.camera.height))
        elif key in (keys.Key_Plus, keys.Key_Equal) and not ctrl:
            self.zoom(STEP**2)
        elif key == keys.Key_Minus and not ctrl:
            self.zoom(STEP**-2)
        elif key in (keys.Key_0, keys.Key_Home) and not ctrl:
            self.fit()
        elif key == keys.Key_L and not ctrl:
            self.set_tool(Tool.PAN if self.tool is Tool.LASSO else Tool.LASSO)
        elif key in (keys.Key_Return, keys.Key_Enter) and len(self.selected) == 1:
            self.opened.emit(int(self.selected[0]))
        elif key == keys.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        if self.tool is Tool.LASSO:
            self.set_tool(Tool.PAN)
        else:
            self.left.emit()

    def _walk(self, x: int, y: int) -> None:
        """Select the nearest memory in one direction, seen from the selected one or from the middle."""
        here = self._places_of(self.selected[:1])
        start = here[0] if len(here) else np.array([self.camera.x, self.camera.y], np.float32)
        step = self._places - start
        along = step[:, 0] * x + step[:, 1] * y
        across = np.abs(step[:, 0] * y) + np.abs(step[:, 1] * x)
        ahead = np.flatnonzero((along > 1e-6) & (across <= along))
        if len(ahead):
            found = ahead[(along[ahead] + 2 * across[ahead]).argmin()]
            self.mark(self._numbers[found : found + 1])
            self.picked.emit(self.selected)
