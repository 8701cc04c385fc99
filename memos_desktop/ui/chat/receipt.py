"""The receipt of an answer, in the panel on the right: retrieved, injected, cited, and what was left out."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.chat.excluded import ExcludedList
from memos_desktop.ui.chat.receipt_card import ReceiptCard
from memos_desktop.ui.chat.words import memories
from memos_desktop.ui.cubes.forget_panel import ForgetPanel
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import EmptyState, Fold, IconButton, button, label

LEFT_OUT = "left out"


class ReceiptPanel(QFrame):
    """Shows the receipt of one answer.

    Signals:
        closed: hide the panel.
        request_wanted: open the memory request of this answer, to change it and answer again.
        excluded(str, bool): do not use this memory in this chat any more, or use it again.
        corrected: a memory was corrected here, or that was given up.

    """

    closed = Signal()
    corrected = Signal()
    request_wanted = Signal()
    excluded = Signal(str, bool)

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
        self.excluded_list = ExcludedList(context)
        self.excluded_list.included.connect(lambda id: self.excluded.emit(id, False))
        self._forget: ForgetPanel | None = None
        self._build()
        self.show_receipt({}, False)
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes, receiver=self))

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
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.summary)
        body.addWidget(scroll, 1)
        body.addWidget(self.excluded_list)
        body.addLayout(low)
        self._place = QVBoxLayout()
        self._place.setContentsMargins(GRID, GRID, GRID, GRID)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addLayout(self._place)
        box.addWidget(self._body, 1)

    def show_receipt(
        self, receipt: Mapping[str, Any], can_run: bool, excluded: Iterable[str] = frozenset()
    ) -> None:
        """Show this receipt (`Receipt.to_json`); `can_run` where the request may be run again.

        `excluded` are the memories that must not be used in this chat.
        """
        self.excluded_list.show_ids(excluded)
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
        self._ask_standing()

    def correcting(self, edited: bool = False) -> bool:
        """Whether the text of a memory is being corrected here; with `edited`, only if it is another already."""
        return any(card.correct.edited if edited else not card.correct.isHidden() for card in self.cards)

    def show_excluded(self, excluded: Iterable[str]) -> None:
        """These must not be used in this chat."""
        self.excluded_list.show_ids(excluded)
        for card in self.cards:
            card.show_excluded(card.item_id in self.excluded_list.ids)

    def _ask_standing(self) -> None:
        """How the memories stand now: pinned, frozen, changed, in the bin, gone."""
        cards = [card for card in self.cards if card.is_cube]
        if not cards:
            return

        def show(found: Mapping[str, Cube]) -> None:
            for card in cards:
                if card in self.cards:
                    card.show_standing(found.get(card.item_id))

        ids = [card.item_id for card in cards]
        self._context.bridge.then(self._context.workspace.learned.standing(ids), show, receiver=self)

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if changes.cubes & {card.item_id for card in self.cards}:
            self._ask_standing()

    # forgetting

    @Slot(str)
    def open_forget(self, memory_id: str) -> None:
        """Ask here whether to forget this memory, and report here."""
        if self._forget is None:
            self._forget = ForgetPanel(self._context)
            self._forget.left.connect(self._leave_forget)
            self._place.addWidget(self._forget, 0, Qt.AlignmentFlag.AlignTop)
        self._body.hide()
        self._forget.show()
        self._forget.open([memory_id])

    @Slot()
    def _leave_forget(self) -> None:
        if self._forget is not None:
            self._forget.hide()
        self._body.show()

    def _card(self, item: Mapping[str, Any], best: float, injected: str) -> ReceiptCard:
        card = ReceiptCard(self._context, item, best, injected)
        card.excluded.connect(self.excluded)
        card.forget_wanted.connect(self.open_forget)
        card.correct.left.connect(self.corrected)
        card.show_excluded(card.item_id in self.excluded_list.ids)
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
