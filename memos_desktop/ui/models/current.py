"""The card of the model that is in use: loading, ready, failed with its reason, or none."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.engine.base import ModelInfo
from memos_desktop.ui.kept.words import allows as allowed
from memos_desktop.ui.models import words
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Badge, Card, button, label
from memos_desktop.ui.widgets.fields import progress_bar

if TYPE_CHECKING:
    from memos_desktop.app.models import ModelState

STATES = {
    "none": ("Not loaded", "muted", "models"),
    "loading": ("Loading", "accent", "clock"),
    "ready": ("Ready", "good", "good"),
    "failed": ("Could not be loaded", "danger", "danger"),
}


class CurrentModel(Card):
    """What runs now.

    Signals:
        retry_wanted(): load the same model again.
        starter_wanted(): use the model that comes with the program.
        file_wanted(): choose a model file.
        unload_wanted(): free the memory.
    """

    retry_wanted = Signal()
    starter_wanted = Signal()
    file_wanted = Signal()
    unload_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(margin=20)
        self._context = context
        self.badge = Badge(context.theme, "", icons=context.icons)
        self.heading = label("", "heading", wrap=True)
        self.sentence = label("", "muted", wrap=True)
        self.bar = progress_bar("Loading the model")
        self.unload = button("Unload", tip="Free the memory; the next message loads it again")
        self.unload.clicked.connect(self.unload_wanted)
        self.facts: dict[str, str] = {}
        self._body = QVBoxLayout()
        self._lay_out()

    def show_state(self, state: "ModelState") -> None:
        """Show what the model worker says."""
        said, token, icon = STATES[state.status]
        self.badge.set_badge(said, token, icon)
        self.badge.setVisible(state.status != "none")
        self.heading.setText(state.name if state.status != "none" else "No model is loaded")
        self.bar.setVisible(state.status == "loading")
        self.bar.setRange(0, 1000 if state.fraction else 0)
        self.bar.setValue(round(1000 * (state.fraction or 0)))
        self.unload.setVisible(state.status == "ready")
        self._clear()
        self.facts = {}
        self.sentence.setVisible(state.status in ("none", "loading"))
        if state.status == "none":
            chosen = Path(self._context.workspace.models.chosen).name
            self.sentence.setText(f"{chosen} is loaded when you send the first message.")
        elif state.status == "loading":
            self.sentence.setText("You can go on reading and writing meanwhile.")
        elif state.status == "ready" and state.info is not None:
            allows = allowed(self._context.workspace.activation.support(), loaded=True)
            self._show_facts(state.info, allows)
        elif state.status == "failed":
            self._show_failure(state)

    def _show_facts(self, info: ModelInfo, allows: str) -> None:
        self.facts = {**dict(words.facts(info)), "Kept states": allows}
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, GRID, 0, 0)
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.facts.items()):
            said = label(_breakable(value), wrap=True)
            said.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            said.setAccessibleName(f"{name}: {value}")
            if name == "SHA-256":
                said.setFont(self._context.theme.mono())
            grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, row, 1)
        self._body.addWidget(holder)

    def _show_failure(self, state: "ModelState") -> None:
        error = state.error
        notice = Card("notice-danger", margin=12)
        notice.box.addWidget(label(error.message if error else "The reason is not known.", wrap=True))
        if error and error.hint:
            notice.box.addWidget(label(error.hint, "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        again, starter, file = (
            button("Try again"),
            button("Use the starter model"),
            button("Open another file…"),
        )
        again.clicked.connect(self.retry_wanted)
        starter.clicked.connect(self.starter_wanted)
        file.clicked.connect(self.file_wanted)
        for one in (starter, again, file):
            row.addWidget(one)
        row.addStretch(1)
        notice.box.addLayout(row)
        self._body.addWidget(notice)

    def _clear(self) -> None:
        while (item := self._body.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(self.heading, 1)
        head.addWidget(self.badge)
        head.addWidget(self.unload)
        self.box.addLayout(head)
        self.box.addWidget(self.sentence)
        self.box.addWidget(self.bar)
        self.box.addLayout(self._body)


def _breakable(text: str) -> str:
    """Let long paths and hashes break: a label breaks lines only where it may."""
    return "\u200b".join(text[start : start + 16] for start in range(0, len(text), 16)) if " " not in text else text
