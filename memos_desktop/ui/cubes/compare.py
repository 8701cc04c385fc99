"""Two versions of a memory held against each other, whichever the person chooses."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.diff_label import DiffLabel
from memos_desktop.ui.cubes.expiry_field import shrinkable
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, IconButton, label
from memos_desktop.ui.widgets.fields import Select

Pair = tuple[int, int]


class Compare(Card):
    """Two choices, and what turns the text of the first into that of the second.

    Attributes:
        before, after: the choices; their data are version numbers.
        diff: the label with the changes, or None while nothing is chosen.

    """

    def __init__(self, context: Context, versions: Sequence[Cube], chosen: Pair | None) -> None:
        """`versions` newest first; `chosen` are version numbers to begin with."""
        super().__init__(margin=12, spacing=6)
        self._context = context
        self._versions = {cube.version: cube for cube in versions}
        self.before = Select(context.icons, "Compare this version")
        self.after = Select(context.icons, "with this version")
        self.swap = IconButton(context.icons, "migrate", "Turn the comparison round", size=16)
        self.diff: DiffLabel | None = None
        for field in (self.before, self.after):
            for cube in versions:
                field.addItem(f"Version {cube.version}", cube.version)
            shrinkable(field)
        self._titles = label("", "meta", wrap=True)
        self._lay_out()
        first, second = chosen or (0, 0)
        if first not in self._versions or second not in self._versions:
            self.before.setCurrentIndex(-1)
            self.after.setCurrentIndex(0)
        else:
            self.before.setCurrentIndex(self.before.findData(first))
            self.after.setCurrentIndex(self.after.findData(second))
        self.before.setPlaceholderText("Choose…")
        for field in (self.before, self.after):
            field.currentIndexChanged.connect(self._draw)
        self.swap.clicked.connect(self._turn)
        self._draw()

    def chosen(self) -> Pair | None:
        """The two version numbers, or None while one is not chosen."""
        first, second = self.before.currentData(), self.after.currentData()
        return None if first is None or second is None else (first, second)

    def _turn(self) -> None:
        first, second = self.before.currentIndex(), self.after.currentIndex()
        self.before.setCurrentIndex(second)
        self.after.setCurrentIndex(first)

    def _draw(self) -> None:
        if self.diff is not None:
            self.box.removeWidget(self.diff)
            self.diff.hide()
            self.diff.deleteLater()
            self.diff = None
        pair = self.chosen()
        self.swap.setEnabled(pair is not None)
        self._titles.setVisible(pair is not None)
        if pair is None:
            return
        old, new = (self._versions[number] for number in pair)
        self._titles.setText(_said(old, new))
        self.diff = DiffLabel(self._context, old.text, new.text)
        self.box.addWidget(self.diff)

    def _lay_out(self) -> None:
        fields = QVBoxLayout()
        fields.setSpacing(HALF)
        fields.addWidget(self.before)
        fields.addWidget(self.after)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addLayout(fields, 1)
        row.addWidget(self.swap)
        self.box.addWidget(label("Compare any two", "section"))
        self.box.addLayout(row)
        self.box.addWidget(self._titles)


def _said(old: Cube, new: Cube) -> str:
    """What is compared, and what is another beside the text."""
    if old.version == new.version:
        return "The same version twice."
    parts = [f"{words.long_date(old.changed)} → {words.long_date(new.changed)}"]
    if old.title != new.title:
        parts.append(f"title “{old.title}” → “{new.title}”")
    if old.text == new.text:
        parts.append("the same text")
    return ", ".join(parts)
