"""The fields of the Content tab: title, text, type, tags, and what saves them. They hold no rules."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.edit_notice import EditNotice
from memos_desktop.ui.cubes.expiry_field import shrinkable
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import button, label
from memos_desktop.ui.widgets.fields import Select, line_edit, text_edit

LEAST_LINES = 6
"""Lines of text that stay in sight; where there is less room the tab scrolls."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed into a cube and not saved; `base` is the cube as it was then."""

    base: Cube
    title: str
    type: int
    text: str
    tags: str


class ContentFields(QScrollArea):
    """Fields below a notice."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.notice = EditNotice(context)
        self.title = line_edit("Title")
        self.type = Select(context.icons, "Type")
        shrinkable(self.type)
        for value, said in words.TYPES.items():
            self.type.addItem(said, value)
        self.text = text_edit("Text")
        self.tags = line_edit("Tags", "Separate with commas")
        self.reason = line_edit("Reason", "Why? (optional, kept in the history)")
        self.save_button = button("Save as a new version", "primary", tip="Ctrl+S")
        self.discard_button = button("Discard")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()

    def fill(self, cube: Cube) -> None:
        """Show what this cube says."""
        self.title.setText(cube.title)
        self.title.setCursorPosition(0)
        self.type.setCurrentIndex(list(words.TYPES).index(cube.descriptive.type))
        if self.text.toPlainText() != cube.text:
            self.text.setPlainText(cube.text)
        self.tags.setText(", ".join(cube.tags))
        self.reason.clear()

    def draft(self, base: Cube) -> Draft:
        """What is typed here on top of this cube."""
        return Draft(base, self.title.text(), self.type.currentIndex(), self.text.toPlainText(), self.tags.text())

    def take_up(self, draft: Draft) -> None:
        """Show what was typed."""
        self.title.setText(draft.title)
        self.type.setCurrentIndex(draft.type)
        self.text.setPlainText(draft.text)
        self.tags.setText(draft.tags)

    def allow(self, on: bool) -> None:
        """Let the person type, or only read."""
        for field in (self.title, self.text, self.tags):
            field.setReadOnly(not on)
        self.type.setEnabled(on)

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setProperty("look", "clear")
        self.setWidget(inner)
        self.text.setMinimumHeight(LEAST_LINES * self.text.fontMetrics().lineSpacing())
        box = QVBoxLayout(inner)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(HALF)
        box.addWidget(self.notice)
        for name, widget, stretch in (
            ("Title", self.title, 0),
            ("Text", self.text, 1),
            ("Type", self.type, 0),
            ("Tags", self.tags, 0),
        ):
            caption = label(name, "section")
            caption.setBuddy(widget)
            box.addWidget(caption)
            box.addWidget(widget, stretch)
            box.addSpacing(GRID)
        box.addWidget(self.reason)
        box.addSpacing(HALF)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.save_button, 1)
        row.addWidget(self.discard_button)
        box.addLayout(row)
