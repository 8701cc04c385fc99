"""How a setting looks: a name, a sentence about it, and its control at the right or below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, label, line


class Section(QWidget):
    """A heading and a card with rows, parted by lines."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._card = Card(margin=0, spacing=0)
        self._empty = True
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(label(title, "heading"))
        box.addWidget(self._card)

    def add(self, name: str, about: str, *controls: QWidget, below: bool = False) -> QLabel:
        """Add a row. `below` gives the control the whole width. Returns the sentence, to say something else later."""
        if not self._empty:
            self._card.box.addWidget(line())
        self._empty = False
        sentence = label(about, "meta", wrap=True)
        if not about:
            sentence.hide()
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(name, wrap=True))
        texts.addWidget(sentence)
        row = QVBoxLayout() if below else QHBoxLayout()
        row.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        row.setSpacing(GRID if below else 3 * GRID)
        row.addLayout(texts, 0 if below else 1)
        side = QHBoxLayout()
        side.setSpacing(GRID)
        for control in controls:
            side.addWidget(control, 1 if below else 0, Qt.AlignmentFlag(0) if below else Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(side)
        self._card.box.addLayout(row)
        return sentence
