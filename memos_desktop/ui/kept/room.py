"""How much room kept states take and may take, and why the last one could not be kept."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from memos_desktop.ui.kept import words
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, label
from memos_desktop.ui.widgets.fields import Decimal, fill, progress_bar

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import Usage

GB = 1_000_000_000
LEAST, MOST, STEP = 0.1, 10_000, 0.5


class RoomCard(Card):
    """The bar, and the setting behind it.

    Signals:
        budget_chosen(int): states may take this many bytes.
    """

    budget_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(margin=2 * GRID)
        self._filled = False
        self.said = label("", "strong")
        self.bar = progress_bar("Room that kept states take")
        self.bar.setRange(0, 1000)
        self.budget = Decimal("Room for kept states", LEAST, MOST, STEP)
        self.budget.setSuffix(" GB")
        self.budget.setToolTip("When it is full, what was used least recently is removed")
        self.problem = label("", "warning", wrap=True)
        self.problem.hide()
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.said, 1)
        row.addWidget(label("At most", "muted"))
        row.addWidget(self.budget)
        self.box.addLayout(row)
        self.box.addWidget(self.bar)
        self.box.addWidget(self.problem)
        self.budget.valueChanged.connect(lambda value: self.budget_chosen.emit(round(value * GB)))

    def show_usage(self, usage: "Usage") -> None:
        """Show how full it is."""
        self.said.setText(words.room(usage))
        self.bar.setValue(min(1000, round(1000 * usage.bytes / max(1, usage.budget))))
        self.bar.setAccessibleDescription(words.room(usage))
        if not (self._filled and self.budget.hasFocus()):  # somebody may be typing
            self._filled = True
            fill(self.budget, usage.budget / GB)
        self.problem.setText(f"The last state could not be kept. {usage.problem}" if usage.problem else "")
        self.problem.setVisible(bool(usage.problem))
