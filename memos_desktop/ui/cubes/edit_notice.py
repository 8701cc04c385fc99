"""The sentence above the text of a memory: why it cannot be edited, or what happened to it while it was."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes.diff_label import DiffLabel
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, button, label
from memos_desktop.ui.widgets.flow import Flow

Way = tuple[str, Callable[[], None]]
HIGHEST = 180


class EditNotice(QFrame):
    """Hidden when there is nothing to say.

    Attributes:
        text: what is said.
        ways: the words of the buttons.

    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._card: Card | None = None
        self.text = ""
        self.ways: tuple[str, ...] = ()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, GRID)
        self.hide()

    def say(self, text: str, tone: str = "", *ways: Way, body: QWidget | None = None) -> None:
        """Show `text`, below it `body`, and a button for each way: its words and the function it calls."""
        if self._card is not None:
            self._card.hide()
            self._card.deleteLater()
            self._card = None
        self.text, self.ways = text, tuple(words for words, _ in ways)
        self.setVisible(bool(text))
        if not text:
            return
        self._card = Card(f"notice-{tone}" if tone else "notice", margin=12)
        self._card.box.addWidget(label(text, wrap=True))
        if body is not None:
            self._card.box.addWidget(body)
        if ways:
            flow = Flow()
            for words, act in ways:
                way = button(words)
                way.clicked.connect(partial(_press, act))
                flow.add(way)
            self._card.box.addWidget(flow)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._card)


def _press(act: Callable[[], None], _checked: bool = False) -> None:
    act()


class BothTexts(QScrollArea):
    """Two texts of one memory, the saved one and the typed one, as what turns the first into the second."""

    def __init__(self, context: Context, saved: Cube, title: str, text: str) -> None:
        super().__init__()
        self._context = context
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("What differs")
        inner = QWidget()
        inner.setProperty("look", "clear")
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, GRID, 0)
        box.setSpacing(GRID // 2)
        self.diff: DiffLabel | None = None
        if saved.text != text:
            box.addWidget(label("Struck out: only in the saved version. Underlined: only in yours.", "meta", wrap=True))
            self.diff = DiffLabel(context, saved.text, text)
            box.addWidget(self.diff)
        else:
            box.addWidget(label("The text is the same in both.", "meta", wrap=True))
        if saved.title != title:
            box.addWidget(label(f"Title there: “{saved.title}”. Yours: “{title}”.", "meta", wrap=True))
        box.addStretch(1)
        self.setWidget(inner)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as the text, up to a limit; beyond that it scrolls."""
        super().resizeEvent(event)
        inner = self.widget()
        layout = inner.layout() if inner is not None else None
        if layout is not None:
            height = layout.heightForWidth(self.viewport().width())
            self.setFixedHeight(min(max(height, 1), self._context.theme.px(HIGHEST)))
