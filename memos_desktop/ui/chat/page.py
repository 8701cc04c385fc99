"""The Chats page: list at the left, conversation in the middle, receipt in the window's inspector."""

import threading

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.message import Branches, MemoryMode, Message, Role
from memos_desktop.ui.chat import highlight
from memos_desktop.ui.chat.attach_flow import AttachFlow
from memos_desktop.ui.chat.browsing import Browsing
from memos_desktop.ui.chat.chat_list import ChatList
from memos_desktop.ui.chat.column import MessageColumn
from memos_desktop.ui.chat.composer import Composer
from memos_desktop.ui.chat.conversation import PENDING, Conversation, OpenChat
from memos_desktop.ui.chat.header import ChatHeader
from memos_desktop.ui.chat.how_read import HowRead
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.learned_flow import LearnedFlow
from memos_desktop.ui.chat.long_paste import LongPaste
from memos_desktop.ui.chat.message_acts import MessageActs
from memos_desktop.ui.chat.message_item import MessageItem
from memos_desktop.ui.chat.outdated import OutdatedStrip
from memos_desktop.ui.chat.picker import AttachPicker
from memos_desktop.ui.chat.receipt import ReceiptPanel
from memos_desktop.ui.chat.receipt_flow import ReceiptFlow
from memos_desktop.ui.chat.request import MemoryRequest
from memos_desktop.ui.chat.request_flow import RequestFlow
from memos_desktop.ui.chat.welcome import Welcome
from memos_desktop.ui.page import Context, Page
from memos_desktop.ui.theme import COLUMN, GRID
from memos_desktop.ui.widgets import IconButton

LIST_WIDTH = 264
LEAST_COLUMN = 96
NARROW = 720
"""Below this width the page shows the conversation only; a button brings the list."""


