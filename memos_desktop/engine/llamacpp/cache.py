"""The context of a model: which tokens are evaluated in it, and how missing ones are added."""

import ctypes
import time
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from memos_desktop.engine.llamacpp.library import Library, c_strlen
from memos_desktop.engine.llamacpp.plan import BATCH
from memos_desktop.errors import ModelError

ABORTED = 2  # llama_decode's answer after the abort callback said so
SMALLEST_CHUNK = 64  # below that, the CPU kernels lose speed; up to 512 nothing is gained
CPU_CHUNK_SECONDS = 2.0  # the progress shown moves at least this often; stopping does not wait for it
GPU_CHUNK_SECONDS = 0.15  # a GPU ignores the abort callback: stopping waits for the end of a chunk


class StopFlag:
    """Ends an evaluation from another thread, at once, without the interpreter.

    llama.cpp asks an abort callback before each step of the graph, thousands of times a second. A Python
    function there would fight for the interpreter lock with the window. C's strlen needs none: the data
    is a two-byte buffer, whose length is 0 (go on) until a byte is written into it, then 1 (true: abort).
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)

    def set(self) -> None:
        """Abort; from any thread."""
        self._buffer[0] = b"x"

    @property
    def address(self) -> int:
        """Of the buffer, for llama.cpp."""
        return ctypes.addressof(self._buffer)


class Cache:
    """A llama.cpp context and the tokens that it holds, always in step.

    Attributes:
        context: the native context.
        tokens: what is evaluated, position by position.
        length: how many tokens fit.

    """

    def __init__(self, library: Library, context: Any, *, rollback: bool, on_gpu: bool) -> None:
        self._library = library
        self._api = library.api
        self.context = context
        self._memory = self._api.llama_get_memory(context)
        self._rollback = rollback
        self._on_gpu = on_gpu
        self._chunk = 2 * SMALLEST_CHUNK if on_gpu else BATCH
        self.length: int = self._api.llama_n_ctx(context)
        self.tokens: list[int] = []

    def obey(self, stop: StopFlag | None) -> None:
        """Let `stop` end evaluations from now on; None lets nothing do so. The flag must live until then."""
        callback = self._api.ggml_abort_callback(c_strlen() if stop else 0)
        self._api.llama_set_abort_callback(self.context, callback, stop.address if stop else None)

    @property
    def full(self) -> bool:
        """Whether not one token more fits."""
        return len(self.tokens) >= self.length

    def keep_prefix(self, tokens: Sequence[int]) -> int:
        """Keep what `tokens` and the cache have in common at their start, drop the rest.

        At least one of `tokens` is left to evaluate, because the logits of a kept one are gone. Returns
        how many are kept.
        """
        pairs = zip(tokens[:-1], self.tokens, strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if common < len(self.tokens):
            self._cut(common)
        return len(self.tokens)

    def prefill(self, tokens: Sequence[int]) -> Iterator[int]:
        """Evaluate `tokens` in chunks; yields how many are done after each. Ends early when stopped."""
        done = 0
        while done < len(tokens):
            chunk = tokens[done : done + self._chunk]
            started = time.perf_counter()
            if not self.evaluate(chunk):
                return
            if self._on_gpu:
                self._api.llama_synchronize(self.context)
            self._adapt(len(chunk), time.perf_counter() - started)
            done += len(chunk)
            yield done

    def evaluate(self, tokens: Sequence[int]) -> bool:
        """Add `tokens` at the end. False when the stop flag ended it: then none was added.

        Raises ModelError when the model fails; the cache is empty afterwards.
        """
        array = (self._api.llama_token * len(tokens))(*tokens)
        status = self._api.llama_decode(self.context, self._api.llama_batch_get_one(array, len(tokens)))
        if status == 0:
            self.tokens += tokens
            return True
        if status == ABORTED:
            # Cells of an unfinished batch may be left. A batch is never larger than what is computed at
            # once, so no part of it was finished.
            self._cut(len(self.tokens))
            return False
        self.clear()
        raise ModelError(
            f"The model failed while reading {len(tokens)} tokens (status {status}). The chat is safe.",
            "Try again; if it happens again, load the model with a shorter context.",
        )

    def clear(self) -> None:
        """Forget every token, and overwrite what they left in memory."""
        self._api.llama_memory_clear(self._memory, True)
        self.tokens.clear()

    def close(self) -> None:
        """Free the context."""
        self._api.llama_free(self.context)
        self.tokens.clear()

    def _cut(self, length: int) -> None:
        """Keep the first `length` tokens only; none where the architecture has no way back."""
        if self._rollback and self._api.llama_memory_seq_rm(self._memory, 0, length, -1):
            del self.tokens[length:]
        else:
            self._api.llama_memory_clear(self._memory, False)
            self.tokens.clear()

    def _adapt(self, count: int, seconds: float) -> None:
        """Size the next chunk by the speed of this one, in powers of two, which the kernels like."""
        if count < SMALLEST_CHUNK:
            return
        limit = GPU_CHUNK_SECONDS if self._on_gpu else CPU_CHUNK_SECONDS
        fitting = int(count * limit / max(seconds, 1e-6))
        self._chunk = max(SMALLEST_CHUNK, min(BATCH, 1 << fitting.bit_length() - 1))
