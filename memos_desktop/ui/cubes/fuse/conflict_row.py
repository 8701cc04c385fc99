"""One conflict between memories that are fused: what kind it is, what each says, and which of it the new text says."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from memos_desktop.ui.cubes.fuse.choose import choices, settled
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, button, label
from memos_desktop.ui.widgets.flow import FlowLayout

if TYPE_CHECKING:
    from memos_desktop.memory.operators.conflicts import Conflict

KINDS = {"number": "Number", "name": "Name", "date": "Date", "negation": "Yes or no"}
BADGE = 104
"""Room for the badge, so that the words of several rows stand below each other."""
NARROW = 24
"""Characters up to which the choices stand side by side."""


class ConflictRow(QWidget):
    """A numbered badge with the kind, the words, and a button for each different thing that is said.

    Attributes:
        buttons: by the number of the memory whose words they keep.

    Signals:
        chosen(int): keep what this memory says.

    """

    chosen = Signal(int)

    def __init__(
        self, context: Context, number: int, conflict: "Conflict", texts: Sequence[str], titles: Sequence[str]
    ) -> None:
        super().__init__()
        self._conflict, self._texts = conflict, texts
        self.buttons: dict[int, QPushButton] = {}
        badge = Badge(context.theme, f"{number}  {KINDS[conflict.kind]}", "warning", "warning", context.icons)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, HALF, 0, HALF)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(HALF)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, context.theme.px(BADGE))
        grid.addWidget(badge, 0, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label(conflict.words, "muted", wrap=True), 0, 1)
        found = choices(conflict, texts)
        wide = max((len(choice.said) for choice in found), default=0) > NARROW
        holder = QWidget()
        row = QVBoxLayout(holder) if wide else FlowLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        for choice in found:
            one = button(choice.said.replace("&", "&&"), tip=f"Keep what “{titles[choice.parent]}” says")
            one.setProperty("look", "choice")
            one.setCheckable(True)
            one.setAccessibleName(f"Keep “{choice.said}”, from “{titles[choice.parent]}”")
            one.clicked.connect(partial(self._choose, choice.parent))
            self.buttons[choice.parent] = one
            row.addWidget(one)
            row.setAlignment(one, Qt.AlignmentFlag.AlignLeft)
        if self.buttons:
            grid.addWidget(holder, 1, 1)

    def show_text(self, text: str) -> None:
        """Mark the choice that the new text makes now."""
        for parent, one in self.buttons.items():
            one.setChecked(settled(text, self._conflict, self._texts, parent))

    def _choose(self, parent: int, _checked: bool = False) -> None:
        self.chosen.emit(parent)
