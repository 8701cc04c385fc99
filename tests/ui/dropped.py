"""Drops as the window system sends them: enter, move, drop. The offscreen platform has no drags of its own."""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


def hang(widget: QWidget, data: QMimeData, place: QPoint) -> bool:
    """Move what is dragged over a widget; whether it would be taken there."""
    enter = QDragEnterEvent(place, COPY, data, LEFT, NONE)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(place, COPY, data, LEFT, NONE)
    QApplication.sendEvent(widget, move)
    return move.isAccepted() and move.dropAction() == COPY


def drop(widget: QWidget, data: QMimeData, place: QPoint) -> bool:
    """Drop it there; whether it was taken."""
    if not hang(widget, data, place):
        leave(widget)
        return False
    event = QDropEvent(QPointF(place), COPY, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def leave(widget: QWidget) -> None:
    """Move it out again."""
    QApplication.sendEvent(widget, QDragLeaveEvent())
