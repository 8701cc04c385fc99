"""What the actions of a message do: copy, edit, answer again, delete, receipt, how it was read, another version."""

from PySide6.QtCore import QObject, Signal, Slot

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.message import Message
from memos_desktop.ui.chat.browsing import Browsing
from memos_desktop.ui.chat.conversation import PENDING, Conversation
from memos_desktop.ui.chat.how_read import HowRead
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.message_item import MessageItem
from memos_desktop.ui.chat.receipt_flow import ReceiptFlow
from memos_desktop.ui.page import Context


class MessageActs(QObject):
    """Between the column and what its messages ask for.

    Signals:
        edit_wanted(Message): put this message into the composer.
    """

    edit_wanted = Signal(object)

    def __init__(
        self,
        context: Context,
        conversation: Conversation,
        browsing: Browsing,
        receipts: ReceiptFlow,
        how: HowRead,
    ) -> None:
        super().__init__(conversation)
        self._context = context
        self._conversation = conversation
        self._browsing = browsing
        self._receipts = receipts
        self._how = how
        conversation.column.acted.connect(self.act)

    @Slot(str, object)
    def act(self, what: str, item: MessageItem) -> None:
        """Do what a message asks for."""
        if what == "copy":
            self._context.prompter.copy(item.message.text)
            self._context.toasts.say("Message copied")
        elif what == "edit":
            self.edit_wanted.emit(item.message)
        elif what == "regenerate":
            self._conversation.regenerate(item.message)
        elif what == "delete":
            self._delete(item.message)
        elif what in ("previous", "next"):
            self._show_sibling(item, -1 if what == "previous" else 1)
        elif isinstance(item, AnswerItem):
            self._look_into(what, item)

    def _look_into(self, what: str, item: AnswerItem) -> None:
        if what == "receipt":
            self._receipts.show(item)
            self._receipts.set_open(True)
        elif what == "how":
            self._how.open(item, saved=not self._conversation.open.temporary)

    def _show_sibling(self, item: MessageItem, step: int) -> None:
        sibling = item.sibling(step)
        chat = self._conversation.open.chat
        if sibling and chat is not None and not self._conversation.runner.running:
            self._browsing.choose_branch(chat.id, sibling)

    # deleting

    def _delete(self, message: Message) -> None:
        """With all that is below it; undo brings everything back."""
        conversation = self._conversation
        if conversation.runner.running or message.id.startswith(PENDING):
            self._context.toasts.tell("An answer is still being written. Stop it first, then delete.")
            return
        if conversation.open.temporary:
            self._delete_here(message)
            return

        def done(changes: Changes) -> None:
            step = changes.step_id
            undo = None if step is None else lambda: self._undo(step)
            self._context.toasts.say(_said(len(changes.messages)), undo)

        deleted = self._context.workspace.chats.delete_message(message.id)
        self._context.bridge.then(deleted, done, receiver=self)

    def _undo(self, step: int) -> None:
        undone = self._context.workspace.library.undo_step(step)
        self._context.bridge.then(undone, self._undone, receiver=self)

    def _undone(self, _changes: Changes) -> None:
        self._context.toasts.tell("The message is back")

    def _delete_here(self, message: Message) -> None:
        """A temporary chat stands in the window only."""
        conversation, before = self._conversation, tuple(self._conversation.column.messages)
        chat = conversation.open
        conversation.column.remove_from(message.id)
        conversation.changed.emit()
        count = len(before) - len(conversation.column.messages)

        def undo() -> None:
            if conversation.open is chat and not conversation.runner.running:
                conversation.show(chat, before)

        self._context.toasts.say(_said(count), undo)


def _said(count: int) -> str:
    return "Message deleted" if count <= 1 else f"Message deleted, with {count - 1} below it"
