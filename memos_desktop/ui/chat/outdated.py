"""Says in the chat that memories were learned from words that were edited or deleted since, and what can be done."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.sources import SourceChange
from memos_desktop.ui.chat.conversation import Conversation
from memos_desktop.ui.chat.words import memories
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, Picture, button, label
from memos_desktop.ui.widgets.flow import FlowLayout
from memos_desktop.ui.widgets.lines import Lines, keep_height

if TYPE_CHECKING:
    from memos_desktop.app.learned import Outdated

PAUSE_MS = 80
SIGN = 16
FROM = {
    SourceChange.EDITED: "the earlier wording",
    SourceChange.CHANGED: "the earlier wording",
    SourceChange.DELETED: "a message that was deleted",
    SourceChange.ELSEWHERE: "messages of another branch",
}
WHY = {
    SourceChange.EDITED: "which the new wording does not say",
    SourceChange.CHANGED: "which the message does not say any more",
    SourceChange.DELETED: "from a message that was deleted",
    SourceChange.ELSEWHERE: "said on another branch",
}
SHOWN = 20
HIGHEST = 132
LONGEST = 160


class OutdatedStrip(Card):
    """Hidden while everything stands as it was learned. Every choice is one undoable step, or none.

    Attributes:
        found: the memories that it is about.

    """

    def __init__(self, context: Context, conversation: Conversation) -> None:
        super().__init__("notice-warning", GRID, HALF)
        self.setAccessibleName("Memories learned from an earlier wording")
        self._context = context
        self._conversation = conversation
        self.found: tuple[Outdated, ...] = ()
        self._covered = False
        self.words = label("", wrap=True)
        self.update_button = button("Update from the new wording", tip="As new versions of these memories")
        self.keep_button = button("Keep", tip="Keep them as they are, and do not ask again")
        self.bin_button = button("Move to the bin")
        self.details = button("Details", tip="Which memories, and what the message says now")
        self.details.setCheckable(True)
        self._lines = Lines("The memories", context.theme.px(HIGHEST))
        self._lines.hide()
        self.details.toggled.connect(self._show_details)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._ask)
        self._build()
        self.update_button.clicked.connect(self._update)
        self.keep_button.clicked.connect(self._keep)
        self.bin_button.clicked.connect(self._bin)
        conversation.changed.connect(self._conversation_changed)
        self._unsubscribe = context.workspace.events.subscribe(context.bridge.relay(self._on_changes, receiver=self))
        self.hide()

    @Slot(bool)
    def cover(self, on: bool) -> None:
        """Something else asks in this place."""
        self._covered = on
        self.setVisible(bool(self.found) and not on)

    def close_strip(self) -> None:
        """The window closes."""
        self._unsubscribe()
        self._timer.stop()

    # what is outdated

    @Slot()
    def _conversation_changed(self) -> None:
        if self.found and self.found[0].mark.chat_id != self._conversation.open.id:
            self._show(())
        self._timer.start()

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if changes.cubes or changes.messages or changes.chats:
            self._timer.start()

    @Slot()
    def _ask(self) -> None:
        chat = self._conversation.open.id
        if not chat or self._conversation.open.temporary:
            self._show(())
            return

        def show(found: "tuple[Outdated, ...]") -> None:
            if chat == self._conversation.open.id:
                self._show(found)

        self._context.bridge.then(self._context.workspace.learned.outdated(chat), show, receiver=self)

    def _show(self, found: "tuple[Outdated, ...]") -> None:
        if found == self.found and self.isHidden() != bool(found):
            return
        self.found = found
        self.setVisible(bool(found) and not self._covered)
        if not found:
            return
        self.words.setText(sentence(found))
        offers = [one for one in found if one.offer and not one.cube.frozen]
        self.update_button.setVisible(bool(offers))
        some = len(offers) < len(found)
        self.update_button.setText(f"Update {memories(len(offers))}" if some else "Update from the new wording")
        self.bin_button.setEnabled(not any(one.cube.frozen for one in found))
        self._fill(found)
        keep_height(self, self._lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words and buttons may break at other places now."""
        super().resizeEvent(event)
        keep_height(self, self._lines)

    @Slot(bool)
    def _show_details(self, on: bool) -> None:
        self._lines.setVisible(on)
        keep_height(self, self._lines)

    # what the person does

    @Slot()
    def _update(self) -> None:
        ids = [one.cube.id for one in self.found if one.offer and not one.cube.frozen]
        self._follow(self._context.workspace.learned.update(ids), f"Updated: {memories(len(ids))}")

    @Slot()
    def _keep(self) -> None:
        ids = self._ids()
        self._follow(self._context.workspace.learned.keep(ids), f"Kept: {memories(len(ids))}")

    @Slot()
    def _bin(self) -> None:
        ids = self._ids()
        self._follow(self._context.workspace.library.bin(ids), f"Moved to the bin: {memories(len(ids))}")

    def _ids(self) -> list[str]:
        return [one.cube.id for one in self.found]

    def _follow(self, done: "Future[Changes]", said: str) -> None:
        def tell(changes: Changes) -> None:
            step = changes.step_id
            self._context.toasts.say(said, None if step is None else lambda: self._undo(step))
            self._timer.start()

        self._context.bridge.then(done, tell, receiver=self)

    def _undo(self, step: int) -> None:
        undone = self._context.workspace.library.undo_step(step)
        self._context.bridge.then(undone, lambda _changes: None)

    # building

    def _fill(self, found: "Sequence[Outdated]") -> None:
        rows = [self._row(one) for one in found[:SHOWN]]
        if len(found) > SHOWN:
            rows.append(label(f"and {len(found) - SHOWN} more", "muted"))
        self._lines.show_all(*rows)
        self._lines.setVisible(self.details.isChecked())

    def _row(self, one: "Outdated") -> QWidget:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(GRID, 0, 0, 0)
        box.setSpacing(GRID)
        text = short(one.cube.text)
        words = f"“{text}” becomes “{short(one.offer)}”" if one.offer else f"“{text}”, {WHY[one.mark.change]}"
        box.addWidget(label(words, wrap=True), 1)
        show = button("Show", "meta", tip="Open in Memory")
        show.setAccessibleName(f"Show {one.cube.title}")
        show.clicked.connect(lambda: self._context.navigator.cube.emit(one.cube.id))
        box.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(Picture(self._context.theme, self._context.icons, "stale", "warning", SIGN))
        head.addWidget(self.words, 1)
        low = FlowLayout()
        for one in (self.update_button, self.keep_button, self.bin_button, self.details):
            low.addWidget(one)
        self.box.addLayout(head)
        self.box.addWidget(self._lines)
        self.box.addLayout(low)


def short(text: str) -> str:
    """One line of it."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def sentence(found: "Sequence[Outdated]") -> str:
    """Like "2 memories were learned from the earlier wording"."""
    verb = "was" if len(found) == 1 else "were"
    sources = Counter(FROM[one.mark.change] for one in found)
    what = next(iter(sources)) if len(sources) == 1 else "messages that are not in this chat any more"
    return f"{memories(len(found))} {verb} learned from {what}."
