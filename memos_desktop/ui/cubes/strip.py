"""A strip above the table of memories that asks something: a heading, a way to all of it, and a row for each thing."""

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF, ICON
from memos_desktop.ui.widgets import Card, Picture, button, label


class Strip(Card):
    """Shown while it has rows and nothing covers it.

    Attributes:
        heading: what it asks.
        all_button: shows all where only some have rows.

    """

    def __init__(self, context: Context, icon: str, token: str) -> None:
        super().__init__("notice", margin=12, spacing=HALF)
        self._context = context
        self._covered = False
        self._filled = False
        self.heading = label("", "strong")
        self.all_button = button("Show all", "link")
        self.head = head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(Picture(context.theme, context.icons, icon, token, ICON))
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.all_button)
        self.box.addLayout(head)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.box.addLayout(self._rows)
        self.hide()

    def cover(self, on: bool) -> None:
        """Make room for something else, or come back."""
        self._covered = on
        self.setVisible(self._filled and not on)

    def fill(self, heading: str, rows: Iterable[QWidget], more: bool) -> None:
        """Show these rows in place of the ones before; `more` says that there are others."""
        self.heading.setText(heading)
        self.all_button.setVisible(more)
        while (item := self._rows.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for row in rows:
            self._rows.addWidget(row)
        self._filled = self._rows.count() > 0
        self.cover(self._covered)
