"""One turn of a chat, from the message to the receipt. The path is the one of the README, "The path of a turn".

The person's message is saved before anything else happens; the answer is saved while it streams. A turn runs on the
model worker and asks the other workers for what they own.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from memos_desktop.app.memorize import memorize
from memos_desktop.app.models import Models
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.turn_events import (
    Failed,
    Finished,
    Kept,
    Piece,
    Prefill,
    Recalled,
    SendRequest,
    Started,
    TurnEvent,
    TurnResult,
)
from memos_desktop.app.turn_memory import Situation, TurnMemory, record_use
from memos_desktop.engine.base import Chunk, Stats
from memos_desktop.errors import Cancelled, MemosError, UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.call import MemoryCall, Receipt
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.citation import cited
from memos_desktop.memory.cube import Cube, title_of
from memos_desktop.memory.message import Chat, Finish, MemoryMode, Message, Role
from memos_desktop.memory.scheduler import capacity_of
from memos_desktop.progress import Progress, ProgressState
from memos_desktop.texts import plain
from memos_desktop.vault.vault import Vault

LONGEST_MESSAGE = 400_000
"""Characters. No model that runs here reads more at once; a longer text is refused before it is saved."""
DRAFT_INTERVAL = 0.5
"""Seconds between two saves of an answer that streams: at most this much is lost when the program is killed."""

Listener = Callable[[TurnEvent], None]


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

    def __init__(self, store: Store, models: Models, settings: SettingsStore, memory: TurnMemory) -> None:
        self._store = store
        self._models = models
        self._settings = settings
        self._memory = memory
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

        control = Progress(report)
        turn = Turn(control)
        self._active.add(control)
        turn.future.add_done_callback(lambda _: self._active.discard(control))
        opening = self._store.worker.submit(lambda: self._open(request))

        def follow(opened: "Future[_Opened]") -> None:
            error = opened.exception()
            if error is not None:
                self._give_up(turn, error, None, on_event)
                return
            run = _Run(self._store, self._models, self._settings, self._memory, request, opened.result(), on_event)
            started = self._models.worker.submit(self._run, run, turn, control, on_event)
            if started.done() and (closing := started.exception()):
                self._give_up(turn, closing, None, on_event)

        opening.add_done_callback(follow)
        return turn

    def cancel_all(self) -> None:
        """Stop every turn under way; what was written so far is kept."""
        for control in tuple(self._active):
            control.cancel()

    def _open(self, request: SendRequest) -> "_Opened":
        """Save the message; on the vault worker."""
        opened = self._store.ask(lambda vault: _open(vault, request, self._settings.value.memory_mode,
                                                     self._settings.value.user_name or "You"))
        self._store.tell(opened.changes)
        return opened

    def _run(self, run: "_Run", turn: Turn, control: Progress, on_event: Listener) -> None:
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


@dataclass(frozen=True, slots=True)
class _Opened:
    """A turn whose message is saved: where it happens. `fresh`: the message is new, so it may be remembered."""

    chat: Chat
    user: Message
    history: tuple[Message, ...]
    changes: Changes
    fresh: bool


def _open(vault: Vault, request: SendRequest, default: MemoryMode, speaker: str) -> _Opened:
    if request.temporary:
        return _open_temporary(request, speaker)
    if request.regenerate:
        user = vault.chats.message(request.regenerate)
        branch = vault.chats.branch(user.chat_id, user.id)
        return _Opened(vault.chats.get(user.chat_id), user, branch[:-1], Changes(), fresh=False)
    text = _sendable(request.text)
    if request.chat_id is None:
        with vault.step("New chat with a message") as step:
            chat = vault.chats.create(title_of(text, 48), request.memory or default, request.project)
            user = _user_message(chat, None, text, speaker, request.memory)
            vault.chats.add_message(user)
        return _Opened(vault.chats.get(chat.id), user, (), step.changes, fresh=True)
    chat = vault.chats.get(request.chat_id)
    parent = request.parent_id if request.parent_id is not None else chat.leaf_id
    if request.parent_id == "":  # an edit of the first message: a new root
        parent = None
    history = vault.chats.branch(chat.id, parent) if parent else ()
    user = _user_message(chat, parent, text, speaker, request.memory)
    changes = vault.chats.add_message(user)
    return _Opened(vault.chats.get(chat.id), vault.chats.message(user.id), history, changes, fresh=True)


def _open_temporary(request: SendRequest, speaker: str) -> _Opened:
    moment = now()
    chat = Chat(request.chat_id or new_id(), "Temporary chat", moment, moment, request.memory or MemoryMode.READ)
    text = _sendable(request.text)
    return _Opened(chat, _user_message(chat, None, text, speaker, None), request.history, Changes(), fresh=False)


def _user_message(
    chat: Chat, parent_id: str | None, text: str, speaker: str, memory: MemoryMode | None
) -> Message:
    kept = (memory or chat.memory) is MemoryMode.ON
    return Message(new_id(), chat.id, parent_id, Role.USER, speaker, text, now(), kept=kept)


def _sendable(text: str) -> str:
    content = plain(text).strip()
    if not content:
        raise UserError("The message is empty, so nothing was sent.")
    if len(content) > LONGEST_MESSAGE:
        raise UserError(
            f"The message has {len(content):,} characters; {LONGEST_MESSAGE:,} can be sent at most. Nothing was sent.",
            "Add it as a memory of type document, or send a part of it.",
        )
    return content


class _Run:
    """One turn on the model worker."""

    def __init__(
        self,
        store: Store,
        models: Models,
        settings: SettingsStore,
        memory: TurnMemory,
        request: SendRequest,
        opened: _Opened,
        on_event: Listener,
    ) -> None:
        self._store = store
        self._models = models
        self._memory = memory
        self._request = request
        self._opened = opened
        self._tell = on_event
        self._keeps = not request.temporary
        chosen = settings.value
        self._sampling = request.sampling or chosen.sampling
        mode = request.memory or opened.chat.memory
        self._place = Situation(
            mode, request.project or opened.chat.project, opened.chat.id, opened.user.text, opened.history,
            chosen.instructions,
        )
        self._receipt = Receipt(None)
        self._saved = time.monotonic()
        self.answer: Message | None = None
        self._text = ""

    def make(self, control: Progress) -> TurnResult:
        """Answer, save, remember. A failure or a stop saves what there is first."""
        self._begin()
        finish, stats = Finish.ERROR, None
        try:
            finish, stats = self._generate(control)
        except Cancelled:
            finish = Finish.CANCELLED
        except BaseException:
            self._end(Finish.ERROR, None)
            self._remember()
            raise
        answer = self._end(finish, stats)
        self._tell(Finished(answer, self._receipt, stats))
        kept = self._remember()
        return TurnResult(self._opened.chat, self._opened.user, answer, self._receipt, stats, kept)

    def _begin(self) -> None:
        user = self._opened.user
        answer = Message(
            new_id(), user.chat_id, user.id, Role.ASSISTANT, "Assistant", "", now(), user.position + 1, Finish.WRITING,
            kept=user.kept,
        )
        self.answer = answer
        if self._keeps:
            self._store.apply(lambda vault: vault.chats.add_message(answer))
        self._tell(Started(self._opened.chat, user, answer))

    def _generate(self, control: Progress) -> tuple[Finish, Stats | None]:
        engine = self._models.engine(_quiet(control))
        capacity = capacity_of(engine.info.parameters)
        recollection = self._memory.recollect(self._request, self._place, capacity)
        self._receipt = recollection.receipt
        self._tell(Recalled(self._receipt))
        control.check()
        tokens, self._receipt = self._memory.prompt(
            engine, self._place, recollection, capacity, self._sampling.max_tokens
        )
        last = Chunk("", Finish.STOP)
        for last in engine.generate(tokens, self._sampling, control):
            if last.text:
                self._append(last.text)
        self._receipt = self._receipt.with_cited(cited(self._text, self._place.text, self._receipt.decisions))
        if self._keeps:
            self._store.apply(lambda vault: record_use(vault, self._receipt))
        return last.finish or Finish.STOP, last.stats

    def _append(self, text: str) -> None:
        self._text += text
        self._tell(Piece(text))
        moment = time.monotonic()
        if self._keeps and moment - self._saved >= DRAFT_INTERVAL:
            self._saved = moment
            answer, draft = self._required(), self._text
            self._store.read(lambda vault: vault.chats.write_draft(answer.id, draft))

    def _end(self, finish: Finish, stats: Stats | None) -> Message:
        answer = replace(
            self._required(),
            text=self._text,
            finish=finish,
            receipt=self._receipt.to_json(),
            stats=stats.to_json() if stats else {},
        )
        self.answer = answer
        if self._keeps:
            self._store.apply(
                lambda v: v.chats.finish_message(answer.id, answer.text, finish, answer.receipt, answer.stats)
            )
        return answer

    def _remember(self) -> tuple[Cube, ...]:
        """Keep what the person said, whatever became of the answer."""
        if not self._keeps or not self._opened.fresh or self._place.memory is not MemoryMode.ON:
            return ()
        kept: list[Cube] = []
        user = self._opened.user

        def work(vault: Vault) -> Changes:
            changes, cubes = memorize(vault, user, self._place.project)
            kept.extend(cubes)
            return changes

        changes = self._store.apply(work)
        if kept:
            self._tell(Kept(tuple(kept), changes.step_id))
        return tuple(kept)

    def _required(self) -> Message:
        assert self.answer is not None
        return self.answer


def _quiet(control: Progress) -> Progress:
    """Loading is shown by the model's state; it only shares the cancel."""
    inner = Progress()
    control.on_cancel(inner.cancel)
    return inner
