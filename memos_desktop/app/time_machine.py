"""The time machine's use cases: snapshots, the vault as it was, what differs between two points, and the way back.

Looking at the past happens on a thread of its own, which reads the file beside the vault's thread: nobody waits for it.
Only making snapshots and restoring write, on the vault's thread.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TypeVar

from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import Job, Jobs, SerialWorker, Urgency
from memos_desktop.app.store import Store
from memos_desktop.app.what_if import WhatIf, WhatIfs
from memos_desktop.errors import NotFoundError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, CubeFilter, CubePage, SortKey
from memos_desktop.memory.snapshot import NOW, CubeDiff, Fate, History, Moment, Place, Point, Snapshot, VaultDiff
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault import moments, past
from memos_desktop.vault.database import Database
from memos_desktop.vault.past import Past
from memos_desktop.vault.restoring import Restored, restore
from memos_desktop.vault.snapshots import Snapshots
from memos_desktop.vault.vault import Vault

T = TypeVar("T")
LISTED = 1_000
"""How many memories of each fate a diff names; the counts are complete."""
MIRRORED = {Fate.ADDED: Fate.REMOVED, Fate.REMOVED: Fate.ADDED, Fate.CHANGED: Fate.CHANGED}


@dataclass(frozen=True, slots=True)
class PastPage:
    """One page of the vault as it was, and by id what has happened since to those that are not the same now."""

    page: CubePage
    fates: Mapping[str, CubeDiff]


@dataclass(frozen=True, slots=True)
class Compared:
    """One cube then and now; None where it was or is not there. `diff` is None where it is the same."""

    then: Cube | None
    now: Cube | None
    diff: CubeDiff | None


class TimeMachine:
    """Use cases on the history of the vault. Methods return futures; a point is a snapshot, a step or a moment."""

    def __init__(
        self, folder: DataFolder, store: Store, jobs: Jobs, events: Broadcast[Changes], what_ifs: WhatIfs
    ) -> None:
        self._folder = folder
        self._store = store
        self._jobs = jobs
        self._what_ifs = what_ifs
        self._worker = SerialWorker("past")
        self._reading: Database | None = None
        self._open: set[OpenPast] = set()
        self._unsubscribe = events.subscribe(self._on_changes)

    def snapshot(self, name: str, note: str = "", point: Point = NOW) -> "Future[Snapshot]":
        """Name the present or another point. Raises UserError for a name that is taken, VaultError on a full disk."""
        if point == NOW:
            return self._store.read(lambda vault: vault.snapshots.create(name, note))

        def work(database: Database) -> Snapshot:
            place = Snapshots(database).place(point)
            now_there = int(database.value("SELECT count(*) FROM cubes WHERE binned IS NULL"))
            counts, _ = past.diff(database, place.step_id, Snapshots(database).place(NOW).step_id, 0)
            there = now_there - counts[Fate.ADDED] + counts[Fate.REMOVED]
            made = Snapshot("", "", place.time, place.step_id, False, there)
            return self._store.ask(lambda vault: vault.snapshots.create(name, note, made))

        return self._ask(work)

    def before(self, what: str, cubes: int | None = None) -> "Future[Snapshot | None]":
        """An automatic snapshot before something large; see `Snapshots.before`."""
        return self._store.read(lambda vault: vault.snapshots.before(what, cubes))

    def snapshots(self) -> "Future[tuple[Snapshot, ...]]":
        """Every snapshot, the newest place first."""
        return self._ask(lambda database: Snapshots(database).list())

    def rename(self, name: str, new: str) -> "Future[Snapshot]":
        """Give a snapshot another name."""
        return self._store.read(lambda vault: vault.snapshots.rename(name, new))

    def delete(self, name: str) -> "Future[Snapshot]":
        """Let go of a snapshot; no memory is touched."""
        return self._store.read(lambda vault: vault.snapshots.delete(name))

    def put_back(self, snapshot: Snapshot) -> "Future[Snapshot]":
        """Bring back a snapshot that was deleted."""
        return self._store.read(lambda vault: vault.snapshots.put_back(snapshot))

    def place(self, point: Point) -> "Future[Place]":
        """The step that a point means. Raises NotFoundError."""
        return self._ask(lambda database: Snapshots(database).place(point))

    def moments(self) -> "Future[History]":
        """What a slider over the history offers."""
        return self._ask(moments.history)

    def neighbour(self, step_id: int, later: bool) -> "Future[Moment | None]":
        """The next change of a memory after a step, or the last one before it."""
        return self._ask(lambda database: moments.neighbour(database, step_id, later))

    def diff(self, since: Point, until: Point, limit: int = LISTED) -> "Future[VaultDiff]":
        """What differs between two points: what was added, removed and changed on the way from one to the other."""

        def work(database: Database) -> VaultDiff:
            snapshots = Snapshots(database)
            a, b = snapshots.place(since), snapshots.place(until)
            low, high = sorted((a.step_id, b.step_id))
            counts, diffs = past.diff(database, low, high, limit)
            if a.step_id > b.step_id:
                counts = {MIRRORED[fate]: count for fate, count in counts.items()}
                diffs = tuple(replace(one, fate=MIRRORED[one.fate]) for one in diffs)
            return _listed(a, b, counts, diffs)

        return self._ask(work)

    def at(self, point: Point) -> "Future[OpenPast]":
        """The vault as it was, open for looking at. Close it: it holds a copy in memory."""

        def work(database: Database) -> OpenPast:
            place = Snapshots(database).place(point)
            opened = OpenPast(self, self._worker, Past(database, self._folder.blobs, place.step_id), place)
            self._open.add(opened)
            return opened

        return self._ask(work)

    def restore(self, point: Point, ids: Sequence[str] | None = None) -> "Future[Restored]":
        """Bring memories back to how they were, these or all, as one new step that can be undone.

        Bringing all back is shown as a job, which can be cancelled: nothing was changed then.
        """

        def work(vault: Vault) -> tuple[Changes, Restored]:
            place = vault.snapshots.place(point)
            if ids is not None:
                done = restore(vault, place, ids)
            else:
                with self._jobs.shown("Restoring all memories") as progress:
                    done = restore(vault, place, None, progress)
            return done.changes, done

        return self._store.make(work)

    def what_if(self, point: Point) -> Job:
        """A temporary chat whose memory is that of a point in the past; the job's result is a WhatIf. Close it."""

        def work(progress: Progress) -> WhatIf:
            database = self._read()
            place = Snapshots(database).place(point)
            progress.update(0, 2, "Copying the memories")
            copy = Past(database, self._folder.blobs, place.step_id, chats=True)
            try:
                progress.check()
                progress.update(1, 2, "Preparing the search")
                copy.prepare_question(place.time)
            except BaseException:
                copy.close()
                raise
            return self._what_ifs.over(copy, place, self._worker)

        return self._jobs.start("Going back in time", self._worker, work)

    def interrupt(self) -> None:
        """End the answers of what-if chats: the program closes."""
        self._what_ifs.interrupt()

    def close(self) -> None:
        """Give all memory back and end the thread. Answers that need it have ended before."""
        self._unsubscribe()
        self._what_ifs.close()
        self._worker.call(self._close_all)
        self._worker.close()

    def forget(self, opened: "OpenPast") -> None:
        """It is closed."""
        self._open.discard(opened)

    def _close_all(self) -> None:
        for opened in tuple(self._open):
            opened.shut()
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _ask(self, function: "Callable[[Database], T]") -> "Future[T]":
        return self._worker.submit(lambda: function(self._read()), urgency=Urgency.NOW)

    def _read(self) -> Database:
        if self._reading is None:
            self._reading = Database(self._folder.database)
        return self._reading

    def _on_changes(self, changes: Changes) -> None:
        if changes.cubes:  # also while a view is being opened: that worker comes to this after it
            self._worker.submit(self._drop_forgotten, changes, urgency=Urgency.NOW)

    def _drop_forgotten(self, changes: Changes) -> None:
        for opened in tuple(self._open):  # one may be closed meanwhile
            opened.drop_forgotten(changes)
        self._what_ifs.drop_forgotten(changes)


