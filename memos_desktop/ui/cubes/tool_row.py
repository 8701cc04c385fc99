"""The tools above a view: what it shows on the left, buttons on the right; more lines where one is too short."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from memos_desktop.ui.theme import GRID


class ToolRow(QWidget):
    """Laid out by hand: those at the right stay together, and stand at the right end while they fit there."""

    def __init__(self, left: Sequence[QWidget], right: Sequence[QWidget]) -> None:
        super().__init__()
        self._right = _group(right)
        self._parts = (*left, self._right) if right else tuple(left)
        for part in self._parts:
            part.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Everything on one line."""
        sizes = [part.sizeHint() for part in self._shown()]
        return QSize(sum(size.width() + GRID for size in sizes), max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        """The widest part must fit."""
        widest = max((part.minimumSizeHint().width() for part in self._shown()), default=0)
        return QSize(widest, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need more lines, or fewer."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """A part has another size: the text is larger, or a button came or went."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _place(self) -> None:
        x = y = 0
        lines: list[list[tuple[QWidget, QRect]]] = [[]]
        for part in self._shown():
            size = part.sizeHint()
            wide = min(size.width(), self.width())
            if x and x + wide > self.width():
                x, y = 0, y + self._high(lines[-1]) + GRID
                lines.append([])
            fits_right = part is self._right and bool(lines[-1])
            left = self.width() - wide if fits_right else x
            lines[-1].append((part, QRect(left, y, wide, size.height())))
            x += wide + GRID
        for line in lines:
            high = self._high(line)
            for part, area in line:
                part.setGeometry(area.translated(0, (high - area.height()) // 2))
        self.setFixedHeight(y + self._high(lines[-1]))

    def _high(self, line: Sequence[tuple[QWidget, QRect]]) -> int:
        return max((area.height() for _, area in line), default=0)


def _group(widgets: Sequence[QWidget]) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget)
    return holder
