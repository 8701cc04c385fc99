"""One suggestion: what it is, the memories side by side with what differs, and what can be done."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from memos_desktop.memory.cube import Cube, title_of
from memos_desktop.memory.word_diff import Change, DiffPiece, word_diff
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.fuse.marks import marked_html, said
from memos_desktop.ui.cubes.review import says
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, Card, ElidedLabel, button, label

if TYPE_CHECKING:
    from memos_desktop.app.reviews import Review

SHOWN = 3
LONGEST = 400
"""Characters of a text that a card shows."""
NARROW = 560


class ReviewCard(Card):
    """Takes the focus as a whole; its keys are those of the verbs.

    Signals:
        chosen(str): do this: fuse, archive, bin, renew, keep.
        cube_wanted(str): open this memory.
        stepped(int): go to the next (+1) or the previous (-1) suggestion.
    """

    chosen = Signal(str)
    cube_wanted = Signal(str)
    stepped = Signal(int)

    def __init__(self, context: Context, review: "Review") -> None:
        super().__init__(margin=12)
        self._context = context
        self.review = review
        self.buttons: dict[str, QPushButton] = {}
        self.texts: list[QLabel] = []
        self._side = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        title, icon, token = says.KINDS[review.kind]
        self.setAccessibleName(f"{title}: {review.words}")
        self._lay_out(Badge(context.theme, title, token, icon, context.icons))
        context.theme.changed.connect(self._draw)
        self._draw()

    def set_busy(self, on: bool) -> None:
        """Something was chosen and is under way."""
        for one in self.buttons.values():
            one.setEnabled(not on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from suggestion to suggestion, Enter opens the memory."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.cube_wanted.emit(self.review.newest_first[0].id)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A frame in colour while it has the focus."""
        super().focusInEvent(event)
        self._frame("card-focused")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The usual frame again."""
        super().focusOutEvent(event)
        self._frame("card")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere gives it the focus."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the texts stand below each other."""
        super().resizeEvent(event)
        wide = self.width() >= self._context.theme.px(NARROW)
        directions = QBoxLayout.Direction
        self._side.setDirection(directions.LeftToRight if wide else directions.TopToBottom)

    def changeEvent(self, event: QEvent) -> None:
        """The theme has another size of text."""
        super().changeEvent(event)
        self.updateGeometry()

    def _frame(self, look: str) -> None:
        self.setProperty("look", look)
        self.style().unpolish(self)
        self.style().polish(self)

    def _draw(self) -> None:
        shown = self.review.newest_first[:SHOWN]
        for number, (cube, field) in enumerate(zip(shown, self.texts, strict=True)):
            against = shown[1 if number == 0 else 0].text if len(shown) > 1 else cube.text
            pieces = _own_words(cube, against)
            field.setText(marked_html(pieces, (), self._context.theme.tokens))
            field.setAccessibleName(f"{cube.title}. {said(pieces) if len(shown) > 1 else cube.text}")

    def _lay_out(self, badge: Badge) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(badge)
        head.addWidget(label(says.why(self.review), "muted", wrap=True), 1)
        self.box.addLayout(head)
        ordered = self.review.newest_first
        self._side.setSpacing(3 * GRID)
        for number, cube in enumerate(ordered[:SHOWN]):
            self._side.addWidget(self._column(cube, newest=number == 0 and len(ordered) > 1), 1)
        self.box.addLayout(self._side)
        if len(ordered) > SHOWN:
            self.box.addWidget(label(f"and {words.memories(len(ordered) - SHOWN)} more", "meta"))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for name, text in says.offers(self.review):
            row.addWidget(self._offer(name, text))
        row.addStretch(1)
        self.box.addLayout(row)

    def _column(self, cube: Cube, newest: bool) -> QWidget:
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        look = button("Open", "link")
        look.setAccessibleName(f"Open: {cube.title}")
        look.clicked.connect(lambda: self.cube_wanted.emit(cube.id))
        text = QLabel()
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        self.texts.append(text)
        when = f"{words.short_date(cube.changed)}{' · the newer' if newest else ''}"
        if cube.title != title_of(cube.text):
            box.addWidget(ElidedLabel(cube.title, "strong"))
        box.addWidget(text)
        row = QHBoxLayout()
        row.setSpacing(HALF)
        row.addWidget(label(when, "meta"))
        row.addWidget(look)
        row.addStretch(1)
        box.addLayout(row)
        box.addStretch(1)
        return holder

    def _offer(self, name: str, text: str) -> QPushButton:
        one = button(text, "" if name != "keep" else "plain", tip=says.KEYS[name])
        one.setAccessibleName(f"{text}: {self.review.cubes[0].title}")
        one.clicked.connect(partial(self._choose, name))
        key = QShortcut(QKeySequence(says.KEYS[name]), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(partial(self._choose, name))
        self.buttons[name] = one
        return one

    def _choose(self, name: str, _checked: bool = False) -> None:
        if self.buttons[name].isEnabled():
            self.chosen.emit(name)


def _own_words(cube: Cube, against: str) -> tuple[DiffPiece, ...]:
    """What a memory says, with the words underlined that the other has not."""
    text, other = cube.text[:LONGEST], against[:LONGEST]
    pieces = [piece for piece in word_diff(other, text) if piece.change is not Change.REMOVED]
    return (*pieces, DiffPiece(Change.SAME, " …")) if len(cube.text) > LONGEST else tuple(pieces)
