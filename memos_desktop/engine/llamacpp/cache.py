"""The context of a model: which cells it holds, and how missing ones are added."""

import ctypes
import time
from collections.abc import Iterator, Sequence
from typing import Any

from memos_desktop.engine.kv.layout import GRID
from memos_desktop.engine.llamacpp.cells import Cells
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
    """A llama.cpp context and the keys of the cells that it holds, always in step.

    Attributes:
        context: the native context.
        keys: one for each cell, by position; see `kv.layout`.
        solid: how many of the first cells were evaluated as parts of a prompt, in batches on the grid, or restored.
            Those after them were written one by one while answering: their values differ in the last bits.
        length: how many cells fit.
        rollback: whether the tail of a sequence can be removed.

    """

    def __init__(self, library: Library, context: Any, *, rollback: bool, on_gpu: bool) -> None:
        self._api = library.api
        self.context = context
        self._memory = self._api.llama_get_memory(context)
        self._cells = Cells(self._api, context, ranges=rollback)
        self.rollback = rollback
        self._on_gpu = on_gpu
        self._chunk = 2 * SMALLEST_CHUNK if on_gpu else BATCH
        self.length: int = self._api.llama_n_ctx(context)
        self.keys: list[int] = []
        self.solid = 0

    def obey(self, stop: StopFlag | None) -> None:
        """Let `stop` end evaluations from now on; None lets nothing do so. The flag must live until then."""
        callback = self._api.ggml_abort_callback(c_strlen() if stop else 0)
        self._api.llama_set_abort_callback(self.context, callback, stop.address if stop else None)

    @property
    def full(self) -> bool:
        """Whether not one token more fits."""
        return len(self.keys) >= self.length

    def cut(self, length: int) -> None:
        """Keep the first `length` cells only; none where the architecture has no way back."""
        if length == len(self.keys):
            return
        if self.rollback and self._api.llama_memory_seq_rm(self._memory, 0, length, -1):
            del self.keys[length:]
        else:
            self._api.llama_memory_clear(self._memory, False)
            self.keys.clear()
        self.solid = min(self.solid, len(self.keys))

    def prefill(self, tokens: Sequence[int]) -> Iterator[int]:
        """Evaluate a part of a prompt in batches on the grid; yields how many are done after each.

        Ends early when stopped.
        """
        done = 0
        while done < len(tokens):
            chunk = tokens[done : done + self._next_chunk(len(tokens) - done)]
            started = time.perf_counter()
            if not self.evaluate(chunk):
                return
            self.solid = len(self.keys)
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
            self._cells.evaluated()
            self.keys += tokens
            return True
        if status == ABORTED:
            self._abandon()
            return False
        self.clear()
        raise ModelError(
            f"The model failed while reading {len(tokens)} tokens (status {status}). The chat is safe.",
            "Try again; if it happens again, load the model with a shorter context.",
        )

    def take(self, start: int, end: int) -> memoryview:
        """A copy of solid cells, as `put` takes it."""
        return self._cells.take(start, end)

    def put(
        self, payload: memoryview, first: int, end: int, keys: Sequence[int], upto: int | None = None, skip: int = 0
    ) -> None:
        """Add cells under `keys` at the end; see `Cells.put`. Raises CellsError; the cache is empty then."""
        at = len(self.keys)
        try:
            self._cells.put(payload, first, end, at, upto, skip)
        except BaseException:
            self.clear()
            raise
        self.keys += keys
        self.solid = len(self.keys)

    def logits(self, vocabulary: int) -> Any:
        """A float32 array of length `vocabulary`: a copy of what the last evaluation says of the next token."""
        import numpy as np

        pointer = self._api.llama_get_logits_ith(self.context, -1)
        return np.ctypeslib.as_array(pointer, shape=(vocabulary,)).copy()

    def clear(self) -> None:
        """Forget every cell, and overwrite what they left in memory."""
        self._api.llama_memory_clear(self._memory, True)
        self._cells.evaluated()
        self.keys.clear()
        self.solid = 0

    def close(self) -> None:
        """Free the context."""
        self._api.llama_free(self.context)
        self.keys.clear()

    def _abandon(self) -> None:
        """Remove what an unfinished batch left. It is never larger than what is computed at once, so none is done.

        Cells that were moved right before it may be rotated or not: nothing is sure then.
        """
        if self._cells.moving or not self.rollback:
            self.clear()
            return
        length = len(self.keys)
        self._api.llama_memory_seq_rm(self._memory, 0, length, -1)

    def _next_chunk(self, remaining: int) -> int:
        """The size of the next batch: on the grid, and such that the one after it is not below the grid."""
        if remaining <= self._chunk:
            return remaining
        return self._chunk if remaining - self._chunk >= GRID else self._chunk - GRID

    def _adapt(self, count: int, seconds: float) -> None:
        """Size the next chunk by the speed of this one, in powers of two, which the kernels like."""
        if count < SMALLEST_CHUNK:
            return
        limit = GPU_CHUNK_SECONDS if self._on_gpu else CPU_CHUNK_SECONDS
        fitting = int(count * limit / max(seconds, 1e-6))
        self._chunk = max(SMALLEST_CHUNK, min(BATCH, 1 << fitting.bit_length() - 1))
