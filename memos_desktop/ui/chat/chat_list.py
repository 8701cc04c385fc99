"""The chats at the left: grouped by date, searched over all messages, renamed, deleted."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.message import Chat, MessageHit
from memos_desktop.ui.chat.chat_model import ROW_ROLE, ChatListModel, Row
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import IconButton, SearchField, Skeleton, button, label

MOST = 2000
SEARCH_DELAY_MS = 120


class _Delegate(QStyledItemDelegate):
    """Paints headings, chats and hits."""

    def __init__(self, context: Context, view: QListView) -> None:
        super().__init__(view)
        self._context = context

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A heading is lower, a hit is higher than a chat."""
        row: Row = index.data(ROW_ROLE)
        height = self._context.theme.row_height()
        return QSize(100, height + self._context.theme.px(16) if row.hit is not None else height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One line, or two for a hit."""
        row: Row = index.data(ROW_ROLE)
        theme = self._context.theme
        shape: Any = option
        area: QRect = shape.rect.adjusted(GRID, 1, -GRID, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.heading:
            self._text(painter, area.adjusted(GRID, GRID, 0, 0), row.heading, 11.5, "muted", True)
        else:
            selected = bool(shape.state & QStyle.StateFlag.State_Selected)
            hovered = bool(shape.state & QStyle.StateFlag.State_MouseOver)
            if selected or hovered:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("selected" if selected else "hover"))
                painter.drawRoundedRect(area, 6, 6)
            self._row(painter, area.adjusted(GRID, 0, -GRID, 0), row, selected)
        painter.restore()

    def _row(self, painter: QPainter, area: QRect, row: Row, selected: bool) -> None:
        if row.hit is None:
            self._text(painter, area, row.title, 13, "text", selected)
            return
        upper = QRect(area.left(), area.top() + HALF, area.width(), area.height() // 2 - HALF)
        lower = QRect(area.left(), upper.bottom(), area.width(), area.height() // 2 - HALF)
        time = QFontMetrics(self._context.theme.font(11.5)).horizontalAdvance(row.time) + HALF
        self._text(painter, upper.adjusted(0, 0, -time - GRID, 0), row.title, 13, "text", True)
        self._text(painter, upper.adjusted(upper.width() - time, 0, 0, 0), row.time, 11.5, "muted", False)
        self._snippet(painter, lower, row.detail)

    def _snippet(self, painter: QPainter, area: QRect, snippet: str) -> None:
        """The words that were searched stand out in the text colour."""
        start = snippet.find("«")
        if start > 24:
            snippet = "…" + snippet[start - 16 :]
        left = area.left()
        for number, part in enumerate(snippet.replace("»", "«").split("«")):
            token = "text" if number % 2 else "muted"
            room = QRect(left, area.top(), area.right() - left, area.height())
            left += self._text(painter, room, part, 12, token, bool(number % 2))
            if left >= area.right():
                return

    def _text(self, painter: QPainter, area: QRect, text: str, size: float, token: str, bold: bool) -> int:
        font = self._context.theme.font(size, bold)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(self._context.theme.color(token))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        return metrics.horizontalAdvance(shown)


class _View(QListView):
    """The list, with F2, Delete and a context menu.

    Signals:
        asked(str, Chat): "rename" or "delete" this chat.
    """

    asked = Signal(str, object)

    def chosen(self) -> Row | None:
        """The row that is selected."""
        index = self.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Delete deletes, Enter opens."""
        what = {Qt.Key.Key_F2: "rename", Qt.Key.Key_Delete: "delete"}.get(Qt.Key(event.key()))
        row = self.chosen()
        if what and row is not None and row.chat is not None:
            self.asked.emit(what, row.chat)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Rename and delete, for the row under the mouse or the selected one."""
        index = self.indexAt(event.pos())
        row: Row | None = index.data(ROW_ROLE) if index.isValid() else self.chosen()
        if row is not None and row.chat is not None:
            self._menu(row.chat, event.globalPos())

    def _menu(self, chat: Chat, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename…\tF2", lambda: self.asked.emit("rename", chat))
        menu.addAction("Delete\tDel", lambda: self.asked.emit("delete", chat))
        menu.popup(place)


class ChatList(QFrame):
    """New chat, search field, list.

    Signals:
        opened(chat_id, message_id): show this chat, at this message if there is one.
        new_wanted(bool): a new chat; True for a temporary one.
        deleted(str): a chat was moved to the bin.
    """

    opened = Signal(str, str)
    new_wanted = Signal(bool)
    deleted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("look", "side")
        self.setAccessibleName("Chats")
        self._context = context
        self._current = ""
        self.model = ChatListModel()
        self.field = SearchField(context.icons, "Search all chats")
        self.view = _View()
        self.new_button = button("New chat", "plain", "new", context.icons, "New chat (Ctrl+N)")
        self.temporary = IconButton(context.icons, "temporary", "New temporary chat (Ctrl+Shift+N)")
        self.empty = label("Your chats will be listed here.", "muted", wrap=True)
        self.stack = QStackedWidget()
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_DELAY_MS)
        self._timer.timeout.connect(self.refresh)
        self.field.textChanged.connect(self._timer.start)
        self.field.stepped.connect(self._step)
        self.field.returnPressed.connect(self._open_current)
        self.view.clicked.connect(self._open)
        self.view.activated.connect(self._open)
        self.view.asked.connect(self.ask)
        context.theme.changed.connect(self.view.scheduleDelayedItemsLayout)

    def _build(self) -> None:
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Delegate(self._context, self.view))
        self.view.setMouseTracking(True)
        self.view.setAccessibleName("Chats")
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.empty.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 0)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        for page in (Skeleton(self._context.theme, 8), self.view, self.empty):
            self.stack.addWidget(page)
        self.new_button.clicked.connect(lambda: self.new_wanted.emit(False))
        self.temporary.clicked.connect(lambda: self.new_wanted.emit(True))
        top = QHBoxLayout()
        top.setContentsMargins(GRID, 0, GRID, 0)
        top.addWidget(self.new_button)
        top.addStretch(1)
        top.addWidget(self.temporary)
        search = QHBoxLayout()
        search.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        search.addWidget(self.field)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 12, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(top)
        box.addLayout(search)
        box.addWidget(self.stack, 1)

    # content

    @Slot()
    def refresh(self) -> None:
        """Ask for the chats, or for what the search finds."""
        text = self.field.text().strip()
        chats = self._context.workspace.chats
        if text:
            self._context.bridge.then(chats.search(text), self._show_hits)
        else:
            self._context.bridge.then(chats.list(limit=MOST), self._show_chats)

    def stop(self) -> None:
        """The window closes: search nothing more."""
        self._timer.stop()

    def select(self, chat_id: str) -> None:
        """Show which chat is open."""
        self._current = chat_id
        if self.field.text().strip():
            return  # the selection is among the hits now
        row = self.model.row_of(chat_id) if chat_id else None
        if row is None:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())
        else:
            self.view.setCurrentIndex(self.model.index(row))

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.field.setFocus()
        self.field.selectAll()

    @Slot(object)
    def _show_chats(self, chats: tuple[Chat, ...]) -> None:
        if self.field.text().strip():
            return
        self.model.show_chats(chats)
        self.stack.setCurrentWidget(self.view if chats else self.empty)
        self.select(self._current)

    @Slot(object)
    def _show_hits(self, hits: tuple[MessageHit, ...]) -> None:
        if not self.field.text().strip():
            return
        self.model.show_hits(hits)
        self.stack.setCurrentWidget(self.view)
        if hits:
            self.view.setCurrentIndex(self.model.index(1))

    # what the person does

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        row: Row | None = index.data(ROW_ROLE)
        if row is not None and row.hit is not None:
            self.opened.emit(row.hit.message.chat_id, row.hit.message.id)
        elif row is not None and row.chat is not None:
            self.opened.emit(row.chat.id, "")

    @Slot()
    def _open_current(self) -> None:
        if self.view.currentIndex().isValid():
            self._open(self.view.currentIndex())

    @Slot(int)
    def _step(self, step: int) -> None:
        row = self.view.currentIndex().row() + step
        while 0 <= row < len(self.model.rows) and self.model.rows[row].heading:
            row += step
        if 0 <= row < len(self.model.rows):
            self.view.setCurrentIndex(self.model.index(row))

    @Slot(str, object)
    def ask(self, what: str, chat: Chat) -> None:
        """Rename or delete a chat."""
        if what == "rename":
            self._context.prompter.ask_text(
                self, "Rename chat", "Title", chat.title, lambda title: self._rename(chat, title)
            )
        else:
            chats = self._context.workspace.chats
            self._context.bridge.then(
                chats.delete(chat.id), lambda changes: self._deleted(chat, changes), receiver=self
            )

    def _rename(self, chat: Chat, title: str) -> None:
        self._context.bridge.then(
            self._context.workspace.chats.rename(chat.id, title), lambda _done: self.refresh(), receiver=self
        )

    def _deleted(self, chat: Chat, changes: Changes) -> None:
        self.deleted.emit(chat.id)
        self.refresh()
        step = changes.step_id
        library = self._context.workspace.library
        undo = None
        if step is not None:

            def undo() -> None:
                self._context.bridge.then(
                    library.undo_step(step), lambda _done: self.opened.emit(chat.id, ""), receiver=self
                )

        self._context.toasts.say(f"Deleted “{chat.title or 'Untitled chat'}”", undo)
