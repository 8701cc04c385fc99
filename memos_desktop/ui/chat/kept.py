"""The card below an answer that says what has been remembered, with Undo."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, ElidedLabel, button, label


class KeptCard(Card):
    """Says "Remembered: …": opens the memory, or takes it back.

    Signals:
        undo_wanted(int): undo this journal step.
    """

    undo_wanted = Signal(int)

    def __init__(self, context: Context, cubes: Sequence[Cube], step_id: int | None) -> None:
        super().__init__("notice", HALF)
        self.cubes = tuple(cubes)
        row = QHBoxLayout()
        row.setContentsMargins(GRID, 0, HALF, 0)
        row.setSpacing(GRID)
        sign = QLabel()
        sign.setPixmap(context.icons.pixmap("memory", "accent", 16, self.devicePixelRatioF()))
        more = f" and {len(cubes) - 1} more" if len(cubes) > 1 else ""
        self.words = ElidedLabel(f"{cubes[0].title or cubes[0].text}{more}")
        self.show_button = button("Show", "meta", tip="Open in Memory")
        self.undo = button("Undo", "meta", tip="Do not keep this")
        self.undo.setIconSize(QSize(14, 14))
        row.addWidget(sign)
        row.addWidget(label("Remembered:", "strong"))
        row.addWidget(self.words, 1)
        row.addWidget(self.show_button)
        row.addWidget(self.undo)
        self.box.addLayout(row)
        self.show_button.clicked.connect(lambda: context.navigator.cube.emit(self.cubes[0].id))
        if step_id is None:
            self.undo.hide()
        else:
            self.undo.clicked.connect(lambda: self.undo_wanted.emit(step_id))
        self.setAccessibleName(f"Remembered: {cubes[0].title}{more}")

    def show_undone(self) -> None:
        """It has been taken back."""
        self.words.set_text("taken back; nothing was kept")
        self.undo.hide()
        self.show_button.hide()
