"""Dragging one memory on another, which opens the fuse preview. Works on any widget that can say what lies where."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, RADIUS_CONTROL

MIME = "application/x-memos-memory"
WIDE = 280
PLAIN = Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True, slots=True)
class Spot:
    """A memory and the place that it takes in the widget. The id is empty where the widget knows only its number."""

    id: str
    title: str
    area: QRect
    number: int = -1


class CardDrag(QObject):
    """Watches one widget: it starts drags from it, shows where a memory would be dropped, and takes the drop.

    Attributes:
        frame: is around the memory on which a drop would fall.

    Signals:
        began(): a drag starts; the widget will not hear of the release of the button.
        dropped(str, Spot): the memory with this id was dropped there.

    """

    began = Signal()
    dropped = Signal(str, object)

    def __init__(
        self,
        context: Context,
        widget: QWidget,
        spot_at: Callable[[QPoint], Spot | None],
        grab_at: Callable[[QPoint], Spot | None] | None = None,
    ) -> None:
        """`spot_at` finds what lies at a place; `grab_at` what a press there would take, where that is less."""
        super().__init__(widget)
        self._context = context
        self._widget = widget
        self._spot_at = spot_at
        self._grab_at = grab_at or spot_at
        self._pressed: tuple[QPoint, Spot] | None = None
        self.frame = _Target(context, widget)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Presses and moves begin a drag, enters and drops end one; everything else is left to the widget."""
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        if isinstance(event, QDragEnterEvent | QDragMoveEvent):
            return self._over(event)
        if isinstance(event, QDropEvent):
            return self._drop(event)
        if event.type() == QEvent.Type.DragLeave:
            self.frame.hide()
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> bool:
        place = event.position().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress:
            plain = event.button() == Qt.MouseButton.LeftButton and event.modifiers() == PLAIN
            spot = self._grab_at(place) if plain else None
            self._pressed = (place, spot) if spot is not None else None
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed = None
        elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
            start, spot = self._pressed
            if (place - start).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                self._start(spot)
            return True  # else it would select rows as the mouse passes them, or pan
        return False

    def _start(self, spot: Spot) -> None:
        self.began.emit()
        data = QMimeData()
        data.setData(MIME, spot.id.encode())
        drag = QDrag(self._widget)
        drag.setMimeData(data)
        picture = self._picture(spot.title)
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(GRID, round(picture.height() / picture.devicePixelRatio()) // 2))
        drag.exec(Qt.DropAction.CopyAction)
        self.frame.hide()

    def _over(self, event: QDragMoveEvent) -> bool:
        source = source_of(event.mimeData())
        if not source:
            return False
        spot = self._spot_at(event.position().toPoint())
        if spot is None or spot.id == source:
            self.frame.hide()
            event.setDropAction(Qt.DropAction.IgnoreAction)
            event.accept()  # the drag may go on over this widget
            return True
        self.frame.show_at(spot.area)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _drop(self, event: QDropEvent) -> bool:
        source = source_of(event.mimeData())
        if not source:
            return False
        self.frame.hide()
        spot = self._spot_at(event.position().toPoint())
        if spot is not None and spot.id != source:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(source, spot)
        return True

    def _picture(self, title: str) -> QPixmap:
        """The title on a small card, which follows the mouse."""
        theme = self._context.theme
        ratio = self._widget.devicePixelRatioF()
        width, height = theme.px(WIDE), theme.row_height()
        picture = QPixmap(round(width * ratio), round(height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRect(0, 0, width - 1, height - 1), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setFont(theme.font())
        painter.setPen(theme.color("text"))
        inner = QRect(GRID, 0, width - 2 * GRID, height)
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
        return picture


class _Target(QFrame):
    """A frame around the memory on which the drop would fall, with words."""

    def __init__(self, context: Context, widget: QWidget) -> None:
        super().__init__(widget)
        self._context = context
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("look", "drop-target")
        self.hide()

    def show_at(self, area: QRect) -> None:
        """Frame this place."""
        self.setGeometry(area)
        self.show()
        self.raise_()


def source_of(data: QMimeData) -> str:
    """The id of the memory that is dragged; empty where something else is."""
    return bytes(data.data(MIME).data()).decode() if data.hasFormat(MIME) else ""
