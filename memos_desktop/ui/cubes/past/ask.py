"""A what-if chat: questions to the vault as it was. Nothing of it is kept, and it says so."""

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.message import MemoryMode
from memos_desktop.memory.snapshot import Moment
from memos_desktop.ui.chat.column import MessageColumn
from memos_desktop.ui.chat.composer import Composer
from memos_desktop.ui.chat.conversation import Conversation, OpenChat
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.cubes.past import words as say
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, button, label

if TYPE_CHECKING:
    from memos_desktop.app.jobs import Job
    from memos_desktop.app.what_if import WhatIf

LEFT_OUT = "left out"
INVITATION = "Ask something that your memories knew then."


class UsedThen(QFrame):
    """Which memories the last answer used, as they were. They are of the past: nothing can be done with them here."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "inspector")
        self.setAccessibleName("Memories used")
        self.texts: tuple[str, ...] = ()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("Memories used")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._scroll)
        self.show_receipt({})

    def show_receipt(self, receipt: Mapping[str, Any]) -> None:
        """Show what this receipt says was in the context."""
        used = [one for one in receipt.get("retrieved") or () if one.get("form") != LEFT_OUT]
        column = QWidget()
        column.setProperty("look", "clear")
        box = QVBoxLayout(column)
        box.setContentsMargins(2 * GRID, 12, 2 * GRID, GRID)
        box.setSpacing(GRID)
        box.addWidget(label("Used for this answer", "heading"))
        for note in receipt.get("notes") or ():
            box.addWidget(label(str(note), "meta", wrap=True))
        if not used:
            box.addWidget(label("No memory yet." if not receipt else "No memory was used.", "muted", wrap=True))
        for one in used:
            card = Card(margin=12, spacing=4)
            card.box.addWidget(label(str(one.get("text", "")), "", wrap=True))
            card.box.addWidget(label(f"{one.get('form', '')}: {one.get('decision', '')}", "meta", wrap=True))
            box.addWidget(card)
        box.addStretch(1)
        self._scroll.setWidget(column)
        self.texts = tuple(str(one.get("text", "")) for one in used)


class AskPanel(QWidget):
    """The chat. It opens a copy of the vault for itself, and gives it back when it is left.

    Attributes:
        conversation, composer: the parts of a chat.
        used: the memories of the last answer.

    Signals:
        left(): back to the list.

    """

    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._what_if: WhatIf | None = None
        self._job: Job | None = None
        self._moment: Moment | None = None
        self.column = MessageColumn(context)
        self.conversation = Conversation(context, self.column, self)
        self.composer = Composer(context)
        self.used = UsedThen()
        self.title = label("", "strong", wrap=True)
        self.note = label(INVITATION, "muted", wrap=True)
        self.leave_button = button("Back to the list", "", "back", context.icons)
        self.again_button = button("Try again", "", "refresh", context.icons)
        self._lay_out()
        self.again_button.clicked.connect(self._again)
        self.leave_button.clicked.connect(self.leave)
        self.composer.submitted.connect(self._submit)
        self.composer.stop_wanted.connect(self.conversation.runner.stop)
        self.conversation.runner.busy.connect(self.composer.set_writing)
        self.conversation.receipt_ready.connect(self._show_receipt)
        self.conversation.returned.connect(self.composer.set_text)
        self.conversation.failed.connect(context.toasts.error)
        self.conversation.changed.connect(self._on_changed)
        self.column.acted.connect(self._act)

    def open(self, moment: Moment) -> None:
        """Begin a chat with this moment."""
        self._close_chat()
        self.title.setText(f"Asking the past: {say.moment_words(moment, False)}")
        self.note.setText("Going back in time…")
        self.composer.setEnabled(False)
        self.conversation.show(OpenChat(temporary=True, memory=MemoryMode.READ))
        self.used.show_receipt({})
        self.again_button.hide()
        self._moment = moment
        self._job = job = self._context.workspace.time.what_if(moment.step_id)
        bridge = self._context.bridge
        job.future.add_done_callback(bridge.relay(partial(self._ended, job), receiver=self))
        bridge.then(job.future, partial(self._opened, job), self._failed, receiver=self)

    def _again(self) -> None:
        if self._moment is not None:
            self.open(self._moment)

    def leave(self) -> None:
        """End the chat and go back to the list."""
        self._close_chat()
        self.left.emit()

    def _opened(self, job: "Job", made: "WhatIf") -> None:
        if job is not self._job:  # another moment is wanted by now
            made.close()
            return
        self._job = None
        self._what_if = made
        self.conversation.runner.turns = made
        self.note.setText(INVITATION)
        self.composer.setEnabled(True)
        self.composer.field.setFocus()

    def _ended(self, job: "Job", future: "Future[WhatIf]") -> None:
        """Comes before what it made, and alone where it was cancelled in the jobs bar."""
        if job is self._job and future.exception() is not None:
            self._job = None
            self.note.setText("It was cancelled.")
            self.again_button.show()

    def _failed(self, error: MemosError) -> None:
        self.note.setText(f"{error.message} {error.hint}".strip())

    def _close_chat(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job.future.add_done_callback(_close_late)
            self._job = None
        if self._what_if is not None:
            self.conversation.runner.stop()
            self._what_if.close()
            self._what_if = None

    def _submit(self, text: str) -> None:
        if self._what_if is None or not text.strip():
            return
        self.composer.set_text("")
        self.conversation.send(text)

    def _show_receipt(self, item: AnswerItem) -> None:
        self.used.show_receipt(item.message.receipt)

    def _act(self, action: str, item: object) -> None:
        if action == "receipt" and isinstance(item, AnswerItem):
            self._show_receipt(item)
        elif action == "copy" and isinstance(item, AnswerItem):
            self._context.prompter.copy(item.message.text)
        elif action == "regenerate" and isinstance(item, AnswerItem):
            self.conversation.regenerate(item.message)

    def _on_changed(self) -> None:
        self.note.setVisible(not self.column.messages)
        self.column.setVisible(bool(self.column.messages))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.leave_button)
        head.addWidget(self.title, 1)
        head.addWidget(self.again_button)
        self.again_button.hide()
        self.composer.set_temporary(True)
        self.composer.attach.hide()
        self.composer.request.hide()
        talk = QWidget()
        box = QVBoxLayout(talk)
        box.setContentsMargins(0, 0, GRID, GRID)
        box.setSpacing(GRID)
        box.addWidget(self.note)
        box.addWidget(self.column, 1)
        box.addStretch(0)
        box.addWidget(self.composer)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(talk)
        self.splitter.addWidget(self.used)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([800, self._context.theme.px(300)])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GRID)
        outer.addLayout(head)
        outer.addWidget(self.splitter, 1)


def _close_late(future: "Future[Any]") -> None:
    """A chat that came after nobody wanted it any more."""
    if future.exception() is None:
        future.result().close()
