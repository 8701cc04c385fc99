"""Opens chats in the page, and shows an open one again when it was changed elsewhere."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.message import Chat, Message
from memos_desktop.ui.chat.conversation import Conversation, OpenChat
from memos_desktop.ui.page import Context

PAUSE_MS = 60
"""Changes that come close together refresh the page once."""


class Browsing(QObject):
    """Loads chats for the conversation. A later request makes an earlier one that is under way void.

    Signals:
        opening: another chat is about to be shown; leave what belongs to the present one.
        gone: the chat is not there any more, or it is in the bin.
        list_stale: the list of chats has changed.
    """

    opening = Signal()
    gone = Signal()
    list_stale = Signal()

    def __init__(self, context: Context, conversation: Conversation, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._conversation = conversation
        self._request = 0
        self._closed = False
        self._changed_chats: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._refresh)
        self._unsubscribe = context.workspace.events.subscribe(context.bridge.relay(self._on_changes))

    def open(self, chat_id: str, message_id: str = "") -> None:
        """Show a chat, at a message if one is named."""
        request = self._next()
        self._context.bridge.then(
            self._context.workspace.chats.get(chat_id),
            lambda chat: self._got_chat(request, chat, message_id),
            receiver=self,
        )

    def choose_branch(self, chat_id: str, message_id: str) -> None:
        """Show the branch that a message is on."""
        self._context.bridge.then(
            self._context.workspace.chats.choose_branch(chat_id, message_id),
            lambda _done: self.open(chat_id, message_id),
            receiver=self,
        )

    def forget(self) -> None:
        """Void what is under way: the person went elsewhere."""
        self._next()

    def close(self) -> None:
        """The window closes: hear nothing more."""
        self._unsubscribe()
        self._timer.stop()
        self._closed = True
        self._next()

    def _next(self) -> int:
        self._request += 1
        return self._request

    def _got_chat(self, request: int, chat: Chat, goal: str) -> None:
        if request != self._request:
            return
        if chat.binned is not None:
            self._context.toasts.tell("This chat is in the bin. Undo brings it back.")
            return
        self._context.bridge.then(
            self._context.workspace.chats.branch(chat.id),
            lambda messages: self._got_branch(request, chat, messages, goal),
            receiver=self,
        )

    def _got_branch(self, request: int, chat: Chat, messages: tuple[Message, ...], goal: str) -> None:
        if request != self._request:
            return
        if goal and all(message.id != goal for message in messages):
            self.choose_branch(chat.id, goal)  # the message is on a branch that is not shown
            return
        if self._conversation.open.id == chat.id:
            shown = self._conversation.open
            shown.follow(chat)
        else:
            shown = OpenChat(chat, memory=chat.memory, exclude=set(chat.excluded))
            self.opening.emit()
        self._conversation.show(shown, messages, goal or None)

    # changes elsewhere

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if (changes.chats or changes.messages) and not self._closed:
            self._changed_chats |= changes.chats
            self._timer.start()

    @Slot()
    def _refresh(self) -> None:
        self.list_stale.emit()
        here = self._conversation.open.id
        changed, self._changed_chats = self._changed_chats, set()
        if here and here in changed and not self._conversation.runner.running:
            request = self._request
            self._context.bridge.then(
                self._context.workspace.chats.get(here),
                lambda chat: self._chat_changed(request, chat),
                self._chat_lost,
                receiver=self,
            )

    def _chat_changed(self, request: int, chat: Chat) -> None:
        if request != self._request:
            return
        if chat.binned is not None:
            self.gone.emit()
            return
        self._context.bridge.then(
            self._context.workspace.chats.branch(chat.id),
            lambda messages: self._branch_changed(request, chat, messages),
            receiver=self,
        )

    def _branch_changed(self, request: int, chat: Chat, messages: tuple[Message, ...]) -> None:
        """Shown again only if its messages are others now: undo, redo, an import."""
        conversation = self._conversation
        if request != self._request or chat.id != conversation.open.id or conversation.runner.running:
            return
        if chat.id in self._changed_chats:
            return  # it was changed since, and is about to be read again
        conversation.open.follow(chat)
        if [one.id for one in messages] != [one.id for one in conversation.column.messages]:
            conversation.show(conversation.open, messages)
        else:
            conversation.column.update_messages(messages)
            conversation.changed.emit()

    @Slot(object)
    def _chat_lost(self, _error: MemosError) -> None:
        self.gone.emit()
