"""The panel that writes memories into a bundle: which, how much it is, what else travels, and where to."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.errors import Cancelled, MemosError
from memos_desktop.memory.bundle import SUFFIX
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.ui.cubes.words import counted, memories, size
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.transfer import words as say
from memos_desktop.ui.transfer.option import Option
from memos_desktop.ui.widgets import Card, ElidedLabel, IconButton, Segments, button, label
from memos_desktop.ui.widgets.flow import FlowLayout
from memos_desktop.ui.widgets.notice import Notice
from memos_desktop.ui.widgets.scroll import ScrollColumn

if TYPE_CHECKING:
    from memos_desktop.app.bundle_export import ExportEstimate, ExportReport, Selection
    from memos_desktop.app.jobs import Job

SELECTED, SHOWN, ALL = "selected", "shown", "all"
WHAT = (
    (SELECTED, "Selection", "What is selected in the list"),
    (SHOWN, "What is listed", "What the filter lets through"),
    (ALL, "Everything", "Every memory but those in the bin"),
)
FILES = [f"MemOS bundles (*{SUFFIX})"]


class ExportPanel(QWidget):
    """Which memories, what else, and where to; the work itself is a job.

    Attributes:
        whole: it takes the room of the views.
        path: where the file goes.

    Signals:
        left(): the panel is closed.
        shown(): the estimate of what is chosen has come.
        ended(): an export is over, in whatever way.

    """

    whole = True
    left = Signal()
    shown = Signal()
    ended = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setAccessibleName("Export memories")
        self._context = context
        self._ids: tuple[str, ...] = ()
        self._filter = CubeFilter()
        self._turn = 0
        self._job: Job | None = None
        self._found: ExportEstimate | None = None
        self.path = Path()
        self.what = Segments("What", WHAT)
        self.amount = label("", "strong", wrap=True)
        self.kv = Option(context.theme, "KV states")
        self.adapters = Option(context.theme, "Adapters")
        self.secret = Option(context.theme, "Secret memories")
        self.redact = Option(context.theme, "Replace names and numbers of people")
        self.where = ElidedLabel("", "", Qt.TextElideMode.ElideMiddle)
        self.choose_button = button("Choose…", "", "folder", context.icons, tip="Choose another place or name")
        self.run_button = button("Export", "primary")
        self.cancel_button = button("Cancel")
        self.close_button = IconButton(context.icons, "close", "Close this panel")
        self.notice = Notice(context.theme, context.icons)
        self._lay_out()
        self._connect()

    def open(self, ids: tuple[str, ...], wanted: CubeFilter = CubeFilter()) -> None:
        """Offer to export what is selected, what the filter lets through, or everything."""
        self._ids, self._filter = tuple(ids), wanted
        self.notice.clear()
        if self._job is None:
            self._set_path(suggested())
        self.what.set_text(SELECTED, f"Selection ({len(ids):,})")
        self.what.offer(SELECTED, bool(ids))
        self.what.offer(SHOWN, wanted != CubeFilter() and not wanted.binned)
        self._choose(SELECTED if ids else ALL)
        self.run_button.setFocus()

    @Slot()
    def close_panel(self) -> None:
        """Leave everything as it is; an export under way goes on."""
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    # what is chosen

    def selection(self) -> "Selection":
        """What would be exported."""
        chosen = self.what.current()
        return self._ids if chosen == SELECTED else self._filter if chosen == SHOWN else None

    def _choose(self, key: str) -> None:
        self.what.choose(key)
        self._ask()

    def _ask(self) -> None:
        self._turn += 1
        turn = self._turn
        self._found = None
        self._update()

        def arrived(found: "ExportEstimate") -> None:
            if turn == self._turn:
                self._found = found
                self._show(found)
                self.shown.emit()

        def refused(error: MemosError) -> None:
            if turn == self._turn:
                self.notice.problem(error)

        future = self._context.workspace.transfer.estimate(self.selection())
        self._context.bridge.then(future, arrived, refused, receiver=self)

    def _show(self, found: "ExportEstimate") -> None:
        masked = self.redact.toggle.isChecked()
        states = f"{counted(found.states, 'KV state')}, {size(found.state_bytes)}"
        self.kv.setVisible(bool(found.states))
        self.kv.say(states, say.NOT_REDACTED if masked else say.KV, not masked)
        self.adapters.setVisible(bool(found.adapters))
        adapters = f"{counted(found.adapters, 'adapter')}, {size(found.adapter_bytes)}"
        self.adapters.say(adapters, say.ADAPTERS, not masked)
        self.secret.setVisible(bool(found.secret))
        self.secret.say(f"{counted(found.secret, 'secret memory', 'secret memories')} too", say.SECRET)
        self.redact.say("Replace names and numbers of people", say.REDACT if masked else "For a file that you pass on.")
        self._update()

    def _update(self) -> None:
        running, found = self._job is not None, self._found
        self.amount.setText(say.amount(found, self.secret.on) if found else "Counting…")
        possible = bool(found and found.cubes - (0 if self.secret.on else found.secret))
        self.run_button.setText("Exporting…" if running else "Export")
        self.run_button.setEnabled(possible and not running)
        for one in (self.what, self.kv, self.adapters, self.secret, self.redact, self.choose_button):
            one.setEnabled(not running)

    def _switched(self) -> None:
        if self._found is not None:
            self._show(self._found)

    # where it goes

    def _choose_place(self) -> None:
        prompter = self._context.prompter
        prompter.save_file(self.window(), "Export memories", str(self.path), FILES, self._chosen, SUFFIX)

    def _chosen(self, path: Path) -> None:
        """Import offers bundles by their suffix, so every one gets it; the dialog asked about the name without."""
        if path.suffix.lower() == SUFFIX:
            self._set_path(path)
            return
        path = path.with_name(path.name + SUFFIX)
        if path.exists():
            said = f"{path} is there already. What is in it now would be lost."
            self._context.prompter.confirm(
                self.window(), "Replace this file?", said, "Replace", partial(self._set_path, path)
            )
        else:
            self._set_path(path)

    def _set_path(self, path: Path) -> None:
        self.path = path
        self.where.set_text(str(self.path))

    # the work

    @Slot()
    def _cancel(self) -> None:
        """Stop the export that is under way; without one, leave."""
        if self._job is not None:
            self._job.cancel()
        else:
            self.close_panel()

    @Slot()
    def _press(self) -> None:
        self.notice.clear()
        self._job = self._context.workspace.transfer.export(
            self.path,
            self.selection(),
            with_kv=self.kv.on,
            with_adapters=self.adapters.on,
            redact=self.redact.on,
            secret=self.secret.on,
        )
        self._update()
        bridge = self._context.bridge
        self._job.future.add_done_callback(bridge.relay(self._over, receiver=self))
        bridge.then(self._job.future, self._done, self._failed, receiver=self)

    def _over(self, _future: object) -> None:
        """Comes before what it has made, and alone where it was cancelled."""
        cancelled = self._job is not None and isinstance(self._job.future.exception(), Cancelled)
        self._job = None
        if cancelled:
            self.notice.tell("It was cancelled, and no file was written.")
        self._update()
        self.ended.emit()

    def _done(self, report: "ExportReport") -> None:
        folder = QUrl.fromLocalFile(str(report.path.resolve().parent))
        show = partial(self._context.prompter.browse, folder)
        self._context.toasts.say(say.exported(report), undo=show, action="Show folder")
        said = [*report.warnings, *([say.masked(report)] if self.redact.on else [])]
        if report.skipped:
            said.append(f"{memories(len(report.skipped))} left out:\n{say.skipped(report.skipped[:10])}")
        self._set_path(suggested())
        if said:
            self.notice.tell("\n".join(said))
        elif self.isVisible():
            self.left.emit()

    def _failed(self, error: MemosError) -> None:
        self.notice.problem(error)
        if not self.isVisible():
            self._context.toasts.error(error)

    # building

    def _connect(self) -> None:
        self.what.chosen.connect(self._choose)
        for option in (self.kv, self.adapters, self.secret, self.redact):
            option.changed.connect(self._switched)
        self.choose_button.clicked.connect(self._choose_place)
        self.run_button.clicked.connect(self._press)
        self.close_button.clicked.connect(self.close_panel)
        self.cancel_button.clicked.connect(self._cancel)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(label("Export memories", "heading"))
        head.addStretch(1)
        head.addWidget(self.close_button)
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addStretch(1)
        low.addWidget(self.cancel_button)
        low.addWidget(self.run_button)
        content = ScrollColumn("What is exported", spacing=12)
        options = Card(margin=12, spacing=GRID)
        for option in (self.kv, self.adapters, self.secret, self.redact):
            options.box.addWidget(option)
        for option in (self.kv, self.adapters, self.secret):
            option.hide()
        content.show_all(
            label(say.ABOUT, "muted", wrap=True), self._which(), self.amount, options, self._place(), self.notice
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 2 * GRID)
        box.setSpacing(12)
        box.addLayout(head)
        box.addWidget(content, 1)
        box.addLayout(low)

    def _which(self) -> QWidget:
        holder = QWidget()
        FlowLayout(holder).addWidget(self.what)
        return holder

    def _place(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label("To", "muted"))
        row.addWidget(self.where, 1)
        row.addWidget(self.choose_button)
        return holder


def suggested() -> Path:
    """A name with today's date that no file in the documents folder has."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(place) if place and Path(place).is_dir() else Path.home()
    name = f"Memories {datetime.now().astimezone():%Y-%m-%d}"
    number, path = 1, folder / f"{name}{SUFFIX}"
    while path.exists():
        number += 1
        path = folder / f"{name} ({number}){SUFFIX}"
    return path
