"""What most tabs of the inspector are: content that is built anew for each memory, when it is looked at."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets.scroll import replace_content


class ScrollTab(QScrollArea):
    """A tab that scrolls. What is not in sight is not built."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._waiting: Callable[[], None] | None = None
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def when_seen(self, build: Callable[[], None]) -> None:
        """Call `build` now if the tab is in sight, else when it comes into sight; only the last one counts."""
        if self.isVisible():
            self._waiting = None
            build()
        else:
            self._waiting = build

    def showEvent(self, event: QShowEvent) -> None:
        """Build what has waited."""
        super().showEvent(event)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    def fresh(self) -> QVBoxLayout:
        """Empty the tab and give the layout to fill."""
        inner = QWidget()
        inner.setProperty("look", "clear")
        box = QVBoxLayout(inner)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID)
        replace_content(self, inner)
        return box
