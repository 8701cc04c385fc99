"""The line above the messages: title, memory switch, menu."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton

from memos_desktop.memory.message import MemoryMode
from memos_desktop.ui.chat.words import MODES
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Badge, ElidedLabel, IconButton, Segments, label

LABEL_FROM = 520


class ChatHeader(QFrame):
    """Says which chat this is and how it uses memory.

    Signals:
        memory_chosen(MemoryMode): the person moved the memory switch.
        asked(str): "rename" or "delete" the chat.
        list_wanted: show or hide the list of chats.
        receipt_wanted: show or hide the receipt.
    """

    memory_chosen = Signal(object)
    asked = Signal(str)
    list_wanted = Signal()
    receipt_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("look", "header")
        self.sidebar = IconButton(context.icons, "sidebar", "Show or hide the list of chats")
        self.title = ElidedLabel("New chat", "heading")
        self.temporary = Badge(context.theme, "Temporary", "warning", "temporary", context.icons)
        self.memory_label = label("Memory", "meta")
        self.memory = Segments("Memory", [(mode.value, text, tip) for mode, text, tip in MODES])
        self.receipt = IconButton(context.icons, "receipt", "Show or hide the receipt (Ctrl+I)")
        self.more = QToolButton()
        self._temporary = False
        self._menu(context)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self.sidebar)
        row.addWidget(self.title, 1)
        row.addWidget(self.temporary)
        row.addWidget(self.memory_label)
        row.addWidget(self.memory)
        row.addWidget(self.receipt)
        row.addWidget(self.more)
        self.sidebar.clicked.connect(self.list_wanted)
        self.receipt.clicked.connect(self.receipt_wanted)
        self.memory.chosen.connect(lambda key: self.memory_chosen.emit(MemoryMode(key)))

    def _menu(self, context: Context) -> None:
        self.more.setIcon(context.icons.icon("more", "muted", "text"))
        self.more.setAccessibleName("More about this chat")
        self.more.setToolTip("More about this chat")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.addAction(context.icons.icon("edit"), "Rename…", lambda: self.asked.emit("rename"))
        menu.addAction(context.icons.icon("trash"), "Delete", lambda: self.asked.emit("delete"))
        self.more.setMenu(menu)

    def show_chat(self, title: str, memory: MemoryMode, *, saved: bool, temporary: bool) -> None:
        """Show this chat; one that is not saved cannot be renamed or deleted."""
        self.title.set_text(title)
        self.memory.choose(memory.value)
        self.temporary.setVisible(temporary)
        self.memory.setVisible(not temporary)
        self._temporary = temporary
        self._fit()
        self.more.setVisible(saved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The title needs the room more than the word beside the switch."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.memory_label.setVisible(not self._temporary and self.width() >= LABEL_FROM)
