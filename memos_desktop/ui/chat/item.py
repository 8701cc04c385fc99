"""An answer in the column: its text, how it was made and what it used below it, and what was kept of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from memos_desktop.memory.message import Finish, Message, Role
from memos_desktop.ui.chat import words
from memos_desktop.ui.chat.blocks import Body
from memos_desktop.ui.chat.kept import KeptCard
from memos_desktop.ui.chat.message_item import MARGIN, MessageItem
from memos_desktop.ui.chat.meter import meta_line
from memos_desktop.ui.chat.user_item import UserItem
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import ElidedButton, button, label

HANG = HALF + 1
"""Padding and border of the buttons in the footer: they hang out, so that their words stand below the text."""


class AnswerItem(MessageItem):
    """What the assistant said, flat across the column; below it how it was made and what it used."""

    ACTIONS = (
        ("copy", "copy", "Copy"),
        ("regenerate", "refresh", "Answer again"),
        ("delete", "trash", "Delete with what is below"),
    )

    def __init__(self, context: Context, message: Message, parent: QWidget) -> None:
        super().__init__(context, message, parent)
        self.body = Body(context, self)
        self.body.resized.connect(self.forget_height)
        self.note = label("", "meta", wrap=True)
        self.note.setParent(self)
        self.kept: KeptCard | None = None
        self.receipt: QPushButton = button("", "meta", "memory", context.icons)
        self.receipt.hide()
        self.receipt.setIcon(context.icons.icon("memory", "accent"))
        self.receipt.clicked.connect(lambda: self.acted.emit("receipt", self))
        self.meta = ElidedButton()
        self.meta.hide()
        self.meta.clicked.connect(lambda: self.acted.emit("how", self))
        self.foot_row.addWidget(self.receipt)
        self.foot_row.addWidget(self.meta, 1)
        self.foot_row.addStretch(0)
        self.show_message(message)

    def show_message(self, message: Message) -> None:
        """Show this message; the text is drawn again only if it is another one."""
        self.message = message
        self.setAccessibleName(f"{message.speaker or 'Assistant'}: {message.text[:200]}")
        if message.text != self.body.text:
            self.body.set_text(message.text)
        self.body.flush()
        self.set_note(words.ENDINGS.get(message.finish, ""))
        self.show_stats(message.stats)
        self.show_receipt(message.receipt)

    def append(self, piece: str) -> None:
        """A piece of the streaming answer."""
        if self.note.text():
            self.set_note("")
        self.body.append(piece)

    def finish_text(self) -> str:
        """The text as it stands, drawn to the end."""
        self.body.flush()
        self.message = replace(self.message, text=self.body.text)
        return self.body.text

    def set_note(self, text: str, look: str = "meta") -> None:
        """A line between text and footer: what is being done, or how the answer ended."""
        if self.note.text() == text and self.note.property("look") == look:
            return
        self.note.setProperty("look", look)
        self.note.style().polish(self.note)
        self.note.setText(text)
        self.forget_height()

    def show_stats(self, stats: Mapping[str, Any]) -> None:
        """The meta line, which opens how the answer was read."""
        self.message = replace(self.message, stats=stats)
        self._show_meta()

    def show_receipt(self, receipt: Mapping[str, Any]) -> None:
        """The button "3 memories", which opens the receipt; hidden where memory was not asked."""
        self.message = replace(self.message, receipt=receipt)
        used = len(receipt.get("injected") or ())
        found = len(receipt.get("retrieved") or ())
        self.receipt.setText(f" {words.memories(used) if used else 'No memory used'}")
        self.receipt.setToolTip("Show which memories this answer used, and why")
        self.receipt.setVisible(bool(used or found))
        self._show_meta()
        writing = self.message.finish is Finish.WRITING
        self.foot.setVisible(not writing or bool(used or found))

    def _show_meta(self) -> None:
        said = meta_line(self.message.stats, self.message.receipt)
        if said == self.meta.full_text():
            return
        self.meta.set_text(said)
        self.meta.setToolTip(f"{said}\nPress to see how this was read")
        self.meta.setVisible(bool(said))

    def set_kept(self, card: KeptCard | None) -> None:
        """The card "Remembered: …" below the text."""
        if self.kept is not None:
            self.kept.hide()
            self.kept.deleteLater()
        self.kept = card
        if card is not None:
            card.setParent(self)
            card.resized.connect(self.forget_height)
            card.show()
        self.forget_height()

    def restyle(self) -> None:
        """The theme has changed."""
        self._heights = {}
        self.body.restyle()

    def _parts(self, width: int) -> tuple[int, int, int]:
        body = self.body.height_for(width)
        note = self.note.heightForWidth(width) + HALF if self.note.text() else 0
        kept = self.kept.height_for(width) + GRID if self.kept is not None else 0
        return body, note, kept

    def _measure(self, width: int) -> int:
        return sum(self._parts(width)) + HALF

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Text, note, card, footer."""
        width = self.width() - 2 * MARGIN
        body, note, kept = self._parts(width)
        self.body.setGeometry(MARGIN, 0, width, body)
        self.note.setGeometry(MARGIN, body, width, note)
        if self.kept is not None:
            self.kept.setGeometry(MARGIN, body + note, width, kept - GRID)
        self.foot.setGeometry(MARGIN - HANG, body + note + kept + HALF, width + 2 * HANG, self.foot_height())


def make_item(context: Context, message: Message, parent: QWidget) -> MessageItem:
    """The widget for a message. It gets its parent at once: moving a widget styles it again."""
    kind = UserItem if message.role is Role.USER else AnswerItem
    return kind(context, message, parent)
