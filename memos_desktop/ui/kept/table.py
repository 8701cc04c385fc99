"""The table of kept states: columns that give way when it is narrow, keys, a menu."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from memos_desktop.ui.kept.model import HEADINGS, Column, KeptModel
from memos_desktop.ui.page import Context
from memos_desktop.ui.widgets.rows import RowDelegate

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import KvRow

WIDTHS = {
    Column.BELONGS: 104,
    Column.MODEL: 136,
    Column.TOKENS: 84,
    Column.SIZE: 92,
    Column.USED: 104,
    Column.STATE: 220,
}
GIVES_WAY = ((Column.BELONGS, 880), (Column.MODEL, 780), (Column.TOKENS, 660), (Column.USED, 580))


class KeptTable(QTableView):
    """Shows a KeptModel.

    Signals:
        opened(KvRow): Enter or a double click.
        delete_wanted: the Delete key, or the menu.
        picked: the selection is another one.
    """

    opened = Signal(object)
    delete_wanted = Signal()
    picked = Signal()

    def __init__(self, context: Context, model: KeptModel) -> None:
        super().__init__()
        self._theme = context.theme
        self._icons = context.icons
        self.kept = model
        self.setModel(model)
        self.setItemDelegate(RowDelegate(context.theme, context.icons, self))
        self.setAccessibleName("Kept states")
        self._set_up()
        self.selectionModel().selectionChanged.connect(lambda: self.picked.emit())
        self.doubleClicked.connect(lambda index: self.opened.emit(model.rows[index.row()]))
        self._theme.changed.connect(self._measure)
        self._measure()

    def selected(self) -> "tuple[KvRow, ...]":
        """The selected states, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self.kept.rows[row] for row in rows)

    def show_rows(self, rows: "Iterable[KvRow]") -> None:
        """Show these; what was selected stays so."""
        self._keep_selection(lambda: self.kept.show(tuple(rows)))

    def sort_by(self, column: Column) -> None:
        """Order by this column; again turns it round."""
        self._keep_selection(lambda: self.kept.sort_by(column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens what a state belongs to, Delete removes it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.kept.rows[self.currentIndex().row()])
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open, delete, and the order: by the mouse or the menu key."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft() + QPoint(48, 0))
        menu = QMenu(self)
        chosen = self.selected()
        if len(chosen) == 1 and chosen[0].belongs != "start":
            what = "chat" if chosen[0].belongs == "chat" else "memory"
            menu.addAction(self._icons.icon("open"), f"Open the {what}", partial(self.opened.emit, chosen[0]))
        if chosen:
            menu.addAction(self._icons.icon("trash"), "Delete", self.delete_wanted.emit)
            menu.addSeparator()
        order = menu.addMenu("Sort by")
        for column, said in HEADINGS.items():
            order.addAction(said, partial(self.sort_by, column))
        menu.popup(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns that matter less give way to the names."""
        super().resizeEvent(event)
        width = self.viewport().width() / self._theme.scale
        for column, least in GIVES_WAY:
            self.setColumnHidden(column, width < least)

    def _keep_selection(self, change: object) -> None:
        assert callable(change)
        ids = {row.id for row in self.selected()}
        current = self.currentIndex().row()
        change()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for number, row in enumerate(self.kept.rows):
            if row.id in ids:
                self.selectionModel().select(self.kept.index(number, 0), flags)
        if self.kept.rows and current >= 0:
            spot = self.kept.index(min(current, len(self.kept.rows) - 1), 0)
            self.selectionModel().setCurrentIndex(spot, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.picked.emit()

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(Column.TITLE, QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.sectionClicked.connect(lambda section: self.sort_by(Column(section)))

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.row_height())
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, self._theme.px(width))
