"""The strip above the table: what rules kept from chats and the person has not confirmed yet."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from memos_desktop.memory.cube import Cube, CubeFilter, CubePage
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import CubeActions
from memos_desktop.ui.cubes.strip import Strip
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import ElidedLabel, button, label

SHOWN = 3


class ProposalStrip(Strip):
    """The newest proposals with Keep and Remove; hidden when there is none.

    Signals:
        all_wanted(): show all proposals in the table.
        cube_wanted(str): open this proposal in the inspector.
    """

    all_wanted = Signal()
    cube_wanted = Signal(str)

    def __init__(self, context: Context, actions: CubeActions) -> None:
        super().__init__(context, "proposed", "accent")
        self._actions = actions
        self.cubes: tuple[Cube, ...] = ()
        self.all_button.clicked.connect(self.all_wanted)

    def refresh(self) -> None:
        """Read the newest proposals again."""
        future = self._context.workspace.library.page(CubeFilter(proposed=True), 0, SHOWN)
        self._context.bridge.then(future, self._show)

    def _show(self, page: CubePage) -> None:
        if page.cubes == self.cubes:
            return
        self.cubes = page.cubes
        some = page.total > SHOWN
        more = f" ({SHOWN} of {page.total:,})" if some else ""
        which = "This was" if page.total == 1 else "These were"
        self.fill(f"{which} kept from your chats. Right?{more}", map(self._row, page.cubes), some)

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