class OpenPast:
    """The vault as it was, open for looking at. Methods return futures; `move` goes to another step of the history.

    Attributes:
        place: where it was opened, or moved to last.

    """

    def __init__(self, machine: TimeMachine, worker: SerialWorker, copy: Past, place: Place) -> None:
        self._machine = machine
        self._worker = worker
        self._copy = copy
        self._closed = False
        self.place = place

    def move(self, place: Place) -> "Future[None]":
        """Show another step. What is asked afterwards is answered from there."""

        def work() -> None:
            self._copy.move(place.step_id)
            self.place = place

        return self._do(work)

    def page(
        self,
        wanted: CubeFilter,
        offset: int,
        limit: int,
        sort: SortKey = SortKey.CREATED,
        descending: bool = True,
    ) -> "Future[PastPage]":
        """One page of the cubes as they were, with what has happened to them since."""

        def work() -> PastPage:
            page = self._copy.page(wanted, offset, limit, sort, descending)
            return PastPage(page, self._copy.fates(cube.id for cube in page.cubes))

        return self._do(work)

    def cube(self, cube_id: str) -> "Future[Cube]":
        """One cube as it was. Raises NotFoundError."""
        return self._do(lambda: self._copy.cube(cube_id))

    def compare(self, cube_id: str) -> "Future[Compared]":
        """One cube then and now."""

        def work() -> Compared:
            try:
                then: Cube | None = self._copy.cube(cube_id)
            except NotFoundError:
                then = None
            return Compared(then, self._copy.present(cube_id), self._copy.fates([cube_id]).get(cube_id))

        return self._do(work)

    def since(self, limit: int = LISTED) -> "Future[VaultDiff]":
        """What has happened since: complete counts, and the first of each fate."""

        def work() -> VaultDiff:
            counts, diffs = self._copy.since(limit)
            return _listed(self.place, Place(self._copy.latest(), self.place.time), counts, diffs)

        return self._do(work)

    def close(self) -> None:
        """Give the memory back. Calling it twice is harmless."""
        self._machine.forget(self)
        self._worker.submit(self.shut)

    def shut(self) -> None:
        """The same at once, on the thread that looks at the past."""
        if not self._closed:
            self._closed = True
            self._copy.close()

    def drop_forgotten(self, changes: Changes) -> None:
        """What was forgotten for good meanwhile is gone from the past too."""
        if not self._closed:
            self._copy.forget(changes.cubes)

    def _do(self, function: "Callable[[], T]") -> "Future[T]":
        return self._worker.submit(function, urgency=Urgency.NOW)


def _listed(since: Place, until: Place, counts: dict[Fate, int], diffs: Sequence[CubeDiff]) -> VaultDiff:
    named = {fate: tuple(one for one in diffs if one.fate is fate) for fate in counts}
    return VaultDiff(since, until, counts, named[Fate.ADDED], named[Fate.REMOVED], named[Fate.CHANGED])
