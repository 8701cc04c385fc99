"""The split panel: a fused memory gives back what it was made from; any other becomes several parts."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.parts import Parts
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, IconButton, Skeleton, button, label
from memos_desktop.ui.widgets.notice import Notice
from memos_desktop.ui.widgets.scroll import ScrollColumn

if TYPE_CHECKING:
    from memos_desktop.app.operations import Split, SplitPreview

MOST_SHOWN = 50


class SplitPanel(QWidget):
    """Preview of a split.

    Attributes:
        whole: it takes the room of the views.
        parts: the parts, where they are to be decided.

    Signals:
        left(): the panel is closed.
        done(str, Changes): it was done; say so, with Undo.
        made(str): the id of the first memory that it made or gave back, to be opened.
        shown(): a preview is shown.

    """

    whole = True
    left = Signal()
    done = Signal(str, object)
    made = Signal(str)
    shown = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setAccessibleName("Split a memory")
        self._context = context
        self._id = ""
        self._turn = 0
        self._busy = False
        self._proposed: tuple[str, ...] = ()
        self.preview: SplitPreview | None = None
        self.heading = label("", "heading", wrap=True)
        self.reason = label("", "muted", wrap=True)
        self.notice = Notice(context.theme, context.icons)
        self.close_button = IconButton(context.icons, "close", "Close without splitting")
        self.split_button = button("Split", "primary", tip="Ctrl+Enter")
        self.cancel_button = button("Cancel")
        self.take_button = button("Take the new text", tip="Propose parts of the text as it is now")
        self.parts = Parts(context)
        self._given_back = ScrollColumn("The memories that come back")
        self._loading = Skeleton(context.theme, 5)
        self._lay_out()
        self._connect()

    def open(self, ids: tuple[str, ...]) -> None:
        """Preview what splitting this memory would make."""
        self._id = ids[0]
        self.notice.clear()
        self._show_loading()
        self._ask()
        self.cancel_button.setFocus()

    @Slot()
    def close_panel(self) -> None:
        """Leave everything as it is."""
        self._turn += 1
        self._id = ""
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def _ask(self) -> None:
        self._turn += 1
        turn = self._turn
        future = self._context.workspace.operations.split_preview(self._id)

        def arrived(preview: "SplitPreview") -> None:
            if turn == self._turn:
                self._show(preview)

        def refused(error: MemosError) -> None:
            if turn == self._turn:
                self._refuse(error)

        self._context.bridge.then(future, arrived, refused, receiver=self)

    def _show(self, preview: "SplitPreview") -> None:
        before, self.preview = self.preview, preview
        self._loading.hide()
        self.heading.setText(f"Split “{preview.cube.title}”")
        self.reason.setText(preview.reason)
        if before is None:
            self._propose(preview)
        elif (before.cube.text, before.parents) == (preview.cube.text, preview.parents):
            self._update()  # it was pinned or used: what was typed into the parts is still about this text
        elif not (before.parents or preview.parents) and self.parts.texts() != self._proposed:
            self.notice.warn("This memory was changed meanwhile. The parts are still those of the earlier text.")
            self.take_button.show()
            self._update()
        else:
            self.notice.warn("This memory was changed meanwhile. It is shown as it is now.")
            self._propose(preview)
        self.shown.emit()

    def _propose(self, preview: "SplitPreview") -> None:
        back = bool(preview.parents)
        self.take_button.hide()
        self.parts.setVisible(not back)
        self._given_back.setVisible(back)
        if back:
            self._give_back(preview.parents)
        else:
            self.parts.show_parts(preview.parts)
            self._proposed = self.parts.texts()
        self._update()
        if back:
            self.split_button.setFocus()
        else:
            self.parts.enter()

    @Slot()
    def _take_new(self) -> None:
        self.notice.clear()
        if self.preview is not None:
            self._propose(self.preview)

    def _refuse(self, error: MemosError) -> None:
        self._busy = False
        self._loading.hide()
        self.notice.problem(error)
        self._update()
        self.cancel_button.setFocus()

    def _give_back(self, parents: tuple[Cube, ...]) -> None:
        shown: list[QWidget] = []
        for cube in parents[:MOST_SHOWN]:
            card = Card(margin=12, spacing=6)
            card.box.addWidget(label(cube.title, "strong", wrap=True))
            card.box.addWidget(
                label(f"{words.TYPES[cube.descriptive.type]} · {words.short_date(cube.time)}", "meta")
            )
            if cube.text != cube.title:
                card.box.addWidget(label(cube.text, wrap=True))
            shown.append(card)
        if len(parents) > MOST_SHOWN:
            shown.append(label(f"and {words.memories(len(parents) - MOST_SHOWN)} more", "muted"))
        self._given_back.show_all(*shown)

    @Slot()
    def split(self) -> None:
        """Do it."""
        preview = self.preview
        if preview is None or not self.split_button.isEnabled():
            return
        self._busy = True
        self._update()
        parts = None if preview.parents else self.parts.texts()
        future = self._context.workspace.operations.split(
            preview.cube.id, parts, expected_version=preview.cube.version
        )
        done, not_done = partial(self._done, self._turn, bool(preview.parents)), partial(self._not_done, self._turn)
        self._context.bridge.then(future, done, not_done, receiver=self)

    def _done(self, turn: int, back: bool, made: "Split") -> None:
        if here := turn == self._turn:  # else it was closed, or is open for another memory by now
            self._busy = False
            self.close_panel()
        count = words.memories(len(made.cubes))
        self.done.emit(f"Split: {count} {'are back' if back else 'made'}", made.changes)
        if here:
            self.made.emit(made.cubes[0].id)

    def _not_done(self, turn: int, error: MemosError) -> None:
        if turn != self._turn:
            self._context.toasts.error(error)
            return
        self._busy = False
        self.notice.problem(error)
        self._update()

    def _on_changes(self, changes: Changes) -> None:
        """It is another now."""
        if not self.isVisible() or self._busy or self.preview is None or self._id not in changes.cubes:
            return
        self._ask()

    def _show_loading(self) -> None:
        self.preview = None
        self._busy = False
        self.heading.setText("Split a memory")
        self.reason.setText("")
        for one in (self.take_button, self.parts, self._given_back):
            one.hide()
        self._loading.show()
        self._update()

    def _update(self) -> None:
        preview = self.preview
        back = preview is not None and bool(preview.parents)
        count = len(self.parts.texts()) if preview is not None and not back else 0
        self.split_button.setEnabled(preview is not None and not self._busy and (back or count >= 2))
        self.split_button.setText("Bring them back" if back else f"Split into {count}" if count >= 2 else "Split")

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.close_panel)
        self.cancel_button.clicked.connect(self.close_panel)
        self.split_button.clicked.connect(self.split)
        self.take_button.clicked.connect(self._take_new)
        self.parts.changed.connect(self._update)
        enter = QShortcut(QKeySequence("Ctrl+Return"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        enter.activated.connect(self.split)
        self._context.workspace.events.subscribe(self._context.bridge.relay(self._on_changes))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading, 1)
        head.addWidget(self.close_button, alignment=Qt.AlignmentFlag.AlignTop)
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addStretch(1)
        low.addWidget(self.cancel_button)
        low.addWidget(self.split_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 2 * GRID)
        box.setSpacing(GRID)
        box.addLayout(head)
        box.addWidget(self.reason)
        box.addWidget(self.notice)
        box.addWidget(self.take_button, alignment=Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self._loading, 1)
        box.addWidget(self._given_back, 1)
        box.addWidget(self.parts, 1)
        box.addLayout(low)
