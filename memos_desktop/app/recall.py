"""Recall: a MemoryCall to ranked memories with reasons."""

import time
from concurrent.futures import Future
from dataclasses import dataclass, replace

from memos_desktop.app.indexing import Indexing, IndexStatus
from memos_desktop.app.jobs import Job, Jobs, SerialWorker
from memos_desktop.app.store import Store
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.ids import now
from memos_desktop.memory import reader
from memos_desktop.memory.call import Candidate, MemoryCall, Recalled
from memos_desktop.memory.recall import rank
from memos_desktop.texts import one_line, plain

DEPTH = 100


@dataclass(frozen=True, slots=True)
class RecallAnswer:
    """What a recall found, in order; `note` says when it had to do without the embedder."""

    results: tuple[Recalled, ...]
    call: MemoryCall
    ms: float
    note: str = ""


class Recall:
    """Finds memories. Its own worker only orchestrates, so that the vault and the index stay free for others."""

    def __init__(self, store: Store, indexing: Indexing, jobs: Jobs) -> None:
        self._store = store
        self._indexing = indexing
        self._jobs = jobs
        self._worker = SerialWorker("recall")

    def recall(self, call: MemoryCall | str, k: int = 10, project: str | None = None) -> "Future[RecallAnswer]":
        """Ranked memory for a question or an explicit request."""
        if isinstance(call, str):
            call = replace(reader.read(plain(call), now(), k), project=one_line(project or "") or None)
        return self._worker.submit(self.find, call)

    def find(self, call: MemoryCall) -> RecallAnswer:
        """The same, on the calling thread (a worker). Falls back to keywords when meaning cannot be had."""
        start = time.perf_counter()
        note = ""
        try:
            vector, nearest = self._indexing.nearest(call.query, DEPTH)
        except IndexUnavailableError as error:
            note = error.message
            found: tuple[Candidate, ...] = self._store.ask(lambda v: v.search.candidates(call, None, [], DEPTH))
        else:
            found = self._store.ask(lambda v: v.search.candidates(call, vector, nearest, DEPTH))
        results = rank(call, found)
        return RecallAnswer(results, call, (time.perf_counter() - start) * 1000, note)

    def index_state(self) -> "Future[IndexStatus]":
        """How the index is."""
        return self._worker.submit(self._indexing.status)

    def warm_up(self) -> "Future[None]":
        """Start the embedder and the index before the first question."""
        return self._indexing.warm_up()

    def drain(self) -> Job:
        """Embed everything that waits."""
        return self._jobs.start("Reading memories by meaning", self._store.background, self._indexing.drain)

    def rebuild_index(self) -> Job:
        """Make the vector index again from the vault."""
        return self._jobs.start("Building the index again", self._indexing.worker, self._indexing.rebuild)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()
