"""One turn of a chat, from the message to the receipt. The path is the one of the README, "The path of a turn".

The person's message is saved before anything else happens; the answer is saved while it streams. A turn runs on the
model worker and asks the other workers for what they own.
"""

from concurrent.futures import Future

from memos_desktop.app.leisure import Leisure
from memos_desktop.app.turn_events import Failed, Prefill, SendRequest, TurnResult
from memos_desktop.app.turn_opening import Opened, open_turn
from memos_desktop.app.turn_run import Listener, Run, TurnParts
from memos_desktop.errors import Cancelled, MemosError
from memos_desktop.memory.call import MemoryCall
from memos_desktop.memory.message import Message
from memos_desktop.progress import Progress, ProgressState


class Turn:
    """A turn under way. `future` has its TurnResult."""

    def __init__(self, control: Progress) -> None:
        self.future: Future[TurnResult] = Future()
        self._control = control

    def cancel(self) -> None:
        """Stop: what was written so far is kept."""
        self._control.cancel()


class Turns:
    """Makes turns."""

    def __init__(self, parts: TurnParts, leisure: Leisure) -> None:
        self._parts = parts
        self._store = parts.store
        self._models = parts.models
        self._settings = parts.settings
        self._memory = parts.memory
        self._kept = parts.kept
        self._leisure = leisure
        self._active: set[Progress] = set()

    def plan(self, text: str, chat_id: str | None = None) -> "Future[MemoryCall]":
        """The request for memory that a message would make, to look at and edit."""
        return self._store.read(lambda vault: self._memory.plan(text, chat_id))

    def send(self, request: SendRequest, on_event: Listener = lambda event: None) -> Turn:
        """Make a turn. `on_event` is called on worker threads; the future fails with what `Failed` says.

        A text that cannot be sent at all (empty, far too long) fails before anything is saved.
        """

        def report(state: ProgressState) -> None:
            on_event(Prefill(int(state.done), int(state.total)))

        self._leisure.interrupt()
        control = Progress(report)
        turn = Turn(control)
        self._active.add(control)
        turn.future.add_done_callback(lambda _: self._active.discard(control))
        opening = self._store.worker.submit(lambda: self._open(request))

        def follow(opened: "Future[Opened]") -> None:
            error = opened.exception()
            if error is not None:
                self._give_up(turn, error, None, on_event)
                return
            run = Run(self._parts, request, opened.result(), on_event)
            started = self._models.worker.submit(self._run, run, turn, control, on_event)
            self._leisure.interrupt()  # what was begun since the message was sent
            if started.done() and (closing := started.exception()):
                run.end()
                self._give_up(turn, closing, None, on_event)

        opening.add_done_callback(follow)
        return turn

    def settled(self) -> "Future[None]":
        """Done when what the last answers left to keep for their chats is on the disk."""
        return self._kept.settled()

    def cancel_all(self) -> None:
        """Stop every turn under way; what was written so far is kept."""
        for control in tuple(self._active):
            control.cancel()

    def _open(self, request: SendRequest) -> Opened:
        """Save the message; on the vault worker."""
        opened = self._store.ask(lambda vault: open_turn(vault, request, self._settings.value.memory_mode,
                                                     self._settings.value.user_name or "You"))
        self._store.tell(opened.changes)
        return opened

    def _run(self, run: Run, turn: Turn, control: Progress, on_event: Listener) -> None:
        try:
            result = run.make(control)
        except BaseException as error:  # the future carries it to whoever waits
            self._give_up(turn, error, run.answer, on_event)
        else:
            turn.future.set_result(result)

    def _give_up(self, turn: Turn, error: BaseException, answer: Message | None, on_event: Listener) -> None:
        if isinstance(error, MemosError):
            on_event(Failed(error, answer))
        elif not isinstance(error, Cancelled):
            on_event(Failed(MemosError(f"The turn failed: {type(error).__name__}: {error}"), answer))
        turn.future.set_exception(error)


