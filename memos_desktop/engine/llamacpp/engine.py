"""One loaded GGUF model, as the app sees it: prompt in, stream of chunks out."""

import codecs
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from memos_desktop.engine.base import Chunk, Comparison, ModelInfo, Prompt, PromptTurn, Sampling, Snapshot, Stats
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.layout import GRID, common_start, span_in
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.engine.llamacpp import snapshots
from memos_desktop.engine.llamacpp.cache import Cache, StopFlag
from memos_desktop.engine.llamacpp.library import Library
from memos_desktop.engine.llamacpp.outlook import Outlook, by_question
from memos_desktop.engine.llamacpp.reading import Gained, Reader
from memos_desktop.engine.llamacpp.sampler import Sampler
from memos_desktop.engine.llamacpp.template import ChatTemplate
from memos_desktop.engine.llamacpp.tokens import Tokens
from memos_desktop.errors import Cancelled, UserError
from memos_desktop.memory.message import Finish, Role
from memos_desktop.progress import Progress

LEAST_ANSWER = 16  # tokens; a prompt that leaves less room is refused


@dataclass(slots=True)
class _Meter:
    """Counts and times one generation. Seconds; only the engine's own work, not what the receiver does."""

    prompt: int
    gained: Gained = field(default_factory=Gained)
    completed: int = 0
    prefill: float = 0.0
    first: float = 0.0
    decode: float = 0.0

    def stats(self, info: ModelInfo) -> Stats:
        """The figures for the person."""
        gained = self.gained
        return Stats(
            model=info.name,
            backend=info.backend,
            ttft_ms=self.first * 1000,
            prompt_tokens=self.prompt,
            reused_tokens=gained.reused,
            evaluated_tokens=gained.evaluated,
            completion_tokens=self.completed,
            decode_tps=(self.completed - 1) / self.decode if self.completed > 1 and self.decode else 0.0,
            prefill_tps=gained.evaluated / self.reading if self.reading > 0 else 0.0,
            tier=gained.tier,
            restored_ms=gained.seconds * 1000,
            restored_tokens=gained.restored,
            attached_tokens=gained.attached,
            fused_tokens=gained.fused,
            refused=tuple(gained.refused),
        )

    @property
    def reading(self) -> float:
        """Seconds that evaluating the prompt took, without what was restored."""
        return self.prefill - self.gained.seconds


