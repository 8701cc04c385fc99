"""The Memory page in a window of its own, for the tests of the operators."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from page_desk import WAIT_MS, Desk
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter

from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.ui.cubes.page import MemoryPage


@dataclass
class Operating:
    """Somebody at the Memory page."""

    desk: Desk
    page: MemoryPage

    def opened(self, *cubes: Cube) -> None:
        """Put these into the vault and open the page."""
        self.desk.add(*cubes)
        with self.desk.qtbot.waitSignal(self.page.cubes.settled, timeout=WAIT_MS):
            self.page.activate()

    def until(self, condition: Any) -> None:
        """Wait for this."""
        self.desk.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def select(self, *cubes: Cube) -> None:
        """Select the rows of these."""
        self.page.table.select_cubes([cube.id for cube in cubes])
        self.until(lambda: set(self.page.selection.ids) == {cube.id for cube in cubes})
        self.page.table.setFocus()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in the table."""
        self.page.table.setFocus()
        QTest.keyClick(self.page.table, key, modifiers)

    def now(self, cube: Cube) -> Cube:
        """The same memory as the vault has it."""
        found: Cube = self.desk.result(self.desk.workspace.library.cube(cube.id))
        return found

    def all(self) -> tuple[Cube, ...]:
        """Everything on the shelf."""
        return tuple(self.desk.result(self.desk.workspace.library.page(CubeFilter(), 0, 1000)).cubes)

    def panel(self, verb: str) -> Any:
        """The open panel of this verb; waits until it shows something."""
        self.until(lambda: self.page.slot.panel is not None)
        panel = self.page.slot.panel
        assert panel is self.page.operators.panel(verb)
        return panel

    def previewed(self, verb: str) -> Any:
        """The panel with its preview."""
        panel = self.panel(verb)
        self.until(lambda: panel.preview is not None)
        return panel

    def row_middle(self, cube: Cube) -> QPoint:
        """Where the row of this memory is, in the table's viewport."""
        row = self.page.cubes.row_of(cube.id)
        assert row is not None
        return self.page.table.visualRect(self.page.cubes.index(row, 1)).center()


@pytest.fixture
def operating(desk: Desk) -> Iterator[Operating]:
    """A shown Memory page with its inspector."""
    page = MemoryPage(desk.context)
    window = QSplitter()
    window.addWidget(page)
    window.addWidget(page.inspector())
    desk.qtbot.addWidget(window)
    window.resize(1200, 760)
    with desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield Operating(desk, page)
