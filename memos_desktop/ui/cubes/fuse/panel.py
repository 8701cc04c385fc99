"""The fuse panel: the memories on one side, the new text on the other. Nothing is changed before Fuse is pressed."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError, NotFoundError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.fuse.parents import Parents
from memos_desktop.ui.cubes.fuse.result import FusedText
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import IconButton, Skeleton, button, label
from memos_desktop.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job
    from memos_desktop.app.operations import Fused, FusePreview

SIDE_BY_SIDE = 720
"""Below this width the memories stand above the new text."""
LOWEST = 160
"""Height of the memories then, at least; all of it scrolls where there is no room."""


class FusePanel(QWidget):
    """Preview of a fusion.

    Attributes:
        whole: it takes the room of the views.
        preview: what was answered last.

    Signals:
        left(): the panel is closed.
        done(str, Changes): it was done; say so, with Undo.
        made(str): the id of the new memory, to be opened.
        shown(): a preview is shown.

    """

    whole = True
    left = Signal()
    done = Signal(str, object)
    made = Signal(str)
    shown = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setAccessibleName("Fuse memories")
        self._context = context
        self._ids: tuple[str, ...] = ()
        self._turn = 0
        self._busy = False
        self._refused = False
        self._news = ""
        self._job: Job | None = None
        self.preview: FusePreview | None = None
        self.heading = label("", "heading")
        self.close_button = IconButton(context.icons, "close", "Close without fusing")
        self.notice = Notice(context.theme, context.icons)
        self.parents = Parents(context)
        self.result = FusedText(context)
        self.fuse_button = button("Fuse", "primary", tip="Ctrl+Enter")
        self.cancel_button = button("Cancel")
        self.hint = label("", "muted", wrap=True)
        self._loading = Skeleton(context.theme, 6)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._scroll = QScrollArea()
        self._lay_out()
        self._connect()

    def open(self, ids: tuple[str, ...]) -> None:
        """Preview what fusing these would make."""
        self._stop_writing()
        self._ids = tuple(ids)
        self._forget_preview()
        self.heading.setText(f"Fuse {words.memories(len(ids))}")
        self._ask(None)
        self.cancel_button.setFocus()

    @Slot()
    def close_panel(self) -> None:
        """Leave everything as it is."""
        self._stop_writing()
        self._turn += 1
        self._ids = ()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    # the preview

    def _ask(self, text: str | None) -> None:
        self._turn += 1
        turn = self._turn
        future = self._context.workspace.operations.fuse_preview(self._ids, text)

        def arrived(preview: "FusePreview") -> None:
            if turn == self._turn:
                self._show(preview, first=text is None)

        def refused(error: MemosError) -> None:
            if turn != self._turn:
                return
            if isinstance(error, NotFoundError) and self.preview is not None:
                standing = self._context.workspace.learned.standing(self._ids)
                self._context.bridge.then(standing, partial(self._go_on, turn, error), receiver=self)
            else:
                self._refuse(error)

        self._context.bridge.then(future, arrived, refused, receiver=self)

    def _go_on(self, turn: int, error: MemosError, standing: Mapping[str, Cube]) -> None:
        """Some were forgotten meanwhile: their cards go, and their words with a text that nobody has touched."""
        if turn != self._turn or self.preview is None or self._busy:
            return
        gone = [cube.title for cube in self.preview.parents if cube.id not in standing]
        if not gone:
            self._refuse(error)
            return
        more = f" and {len(gone) - 1:,} more were" if len(gone) > 1 else " was"
        self._news = f"“{gone[0]}”{more} forgotten meanwhile. Nothing was changed; the others can be fused without it."
        self._leave_out(frozenset(id for id in self._ids if id not in standing))

    def _show(self, preview: "FusePreview", first: bool) -> None:
        changed = self._changed_since(preview)
        self.preview = preview
        self._refused = False
        self._loading.hide()
        self._scroll.show()
        self.parents.show_preview(preview)
        if first:
            self.result.start(preview)
            self.result.text.setFocus()
        else:
            self.result.show_preview(preview)
        if self._news:
            self.notice.warn(self._news)
            self._news = ""
        elif changed:
            self.notice.warn(f"{changed} changed meanwhile. It is shown as it is now; what you wrote is kept.")
        elif first:
            self.notice.clear()
        self._say_likeness(preview)
        self._update()
        self.shown.emit()

    def _changed_since(self, preview: "FusePreview") -> str:
        before = dict(self.preview.versions) if self.preview else {}
        titles = [
            f"“{cube.title}”"
            for cube, (id, version) in zip(preview.parents, preview.versions, strict=True)
            if before.get(id, version) != version
        ]
        return f"{', '.join(titles[:3])} {'was' if len(titles) == 1 else 'were'}" if titles else ""

    def _say_likeness(self, preview: "FusePreview") -> None:
        like = preview.similarity
        level = "nearly the same" if like >= 0.85 else "much alike" if like >= 0.5 else "related" if like >= 0.2 else ""
        said = f"Their texts are {level}. " if level else ""
        kept = "They become one; the old ones stay as merged, and Split brings them back."
        self.hint.setText(f"{said}{kept}")

    def _refuse(self, error: MemosError) -> None:
        self._busy = False
        self._refused = True
        self._loading.hide()
        self.notice.problem(error)
        self._update()
        self.cancel_button.setFocus()

    def _forget_preview(self) -> None:
        self.preview = None
        self._busy = False
        self._news = ""
        self.notice.clear()
        self.hint.setText("")
        self.parents.clear()
        self._scroll.hide()
        self._loading.show()
        self._update()

    def _on_changes(self, changes: Changes) -> None:
        """One of them is another now: read again, keeping what was typed."""
        if self.isVisible() and self.preview is not None and not self._busy and changes.cubes & set(self._ids):
            self._ask(self.result.text.toPlainText())

    def _without(self, cube_id: str) -> None:
        """Fuse the others."""
        if not self._busy:
            self._leave_out(frozenset((cube_id,)))

    def _leave_out(self, ids: frozenset[str]) -> None:
        """A text that nobody has touched is proposed again."""
        assert self.preview is not None
        untouched = self.result.text.toPlainText() == self.preview.text
        text = None if untouched else self.result.text.toPlainText()
        self._ids = tuple(id for id in self._ids if id not in ids)
        self.heading.setText(f"Fuse {words.memories(len(self._ids))}")
        self._ask(text)

    def _take(self, cube_id: str) -> None:
        assert self.preview is not None
        self.result.replace_text(next(cube.text for cube in self.preview.parents if cube.id == cube_id))

    # the model writes

    @Slot()
    def _write(self) -> None:
        if self._job is not None:
            self._stop_writing()
            return
        ids, bridge = self._ids, self._context.bridge
        job = self._job = self._context.workspace.operations.propose_text(ids)
        self.notice.clear()
        self._update()
        job.future.add_done_callback(bridge.relay(lambda _future: self._written(job), receiver=self))
        bridge.then(job.future, lambda text: self._take_proposal(ids, text), self.notice.problem, receiver=self)

    def _take_proposal(self, ids: tuple[str, ...], text: str) -> None:
        if ids == self._ids:
            self.result.replace_text(text)
            self.notice.tell("The model wrote this. Check it against the memories before you fuse them.")

    def _written(self, job: "Job") -> None:
        if self._job is job:
            self._job = None
            self._update()

    def _stop_writing(self) -> None:
        if self._job is not None:
            self._job.cancel()

    # done

    @Slot()
    def fuse(self) -> None:
        """Make the new memory."""
        if not self.fuse_button.isEnabled() or self.preview is None:
            return
        self._busy = True
        self._update()
        preview, result = self.preview, self.result
        future = self._context.workspace.operations.fuse(
            preview.versions,
            result.text.toPlainText(),
            title=result.title.text().strip() or None,
            type=preview.type,
            tags=preview.tags,
        )
        fused, refused = partial(self._fused, self._turn), partial(self._not_fused, self._turn)
        self._context.bridge.then(future, fused, refused, receiver=self)

    def _fused(self, turn: int, fused: "Fused") -> None:
        if here := turn == self._turn:  # else it was closed, or is open for other memories by now
            self._busy = False
            self.close_panel()
        self.done.emit(f"Fused: {words.memories(len(fused.cube.parents))} into one", fused.changes)
        if here:
            self.made.emit(fused.cube.id)

    def _not_fused(self, turn: int, error: MemosError) -> None:
        """Somebody may have changed one of them: read again, so that it can be decided on what is there now."""
        if turn != self._turn:
            self._context.toasts.error(error)
            return
        self._busy = False
        text, title = self.result.text.toPlainText(), self.result.title.text()
        self._ask(text)
        self.result.title.setText(title)
        self.notice.problem(error)
        self._update()

    def _update(self) -> None:
        shown = self.preview is not None and not self._refused and not self._busy
        ready = shown and bool(self.result.text.toPlainText().strip())
        self.fuse_button.setEnabled(ready and self._job is None)
        self.result.write.setText(" Stop writing" if self._job else " Let the model write it")
        self.result.write.setAccessibleName(self.result.write.text().strip())
        self.result.text.setReadOnly(self._job is not None)

    # building

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the memories stand above the new text."""
        super().resizeEvent(event)
        wide = self.width() >= self._context.theme.px(SIDE_BY_SIDE)
        directions = QBoxLayout.Direction
        self._both.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self.parents.setMinimumHeight(0 if wide else self._context.theme.px(LOWEST))

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.close_panel)
        self.cancel_button.clicked.connect(self.close_panel)
        self.fuse_button.clicked.connect(self.fuse)
        self.parents.take_wanted.connect(self._take)
        self.parents.removed.connect(self._without)
        self.result.edited.connect(self._edited)
        self.result.text.textChanged.connect(self._update)
        self.result.write.clicked.connect(self._write)
        enter = QShortcut(QKeySequence("Ctrl+Return"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        enter.activated.connect(self.fuse)
        self._context.workspace.events.subscribe(self._context.bridge.relay(self._on_changes))

    def _edited(self, text: str) -> None:
        if self.preview is not None and not self._busy:
            self._ask(text)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.close_button)
        self._both.setSpacing(2 * GRID)
        self._both.addWidget(self.parents, 1)
        self._both.addWidget(self.result, 1)
        self._both.setContentsMargins(0, 0, 0, 0)
        holder = QWidget()
        holder.setProperty("look", "clear")
        holder.setLayout(self._both)
        self._scroll.setWidget(holder)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addWidget(self.hint, 1)
        low.addWidget(self.cancel_button)
        low.addWidget(self.fuse_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 2 * GRID)
        box.setSpacing(GRID)
        box.addLayout(head)
        box.addWidget(self.notice)
        box.addWidget(self._loading, 1)
        box.addWidget(self._scroll, 1)
        box.addLayout(low)
