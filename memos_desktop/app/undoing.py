"""Undo and redo of steps of any size: a large one is shown as a job, and cancelled it has not happened."""

from collections.abc import Iterator
from contextlib import contextmanager

from memos_desktop.app.jobs import Jobs
from memos_desktop.memory.changes import Changes
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault

LARGE = 1_000
"""Rows of a step from which on."""


def undo(jobs: Jobs, vault: Vault) -> Changes | None:
    """Take the last step back; None when there is none."""
    with _shown(jobs, vault, "Undoing", vault.journal.undoable()) as progress:
        return vault.journal.undo(progress)


def redo(jobs: Jobs, vault: Vault) -> Changes | None:
    """Make the step again that was undone last; None when there is none."""
    with _shown(jobs, vault, "Redoing", vault.journal.redoable()) as progress:
        return vault.journal.redo(progress)


def undo_step(jobs: Jobs, vault: Vault, step_id: int) -> Changes:
    """Take this step back. Raises UserError when something else was changed since."""
    with _shown(jobs, vault, "Undoing", vault.journal.undoable()) as progress:
        return vault.journal.undo_step(step_id, progress)


@contextmanager
def _shown(jobs: Jobs, vault: Vault, doing: str, step: tuple[int, str] | None) -> Iterator[Progress | None]:
    if step is None or vault.journal.size(step[0]) < LARGE:
        yield None
        return
    with jobs.shown(f"{doing}: {step[1]}") as progress:
        yield progress
