"""The head of the Memory page: its name, how many memories the filter lets through, the views, and the ways to add."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.ui.cubes.view_stack import ViewSwitcher
from memos_desktop.ui.cubes.views import ViewSpec
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button, label

ADD = "Add memory"


@dataclass(frozen=True, slots=True)
class Stage:
    """One way to lay the head out. What it leaves out is in the menus too, and in tool tips."""

    imports: bool = False
    words: bool = False
    adds: bool = False
    counts: bool = True
    lines: int = 1


STAGES = (
    Stage(imports=True, words=True, adds=True),
    Stage(words=True, adds=True),
    Stage(adds=True),
    Stage(),
    Stage(words=True, adds=True, lines=2),
    Stage(adds=True, lines=2),
    Stage(lines=2),
    Stage(counts=False, lines=2),
)
"""From the roomiest to the narrowest."""


class PageHead(QWidget):
    """Stands above everything else, in one line; where there is no room the views get a second one.

    Attributes:
        switcher: chooses the view.
        add_button, import_button: write a memory; bring chats in.
        stage: how it is laid out now.

    """

    def __init__(self, context: Context, title: str, specs: Sequence[ViewSpec]) -> None:
        super().__init__()
        self._title = label(title, "title")
        self._count = label("", "muted")
        self.switcher = ViewSwitcher(context.icons, specs)
        self.add_button = button(ADD, "primary", "add", context.icons, tip="Write a memory yourself")
        self.import_button = button(
            "Import chats…", "", "import", context.icons, tip="Import chat history from a JSONL file"
        )
        self.stage = STAGES[0]
        self._measured: tuple[str, dict[bool, int]] = "", {}
        self._fitted: object = None
        self._lay_out()

    def say(self, count: str) -> None:
        """How many memories there are, in words."""
        self._count.setText(count)

    def minimumSizeHint(self) -> QSize:
        """The narrowest way must fit, whichever is shown."""
        return QSize(self._needs(STAGES[-1]), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room words are left out."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """The number or the text is wider than it was."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        now = self.width(), self._count.text(), self.font().toString()
        if now == self._fitted:
            return
        self._fitted = now
        stage = next((one for one in STAGES if self._needs(one) <= self.width()), STAGES[-1])
        self.stage = stage
        self.import_button.setVisible(stage.imports)
        self.switcher.compact(not stage.words)
        self._count.setVisible(stage.counts)
        self.add_button.setText(f" {ADD}" if stage.adds else "")
        home = self._line if stage.lines == 1 else self._box
        if home.indexOf(self.switcher) < 0:
            other = self._box if stage.lines == 1 else self._line
            other.removeWidget(self.switcher)
            home.insertWidget(self._place if stage.lines == 1 else 1, self.switcher)

    def _needs(self, stage: Stage) -> int:
        """How wide it is when it is laid out so."""
        views = self.switcher.width_with(stage.words)
        first = [self._title.sizeHint().width() + GRID, self._add_width(stage.adds)]
        if stage.counts:
            first.append(self._count.sizeHint().width() + GRID)
        if stage.imports:
            first.append(self.import_button.sizeHint().width())
        if stage.lines == 1:
            first.append(views + GRID)
        line = sum(first) + GRID * (len(first) + 1)
        return max(line, views)

    def _add_width(self, words: bool) -> int:
        """The button with its words or without, measured once for each font."""
        font = self.font().toString()
        if self._measured[0] != font:
            shown, found = self.add_button.text(), {}
            for on in (True, False):
                self.add_button.setText(f" {ADD}" if on else "")
                found[on] = self.add_button.sizeHint().width()
            self.add_button.setText(shown)
            self._measured = font, found
        return self._measured[1][words]

    def _lay_out(self) -> None:
        self._line: QBoxLayout = QHBoxLayout()
        self._line.setSpacing(GRID)
        self._line.addWidget(self._title)
        self._line.addSpacing(GRID)
        self._line.addWidget(self._count)
        self._line.addStretch(1)
        self._place = self._line.count()
        self._line.addWidget(self.switcher)
        self._line.addSpacing(GRID)
        self._line.addWidget(self.import_button)
        self._line.addWidget(self.add_button)
        self._box: QBoxLayout = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID)
        self._box.addLayout(self._line)
