"""The models that can be had by name: one row each, with what it takes and one thing to do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.ui.cubes.words import size
from memos_desktop.ui.models import words
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, button, label
from memos_desktop.ui.widgets.fields import progress_bar

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job
    from memos_desktop.engine.model_library import ModelEntry

HERE = {
    "": ("On this computer", "muted", "disk"),
    "loading": ("Loading", "accent", "clock"),
    "ready": ("In use", "good", "check"),
}


class ModelRow(QWidget):
    """One model of the catalogue.

    Signals:
        use_wanted(str), download_wanted(str), cancel_wanted(str): with the model's name.
    """

    use_wanted = Signal(str)
    download_wanted = Signal(str)
    cancel_wanted = Signal(str)

    def __init__(self, context: Context, entry: "ModelEntry") -> None:
        super().__init__()
        self.entry = entry
        self._status = ""
        self._job: Job | None = None
        said, token, icon = words.FITS.get(entry.fits, ("", "muted", ""))
        self.fits = Badge(context.theme, said, token, icon, context.icons)
        if not said:
            self.fits.hide()
        self.here = Badge(context.theme, "", icons=context.icons)
        self.bar = progress_bar(f"Download of {entry.title}")
        self.bar.setRange(0, 1000)
        self.progress = label("", "meta")
        self.action = button("")
        self.action.setMinimumWidth(context.theme.px(96))
        self.action.clicked.connect(self._act)
        self._lay_out()
        self.show_entry(entry, "")

    def show_entry(self, entry: "ModelEntry", status: str) -> None:
        """Bring the row up to date. `status` is "ready" or "loading" for the model in use, else empty."""
        self.entry = entry
        self._status = status
        self._update()

    def show_job(self, job: "Job | None") -> None:
        """Follow the download, or stop following it."""
        self._job = job
        self._update()

    def _update(self) -> None:
        ready, loading = self.entry.state == "ready", self._job is not None
        self.here.setVisible(ready and not loading)
        if ready:
            self.here.set_badge(*HERE[self._status])
        verb = "Cancel" if loading else "Use" if ready else "Download"
        self.action.setText(verb)
        self.action.setAccessibleName(f"{verb}: {self.entry.title}")
        self.action.setVisible(not (ready and self._status))
        self.action.setToolTip("" if ready or loading else "From " + "\nor ".join(self.entry.sources))
        self.bar.setVisible(loading)
        self.progress.setVisible(loading)
        if self._job is not None:
            self._show_progress(self._job)

    def _show_progress(self, job: "Job") -> None:
        state = job.progress
        self.bar.setRange(0, 1000 if state.fraction is not None else 0)
        self.bar.setValue(round(1000 * (state.fraction or 0)))
        done = f"{state.fraction:.0%}" if state.fraction is not None else "Waiting"
        self.progress.setText(f"{done} · {state.text}" if state.text else done)

    def _act(self) -> None:
        if self._job is not None:
            self.cancel_wanted.emit(self.entry.name)
        elif self.entry.state == "ready":
            self.use_wanted.emit(self.entry.name)
        else:
            self.download_wanted.emit(self.entry.name)

    def _lay_out(self) -> None:
        entry = self.entry
        meta = " · ".join(
            part for part in (size(entry.size), words.parameters(entry.parameters), entry.license) if part
        )
        head = QHBoxLayout()
        head.setSpacing(GRID)
        for widget in (label(entry.title, "strong"), self.here, self.fits):
            head.addWidget(widget)
        head.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(HALF)
        texts.addLayout(head)
        texts.addWidget(label(entry.note, "", wrap=True))
        texts.addWidget(label(meta, "meta", wrap=True))
        texts.addWidget(self.bar)
        texts.addWidget(self.progress)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        row.setSpacing(2 * GRID)
        row.addLayout(texts, 1)
        row.addWidget(self.action, alignment=Qt.AlignmentFlag.AlignVCenter)
