"""Which receipt is shown in the panel on the right, whether the panel is open, and what is done from it."""

from PySide6.QtCore import QObject, Signal, Slot

from memos_desktop.memory.changes import Changes
from memos_desktop.ui.chat.conversation import Conversation, OpenChat
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.receipt import ReceiptPanel
from memos_desktop.ui.chat.request_flow import RequestFlow
from memos_desktop.ui.page import Context


class ReceiptFlow(QObject):
    """Between answers and the receipt panel.

    Signals:
        panel_wanted(bool): show or hide the panel.
    """

    panel_wanted = Signal(bool)

    def __init__(
        self, context: Context, panel: ReceiptPanel, conversation: Conversation, requests: RequestFlow
    ) -> None:
        super().__init__(panel)
        self._context = context
        self._panel = panel
        self._conversation = conversation
        self._requests = requests
        self._shown: AnswerItem | None = None
        self._waiting: list[AnswerItem | None] = []
        self._open = False
        panel.closed.connect(lambda: self.set_open(False))
        panel.excluded.connect(self._exclude)
        panel.corrected.connect(self._show_waiting)
        panel.request_wanted.connect(self._open_request)
        conversation.receipt_ready.connect(self.show)
        conversation.changed.connect(self._show_excluded)

    def toggle(self) -> None:
        """Show the panel, or hide it."""
        self.set_open(not self._open)

    def set_open(self, on: bool) -> None:
        """Show or hide the panel."""
        self._open = on
        self.panel_wanted.emit(on)

    @Slot(object)
    def show(self, item: AnswerItem | None) -> None:
        """Show the receipt of this answer; a new answer takes over the panel while it is open.

        A correction that is being typed into the one that is shown is not thrown away: the other waits for it.
        """
        same = item is not None and self._shown is not None and item.message.id == self._shown.message.id
        if self._panel.correcting(edited=not same):
            if not same and self._waiting != [item]:
                self._context.toasts.tell("Save or cancel your correction; then the other receipt is shown.")
            self._waiting = [item]
            return
        self._waiting = []
        self._shown = item
        receipt = item.message.receipt if item is not None else {}
        self._panel.show_receipt(receipt, item is not None, self._conversation.open.exclude)

    @Slot()
    def _show_waiting(self) -> None:
        if self._waiting:
            self.show(self._waiting[0])

    @Slot()
    def _open_request(self) -> None:
        if self._shown is not None:
            self._requests.open_for(self._shown.message)

    @Slot(object)
    def follow(self, item: AnswerItem) -> None:
        """An answer that is on the screen says something else now: its receipt may be the one that is shown."""
        if self._shown is not None and item.message.id == self._shown.message.id:
            self.show(item)

    @Slot(str, bool)
    def _exclude(self, memory_id: str, out: bool) -> None:
        """The chat remembers it; one that is not saved remembers it while it is open."""
        open_chat = self._conversation.open
        self._apply(open_chat, memory_id, out)
        said = "Not used in this chat any more" if out else "Used in this chat again"
        if open_chat.chat is None or open_chat.temporary:
            self._context.toasts.say(said, lambda: self._apply(open_chat, memory_id, not out))
            return

        def done(changes: Changes) -> None:
            self._apply(open_chat, memory_id, out)  # the chat may have been read again meanwhile, as it was before
            step = changes.step_id
            undo = None if step is None else lambda: self._undo(open_chat, memory_id, out, step)
            self._context.toasts.say(said, undo)

        excluded = self._context.workspace.chats.exclude(open_chat.id, memory_id, out)
        self._context.bridge.then(excluded, done, receiver=self)

    def _undo(self, open_chat: OpenChat, memory_id: str, out: bool, step: int) -> None:
        undone = self._context.workspace.library.undo_step(step)
        self._context.bridge.then(
            undone, lambda _changes: self._apply(open_chat, memory_id, not out), receiver=self
        )

    @Slot()
    def _show_excluded(self) -> None:
        """The chat was read again: what must not be used in it may be something else now."""
        self._panel.show_excluded(self._conversation.open.exclude)

    def _apply(self, open_chat: OpenChat, memory_id: str, out: bool) -> None:
        (open_chat.exclude.add if out else open_chat.exclude.discard)(memory_id)
        if open_chat is self._conversation.open:
            self._panel.show_excluded(open_chat.exclude)
