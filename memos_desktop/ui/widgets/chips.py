"""Chips: short names of things in rounded frames, in rows that break where the line ends."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import HALF, Theme
from memos_desktop.ui.widgets.basic import IconButton, button

LONGEST = 32
"""Characters of a name that a chip shows; the tool tip has all of it."""
SIGN = 14


class Chip(QFrame):
    """A name with an icon. Pressing it opens what it names; the cross, where there is one, takes it away.

    Signals:
        opened: the name was pressed.
        removed: the cross was pressed.
    """

    opened = Signal()
    removed = Signal()

    def __init__(self, icons: Icons, text: str, icon: str, token: str, removable: bool = False) -> None:
        super().__init__()
        self.setProperty("look", "chip")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name = button("", "meta")
        icons.fit(self.name, SIGN)
        self.name.clicked.connect(self.opened)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(0)
        row.addWidget(self.name)
        self._icons = icons
        self.cross = IconButton(icons, "close", "", size=12)
        self.cross.clicked.connect(self.removed)
        row.addWidget(self.cross)
        self.cross.setVisible(removable)  # only now: what is shown without a parent is a window of its own
        self.show_name(text, icon, token)

    def show_name(self, text: str, icon: str, token: str, tip: str = "") -> None:
        """Name something else."""
        short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
        self.name.setText(" " + short.replace("&", "&&"))
        self.name.setIcon(self._icons.icon(icon, token, filled=icon == "activation"))
        self.name.setAccessibleName(f"Attached: {text}")
        self.name.setToolTip(tip or text)
        self.cross.set_name(f"Do not attach: {text}")

    def text(self) -> str:
        """What stands on it."""
        return self.name.text().strip().replace("&&", "&")


class Chips(QWidget):
    """Chips in as many rows as they need, from the left or from the right. Laid out by hand."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, right: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self._right = right
        self.chips: list[Chip] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Show these and no others."""
        for old in self.chips:
            old.hide()
            old.deleteLater()
        self.chips = list(chips)
        for one in self.chips:
            one.setParent(self)
            one.show()
        self.rearrange()

    def rearrange(self) -> None:
        """A chip has another width, or the theme has changed."""
        self.setFixedHeight(self.height_for(self.width()))
        self._place()

    def height_for(self, width: int) -> int:
        """The height that the rows need at this width."""
        rows = self._rows(width)
        return len(rows) * self._row_height() + max(0, len(rows) - 1) * HALF

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows may break at other places now."""
        super().resizeEvent(event)
        if self.height() != self.height_for(self.width()):
            self.rearrange()
        else:
            self._place()

    def _row_height(self) -> int:
        return max((one.sizeHint().height() for one in self.chips), default=self._theme.px(24))

    def _rows(self, width: int) -> list[list[Chip]]:
        rows: list[list[Chip]] = []
        used = 0
        for one in self.chips:
            one.ensurePolished()
            wide = min(one.sizeHint().width(), max(1, width))
            if not rows or used + HALF + wide > width:
                rows.append([])
                used = -HALF
            rows[-1].append(one)
            used += HALF + wide
        return rows

    def _place(self) -> None:
        top, height = 0, self._row_height()
        for row in self._rows(self.width()):
            widths = [min(one.sizeHint().width(), self.width()) for one in row]
            left = self.width() - sum(widths) - HALF * (len(row) - 1) if self._right else 0
            for one, wide in zip(row, widths, strict=True):
                one.setGeometry(max(0, left), top, wide, height)
                left += wide + HALF
            top += height + HALF
