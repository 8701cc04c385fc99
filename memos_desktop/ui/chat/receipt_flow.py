"""Which receipt is shown in the panel on the right, whether the panel is open, and what is done from it."""

from PySide6.QtCore import QObject, Signal, Slot

from memos_desktop.ui.chat.conversation import Conversation
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
        self._open = False
        panel.closed.connect(lambda: self.set_open(False))
        panel.excluded.connect(self._exclude)
        panel.request_wanted.connect(self._open_request)
        conversation.receipt_ready.connect(self.show)

    def toggle(self) -> None:
        """Show the panel, or hide it."""
        self.set_open(not self._open)

    def set_open(self, on: bool) -> None:
        """Show or hide the panel."""
        self._open = on
        self.panel_wanted.emit(on)

    @Slot(object)
    def show(self, item: AnswerItem | None) -> None:
        """Show the receipt of this answer; a new answer takes over the panel while it is open."""
        self._shown = item
        receipt = item.message.receipt if item is not None else {}
        self._panel.show_receipt(receipt, item is not None)

    @Slot()
    def _open_request(self) -> None:
        if self._shown is not None:
            self._requests.open_for(self._shown.message)

    @Slot(str)
    def _exclude(self, memory_id: str) -> None:
        excluded = self._conversation.open.exclude
        excluded.add(memory_id)
        self._context.toasts.say("Not used in this chat any more", lambda: excluded.discard(memory_id))
