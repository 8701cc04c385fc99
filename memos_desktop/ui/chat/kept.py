"""The card below an answer that says what has been remembered of it: correct, show, or take back, one by one or all."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.chat.correct import CorrectField, why_not
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, ElidedLabel, Picture, button, label

SIGN = 16
TAKEN_BACK = "taken back; nothing was kept"


class KeptRow(QWidget):
    """One memory of the card.

    Attributes:
        cube: the memory as it was shown last.
        taken_back: the person took it back here.

    """

    def __init__(self, card: "KeptCard", context: Context, cube: Cube, lead: str) -> None:
        super().__init__()
        self._card = card
        self._context = context
        self.cube = cube
        self.taken_back = False
        self.words = ElidedLabel("")
        self.correct = button("Correct", "meta", tip="Change what is remembered")
        self.show_button = button("Show", "meta", tip="Open in Memory")
        self.undo = button("Undo", "meta", tip="Do not keep this")
        self.field = CorrectField(context)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        if lead:
            row.addWidget(Picture(context.theme, context.icons, "memory", "accent", SIGN))
            row.addWidget(label(lead, "strong"))
        row.addWidget(self.words, 1)
        for one in (self.correct, self.show_button, self.undo):
            row.addWidget(one)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(HALF)
        box.addLayout(row)
        box.addWidget(self.field)
        self.correct.clicked.connect(self._correct)
        self.show_button.clicked.connect(lambda: context.navigator.cube.emit(self.cube.id))
        self.undo.clicked.connect(lambda: card.take_back([self]))
        self.field.left.connect(card.resized)
        self.field.resized.connect(card.resized)
        self.show_cube(cube)

    def show_cube(self, cube: Cube) -> None:
        """The memory as it is now."""
        self.cube, self.taken_back = cube, False
        text = " ".join((cube.text or cube.title).split())
        self.words.set_text(text)
        reason = why_not(cube)
        self.correct.setVisible(not reason)
        self.undo.setVisible(not cube.frozen)
        self.show_button.show()
        for one in (self.correct, self.show_button, self.undo):
            one.setAccessibleName(f"{one.text()}: {text[:80]}")

    def show_taken_back(self) -> None:
        """It is not kept."""
        self.taken_back = True
        self.words.set_text(TAKEN_BACK)
        for one in (self.correct, self.show_button, self.undo, self.field):
            one.hide()

    def _correct(self) -> None:
        self.field.open(self.cube)
        self._card.resized.emit()


class KeptCard(Card):
    """Says "Remembered: …".

    Attributes:
        rows: one for each memory.

    Signals:
        resized(): it has another height now.

    """

    resized = Signal()

    def __init__(self, context: Context, cubes: Sequence[Cube], step_id: int | None = None) -> None:
        """`step_id` is the step that kept them, where it is known."""
        super().__init__("notice", HALF, HALF)
        self._context = context
        self._step = step_id
        self.undo_all: QPushButton = button("Undo all", "meta", tip="Keep none of these")
        self.undo_all.clicked.connect(lambda: self.take_back(self.rows))
        several = len(cubes) > 1
        lead = "" if several else "Remembered:"
        self.rows: list[KeptRow] = [KeptRow(self, context, cube, lead) for cube in cubes]
        self.box.setContentsMargins(GRID, HALF, HALF, HALF)
        if several:
            head = QHBoxLayout()
            head.setSpacing(GRID)
            head.addWidget(Picture(context.theme, context.icons, "memory", "accent", SIGN))
            head.addWidget(label(f"Remembered {len(cubes)} memories:", "strong"))
            head.addStretch(1)
            head.addWidget(self.undo_all)
            self.box.addLayout(head)
        for row in self.rows:
            self.box.addWidget(row)
        self.setAccessibleName(f"Remembered: {', '.join(cube.title for cube in cubes)}")

    @property
    def ids(self) -> tuple[str, ...]:
        """The memories that it shows."""
        return tuple(row.cube.id for row in self.rows)

    def height_for(self, width: int) -> int:
        """The height at this width."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        return max(self.sizeHint().height(), layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else 0)

    def show_cubes(self, cubes: Sequence[Cube]) -> bool:
        """The memories as they are now; False where one that was not taken back here is missing or new."""
        found = {cube.id: cube for cube in cubes}
        shown = {row.cube.id for row in self.rows if not row.taken_back or row.cube.id in found}
        if shown != set(found):
            return False
        for row in self.rows:
            if row.cube.id in found and row.field.isHidden():
                row.show_cube(found[row.cube.id])
        return True

    def take_back(self, rows: Sequence[KeptRow]) -> None:
        """Do not keep these."""
        wanted = [row for row in rows if not row.taken_back]
        # The step holds all of them: only together can it be undone.
        step = self._step if len(wanted) == len(self.rows) else None
        done = self._context.workspace.learned.take_back([row.cube.id for row in wanted], step)
        self._context.bridge.then(done, lambda changes: self._taken_back(wanted, changes), self._failed, receiver=self)

    def _taken_back(self, rows: Sequence[KeptRow], _changes: Changes) -> None:
        for row in rows:
            row.show_taken_back()
        self.undo_all.setVisible(not all(row.taken_back for row in self.rows))
        self.resized.emit()

    def _failed(self, error: MemosError) -> None:
        self._context.toasts.error(error)
