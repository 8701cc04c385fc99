"""Grey bars that lie over a widget until it has something to show; the widget keeps the focus and its place."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from memos_desktop.ui.theme import Theme
from memos_desktop.ui.widgets.empty import Skeleton


class Waiting(Skeleton):
    """As large as what it lies over. Hide it when that has something to show."""

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(theme)
        self.setMinimumHeight(0)
        self.setParent(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(over.rect())
        over.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of what is below."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)
