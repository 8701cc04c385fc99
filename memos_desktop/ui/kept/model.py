"""The table of kept states as a Qt model, sorted here: there are never many."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from memos_desktop.ui.cubes.words import long_date, short_date, size
from memos_desktop.ui.kept import words
from memos_desktop.ui.widgets.rows import ICON_ROLE, TOKEN_ROLE

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import KvRow

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class Column(IntEnum):
    """The columns of the table, from left to right."""

    TITLE = 0
    BELONGS = 1
    MODEL = 2
    TOKENS = 3
    SIZE = 4
    USED = 5
    STATE = 6


HEADINGS = {
    Column.TITLE: "Kept",
    Column.BELONGS: "Belongs to",
    Column.MODEL: "Model",
    Column.TOKENS: "Tokens",
    Column.SIZE: "Size",
    Column.USED: "Last used",
    Column.STATE: "With the loaded model",
}
KEYS: dict[Column, Callable[["KvRow"], Any]] = {
    Column.TITLE: lambda row: row.title.casefold(),
    Column.BELONGS: lambda row: row.belongs,
    Column.MODEL: lambda row: row.model.casefold(),
    Column.TOKENS: lambda row: row.tokens,
    Column.SIZE: lambda row: row.bytes,
    Column.USED: lambda row: row.last_used,
    Column.STATE: lambda row: words.state(row)[0],
}
HIGHEST_FIRST = frozenset((Column.TOKENS, Column.SIZE, Column.USED))
NUMBERS = frozenset((Column.TOKENS, Column.SIZE))


class KeptModel(QAbstractTableModel):
    """Rows of `Activation.rows`, in the order of one column."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[KvRow, ...] = ()
        self._column, self._descending = Column.USED, True

    def show(self, rows: Sequence["KvRow"]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = self._sorted(rows)
        self.endResetModel()

    def sort_by(self, column: Column) -> None:
        """Order by a column, as a click on its heading does: again turns the order round."""
        same = column is self._column
        self._descending = not self._descending if same else column in HIGHEST_FIRST
        self._column = column
        self.show(self.rows)

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many states are kept."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """The number of columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Words for display and screen readers, icon and colour for the delegate."""
        row, column = self.rows[index.row()], Column(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _cell(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in NUMBERS:
            return int(Qt.AlignmentFlag.AlignRight)
        if role == Qt.ItemDataRole.ToolTipRole:
            return long_date(row.last_used) if column is Column.USED else _cell(row, column)
        if role == ICON_ROLE and column is Column.TITLE:
            _, icon, token = words.belongs(row)
            return icon, token, icon == "activation"
        if role == TOKEN_ROLE:
            return words.state(row)[1] if column is Column.STATE else "text" if column is Column.TITLE else "muted"
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The column headings, with an arrow at the one that gives the order."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            arrow = ("  ↓" if self._descending else "  ↑") if section == self._column else ""
            return HEADINGS[Column(section)] + arrow
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            right = Column(section) in NUMBERS
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _sorted(self, rows: Sequence["KvRow"]) -> "tuple[KvRow, ...]":
        return tuple(sorted(rows, key=KEYS[self._column], reverse=self._descending))


def _cell(row: "KvRow", column: Column) -> str:
    return {
        Column.TITLE: lambda: row.title,
        Column.BELONGS: lambda: words.belongs(row)[0],
        Column.MODEL: lambda: row.model,
        Column.TOKENS: lambda: f"{row.tokens:,}",
        Column.SIZE: lambda: size(row.bytes),
        Column.USED: lambda: short_date(row.last_used),
        Column.STATE: lambda: words.state(row)[0],
    }[column]()
