"""The table of cubes as a Qt model: pages are fetched when they are painted, and few are kept."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from memos_desktop.memory.cube import Cube, CubeFilter, CubePage
from memos_desktop.ui.cubes.columns import HIGHEST_FIRST, NAMES, NUMBERS, SORT_KEYS, Column, cell, tip
from memos_desktop.ui.cubes.pages import PAGE, PageCache, Query

if TYPE_CHECKING:
    from memos_desktop.app.library import Library
    from memos_desktop.ui.bridge import Bridge
    from memos_desktop.ui.cubes.staleness import Staleness

CUBE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
STALE_ROLE = CUBE_ROLE + 1
"""Whether the text of an activation memory was edited since it was read."""
SKELETON_ROWS = 14
AT_ONCE = 2
WANTED = 4

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
COLUMNS = len(Column)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class CubeTableModel(QAbstractTableModel):
    """A window onto a list of any length.

    The delegate asks for the cube of a row; where its page is missing the row is a skeleton and the page is
    requested, the one asked for last first, so that a dragged scroll bar does not queue what it passed.

    Signals:
        counted(int): how many cubes match, after each answer.
        failed(object): the error of a page that could not be read.
        settled(): nothing is under way any more.
        displaced(): memories are about to stand in other rows.
    """

    counted = Signal(int)
    failed = Signal(object)
    settled = Signal()
    displaced = Signal()

    def __init__(
        self,
        library: "Library",
        bridge: "Bridge",
        parent: QObject | None = None,
        stale: "Staleness | None" = None,
    ) -> None:
        super().__init__(parent)
        self._stale = stale
        if stale is not None:
            stale.changed.connect(self._staleness_changed)
        self._library = library
        self._bridge = bridge
        self._query = Query()
        self._cache = PageCache()
        self._total: int | None = None
        self._generation = 0
        self._epoch = 0
        self._in_flight: set[int] = set()
        self._wanted: list[int] = []
        self._fresh = True
        self._pump_timer = QTimer(self, singleShot=True, interval=0)
        self._pump_timer.timeout.connect(self._pump)

    @property
    def query(self) -> Query:
        """What is shown or being fetched."""
        return self._query

    @property
    def total(self) -> int | None:
        """How many cubes match; None before the first answer."""
        return self._total

    def show(self, query: Query) -> None:
        """Show another list. The old rows stay until the first page of the new one is there."""
        self._query = query
        self._generation += 1
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, COLUMNS - 1)
        self._in_flight.clear()
        self._wanted.clear()
        self._fresh = True
        self._request(0)

    def set_filter(self, wanted: CubeFilter) -> None:
        """Show what `wanted` asks for, in the present order."""
        if wanted != self._query.filter or self._total is None:
            self.show(Query(wanted, self._query.sort, self._query.descending))

    def refresh(self) -> None:
        """What is kept is out of date: pages are fetched again when they are painted, or now if none is."""
        self._epoch += 1
        self._cache.mark_stale()
        if self._fresh:
            self.show(self._query)
        elif not self._total:
            self._want(0)
        else:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def cube_at(self, row: int) -> Cube | None:
        """The cube of a row if its page is here; asks for the page where it is not, or is stale."""
        if self._total is None or not 0 <= row < self._total:
            return None
        number = row // PAGE
        if self._cache.needs(number):
            self._want(number)
        return self._cache.cube(row)

    def row_of(self, cube_id: str) -> int | None:
        """The row of a cube among the pages that are here."""
        return next((row for row, cube in self._cache.rows() if cube.id == cube_id), None)

    def kept(self) -> Iterator[tuple[int, Cube]]:
        """The cubes that are here, with their rows."""
        return self._cache.rows()

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many cubes match, or a few skeletons before that is known."""
        if parent.isValid():
            return 0
        return SKELETON_ROWS if self._total is None else self._total

    def columnCount(self, parent: Index = ROOT) -> int:
        """The number of columns."""
        return 0 if parent.isValid() else COLUMNS

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """The cube under CUBE_ROLE; words for display, tooltips and screen readers."""
        if role == CUBE_ROLE:
            return self.cube_at(index.row())
        cube = self.cube_at(index.row()) if role in _ROLES else None
        if role == STALE_ROLE and cube is not None:
            return self._stale is not None and cube.id in self._stale
        if cube is None:
            return None
        column = Column(index.column())
        if column is Column.KIND and self._stale is not None and cube.id in self._stale:
            return OUT_OF_DATE
        return tip(cube, column) if role == Qt.ItemDataRole.ToolTipRole else cell(cube, column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The column headings."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                said = "" if section == Column.KIND else NAMES[Column(section)]
                return said + self._arrow(Column(section))
            if role == Qt.ItemDataRole.TextAlignmentRole and section in NUMBERS:
                return RIGHT
            if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
                return NAMES[Column(section)]
        return None

    def _arrow(self, column: Column) -> str:
        if SORT_KEYS[column] != self._query.sort:
            return ""
        arrow = "↓" if self._query.descending else "↑"
        return arrow if column is Column.KIND else f"  {arrow}"

    def sort_by(self, column: Column) -> None:
        """Order by a column, as a click on its heading does: again turns the order round.

        Numbers and dates begin with the highest, words with A, and what expires with what expires first.
        """
        same = SORT_KEYS[column] == self._query.sort
        down = not self._query.descending if same else column in HIGHEST_FIRST
        self.sort(column, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 is none."""
        if column < 0:
            return
        wanted = Query(self._query.filter, SORT_KEYS[Column(column)], order == Qt.SortOrder.DescendingOrder)
        if wanted != self._query:
            self.show(wanted)

    def _want(self, number: int) -> None:
        if number in self._in_flight:
            return
        if number in self._wanted:
            self._wanted.remove(number)
        self._wanted = [*self._wanted, number][-WANTED:]
        if not self._pump_timer.isActive():
            self._pump_timer.start()

    def _pump(self) -> None:
        while self._wanted and len(self._in_flight) < AT_ONCE and not self._fresh:
            number = self._wanted.pop()
            if self._cache.needs(number) or not self._total:
                self._request(number)

    def _request(self, number: int) -> None:
        generation, epoch, query = self._generation, self._epoch, self._query
        self._in_flight.add(number)
        self._bridge.then(
            self._library.page(query.filter, number * PAGE, PAGE, query.sort, query.descending),
            lambda page: self._arrived(generation, epoch, number, page),
            lambda error: self._refused(generation, number, error),
            receiver=self,
        )

    def _refused(self, generation: int, number: int, error: object) -> None:
        if generation == self._generation:
            self._in_flight.discard(number)
            self.failed.emit(error)

    def _arrived(self, generation: int, epoch: int, number: int, page: CubePage) -> None:
        if generation != self._generation:
            return
        self._in_flight.discard(number)
        stale = epoch != self._epoch
        if self._stale is not None:
            self._stale.look(page.cubes)
        if self._fresh:
            self._replace_all(number, page, stale)
        else:
            self._merge(number, page, stale)
        self.counted.emit(page.total)
        self._pump()
        if not self._in_flight and not self._wanted:
            self.settled.emit()

    def _staleness_changed(self) -> None:
        if self._total:
            self.dataChanged.emit(self.index(0, 0), self.index(self._total - 1, COLUMNS - 1), [STALE_ROLE])

    def _replace_all(self, number: int, page: CubePage, stale: bool) -> None:
        self.beginResetModel()
        self._cache.clear()
        self._cache.put(number, page.cubes, stale)
        self._total = page.total
        self._fresh = False
        self.endResetModel()

    def _merge(self, number: int, page: CubePage, stale: bool) -> None:
        """Put one page in place. Selected rows follow their cubes."""
        self._resize(page.total)
        rows = {cube.id: number * PAGE + place for place, cube in enumerate(page.cubes)}
        if not self._displaced(rows, number):
            self._cache.put(number, page.cubes, stale)
            last = min((number + 1) * PAGE, page.total) - 1
            self.dataChanged.emit(self.index(number * PAGE, 0), self.index(last, COLUMNS - 1))
            return
        self.displaced.emit()
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        ids = [cube.id if (cube := self._cache.cube(index.row())) else None for index in old]
        self._cache.put(number, page.cubes, stale)
        moved = [self._followed(index, cube_id, rows, number) for index, cube_id in zip(old, ids, strict=True)]
        self.changePersistentIndexList(old, moved)
        self.layoutChanged.emit()

    def _displaced(self, rows: dict[str, int], page: int) -> bool:
        """Whether a cube that is known has another row now, or none on this page.

        A change of layout makes Qt hold every cell of a long selection, which takes seconds for half of 100,000 rows.
        """
        return any(
            rows.get(cube.id, row) != row or (row // PAGE == page and cube.id not in rows)
            for row, cube in self._cache.rows()
        )

    def _followed(self, index: QModelIndex, cube_id: str | None, rows: dict[str, int], page: int) -> QModelIndex:
        if cube_id in rows:
            return self.index(rows[cube_id], index.column())
        gone = cube_id is not None and index.row() // PAGE == page
        return QModelIndex() if gone else index

    def _resize(self, total: int) -> None:
        before = self._total or 0
        if total > before:
            self.beginInsertRows(QModelIndex(), before, total - 1)
            self._total = total
            self.endInsertRows()
        elif total < before:
            self.beginRemoveRows(QModelIndex(), total, before - 1)
            self._total = total
            self.endRemoveRows()


OUT_OF_DATE = "Activation, out of date: its text was edited since a model has read it"
_ROLES = {
    CUBE_ROLE,
    STALE_ROLE,
    int(Qt.ItemDataRole.DisplayRole),
    int(Qt.ItemDataRole.ToolTipRole),
    int(Qt.ItemDataRole.AccessibleTextRole),
}
