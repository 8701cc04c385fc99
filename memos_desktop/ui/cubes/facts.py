"""Names and values in two columns; values can be selected and copied."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import label

Lines = Sequence[tuple[str, str]]


class Facts(QWidget):
    """Lines of a header. The labels stay, so that a change does not take the selection away."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(6)
        two_columns(self._grid)

    def show_lines(self, lines: Lines) -> None:
        """Show these."""
        if [name for name, _ in lines] != list(self._values):
            self._rebuild(lines)
        for name, value in lines:
            said = self._values[name]
            said.setText(value)
            said.setAccessibleName(f"{name}: {value}")

    def _rebuild(self, lines: Lines) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._values = {}
        for row, (name, _) in enumerate(lines):
            said = label("", wrap=True)
            said.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            said.setMinimumWidth(1)  # else an id, which cannot break, would widen the whole tab
            self._values[name] = said
            caption = label(name, "muted", wrap=True)
            caption.setMinimumWidth(1)
            self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, row, 1)


def two_columns(grid: QGridLayout) -> None:
    """Names and values share the width alike in all sections of a tab."""
    grid.setColumnStretch(0, 2)
    grid.setColumnStretch(1, 3)
