"""The memories that must not be used in a chat, at the end of its receipts: each can be used again."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import ElidedLabel, Fold, button

GONE = "A memory that was removed"


class ExcludedList(QWidget):
    """Hidden while nothing is excluded.

    Signals:
        included(str): use this memory in the chat again.
    """

    included = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.ids: frozenset[str] = frozenset()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self.hide()

    def show_ids(self, ids: Iterable[str]) -> None:
        """These are excluded; their titles are asked for."""
        wanted = frozenset(ids)
        if wanted == self.ids:
            return
        self.ids = wanted
        self.setVisible(bool(wanted))
        self._fill({})
        if wanted:
            found = self._context.workspace.learned.standing(sorted(wanted))
            self._context.bridge.then(found, lambda cubes: self._arrived(wanted, cubes), receiver=self)

    def _arrived(self, wanted: frozenset[str], cubes: Mapping[str, Cube]) -> None:
        if wanted == self.ids:
            self._fill(cubes)

    def _fill(self, cubes: Mapping[str, Cube]) -> None:
        while (item := self._box.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not self.ids:
            return
        fold = Fold(self._context.icons, f"Excluded from this chat: {len(self.ids)}")
        for id in sorted(self.ids):
            fold.box.addWidget(self._row(id, cubes[id].title if id in cubes else GONE))
        self._box.addWidget(fold)

    def _row(self, id: str, title: str) -> QWidget:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        again = button("Use again", "meta")
        again.setAccessibleName(f"Use “{title}” in this chat again")
        again.clicked.connect(lambda: self.included.emit(id))
        box.addWidget(ElidedLabel(title), 1)
        box.addWidget(again)
        return row
