"""The panel that shows what a bundle would bring in, before anything is changed, and brings it in."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.bundle_import import BundlePreview, Choice, Decision
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.cubes.words import counted
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.transfer import words as say
from memos_desktop.ui.transfer.conflict_card import ConflictCard
from memos_desktop.ui.transfer.option import Option
from memos_desktop.ui.widgets import Badge, ElidedLabel, Fold, IconButton, Segments, Skeleton, button, label
from memos_desktop.ui.widgets.flow import FlowLayout
from memos_desktop.ui.widgets.notice import Notice
from memos_desktop.ui.widgets.scroll import ScrollColumn

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job
    from memos_desktop.app.transfer import ImportReport

CARDS = 100
"""Conflicts that have a card; the others follow what is chosen for all."""


class ImportPanel(QWidget):
    """Preview of an import.

    Attributes:
        whole: it takes the room of the views.
        preview: what was found in the file, None until it was read.
        cards: the conflicts that are shown.

    Signals:
        left(): the panel is closed.
        shown(): a preview is shown, or why there is none.
        imported(tuple of str): the ids of what came in.

    """

    whole = True
    left = Signal()
    shown = Signal()
    imported = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setAccessibleName("Import a bundle")
        self._context = context
        self._path = Path()
        self._job: Job | None = None
        self._each: dict[str, Choice] = {}
        self.preview: BundlePreview | None = None
        self.cards: list[ConflictCard] = []
        self.heading = ElidedLabel("", "heading", Qt.TextElideMode.ElideMiddle)
        self.close_button = IconButton(context.icons, "close", "Close without importing")
        self.notice = Notice(context.theme, context.icons)
        self.about = label("", "muted", wrap=True)
        self.usual = Segments("What to do with all of them", say.CHOICES)
        self.blobs = Option(context.theme, "KV states")
        self.outcome = label("", "strong", wrap=True)
        self.import_button = button("Import", "primary")
        self.cancel_button = button("Cancel")
        self._list = ScrollColumn("What is in the bundle")
        self._loading = Skeleton(context.theme, 5)
        self._lay_out()
        self._connect()

    def open(self, path: Path) -> None:
        """Read a bundle and say what it would bring in."""
        self._stop()
        self._path, self.preview, self.cards, self._each = path, None, [], {}
        self.heading.set_text(f"Import “{path.name}”")
        self.notice.clear()
        self._say_about("Reading it whole, and comparing it with what is here…")
        self._list.hide()
        self._loading.show()
        self.outcome.setText("")
        self._update()
        self.cancel_button.setFocus()
        job = self._job = self._context.workspace.transfer.preview(path)
        self._follow(job, self._show)

    @Slot()
    def close_panel(self) -> None:
        """Leave everything as it is. An import under way is cancelled, and nothing was changed."""
        self._stop()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def decision(self) -> Decision:
        """What was chosen."""
        return Decision(Choice(self.usual.current() or Choice.KEEP), self._each, self.blobs.toggle.isChecked())

    # what would come in

    def _show(self, preview: BundlePreview) -> None:
        self.preview = preview
        self._say_about(say.made(preview))
        self._each = {}
        self.usual.choose(Choice.KEEP.value)
        self._fill_list(preview)
        self._loading.hide()
        self._update()
        (self.import_button if self.import_button.isEnabled() else self.cancel_button).setFocus()
        self.shown.emit()

    def _say_about(self, text: str) -> None:
        self.about.setText(text)
        self.about.setVisible(bool(text))

    def _figures(self, preview: BundlePreview) -> QWidget:
        holder = QWidget()
        row = FlowLayout(holder)
        for number, word, token in say.counts(preview):
            row.addWidget(Badge(self._context.theme, f"{number:,} {word}", token))
        return holder

    def _fill_list(self, preview: BundlePreview) -> None:
        parts: list[QWidget] = [self._figures(preview)]
        if preview.problems:
            problems = Notice(self._context.theme, self._context.icons)
            problems.warn("\n".join(preview.problems))
            parts.append(problems)
        if preview.blobs:
            parts.append(self._blobs(preview))
        conflicts = preview.conflicts
        self.cards = [ConflictCard(self._context, one, Choice.KEEP) for one in conflicts[:CARDS]]
        if conflicts:
            parts.append(self._conflict_head(len(conflicts)))
        for card in self.cards:
            card.chosen.connect(self._choose_one)
            parts.append(card)
        if len(conflicts) > CARDS:
            more = f"and {len(conflicts) - CARDS:,} more, done as is chosen for all of them"
            parts.append(label(more, "muted", wrap=True))
        if preview.skipped:
            fold = Fold(self._context.icons, f"Left out ({len(preview.skipped):,})", opened=not conflicts)
            fold.box.addWidget(label(say.skipped(preview.skipped), "muted", wrap=True))
            parts.append(fold)
        self._list.show_all(*parts)
        self._list.show()

    def _blobs(self, preview: BundlePreview) -> QWidget:
        fits = any(not one.reason for one in preview.blobs)
        self.blobs = Option(self._context.theme, "KV states")
        self.blobs.say(*say.blobs(preview), fits)
        self.blobs.toggle.setChecked(fits)
        self.blobs.changed.connect(self._update)
        return self.blobs

    def _conflict_head(self, count: int) -> QWidget:
        """A heading, and the choice for all."""
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        said = f"{counted(count, 'memory is', 'memories are')} different here. What to take, for all of them:"
        box.addWidget(label(said, "strong", wrap=True))
        self.usual = Segments("What to do with all of them", say.CHOICES)
        self.usual.choose(Choice.KEEP.value)
        self.usual.chosen.connect(self._choose_all)
        box.addWidget(self.usual, 0, Qt.AlignmentFlag.AlignLeft)
        return holder

    def _choose_all(self, key: str) -> None:
        self.usual.choose(key)
        self._each = {}
        for card in self.cards:
            card.show_choice(Choice(key))
        self._update()

    def _choose_one(self, id: str, choice: Choice) -> None:
        self._each[id] = choice
        self._update()

    def _update(self) -> None:
        running = self._job is not None
        total = 0
        if self.preview is not None:
            total, said = say.outcome(self.preview, self.decision())
            states = bool(self.preview.blobs) and self.blobs.on
            self.outcome.setText(said if total or not states else "Only KV states would come in.")
            total = total or int(states)
        self.import_button.setEnabled(bool(total) and not running)
        self._list.setEnabled(not running)

    # the work

    def _follow(self, job: "Job", done: Callable[..., None]) -> None:
        """Take what a job makes, unless another one was begun since."""

        def settled(take: Callable[..., None]) -> Callable[..., None]:
            def settle(result: object) -> None:
                if self._job is job:
                    self._job = None
                    take(result)

            return settle

        self._context.bridge.then(job.future, settled(done), settled(self._failed), receiver=self)
        job.future.add_done_callback(self._context.bridge.relay(lambda _future: self._over(job), receiver=self))

    def _over(self, job: "Job") -> None:
        """Comes last: a job that is known still was cancelled in the jobs bar."""
        if self._job is job:
            self._job = None
            self._loading.hide()
            self.notice.tell("It was cancelled. Nothing was changed.")
            self._update()

    def _stop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    @Slot()
    def _import(self) -> None:
        job = self._job = self._context.workspace.transfer.load(self._path, self.decision())
        self.outcome.setText("Under way…")
        self._update()
        self._follow(job, self._done)

    def _done(self, report: "ImportReport") -> None:
        step = report.step_id
        self._context.toasts.say(say.imported(report), undo=None if step is None else lambda: self._undo(step))
        self.imported.emit(report.ids)
        self.left.emit()

    def _undo(self, step: int) -> None:
        toasts = self._context.toasts

        def undone(changes: Changes) -> None:
            toasts.tell(f"Undone: {changes.label}")

        self._context.bridge.then(self._context.workspace.library.undo_step(step), undone, receiver=toasts)

    def _failed(self, error: MemosError) -> None:
        self._loading.hide()
        if self.preview is None:
            self._say_about("")
        self.notice.problem(error)
        self._update()
        self.cancel_button.setFocus()
        self.shown.emit()

    # building

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.close_panel)
        self.cancel_button.clicked.connect(self.close_panel)
        self.import_button.clicked.connect(self._import)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading, 1)
        head.addWidget(self.close_button)
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addStretch(1)
        low.addWidget(self.cancel_button)
        low.addWidget(self.import_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 2 * GRID)
        box.setSpacing(GRID)
        for part in (self.about, self.notice, self._loading):
            box.addWidget(part)
        box.insertLayout(0, head)
        box.addWidget(self._list, 1)
        box.addStretch(0)
        box.addWidget(self.outcome)
        box.addLayout(low)
        self._list.hide()
