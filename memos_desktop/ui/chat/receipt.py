"""The receipt of an answer, in the panel on the right: retrieved, injected, cited, and what was left out."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.ui.chat.receipt_card import ReceiptCard
from memos_desktop.ui.chat.words import memories
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import EmptyState, Fold, IconButton, button, label

LEFT_OUT = "left out"


class ReceiptPanel(QFrame):
    """Shows the receipt of one answer.

    Signals:
        closed: hide the panel.
        request_wanted: open the memory request of this answer, to change it and answer again.
        excluded(str): do not use this memory in this chat any more.
    """

    closed = Signal()
    request_wanted = Signal()
    excluded = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("look", "inspector")
        self.setAccessibleName("Receipt")
        self._context = context
        self.cards: list[ReceiptCard] = []
        self.summary = label("", "meta", wrap=True)
        self.request = button("Memory request…", "", "memory", context.icons, "See, change and run the request again")
        self.request.clicked.connect(self.request_wanted)
        self._content = QWidget()
        self._content.setProperty("look", "clear")
        self._list = QVBoxLayout(self._content)
        self._list.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        self._list.setSpacing(12)
        self._build()
        self.show_receipt({}, False)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(2 * GRID, 12, GRID, 0)
        close = IconButton(self._context.icons, "close", "Close the receipt", size=16)
        close.clicked.connect(self.closed)
        head.addWidget(label("Receipt", "heading"))
        head.addStretch(1)
        head.addWidget(close)
        self.summary.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._content)
        low = QHBoxLayout()
        low.setContentsMargins(2 * GRID, GRID, 2 * GRID, 12)
        low.addWidget(self.request)
        low.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addWidget(self.summary)
        box.addWidget(scroll, 1)
        box.addLayout(low)

    def show_receipt(self, receipt: Mapping[str, Any], can_run: bool) -> None:
        """Show this receipt (`Receipt.to_json`); `can_run` where the request may be run again."""
        self._clear()
        found = list(receipt.get("retrieved") or ())
        used = [one for one in found if one.get("form") != LEFT_OUT]
        left = [one for one in found if one.get("form") == LEFT_OUT]
        cited = sum(bool(one.get("cited")) for one in used)
        self.summary.setText(_summary(len(found), len(used), cited))
        self.summary.setVisible(bool(found))
        self.request.setVisible(bool(receipt.get("call")) and can_run)
        for note in receipt.get("notes") or ():
            self._list.addWidget(_note(str(note)))
        injected = {str(one.get("id")): str(one.get("text") or "") for one in receipt.get("injected") or ()}
        best = max((float(one.get("score") or 0) for one in found), default=1.0)
        for one in used:
            self._list.addWidget(self._card(one, best, injected.get(str(one.get("id")), "")))
        if left:
            fold = Fold(self._context.icons, f"Found but left out: {len(left)}", opened=not used)
            for one in left:
                fold.box.addWidget(self._card(one, best, ""))
            self._list.addWidget(fold)
        if not found:
            self._list.addWidget(self._empty(), 1)
        else:
            self._list.addStretch(1)

    def _card(self, item: Mapping[str, Any], best: float, injected: str) -> ReceiptCard:
        card = ReceiptCard(self._context, item, best, injected)
        card.excluded.connect(self.excluded)
        self.cards.append(card)
        return card

    def _empty(self) -> EmptyState:
        return EmptyState(
            self._context.theme,
            self._context.icons,
            "receipt",
            "No memories here",
            "Choose “3 memories” below an answer to see what it used, and why.",
        )

    @Slot()
    def _clear(self) -> None:
        self.cards = []
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()


def _summary(found: int, used: int, cited: int) -> str:
    parts = [f"{memories(found)} retrieved", f"{used} injected"]
    if cited:
        parts.append(f"{cited} cited in the answer")
    return ", ".join(parts) + "."


def _note(text: str) -> QFrame:
    frame = QFrame()
    frame.setProperty("look", "notice-warning")
    box = QVBoxLayout(frame)
    box.setContentsMargins(12, GRID, 12, GRID)
    box.addWidget(label(text, wrap=True))
    return frame
