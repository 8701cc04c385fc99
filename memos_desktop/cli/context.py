"""What a verb works with: the data folder, opened when first needed, and ways to wait for long work."""

from typing import TYPE_CHECKING, Any, Self

from memos_desktop.cli.output import Output
from memos_desktop.errors import Cancelled, IndexUnavailableError, MemosError, VaultError
from memos_desktop.paths import DataFolder

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job
    from memos_desktop.app.workspace import Workspace


class Context:
    """One run of the command line. Close it: every thread and helper process ends then."""

    def __init__(self, folder: DataFolder, output: Output) -> None:
        self.folder = folder
        self.output = output
        self._workspace: Workspace | None = None
        self._clock_due = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def workspace(self) -> "Workspace":
        """The open data folder. Raises VaultError when it cannot be opened."""
        if self._workspace is None:
            from memos_desktop.app.workspace import Workspace

            self._workspace = Workspace.open(self.folder)
        if self._clock_due:
            self._clock_due = False
            self._let_expire()
        return self._workspace

    def begin(self, *, clock: bool) -> None:
        """A verb begins. With `clock`, what has expired by now moves before the verb sees the memories."""
        self._clock_due = clock

    def close(self) -> None:
        """Close the data folder, if it was opened."""
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None

    def finish(self, job: "Job") -> Any:
        """Wait for a job, showing its progress; an interrupt cancels it, and says so where that came too late."""
        unsubscribe = self.workspace.jobs.subscribe(self._show)
        try:
            return job.future.result()
        except KeyboardInterrupt:
            self._stop(job)
            raise
        finally:
            unsubscribe()

    def embed_pending(self, at_most: int | None = None) -> None:
        """Embed what has no vector yet, so that recall finds it by meaning too.

        Nothing is done when it is more than `at_most` texts, which would take long. Without a working
        embedder, or room for the vectors, this says so and goes on: keyword search needs none.
        """
        recall = self.workspace.recall
        pending = recall.index_state().result().pending
        if not pending or (at_most is not None and pending > at_most):
            return
        try:
            self.finish(recall.drain())
        except (IndexUnavailableError, VaultError) as error:
            self.output.note(error.message)

    def _stop(self, job: "Job") -> None:
        job.cancel()
        try:
            job.future.result()
        except Cancelled:
            return
        except MemosError as error:
            self.output.note(error.message)
        else:
            self.output.note("It was too late to stop it: it is done.")

    def _let_expire(self) -> None:
        """Without room for the step this says so and goes on: what has expired is not recalled in any case."""
        assert self._workspace is not None
        try:
            self._workspace.housekeeping.expire_due().result()
        except VaultError as error:
            self.output.note(error.message)

    def _show(self, job: "Job") -> None:
        self.output.progress(job.progress)
