"""One running turn as the window sees it. Requests go out at once; the model answers when it is ready.

An answer goes on while the person looks at another chat; what has arrived is kept here, so that coming back
shows it at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from memos_desktop.app.turn_events import (
    Failed,
    Finished,
    Kept,
    Piece,
    Prefill,
    SendRequest,
    Started,
    TurnEvent,
)
from memos_desktop.errors import MemosError
from memos_desktop.ui.page import Context

if TYPE_CHECKING:
    from memos_desktop.app.models import ModelState
    from memos_desktop.app.turns import Turn


class Sends(Protocol):
    """Whoever makes turns: the program's chats, or one with the past."""

    def send(self, request: SendRequest, on_event: Callable[[TurnEvent], None]) -> "Turn":
        """Make a turn."""


@dataclass(slots=True)
class _Feed:
    """Which answer the events of one turn are about."""

    answer_id: str = ""


class TurnRunner(QObject):
    """Sends one request at a time.

    Attributes:
        chat_id: the chat of the running turn, "" for a temporary or not yet created one.
        answer_id: the answer that is being written, "" before it has begun.
        text: what has arrived of it.
        turns: who makes the turns.

    Signals:
        happened(TurnEvent): on the Qt thread, in order; all but Kept.
        kept(str, Kept): what was kept after this answer (by then the next turn may run).
        waiting(str): what the turn waits for; an empty text when it does not wait.
        refused(MemosError): the turn ended without an event of its own.
        busy(bool): a turn has begun or ended.

    """

    happened = Signal(object)
    kept = Signal(str, object)
    waiting = Signal(str)
    refused = Signal(object)
    busy = Signal(bool)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.turns: Sends = context.workspace.turns
        self._turn: Turn | None = None
        self._running = False
        self._closed = False
        self._answering = False
        self.chat_id = ""
        self.answer_id = ""
        self.text = ""
        context.workspace.models.subscribe(context.bridge.relay(self._on_model))

    @property
    def running(self) -> bool:
        """Whether an answer is awaited or being written."""
        return self._running

    def start(self, request: SendRequest) -> None:
        """Send the request."""
        self.chat_id = request.chat_id or ""
        self.answer_id = ""
        self.text = ""
        self._answering = False
        self._set_running(True)
        self._on_model(self._context.workspace.models.state)
        bridge = self._context.bridge
        feed = _Feed()

        def hear(event: TurnEvent) -> None:
            self._on_event(feed, event)

        listener = bridge.relay(hear, receiver=self)
        self._turn = self.turns.send(request, listener)
        bridge.then(self._turn.future, lambda _result: None, self._failed, receiver=self)

    def stop(self) -> None:
        """End the answer; what has arrived stays."""
        if self._turn is not None:
            self._turn.cancel()

    def close(self) -> None:
        """The window closes: end the answer and report nothing more."""
        self._closed = True
        self.stop()

    @Slot(object)
    def _on_model(self, state: "ModelState") -> None:
        if not self._running or self._answering:
            return
        text = ""
        if state.status == "loading":
            percent = f" ({round(state.fraction * 100)} %)" if state.fraction else ""
            text = f"{state.name or 'The model'} is loading{percent}. It answers as soon as it is ready."
        self.waiting.emit(text)

    def _on_event(self, feed: "_Feed", event: TurnEvent) -> None:
        if self._closed:
            return
        if isinstance(event, Kept):
            self.kept.emit(feed.answer_id, event)
            return
        if isinstance(event, Started):
            self.chat_id = event.chat.id
            self.answer_id = feed.answer_id = event.answer.id
        elif isinstance(event, Prefill | Piece):
            self._answering = True
            if isinstance(event, Piece):
                self.text += event.text
        elif isinstance(event, Finished | Failed):
            self._end()
            self.answer_id = ""
        self.happened.emit(event)

    @Slot(object)
    def _failed(self, error: MemosError) -> None:
        """The event Failed came before this; only what failed before any event is told here."""
        if (
            self._running
            and not self._closed
            and not self.answer_id
            and self._turn is not None
            and self._turn.future.done()
        ):
            self._end()
            self.refused.emit(error)

    def _end(self) -> None:
        self._turn = None
        self._set_running(False)

    def _set_running(self, on: bool) -> None:
        if on is not self._running:
            self._running = on
            self.busy.emit(on)
