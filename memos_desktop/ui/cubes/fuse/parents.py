"""The cards of the memories that are fused. Of many only the first are built; the rest is a number and a button."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.word_diff import Change, DiffPiece
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.fuse.marks import Conflicting
from memos_desktop.ui.cubes.fuse.parent_card import ParentCard
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button

if TYPE_CHECKING:
    from memos_desktop.app.operations import FusePreview

AT_ONCE = 8


class Parents(QScrollArea):
    """A column of cards.

    Signals:
        take_wanted(str): make the text of this memory the new text.
        removed(str): fuse the others without this one.
    """

    take_wanted = Signal(str)
    removed = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._most = AT_ONCE
        self._parents: tuple[Cube, ...] = ()
        self._preview: FusePreview | None = None
        self.cards: list[ParentCard] = []
        self.more = button("", "link")
        self.more.clicked.connect(self._show_more)
        self._holder = QWidget()
        self._holder.setProperty("look", "clear")
        self._box = QVBoxLayout(self._holder)
        self._box.setContentsMargins(0, 0, GRID, 0)
        self._box.setSpacing(GRID)
        self._box.addWidget(self.more, alignment=Qt.AlignmentFlag.AlignLeft)
        self._box.addStretch(1)
        self.setWidget(self._holder)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("The memories that are fused")

    def clear(self) -> None:
        """Show no card."""
        self._most = AT_ONCE
        self._parents, self._preview = (), None
        self._drop_cards()
        self.more.hide()

    def show_preview(self, preview: "FusePreview") -> None:
        """Show these parents, with what becomes of their words."""
        if preview.parents != self._parents:
            self._parents = preview.parents
            self._drop_cards()
        self._preview = preview
        self._build()

    def _show_more(self) -> None:
        self._most += AT_ONCE
        self._build()

    def _build(self) -> None:
        preview = self._preview
        assert preview is not None
        removable = len(preview.parents) > 2
        for cube in preview.parents[len(self.cards) : self._most]:
            card = ParentCard(self._context, cube, removable)
            card.take_wanted.connect(self.take_wanted)
            card.removed.connect(self.removed)
            self._box.insertWidget(len(self.cards), card)
            self.cards.append(card)
        for number, card in enumerate(self.cards):
            pieces = preview.diffs[number] or (DiffPiece(Change.SAME, card.cube.text),)
            card.show_changes(pieces, conflicts_of(preview, number))
        left = len(preview.parents) - len(self.cards)
        self.more.setVisible(left > 0)
        self.more.setText(f"{words.memories(left)} more, fused as well. Show {min(left, AT_ONCE)} of them")

    def _drop_cards(self) -> None:
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []


def conflicts_of(preview: "FusePreview", parent: int) -> tuple[Conflicting, ...]:
    """Where this parent contradicts others, by the numbers of the conflicts."""
    return tuple(
        Conflicting(start, end, number)
        for number, conflict in enumerate(preview.conflicts, 1)
        for start, end in conflict.spans[parent]
    )
