"""The table of memories as they were."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from memos_desktop.ui.cubes.past.model import Column, PastModel, Row
from memos_desktop.ui.page import Context
from memos_desktop.ui.widgets.rows import RowDelegate

WIDTHS = {Column.MARK: 112, Column.TYPE: 104, Column.STATE: 112, Column.DATE: 104}
GIVES_WAY = ((Column.TYPE, 680), (Column.STATE, 580), (Column.DATE, 440))
NOT_OF_DIFFS = (Column.TYPE, Column.DATE)


class PastTable(QTableView):
    """Shows a PastModel. The memory that is current stays so when the past moves.

    Signals:
        picked(Row): another memory is current; None: none is.
        left(): Escape was pressed.

    """

    picked = Signal(object)
    left = Signal()

    def __init__(self, context: Context, model: PastModel, name: str) -> None:
        super().__init__()
        self._theme = context.theme
        self.past = model
        self._kept: str | None = None
        self.setModel(model)
        self.setItemDelegate(RowDelegate(context.theme, context.icons, self))
        self.setAccessibleName(name)
        self._set_up()
        self.selectionModel().selectionChanged.connect(lambda: self._on_picked())
        model.modelAboutToBeReset.connect(self._note)
        model.modelReset.connect(self._find_again)
        self.setMinimumWidth(context.theme.px(200))
        self._theme.changed.connect(self._measure)
        self._measure()

    def current_row(self) -> Row | None:
        """The memory that is selected, if its page is here."""
        chosen = self.selectionModel().selectedRows()
        return self.past.row(chosen[0].row()) if chosen else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves; letters are no search."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.text().isalnum() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns that matter less give way to the text."""
        super().resizeEvent(event)
        self._choose_columns()

    def _choose_columns(self) -> None:
        width = self.viewport().width() / self._theme.scale
        diff = self.past.is_diff
        for column, least in GIVES_WAY:
            needless = (diff and column in NOT_OF_DIFFS) or (column is Column.STATE and not self.past.has_fields)
            self.setColumnHidden(column, needless or width < (400 if diff else least))

    def _note(self) -> None:
        row = self.current_row()
        self._kept = row.id if row is not None else None

    def _find_again(self) -> None:
        self._choose_columns()
        place = self.past.place_of(self._kept) if self._kept is not None else None
        if place is not None:
            self.selectRow(place)
        else:
            self._on_picked()

    def _on_picked(self) -> None:
        self.picked.emit(self.current_row())

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(Column.TITLE, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.row_height())
        self.verticalHeader().setMinimumSectionSize(self._theme.row_height())
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, self._theme.px(width))
