"""The versions of a memory with what changed between them, any two compared, and the steps that changed it."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from memos_desktop.memory.changes import Step
from memos_desktop.memory.cube import Cube, title_of
from memos_desktop.ui.cubes import journal_words as say
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.compare import Compare
from memos_desktop.ui.cubes.diff_label import DiffLabel
from memos_desktop.ui.cubes.scroll_tab import ScrollTab
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, Fold, button, label

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails

AT_FIRST = 12


class HistoryTab(ScrollTab):
    """Versions, the newest first; built when it is looked at.

    Attributes:
        steps: the steps that changed the memory, newest first, once they are read.

    Signals:
        restore_wanted(object): make a new version with the text of this old one (a Cube).

    """

    restore_wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__("History")
        self._context = context
        self._details: CubeDetails | None = None
        self._most = AT_FIRST
        self._opened = True
        self.compare: Compare | None = None
        self.steps: Sequence[Step] = ()

    def show_details(self, details: "CubeDetails") -> None:
        """Show the history of this cube."""
        if self._details is None or self._details.cube.id != details.cube.id:
            self._most = AT_FIRST
            self.steps = ()
            self.compare = None
        self._details = details
        self.when_seen(self._begin)

    def _begin(self) -> None:
        """Draw the versions, and ask for the steps."""
        details = self._details
        assert details is not None
        self._draw()
        id = details.cube.id

        def show(steps: Sequence[Step]) -> None:
            if self._details is not None and self._details.cube.id == id and tuple(steps) != tuple(self.steps):
                self.steps = steps
                self._draw()

        bridge, future = self._context.bridge, self._context.workspace.inspection.steps(id)
        bridge.then(future, show, bridge.unless_gone, receiver=self)

    def _draw(self) -> None:
        details = self._details
        assert details is not None
        place = self.verticalScrollBar().value()
        chosen = self.compare.chosen() if self.compare is not None else None
        box = self.fresh()
        versions = sorted(details.versions, key=lambda cube: cube.version, reverse=True)
        locked = details.cube.frozen or details.cube.binned is not None
        self.compare = None
        if len(versions) > 1:
            self.compare = Compare(self._context, versions, chosen)
            box.addWidget(self.compare)
        for number, cube in enumerate(versions[: self._most]):
            older = versions[number + 1] if number + 1 < len(versions) else None
            current = cube.version == details.cube.version
            box.addWidget(self._version(cube, older, current=current, locked=locked))
        if len(versions) > self._most:
            more = button(f"Show {words.counted(len(versions) - self._most, 'older version')}", "link")
            more.clicked.connect(self._show_all)
            box.addWidget(more, alignment=Qt.AlignmentFlag.AlignLeft)
        self._add_steps(box)
        box.addStretch(1)
        self.verticalScrollBar().setValue(place)

    def _show_all(self) -> None:
        self._most = 1_000_000
        self._draw()

    def _version(self, cube: Cube, older: Cube | None, current: bool, locked: bool) -> Card:
        card = Card(margin=12, spacing=6)
        head = QHBoxLayout()
        head.addWidget(label(f"Version {cube.version}" + (" · now" if current else ""), "strong"))
        head.addStretch(1)
        if not current and not locked:
            restore = button("Restore", "meta", tip="Make a new version with this text")
            restore.setAccessibleName(f"Restore version {cube.version}")
            restore.clicked.connect(partial(self._restore, cube))
            head.addWidget(restore)
        card.box.addLayout(head)
        card.box.addWidget(label(f"{words.long_date(cube.changed)}, by {words.actor(cube.actor)}", "meta", wrap=True))
        if cube.reason:
            card.box.addWidget(label(f"“{cube.reason}”", "muted", wrap=True))
        for said in heading_changes(cube, older):
            card.box.addWidget(label(said, "meta", wrap=True))
        card.box.addWidget(DiffLabel(self._context, older.text if older else None, cube.text))
        return card

    def _restore(self, cube: Cube) -> None:
        self.restore_wanted.emit(cube)

    def _add_steps(self, box: QVBoxLayout) -> None:
        fold = Fold(self._context.icons, f"Journal ({words.counted(len(self.steps), 'step')})", opened=self._opened)
        fold.head.toggled.connect(self._remember)
        for step in self.steps:
            fold.box.addLayout(_step_row(step))
        box.addSpacing(GRID)
        box.addWidget(fold)

    def _remember(self, opened: bool) -> None:
        self._opened = opened


def _step_row(step: Step) -> QVBoxLayout:
    row = QVBoxLayout()
    row.setSpacing(0)
    row.addWidget(label(say.done(step), wrap=True))
    changed = say.changed(step)
    if changed:
        row.addWidget(label(changed[:1].upper() + changed[1:], "muted", wrap=True))
    row.addWidget(label(say.by(step), "meta", wrap=True))
    return row


def heading_changes(cube: Cube, older: Cube | None) -> list[str]:
    """What is another in title and type; a title that only repeats the text is not said."""
    if older is None:
        return []
    said = []
    derived = older.title == title_of(older.text) and cube.title == title_of(cube.text)
    if older.title != cube.title and not derived:
        said.append(f"Title: “{older.title}” → “{cube.title}”")
    if older.descriptive.type != cube.descriptive.type:
        said.append(f"Type: {words.TYPES[older.descriptive.type]} → {words.TYPES[cube.descriptive.type]}")
    return said
