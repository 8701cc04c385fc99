"""Sees to it that what is new gets a place on the map, as long as the map is looked at."""

from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from memos_desktop.app.cube_map import MapState
from memos_desktop.errors import Cancelled, MemosError
from memos_desktop.ui.page import Context

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job

LOOK_AGAIN_MS = 4_000
SELDOM_MS = 60_000


class MapKeeper(QObject):
    """Places a few at once, many by a job, and lays the map out when there is none yet.

    Attributes:
        busy: whether a job is under way.

    Signals:
        placed(): there are new places.
        rearranged(): everything has a new place.
        changed(): `busy` did.
        said(str): what the person should know, "" for nothing.

    """

    placed = Signal()
    rearranged = Signal()
    changed = Signal()
    said = Signal(str)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._map = context.bridge, context.workspace.map
        self._job: Job | None = None
        self._declined = False
        self._pause = LOOK_AGAIN_MS
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._catch_up)

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self._job is not None

    def catch_up(self) -> None:
        """Something may be new."""
        self._pause = LOOK_AGAIN_MS
        self._catch_up()

    def look_again(self) -> None:
        """Some have no place yet: their vectors come one by one, and nobody tells."""
        if not self._again.isActive():
            self._again.start(self._pause)
            self._pause = min(SELDOM_MS, 2 * self._pause)

    def resume(self) -> None:
        """The person wants what was cancelled, or failed, after all."""
        self._declined = False
        self.catch_up()

    def rest(self) -> None:
        """The map is not looked at any more."""
        self._again.stop()

    def arrange(self) -> None:
        """Lay everything out anew."""
        self._declined = False
        if self._job is None:
            self._start(self._map.arrange())

    def _catch_up(self) -> None:
        if self._job is None:
            self._bridge.then(self._map.catch_up(), self._caught_up, self._refused, receiver=self)

    def _caught_up(self, state: MapState) -> None:
        self._tell(state)
        if state.fresh:
            self._pause = LOOK_AGAIN_MS
            self.placed.emit()
        if state.waiting and self._job is None and not self._declined:
            self._start(self._map.fill() if state.landmarks else self._map.arrange())

    def _start(self, job: "Job") -> None:
        self._job = job
        self.changed.emit()
        job.future.add_done_callback(self._bridge.relay(self._ended, receiver=self))
        self._bridge.then(job.future, self._done, self._refused, receiver=self)

    def _ended(self, future: "Future[MapState]") -> None:
        self._job = None
        error = future.exception()
        self._declined = error is not None  # it is not begun again by itself
        if isinstance(error, Cancelled):
            self.said.emit("It was cancelled. Memories that had a place keep it.")
        self.changed.emit()

    def _done(self, state: MapState) -> None:
        self._tell(state)
        self.rearranged.emit()

    def _refused(self, error: MemosError) -> None:
        self.said.emit(error.message)

    def _tell(self, state: MapState) -> None:
        self.said.emit(
            f"This map was laid out from {state.landmarks:,} memories; there are {state.placed:,} now."
            " Arrange it anew to see them apart."
            if state.outgrown
            else ""
        )
