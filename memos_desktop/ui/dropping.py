"""Text and files dropped on the window become memories, one each; a hint lies over the window while they hang there."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from memos_desktop.app.text_file import SUFFIXES
from memos_desktop.errors import MemosError, UserError
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, Theme
from memos_desktop.ui.widgets import Picture, label

if TYPE_CHECKING:
    from memos_desktop.app.intake import Taken

BUNDLE = ".memcube"
MOST_NAMED = 3


class DropHint(QFrame):
    """Says what a drop would do."""

    def __init__(self, host: QWidget, theme: Theme, icons: Icons) -> None:
        super().__init__(host)
        self._host = host
        self.setProperty("look", "drop-hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = label("", "title", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.more = label("", "muted", wrap=True)
        self.more.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QVBoxLayout(self)
        box.setSpacing(GRID)
        box.addStretch(1)
        box.addWidget(Picture(theme, icons, "memory", "accent"), alignment=Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self.words)
        box.addWidget(self.more)
        box.addStretch(1)
        self.hide()

    def show_words(self, words: str, more: str) -> None:
        """Lie over the whole window."""
        self.words.setText(words)
        self.more.setText(more)
        self.setGeometry(self._host.rect().adjusted(GRID, GRID, -GRID, -GRID))
        self.show()
        self.raise_()


class Dropping(QObject):
    """Watches the window for drops that no field in it takes.

    Signals:
        bundle(Path): a bundle was dropped: show what importing it would do.
        kept(tuple of Cube): these were made.
    """

    bundle = Signal(object)
    kept = Signal(object)

    def __init__(self, window: QWidget, host: QWidget, theme: Theme, icons: Icons) -> None:
        super().__init__(window)
        self._context: Context | None = None
        self.hint = DropHint(host, theme, icons)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def attach(self, context: Context) -> None:
        """Take drops from now on."""
        self._context = context

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drags that hold text or files are welcome; everything else is left to the window."""
        if self._context is None:
            return super().eventFilter(watched, event)
        if isinstance(event, QDragEnterEvent | QDragMoveEvent):
            return self._over(event)
        if isinstance(event, QDropEvent):
            return self._drop(event, self._context)
        if event.type() == QEvent.Type.DragLeave:
            self.hint.hide()
        return super().eventFilter(watched, event)

    def _over(self, event: QDragMoveEvent) -> bool:
        words = _welcome(event.mimeData())
        if words is None:
            self.hint.hide()
            return False
        if not self.hint.isVisible():
            self.hint.show_words(*words)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _drop(self, event: QDropEvent, context: Context) -> bool:
        self.hint.hide()
        data = event.mimeData()
        if _welcome(data) is None:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        paths = _paths(data)
        bundles = [path for path in paths if path.suffix.lower() == BUNDLE]
        if bundles:
            self.bundle.emit(bundles[0])
        elif paths:
            job = context.workspace.intake.files(paths)
            context.bridge.then(job.future, partial(self._taken, context), _in_the_jobs_bar, receiver=self)
        else:
            future = context.workspace.intake.texts([data.text()])
            context.bridge.then(future, partial(self._taken, context), receiver=self)
        return True

    def _taken(self, context: Context, taken: "Taken") -> None:
        self.kept.emit(taken.cubes)
        step = taken.changes.step_id
        undo = None if step is None else partial(_undo, context, step)
        if taken.refused:  # in one toast and before the other one, which must not be pushed out by them
            context.toasts.error(UserError("\n".join(refused.reason for refused in taken.refused[:MOST_NAMED])))
        context.toasts.say(_said(taken), undo=undo)


def _undo(context: Context, step: int) -> None:
    def undone(changes: Changes) -> None:
        context.toasts.tell(f"Undone: {changes.label}")

    context.bridge.then(context.workspace.library.undo_step(step), undone, receiver=context.toasts)


def _in_the_jobs_bar(_error: MemosError) -> None:
    """The job stays in the jobs bar with its reason until it is dismissed."""


def _said(taken: "Taken") -> str:
    count = len(taken.cubes)
    what = f"“{taken.cubes[0].title}”" if count == 1 else f"{count:,} memories"
    left_out = len(taken.refused)
    rest = f"; {left_out:,} {'file was' if left_out == 1 else 'files were'} left out" if left_out else ""
    return f"Remembered {what}{rest}"


def _paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []


def _welcome(data: QMimeData) -> tuple[str, str] | None:
    """What the hint says; None where nothing here can be kept."""
    paths = _paths(data)
    if any(path.suffix.lower() == BUNDLE for path in paths):
        return "Drop to look into this bundle", "Nothing is imported before you have seen what is in it."
    if paths:
        what = f"“{paths[0].name}”" if len(paths) == 1 else f"{len(paths):,} files"
        return f"Drop to remember {what}", f"Each file becomes a memory: {', '.join(SUFFIXES)}"
    if data.hasText() and data.text().strip() and not data.hasUrls():
        return "Drop to remember this text", "It becomes one memory."
    return None
