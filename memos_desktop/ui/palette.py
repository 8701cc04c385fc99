"""The command palette: type a few letters, choose a command or a chat, press Enter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, ICON, Theme

SHOWN = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette."""

    text: str
    hint: str
    icon: str
    run: Callable[[], None]


class _Delegate(QStyledItemDelegate):
    """Icon, text, and the key at the right."""

    def __init__(self, theme: Theme, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._icons = theme, icons

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A row."""
        return QSize(100, self._theme.row_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one entry."""
        shape: Any = option
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        area: QRect = shape.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if shape.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("selected"))
            painter.drawRoundedRect(area, 6, 6)
        spot = QRect(area.left() + 12, area.center().y() - ICON // 2 + 1, ICON, ICON)
        self._icons.paint(painter, spot, entry.icon)
        inner = area.adjusted(12 + ICON + 12, 0, -12, 0)
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, entry.hint)
        room = inner.width() - painter.fontMetrics().horizontalAdvance(entry.hint) - GRID
        painter.setFont(self._theme.font(13))
        painter.setPen(self._theme.color("text"))
        shown = painter.fontMetrics().elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


class Palette(QFrame):
    """A panel over the window; it closes on Escape, when it loses the focus or something was chosen."""

    def __init__(self, host: QWidget, theme: Theme, icons: Icons) -> None:
        super().__init__(host)
        self.setProperty("look", "raised")
        self._host, self._theme = host, theme
        self._before: QWidget | None = None
        self._entries: Sequence[Entry] = ()
        self.field = QLineEdit()
        self.field.setProperty("look", "palette")
        self.field.setPlaceholderText("Type a command or the title of a chat")
        self.field.setAccessibleName("Command")
        self.list = QListWidget()
        self.list.setProperty("look", "menu")
        self.list.setAccessibleName("Commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Delegate(theme, icons, self))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, GRID, GRID, GRID)
        box.addWidget(self.field)
        box.addWidget(self.list)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self.field.installEventFilter(self)
        self.hide()

    def open(self, entries: Sequence[Entry]) -> None:
        """Show these entries, with an empty field."""
        self._entries = entries
        self._before = self._host.focusWidget()
        width = min(560, self._host.width() - 8 * GRID)
        self.setGeometry((self._host.width() - width) // 2, 10 * GRID, width, 100)
        self.field.clear()
        self._filter("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def add(self, entries: Sequence[Entry]) -> None:
        """More entries, which took longer to find."""
        self._entries = (*self._entries, *entries)
        self._filter(self.field.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field has the focus; losing it closes the palette."""
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _filter(self, typed: str) -> None:
        self.list.clear()
        words = typed.lower().split()
        found = [
            entry for entry in self._entries if all(word in f"{entry.text} {entry.hint}".lower() for word in words)
        ]
        for entry in found[:SHOWN]:
            item = QListWidgetItem(f"{entry.text} {entry.hint}".strip())
            item.setData(Qt.ItemDataRole.UserRole, entry)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """As high as what was found."""
        rows = max(1, self.list.count()) * self._theme.row_height()
        self.resize(self.width(), self.field.sizeHint().height() + rows + 3 * GRID + HALF)

    @Slot()
    def _run(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            entry: Entry = item.data(Qt.ItemDataRole.UserRole)
            self._leave()
            entry.run()

    def _leave(self) -> None:
        self.hide()
        if self._before is not None:
            self._before.setFocus()
