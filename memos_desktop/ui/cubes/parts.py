"""The parts of a text that is to be split: each can be edited, joined with the next, or given a sentence of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit

from memos_desktop.memory.language import sentences
from memos_desktop.ui.cubes import words
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, IconButton, button, label
from memos_desktop.ui.widgets.fields import text_edit
from memos_desktop.ui.widgets.scroll import ScrollColumn

AT_ONCE = 30
LINES = 6
LEAST = 30
"""Pixels that any field has, without its padding."""


class PartCard(Card):
    """One part with its text, and below it the boundary to the next.

    Signals:
        changed(): the text is another now.
        join_wanted(), up_wanted(), down_wanted(): join with the next part; give it the last sentence; take its first.
        cut_wanted(int): make two parts here, at this character.
    """

    changed = Signal()
    join_wanted = Signal()
    up_wanted = Signal()
    down_wanted = Signal()
    cut_wanted = Signal(int)

    def __init__(self, context: Context, number: int, text: str, last: bool) -> None:
        super().__init__(margin=12, spacing=6)
        self._context = context
        self.text = text_edit(f"Part {number}")
        self.text.setPlainText(text)
        self.cut = button("Split at the cursor", "meta", tip="Make two parts here (Ctrl+Shift+Enter)")
        self.cut.setAccessibleName(f"Split part {number} at the cursor")
        self.join = button("Join with the next", "meta")
        self.join.setAccessibleName(f"Join part {number} with the next")
        give, take = f"Give the last sentence of part {number} to the next", f"Give part {number} the first of the next"
        self.up = IconButton(context.icons, "collapse", give, size=14)
        self.down = IconButton(context.icons, "expand", take, size=14)
        head = QHBoxLayout()
        head.setSpacing(HALF)
        head.addWidget(label(f"Part {number}", "section"))
        head.addStretch(1)
        head.addWidget(self.cut)
        for one in (self.up, self.down, self.join):
            head.addWidget(one)
            if last:
                one.hide()
        self.box.addLayout(head)
        self.box.addWidget(self.text)
        self.text.textChanged.connect(self._on_typing)
        self.cut.clicked.connect(self._cut)
        self.join.clicked.connect(self.join_wanted)
        self.up.clicked.connect(self.up_wanted)
        self.down.clicked.connect(self.down_wanted)
        QShortcut(
            QKeySequence("Ctrl+Shift+Return"), self.text, context=Qt.ShortcutContext.WidgetShortcut
        ).activated.connect(self._cut)
        self._fit()

    def _on_typing(self) -> None:
        self._fit()
        self.changed.emit()

    def _cut(self) -> None:
        self.cut_wanted.emit(self.text.textCursor().position())

    def _fit(self) -> None:
        """As high as a few lines of text."""
        line = self.text.fontMetrics().lineSpacing()
        width = max(200, self.text.viewport().width())
        per_line = max(20, width // max(1, self.text.fontMetrics().averageCharWidth()))
        lines = sum(1 + len(each) // per_line for each in self.text.toPlainText().split("\n"))
        wanted = min(LINES, max(1, lines)) * line + 2 * GRID + HALF
        self.text.setFixedHeight(max(wanted, self._context.theme.px(LEAST) + 2 * GRID))


class Parts(ScrollColumn):
    """All parts. Of very many only the first are shown; the others are made as they are.

    Signals:
        changed(): a part was edited, or there are more or fewer.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("Parts")
        self._context = context
        self._rest: tuple[str, ...] = ()
        self.cards: list[PartCard] = []

    def show_parts(self, parts: Sequence[str]) -> None:
        """Show these parts."""
        self._rest = tuple(parts[AT_ONCE:])
        self.cards = []
        shown = parts[:AT_ONCE]
        for number, text in enumerate(shown):
            card = PartCard(self._context, number + 1, text, last=number == len(shown) - 1)
            self._follow(card, number)
            self.cards.append(card)
        more = f"and {words.counted(len(self._rest), 'part')} more, made as the text has them"
        self.show_all(*self.cards, *([label(more, "muted")] if self._rest else ()))
        self.changed.emit()

    def texts(self) -> tuple[str, ...]:
        """The parts as they are now, without empty ones."""
        shown = tuple(card.text.toPlainText().strip() for card in self.cards)
        return tuple(text for text in (*shown, *self._rest) if text)

    def enter(self) -> None:
        """Put the cursor into the first part."""
        if self.cards:
            self.cards[0].text.setFocus()

    def join(self, number: int) -> None:
        """Make one of a part and the next."""
        parts = self._parts()
        parts[number : number + 2] = [_joined(parts[number], parts[number + 1])]
        self._again(parts, number)

    def give(self, number: int) -> None:
        """Move the last sentence of a part to the beginning of the next."""
        parts = self._parts()
        found = list(sentences(parts[number]))
        if len(found) >= 2:
            at = found[-1].start
            parts[number + 1] = _joined(parts[number][at:], parts[number + 1])
            parts[number] = parts[number][:at].rstrip()
            self._again(parts, number)

    def take(self, number: int) -> None:
        """Move the first sentence of the next part to the end of this one; its last one takes the part with it."""
        parts = self._parts()
        found = list(sentences(parts[number + 1]))
        if len(found) < 2:
            self.join(number)
            return
        at = found[1].start
        parts[number] = _joined(parts[number], parts[number + 1][:at].rstrip())
        parts[number + 1] = parts[number + 1][at:]
        self._again(parts, number)

    def cut(self, number: int, at: int) -> None:
        """Make two parts of one."""
        parts = self._parts()
        text = self.cards[number].text.toPlainText()
        pieces = [piece for piece in (text[:at].strip(), text[at:].strip()) if piece]
        if len(pieces) == 2:
            parts[number : number + 1] = pieces
            self._again(parts, number + 1)

    def _parts(self) -> list[str]:
        return [*(card.text.toPlainText().strip() for card in self.cards), *self._rest]

    def _again(self, parts: Sequence[str], focus: int) -> None:
        self.show_parts(parts)
        field: QPlainTextEdit = self.cards[min(focus, len(self.cards) - 1)].text
        field.setFocus()

    def _follow(self, card: PartCard, number: int) -> None:
        card.changed.connect(self.changed)
        card.join_wanted.connect(lambda: self.join(number))
        card.up_wanted.connect(lambda: self.give(number))
        card.down_wanted.connect(lambda: self.take(number))
        card.cut_wanted.connect(lambda at: self.cut(number, at))


def _joined(first: str, second: str) -> str:
    """Two parts as one, in one paragraph where neither has several."""
    if not first or not second:
        return first or second
    between = "\n\n" if "\n" in first + second else " "
    return f"{first}{between}{second}"
