"""Scrolling content that is built anew, also from within what it contains."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from memos_desktop.ui.theme import GRID


class ScrollColumn(QScrollArea):
    """Content from top to bottom, which keeps its place when it is built anew."""

    def __init__(self, name: str, spacing: int = GRID) -> None:
        super().__init__()
        self._spacing = spacing
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_all(self, *parts: QWidget) -> QWidget:
        """Show these and no others; what was shown before goes when its own work is done. Gives what holds them."""
        holder = QWidget()
        holder.setProperty("look", "clear")
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, GRID, 0)
        box.setSpacing(self._spacing)
        for part in parts:
            box.addWidget(part)
        box.addStretch(1)
        place = self.verticalScrollBar().value()
        replace_content(self, holder)
        self.verticalScrollBar().setValue(place)
        return holder


def replace_content(area: QScrollArea, content: QWidget) -> None:
    """Scroll this; what was there goes when its own work is done.

    `setWidget` alone would delete it now, perhaps under the very button that was pressed.
    """
    old = area.takeWidget()
    if old is not None:
        old.hide()
        old.deleteLater()
    area.setWidget(content)
