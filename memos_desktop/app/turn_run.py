"""One turn on the model worker: recall, prompt, answer, receipt; then what was said is kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.memorize import memorize
from memos_desktop.app.models import Models
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.turn_events import (
    Finished,
    Kept,
    Piece,
    Recalled,
    SendRequest,
    Started,
    TurnEvent,
    TurnResult,
)
from memos_desktop.app.turn_memory import Recollection, Situation, TurnMemory, record_use
from memos_desktop.app.turn_opening import Opened
from memos_desktop.app.turn_prompt import PromptMaker, read_as_text
from memos_desktop.app.unsaid import Unsaid
from memos_desktop.engine.base import Chunk, Stats
from memos_desktop.errors import Cancelled
from memos_desktop.ids import new_id, now
from memos_desktop.memory.call import Receipt
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.citation import cited
from memos_desktop.memory.context import Wording
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.message import Finish, MemoryMode, Message, Role
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault

DRAFT_INTERVAL = 0.5
"""Seconds between two saves of an answer that streams: at most this much is lost when the program is killed."""

Listener = Callable[[TurnEvent], None]


@dataclass(frozen=True, slots=True)
class TurnParts:
    """What every turn works with."""

    store: Store
    models: Models
    settings: SettingsStore
    memory: TurnMemory
    kept: KeptStates
    wording: Wording
    unsaid: Unsaid


class Run:
    """One turn on the model worker."""

    def __init__(self, parts: TurnParts, request: SendRequest, opened: Opened, on_event: Listener) -> None:
        self._store = parts.store
        self._models = parts.models
        self._memory = parts.memory
        self._kept = parts.kept
        self._wording = parts.wording
        self._request = replace(request, exclude=request.exclude | frozenset(opened.chat.excluded))
        self._opened = opened
        self._tell = on_event
        self._ears = parts.unsaid.listen()  # the history was read a moment ago, on the vault's thread
        self._keeps = not request.temporary
        chosen = parts.settings.value
        self._sampling = request.sampling or chosen.sampling
        mode = request.memory or opened.chat.memory
        self._place = Situation(
            mode, request.project or opened.chat.project, opened.chat.id, opened.user.text, opened.history,
            chosen.instructions, opened.user.attached,
        )
        self._receipt = Receipt(None)
        self._saved = time.monotonic()
        self.answer: Message | None = None
        self._text = ""

    def make(self, control: Progress) -> TurnResult:
        """Answer, save, remember. A failure or a stop saves what there is first."""
        try:
            return self._make(control)
        finally:
            self.end()

    def end(self) -> None:
        """It is over, or was never begun."""
        self._ears.close()

    def _make(self, control: Progress) -> TurnResult:
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
        maker = PromptMaker(engine, self._wording, self._sampling.max_tokens, self._memory.repair(engine))
        recollection = self._memory.recollect(self._request, self._place, maker)
        self._receipt = recollection.receipt
        self._tell(Recalled(self._receipt))
        control.check()
        composed = maker.compose(self._place, recollection)
        self._receipt = composed.receipt
        last = Chunk("", Finish.STOP)
        for last in engine.generate(composed.prompt, self._sampling, control, f"chat:{self._place.chat_id}"):
            if last.text:
                self._append(last.text)
        self._account(maker, recollection, last.stats)
        return last.finish or Finish.STOP, last.stats

    def _account(self, maker: PromptMaker, recollection: Recollection, stats: Stats | None) -> None:
        """What was really used, measured and learned; and the work for when nobody waits."""
        lost = frozenset(id for id, state in recollection.states.items() if not state.path.exists())
        if lost:
            self._receipt = read_as_text(self._receipt, lost, "its KV state could not be used, so it was read as text")
        self._receipt = self._receipt.with_cited(cited(self._text, self._place.text, self._receipt.decisions))
        identity = maker.engine.identity
        if identity is not None and stats is not None:
            self._memory.note_speed(identity.digest, stats)
        if not self._keeps:
            return
        chat_id, answer_id = self._opened.chat.id, self._required().id
        self._store.apply(lambda vault: record_use(vault, self._receipt, chat_id, answer_id))
        if self._text and not self._ears.heard:  # the model still has in mind what was forgotten
            user, answer = self._opened.user, replace(self._required(), text=self._text)
            self._kept.settle(
                maker.engine,
                lambda: maker.following(self._place, recollection, user, answer),
                self._opened.chat.id,
                recollection.cubes,
                [cube.id for cube in recollection.pinned],
            )

    def _append(self, text: str) -> None:
        self._text += text
        self._tell(Piece(text))
        moment = time.monotonic()
        if self._keeps and moment - self._saved >= DRAFT_INTERVAL:
            self._saved = moment
            answer, draft = self._required(), self._text
            self._store.read(lambda vault: vault.chats.write_draft(answer.id, self._ears.out_of(draft)))

    def _end(self, finish: Finish, stats: Stats | None) -> Message:
        def work(vault: Vault) -> Changes:
            answer = self._finished(finish, stats)
            return vault.chats.finish_message(answer.id, answer.text, finish, answer.receipt, answer.stats)

        if self._keeps:
            self._store.apply(work)
            return self._required()
        return self._finished(finish, stats)

    def _finished(self, finish: Finish, stats: Stats | None) -> Message:
        """The answer without what was forgotten while it was written."""
        self.answer = replace(
            self._required(),
            text=self._ears.out_of(self._text),
            finish=finish,
            receipt=self._ears.out_of_receipt(self._receipt.to_json()),
            stats=stats.to_json() if stats else {},
        )
        return self.answer

    def _remember(self) -> tuple[Cube, ...]:
        """Keep what the person said, whatever became of the answer."""
        if not self._keeps or not self._opened.fresh or self._place.memory is not MemoryMode.ON:
            return ()
        kept: list[Cube] = []

        def work(vault: Vault) -> Changes:
            user = replace(self._opened.user, text=self._ears.out_of(self._opened.user.text))
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
