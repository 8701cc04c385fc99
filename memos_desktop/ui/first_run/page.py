"""The page of the first start: what this is, the promise, a model, a name. Nothing else is asked."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.ui.cubes.words import path_text, size
from memos_desktop.ui.models.page import FILES
from memos_desktop.ui.page import Context, Page
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, Picture, button, label
from memos_desktop.ui.widgets.column import column
from memos_desktop.ui.widgets.fields import line_edit

if TYPE_CHECKING:
    from memos_desktop.engine.model_library import ModelEntry

WHAT = (
    "MemOS Desktop is an assistant that runs on your own computer and remembers across chats. "
    "You can see everything it remembers, why it used it, correct it, and make it forget."
)
PROMISE = (
    "Your chats and memories stay in one folder on this computer. Nothing is sent anywhere; the network is used "
    "only when you download a model."
)
WIDTH = 560


class FirstRunPage(Page):
    """Ends in a chat.

    Signals:
        finished: the person pressed Start; the choices are saved.
    """

    title = "Welcome"
    finished = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._path: Path | None = None
        self.starter = QRadioButton("The starter model, ready on this computer")
        self.other = QRadioButton("A GGUF file of mine")
        self.file_button = button("Choose…", "", "folder", context.icons)
        self.file = label("", "meta", wrap=True)
        self.about = label("Small and quick. You can change the model at any time.", "meta", wrap=True)
        self.name = line_edit("Your name", "Optional; your messages and memories are kept under it")
        self.start = button("Start", "primary")
        self.problem = label("", "danger", wrap=True)
        self._lay_out()
        self._connect()

    def activate(self) -> None:
        """Look which model is here."""
        self.context.bridge.then(self.context.workspace.models.catalogue(), self._show_starter)
        self.name.setFocus()

    def choose_file(self) -> None:
        """Ask for a model file."""
        self.context.prompter.open_file(self.window(), "Open a model", FILES, self._chosen)

    def finish(self) -> None:
        """Save the choices and go on. A file that is no model is said here, before anything is saved."""
        if self.other.isChecked() and self._path is None:
            self.choose_file()
            return
        if self.other.isChecked():
            self.start.setEnabled(False)
            future = self.context.workspace.models.choose(str(self._path))
            self.context.bridge.then(future, self._save, self._refused)
        else:
            self._save(None)

    def _chosen(self, path: Path) -> None:
        self._path = path
        self.other.setChecked(True)
        self.file.setText(path_text(path))
        self.file.show()
        self.problem.hide()

    def _refused(self, error: MemosError) -> None:
        self.start.setEnabled(True)
        self.problem.setText(f"{error.message} {error.hint}".strip())
        self.problem.show()

    def _save(self, _chosen: object) -> None:
        try:
            self.context.workspace.settings.change(user_name=self.name.text().strip(), first_run_done=True)
        except MemosError as error:
            self._refused(error)
            return
        self.finished.emit()

    def _show_starter(self, entries: "tuple[ModelEntry, ...]") -> None:
        chosen = self.context.workspace.models.chosen
        starter = next((entry for entry in entries if entry.name == chosen), None)
        if starter is None:
            return
        if starter.state == "ready":
            self.starter.setText(f"{starter.title}, ready on this computer")
            self.about.setText(f"{size(starter.size)}. {starter.note} You can change the model at any time.")
        else:
            self.starter.setText(f"{starter.title}, to be downloaded on the Models page")
            self.about.setText("It is not on this computer yet.")

    def _connect(self) -> None:
        self.file_button.clicked.connect(self.choose_file)
        self.start.clicked.connect(self.finish)
        self.name.returnPressed.connect(self.finish)
        self.starter.toggled.connect(lambda _on: self.problem.hide())

    def _lay_out(self) -> None:
        theme, icons = self.context.theme, self.context.icons
        box = column(self, theme, "", WIDTH)
        box.addStretch(2)
        picture = Picture(theme, icons, "memory", "accent", 56)
        box.addWidget(picture, alignment=Qt.AlignmentFlag.AlignLeft)
        box.addWidget(label("Welcome to MemOS Desktop", "title", wrap=True))
        box.addWidget(label(WHAT, wrap=True))
        box.addWidget(self._promise())
        for caption, widget in (("Model", self._models()), ("Your name", self.name)):
            part = QVBoxLayout()
            part.setSpacing(GRID)
            part.addWidget(label(caption, "section"))
            part.addWidget(widget)
            box.addLayout(part)
        box.addWidget(self.problem)
        box.addSpacing(GRID)
        self.start.setMinimumWidth(theme.px(128))
        box.addWidget(self.start, alignment=Qt.AlignmentFlag.AlignLeft)
        box.addStretch(3)
        self.problem.hide()
        self.file.hide()

    def _promise(self) -> Card:
        card = Card("notice-good", margin=12)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(
            Picture(self.context.theme, self.context.icons, "private", "good", 24),
            alignment=Qt.AlignmentFlag.AlignTop,
        )
        row.addWidget(label(PROMISE, wrap=True), 1)
        card.box.addLayout(row)
        return card

    def _models(self) -> Card:
        card = Card(margin=12)
        group = QButtonGroup(self)
        for choice in (self.starter, self.other):
            group.addButton(choice)
        self.starter.setChecked(True)
        card.box.addWidget(self.starter)
        card.box.addWidget(_indented(self.about))
        row = QHBoxLayout()
        row.addWidget(self.other)
        row.addStretch(1)
        row.addWidget(self.file_button)
        card.box.addLayout(row)
        card.box.addWidget(_indented(self.file))
        return card


def _indented(widget: QWidget) -> QWidget:
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(3 * GRID, 0, 0, 0)
    box.addWidget(widget)
    return holder
