"""All header fields of a memory, in words."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import label, line


class ScrollTab(QScrollArea):
    """A tab whose content is built anew for each cube, and scrolls."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fresh(self) -> QVBoxLayout:
        """Empty the tab and give the layout to fill."""
        inner = QWidget()
        inner.setProperty("look", "clear")
        box = QVBoxLayout(inner)
        box.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        box.setSpacing(GRID)
        self.setWidget(inner)
        return box


class HeaderTab(ScrollTab):
    """Sections of names and values; values can be selected and copied."""

    def __init__(self) -> None:
        super().__init__("Header")

    def show_cube(self, cube: Cube) -> None:
        """Show the header of this cube."""
        place = self.verticalScrollBar().value()
        box = self.fresh()
        width = self.fontMetrics().horizontalAdvance("What may be done")
        for number, (section, lines) in enumerate(words.header_lines(cube)):
            if number:
                box.addSpacing(GRID)
                box.addWidget(line())
                box.addSpacing(HALF)
            box.addWidget(label(section, "section"))
            box.addLayout(_grid(lines, width))
        box.addStretch(1)
        self.verticalScrollBar().setValue(place)


def _grid(lines: tuple[tuple[str, str], ...], grid_width: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, grid_width)
    for row, (name, value) in enumerate(lines):
        said = label(value, wrap=True)
        said.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        said.setAccessibleName(f"{name}: {value}")
        grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(said, row, 1)
    return grid
