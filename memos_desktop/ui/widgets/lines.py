"""Lines that take the height they need, up to a limit, and scroll where there is less room."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets.scroll import replace_content

LEAST = 3
"""Lines of text that stay in sight, where there are as many."""


class Lines(QScrollArea):
    """Widgets from top to bottom. Its parent may make it lower than it wants to be."""

    def __init__(self, name: str, highest: int) -> None:
        """`highest` in pixels."""
        super().__init__()
        self._highest = highest
        self._wanted = 0
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_all(self, *parts: QWidget) -> None:
        """Show these and no others; what was shown before goes when its own work is done."""
        holder = QWidget()
        holder.setProperty("look", "clear")
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, GRID, 0)
        box.setSpacing(GRID)
        for part in parts:
            box.addWidget(part)
        box.addStretch(1)
        replace_content(self, holder)
        self._fit()

    def sizeHint(self) -> QSize:
        """As high as the lines."""
        return QSize(super().sizeHint().width(), self._wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines may break at other places now."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        holder = self.widget()
        layout = holder.layout() if holder is not None else None
        if layout is not None:
            height = layout.heightForWidth(max(120, self.viewport().width())) if layout.hasHeightForWidth() else 0
            self._wanted = min(self._highest, max(height, layout.sizeHint().height() if not height else 0) + 2)
            self.setMinimumHeight(min(self._wanted, LEAST * (self.fontMetrics().lineSpacing() + GRID)))
            self.setMaximumHeight(self._wanted)
            self.updateGeometry()


def keep_height(widget: QWidget, lines: Lines | None = None) -> None:
    """Let nobody make a widget lower than its wrapped words need at its present width; `lines` in it may scroll."""
    layout = widget.layout()
    if layout is not None and layout.hasHeightForWidth():
        spare = lines.sizeHint().height() - lines.minimumHeight() if lines is not None and not lines.isHidden() else 0
        widget.setMinimumHeight(layout.totalHeightForWidth(widget.width()) - max(0, spare))
