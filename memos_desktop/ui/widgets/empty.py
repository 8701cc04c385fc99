"""What an empty page says: one picture, one sentence, one button. And the grey bars while something loads."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, Theme
from memos_desktop.ui.widgets.basic import button, label


class Picture(QLabel):
    """A large icon that follows the theme."""

    def __init__(
        self, theme: Theme, icons: Icons, icon: str, token: str = "faint", size: int = 48, filled: bool = False
    ) -> None:
        super().__init__()
        self._icons, self._icon, self._token, self._size, self._filled = icons, icon, token, size, filled
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.changed.connect(self._draw)
        self._draw()

    def set_icon(self, icon: str, token: str) -> None:
        """Show another icon."""
        self._icon, self._token = icon, token
        self._draw()

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        self.setPixmap(self._icons.pixmap(self._icon, self._token, self._size, ratio, self._filled))


class EmptyState(QWidget):
    """Centred picture, title, sentence and, where there is something to do, a button.

    Signals:
        pressed: the button was pressed.
    """

    pressed = Signal()

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        icon: str,
        title: str,
        sentence: str,
        action: str = "",
        look: str = "primary",
    ) -> None:
        super().__init__()
        self.title = label(title, "heading", wrap=True)
        self.sentence = label(sentence, "muted", wrap=True)
        self.button = button(action, look)
        if not action:
            self.button.hide()
        self.button.clicked.connect(self.pressed)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        box.setSpacing(GRID)
        box.addStretch(2)
        box.addWidget(Picture(theme, icons, icon), alignment=Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(GRID)
        for text in (self.title, self.sentence):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(text, 1000)
            row.addStretch(1)
            text.setMaximumWidth(theme.px(420))
            box.addLayout(row)
        box.addSpacing(GRID)
        box.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)


class Skeleton(QWidget):
    """Grey bars where lines will be, shown while a list loads."""

    def __init__(self, theme: Theme, rows: int = 6, row_height: int = 36) -> None:
        super().__init__()
        self._theme, self._rows, self._row = theme, rows, row_height
        self.setMinimumHeight(rows * row_height)
        self.setAccessibleName("Loading")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars of uneven length."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("border"))
        room = self.width() - 4 * GRID
        for row in range(self._rows):
            width = room * (0.9, 0.62, 0.78, 0.5)[row % 4]
            top = row * self._row + (self._row - 1.5 * GRID) / 2
            painter.drawRoundedRect(QRectF(2 * GRID, top, width, 1.5 * GRID), HALF, HALF)
