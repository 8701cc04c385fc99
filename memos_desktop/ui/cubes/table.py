"""The table itself: columns that give way when it is narrow, keys, selection by cube."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QMenu, QTableView

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes.column_chooser import ColumnChooser
from memos_desktop.ui.cubes.columns import LEAST, Column
from memos_desktop.ui.cubes.delegate import CubeDelegate
from memos_desktop.ui.cubes.dragging import Spot
from memos_desktop.ui.cubes.model import CubeTableModel
from memos_desktop.ui.page import Context
from memos_desktop.ui.widgets import IconButton

BUTTON = 30
"""The width of the button at the right end of the header."""
FOLLOWED = 500
"""Of a longer selection the rows are not followed when memories move to other rows."""


class CubeTable(QTableView):
    """Shows a CubeTableModel.

    Attributes:
        cubes: the model.
        columns: which columns are chosen.
        columns_button: opens the menu of columns, at the right end of the header.

    Signals:
        picked(): the selection changed, or a selected cube did.
        opened(): Enter or a double click: go into the inspector.
        left(): Escape: close the inspector.
        menu_wanted(QPoint): the context menu, at a global position.

    """

    picked = Signal()
    opened = Signal()
    left = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, context: Context, model: CubeTableModel) -> None:
        super().__init__()
        self._theme = context.theme
        self.cubes = model
        self.columns = ColumnChooser(context, self)
        self.columns_button = IconButton(context.icons, "columns", "Choose columns", size=16)
        self.setModel(model)
        self.setItemDelegate(CubeDelegate(context.theme, context.icons, self))
        self.setAccessibleName("Memories")
        self._set_up_behaviour()
        self._set_up_headers()
        self._pick_timer = QTimer(self, singleShot=True, interval=0)
        self._pick_timer.timeout.connect(self.picked)
        self.selectionModel().selectionChanged.connect(self._pick_timer.start)
        model.dataChanged.connect(self._pick_timer.start)
        model.modelReset.connect(self._pick_timer.start)
        model.layoutChanged.connect(self._pick_timer.start)
        model.displaced.connect(self._let_go)
        self.doubleClicked.connect(self.opened)
        self._theme.changed.connect(self._measure)
        self.columns.changed.connect(self._measure)
        self._measure()

    def selected_spans(self) -> list[tuple[int, int]]:
        """The selected rows as (first row, number of rows), from the top."""
        parts = self.selectionModel().selection().toList()
        return sorted({(part.top(), part.bottom() - part.top() + 1) for part in parts})

    def selected_count(self) -> int:
        """How many rows are selected, whether their cubes are here or not."""
        return sum(count for _, count in self.selected_spans())

    def selected(self) -> tuple[Cube, ...]:
        """The selected cubes whose page is here."""
        spans = self.selected_spans()
        chosen = (cube for row, cube in sorted(self.cubes.kept(), key=lambda pair: pair[0]) if _within(row, spans))
        return tuple(chosen)

    def spot_at(self, place: QPoint) -> Spot | None:
        """The memory in the row at this place of the viewport, with the area of the row."""
        index = self.indexAt(place)
        cube = self.cubes.cube_at(index.row()) if index.isValid() else None
        if cube is None:
            return None
        area = self.visualRect(index)
        return Spot(
            cube.id, cube.title, area.adjusted(-area.left(), 0, self.viewport().width() - area.right() - 1, 0)
        )

    def flush(self) -> None:
        """Tell now of a selection that has changed in this turn of the event loop: a key may come right after it."""
        if self._pick_timer.isActive():
            self._pick_timer.stop()
            self.picked.emit()

    def select_cubes(self, ids: Sequence[str]) -> None:
        """Select these cubes, as far as their pages are here, and scroll to the first."""
        rows = [row for cube_id in ids if (row := self.cubes.row_of(cube_id)) is not None]
        self.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in rows:
            self.selectionModel().select(self.cubes.index(row, 0), flags)
        if rows:
            first = self.cubes.index(rows[0], 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    def _let_go(self) -> None:
        """Drop a long selection of a part: what is out of sight cannot be followed, so that others would be meant.

        Qt holds every cell of a selection while rows are moved, too, which takes a second for 10,000 rows.
        """
        if FOLLOWED < self.selected_count() < self.cubes.rowCount():
            self.clearSelection()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Escape closes; letters belong to the actions, not to a search by letter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clearSelection()
            self.left.emit()
        elif event.text().isalnum() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground first: the viewport is opaque, so that scrolling moves what is there and paints only new rows."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.color("panel"))
        painter.end()
        super().paintEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, at the mouse or below the current row."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            area = self.visualRect(self.currentIndex())
            place = self.viewport().mapToGlobal(area.bottomLeft() + QPoint(48, 0))
        if self.selectionModel().hasSelection():
            self.menu_wanted.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns that matter less give way to the text."""
        super().resizeEvent(event)
        self._fit_columns()

    def _set_up_behaviour(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def _set_up_headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(Column.KIND, QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(Column.TITLE, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        # With the table's own selection the header asks for every row whether it is selected: 1 s at 50,000 rows.
        head.setSelectionModel(QItemSelectionModel(self.cubes, head))
        head.sectionClicked.connect(lambda section: self.cubes.sort_by(Column(section)))
        head.sectionResized.connect(self._on_resized)
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(lambda place: self._choose_columns(head.mapToGlobal(place)))
        self.columns_button.setParent(self)
        self.columns_button.clicked.connect(
            lambda: self._choose_columns(self.columns_button.mapToGlobal(self.columns_button.rect().bottomLeft()))
        )

    def _choose_columns(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.columns.fill(menu)
        menu.popup(place)

    def _on_resized(self, section: int, _old: int, new: int) -> None:
        """Only what somebody drags is remembered: sections change their widths with the window too."""
        dragged = bool(QApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        if dragged and new and section not in (Column.TITLE, Column.KIND):
            self.columns.set_width(Column(section), round(new / self._theme.scale))

    def _fit_columns(self) -> None:
        """Hide what there is no room for. The button lies over the end of the header, so that room is not for text."""
        shown = self.columns.visible(int(self.viewport().width() / self._theme.scale))
        for column in Column:
            self.setColumnHidden(column, column not in shown)
        head = self.horizontalHeader()
        side = self._theme.px(BUTTON)
        self.columns_button.setGeometry(self.viewport().geometry().right() + 1 - side, 0, side, head.height() - 1)

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.row_height())
        self.verticalHeader().setMinimumSectionSize(self._theme.row_height())
        self.horizontalHeader().setMinimumSectionSize(self._theme.px(min(LEAST, self.columns.widths[Column.KIND])))
        for column, width in self.columns.widths.items():
            self.setColumnWidth(column, self._theme.px(width))
        self._fit_columns()
        self.viewport().update()


def _within(row: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first <= row < first + count for first, count in spans)
