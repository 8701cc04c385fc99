"""The memories as they were, as a Qt model: pages are fetched when they are painted, and few are kept."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.memory.snapshot import CubeDiff, Fate
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.past.words import MARKS
from memos_desktop.ui.widgets.rows import ICON_ROLE, TOKEN_ROLE

if TYPE_CHECKING:
    from memos_desktop.app.time_machine import OpenPast, PastPage
    from memos_desktop.ui.bridge import Bridge

PAGE = 100
KEPT_PAGES = 12
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class Column(IntEnum):
    """The columns, from left to right."""

    MARK = 0
    TITLE = 1
    TYPE = 2
    STATE = 3
    DATE = 4


HEADINGS = {
    Column.MARK: "Since then",
    Column.TITLE: "Memory",
    Column.TYPE: "Type",
    Column.STATE: "State",
    Column.DATE: "Recorded",
}
OF_DIFFS = {Column.MARK: "What", Column.TITLE: "Memory", Column.STATE: "What changed"}
"""The headings where a difference is listed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One memory: as it was, or only named where it was added since."""

    id: str
    title: str
    cube: Cube | None
    diff: CubeDiff | None


class PastModel(QAbstractTableModel):
    """A list of memories as they were, or of what a difference names.

    Attributes:
        is_diff, has_fields: whether a difference is listed; whether it names what changed of anything.
        total: how many rows there are.

    Signals:
        counted(int): how many there are.
        failed(MemosError): a page could not be read.

    """

    counted = Signal(int)
    failed = Signal(object)

    def __init__(self, bridge: "Bridge", parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._opened: OpenPast | None = None
        self._filter = CubeFilter()
        self._rows: dict[int, Row] = {}
        self._asked: set[int] = set()
        self._wanted: set[int] = set()
        self._generation = 0
        self.is_diff = False
        self.has_fields = True
        self.total = 0
        self._pump = QTimer(self, singleShot=True, interval=0)
        self._pump.timeout.connect(self._fetch)

    def show_past(self, opened: "OpenPast", wanted: CubeFilter) -> None:
        """Show this past as it is now under the filter. The old rows stay until the first page is here."""
        self._opened = opened
        self._filter = wanted
        self._generation += 1
        self._asked.clear()
        self._wanted.clear()
        self._request(0)

    def show_diffs(self, diffs: tuple[CubeDiff, ...]) -> None:
        """Show what a difference names."""
        self._generation += 1
        self._opened = None
        self.beginResetModel()
        self.is_diff = True
        self.has_fields = any(diff.fields for diff in diffs)
        self._rows = {place: Row(diff.id, diff.title, None, diff) for place, diff in enumerate(diffs)}
        self.total = len(diffs)
        self.endResetModel()
        self.counted.emit(self.total)

    def row(self, number: int) -> Row | None:
        """The memory in a row, if its page is here; it is asked for where it is not."""
        found = self._rows.get(number)
        if found is None and 0 <= number < self.total:
            self._wanted.add(number // PAGE)
            if not self._pump.isActive():
                self._pump.start()
        return found

    def place_of(self, cube_id: str) -> int | None:
        """The row of a memory among those that are here."""
        return next((number for number, row in self._rows.items() if row.id == cube_id), None)

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many there are."""
        return 0 if parent.isValid() else self.total

    def columnCount(self, parent: Index = ROOT) -> int:
        """The number of columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Words, and for the mark its shape and colour."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, ICON_ROLE, TOKEN_ROLE):
            return None
        row = self.row(index.row())
        if row is None:
            return "…" if index.column() == Column.TITLE and role == Qt.ItemDataRole.DisplayRole else None
        column = Column(index.column())
        if role == ICON_ROLE:
            return _icon(row, column)
        if role == TOKEN_ROLE:
            return _token(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return ", ".join(row.diff.fields) or None if row.diff and column is Column.MARK else None
        return _text(row, column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The column headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (OF_DIFFS if self.is_diff else HEADINGS).get(Column(section), "")
        return None

    def _fetch(self) -> None:
        for number in sorted(self._wanted - self._asked):
            self._request(number)
        self._wanted.clear()

    def _request(self, number: int) -> None:
        if self._opened is None:
            return
        generation = self._generation
        self._asked.add(number)
        self._bridge.then(
            self._opened.page(self._filter, number * PAGE, PAGE),
            lambda page: self._arrived(generation, number, page),
            lambda error: self._refused(generation, error),
            receiver=self,
        )

    def _refused(self, generation: int, error: object) -> None:
        if generation == self._generation:
            self.failed.emit(error)

    def _arrived(self, generation: int, number: int, page: "PastPage") -> None:
        if generation != self._generation:
            return
        rows = {
            number * PAGE + place: Row(cube.id, cube.title, cube, page.fates.get(cube.id))
            for place, cube in enumerate(page.page.cubes)
        }
        if number == 0:
            self.beginResetModel()
            self.is_diff, self.has_fields = False, True
            self._rows = rows
            self.total = page.page.total
            self.endResetModel()
            self.counted.emit(self.total)
            return
        self._rows.update(rows)
        while len(self._rows) > KEPT_PAGES * PAGE:
            gone = min(self._rows, key=lambda at: -abs(at - number * PAGE)) // PAGE
            self._asked.discard(gone)
            self._rows = {at: row for at, row in self._rows.items() if at // PAGE != gone}
        self.dataChanged.emit(self.index(number * PAGE, 0), self.index(number * PAGE + len(rows) - 1, len(Column) - 1))


def _icon(row: Row, column: Column) -> tuple[str, str, bool] | None:
    if column is Column.MARK and row.diff is not None:
        _, icon, token = MARKS[row.diff.fate]
        return icon, token, True
    if column is Column.TITLE and row.cube is not None:
        return row.cube.kind.value, row.cube.kind.value, True
    return None


def _token(row: Row, column: Column) -> str | None:
    if column is Column.MARK and row.diff is not None:
        return MARKS[row.diff.fate][2]
    if column is Column.TITLE:
        return "muted" if row.diff is not None and row.diff.fate is Fate.REMOVED else None
    return "muted"


def _text(row: Row, column: Column) -> str:
    cube = row.cube
    match column:
        case Column.MARK:
            return "" if row.diff is None else MARKS[row.diff.fate][0].removesuffix(" since")
        case Column.TITLE:
            if cube is None:
                return row.title
            title, rest = words.row_text(cube)
            return f"{title}  {rest}".strip()
        case Column.TYPE:
            return words.TYPES[cube.descriptive.type] if cube else ""
        case Column.STATE:
            return words.STATES[cube.state] if cube else ", ".join(row.diff.fields) if row.diff else ""
        case Column.DATE:
            return words.short_date(cube.created) if cube else ""
