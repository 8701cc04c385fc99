"""What the lineage view shows while no memory is chosen: what to do, and the memories with the most relatives."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.lineage import LineageStart
from memos_desktop.ui.cubes import words
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, ICON
from memos_desktop.ui.widgets import Picture, button, label

WIDEST = 460


class StartPage(QScrollArea):
    """A sentence, and a button for each memory to start from.

    Signals:
        chosen(str): start from this memory.
    """

    chosen = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._wanted: CubeFilter | None = None
        self.starts: tuple[LineageStart, ...] = ()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Choose a memory")
        self._build()
        context.theme.changed.connect(self._build)

    def refresh(self, wanted: CubeFilter) -> None:
        """Ask which memories there are to start from."""
        self._wanted = wanted
        future = self._context.workspace.lineage.starts(wanted)
        self._context.bridge.then(future, self._arrived, receiver=self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The first memory is what the keyboard wants."""
        super().focusInEvent(event)
        self.focusNextChild()

    def _arrived(self, starts: Sequence[LineageStart]) -> None:
        if tuple(starts) != self.starts:
            self.starts = tuple(starts)
            self._build()

    def _build(self) -> None:
        inner = QWidget()
        inner.setProperty("look", "clear")
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        holder = QWidget()
        holder.setMaximumWidth(self._context.theme.px(WIDEST))
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(Picture(self._context.theme, self._context.icons, "lineage"))
        box.addSpacing(GRID)
        for text, look in (
            ("Choose a memory", "heading"),
            ("Its lineage shows what it was made from, what was made from it, and the messages behind them.", "muted"),
        ):
            said = label(text, look, wrap=True)
            said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(said)
        if self.starts:
            box.addSpacing(2 * GRID)
            box.addWidget(label("Those with the most relatives", "section"))
        for start in self.starts:
            box.addWidget(self._button(start))
        outer.addStretch(1)
        outer.addWidget(holder, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        self.setWidget(inner)

    def _button(self, start: LineageStart) -> QWidget:
        theme = self._context.theme
        count = words.counted(start.relatives, "relative")
        room = theme.px(WIDEST) - theme.px(160)
        title = self.fontMetrics().elidedText(" ".join(start.title.split()), Qt.TextElideMode.ElideRight, room)
        one = button(f"{title.replace('&', '&&')}   ({count})", "suggestion")
        one.setIcon(self._context.icons.icon(start.form.value, start.form.value, filled=True))
        one.setIconSize(QSize(theme.px(ICON), theme.px(ICON)))
        one.setMinimumWidth(theme.px(WIDEST))
        one.setAccessibleName(f"Show the lineage of {start.title}, {count}")
        one.clicked.connect(lambda: self.chosen.emit(start.id))
        return one
