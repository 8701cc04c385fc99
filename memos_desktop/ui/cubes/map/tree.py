"""The list beside the map: regions that open, memories that can be selected."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from memos_desktop.app.regions import Region
from memos_desktop.ui.cubes.map.outline import MapOutline
from memos_desktop.ui.theme import Theme

HIGH = 28


class _Rows(QStyledItemDelegate):
    """Rows of one height that grows with the text; regions in bold."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The height counts only."""
        return QSize(40, self._theme.px(HIGH))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Regions stand out."""
        super().initStyleOption(option, index)
        if not index.parent().isValid():
            option.font.setBold(True)


class OutlineTree(QTreeView):
    """Shows a MapOutline.

    Signals:
        picked(list of numbers): the person selected these memories.
        opened(int): Enter or a double click on a memory.
        region_wanted(Region): Enter or a double click on a region.
        menu_wanted(QPoint): the context menu, at a global position.
        left(): Escape.

    """

    picked = Signal(list)
    opened = Signal(int)
    region_wanted = Signal(Region)
    menu_wanted = Signal(QPoint)
    left = Signal()

    def __init__(self, outline: MapOutline, theme: Theme) -> None:
        super().__init__()
        self._outline = outline
        self._quiet = False
        self.setModel(outline)
        self.setAccessibleName("Memories by region of the map")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIndentation(theme.px(18))
        self.setItemDelegate(_Rows(theme, self))
        self._pick_timer = QTimer(self, singleShot=True, interval=0)
        self._pick_timer.timeout.connect(self._tell)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        self.activated.connect(self._act)

    def show_selected(self, index: QModelIndex) -> None:
        """Select this memory without saying that the person did; an invalid index selects nothing."""
        self._quiet = True
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, flags)
            self.scrollTo(index)
        else:
            self.selectionModel().clearSelection()
        self._quiet = False

    def open_group(self, index: QModelIndex) -> None:
        """Open one region and go there."""
        self.expand(index)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtTop)
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Escape closes; letters belong to the actions, not to a search by letter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.text().isalnum() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, at the mouse or below the current row."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        if self._numbers():
            self.menu_wanted.emit(place)

    def _act(self, index: QModelIndex) -> None:
        number, region = self._outline.number_of(index), self._outline.region_of(index)
        if number is not None:
            self.opened.emit(number)
        elif region is not None:
            self.expand(index)
            self.region_wanted.emit(region)
        elif index.isValid():
            self.expand(index)

    def _on_selected(self) -> None:
        if not self._quiet:
            self._pick_timer.start()

    def _tell(self) -> None:
        self.picked.emit(self._numbers())

    def _numbers(self) -> list[int]:
        found = (self._outline.number_of(index) for index in self.selectionModel().selectedIndexes())
        return [number for number in found if number is not None]
