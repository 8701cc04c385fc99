"""The filter field: a line for the filter language, with a list of offers below it while one types."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMoveEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from memos_desktop.memory.completion import Completion, Values, applied, complete
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, Theme
from memos_desktop.ui.widgets import SearchField

SHOWN = 8
WIDEST = 460
OFFER = int(Qt.ItemDataRole.UserRole)
SELECTED = QStyle.StateFlag.State_Selected.value
LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
RIGHT = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value


class _Delegate(QStyledItemDelegate):
    """What is offered, and at the right what it means or how many there are."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A low row."""
        return QSize(100, self._theme.px(28))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one offer."""
        offer: Completion = index.data(OFFER)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state.value & SELECTED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("selected"))
            painter.drawRoundedRect(area, 6, 6)
        inner = area.adjusted(GRID, 0, -GRID, 0)
        painter.setFont(self._theme.font(13))
        painter.setPen(self._theme.color("text"))
        metrics = painter.fontMetrics()
        label = metrics.elidedText(offer.label, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, LEFT, label)
        rest = inner.adjusted(metrics.horizontalAdvance(label) + 2 * GRID, 0, 0, 0)
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("muted"))
        said = painter.fontMetrics().elidedText(offer.detail, Qt.TextElideMode.ElideRight, max(0, rest.width()))
        painter.drawText(rest, RIGHT, said)
        painter.restore()


class FilterField(SearchField):
    """A search field that knows the filter language.

    The list opens while one types where there is something to offer, and with Ctrl+Space. Arrows choose in it, Tab or
    Enter takes what is chosen, Tab the first one too; Escape closes it. Nothing is chosen by itself, so that Enter
    leaves plain words alone.

    Attributes:
        values: what the vault holds, for the offers.
        popup: the list.

    """

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(icons, "Search and filter memories")
        self._theme = theme
        self.setPlaceholderText("Search memories, or filter: kind:  tag:  used:<7d")
        self.setToolTip("Words, “phrases”, and conditions such as tag:work or -state:archived. Ctrl+Space shows all.")
        self.values = Values()
        self.popup = QFrame()
        self.popup.setProperty("look", "raised")
        self.popup.hide()
        self.list = QListWidget()
        self.list.setAccessibleName("Offers")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Delegate(theme, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box = QVBoxLayout(self.popup)
        box.setContentsMargins(HALF, HALF, HALF, HALF)
        box.addWidget(self.list)
        self.textEdited.connect(lambda _text: self.offer())
        self.list.itemClicked.connect(self._take)
        self.list.currentItemChanged.connect(lambda *_: self._announce())
        self.list.viewport().setMouseTracking(True)
        self.destroyed.connect(self.popup.deleteLater)

    def offer(self, everything: bool = False) -> None:
        """Open the list with what could stand at the cursor, or close it.

        `everything`: also where no letter is typed yet.
        """
        begun = self.text()[: self.cursorPosition()]
        typed = bool(begun) and not begun[-1].isspace()
        found = complete(self.text(), self.cursorPosition(), self.values) if typed or everything else ()
        self.list.clear()
        for one in found:
            item = QListWidgetItem(f"{one.label}, {one.detail}" if one.detail else one.label)
            item.setData(OFFER, one)
            self.list.addItem(item)
        self.list.setCurrentRow(-1)
        if found and self.isVisible():
            self._place()
            self.popup.show()
            self.popup.raise_()
            self._announce()
        else:
            self.close_offers()

    def close_offers(self) -> None:
        """Close the list."""
        self.popup.hide()
        self.setAccessibleDescription("")

    def event(self, event: QEvent) -> bool:
        """Tab belongs to the list while that is open."""
        key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if key and self.popup.isVisible() and self._take(self.list.currentItem() or self.list.item(0)):
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The list comes first while it is open."""
        key = event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Space and control:
            self.offer(everything=True)
        elif self.popup.isVisible() and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif self.popup.isVisible() and key == Qt.Key.Key_Escape:
            self.close_offers()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not (self.popup.isVisible() and self._take(self.list.currentItem())):
                self.close_offers()
                super().keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nobody types here any more."""
        self.close_offers()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """The list goes with the field."""
        self.close_offers()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list keeps its place below."""
        super().resizeEvent(event)
        self._place()

    def moveEvent(self, event: QMoveEvent) -> None:
        """The same."""
        super().moveEvent(event)
        self._place()

    def _step(self, by: int) -> None:
        """Round through the list, with a place for none before its first row."""
        count = self.list.count()
        self.list.setCurrentRow((self.list.currentRow() + 1 + by) % (count + 1) - 1)

    def _take(self, item: QListWidgetItem | None) -> bool:
        if item is None:
            return False
        text, cursor = applied(self.text(), item.data(OFFER))
        self.setText(text)
        self.setCursorPosition(cursor)
        self.textEdited.emit(text)
        return True

    def _place(self) -> None:
        """Below the field, over whatever stands there, within the window."""
        host = self.window()
        if self.popup.parentWidget() is not host:
            shown = self.popup.isVisible()
            self.popup.setParent(host)
            self.popup.setVisible(shown)
        at = self.mapTo(host, QPoint(0, self.height() + 2))
        width = min(max(self.width(), self._theme.px(320)), self._theme.px(WIDEST), host.width() - at.x() - GRID)
        rows = min(SHOWN, self.list.count()) * self._theme.px(28)
        room = host.height() - at.y() - GRID
        self.popup.setGeometry(at.x(), at.y(), width, min(rows + 2 * HALF + 2, max(room, self._theme.px(40))))

    def _announce(self) -> None:
        """Say to a screen reader what the list holds: the focus stays in the field."""
        count, row = self.list.count(), self.list.currentRow()
        said = f"{count} {'offer' if count == 1 else 'offers'}, Tab takes the first"
        if row >= 0:
            said = f"{self.list.item(row).text()}, {row + 1} of {count}"
        self.setAccessibleDescription(said if self.popup.isVisible() else "")
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
