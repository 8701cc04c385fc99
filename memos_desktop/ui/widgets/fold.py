"""A section that folds, a bar for a score, and a row of choices of which one is on."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, Theme


class Fold(QWidget):
    """A heading that shows or hides what is below it; put widgets into `self.box`."""

    def __init__(self, icons: Icons, title: str, opened: bool = False) -> None:
        super().__init__()
        self._icons = icons
        self.head = QToolButton()
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setCheckable(True)
        self.head.setChecked(opened)
        self.head.setText(f" {title}")
        self.head.setAccessibleName(title)
        icons.fit(self.head, 14)
        self.head.toggled.connect(self._toggle)
        self.body = QWidget()
        self.box = QVBoxLayout(self.body)
        self.box.setContentsMargins(0, HALF, 0, 0)
        self.box.setSpacing(GRID)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.head, alignment=Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self.body)
        self._toggle(opened)

    def _toggle(self, opened: bool) -> None:
        self.head.setIcon(self._icons.icon("expand" if opened else "next"))
        self.body.setVisible(opened)


class ScoreBar(QWidget):
    """A thin bar, filled by a share between 0 and 1."""

    def __init__(self, theme: Theme, share: float, token: str = "accent", name: str = "Score") -> None:
        super().__init__()
        self._theme, self._share, self._token = theme, min(1.0, max(0.0, share)), token
        self.setFixedHeight(HALF)
        self.setMinimumWidth(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{name}: {round(self._share * 100)} %")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track and the filled part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(self.rect())
        painter.setBrush(self._theme.color("border"))
        painter.drawRoundedRect(area, 2, 2)
        if self._share > 0:
            area.setWidth(max(HALF, area.width() * self._share))
            painter.setBrush(self._theme.color(self._token))
            painter.drawRoundedRect(area, 2, 2)


class Segments(QFrame):
    """A row of choices of which one is on.

    Signals:
        chosen(str): the key of the choice that the person made.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[tuple[str, str, str]]) -> None:
        """`choices` are (key, text, tool tip)."""
        super().__init__()
        self.setProperty("look", "code")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for key, text, tip in choices:
            one = QToolButton()
            one.setProperty("look", "segment")
            one.setText(text)
            one.setToolTip(tip)
            one.setAccessibleName(f"{name}: {text}")
            one.setCheckable(True)
            one.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key))
            self._group.addButton(one)
            self._buttons[key] = one
            row.addWidget(one)

    def choose(self, key: str) -> None:
        """Show `key` as chosen, without a signal."""
        self._buttons[key].setChecked(True)

    def set_text(self, key: str, text: str) -> None:
        """Say `key` in other words."""
        self._buttons[key].setText(text)
        self._buttons[key].setAccessibleName(f"{self.accessibleName()}: {text}")

    def offer(self, key: str, on: bool) -> None:
        """Whether `key` can be chosen; what cannot is not shown."""
        self._buttons[key].setVisible(on)

    def current(self) -> str:
        """The key that is on."""
        return next((key for key, one in self._buttons.items() if one.isChecked()), "")
