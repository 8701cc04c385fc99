"""Vectors for every passage: the embedder and the index on their worker, kept in step with the vault.

Keyword search never waits for it. SQLite holds every vector, so the index can always be made again.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from operator import itemgetter
from typing import TYPE_CHECKING

from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import SerialWorker, Urgency
from memos_desktop.app.store import Store
from memos_desktop.engine.base import Embedder
from memos_desktop.errors import IndexUnavailableError, VaultError
from memos_desktop.memory.changes import Changes
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault
from memos_desktop.vault.vector_index import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

log = logging.getLogger(__name__)
BATCH = 16
"""Texts embedded at once: a question that comes meanwhile waits for one batch, a quarter of a second."""
PIECE = 2_000
"""Vectors copied at once into a new index."""
COMPARED = 20_000
"""Vectors read at once to be compared with all of them while the index is missing: others ask the vault in between."""
CLOSING_SOON = 64
"""Waiting passages that are still embedded while the program closes; the next start does the others."""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index is. `state` is ready, rebuilding, missing or off; `pending` passages have no vector yet."""

    engine: str
    vectors: int
    pending: int
    embedder: str
    state: str


class MissingEmbedder:
    """Stands where the embedder is not installed: says so at every use, and memories are found by keywords."""

    id = "missing"
    dimension = 0

    def __init__(self, reason: IndexUnavailableError) -> None:
        self._reason = reason

    def embed(self, texts: Sequence[str]) -> "Array":
        """Raises IndexUnavailableError."""
        raise self._reason

    def close(self) -> None:
        """There is nothing to free."""


