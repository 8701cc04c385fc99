"""When the memory request is opened, what it starts from, and what running it does."""

from PySide6.QtCore import QObject, Signal, Slot

from memos_desktop.memory.call import MemoryCall
from memos_desktop.memory.message import Message
from memos_desktop.ui.chat.composer import Composer
from memos_desktop.ui.chat.conversation import Conversation
from memos_desktop.ui.chat.request import MemoryRequest
from memos_desktop.ui.page import Context


class RequestFlow(QObject):
    """Between composer, receipt and the request panel.

    Signals:
        send: the message in the composer goes out with `take()`.
    """

    send = Signal()

    def __init__(self, context: Context, panel: MemoryRequest, composer: Composer, conversation: Conversation) -> None:
        super().__init__(panel)
        self._context = context
        self._panel = panel
        self._composer = composer
        self._conversation = conversation
        self._again: Message | None = None
        self._call: MemoryCall | None = None
        composer.request_wanted.connect(self._plan)
        panel.run.connect(self._run)
        panel.closed.connect(self._closed)

    def take(self) -> MemoryCall | None:
        """The request that the person edited for the next message, once."""
        call, self._call = self._call, None
        self._panel.hide()
        return call

    def reset(self) -> None:
        """Another chat is shown: nothing of this one is left."""
        self._call = self._again = None
        self._panel.hide()

    def open_for(self, answer: Message) -> None:
        """Show the request of an answer, to answer again with another one."""
        stored = answer.receipt.get("call")
        if not stored:
            return
        self._again = answer
        call = MemoryCall(
            query=str(stored.get("query") or ""),
            entities=tuple(stored.get("entities") or ()),
            project=stored.get("project"),
            exclude_chat=self._conversation.open.id or None,
            exclude=frozenset(self._conversation.open.exclude),
            limit=int(stored.get("limit") or 10),
        )
        self._panel.open_call(call, "Answer again with this")

    @Slot(str)
    def _plan(self, text: str) -> None:
        """Show what memory would be asked for this text."""
        if self._panel.isVisible():
            self._panel.close_panel()
            return
        self._again = None
        plan = self._context.workspace.turns.plan(text, self._conversation.open.id or None)
        self._context.bridge.then(plan, self._panel.open_call)

    @Slot(object)
    def _run(self, call: MemoryCall) -> None:
        again, self._again = self._again, None
        if again is not None:
            self._conversation.regenerate(again, call)
            return
        self._call = call
        if self._composer.text():
            self.send.emit()
        else:
            self._composer.field.setFocus()

    @Slot()
    def _closed(self) -> None:
        self._call = self._again = None
        self._composer.field.setFocus()
