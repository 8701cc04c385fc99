"""Work for the model when nobody waits for it. It ends at once when somebody does."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from memos_desktop.app.jobs import SerialWorker, Urgency
from memos_desktop.errors import Cancelled
from memos_desktop.progress import Progress, ProgressState

T = TypeVar("T")


class Leisure:
    """Runs work on the model's thread behind everything else there."""

    def __init__(self, worker: SerialWorker) -> None:
        self._worker = worker
        self._running: set[Progress] = set()

    def interrupt(self) -> None:
        """End what runs or waits: somebody wants the model. From any thread."""
        for progress in tuple(self._running):
            progress.cancel()

    def once(self, work: Callable[[Progress], T], progress: Progress | None = None) -> "Future[T]":
        """Do it when the model is free. `progress` is cancelled when somebody needs it, perhaps before it begins."""
        control = progress or Progress()
        self._running.add(control)

        future = self._worker.submit(work, control, urgency=Urgency.IDLE)
        future.add_done_callback(lambda _: self._running.discard(control))
        return future

    def persist(self, work: Callable[[Progress], T], control: Progress) -> T:
        """Do it, again from the start after an interruption, and wait. Raises Cancelled when `control` is cancelled.

        Never on the model's own thread.
        """
        while True:
            control.check()

            def report(state: ProgressState) -> None:
                control.update(state.done, state.total, state.text)

            attempt = Progress(report)
            forget = control.on_cancel(attempt.cancel)
            try:
                return self.once(partial(_checked, work), attempt).result()
            except Cancelled:
                control.check()
            finally:
                forget()


def _checked(work: Callable[[Progress], T], progress: Progress) -> T:
    progress.check()
    return work(progress)
