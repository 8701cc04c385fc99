"""The cells of a llama.cpp context: taken out as bytes, put back, moved to other places.

A context of a model that can go back has two sequences: 0 is the live one, 1 a work bench through which ranges of cells
are taken out and put in. The others (sliding window, recurrent, hybrid) have one, and their state is taken whole.
"""

import ctypes
import mmap
from typing import Any

LIVE, BENCH = 0, 1


class CellsError(Exception):
    """llama.cpp did not take a state, or took something else than was expected. The cells are in no known order."""


class Cells:
    """Saves and restores the cells of one context.

    Attributes:
        ranges: whether parts of a sequence can be taken; else only all of it.
        moving: whether cells were put at another place and no evaluation has followed, at which llama.cpp rotates
            their keys.

    """

    def __init__(self, api: Any, context: Any, *, ranges: bool) -> None:
        self._api = api
        self._context = context
        self._memory = api.llama_get_memory(context)
        self.ranges = ranges
        self.moving = False

    def evaluated(self) -> None:
        """To be called after an evaluation: what was moved is in its place."""
        self.moving = False

    def take(self, start: int, end: int) -> memoryview:
        """A copy of the live cells from `start` up to `end`, as bytes that `put` takes."""
        assert not self.moving, "keys are rotated at the next evaluation; until then the cells are not sound"
        if not self.ranges:
            assert start == 0
            return self._bytes(LIVE)
        self._api.llama_memory_seq_rm(self._memory, BENCH, -1, -1)
        self._api.llama_memory_seq_cp(self._memory, LIVE, BENCH, start, end)
        try:
            return self._bytes(BENCH)
        finally:
            self._api.llama_memory_seq_rm(self._memory, BENCH, -1, -1)

    def put(
        self, payload: memoryview, first: int, end: int, at: int, upto: int | None = None, skip: int = 0
    ) -> None:
        """Add cells to the end of the live sequence, so that the first of them stands at `at`.

        `payload` holds the cells [`first`, `end`) as they were taken; the first `skip` and those from `upto` on are
        left out. Where ranges cannot be taken, they replace the whole sequence. Raises CellsError.
        """
        if not self.ranges:
            self._load(payload, LIVE, first, end)
            return
        upto = end if upto is None else upto
        self._load(payload, BENCH, first, end)
        api, memory = self._api, self._memory
        if skip:
            # Put in once more, so that no hole is left, which the next tokens would fill: sums over cells go in the
            # order in which they lie, and the last bits depend on it.
            api.llama_memory_seq_rm(memory, BENCH, first, first + skip)
            self._load(self._bytes(BENCH), BENCH, first + skip, end)
        if upto < end:
            api.llama_memory_seq_rm(memory, BENCH, upto, -1)
        if at != first + skip:
            api.llama_memory_seq_add(memory, BENCH, -1, -1, at - first - skip)
            self.moving = True
        api.llama_memory_seq_cp(memory, BENCH, LIVE, -1, -1)
        api.llama_memory_seq_rm(memory, BENCH, -1, -1)
        self._expect(LIVE, at + upto - first - skip)

    def _bytes(self, sequence: int) -> memoryview:
        size = self._api.llama_state_seq_get_size(self._context, sequence)
        room = mmap.mmap(-1, max(1, size))  # pages come as they are written: nothing is zeroed under the lock
        buffer = (ctypes.c_uint8 * size).from_buffer(room)
        written = self._api.llama_state_seq_get_data(self._context, buffer, size, sequence)
        if written != size:
            raise CellsError(f"llama.cpp wrote {written} of {size} bytes")
        return memoryview(room)[:size]

    def _load(self, payload: memoryview, sequence: int, first: int, end: int) -> None:
        address = ctypes.cast(_address(payload), ctypes.POINTER(ctypes.c_uint8))
        if self._api.llama_state_seq_set_data(self._context, address, len(payload), sequence) != len(payload):
            raise CellsError("llama.cpp did not accept the state")
        if self.ranges and self._api.llama_memory_seq_pos_min(self._memory, sequence) != first:
            raise CellsError("the state holds other positions than it says")
        self._expect(sequence, end)

    def _expect(self, sequence: int, end: int) -> None:
        found = self._api.llama_memory_seq_pos_max(self._memory, sequence) + 1
        if found != end:
            raise CellsError(f"{found} cells were found where {end} were expected")


def _address(view: memoryview) -> int:
    """Where a read-only buffer lies: ctypes itself gives addresses of writable ones only."""
    import numpy as np

    return int(np.frombuffer(view, dtype=np.uint8).ctypes.data)
