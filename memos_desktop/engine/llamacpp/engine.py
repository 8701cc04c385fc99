"""One loaded GGUF model, as the app sees it: prompt in, stream of chunks out."""

import codecs
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from memos_desktop.engine.base import Chunk, ModelInfo, PromptTurn, Sampling, Stats
from memos_desktop.engine.llamacpp.cache import Cache, StopFlag
from memos_desktop.engine.llamacpp.library import Library
from memos_desktop.engine.llamacpp.sampler import Sampler
from memos_desktop.engine.llamacpp.template import ChatTemplate
from memos_desktop.engine.llamacpp.tokens import Tokens
from memos_desktop.errors import Cancelled, UserError
from memos_desktop.memory.message import Finish
from memos_desktop.progress import Progress

LEAST_ANSWER = 16  # tokens; a prompt that leaves less room is refused


@dataclass(slots=True)
class _Meter:
    """Counts and times one generation. Seconds; only the engine's own work, not what the receiver does."""

    prompt: int
    reused: int = 0
    evaluated: int = 0
    completed: int = 0
    prefill: float = 0.0
    first: float = 0.0
    decode: float = 0.0

    def stats(self, info: ModelInfo) -> Stats:
        """The figures for the person."""
        return Stats(
            model=info.name,
            backend=info.backend,
            ttft_ms=self.first * 1000,
            prompt_tokens=self.prompt,
            reused_tokens=self.reused,
            evaluated_tokens=self.evaluated,
            completion_tokens=self.completed,
            decode_tps=(self.completed - 1) / self.decode if self.completed > 1 and self.decode else 0.0,
            prefill_tps=self.evaluated / self.prefill if self.prefill else 0.0,
            tier="live" if self.reused else "none",
        )


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
    ) -> None:
        self._library = library
        self._model = model
        self._info = info
        self._tokens = tokens
        self._template = template
        self._cache = cache
        self._owner = threading.get_ident()
        self._running: Generator[Chunk, None, None] | None = None

    @property
    def info(self) -> ModelInfo:
        """What is known of the model."""
        return self._info

    def encode(self, turns: Sequence[PromptTurn]) -> tuple[int, ...]:
        """Token ids of the chat template over `turns`; see `Tokens.encode_prompt` for what texts can do."""
        self._check_use()
        return self._tokens.encode_prompt(self._template.parts(turns))

    def count(self, text: str) -> int:
        """How many tokens `text` has by itself."""
        self._check_use()
        return len(self._tokens.encode(text))

    def generate(self, tokens: Sequence[int], sampling: Sampling, progress: Progress) -> Iterator[Chunk]:
        """Evaluate `tokens`, reusing what the cache has in common with them, then stream the answer.

        Starting a generation ends one that was not read to its end. Raises UserError at once when the
        prompt is empty or leaves no room for an answer, and ModelError while streaming if the model fails.
        """
        self._check_use()
        room = self._cache.length - len(tokens)
        if room < LEAST_ANSWER:
            raise UserError(
                f"The prompt has {len(tokens):,} tokens, and the context holds {self._cache.length:,}; "
                f"at least {LEAST_ANSWER} of them must be left for the answer.",
                "Shorten the message, attach less, start a new chat, or choose a longer context.",
            )
        if not tokens:
            raise UserError("The prompt is empty.", "Write a message.")
        self._end_running()
        self._running = self._stream(list(tokens), sampling, progress)
        return self._running

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

    def _end_running(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    def _stream(
        self, tokens: list[int], sampling: Sampling, progress: Progress
    ) -> Generator[Chunk, None, None]:
        meter = _Meter(len(tokens))
        stop = StopFlag()  # a new one each time: a late cancel of the last generation cannot reach this one
        self._cache.obey(stop)
        forget = progress.on_cancel(stop.set)
        sampler = Sampler(self._library, self._tokens.size, sampling)
        try:
            finish = Finish.CANCELLED
            if self._prefill(tokens, progress, meter):
                finish = yield from self._answer(sampler, max(1, sampling.max_tokens), progress, meter)
            yield Chunk("", finish, meter.stats(self._info))
        finally:
            forget()
            sampler.close()
            self._cache.obey(None)

    def _prefill(self, tokens: list[int], progress: Progress, meter: _Meter) -> bool:
        """Evaluate what the cache lacks. False when it was cancelled."""
        started = time.perf_counter()
        meter.reused = self._cache.keep_prefix(tokens)
        missing = tokens[meter.reused :]
        try:
            progress.update(0, len(missing))
            for meter.evaluated in self._cache.prefill(missing):
                progress.update(meter.evaluated, len(missing))
        except Cancelled:
            return False
        finally:
            meter.prefill = time.perf_counter() - started
        return meter.evaluated == len(missing)

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
