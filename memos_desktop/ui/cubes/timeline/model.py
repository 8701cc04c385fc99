"""The rows of the timeline as a Qt model: headings and memories. Cubes are fetched when they are painted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from memos_desktop.app.numbers import TimeOrder
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.timeline import TimeBasis
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.by_number import CubesAtHand
from memos_desktop.ui.cubes.timeline.spans import Days, Groups, Unit, heading
from memos_desktop.ui.page import Context

CUBE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
HEADING_ROLE = CUBE_ROLE + 1
"""(words, number of memories) of a heading; None for a memory."""
PIECE = 60

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class TimelineModel(QAbstractListModel):
    """Shows a TimeOrder in groups.

    Attributes:
        order: everything that the filter lets through, newest first.
        groups: where the headings stand.
        basis: which time counts.

    Signals:
        arrived(): cubes that were asked for are here.

    """

    arrived = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self.order = TimeOrder(np.empty(0, np.int64), np.empty(0, np.int64))
        self.basis = TimeBasis.EVENT
        self.groups = Groups.of(self.order.days, Unit.MONTH)
        self.at_hand = CubesAtHand(context, self)
        self.at_hand.arrived.connect(self._arrived)

    def show(self, order: TimeOrder, unit: Unit, basis: TimeBasis) -> bool:
        """Show this order in groups of this unit; returns whether the rows are others now."""
        self.at_hand.mark_stale()
        same = unit is self.groups.unit and basis is self.basis
        same = same and np.array_equal(order.numbers, self.order.numbers)
        if same and np.array_equal(order.days, self.order.days):
            if self.rowCount():
                self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))
            return False
        self.beginResetModel()
        self.order, self.basis = order, basis
        self.groups = Groups.of(order.days, unit)
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = ROOT) -> int:
        """Headings and memories."""
        return 0 if parent.isValid() else self.groups.rows

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be selected."""
        usable = Qt.ItemFlag.ItemIsEnabled
        heading = self.groups.position(index.row()) is None
        return usable if heading else usable | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """The cube under CUBE_ROLE, a heading under HEADING_ROLE; words for screen readers and tool tips."""
        position = self.groups.position(index.row())
        if role == HEADING_ROLE:
            return None if position is not None else self.heading_of(self.groups.group_at(index.row()))
        if role not in _ROLES:
            return None
        if position is None:
            said, count = self.heading_of(self.groups.group_at(index.row()))
            return None if role == CUBE_ROLE else f"{said}, {words.memories(count)}"
        cube = self.cube_at(position)
        if role == CUBE_ROLE or cube is None:
            return cube
        return self._tip(cube) if role == Qt.ItemDataRole.ToolTipRole else self._said(cube)

    def heading_of(self, group: int) -> tuple[str, int]:
        """The words of a heading, and how many memories stand below it."""
        said = heading(int(self.groups.keys[group]), self.groups.unit, date.today())
        return said, int(self.groups.sizes[group])

    def cube_at(self, position: int) -> Cube | None:
        """A cube if it is here; asks for it where it is not, or may be another one since."""
        number = int(self.order.numbers[position])
        if not self.at_hand.is_fresh(number):
            start = position // PIECE * PIECE
            self.at_hand.want(self.order.numbers[start : start + PIECE].tolist())
        return self.at_hand.get(number)

    def positions_of(self, numbers: Sequence[int]) -> Days:
        """Where these numbers stand in the order; those that the filter hides are left out."""
        return np.flatnonzero(np.isin(self.order.numbers, np.array(numbers, np.int64)))

    def _arrived(self, numbers: list[int]) -> None:
        rows = self.groups.rows_of(self.positions_of(numbers))
        if len(rows):
            self.dataChanged.emit(self.index(int(rows.min())), self.index(int(rows.max())))
        self.arrived.emit()

    def _said(self, cube: Cube) -> str:
        when = cube.time if self.basis is TimeBasis.EVENT else cube.created
        kind, type = words.KINDS[cube.kind], words.TYPES[cube.descriptive.type]
        return f"{cube.title}, {words.long_date(when)}, {type}, {kind}, {words.STATES[cube.state]}"

    def _tip(self, cube: Cube) -> str:
        recorded = f"Recorded {words.long_date(cube.created)}"
        if self.basis is TimeBasis.RECORDED:
            return recorded
        happened = cube.descriptive.event_time
        return f"{recorded}; no other time is known" if happened is None else f"It happened {words.long_date(happened)}"


_ROLES = {
    CUBE_ROLE,
    int(Qt.ItemDataRole.DisplayRole),
    int(Qt.ItemDataRole.ToolTipRole),
    int(Qt.ItemDataRole.AccessibleTextRole),
}
