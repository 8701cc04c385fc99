"""One memory then and now: what has happened to it since, word by word, and the way back for it alone."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.snapshot import Fate
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.diff_label import DiffLabel
from memos_desktop.ui.cubes.past import words as say
from memos_desktop.ui.cubes.tool_row import ToolRow
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, button, label, line

if TYPE_CHECKING:
    from memos_desktop.app.time_machine import Compared

PICK = "Select a memory to see it as it was, and what has changed since."


class ThenNow(QFrame):
    """Shows one Compared.

    Attributes:
        restore: the button that brings this memory back.
        diff: the text with its changes, or None.

    Signals:
        restore_wanted(str): bring this memory back.
        cube_wanted(str): open it as it is now.

    """

    restore_wanted = Signal(str)
    cube_wanted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("look", "inspector")
        self.setAccessibleName("Then and now")
        self._context = context
        self._id = ""
        self.diff: DiffLabel | None = None
        self.restore = button("Restore this memory", "", "restore", context.icons, tip="Undo takes it back")
        self.open = button("Open as it is now", "plain")
        self.restore.clicked.connect(lambda: self.restore_wanted.emit(self._id))
        self.open.clicked.connect(lambda: self.cube_wanted.emit(self._id))
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("Then and now")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        foot.addWidget(ToolRow([self.restore, self.open], ()))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._scroll, 1)
        box.addLayout(foot)
        self.show_nothing()

    def show_nothing(self) -> None:
        """No memory is selected."""
        self._id = ""
        column, box = self._fresh()
        box.addWidget(label(PICK, "muted", wrap=True))
        box.addStretch(1)
        self._scroll.setWidget(column)
        self.restore.hide()
        self.open.hide()

    def show_compared(self, cube_id: str, both: "Compared") -> None:
        """Show a memory then and now."""
        self._id = cube_id
        shown = both.then or both.now
        if shown is None:  # it was forgotten while it was looked at
            self.show_nothing()
            return
        column, box = self._fresh()
        box.addWidget(label(shown.title, "heading", wrap=True))
        box.addLayout(self._mark(both))
        for said in _dates(both):
            box.addWidget(label(said, "meta", wrap=True))
        box.addWidget(line())
        self.diff = DiffLabel(self._context, *_texts(both))
        box.addWidget(self.diff)
        self._add_changes(box, both)
        box.addStretch(1)
        self._scroll.setWidget(column)
        frozen = both.now is not None and both.now.frozen
        self.restore.setVisible(both.then is not None and both.diff is not None)
        self.restore.setEnabled(not frozen)
        self.restore.setToolTip("It is frozen. Unfreeze it first." if frozen else "Undo takes it back")
        self.open.setVisible(both.now is not None)

    def _mark(self, both: "Compared") -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        word, icon, token = say.MARKS[both.diff.fate] if both.diff else (say.SAME, "check", "muted")
        row.addWidget(Badge(self._context.theme, word, token, icon, self._context.icons))
        row.addWidget(label(", ".join(both.diff.fields) if both.diff else "", "meta", wrap=True), 1)
        return row

    def _add_changes(self, box: QVBoxLayout, both: "Compared") -> None:
        if both.then is None or both.now is None:
            return
        lines = say.change_lines(both.then, both.now)
        if lines:
            box.addWidget(line())
        for name, before, after in lines:
            box.addWidget(label(name, "section"))
            box.addWidget(label(f"{before}  →  {after}", "", wrap=True))

    def _fresh(self) -> tuple[QWidget, QVBoxLayout]:
        self.diff = None
        column = QWidget()
        column.setProperty("look", "clear")
        box = QVBoxLayout(column)
        box.setContentsMargins(2 * GRID, 12, 2 * GRID, GRID)
        box.setSpacing(GRID - HALF // 2)
        return column, box


def _texts(both: "Compared") -> tuple[str | None, str]:
    """What the diff is made of: then and now, or the one that there is."""
    if both.then is not None and both.now is not None:
        return both.then.text, both.now.text
    shown = both.then or both.now
    return None, shown.text if shown else ""


def _dates(both: "Compared") -> list[str]:
    said = []
    if both.then is not None:
        said.append(f"Then: {_version(both.then)}")
    if both.now is None:
        said.append("Now: it is not there any more")
    elif both.now.binned is not None:
        said.append(f"Now: in the bin since {words.long_date(both.now.binned)}")
    elif both.then is None or both.diff is not None:
        said.append(f"Now: {_version(both.now)}")
    if both.diff is not None and both.diff.fate is Fate.ADDED and both.then is None:
        said.append("It was not there then.")
    return said


def _version(cube: Cube) -> str:
    return f"version {cube.version}, of {words.long_date(cube.changed)}, by {words.actor(cube.actor)}"
