"""The strip above the table: what rules kept from chats and the person has not confirmed yet."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube, CubeFilter, CubePage
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import CubeActions
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF, ICON
from memos_desktop.ui.widgets import Card, ElidedLabel, Picture, button, label

SHOWN = 3


class ProposalStrip(Card):
    """The newest proposals with Keep and Remove; hidden when there is none.

    Signals:
        all_wanted(): show all proposals in the table.
        cube_wanted(str): open this proposal in the inspector.
    """

    all_wanted = Signal()
    cube_wanted = Signal(str)

    def __init__(self, context: Context, actions: CubeActions) -> None:
        super().__init__("notice", margin=12, spacing=HALF)
        self._context = context
        self._actions = actions
        self.cubes: tuple[Cube, ...] = ()
        self._covered = False
        self._heading = label("", "strong")
        self._all = button("Show all", "link")
        self._all.clicked.connect(self.all_wanted)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(Picture(context.theme, context.icons, "proposed", "accent", ICON))
        head.addWidget(self._heading)
        head.addStretch(1)
        head.addWidget(self._all)
        self.box.addLayout(head)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.box.addLayout(self._rows)
        self.hide()

    def refresh(self) -> None:
        """Read the newest proposals again."""
        future = self._context.workspace.library.page(CubeFilter(proposed=True), 0, SHOWN)
        self._context.bridge.then(future, self._show)

    def cover(self, on: bool) -> None:
        """Make room for something else, or come back."""
        self._covered = on
        self.setVisible(bool(self.cubes) and not on)

    def _show(self, page: CubePage) -> None:
        same, self.cubes = page.cubes == self.cubes, page.cubes
        self.cover(self._covered)
        if same:
            return
        more = f" ({SHOWN} of {page.total:,})" if page.total > SHOWN else ""
        one = page.total == 1
        self._heading.setText(f"{'This was' if one else 'These were'} kept from your chats. Right?{more}")
        self._all.setVisible(page.total > SHOWN)
        while (item := self._rows.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for cube in page.cubes:
            self._rows.addWidget(self._row(cube))

    def _row(self, cube: Cube) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(GRID)
        kind = words.TYPES[cube.descriptive.type]
        row.addWidget(label(f"{kind}, pinned:" if cube.pinned else f"{kind}:", "muted"))
        row.addWidget(ElidedLabel(cube.text or cube.title), 1)
        for text, verb in (("Keep", "confirm"), ("Remove", "bin")):
            one = button(text)
            one.setAccessibleName(f"{text}: {cube.title}")
            one.clicked.connect(lambda _on=False, verb=verb: self._actions.run(verb, [cube]))
            row.addWidget(one)
        look = button("Open", "link")
        look.setAccessibleName(f"Open: {cube.title}")
        look.clicked.connect(lambda: self.cube_wanted.emit(cube.id))
        row.addWidget(look, alignment=Qt.AlignmentFlag.AlignVCenter)
        return widget