class Indexing:
    """Owns the index worker, the embedder and the vector index."""

    def __init__(self, folder: DataFolder, store: Store, events: Broadcast[Changes], embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        self._index = VectorIndex(folder.index)
        self._opened = False
        self._waiting = False
        self._round = 0
        self._closing = Progress()
        self.worker = SerialWorker("index")
        self._unsubscribe = events.subscribe(self._on_changes)

    def warm_up(self) -> "Future[None]":
        """Start embedder and index, and embed what was left over."""
        self._schedule()
        return self.worker.submit(self._warm_up, urgency=Urgency.NOW)

    def _warm_up(self) -> None:
        self._nearest("warm up", 1)

    def nearest(self, text: str, depth: int) -> "tuple[Array, list[tuple[int, float]]]":
        """The vector of `text` and its nearest passages with their cosines. Raises IndexUnavailableError."""
        return self.worker.call(self._nearest, text, depth)

    def drain(self, progress: Progress) -> int:
        """Embed everything that waits and build the index; returns how many passages. Raises IndexUnavailableError."""
        done, total = 0, self._pending()
        while count := self.worker.call(self._embed_batch, urgency=Urgency.SOON):  # questions get in between
            done += count
            progress.update(done, max(done, total), "Reading memories by meaning")
        if self._opened and self._index.state != "ready":  # a short run must not leave it to the next one for ever
            self.worker.call(self._mend, urgency=Urgency.SOON)
        return done

    def discard(self) -> "Future[int]":
        """Remove the index from the disk, as vectors stay in its files when they are deleted, and build it again.

        Gives how many files could not be removed. Until it is there again, questions are compared with every vector
        in the vault.
        """

        def work() -> int:
            left = self._index.discard()
            if self._opened:
                self._index.open(self._embedder.id, self._embedder.dimension)
                self.worker.submit(self._mend_by_and_by, urgency=Urgency.IDLE)
            return left

        return self.worker.submit(work, urgency=Urgency.NOW)

    def rebuild(self, progress: Progress) -> None:
        """Make the index again from the vectors in the vault. Runs on the index worker."""
        if not self._opened:
            self._opened = True
            self._index.open(self._embedder.id, self._embedder.dimension)
        self._rebuild(progress)

    def status(self) -> IndexStatus:
        """How it is now; starts nothing."""
        name = self._embedder.id
        vectors, pending = self._store.ask(lambda v: (v.search.vector_count(name), v.search.pending_count(name)))
        return IndexStatus("chroma", vectors, pending, name, self._index.state if self._opened else "off")

    def close(self) -> None:
        """End the worker and both child processes. What waits stays waiting, unless it is little."""
        self._unsubscribe()
        if self._opened and 0 < self._pending() <= CLOSING_SOON:
            self._embed_last()
        elif self._opened and self._index.state != "ready" and self.status().vectors <= PIECE:
            self.worker.call(self._mend)  # a short run must not leave it to the next one for ever
        self._closing.cancel()
        self.worker.submit(self._index.close)
        self.worker.close()
        self._embedder.close()

    def _embed_last(self) -> None:
        try:
            self.drain(Progress())
        except (IndexUnavailableError, VaultError) as error:  # the next start embeds them
            log.warning("%s", error.message)

    def _on_changes(self, changes: Changes) -> None:
        if changes.index and self._opened:  # a short verb that only writes starts neither embedder nor index
            self._schedule()

    def _schedule(self) -> None:
        if not self._waiting and not self._closing.cancelled:
            self._waiting = True
            self.worker.submit(self._one_batch, urgency=Urgency.IDLE)

    def _one_batch(self) -> None:
        """Embed one batch and queue the next, so that questions get in between."""
        self._waiting = False
        try:
            if not self._closing.cancelled and self._embed_batch():
                self._schedule()
        except (IndexUnavailableError, VaultError) as error:  # a full disk: the next change tries again
            log.warning("%s", error.message)

    def _embed_batch(self) -> int:
        name = self._embedder.id
        batch = self._store.ask(lambda vault: vault.search.pending(name, BATCH))
        if not batch:
            return 0
        ids = [number for number, _ in batch]
        vectors = self._embedder.embed([text for _, text in batch])
        self._open()
        self._store.ask(lambda vault: vault.search.store_vectors(name, ids, vectors))
        if self._index.state == "ready":
            self._index.upsert(ids, vectors)
        return len(batch)

    def _nearest(self, text: str, depth: int) -> "tuple[Array, list[tuple[int, float]]]":
        vector: Array = self._embedder.embed([text])[0]  # first: without it the index is of no use
        self._open()
        if self._index.state == "ready":
            try:
                return vector, self._index.query(vector, depth)
            except IndexUnavailableError as error:
                log.warning("%s It is being rebuilt.", error.message)
                self.worker.submit(self._mend_by_and_by, urgency=Urgency.IDLE)
        return vector, self._brute(vector, depth)

    def _brute(self, vector: "Array", depth: int) -> list[tuple[int, float]]:
        name, best = self._embedder.id, list[tuple[int, float]]()
        numbers = self._store.ask(lambda vault: vault.search.vector_ids(name))
        for start in range(0, len(numbers), COMPARED):
            piece = numbers[start : start + COMPARED]
            ids, matrix = self._store.ask(partial(_vectors, name=name, numbers=piece))
            best = nlargest(depth, [*best, *VectorIndex.brute(vector, ids, matrix, depth)], key=itemgetter(1))
        return best

    def _open(self) -> None:
        if self._opened:
            return
        self._opened = True
        self._index.open(self._embedder.id, self._embedder.dimension)
        self.worker.submit(self._mend_by_and_by, urgency=Urgency.IDLE)

    def _mend(self) -> None:
        """Bring the index in step with the vault's vectors: rebuild it, or only what differs."""
        try:
            if self._index.state == "ready":
                self._reconcile()
            if self._index.state != "ready":
                self._rebuild(self._closing)
        except (IndexUnavailableError, VaultError) as error:
            log.warning("%s", error.message)

    def _mend_by_and_by(self) -> None:
        """The same piece by piece: questions get in between."""
        try:
            if self._index.state == "ready":
                self._reconcile()
            if self._index.state != "ready":
                self._index.begin_rebuild()
                self._round += 1
                name = self._embedder.id
                self._copy_on(self._round, self._store.ask(lambda vault: vault.search.vector_ids(name)))
        except (IndexUnavailableError, VaultError) as error:
            log.warning("%s", error.message)

    def _copy_on(self, number: int, ids: list[int]) -> None:
        """Copy some vectors into the new index, unless another was begun since, and queue the others."""
        if number != self._round or self._index.state != "rebuilding" or self._closing.cancelled:
            return
        try:
            self._copy(ids[:PIECE])
            if len(ids) > PIECE:
                self.worker.submit(self._copy_on, number, ids[PIECE:], urgency=Urgency.IDLE)
                return
            self._index.finish_rebuild()
            self._reconcile()  # what was embedded or removed meanwhile
        except (IndexUnavailableError, VaultError) as error:
            log.warning("%s", error.message)

    def _reconcile(self) -> None:
        name = self._embedder.id
        wanted = set(self._store.ask(lambda vault: vault.search.vector_ids(name)))
        there = set(self._index.ids())
        self._index.delete(sorted(there - wanted))
        missing = sorted(wanted - there)
        for start in range(0, len(missing), PIECE):
            self._copy(missing[start : start + PIECE])

    def _rebuild(self, progress: Progress) -> None:
        name = self._embedder.id
        ids = self._store.ask(lambda vault: vault.search.vector_ids(name))
        self._index.begin_rebuild()
        for start in range(0, len(ids), PIECE):
            progress.check()
            self._copy(ids[start : start + PIECE])
            progress.update(start, len(ids), "Building the index")
        self._index.finish_rebuild()

    def _copy(self, numbers: list[int]) -> None:
        name = self._embedder.id
        ids, matrix = self._store.ask(lambda vault: vault.search.vectors(name, numbers))
        self._index.upsert(ids, matrix)

    def _pending(self) -> int:
        name = self._embedder.id
        return self._store.ask(lambda vault: vault.search.pending_count(name))


def _vectors(vault: Vault, name: str, numbers: list[int]) -> "tuple[list[int], Array]":
    return vault.search.vectors(name, numbers)
