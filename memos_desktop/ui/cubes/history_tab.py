"""The versions of a memory with what changed between them, and the journal steps that touched it."""

from functools import partial
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from memos_desktop.memory.changes import Step
from memos_desktop.memory.cube import Cube, title_of
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.header_tab import ScrollTab
from memos_desktop.ui.cubes.text_diff import Change, word_diff
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF, Theme
from memos_desktop.ui.widgets import Card, Fold, button, label

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails

AT_FIRST = 20


class HistoryTab(ScrollTab):
    """Versions, the newest first.

    Signals:
        restore_wanted(object): make a new version with the text of this old one (a Cube).
    """

    restore_wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__("History")
        self._context = context
        self._details: CubeDetails | None = None
        self._most = AT_FIRST
        context.theme.changed.connect(self._draw)

    def show_details(self, details: "CubeDetails") -> None:
        """Show the history of this cube."""
        if self._details is None or self._details.cube.id != details.cube.id:
            self._most = AT_FIRST
        self._details = details
        self._draw()

    def _draw(self) -> None:
        details = self._details
        if details is None:
            return
        box = self.fresh()
        versions = sorted(details.versions, key=lambda cube: cube.version, reverse=True)
        locked = details.cube.frozen or details.cube.binned is not None
        for place, cube in enumerate(versions[: self._most]):
            older = versions[place + 1] if place + 1 < len(versions) else None
            box.addWidget(self._version(cube, older, newest=place == 0, locked=locked))
        if len(versions) > self._most:
            more = button(f"Show {len(versions) - self._most} older versions", "link")
            more.clicked.connect(self._show_all)
            box.addWidget(more, alignment=Qt.AlignmentFlag.AlignLeft)
        self._add_steps(box, details.steps)
        box.addStretch(1)

    def _show_all(self) -> None:
        self._most = 1_000_000
        self._draw()

    def _version(self, cube: Cube, older: Cube | None, newest: bool, locked: bool) -> Card:
        card = Card(margin=12, spacing=6)
        head = QHBoxLayout()
        head.addWidget(label(f"Version {cube.version}" + (" · now" if newest else ""), "strong"))
        head.addStretch(1)
        if not newest and not locked:
            restore = button("Restore", "meta", tip="Make a new version with this text")
            restore.setAccessibleName(f"Restore version {cube.version}")
            restore.clicked.connect(partial(self._restore, cube))
            head.addWidget(restore)
        card.box.addLayout(head)
        card.box.addWidget(label(f"{words.long_date(cube.changed)}, by {words.actor(cube.actor)}", "meta", wrap=True))
        if cube.reason:
            card.box.addWidget(label(f"“{cube.reason}”", "muted", wrap=True))
        for said in _heading_changes(cube, older):
            card.box.addWidget(label(said, "meta", wrap=True))
        card.box.addWidget(_diff_label(self._context.theme, older.text if older else None, cube.text))
        return card

    def _restore(self, cube: Cube) -> None:
        self.restore_wanted.emit(cube)

    def _add_steps(self, box: QVBoxLayout, steps: tuple[Step, ...]) -> None:
        fold = Fold(self._context.icons, f"Journal ({words.counted(len(steps), 'step')})", opened=False)
        for step in steps[:100]:
            fold.box.addWidget(label(step_words(step), "meta", wrap=True))
        fold.box.setSpacing(HALF)
        box.addSpacing(GRID)
        box.addWidget(fold)


def step_words(step: Step) -> str:
    """A journal step in one line."""
    done = {"undo": "Undone: ", "redo": "Done again: "}.get(step.action, "")
    undone = " (undone)" if step.undone else ""
    reason = f": {step.reason}" if step.reason else ""
    return f"{words.long_date(step.time)} · {words.actor(step.actor)} · {done}{step.label}{reason}{undone}"


def _heading_changes(cube: Cube, older: Cube | None) -> list[str]:
    if older is None:
        return []
    said = []
    derived = older.title == title_of(older.text) and cube.title == title_of(cube.text)
    if older.title != cube.title and not derived:
        said.append(f"Title: “{older.title}” → “{cube.title}”")
    if older.descriptive.type != cube.descriptive.type:
        said.append(f"Type: {words.TYPES[older.descriptive.type]} → {words.TYPES[cube.descriptive.type]}")
    return said


def _diff_label(theme: Theme, old: str | None, new: str) -> QLabel:
    """The text with its changes: new words underlined on green, old ones struck out on red."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if old is None or old == new:
        made.setText(_html(new))
        made.setAccessibleName(new)
        return made
    styles = {
        Change.ADDED: f"background:{theme.tokens.soft_good};color:{theme.tokens.good};text-decoration:underline",
        Change.REMOVED: f"background:{theme.tokens.soft_danger};color:{theme.tokens.danger};"
        "text-decoration:line-through",
    }
    runs = word_diff(old, new)
    made.setText("".join(_marked(run.text, styles.get(run.change, "")) for run in runs))
    said = [f"{run.change.value}: {run.text.strip()}" for run in runs if run.change is not Change.SAME]
    made.setAccessibleName("; ".join(said))
    return made


def _marked(text: str, style: str) -> str:
    """The words in a span; the white space around them stays outside."""
    words_ = text.strip()
    if not style or not words_:
        return _html(text)
    before, after = text.split(words_, 1)
    return f'{_html(before)}<span style="{style}">{_html(words_)}</span>{_html(after)}'


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
