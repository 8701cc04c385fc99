"""What can be done with one memory of a receipt, as a row of icons, each with the reason where it cannot."""

from concurrent.futures import Future

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.chat.correct import why_not
from memos_desktop.ui.page import Context
from memos_desktop.ui.widgets import IconButton

PIN, UNPIN = "Pin: always give it to the model", "Unpin"
EXCLUDE, INCLUDE = "Exclude from this chat", "Excluded from this chat: use it again"
LESS = "Not relevant: rank it lower from now on"
SIZE = 16


class ReceiptActions(QWidget):
    """Correct, pin, not relevant, exclude, forget, open.

    Signals:
        correct_wanted(Cube): edit its text here.
        excluded(str, bool): do not use this memory in this chat any more, or use it again.
        forget_wanted(str): forget this memory.

    """

    correct_wanted = Signal(object)
    excluded = Signal(str, bool)
    forget_wanted = Signal(str)

    def __init__(self, context: Context, item_id: str, is_cube: bool) -> None:
        super().__init__()
        self._context = context
        self._id = item_id
        self._cube: Cube | None = None
        self._out = False
        icons = context.icons
        self.correct = IconButton(icons, "edit", "Correct", size=SIZE)
        self.pin = IconButton(icons, "pin", PIN, size=SIZE)
        self.less = IconButton(icons, "not-relevant", LESS, size=SIZE)
        self.exclude = IconButton(icons, "memory-off", EXCLUDE, size=SIZE)
        self.forget = IconButton(icons, "forget", "Forget…", size=SIZE)
        self.open = IconButton(icons, "open", "Open in Memory", size=SIZE)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for one in (self.correct, self.pin, self.less, self.exclude, self.forget, self.open):
            row.addWidget(one)
            if not is_cube and one is not self.exclude:
                one.hide()
        self.correct.clicked.connect(lambda: self.correct_wanted.emit(self._cube))
        self.pin.clicked.connect(self._toggle_pin)
        self.less.clicked.connect(self._rank_lower)
        self.exclude.clicked.connect(lambda: self.excluded.emit(self._id, not self._out))
        self.forget.clicked.connect(lambda: self.forget_wanted.emit(self._id))
        self.open.clicked.connect(lambda: context.navigator.cube.emit(self._id))
        if is_cube:
            self.show_cube(None)

    def show_cube(self, cube: Cube | None) -> None:
        """How the memory stands now; None while that is not known, and when it is gone."""
        self._cube = cube
        there = cube is not None and cube.binned is None
        free = there and cube is not None and not cube.frozen
        reason = why_not(cube)
        self.correct.setEnabled(not reason)
        self.correct.set_name(f"Correct ({reason})" if reason and cube is not None else "Correct")
        pinned = cube is not None and cube.pinned
        self.pin.set_icon("unpin" if pinned else "pin", "accent" if pinned else "muted")
        self.pin.set_name(UNPIN if pinned else PIN)
        self.pin.setEnabled(free)
        self.less.setEnabled(free)
        ranked = cube.governance.priority if cube is not None else 0
        self.less.set_icon("not-relevant", "accent" if ranked < 0 else "muted")
        self.less.set_name(f"{LESS} (priority {ranked} now)" if ranked < 0 else LESS)
        self.forget.setEnabled(cube is not None and not cube.frozen)
        self.open.setEnabled(cube is not None)

    def show_excluded(self, out: bool) -> None:
        """Whether it must not be used in this chat."""
        self._out = out
        self.exclude.set_icon("memory-off", "accent" if out else "muted")
        self.exclude.set_name(INCLUDE if out else EXCLUDE)

    @Slot()
    def _toggle_pin(self) -> None:
        if self._cube is not None:
            pin = not self._cube.pinned
            done = self._context.workspace.library.pin([self._id], pin)
            self._follow(done, "Pinned" if pin else "Unpinned")

    @Slot()
    def _rank_lower(self) -> None:
        if self._cube is not None:
            priority = self._cube.governance.priority - 1
            done = self._context.workspace.operations.set_header([self._id], priority=priority)
            self._follow(done, "It will be ranked lower from now on")

    def _follow(self, done: "Future[Changes]", said: str) -> None:
        self._context.bridge.then(done, lambda changes: self._say(said, changes), receiver=self)

    def _say(self, text: str, changes: Changes) -> None:
        step = changes.step_id
        self._context.toasts.say(text, None if step is None else lambda: self._undo(step))

    def _undo(self, step: int) -> None:
        undone = self._context.workspace.library.undo_step(step)
        self._context.bridge.then(undone, lambda _changes: None)
