"""The whole header of a memory: what it is, what governs it (changed in place), what use has shown."""

from typing import Any

from PySide6.QtCore import Signal

from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import CubeActions
from memos_desktop.ui.cubes.facts import Facts
from memos_desktop.ui.cubes.governance_fields import GovernanceFields, Governed
from memos_desktop.ui.cubes.scroll_tab import ScrollTab
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import button, label, line

EDITED = ("Who may see it", "What may be done", "Expires", "Priority", "Sensitivity")
"""Lines that stand above as fields."""


class HeaderTab(ScrollTab):
    """Sections of names and values.

    Attributes:
        fields: those that can be changed.

    Signals:
        cube_wanted(str): open the memory that replaced this one.

    """

    cube_wanted = Signal(str)

    def __init__(self, context: Context, actions: CubeActions) -> None:
        super().__init__("Header")
        self._context = context
        self._actions = actions
        self._cube: Cube | None = None
        self.fields = GovernanceFields(context, single=True)
        self.why_not = label("", "muted", wrap=True)
        self.replaced = button("Open the memory that replaced it", "link", "forward", context.icons)
        self._about, self._rules, self._use = Facts(), Facts(), Facts()
        self.fields.changed.connect(self._change)
        self.replaced.clicked.connect(self._open_newer)
        self._lay_out()

    def show_cube(self, cube: Cube) -> None:
        """Show the header of this cube. What was changed a moment ago is of the one that was shown until now."""
        if self._cube is not None and self._cube.id != cube.id:
            self.fields.flush()
        self._cube = cube
        (_, about), (_, rules), (_, use) = words.header_lines(cube)
        self._about.show_lines(about)
        self._rules.show_lines([(name, value) for name, value in rules if name not in EDITED])
        self._use.show_lines(use)
        obstacle = "It is in the bin" if cube.binned else "It is frozen" if cube.frozen else ""
        self.why_not.setText(f"{obstacle}, so nothing here can be changed." if obstacle else "")
        self.why_not.setVisible(bool(obstacle))
        self.fields.show_values(Governed.of(cube.governance), not obstacle)
        self.replaced.setVisible(cube.governance.superseded_by is not None)

    def _change(self, said: str, wanted: dict[str, Any]) -> None:
        cube = self._cube
        if cube is None:
            return
        future = self._context.workspace.operations.set_header([cube.id], **wanted)
        bridge = self._context.bridge
        bridge.then(future, lambda changes: self._actions.say_done(said, changes), self._refused, receiver=self)

    def _refused(self, error: MemosError) -> None:
        self._context.toasts.error(error)
        self.fields.back()

    def _open_newer(self) -> None:
        if self._cube is not None and self._cube.governance.superseded_by:
            self.cube_wanted.emit(self._cube.governance.superseded_by)

    def _lay_out(self) -> None:
        box = self.fresh()
        first = True
        for title, parts in (
            ("What it is", (self._about,)),
            ("What governs it", (self.why_not, self.fields, self._rules, self.replaced)),
            ("What use has shown", (self._use,)),
        ):
            if not first:
                box.addSpacing(GRID)
                box.addWidget(line())
                box.addSpacing(HALF)
            first = False
            box.addWidget(label(title, "section"))
            for part in parts:
                box.addWidget(part)
        box.addStretch(1)
