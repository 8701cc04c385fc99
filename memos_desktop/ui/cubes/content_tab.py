"""The text of a memory, edited in place: saving makes a new version and never overwrites one by others."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import ActivationPayload, Cube, TextPayload
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import CubeActions, split_tags
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, button, label
from memos_desktop.ui.widgets.fields import Select, line_edit, text_edit


class ContentTab(QWidget):
    """Title, type, text and tags of one cube.

    Signals:
        stale(): the cube changed meanwhile; its newest state is wanted.
    """

    stale = Signal()

    def __init__(self, context: Context, actions: CubeActions) -> None:
        super().__init__()
        self._context = context
        self._actions = actions
        self._cube: Cube | None = None
        self._newest: Cube | None = None
        self._saving = False
        self._drafts: dict[str, _Draft] = {}
        self.title = line_edit("Title")
        self.type = Select(context.icons, "Type")
        for value, said in words.TYPES.items():
            self.type.addItem(said, value)
        self.text = text_edit("Text")
        self.tags = line_edit("Tags", "Separate with commas")
        self.reason = line_edit("Reason", "Why? (optional, kept in the history)")
        self.save_button = button("Save as a new version", "primary", tip="Ctrl+S")
        self.discard_button = button("Discard")
        self.notice = _Notice()
        self._lay_out()
        self._connect()

    @property
    def dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        cube = self._cube
        return cube is not None and (
            self.text.toPlainText() != cube.text
            or self.title.text().strip() != cube.title
            or self.type.currentData() != cube.descriptive.type
            or split_tags(self.tags.text()) != cube.tags
        )

    def show_cube(self, cube: Cube) -> None:
        """Show a cube; what is typed into the same cube stays, with a notice if another version came."""
        same = self._cube is not None and self._cube.id == cube.id
        if same and self.dirty:
            self._newest = cube
            if not self._saving and self._cube is not None and cube.version != self._cube.version:
                self._show_conflict()
            return
        self._put_aside()
        self._fill(cube)
        if draft := self._drafts.pop(cube.id, None):
            self._take_up(draft)

    def save(self) -> None:
        """Save what was typed: a new version for title, type and text; tags change in place."""
        cube = self._cube
        if cube is None or not self.dirty:
            return
        self.save_button.setEnabled(False)
        tags = split_tags(self.tags.text())
        if tags != cube.tags:
            self._actions.set_tags([cube], tags)
        text, title, kind = self.text.toPlainText(), self.title.text().strip(), self.type.currentData()
        if (text, title, kind) == (cube.text, cube.title, cube.descriptive.type):
            self._saved(None)
            return
        self._saving = True
        future = self._context.workspace.library.revise(
            cube.id,
            text=text if text != cube.text else None,
            title=title if title != cube.title else None,
            type=kind if kind != cube.descriptive.type else None,
            expected_version=cube.version,
            reason=self.reason.text().strip(),
        )
        self._context.bridge.then(future, self._saved, self._refused, receiver=self)

    def discard(self) -> None:
        """Back to what is saved."""
        if newest := self._newest or self._cube:
            self._fill(newest)

    def _put_aside(self) -> None:
        """Another cube is shown: what was typed into this one waits until it is shown again."""
        cube = self._cube
        if cube is not None and self.dirty:
            self._drafts[cube.id] = _Draft(
                cube, self.title.text(), self.type.currentIndex(), self.text.toPlainText(), self.tags.text()
            )
            self._context.toasts.tell(f"What you typed into “{cube.title}” is not saved yet, and waits there.")

    def _take_up(self, draft: "_Draft") -> None:
        newest, self._cube = self._cube, draft.base
        self.title.setText(draft.title)
        self.type.setCurrentIndex(draft.type)
        self.text.setPlainText(draft.text)
        self.tags.setText(draft.tags)
        self._on_typing()
        if newest is not None:
            self.show_cube(newest)

    def _fill(self, cube: Cube) -> None:
        self._cube = None  # what follows is no typing
        self._newest = None
        self.title.setText(cube.title)
        self.title.setCursorPosition(0)
        self.type.setCurrentIndex(list(words.TYPES).index(cube.descriptive.type))
        if self.text.toPlainText() != cube.text:
            self.text.setPlainText(cube.text)
        self.tags.setText(", ".join(cube.tags))
        self.reason.clear()
        self._cube = cube
        self._allow(cube)
        self._on_typing()

    def _allow(self, cube: Cube) -> None:
        why = ""
        if cube.binned:
            why = "This memory is in the bin. Take it out to change it."
        elif cube.frozen:
            why = "This memory is frozen. Unfreeze it to change it."
        elif isinstance(cube.payload, ActivationPayload):
            why = "This is the state of a model that has read another memory. Edit that memory instead."
        elif not isinstance(cube.payload, TextPayload):
            why = f"This memory is not text: {words.payload_words(cube)}."
        self.notice.say(why)
        for field in (self.title, self.text, self.tags):
            field.setReadOnly(bool(why))
        self.type.setEnabled(not why)

    def _saved(self, _changes: object) -> None:
        self._saving = False
        self._cube = None
        self.stale.emit()

    def _refused(self, error: MemosError) -> None:
        self._saving = False
        self.save_button.setEnabled(True)
        self.notice.say(f"{error.message} {error.hint}".strip(), "warning")
        self.stale.emit()

    def _show_conflict(self) -> None:
        newest = self._newest
        if newest is None:
            return
        self.notice.say(
            f"Version {newest.version} was saved meanwhile by {words.actor(newest.actor)}. "
            "What you typed is still here.",
            "warning",
            ("Keep mine", self._keep_mine),
            ("Show theirs", self.discard),
        )

    def _keep_mine(self) -> None:
        """Save on top of the newest version: both stay in the history."""
        self._cube, self._newest = self._newest, None
        self.notice.say("")
        self._on_typing()
        self.save()

    def _on_typing(self) -> None:
        dirty = self.dirty
        self.save_button.setEnabled(dirty and bool(self.text.toPlainText().strip()))
        for widget in (self.reason, self.save_button, self.discard_button):
            widget.setVisible(dirty)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._on_typing)
        self.title.textChanged.connect(self._on_typing)
        self.tags.textChanged.connect(self._on_typing)
        self.type.currentIndexChanged.connect(self._on_typing)
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        for keys in (QKeySequence.StandardKey.Save, QKeySequence("Ctrl+Return")):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
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


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was typed into a cube and not saved; `base` is the cube as it was then."""

    base: Cube
    title: str
    type: int
    text: str
    tags: str


class _Notice(QFrame):
    """A sentence above the fields, perhaps with two ways on; hidden when there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, GRID)
        self._card: Card | None = None
        self.text = ""
        self.hide()

    def say(self, text: str, tone: str = "", *ways: tuple[str, object]) -> None:
        """Show `text`; each way is a button's words and the function it calls."""
        if self._card is not None:
            self._card.hide()
            self._card.deleteLater()
            self._card = None
        self.text = text
        self.setVisible(bool(text))
        if not text:
            return
        self._card = Card(f"notice-{tone}" if tone else "notice", margin=12)
        self._card.box.addWidget(label(text, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for words_, act in ways:
            way = button(words_)
            way.clicked.connect(act)
            row.addWidget(way)
        row.addStretch(1)
        self._card.box.addLayout(row)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._card)
