"""The map as a list, for the keyboard and for screen readers: regions, and in each its memories."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from memos_desktop.app.cube_map import MapPlaces
from memos_desktop.app.regions import Region
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.by_number import CubesAtHand
from memos_desktop.ui.icons import Icons

Index = QModelIndex | QPersistentModelIndex
Group = tuple[str, NDArray[np.int64], Region | None]
ROOT = QModelIndex()
PIECE = 60
LEVEL = 1
NOT_YET = "Not on the map yet"
UNNAMED = "Other memories"


class MapOutline(QAbstractItemModel):
    """Regions at the top, their memories below, newest first; at the end those without a place.

    An index of a memory carries the number of its region plus one, that of a region 0.
    """

    def __init__(self, at_hand: CubesAtHand, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._at_hand = at_hand
        self._icons = icons
        self._groups: list[Group] = []
        at_hand.arrived.connect(self._arrived)

    def show(self, shown: MapPlaces, regions: Sequence[Region]) -> None:
        """Show these; regions of a middling level, or of the one there is."""
        finest = max((region.level for region in regions), default=0)
        level = [region for region in regions if region.level == min(LEVEL, finest)]
        numbers = shown.looks.numbers
        groups: list[Group] = [
            (", ".join(region.words) or UNNAMED, np.sort(numbers[region.members])[::-1], region)
            for region in sorted(level, key=lambda one: -len(one.members))
        ]
        waiting = np.sort(numbers[np.isnan(shown.places[:, 0])])[::-1] if len(numbers) else numbers
        if len(waiting):
            groups.append((NOT_YET, waiting, None))
        same = len(groups) == len(self._groups) and all(
            new[0] == old[0] and np.array_equal(new[1], old[1]) for new, old in zip(groups, self._groups, strict=True)
        )
        if same:
            self._groups = groups
            return
        self.beginResetModel()
        self._groups = groups
        self.endResetModel()

    def region_of(self, index: Index) -> Region | None:
        """The region of a row at the top; None for a memory, and for those without a place."""
        return self._groups[index.row()][2] if index.isValid() and index.internalId() == 0 else None

    def number_of(self, index: Index) -> int | None:
        """The number of a memory; None for a region."""
        if not index.isValid() or index.internalId() == 0:
            return None
        return int(self._groups[index.internalId() - 1][1][index.row()])

    def index_of(self, number: int) -> QModelIndex:
        """Where a memory stands; invalid where it is in no region."""
        for place, (_, numbers, _region) in enumerate(self._groups):
            found = np.flatnonzero(numbers == number)
            if len(found):
                return self.index(int(found[0]), 0, self.index(place, 0))
        return QModelIndex()

    def without_place(self) -> QModelIndex:
        """The row that holds what is not on the map yet; invalid when there is none."""
        last = len(self._groups) - 1
        return self.index(last, 0) if last >= 0 and self._groups[last][2] is None else QModelIndex()

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        """A region, or a memory in one."""
        if not parent.isValid():
            inside = 0 <= row < len(self._groups)
            return self.createIndex(row, column, 0) if inside else QModelIndex()
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: Index = ROOT) -> QModelIndex:  # type: ignore[override]
        """The region of a memory."""
        owner = index.internalId() if index.isValid() else 0
        return self.createIndex(owner - 1, 0, 0) if owner else QModelIndex()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Regions, or the memories in one."""
        if not parent.isValid():
            return len(self._groups)
        return len(self._groups[parent.row()][1]) if parent.internalId() == 0 else 0

    def columnCount(self, parent: Index = ROOT) -> int:
        """One."""
        return 1

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """The words of a region with its size; title and kind of a memory."""
        if index.internalId() == 0:
            said, numbers, _ = self._groups[index.row()]
            if role == Qt.ItemDataRole.DisplayRole:
                return f"{said}  ({len(numbers):,})"
            return f"{said}, {words.memories(len(numbers))}" if role == Qt.ItemDataRole.AccessibleTextRole else None
        if role not in _ROLES:
            return None
        group, row = self._groups[index.internalId() - 1][1], index.row()
        number = int(group[row])
        if not self._at_hand.is_fresh(number):
            start = row // PIECE * PIECE
            self._at_hand.want(group[start : start + PIECE].tolist())
        cube = self._at_hand.get(number)
        if cube is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons.icon(cube.kind.value, cube.kind.value, filled=True)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            type, state = words.TYPES[cube.descriptive.type], words.STATES[cube.state]
            return f"{cube.title}, {type}, {words.KINDS[cube.kind]}, {state}"
        return " ".join(cube.title.split())

    def _arrived(self, numbers: list[int]) -> None:
        wanted = np.array(numbers, np.int64)
        for place, (_, group, _region) in enumerate(self._groups):
            rows = np.flatnonzero(np.isin(group, wanted))
            if len(rows):
                top = self.index(place, 0)
                self.dataChanged.emit(self.index(int(rows[0]), 0, top), self.index(int(rows[-1]), 0, top))


_ROLES = {
    int(Qt.ItemDataRole.DisplayRole),
    int(Qt.ItemDataRole.DecorationRole),
    int(Qt.ItemDataRole.ToolTipRole),
    int(Qt.ItemDataRole.AccessibleTextRole),
}
