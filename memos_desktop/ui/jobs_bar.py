"""Long work, shown in one bar at the bottom: what runs, how far it is, and a way to cancel."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import ElidedLabel, IconButton, label

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job, Jobs

ENDED = frozenset({"done", "failed", "cancelled"})


class JobRow(QFrame):
    """One job: title, what it is doing, bar, cancel. A failed one says why until it is dismissed."""

    def __init__(self, icons: Icons, job: "Job") -> None:
        super().__init__()
        self.job = job
        self.title = label(job.title, "strong")
        self.detail = ElidedLabel("", "meta")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(200)
        self.bar.setAccessibleName(job.title)
        self.stop = IconButton(icons, "close", f"Cancel: {job.title}", size=14)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, HALF, GRID, HALF)
        row.setSpacing(2 * GRID)
        for widget in (self.title, self.detail, self.bar, self.stop):
            row.addWidget(widget, 1 if widget is self.detail else 0)
        self.show_job(job)

    def show_job(self, job: "Job") -> None:
        """Bring the row up to date."""
        self.job = job
        fraction = job.progress.fraction
        if job.state == "failed":
            self.detail.set_text(f"{job.error} {job.hint}".strip())
            self.detail.setProperty("look", "danger")
            self.detail.style().polish(self.detail)
            self.bar.hide()
            self.stop.set_name(f"Dismiss: {job.title}")
        else:
            waiting = "Waiting" if job.state == "queued" else ""
            self.detail.set_text(job.progress.text or waiting)
            self.bar.setRange(0, 0 if fraction is None else 1000)
            self.bar.setValue(round(1000 * (fraction or 0)))


class JobsBar(QFrame):
    """The rows of all jobs that run or have failed; hidden when there are none."""

    def __init__(self, icons: Icons, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("look", "bar")
        self.setAccessibleName("Running jobs")
        self._icons, self._bridge = icons, bridge
        self.rows: dict[object, JobRow] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, HALF, 0, HALF)
        self._box.setSpacing(0)
        self.hide()

    def attach(self, jobs: "Jobs") -> None:
        """Show the jobs of this workspace from now on."""
        jobs.subscribe(self._bridge.relay(self._on_job))
        for job in jobs.active():
            self._on_job(job)

    @Slot(object)
    def _on_job(self, job: "Job") -> None:
        row = self.rows.get(job.id)
        if job.state in ENDED and job.state != "failed":
            self._remove(job.id)
        elif row is None:
            row = self.rows[job.id] = JobRow(self._icons, job)
            row.stop.clicked.connect(lambda: self._pressed(job.id))
            self._box.addWidget(row)
        else:
            row.show_job(job)
        self.setVisible(bool(self.rows))

    def _pressed(self, job_id: object) -> None:
        row = self.rows[job_id]
        if row.job.state == "failed":
            self._remove(job_id)
            self.setVisible(bool(self.rows))
        else:
            row.stop.setEnabled(False)
            row.job.cancel()

    def _remove(self, job_id: object) -> None:
        row = self.rows.pop(job_id, None)
        if row is not None:
            row.hide()
            row.deleteLater()
