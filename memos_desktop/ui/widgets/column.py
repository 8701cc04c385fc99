"""A page that is one scrolling column of readable width."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.ui.theme import COLUMN, GRID, Theme
from memos_desktop.ui.widgets.basic import label


class _Inner(QWidget):
    """Stays readable at every size of text. The theme may outlive it: its slot goes with it."""

    def __init__(self, theme: Theme, width: int) -> None:
        super().__init__()
        self._theme = theme
        self._wide = width
        theme.changed.connect(self._fit)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        self.setMaximumWidth(self._theme.px(self._wide))


def column(page: QWidget, theme: Theme, title: str, width: int = COLUMN) -> QVBoxLayout:
    """Fill `page` with a scrolling column, at most `width` wide and centred, under `title`; gives its layout."""
    inner = _Inner(theme, width)
    box = QVBoxLayout(inner)
    box.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 4 * GRID)
    box.setSpacing(2 * GRID)
    if title:
        box.addWidget(label(title, "title"))
    holder = QWidget()
    holder.setProperty("look", "clear")
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(inner, 100)
    row.addStretch(1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(holder)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll)
    return box