class ChatPage(Page):
    """Chats."""

    title = "Chats"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.list = ChatList(context)
        self.header = ChatHeader(context)
        self.column = MessageColumn(context)
        self.welcome = Welcome(context)
        self.composer = Composer(context)
        self.request = MemoryRequest(context)
        self.picker = AttachPicker(context)
        self.panel = ReceiptPanel(context)
        self.how = HowRead(context, self)
        self.conversation = Conversation(context, self.column, self)
        self.browsing = Browsing(context, self.conversation, self)
        self.requests = RequestFlow(context, self.request, self.composer, self.conversation)
        self.attachments = AttachFlow(context, self.picker, self.composer)
        self.receipts = ReceiptFlow(context, self.panel, self.conversation, self.requests)
        self.acts = MessageActs(context, self.conversation, self.browsing, self.receipts, self.how)
        self.learned = LearnedFlow(context, self.conversation)
        self.outdated = OutdatedStrip(context, self.conversation)
        self.paste = LongPaste(context, self.composer, self.attachments)
        self._editing: Message | None = None
        self._list_chosen: bool | None = None
        self._stale = True
        self._build()
        self._connect()
        for part in (self.outdated, self.paste):
            context.toasts.watch(part)
        threading.Thread(target=highlight.warm_up, name="warm-up", daemon=True).start()
        self.new_chat()

    def _build(self) -> None:
        self.to_end = IconButton(self.context.icons, "down", "Go to the newest message")
        self.to_end.setParent(self.column)
        self.to_end.setProperty("look", "float")
        self.to_end.setFixedSize(36, 36)
        self.to_end.hide()
        self.middle = QStackedWidget()
        self.middle.setMinimumHeight(LEAST_COLUMN)  # not that of the welcome: what asks something needs the room
        self.middle.addWidget(self.welcome)
        self.middle.addWidget(self.column)
        centred = QHBoxLayout()
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addStretch(1)
        centred.addWidget(self._foot(), 1000)
        centred.addStretch(1)
        right = QFrame()
        box = QVBoxLayout(right)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.header)
        box.addWidget(self.middle, 1)
        box.addLayout(centred)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.list.setMinimumWidth(self.context.theme.px(200))
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([self.context.theme.px(LIST_WIDTH), 900])
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setMaximumWidth(COLUMN + 6 * GRID)
        low = QVBoxLayout(foot)
        low.setContentsMargins(3 * GRID, 0, 3 * GRID, 2 * GRID)
        low.setSpacing(GRID)
        for part in (self.outdated, self.request, self.picker, self.paste, self.composer):
            low.addWidget(part)
        return foot

    def _connect(self) -> None:
        conversation = self.conversation
        self.browsing.opening.connect(self._leave_chat)
        self.browsing.gone.connect(self.new_chat)
        self.browsing.list_stale.connect(self._list_stale)
        self.list.opened.connect(self.open_item)
        self.list.new_wanted.connect(lambda on: self.new_temporary_chat() if on else self.new_chat())
        self.list.deleted.connect(lambda chat: self.new_chat() if chat == conversation.open.id else None)
        self.header.memory_chosen.connect(self._set_memory)
        self.header.asked.connect(self._ask)
        self.header.list_wanted.connect(self._toggle_list)
        self.header.receipt_wanted.connect(self.receipts.toggle)
        self.welcome.chosen.connect(self.composer.set_text)
        self.composer.submitted.connect(self._submit)
        self.composer.stop_wanted.connect(conversation.runner.stop)
        self.composer.edit_last.connect(self._edit_last)
        self.composer.edit_cancelled.connect(self._edit_cancelled)
        self.requests.send.connect(lambda: self._submit(self.composer.text()))
        self.acts.edit_wanted.connect(self._edit)
        self.column.built.connect(self._ask_branches)
        self.column.at_end.connect(lambda there: self.to_end.setVisible(not there))
        self.to_end.clicked.connect(self.column.go_to_end)
        conversation.changed.connect(self._refresh)
        conversation.runner.busy.connect(self.composer.set_writing)
        conversation.receipt_ready.connect(self._receipt_ready)
        conversation.returned.connect(self._returned)
        conversation.failed.connect(self._turn_failed)
        self.receipts.panel_wanted.connect(self.inspector_wanted)
        self.column.updated.connect(self.receipts.follow)
        self.paste.asking.connect(self.outdated.cover)

    # the page

    def activate(self) -> None:
        """Bring the list up to date and put the cursor into the composer."""
        if self._stale:
            self._stale = False
            self.list.refresh()
        self.composer.field.setFocus()

    def inspector(self) -> QWidget | None:
        """The receipt."""
        return self.panel

    def search(self) -> None:
        """Search over all chats."""
        self.list.setVisible(True)
        self.list.focus_search()

    def new_chat(self) -> None:
        """An empty chat; it is saved with its first message."""
        self._open_empty(OpenChat(memory=self.context.workspace.settings.value.memory_mode))

    def new_temporary_chat(self) -> None:
        """An empty chat that leaves nothing."""
        self._open_empty(OpenChat(temporary=True, memory=MemoryMode.READ))

    def attach(self, cubes: tuple[Cube, ...] = ()) -> None:
        """Attach these to the message that is being written; without any, choose what to attach."""
        if cubes:
            self.attachments.add_cubes(cubes)
        else:
            self.picker.open()

    def open_item(self, item: str, part: str = "") -> None:
        """Open a chat, at a message if `part` names one."""
        if part and item == self.conversation.open.id and any(one.id == part for one in self.column.messages):
            self.column.jump(part)
            return
        self.browsing.open(item, part)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list goes when there is no room for it."""
        super().resizeEvent(event)
        self._show_list()
        self.to_end.move(self.column.width() // 2 - 18, self.column.height() - 48)

    def _open_empty(self, chat: OpenChat) -> None:
        self.browsing.forget()
        self._leave_chat()
        self.conversation.show(chat)
        self.composer.clear()
        self.composer.field.setFocus()

    @Slot()
    def _leave_chat(self) -> None:
        """What belongs to the chat that was shown ends; of a temporary one the model forgets everything too."""
        if self.conversation.open.temporary:
            self.context.workspace.models.reset()
        self._editing = None
        self.composer.set_edit("")
        self.requests.reset()
        self.attachments.clear()
        self.receipts.show(None)

    @Slot()
    def _list_stale(self) -> None:
        if self.isVisible():
            self.list.refresh()
        else:
            self._stale = True

    @Slot()
    def _refresh(self) -> None:
        """Header, list selection and what is in the middle follow the conversation."""
        open_chat = self.conversation.open
        title = "Temporary chat" if open_chat.temporary else "New chat"
        if open_chat.chat is not None:
            title = open_chat.chat.title or "Untitled chat"
        saved = open_chat.chat is not None
        self.header.show_chat(title, open_chat.memory, saved=saved, temporary=open_chat.temporary)
        self.composer.set_temporary(open_chat.temporary)
        self.composer.request.setVisible(not open_chat.temporary and open_chat.memory is not MemoryMode.OFF)
        self.welcome.set_temporary(open_chat.temporary)
        self.middle.setCurrentWidget(self.column if self.column.messages else self.welcome)
        self.list.select(open_chat.id)

    # the list and the header

    @Slot()
    def _toggle_list(self) -> None:
        self._list_chosen = not self.list.isVisible()
        self._show_list()

    def _show_list(self) -> None:
        roomy = self.width() >= NARROW
        self.list.setVisible(roomy if self._list_chosen is None else self._list_chosen)

    @Slot(object)
    def _set_memory(self, mode: MemoryMode) -> None:
        open_chat = self.conversation.open
        open_chat.memory = mode
        if open_chat.chat is not None:
            done = self.context.workspace.chats.set_memory(open_chat.id, mode)
            self.context.bridge.then(done, lambda _changes: None, receiver=self)
        self._refresh()

    @Slot(str)
    def _ask(self, what: str) -> None:
        chat = self.conversation.open.chat
        if chat is not None:
            self.list.ask(what, chat)

    # sending

    @Slot(str)
    def _submit(self, text: str) -> None:
        if self.conversation.runner.running:
            self.context.toasts.tell("Another answer is still being written.")
            return
        old, self._editing = self._editing, None
        call = self.requests.take()
        attach = self.attachments.take()
        self.composer.clear()
        if old is not None:
            self.conversation.send_edited(old, text, attach)
        else:
            self.conversation.send(text, call, attach)

    @Slot(str)
    def _returned(self, text: str) -> None:
        """What was not sent comes back, with what was attached to it."""
        if text:
            self.composer.set_text(text)
            self.attachments.give_back()

    @Slot()
    def _edit_last(self) -> None:
        said = [one for one in self.column.messages if one.role is Role.USER]
        if said and not self.conversation.runner.running:
            self._edit(said[-1])

    def _edit(self, message: Message) -> None:
        self._editing = message
        self.composer.set_edit("Edit your message; the chat goes on from it on a new branch")
        self.composer.set_text(message.text)
        self.attachments.clear()
        self.attachments.add_of(message)

    @Slot()
    def _edit_cancelled(self) -> None:
        self._editing = None
        self.attachments.clear()

    @Slot(object)
    def _turn_failed(self, error: MemosError) -> None:
        if error.kind in ("model", "not_found"):
            text = f"{error.message} {error.hint}".strip()
            self.context.toasts.tell(text, lambda: self.context.navigator.page.emit("models"), "Show models")
        elif self.conversation.open.id or not self.column.messages:
            self.context.toasts.error(error)

    # messages

    @Slot(object)
    def _ask_branches(self, item: MessageItem) -> None:
        if self.conversation.open.temporary or item.message.id.startswith(PENDING):
            return

        def show(branches: Branches) -> None:
            item.show_branches(branches)

        self.context.bridge.then(
            self.context.workspace.chats.branches(item.message.id), show, lambda _error: None, receiver=item
        )

    @Slot(object)
    def _receipt_ready(self, item: AnswerItem) -> None:
        if not item.message.id.startswith(PENDING):
            self._ask_branches(item)

    def floor(self) -> int:
        """The composer and what asks something above it stay free."""
        asking = (one.height() + GRID for one in (self.outdated, self.paste) if one.isVisible())
        return self.composer.height() + 2 * GRID + sum(asking)

    def leave(self) -> None:
        """Stop the answer that is being written; what has arrived is saved."""
        super().leave()
        self.conversation.runner.close()
        self.browsing.close()
        self.learned.close()
        self.outdated.close_strip()
        self.column.stop()
        self.list.stop()
