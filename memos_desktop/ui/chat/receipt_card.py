"""One memory of a receipt: text, form, why it was found, where it comes from, what can be done with it."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton

from memos_desktop.ids import parse_time
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.chat.words import long_time, short_date
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, Card, IconButton, ScoreBar, button, label

FORMS = {
    "text": ("As text", "plaintext", "plaintext"),
    "kv": ("As KV", "activation", "activation"),
    "adapter": ("In an adapter", "parametric", "parametric"),
    "left out": ("Left out", "muted", "not-relevant"),
}
REASONS_SHOWN = 4
TEXT_SHOWN = 600


class ReceiptCard(Card):
    """Shows one entry of `Receipt.to_json()["retrieved"]`.

    Signals:
        excluded(str): do not use this memory in this chat any more.
    """

    excluded = Signal(str)

    def __init__(self, context: Context, item: Mapping[str, Any], best: float, injected: str) -> None:
        super().__init__("card", 12, GRID)
        self._context = context
        self.item_id = str(item.get("id"))
        self._is_cube = item.get("owner") == "cube"
        self._pinned = False
        self.form_reason: QLabel | None = None
        source = item.get("source") or {}
        self._chat = str(source.get("chat_id") or "")
        self._message = str(source.get("message_id") or "") or ("" if self._is_cube else self.item_id)
        text = str(item.get("text") or "")
        self.text = label(text[:TEXT_SHOWN] + ("…" if len(text) > TEXT_SHOWN else ""), wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName(f"Memory: {text[:120]}")
        self.box.addLayout(self._badges(item))
        self.box.addWidget(self.text)
        if item.get("form") == "left out" and item.get("decision"):
            self.box.addWidget(label(f"Left out: {item['decision']}", "warning", wrap=True))
        if item.get("form") == "kv":
            reason = str(item.get("decision") or "it was read before")
            self.form_reason = label(f"As KV: {reason}", "meta", wrap=True)
            self.box.addWidget(self.form_reason)
        self._add_reasons(item.get("reasons") or {}, best)
        if injected and injected.strip() != text.strip() and item.get("form") != "kv":
            self.box.addWidget(label(f"Given to the model as: {injected[:TEXT_SHOWN]}", "meta", wrap=True))
        self.box.addLayout(self._action_line())

    def _badges(self, item: Mapping[str, Any]) -> QHBoxLayout:
        theme, icons = self._context.theme, self._context.icons
        word, token, icon = FORMS.get(str(item.get("form")), FORMS["text"])
        row = QHBoxLayout()
        row.setSpacing(HALF)
        form = Badge(theme, word, token, icon, icons)
        form.setToolTip(str(item.get("decision") or ""))
        row.addWidget(form)
        if item.get("cited"):
            cited = Badge(theme, "Cited", "good", "quote", icons)
            cited.setToolTip("The answer repeats the words of this memory")
            row.addWidget(cited)
        if not self._is_cube:
            row.addWidget(Badge(theme, "From a chat", "muted", "chats", icons))
        row.addStretch(1)
        if item.get("time"):
            moment = parse_time(str(item["time"]))
            date = label(short_date(moment), "meta")
            date.setToolTip(long_time(moment))
            row.addWidget(date)
        return row

    def _add_reasons(self, reasons: Mapping[str, Mapping[str, Any]], best: float) -> None:
        """Words, with a bar for how much each contributed to the score."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(HALF)
        ranked = sorted(reasons.values(), key=lambda one: -abs(float(one.get("score") or 0)))
        largest = max([best, *(float(one.get("score") or 0) for one in ranked)], default=1.0) or 1.0
        for row, reason in enumerate(ranked[:REASONS_SHOWN]):
            words = str(reason.get("words") or "")
            bar = ScoreBar(self._context.theme, float(reason.get("score") or 0) / largest, "accent", words)
            bar.setFixedWidth(40)
            grid.addWidget(bar, row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label(words, "meta", wrap=True), row, 1)
        grid.setColumnStretch(1, 1)
        if ranked:
            self.box.addLayout(grid)

    def _source_button(self) -> QPushButton:
        self.source = button("Go to source", "meta", "source", self._context.icons, "Show the message it came from")
        self.source.setIconSize(QSize(14, 14))
        self.source.clicked.connect(lambda: self._context.navigator.message.emit(self._chat, self._message))
        if not (self._chat and self._message):
            self.source.hide()
        return self.source

    def _action_line(self) -> QHBoxLayout:
        icons = self._context.icons
        self.open = IconButton(icons, "open", "Open in Memory (correct it there)", size=16)
        self.pin = IconButton(icons, "pin", "Pin: always give it to the model", size=16)
        self.exclude = IconButton(icons, "not-relevant", "Not relevant: do not use it in this chat", size=16)
        self.forget = IconButton(icons, "trash", "Move to the bin", size=16)
        self.open.clicked.connect(lambda: self._context.navigator.cube.emit(self.item_id))
        self.pin.clicked.connect(self._toggle_pin)
        self.exclude.clicked.connect(self._exclude)
        self.forget.clicked.connect(self._bin)
        row = QHBoxLayout()
        row.setSpacing(0)
        for one in (self.open, self.pin, self.exclude, self.forget):
            row.addWidget(one)
            if not self._is_cube and one is not self.exclude:
                one.hide()
        row.addStretch(1)
        row.addWidget(self._source_button())
        return row

    # what the person does

    @Slot()
    def _toggle_pin(self) -> None:
        library = self._context.workspace.library
        self._context.bridge.then(library.pin([self.item_id], not self._pinned), self._pin_changed)

    @Slot(object)
    def _pin_changed(self, changes: Changes) -> None:
        self._pinned = not self._pinned
        self.pin.set_icon("pin", "accent" if self._pinned else "muted")
        self.pin.set_name("Unpin" if self._pinned else "Pin: always give it to the model")
        self._say("Pinned" if self._pinned else "Unpinned", changes)

    @Slot()
    def _exclude(self) -> None:
        self.excluded.emit(self.item_id)
        self.exclude.setEnabled(False)
        self.exclude.set_name("Not used in this chat any more")

    @Slot()
    def _bin(self) -> None:
        self._context.bridge.then(self._context.workspace.library.bin([self.item_id]), self._binned)

    @Slot(object)
    def _binned(self, changes: Changes) -> None:
        self.setEnabled(False)
        self._say("Moved to the bin", changes)

    def _say(self, text: str, changes: Changes) -> None:
        step = changes.step_id
        self._context.toasts.say(text, None if step is None else lambda: self._undo(step))

    def _undo(self, step: int) -> None:
        self._context.bridge.then(self._context.workspace.library.undo_step(step), self._undone)

    @Slot(object)
    def _undone(self, _changes: Changes) -> None:
        self.setEnabled(True)
        self._pinned = False
        self.pin.set_icon("pin", "muted")
