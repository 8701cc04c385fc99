"""The map of memories: places for all of them by what they mean, and the words that name its regions.

The layout is made once, from up to 1,600 landmarks; whatever comes later is placed among them and moves nothing. A new
layout is made on demand only.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from memos_desktop.app.jobs import Job, Jobs, SerialWorker, Urgency
from memos_desktop.app.regions import Region, regions
from memos_desktop.app.store import Store
from memos_desktop.engine.layout import MapLayout
from memos_desktop.engine.placing import FEW, offsets
from memos_desktop.errors import IndexUnavailableError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.progress import Progress
from memos_desktop.vault.cube_numbers import Looks
from memos_desktop.vault.vault import Vault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

LANDMARKS = 1_600
FEWEST = 64
"""With fewer landmarks left than this, of a layout that had more, some of those they placed join them."""
PIECE = 4_096
SILENT = 1_024
"""Up to so many new memories are placed without a job in the jobs bar."""
SEED = 1
APART = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class MapPlaces:
    """All that a filter lets through: how it looks, and its place, as (n, 2); not a number where it has none."""

    looks: Looks
    places: "Array"


@dataclass(frozen=True, slots=True)
class MapState:
    """How the map is: memories with a place, landmarks among them, those that wait for one, those that just got one."""

    placed: int
    landmarks: int
    waiting: int
    fresh: int = 0

    @property
    def outgrown(self) -> bool:
        """Whether a new layout would show much that this one cannot: it was made from few memories."""
        return self.landmarks < min(LANDMARKS, self.placed // 4)


class CubeMap:
    """Use cases of the map."""

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store = store
        self._jobs = jobs
        self._worker = SerialWorker("map")
        self._lock = threading.Lock()
        self._layout: MapLayout | None = None
        self._closed = False

    def places(self, wanted: CubeFilter) -> "Future[MapPlaces]":
        """Where everything lies that `wanted` lets through."""
        return self._store.read(lambda vault: _places(vault, wanted, now()), Urgency.NOW)

    def catch_up(self) -> "Future[MapState]":
        """Place what is new, if it is little and there is a layout; says what is left to do."""

        def work() -> MapState:
            _, landmarks = self._store.slip(lambda vault: vault.places.landmarks())
            waiting = self._store.slip(lambda vault: vault.places.waiting(SILENT + 1))
            fresh = 0
            if len(landmarks) and 0 < len(waiting) <= SILENT:
                self._place(waiting, Progress())
                fresh, waiting = len(waiting), []
            return MapState(self._store.slip(lambda v: v.places.placed()), len(landmarks), len(waiting), fresh)

        return self._worker.submit(work)

    def fill(self) -> Job:
        """Place everything that is new; the job's result is a MapState."""

        def work(progress: Progress) -> MapState:
            waiting = self._store.slip(lambda vault: vault.places.waiting(-1))
            self._place(waiting, progress)
            return self._state()

        return self._jobs.start("Placing memories on the map", self._worker, work)

    def arrange(self) -> Job:
        """Lay the map out anew and place everything; the job's result is a MapState. A cancel changes nothing."""
        return self._jobs.start("Arranging the map", self._worker, self._arrange)

    def regions(self, shown: MapPlaces) -> "Future[tuple[Region, ...]]":
        """The regions of the map with the words that name them, coarse ones first; `shown` gives what lies there."""

        def texts(numbers: Sequence[int]) -> tuple[str, ...]:
            return self._store.slip(lambda vault: vault.numbers.beginnings(numbers))

        return self._worker.submit(lambda: regions(shown.looks.numbers, shown.places, texts))

    def close(self) -> None:
        """End the helper process and the worker; what runs fails or has ended."""
        with self._lock:
            self._closed = True
            layout = self._layout
        if layout is not None:
            layout.close()
        self._worker.close()

    def _arrange(self, progress: Progress) -> MapState:
        import numpy as np

        ids = self._store.slip(lambda vault: vault.places.candidates())
        if not ids:
            raise UserError(
                "No memory can be placed yet: none has been read by meaning. Nothing was changed.",
                "Wait until the memories are indexed; the search by meaning needs the same.",
            )
        progress.update(0, len(ids), "Choosing landmarks")
        chosen = sorted(np.random.default_rng(SEED).permutation(len(ids))[:LANDMARKS].tolist())
        marks, vectors = self._vectors([ids[at] for at in chosen])
        with self._opened() as layout:
            progress.update(0, len(ids), "Arranging landmarks")
            spots = self._watched(progress, layout, lambda: layout.arrange(vectors))
            if len(marks) < FEW:  # two directions may not tell them apart
                spots = spots + np.float32(APART) * offsets(marks)
            marked = frozenset(marks)
            rest = [id for id in ids if id not in marked]
            done: list[tuple[list[str], Array]] = [(marks, spots)]
            for piece in _pieces(rest):
                progress.update(len(marks) + sum(len(one) for one, _ in done[1:]), len(ids), "Placing memories")
                done.append(self._placed(layout, piece, vectors, spots))
        names = [id for part, _ in done for id in part]
        where = np.concatenate([part for _, part in done if len(part)])
        progress.update(len(ids), len(ids), "Keeping the places")
        self._store.slip(lambda vault: vault.places.arrange(names, where, marks))
        return self._state()

    def _place(self, waiting: Sequence[str], progress: Progress) -> None:
        marks, spots = self._store.slip(lambda vault: vault.places.landmarks())
        if len(marks) < FEWEST:
            self._store.slip(lambda vault: vault.places.promote(FEWEST))
            marks, spots = self._store.slip(lambda vault: vault.places.landmarks())
        known, vectors = self._vectors(marks)
        if not known:
            return
        spots = spots[[place for place, id in enumerate(marks) if id in frozenset(known)]]
        with self._opened() as layout:
            for number, piece in enumerate(_pieces(waiting)):
                progress.update(number * PIECE, len(waiting), "Placing memories")
                ids, places = self._placed(layout, piece, vectors, spots)
                self._store.slip(partial(_put, ids, places))

    def _placed(
        self, layout: MapLayout, piece: Sequence[str], vectors: "Array", spots: "Array"
    ) -> "tuple[list[str], Array]":
        ids, own = self._vectors(piece)
        return ids, layout.place(own, ids, vectors, spots) if ids else spots[:0]

    def _vectors(self, ids: Sequence[str]) -> "tuple[list[str], Array]":
        return self._store.slip(lambda vault: vault.places.vectors(ids))

    def _watched(self, progress: Progress, layout: MapLayout, work: "Callable[[], Array]") -> "Array":
        """Run `work` in the helper process; a cancel ends the process at once."""
        remove = progress.on_cancel(layout.close)
        try:
            return work()
        except IndexUnavailableError:
            progress.check()  # it was ended because the person cancelled
            raise
        finally:
            remove()

    def _opened(self) -> MapLayout:
        with self._lock:
            self._layout = MapLayout()
            if self._closed:
                self._layout.close()
            return self._layout

    def _state(self) -> MapState:
        def read(vault: Vault) -> MapState:
            landmarks, _ = vault.places.landmarks()
            return MapState(vault.places.placed(), len(landmarks), len(vault.places.waiting(1)))

        return self._store.slip(read)


def _pieces(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + PIECE] for at in range(0, len(ids), PIECE)]


def _put(ids: Sequence[str], places: "Array", vault: Vault) -> None:
    if ids:
        vault.places.put(ids, places)


def _places(vault: Vault, wanted: CubeFilter, moment: datetime) -> MapPlaces:
    import numpy as np

    looks = vault.numbers.looks(wanted, moment)
    table = vault.places.by_number()
    places = np.full((len(looks.numbers), 2), np.nan, np.float32)
    inside = looks.numbers < len(table)
    places[inside] = table[looks.numbers[inside]]
    return MapPlaces(looks, places)
