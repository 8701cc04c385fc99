"""Offers to attach a very long text that was pasted, in place of filling the composer with it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from memos_desktop.app.turn_opening import LONGEST_MESSAGE
from memos_desktop.ui.chat.attach_flow import AttachFlow
from memos_desktop.ui.chat.composer import Composer
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, IconButton, Picture, button, label
from memos_desktop.ui.widgets.flow import FlowLayout
from memos_desktop.ui.widgets.lines import keep_height

SIGN = 16


class LongPaste(Card):
    """Stands above the composer while it is to be decided. What was pasted is nowhere else until then.

    Signals:
        asking(bool): it asks, or no longer.
    """

    asking = Signal(bool)

    def __init__(self, context: Context, composer: Composer, attachments: AttachFlow) -> None:
        super().__init__("notice", GRID, HALF)
        self.setAccessibleName("A long text was pasted")
        self._composer = composer
        self._attachments = attachments
        self._text = ""
        self.words = label("", wrap=True)
        self.attach = button("Attach as a document", "primary", tip="Kept as a memory and attached to this message")
        self.insert = button("Paste into the message")
        self.close_button = IconButton(context.icons, "close", "Do not paste it", size=SIGN)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(Picture(context.theme, context.icons, "file", "accent", SIGN))
        head.addWidget(self.words, 1)
        head.addWidget(self.close_button)
        low = FlowLayout()
        low.addWidget(self.attach)
        low.addWidget(self.insert)
        self.box.addLayout(head)
        self.box.addLayout(low)
        composer.field.long_pasted.connect(self.offer)
        composer.submitted.connect(self._leave)
        self.attach.clicked.connect(self._attach)
        self.insert.clicked.connect(self._insert)
        self.close_button.clicked.connect(self._leave)
        self.hide()

    @Slot(str)
    def offer(self, text: str) -> None:
        """Ask what to do with this text."""
        self._text = text
        fits = len(text) <= LONGEST_MESSAGE
        more = "" if fits else f" A message holds {LONGEST_MESSAGE:,} at most."
        self.words.setText(f"The pasted text has {len(text):,} characters.{more}")
        self.insert.setVisible(fits)
        self.show()
        self.asking.emit(True)
        keep_height(self)
        self.attach.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words and buttons may break at other places now."""
        super().resizeEvent(event)
        keep_height(self)

    @Slot()
    def _attach(self) -> None:
        self._attachments.add_text(self._text)
        self._leave()

    @Slot()
    def _insert(self) -> None:
        self._composer.field.put(self._text, self._composer.field.insertPlainText)
        self._leave()

    @Slot()
    def _leave(self) -> None:
        self._text = ""
        self.hide()
        self.asking.emit(False)
        self._composer.field.setFocus()
