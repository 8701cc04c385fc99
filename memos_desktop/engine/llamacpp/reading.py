"""How a prompt gets into the cache: what is there stays, what is kept on the disk comes back, the rest is evaluated."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from memos_desktop.engine.base import Prompt
from memos_desktop.engine.kv.folder import describe
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.layout import Layout, Piece, common_start, layout_of
from memos_desktop.engine.kv.state_file import StateError, StateFile
from memos_desktop.engine.kv.store import KvStore, Link
from memos_desktop.engine.llamacpp.cache import Cache
from memos_desktop.engine.llamacpp.cells import CellsError

WORTH_RESTORING = 32
"""Tokens. Where restoring saves fewer than these, they are evaluated: a file costs some milliseconds."""


@dataclass(slots=True)
class Gained:
    """What did not have to be evaluated. Tokens; times in seconds; `refused` says why kept states were not used.

    `fused` cells of the prompt were made for another place, whether they were attached now or before.
    """

    live: int = 0
    restored: int = 0
    attached: int = 0
    fused: int = 0
    evaluated: int = 0
    seconds: float = 0.0
    refused: list[str] = field(default_factory=list)

    @property
    def reused(self) -> int:
        """How many tokens were not evaluated."""
        return self.live + self.restored + self.attached

    @property
    def tier(self) -> str:
        """Where the most remarkable of them came from."""
        names = ("fused", self.attached or self.fused), ("exact", self.restored), ("live", self.live)
        return next((name for name, count in names if count), "none")


class Reader:
    """Brings prompts into a cache."""

    def __init__(
        self, cache: Cache, identity: Identity, model: str, states: KvStore | None, *, shift: bool
    ) -> None:
        self._cache = cache
        self._identity = identity
        self._model = model
        self._states = states
        self._shift = shift

    def layout(self, prompt: Prompt, blocks_first: bool = False) -> Layout:
        """How `prompt` becomes cells in this model.

        What was read as text already, and is still there or kept, is better than a block: it stays, unless
        `blocks_first`.
        """
        shift = self._shift and self._cache.rollback
        if not prompt.spans or blocks_first:
            return layout_of(prompt, shift)
        known = common_start(tuple(self._cache.keys[: self._cache.solid]), prompt.tokens)
        if self._states is not None and self._cache.rollback:
            known = max(known, self._states.match(self._identity, prompt.tokens).reused)
        spans = tuple(span for span in prompt.spans if span.end > known)
        return layout_of(Prompt(prompt.tokens, spans), shift)

    def read(
        self,
        prompt: Prompt,
        gained: Gained,
        owner: str = "",
        upto: int | None = None,
        blocks_first: bool = False,
    ) -> Iterator[tuple[int, int]]:
        """Bring the cells of `prompt` (those below `upto`, which is on its grid) into the cache.

        Yields (evaluated, to evaluate) as it goes on. Ends early when stopped: then the cache holds a part. A state
        that turns out to be damaged leaves the store, is named in `gained.refused`, and reading starts again.
        """
        others = [one.state.header for one in prompt.spans if one.state.header.identity.digest != self._identity.digest]
        gained.refused += [describe(header, self._identity) for header in others]
        lost = {header.id for header in others}
        while True:
            spans = tuple(span for span in prompt.spans if span.state.header.id not in lost)
            layout = self.layout(Prompt(prompt.tokens, spans), blocks_first)
            try:
                yield from self._read(layout, gained, owner, len(layout.keys) if upto is None else upto)
            except _LostError as error:
                lost.add(error.state.header.id)
                gained.refused.append(str(error))
                self._cache.clear()
                continue
            return

    def reusable(self, layout: Layout) -> int:
        """How many leading cells of the cache are those of `layout`, and as good as evaluated again."""
        cache = self._cache
        if not cache.rollback:
            common = common_start(tuple(cache.keys), layout.keys)
            return common if common == len(cache.keys) < len(layout.keys) else 0
        return layout.reusable(common_start(tuple(cache.keys[: cache.solid]), layout.keys))

    def _read(self, layout: Layout, gained: Gained, owner: str, upto: int) -> Iterator[tuple[int, int]]:
        started = time.perf_counter()
        gained.live = self.reusable(layout)
        gained.restored = self._restore(layout, gained, owner)
        if gained.restored:
            gained.live = 0
            gained.seconds += time.perf_counter() - started
        else:
            self._cache.cut(gained.live)
        begin = gained.live + gained.restored
        pieces = [piece for piece in layout.pieces if piece.end > begin and piece.start < upto]
        total = sum(min(p.end, upto) - max(p.start, begin) for p in pieces if p.state is None)
        gained.attached = gained.evaluated = 0
        gained.fused = sum(piece.end - piece.start for piece in layout.pieces if piece.moved)
        yield 0, total
        for piece in pieces:
            if piece.state is not None:
                self._attach(layout, piece, piece.state, gained)
                continue
            before = gained.evaluated
            wanted = layout.tokens[max(piece.start, begin) : min(piece.end, upto)]
            for done in self._cache.prefill(wanted):
                gained.evaluated = before + done
                yield gained.evaluated, total
            if gained.evaluated < before + len(wanted):  # stopped
                return

    def _restore(self, layout: Layout, gained: Gained, owner: str) -> int:
        """Load the deepest chain of kept states when it is worth it; returns how many tokens it gave, or 0."""
        if self._states is None:
            return 0
        whole = not self._cache.rollback
        while True:
            match = self._states.match(self._identity, layout.keys, whole, owner, self._model)
            gained.refused += [reason for reason in match.refused if reason not in gained.refused]
            chain = self._fitting(match.chain)
            reached = chain[-1].upto if chain else 0
            reached = reached if whole else layout.reusable(reached)
            if reached < gained.live + WORTH_RESTORING or reached >= len(layout.keys):
                return 0
            self._cache.clear()
            try:
                used = self._load(chain, layout.keys, reached)
            except _LostError as error:
                gained.refused.append(str(error))
                gained.live = 0
                self._cache.clear()
                continue
            self._states.touch(used)
            return reached

    def _fitting(self, chain: Sequence[Link]) -> Sequence[Link]:
        """Those that fit into the cache: they are loaded whole, and may come from a longer context."""
        return [link for link in chain if link.state.header.end <= self._cache.length]

    def _load(self, chain: Sequence[Link], keys: Sequence[int], reached: int) -> list[StateFile]:
        used: list[StateFile] = []
        for link in chain:
            state, upto = link.state, min(link.upto, reached)
            first = state.header.start
            if upto > first:
                with self._opened(state) as payload:
                    self._cache.put(payload, first, state.header.end, keys[first:upto], upto)
                used.append(state)
        return used

    def _attach(self, layout: Layout, piece: Piece, state: StateFile, gained: Gained) -> None:
        started = time.perf_counter()
        first, keys = state.header.start, layout.keys[piece.start : piece.end]
        with self._opened(state) as payload:
            upto = first + piece.skip + len(keys)
            self._cache.put(payload, first, state.header.end, keys, upto, piece.skip)
        gained.attached += piece.end - piece.start
        gained.seconds += time.perf_counter() - started
        if self._states is not None:
            self._states.touch([state])

    @contextlib.contextmanager
    def _opened(self, state: StateFile) -> Iterator[memoryview]:
        """The checked payload of a state. Raises _LostError where it cannot be used; it is gone from the store then."""
        try:
            with state.open_payload() as payload:
                state.verify(payload)
                yield payload
        except (StateError, CellsError, OSError) as error:
            reason = f"A kept state was not used, because {error}; the text was read instead."
            if self._states is not None:
                self._states.discard(state, reason)
            raise _LostError(state, reason) from error


class _LostError(Exception):
    """A state that could not be used."""

    def __init__(self, state: StateFile, reason: str) -> None:
        super().__init__(reason)
        self.state = state
