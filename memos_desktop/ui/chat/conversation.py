"""Sends what the person writes and brings what the turn reports into the column.

Between sending and the first report the message already stands in the column, with ids that only the window
knows; the real messages take their place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal, Slot

from memos_desktop.app.turn_events import (
    Failed,
    Finished,
    Piece,
    Prefill,
    Recalled,
    SendRequest,
    Started,
    TurnEvent,
)
from memos_desktop.errors import MemosError
from memos_desktop.ids import now
from memos_desktop.memory.call import MemoryCall
from memos_desktop.memory.message import Chat, Finish, MemoryMode, Message, Role
from memos_desktop.ui.chat.column import MessageColumn
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.message_item import MessageItem
from memos_desktop.ui.chat.turn import TurnRunner
from memos_desktop.ui.chat.user_item import UserItem
from memos_desktop.ui.page import Context

PENDING = "pending"


@dataclass(slots=True)
class OpenChat:
    """The chat that the page shows; `chat` is None until its first message is saved, or for good if temporary."""

    chat: Chat | None = None
    temporary: bool = False
    memory: MemoryMode = MemoryMode.ON
    exclude: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The chat's id, or "" where there is none."""
        return self.chat.id if self.chat is not None else ""

    def follow(self, chat: Chat) -> None:
        """The chat was changed elsewhere."""
        self.chat, self.memory = chat, chat.memory
        self.exclude.clear()
        self.exclude.update(chat.excluded)


