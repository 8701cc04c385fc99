"""Workers and jobs: one serial thread owns each thing that needs one owner, and long work can be watched and ended."""

import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from memos_desktop.app.events import Broadcast
from memos_desktop.errors import Cancelled, MemosError, UserError
from memos_desktop.progress import Progress, ProgressState

T = TypeVar("T")


class Urgency(IntEnum):
    """Which work a worker takes first. Work of one urgency runs in the order it came."""

    NOW = 0
    SOON = 1
    IDLE = 2


class SerialWorker:
    """One thread that does one thing at a time. What it owns is touched by no other thread."""

    def __init__(self, name: str) -> None:
        self._queue: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, function: Callable[..., T], *arguments: Any, urgency: Urgency = Urgency.SOON) -> "Future[T]":
        """Run `function` on this worker's thread, later. After `close` the future fails with UserError."""
        future: Future[T] = Future()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*arguments))
                except BaseException as error:  # the future carries it to whoever waits
                    future.set_exception(error)

        with self._lock:
            if not self._closed:
                self._queue.put((urgency, next(self._numbers), work))
                return future
        future.set_exception(UserError("The program is closing, so this was not started."))
        return future

    def call(self, function: Callable[..., T], *arguments: Any, urgency: Urgency = Urgency.NOW) -> T:
        """Run `function` on this worker's thread and wait for its result; at once when this is that thread."""
        if threading.current_thread() is self._thread:
            return function(*arguments)
        return self.submit(function, *arguments, urgency=urgency).result()

    def close(self) -> None:
        """Do what is queued, then end the thread. Calling it twice is harmless."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put((len(Urgency), next(self._numbers), None))
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while (work := self._queue.get()[2]) is not None:
            work()


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(eq=False)
class Job:
    """Long work that a person can watch and end. `future` has its result, or raises what it raised."""

    id: int
    title: str
    state: JobState = JobState.QUEUED
    progress: ProgressState = field(default_factory=ProgressState)
    error: str = ""
    hint: str = ""
    future: "Future[Any]" = field(default_factory=Future)
    _control: Progress | None = None

    def cancel(self) -> None:
        """Ask it to stop; what is finished is kept."""
        if self._control:
            self._control.cancel()


class Jobs(Broadcast[Job]):
    """All jobs that run or wait; subscribers hear of every change of one."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)
        self._active: dict[int, Job] = {}

    def active(self) -> tuple[Job, ...]:
        """What runs or waits, oldest first."""
        return tuple(self._active.values())

    def start(
        self, title: str, worker: SerialWorker, work: Callable[[Progress], T], urgency: Urgency = Urgency.SOON
    ) -> Job:
        """Run `work` on `worker` as a job."""
        job = Job(next(self._numbers), title)

        def report(state: ProgressState) -> None:
            job.progress = state
            self.publish(job)

        job._control = Progress(report)
        self._active[job.id] = job
        self.publish(job)
        started = worker.submit(self._run, job, job._control, work, urgency=urgency)
        if started.done() and (error := started.exception()):  # the worker is closed
            self._fail(job, error)
        return job

    @contextmanager
    def shown(self, title: str) -> Iterator[Progress]:
        """Show what the calling thread does meanwhile as a job. Who asked for it is told how it ends, not the job."""
        job = Job(next(self._numbers), title, JobState.RUNNING)

        def report(state: ProgressState) -> None:
            job.progress = state
            self.publish(job)

        job._control = Progress(report)
        self._active[job.id] = job
        self.publish(job)
        try:
            yield job._control
        except BaseException:
            self._end(job, JobState.CANCELLED)
            raise
        self._end(job, JobState.DONE)

    def _run(self, job: Job, control: Progress, work: Callable[[Progress], T]) -> None:
        job.state = JobState.RUNNING
        self.publish(job)
        try:
            control.check()
            result = work(control)
        except Cancelled as error:
            self._end(job, JobState.CANCELLED)
            job.future.set_exception(error)
        except BaseException as error:  # the future carries it to whoever waits
            self._fail(job, error)
        else:
            self._end(job, JobState.DONE)
            job.future.set_result(result)

    def _fail(self, job: Job, error: BaseException) -> None:
        job.error = error.message if isinstance(error, MemosError) else f"{type(error).__name__}: {error}"
        job.hint = error.hint if isinstance(error, MemosError) else ""
        self._end(job, JobState.FAILED)
        job.future.set_exception(error)

    def _end(self, job: Job, state: JobState) -> None:
        job.state = state
        self._active.pop(job.id, None)
        self.publish(job)
