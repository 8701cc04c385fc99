"""One of the memories that are fused: its text with what becomes of it, and what can be done with it here."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel

from memos_desktop.memory.cube import Cube, title_of
from memos_desktop.memory.word_diff import DiffPiece
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.fuse.marks import Conflicting, marked_html, said
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, ElidedLabel, IconButton, button, label


class ParentCard(Card):
    """Title, type and date, and the marked text.

    Signals:
        take_wanted(str): make this memory's text the new text.
        removed(str): fuse the others without this one.
    """

    take_wanted = Signal(str)
    removed = Signal(str)

    def __init__(self, context: Context, cube: Cube, removable: bool) -> None:
        super().__init__(margin=12, spacing=6)
        self._context = context
        self.cube = cube
        self._pieces: tuple[DiffPiece, ...] = ()
        self._conflicts: tuple[Conflicting, ...] = ()
        about = f"{words.TYPES[cube.descriptive.type]} · {words.short_date(cube.time)}"
        self.about = label(about, "meta")
        self.title = ElidedLabel(cube.title, "strong")
        self.take = button("Take this text", "meta", tip="Replace the new text by the text of this memory")
        self.take.setAccessibleName(f"Take the text of “{cube.title}”")
        self.remove = IconButton(context.icons, "close", f"Fuse without “{cube.title}”", size=14)
        if not removable:
            self.remove.hide()
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self.take.clicked.connect(lambda: self.take_wanted.emit(cube.id))
        self.remove.clicked.connect(lambda: self.removed.emit(cube.id))
        context.theme.changed.connect(self._draw)

    def show_changes(self, pieces: Sequence[DiffPiece], conflicts: Sequence[Conflicting]) -> None:
        """Mark what the new text leaves out and adds, and where this memory contradicts another."""
        if (pieces, conflicts) != (self._pieces, self._conflicts):
            self._pieces, self._conflicts = tuple(pieces), tuple(conflicts)
            self._draw()

    def _draw(self) -> None:
        self.text.setText(marked_html(self._pieces, self._conflicts, self._context.theme.tokens))
        contradicts = [self.cube.text[one.start : one.end] for one in self._conflicts]
        against = f"; contradicts in: {', '.join(contradicts)}" if contradicts else ""
        self.text.setAccessibleName(f"{self.cube.title}. {said(self._pieces)}{against}")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        named = self.cube.title != title_of(self.cube.text)
        head.addWidget(self.title if named else self.about, 1)  # a title that only repeats the text is left out
        head.addWidget(self.take)
        head.addWidget(self.remove)
        self.box.addLayout(head)
        if named:
            self.box.addWidget(self.about)
        self.box.addWidget(self.text)
