"""What a program does when nobody waits: copies of the day, the bin emptied, what time does to memories.

Each step is by itself: a full disk that refuses the copy of the day must not keep the bin from being emptied.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

from memos_desktop.app.jobs import Job, Jobs, Urgency
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.reviews import Reviews
from memos_desktop.app.store import Store
from memos_desktop.app.sweeping import Sweeper, expire_due
from memos_desktop.errors import MemosError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault import backup
from memos_desktop.vault.vault import Vault

BIN_DAYS = timedelta(days=30)
USE_DAYS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Tidied:
    """What tidying did: removed from the bin for good, moved by the clock, and bytes of kept states given back."""

    cubes: int
    messages: int
    moved: int
    freed: int


class Housekeeping:
    """Keeps a vault in order, behind everything that somebody waits for."""

    def __init__(
        self, folder: DataFolder, store: Store, jobs: Jobs, kept: KeptStates, sweeper: Sweeper, reviews: Reviews
    ) -> None:
        self._folder = folder
        self._store = store
        self._jobs = jobs
        self._kept = kept
        self._sweeper = sweeper
        self._reviews = reviews

    def begin(self) -> "Future[None]":
        """What a start does. The future fails with the first step that did, after all others were done."""

        def work() -> None:
            self._sweeper.start()
            self._reviews.start()
            purged, failed = self._put_in_order()
            self._kept.tidy(purged.cubes)
            if failed:
                raise failed[0]

        return self._store.worker.submit(work, urgency=Urgency.IDLE)

    def once(self) -> Job:
        """The same for a program that does not stay, with what time has done to memories; the result is a Tidied."""

        def work(progress: Progress) -> Tidied:
            purged, failed = self._store.worker.call(self._put_in_order)
            moved = self._sweeper.run_once(progress)
            freed = self._kept.tidy(purged.cubes).result()
            if failed:
                raise failed[0]
            return Tidied(len(purged.cubes), len(purged.messages), len(moved), freed)

        return self._jobs.start("Tidying up", self._store.background, work)

    def expire_due(self) -> "Future[Changes]":
        """Let expire what is due, and nothing else: takes no time where nothing is."""
        return self._store.change(expire_due)

    def _put_in_order(self) -> tuple[Changes, list[MemosError]]:
        """A backup and a snapshot a day, old uses forgotten, the bin emptied; what was removed from it, what failed."""
        failed: list[MemosError] = []
        steps: tuple[Callable[[Vault], object], ...] = (
            lambda vault: backup.create_daily(self._folder, vault.database),
            lambda vault: vault.snapshots.daily(),
            lambda vault: vault.uses.trim(now() - USE_DAYS),
        )
        for step in steps:
            try:
                self._store.ask(step)
            except MemosError as error:
                failed.append(error)
        purged = Changes()
        try:
            purged = self._store.apply(lambda vault: vault.cubes.purge_bin(now() - BIN_DAYS))
            if purged.cubes:
                self._store.ask(lambda vault: vault.blobs.collect())  # the files of adapters among them
        except MemosError as error:
            failed.append(error)
        return purged, failed
