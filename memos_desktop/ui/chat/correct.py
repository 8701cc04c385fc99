"""Corrects the text of a memory in place, wherever a chat shows it: a small field with Save and Cancel."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Access, Cube, Kind
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button, label

LONGEST = 4_000
"""Characters that are corrected in place; a longer text has room on the Memory page."""
FEWEST, MOST, PER_LINE = 2, 7, 50
"""Lines of the field, and characters that stand in one, roughly."""
REASON = "corrected in a chat"


def why_not(cube: Cube | None) -> str:
    """Why a memory cannot be corrected here, or the empty string."""
    if cube is None:
        return "It is gone"
    if cube.binned is not None:
        return "It is in the bin"
    if cube.frozen:
        return "It is frozen: unfreeze it first"
    if cube.governance.access is Access.READ_ONLY:
        return "It is read only"
    if cube.kind is not Kind.PLAINTEXT:
        return "It is made from another memory: correct that one"
    return "It is long: open it in Memory to correct it" if len(cube.text) > LONGEST else ""


class Editor(QPlainTextEdit):
    """A plain field; Ctrl+Enter and Escape have a meaning of their own.

    Signals:
        sent(), left(): save, or leave as it is.
    """

    sent = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter saves, Escape leaves."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.sent.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class CorrectField(QWidget):
    """Edits one memory as a new version. What somebody else changed meanwhile is not written over.

    Signals:
        saved(str): the memory says this now.
        left(): nothing was changed, or it is done.
        resized(): it has another height now.

    """

    saved = Signal(str)
    left = Signal()
    resized = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._cube: Cube | None = None
        self._saving = False
        self.field = Editor()
        self.field.setAccessibleName("The memory")
        self.field.setTabChangesFocus(True)
        self.save = button("Save", "primary", tip="Save as a new version (Ctrl+Enter)")
        self.cancel = button("Cancel")
        self.problem: QLabel = label("", "danger", wrap=True)
        self.problem.hide()
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addStretch(1)
        low.addWidget(self.cancel)
        low.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.field)
        box.addWidget(self.problem)
        box.addLayout(low)
        self.field.textChanged.connect(self._update)
        self.field.sent.connect(self._save)
        self.field.left.connect(self.close_field)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.close_field)
        self.hide()

    @property
    def edited(self) -> bool:
        """Whether something was typed here that is not saved."""
        return not self.isHidden() and self._cube is not None and self.field.toPlainText().strip() != self._cube.text

    def open(self, cube: Cube) -> None:
        """Edit this version of a memory."""
        self._cube = cube
        self._saving = False
        self.problem.hide()
        self.field.setPlainText(cube.text)
        lines = sum(1 + len(line) // PER_LINE for line in cube.text.splitlines())
        height = max(FEWEST, min(MOST, lines + 1)) * self.field.fontMetrics().lineSpacing()
        self.field.setFixedHeight(height + 2 * GRID)
        self.show()
        self.field.setFocus()
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)

    @Slot()
    def close_field(self) -> None:
        """Leave."""
        self.hide()
        self.left.emit()

    @Slot()
    def _save(self) -> None:
        cube, text = self._cube, self.field.toPlainText().strip()
        if not self.save.isEnabled():
            return
        if cube is None or text == cube.text:
            self.close_field()
            return
        self._saving = True
        self._update()
        revised = self._context.workspace.library.revise(
            cube.id, text=text, expected_version=cube.version, reason=REASON
        )
        self._context.bridge.then(revised, lambda changes: self._saved(text, changes), self._refused, receiver=self)

    def _saved(self, text: str, changes: Changes) -> None:
        step = changes.step_id
        self._context.toasts.say("Corrected", None if step is None else lambda: self._undo(step))
        self.saved.emit(text)
        self.close_field()

    def _undo(self, step: int) -> None:
        undone = self._context.workspace.library.undo_step(step)
        self._context.bridge.then(undone, self._undone, receiver=self)

    def _undone(self, _changes: Changes) -> None:
        self._context.toasts.tell("The earlier text is back")

    def _refused(self, error: MemosError) -> None:
        self._saving = False
        self._update()
        if self.isHidden():  # it was left meanwhile: nobody would see the sentence here
            self._context.toasts.error(error)
            return
        self.problem.setText(f"{error.message} {error.hint}".strip())
        self.problem.show()
        self.resized.emit()

    @Slot()
    def _update(self) -> None:
        self.save.setEnabled(not self._saving and bool(self.field.toPlainText().strip()))