class Conversation(QObject):
    """Between composer, runner and column.

    Signals:
        changed: the column has got or lost its first message, or a chat was created.
        receipt_ready(AnswerItem): an answer has a new receipt.
        returned(str): a text that was not sent comes back into the composer.
        failed(MemosError): the turn ended with an error; what has arrived is kept.
    """

    changed = Signal()
    receipt_ready = Signal(object)
    returned = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, column: MessageColumn, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.column = column
        self.runner = TurnRunner(context, self)
        self.open = OpenChat()
        self._turn_of: OpenChat | None = None
        self._answer: AnswerItem | None = None
        self._sent = ""
        self.runner.happened.connect(self._on_event)
        self.runner.waiting.connect(self._on_waiting)
        self.runner.refused.connect(self._on_refused)

    # showing

    def show(self, chat: OpenChat, messages: tuple[Message, ...] = (), goal: str | None = None) -> None:
        """Show another chat. If its answer is being written, what has arrived is there and goes on."""
        if self.runner.running and self._turn_of is not None and self._turn_of.id and self._turn_of.id == chat.id:
            chat = self._turn_of
        self.open = chat
        self._answer = None
        shown = [self._with_running(message) for message in messages]
        self.column.show_messages(shown, goal)
        if self._is_running_here():
            item = self.column.item(self.runner.answer_id)
            self._answer = item if isinstance(item, AnswerItem) else None
        self.changed.emit()

    def _with_running(self, message: Message) -> Message:
        if message.id == self.runner.answer_id and self.runner.running:
            return replace(message, text=self.runner.text)
        return message

    def _is_running_here(self) -> bool:
        return self.runner.running and self._turn_of is self.open

    # sending

    def send(self, text: str, call: MemoryCall | None = None, attach: tuple[str, ...] = ()) -> None:
        """A new message at the end of the branch."""
        self._begin(text, lambda base: replace(base, text=text, call=call, attach=attach))

    def send_edited(self, old: Message, text: str, attach: tuple[str, ...] = ()) -> None:
        """The message `old` in other words: a new branch beside it."""
        self.column.remove_from(old.id)
        self._begin(text, lambda base: replace(base, text=text, parent_id=old.parent_id or "", attach=attach))

    def regenerate(self, answer: Message, call: MemoryCall | None = None) -> None:
        """Another answer to the same message, perhaps with another memory request."""
        number = next((n for n, one in enumerate(self.column.messages) if one.id == answer.id), 0)
        if number == 0 or self.runner.running:
            return
        asked = self.column.messages[number - 1]
        self.column.remove_from(answer.id)
        again = None if self.open.temporary else asked.id
        attach = tuple(one.cube_id for one in asked.attached) if self.open.temporary else ()
        self._begin(
            asked.text,
            lambda base: replace(base, text=asked.text, regenerate=again, call=call, attach=attach),
            asked=False,
        )

    def _begin(self, text: str, build: "Callable[[SendRequest], SendRequest]", asked: bool = True) -> None:
        """Put the pending messages into the column and start the turn."""
        request = build(self._base_request(asked))
        self._turn_of = self.open
        self._sent = text if asked else ""
        if asked:
            self.column.append(_pending(Role.USER, text, self._context.workspace.settings.value.user_name))
        item = self.column.append(_pending(Role.ASSISTANT, "", ""))
        assert isinstance(item, AnswerItem)
        self._answer = item
        item.set_note("Looking through your memory…" if self._uses_memory() else "Thinking…")
        self.changed.emit()
        self.runner.start(request)

    def _uses_memory(self) -> bool:
        return self.open.memory is not MemoryMode.OFF

    def _base_request(self, asked: bool) -> SendRequest:
        open_chat = self.open
        history: tuple[Message, ...] = ()
        if open_chat.temporary:
            messages = self.column.messages if asked else self.column.messages[:-1]
            history = tuple(message for message in messages if message.text)
        return SendRequest(
            text="",
            chat_id=open_chat.id or None,
            temporary=open_chat.temporary,
            history=history,
            memory=open_chat.memory,
            exclude=frozenset(open_chat.exclude),
        )

    # what the turn reports

    @Slot(object)
    def _on_event(self, event: TurnEvent) -> None:
        turn_of = self._turn_of
        if isinstance(event, Started) and turn_of is not None and not turn_of.temporary:
            turn_of.chat = event.chat
        if self._turn_of is not self.open or self._answer is None:
            return  # another chat is shown; coming back loads what was saved
        answer = self._answer
        if isinstance(event, Started):
            self._started(answer, event)
        elif isinstance(event, Recalled):
            answer.show_receipt(event.receipt.to_json())
            self.receipt_ready.emit(answer)
        elif isinstance(event, Prefill):
            self._prefill(answer, event)
        elif isinstance(event, Piece):
            answer.append(event.text)
        elif isinstance(event, Finished):
            self._finished(answer, event)
        elif isinstance(event, Failed):
            self._failed(answer, event)

    def _started(self, answer: AnswerItem, event: Started) -> None:
        messages = self.column.messages
        answer.message = event.answer
        messages[-1] = event.answer
        if len(messages) > 1 and len(self.column.items) > 1:
            messages[-2] = event.user
            asked = self.column.items[-2]
            if isinstance(asked, UserItem):
                asked.show_message(event.user)
        self.changed.emit()

    def _prefill(self, answer: AnswerItem, event: Prefill) -> None:
        if not answer.body.text and event.total > 512:
            answer.set_note(f"Reading the conversation: {event.done:,} of {event.total:,} tokens")
        elif not answer.body.text:
            answer.set_note("Thinking…")

    def _finished(self, answer: AnswerItem, event: Finished) -> None:
        answer.finish_text()
        self.column.replace_last(event.message)
        answer.show_message(event.message)
        answer.show_receipt(event.receipt.to_json())
        if event.stats is not None:
            answer.show_stats(event.stats.to_json())
        self._answer = None
        self.receipt_ready.emit(answer)
        self.changed.emit()

    def _failed(self, answer: AnswerItem, event: Failed) -> None:
        if event.message is None:  # refused before anything was saved
            self._on_refused(event.error)
            return
        answer.finish_text()
        self._answer = None
        self.column.replace_last(event.message)
        answer.show_message(event.message)
        self._show_error(answer, event.error)

    def _show_error(self, answer: MessageItem, error: MemosError) -> None:
        if isinstance(answer, AnswerItem):
            answer.set_note(f"{error.message} {error.hint}".strip(), "danger")
            answer.foot.show()
        self.failed.emit(error)
        self.changed.emit()

    @Slot(str)
    def _on_waiting(self, text: str) -> None:
        if self._answer is not None and not self._answer.body.text:
            self._answer.set_note(text or "Thinking…")

    @Slot(object)
    def _on_refused(self, error: MemosError) -> None:
        """Nothing was saved: what was pending goes, the text comes back into the composer."""
        answer, self._answer = self._answer, None
        if self._turn_of is self.open and answer is not None:
            if answer.message.id.startswith(PENDING):
                while self.column.messages and self.column.messages[-1].id.startswith(PENDING):
                    self.column.remove_from(self.column.messages[-1].id)
                self.returned.emit(self._sent)
            else:
                self._show_error(answer, error)
                return
        self.failed.emit(error)
        self.changed.emit()


def _pending(role: Role, text: str, speaker: str) -> Message:
    """A message that only the window knows yet."""
    finish = Finish.WRITING if role is Role.ASSISTANT else Finish.STOP
    return Message(f"{PENDING}-{role.value}", "", None, role, speaker, text, now(), finish=finish)
