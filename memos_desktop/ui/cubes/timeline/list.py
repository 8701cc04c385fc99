"""The list of the timeline: rows under headings, the present heading always in sight at the top."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from memos_desktop.ui.cubes.dragging import Spot
from memos_desktop.ui.cubes.timeline.delegate import TimelineDelegate
from memos_desktop.ui.cubes.timeline.model import TimelineModel
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import Theme


class StickyHeading(QWidget):
    """Repeats the heading of the first row in sight, and is pushed away by the next one."""

    def __init__(self, parent: QWidget, paint: Callable[[QPainter, QRect, str, int], None]) -> None:
        super().__init__(parent)
        self._paint = paint
        self._said: tuple[str, int] = "", 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def say(self, said: tuple[str, int], area: QRect) -> None:
        """Show this heading at this place."""
        self._said = said
        self.setGeometry(area)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As a heading among the rows."""
        painter = QPainter(self)
        self._paint(painter, self.rect(), *self._said)


class TimelineList(QTableView):
    """Rows of a TimelineModel. A table of one column: a list of Qt asks every row for its size, a table does not.

    Signals:
        moved(): other rows are in sight.
        opened(): Enter or a double click.
        left(): Escape.
        menu_wanted(QPoint): the context menu, at a global position.

    """

    moved = Signal()
    opened = Signal()
    left = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, theme: Theme, icons: Icons, model: TimelineModel) -> None:
        super().__init__()
        self._theme = theme
        self._rows = model
        self.setModel(model)
        painter = TimelineDelegate(theme, icons, model, self)
        self.setItemDelegate(painter)
        self.setAccessibleName("Memories along time, newest first")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self._set_up_rows()
        theme.changed.connect(self._measure)
        self._heading = StickyHeading(self, painter.paint_heading)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_scrolled)
        model.modelReset.connect(self._on_scrolled)

    def _set_up_rows(self) -> None:
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._measure()

    def _measure(self) -> None:
        self.verticalHeader().setMinimumSectionSize(self._theme.row_height())
        self.verticalHeader().setDefaultSectionSize(self._theme.row_height())

    def first_row(self) -> int:
        """The first row in sight; -1 without rows."""
        return min(self.verticalScrollBar().value() // self._theme.row_height(), self._rows.rowCount() - 1)

    def last_row(self) -> int:
        """The last row in sight."""
        end = self.verticalScrollBar().value() + self.viewport().height() - 1
        return min(end // self._theme.row_height(), self._rows.rowCount() - 1)

    def show_row(self, row: int, offset: int = 0) -> None:
        """Put this row at the top, right below its heading; `offset` pixels further."""
        self.updateGeometries()  # the scroll bar must know of the rows first
        self.verticalScrollBar().setValue(row * self._theme.row_height() - offset)

    def bring(self, row: int) -> None:
        """Scroll so that this row can be seen, unless it can."""
        high, top = self._theme.row_height(), self.verticalScrollBar().value()
        if not top + high <= row * high <= top + self.viewport().height() - high:
            self.show_row(row, self.viewport().height() // 3)

    def spot_at(self, place: QPoint) -> Spot | None:
        """The memory at this place of the viewport, with the area of its row. What lies below the heading is hidden."""
        index = self.indexAt(place)
        position = self._rows.groups.position(index.row()) if index.isValid() else None
        cube = self._rows.cube_at(position) if position is not None else None
        below = self._heading.geometry().contains(place + self.viewport().pos())
        return Spot(cube.id, cube.title, self.visualRect(index)) if cube is not None and not below else None

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Headings are passed over."""
        found = super().moveCursor(action, modifiers)
        if not found.isValid() or self._rows.groups.position(found.row()) is not None:
            return found
        actions = QAbstractItemView.CursorAction
        back = action in (actions.MoveUp, actions.MovePrevious, actions.MovePageUp) and found.row() > 0
        return self._rows.index(found.row() + (-1 if back else 1), 0)

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

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open what is under the pointer."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._rows.groups.position(index.row()) is not None:
            self.opened.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, at the mouse or below the current row."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            area = self.visualRect(self.currentIndex())
            place = self.viewport().mapToGlobal(area.bottomLeft() + QPoint(96, 0))
        if self.selectionModel().hasSelection():
            self.menu_wanted.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer rows are in sight."""
        super().resizeEvent(event)
        self._on_scrolled()

    def make_current(self, row: int) -> None:
        """The row from which the arrow keys go on."""
        self.selectionModel().setCurrentIndex(self._rows.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _on_scrolled(self) -> None:
        row = self.first_row()
        if row < 0:
            self._heading.hide()
            self.moved.emit()
            return
        groups, high = self._rows.groups, self._theme.row_height()
        group = groups.group_at(row)
        pushed = 0
        if group + 1 < len(groups.headings):
            following = int(groups.headings[group + 1]) * high - self.verticalScrollBar().value()
            pushed = min(0, following - high)
        place = self.viewport().geometry()
        self._heading.say(self._rows.heading_of(group), QRect(place.left(), place.top() + pushed, place.width(), high))
        self.moved.emit()