class LlamaCppEngine:
    """Implements `base.Engine`. Every method is called on the thread that loaded it."""

    def __init__(
        self,
        library: Library,
        model: Any,
        info: ModelInfo,
        tokens: Tokens,
        template: ChatTemplate,
        cache: Cache,
        identity: Identity,
        states: KvStore | None,
    ) -> None:
        self._library = library
        self._model = model
        self._info = info
        self._tokens = tokens
        self._template = template
        self._cache = cache
        self._identity = identity
        self._states = states
        self._reader = Reader(cache, identity, info.name, states, shift=info.capabilities.shift)
        self._owner = threading.get_ident()
        self._running: Generator[Chunk, None, None] | None = None

    @property
    def info(self) -> ModelInfo:
        """What is known of the model."""
        return self._info

    @property
    def identity(self) -> Identity | None:
        """What a KV state must have been made under to be usable here."""
        return self._identity

    def encode(self, turns: Sequence[PromptTurn]) -> Prompt:
        """The chat template over `turns`; see `Tokens.encode_prompt` for what texts can do.

        The state of a block that holds other tokens than its text is left out: it was made from another text.
        """
        self._check_use()
        ids, places = self._tokens.encode_prompt(self._template.parts(turns))
        blocks = (block for turn in turns for block in turn.blocks)
        found = (
            span_in(ids[start:end], start, block.state, block.repair)
            for block, (start, end) in zip(blocks, places, strict=True)
            if block.state is not None
        )
        return Prompt(ids, tuple(span for span in found if span is not None))

    def lead(self, turns: Sequence[PromptTurn]) -> Prompt:
        """What every prompt begins with that goes on with another user turn after `turns`."""
        one, other = (self.encode([*turns, PromptTurn(Role.USER, text)]) for text in ("x", "0"))
        length = common_start(one.tokens, other.tokens)
        return Prompt(one.tokens[:length], tuple(span for span in one.spans if span.end <= length))

    def count(self, text: str) -> int:
        """How many tokens `text` has by itself."""
        self._check_use()
        return len(self._tokens.encode(text))

    def generate(self, prompt: Prompt, sampling: Sampling, progress: Progress, owner: str = "") -> Iterator[Chunk]:
        """Bring `prompt` into the cache, then stream the answer.

        Starting a generation ends one that was not read to its end. Raises UserError at once when the
        prompt is empty or leaves no room for an answer, and ModelError while streaming if the model fails.
        """
        self._check_use()
        self._check_room(len(prompt.tokens))
        if not prompt.tokens:
            raise UserError("The prompt is empty.", "Write a message.")
        self._end_running()
        self._running = self._stream(prompt, sampling, progress, owner)
        return self._running

    def settle(self, prompt: Prompt, progress: Progress) -> None:
        """Bring the cache to exactly the solid part of `prompt`. Raises Cancelled; what is evaluated stays."""
        self._check_use()
        self._check_room(len(prompt.tokens))
        self._end_running()
        layout = self._reader.layout(prompt)
        self._read(prompt, Gained(), progress, layout.solid(len(layout.keys)))

    def keep(
        self, prompt: Prompt, shared: int, owner: str, cubes: Sequence[str], shared_cubes: Sequence[str] = ()
    ) -> tuple[Snapshot, ...]:
        """Copies of the solid cells of `prompt` that are not kept yet; see `snapshots.of_prompt`."""
        self._check_use()
        self._end_running()
        if self._states is None:
            return ()
        place = snapshots.Place(self._identity, self._info.name, owner, tuple(cubes))
        everybody = snapshots.Place(self._identity, self._info.name, "", tuple(shared_cubes))
        layout = self._reader.layout(prompt)
        return tuple(snapshots.of_prompt(self._cache, self._states, layout, shared, place, everybody))

    def encode_block(self, lead: Prompt, text: str, owner: str, title: str, progress: Progress) -> Snapshot:
        """Evaluate `text` after `lead` and copy its cells. Raises UserError, UnsupportedOperationError, Cancelled."""
        self._check_use()
        self._end_running()
        ids = (*lead.tokens, *self._tokens.encode(text))
        snapshots.check_block(self._cache, title, len(lead.tokens), len(ids))
        self._read(Prompt(ids), Gained(), progress, len(ids) // GRID * GRID)
        place = snapshots.Place(self._identity, self._info.name, owner, (), title)
        return snapshots.of_block(self._cache, ids, len(lead.tokens), place)

    def compare(
        self, questions: Sequence[Sequence[Prompt]], progress: Progress, following: int = 0
    ) -> tuple[tuple[Comparison, ...], ...]:
        """Compare what comes after prompts with spans with what comes after the same, all evaluated; see `base.Engine`.

        Way by way, so that questions about the same texts find them in the cache.
        """
        self._check_use()
        for prompt in (question[0] for question in questions):
            self._check_room(len(prompt.tokens) + following)
        self._end_running()
        exact = [self._look_ahead(question[0].exact, progress, following) for question in questions]
        ways = zip(*questions, strict=True)
        fused = [
            [self._look_ahead(p, progress, following, seen.answer) for p, seen in zip(way, exact, strict=True)]
            for way in ways
        ]
        return by_question(exact, fused)

    def reset(self) -> None:
        """Drop and overwrite everything in the cache."""
        self._check_use()
        self._end_running()
        self._cache.clear()

    def close(self) -> None:
        """Free context and model; harmless when called twice."""
        if self._model is None:
            return
        self._check_use()
        self._end_running()
        self._cache.close()
        self._library.api.llama_model_free(self._model)
        self._model = None

    def _check_use(self) -> None:
        assert threading.get_ident() == self._owner, "an engine is used on the thread that loaded it"
        assert self._model is not None, "the engine has been closed"

    def _check_room(self, tokens: int) -> None:
        if self._cache.length - tokens < LEAST_ANSWER:
            raise UserError(
                f"The prompt has {tokens:,} tokens, and the context holds {self._cache.length:,}; "
                f"at least {LEAST_ANSWER} of them must be left for the answer.",
                "Shorten the message, attach less, start a new chat, or choose a longer context.",
            )

    def _end_running(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    @contextmanager
    def _stoppable(self, progress: Progress) -> Iterator[None]:
        """While inside, a cancel of `progress` ends an evaluation at once."""
        stop = StopFlag()  # a new one each time: a late cancel of the last work cannot reach this one
        self._cache.obey(stop)
        forget = progress.on_cancel(stop.set)
        try:
            yield
        finally:
            forget()
            self._cache.obey(None)

    def _read(
        self,
        prompt: Prompt,
        gained: Gained,
        progress: Progress,
        upto: int | None = None,
        blocks_first: bool = False,
    ) -> None:
        """Bring `prompt` into the cache, up to a position; see `Reader.read`. Raises Cancelled."""
        with self._stoppable(progress):
            for done, total in self._reader.read(prompt, gained, "", upto, blocks_first):
                progress.update(done, total)
        progress.check()

    def _look_ahead(
        self, prompt: Prompt, progress: Progress, following: int, answer: tuple[int, ...] | None = None
    ) -> Outlook:
        """What comes after `prompt` and `answer`, or the likeliest one of `following` tokens. Raises Cancelled."""
        gained, started = Gained(), time.perf_counter()
        self._read(prompt, gained, progress, blocks_first=True)
        logits = [self._cache.logits(self._tokens.size)]
        ms = (time.perf_counter() - started) * 1000
        said: list[int] = []
        while len(said) < (following if answer is None else len(answer)):
            token = int(logits[-1].argmax()) if answer is None else answer[len(said)]
            if self._tokens.ends(token):
                break
            said.append(token)
            progress.check()
            self._cache.evaluate([token])
            logits.append(self._cache.logits(self._tokens.size))
        return Outlook(tuple(logits), tuple(said), gained, ms)

    def _stream(
        self, prompt: Prompt, sampling: Sampling, progress: Progress, owner: str
    ) -> Generator[Chunk, None, None]:
        meter = _Meter(len(prompt.tokens))
        sampler = Sampler(self._library, self._tokens.size, sampling)
        with self._stoppable(progress):
            try:
                finish = Finish.CANCELLED
                if self._prefill(prompt, progress, meter, owner):
                    finish = yield from self._answer(sampler, max(1, sampling.max_tokens), progress, meter)
                yield Chunk("", finish, meter.stats(self._info))
            finally:
                sampler.close()

    def _prefill(self, prompt: Prompt, progress: Progress, meter: _Meter, owner: str) -> bool:
        """Bring the prompt into the cache. False when it was cancelled."""
        started = time.perf_counter()
        done, total = 0, 1
        try:
            for done, total in self._reader.read(prompt, meter.gained, owner):
                progress.update(done, total)
        except Cancelled:
            return False
        finally:
            meter.prefill = time.perf_counter() - started
        return done == total

    def _answer(
        self, sampler: Sampler, limit: int, progress: Progress, meter: _Meter
    ) -> Generator[Chunk, None, Finish]:
        """Yield the answer piece by piece; returns why it ended."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        started = time.perf_counter()
        token = sampler.next(self._cache.context)
        meter.first = meter.prefill + time.perf_counter() - started
        while not self._tokens.ends(token):
            # A token may end within a character: the decoder keeps its bytes back until the rest comes.
            text = decoder.decode(self._tokens.piece(token, first=meter.completed == 0))
            meter.completed += 1
            if text:
                yield Chunk(text)
            if meter.completed >= limit or self._cache.full:
                return Finish.LENGTH
            if progress.cancelled:
                return Finish.CANCELLED
            started = time.perf_counter()
            if not self._cache.evaluate([token]):
                return Finish.CANCELLED
            token = sampler.next(self._cache.context)
            meter.decode += time.perf_counter() - started
        return Finish.STOP
