"""One memory of a receipt: text, form, why it was found, where it comes from, what can be done with it."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton

from memos_desktop.ids import parse_time
from memos_desktop.memory.cube import Cube, State
from memos_desktop.ui.chat.correct import CorrectField
from memos_desktop.ui.chat.receipt_actions import ReceiptActions
from memos_desktop.ui.chat.words import long_time, short_date
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, Card, ScoreBar, button, label

FORMS = {
    "text": ("As text", "plaintext", "plaintext"),
    "kv": ("As KV", "activation", "activation"),
    "adapter": ("In an adapter", "parametric", "parametric"),
    "left out": ("Left out", "muted", "not-relevant"),
}
REASONS_SHOWN = 4
TEXT_SHOWN = 600


class ReceiptCard(Card):
    """Shows one entry of `Receipt.to_json()["retrieved"]`, and how that memory stands now.

    Signals:
        excluded(str, bool): do not use this memory in this chat any more, or use it again.
        forget_wanted(str): forget this memory.

    """

    excluded = Signal(str, bool)
    forget_wanted = Signal(str)

    def __init__(self, context: Context, item: Mapping[str, Any], best: float, injected: str) -> None:
        super().__init__("card", 12, GRID)
        self._context = context
        self.item_id = str(item.get("id"))
        self.is_cube = item.get("owner") == "cube"
        self._version = int(item.get("version") or 1)
        self._forgotten = bool(item.get("forgotten"))
        self.form_reason: QLabel | None = None
        source = item.get("source") or {}
        self._chat = str(source.get("chat_id") or "")
        self._message = str(source.get("message_id") or "") or ("" if self.is_cube else self.item_id)
        text = str(item.get("text") or "")
        self.text = label(_beginning(text), wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if not text:
            self.text.hide()
        self.standing = label("", "meta", wrap=True)
        self.standing.hide()
        self.correct = CorrectField(context)
        self.acts = ReceiptActions(context, self.item_id, self.is_cube)
        self.setAccessibleName(f"Memory: {text[:120] or 'forgotten'}")
        self.box.addLayout(self._badges(item))
        self.box.addWidget(self.text)
        self.box.addWidget(self.correct)
        self.box.addWidget(self.standing)
        self._add_decision(item, text, injected)
        self._add_reasons(item.get("reasons") or {}, best)
        self.box.addLayout(self._action_line())
        self.acts.correct_wanted.connect(self._correct)
        self.acts.excluded.connect(self.excluded)
        self.acts.forget_wanted.connect(self.forget_wanted)
        self.correct.left.connect(lambda: self.text.setVisible(bool(self.text.text())))
        if self._forgotten:
            self.show_standing(None)

    def show_standing(self, cube: Cube | None) -> None:
        """How the memory stands now; None: it is gone for good."""
        if not self.is_cube:
            return
        said = _standing(cube, self._version)
        self.standing.setText(said)
        self.standing.setVisible(bool(said))
        self.acts.show_cube(cube)
        if cube is None:
            self.text.hide()
            self.correct.setVisible(self.correct.edited)  # what was typed can be copied still

    def show_excluded(self, out: bool) -> None:
        """Whether it must not be used in this chat."""
        self.acts.show_excluded(out)

    @Slot(object)
    def _correct(self, cube: Cube) -> None:
        self.text.hide()
        self.correct.open(cube)

    def _add_decision(self, item: Mapping[str, Any], text: str, injected: str) -> None:
        """Why it was left out or came as KV, and in which words it was given."""
        if item.get("form") == "left out" and item.get("decision"):
            self.box.addWidget(label(f"Left out: {item['decision']}", "warning", wrap=True))
        if item.get("form") == "kv":
            reason = str(item.get("decision") or "it was read before")
            self.form_reason = label(f"As KV: {reason}", "meta", wrap=True)
            self.box.addWidget(self.form_reason)
        if injected and injected.split() != text.split() and item.get("form") != "kv":
            self.box.addWidget(label(f"Given to the model as: {_beginning(injected)}", "meta", wrap=True))

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
        if not self.is_cube:
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
        self.source.clicked.connect(lambda: self._context.navigator.message.emit(self._chat, self._message))
        if not (self._chat and self._message):
            self.source.hide()
        return self.source

    def _action_line(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.acts)
        row.addStretch(1)
        row.addWidget(self._source_button())
        return row


def _beginning(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN].rstrip()}…"


def _standing(cube: Cube | None, version: int) -> str:
    """What is to be known of a memory that an answer used earlier."""
    if cube is None:
        return "Forgotten since: it is gone for good."
    said = []
    if cube.binned is not None:
        said.append("It is in the bin now.")
    elif cube.state in (State.ARCHIVED, State.EXPIRED, State.MERGED):
        said.append(f"It is {cube.state.value} now, so it is not recalled.")
    if cube.version != version:
        said.append(f"It was changed since: it is at version {cube.version}, this answer had version {version}.")
    said += [word for word, on in (("It is pinned.", cube.pinned), ("It is frozen.", cube.frozen)) if on]
    return " ".join(said)
