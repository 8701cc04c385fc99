"""A widget that scrolls as a whole where it is lower than it must be."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Tall(QScrollArea):
    """Gives its content all the room there is, and scrolls only where the least height does not fit.

    Qt's own way (`widgetResizable`) scrolls as soon as the usual height does not fit, if some text in it can wrap.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content.setProperty("look", "clear")
        self._content = content
        self.setWidget(content)

    def minimumSizeHint(self) -> QSize:
        """As wide as the content must be with a scroll bar beside it, and of any height."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._content.minimumSizeHint().width() + bar, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The content needs more height, or less."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More room, or less."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room, box = self.viewport().size(), self._content.layout()
        if box is None:
            return
        least = box.minimumSize().height()
        if box.hasHeightForWidth():
            least = max(box.minimumHeightForWidth(room.width()), 0)
        self._content.resize(room.width(), max(room.height(), least))
