"""Progress and cancel in one object: the call that reports is the call that may raise `Cancelled`."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from memos_desktop.errors import Cancelled


@dataclass(frozen=True, slots=True)
class ProgressState:
    """How far the work is. `total` 0 means unknown."""

    done: float = 0
    total: float = 0
    text: str = ""

    @property
    def fraction(self) -> float | None:
        """Between 0 and 1, or None when the total is unknown."""
        return min(1.0, self.done / self.total) if self.total else None


class Progress:
    """Handed into long work. The worker calls `update` or `check`; anybody may call `cancel`.

    Reports are throttled to one per `interval` seconds; the last one (done == total) always passes.
    """

    def __init__(self, report: Callable[[ProgressState], None] | None = None, interval: float = 0.1) -> None:
        self._report = report
        self._interval = interval
        self._last = 0.0
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; harmless when it has ended, or when called twice."""
        with self._lock:
            if self._cancelled.is_set():
                return
            self._cancelled.set()
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` on cancel, at once if that was before. Returns the function that unregisters it."""
        with self._lock:
            late = self._cancelled.is_set()
            self._callbacks.append(callback)
        if late:
            callback()

        def remove() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return remove

    def check(self) -> None:
        """Raise Cancelled if somebody asked to stop."""
        if self._cancelled.is_set():
            raise Cancelled

    def update(self, done: float, total: float = 0, text: str = "") -> None:
        """Report how far the work is. Raises Cancelled if somebody asked to stop."""
        self.check()
        moment = time.monotonic()
        if self._report and (moment - self._last >= self._interval or done == total != 0):
            self._last = moment
            self._report(ProgressState(done, total, text))
