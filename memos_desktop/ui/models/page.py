"""The Models page: this computer, the model in use, and the models that can be had."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout

from memos_desktop.engine.hardware import Hardware
from memos_desktop.errors import MemosError
from memos_desktop.ui.models.catalogue import ModelRow
from memos_desktop.ui.models.current import CurrentModel
from memos_desktop.ui.page import Context, Page
from memos_desktop.ui.theme import GRID, ICON
from memos_desktop.ui.widgets import Card, Picture, Skeleton, button, label, line
from memos_desktop.ui.widgets.column import column

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job
    from memos_desktop.app.models import ModelState
    from memos_desktop.engine.model_library import ModelEntry

FILES = ("Models (*.gguf)", "All files (*)")
ENDED = frozenset({"done", "failed", "cancelled"})


class ModelsPage(Page):
    """Chooses, downloads and explains models."""

    title = "Models"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._models = context.workspace.models
        self.hardware = label("", "muted", wrap=True)
        self.current = CurrentModel(context)
        self.rows: dict[str, ModelRow] = {}
        self._downloads: dict[str, Job] = {}
        self._entries: tuple[ModelEntry, ...] = ()
        self._tried = ""
        self.open_button = button("Open a GGUF file…", "", "folder", context.icons)
        self._list = Card(margin=0, spacing=0)
        self._skeleton = Skeleton(context.theme, 4, 64)
        self._lay_out()
        self._connect()
        self._on_state(self._models.state)
        self._models.subscribe(context.bridge.relay(self._on_state))
        context.workspace.jobs.subscribe(context.bridge.relay(self._on_job))

    def activate(self) -> None:
        """Look again at the computer and at what is here."""
        self._refresh()
        self.open_button.setFocus()

    def _refresh(self) -> None:
        bridge = self.context.bridge
        bridge.then(self._models.hardware(), self._show_hardware)
        bridge.then(self._models.catalogue(), self._show_catalogue)

    def _show_hardware(self, found: Hardware) -> None:
        self.hardware.setText(f"This computer: {found.line}")

    def _show_catalogue(self, entries: "tuple[ModelEntry, ...]") -> None:
        self._entries = entries
        self._skeleton.hide()
        for entry in entries:
            if entry.name not in self.rows:
                self._add_row(entry)
        self._mark_in_use(self._models.state)

    def _add_row(self, entry: "ModelEntry") -> None:
        if self.rows:
            self._list.box.addWidget(line())
        row = ModelRow(self.context, entry)
        row.use_wanted.connect(self.use)
        row.download_wanted.connect(self.download)
        row.cancel_wanted.connect(self._cancel)
        self.rows[entry.name] = row
        self._list.box.addWidget(row)

    # what a person does

    def use(self, name_or_path: str) -> None:
        """Load a model; the card above says how it goes."""
        self._tried = name_or_path
        job = self._models.use(name_or_path)
        self.context.bridge.then(job.future, self._used, self._not_used, receiver=self)

    def download(self, name: str) -> None:
        """Get a model; the jobs bar and its row show the progress."""
        job = self._models.download(name)
        self._downloads[name] = job
        self.rows[name].show_job(job)
        self.context.bridge.then(job.future, partial(self._downloaded, name), receiver=self)

    def open_file(self) -> None:
        """Ask for a model file and load it."""
        self.context.prompter.open_file(self.window(), "Open a model", FILES, self._open)

    def _open(self, path: Path) -> None:
        self.use(str(path))

    def _cancel(self, name: str) -> None:
        if job := self._downloads.get(name):
            job.cancel()

    def _use_starter(self) -> None:
        """The starter is what no choice means."""
        self.context.workspace.settings.change(model=None)
        self.use(self._models.chosen)

    def _retry(self) -> None:
        self.use(self._tried or self._models.chosen)

    def _unload(self) -> None:
        self.context.bridge.then(self._models.unload(), self._used, receiver=self)

    # what happens

    def _used(self, _result: object) -> None:
        self._refresh()

    def _not_used(self, _error: MemosError) -> None:
        """The card says why; a toast would say it twice."""
        self._on_state(self._models.state)

    def _downloaded(self, name: str, _path: object) -> None:
        title = self.rows[name].entry.title
        self.context.toasts.tell(f"{title} is on this computer now.", lambda: self.use(name), "Use it")
        self._refresh()

    def _on_job(self, job: "Job") -> None:
        for name, download in tuple(self._downloads.items()):
            if download is job:
                if job.state in ENDED:
                    del self._downloads[name]
                    self.rows[name].show_job(None)
                    self._refresh()
                else:
                    self.rows[name].show_job(job)

    def _on_state(self, state: "ModelState") -> None:
        self.current.show_state(state)
        self._mark_in_use(state)

    def _mark_in_use(self, state: "ModelState") -> None:
        for entry in self._entries:
            path = state.info.path if state.info else ""
            same = state.name == entry.name or (entry.path is not None and path == str(entry.path))
            status = state.status if same and state.status in ("ready", "loading") else ""
            self.rows[entry.name].show_entry(entry, status)

    # building

    def _connect(self) -> None:
        self.open_button.clicked.connect(self.open_file)
        self.current.retry_wanted.connect(self._retry)
        self.current.starter_wanted.connect(self._use_starter)
        self.current.file_wanted.connect(self.open_file)
        self.current.unload_wanted.connect(self._unload)

    def _lay_out(self) -> None:
        box = column(self, self.context.theme, self.title)
        computer = QHBoxLayout()
        computer.setSpacing(GRID)
        computer.addWidget(Picture(self.context.theme, self.context.icons, "cpu", "muted", ICON))
        computer.addWidget(self.hardware, 1)
        box.addLayout(computer)
        box.addWidget(self.current)
        box.addSpacing(GRID)
        head = QHBoxLayout()
        head.addWidget(label("Models you can use", "heading"))
        head.addStretch(1)
        head.addWidget(self.open_button)
        box.addLayout(head)
        self._list.box.addWidget(self._skeleton)
        box.addWidget(self._list)
        box.addWidget(
            label(
                "A download starts only when you press its button, and is checked against its SHA-256. "
                "Any chat model in GGUF format can be opened from a file.",
                "meta",
                wrap=True,
            )
        )
        box.addStretch(1)
