"""A memory written by hand: a small form that opens above the table."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import split_tags
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, button, label
from memos_desktop.ui.widgets.fields import Select, line_edit, text_edit


class AddForm(Card):
    """Text, type and tags.

    Signals:
        added(object): the cube that was made.
        left(): closed without adding.
    """

    added = Signal(object)
    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.text = text_edit("New memory", "What should be remembered? For example: My sister Ana lives in Lisbon.")
        self.text.setFixedHeight(context.theme.px(72))
        self.type = Select(context.icons, "Type")
        for value, said in words.TYPES.items():
            self.type.addItem(said, value)
        self.tags = line_edit("Tags", "Tags, separated by commas")
        self.save_button = button("Add memory", "primary", tip="Ctrl+Enter")
        self.cancel_button = button("Cancel")
        self._lay_out()
        self.text.textChanged.connect(self._on_typing)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.left)
        enter = QShortcut(QKeySequence("Ctrl+Return"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        enter.activated.connect(self.save)
        self._on_typing()

    def save(self) -> None:
        """Add what was typed."""
        if not self.save_button.isEnabled():
            return
        self.save_button.setEnabled(False)
        future = self._context.workspace.library.add(
            self.text.toPlainText().strip(), type=self.type.currentData(), tags=split_tags(self.tags.text())
        )
        self._context.bridge.then(future, self._done, self._refused, receiver=self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; what was typed stays for the next time."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _done(self, cube: Cube) -> None:
        self.text.clear()
        self.tags.clear()
        self.added.emit(cube)

    def _refused(self, error: MemosError) -> None:
        self._context.toasts.error(error)
        self._on_typing()  # what was typed is still here, and can be added again

    def _on_typing(self) -> None:
        self.save_button.setEnabled(bool(self.text.toPlainText().strip()))

    def _lay_out(self) -> None:
        self.box.addWidget(label("Add a memory", "strong"))
        self.box.addWidget(self.text)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.type)
        row.addWidget(self.tags, 1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        self.box.addLayout(row)
