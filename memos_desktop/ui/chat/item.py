"""One message in the column: its text, the line below it, and actions that appear on hover and focus."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QFocusEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from memos_desktop.memory.message import Branches, Finish, Message, Role
from memos_desktop.ui.chat import words
from memos_desktop.ui.chat.blocks import Body
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import ElidedLabel, IconButton, button, label

FOOT = 28
FOOT_USER = 24
BUBBLE_MOST = 0.85
USER_CHARACTERS = 6_000
WIDE_TEXT = 1_000
"""Characters that are measured for the width of a bubble; a longer text fills it anyway."""


class MessageItem(QWidget):
    """What user and assistant messages have in common: footer, actions, branch switcher, height.

    Signals:
        resized(MessageItem): its height is another one now.
        acted(str, MessageItem): "copy", "edit", "regenerate", "receipt", "previous" or "next" was chosen.
    """

    resized = Signal(object)
    acted = Signal(str, object)
    ACTIONS: tuple[tuple[str, str, str], ...] = ()

    def __init__(self, context: Context, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.message = message
        self._heights: dict[int, int] = {}
        self._actions: QWidget | None = None
        self._branches: Branches | None = None
        self._marked = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.foot = QWidget(self)
        self.foot_row = QHBoxLayout(self.foot)
        self.foot_row.setContentsMargins(0, 0, 0, 0)
        self.foot_row.setSpacing(HALF)
        QApplication.instance().focusObjectChanged.connect(self._on_focus)  # type: ignore[union-attr]

    # geometry

    def height_for(self, width: int) -> int:
        """The height at this width, kept until something changes."""
        if width not in self._heights:
            self._heights = {width: self._measure(width) + self.foot_height()}
        return self._heights[width]

    def knows_height(self, width: int) -> bool:
        """Whether `height_for` would answer at once."""
        return width in self._heights

    def foot_height(self) -> int:
        """The height of the line below the text."""
        return self.context.theme.px(FOOT)

    def forget_height(self) -> None:
        """Something has changed: measure again, and tell the column."""
        self._heights = {}
        self.resized.emit(self)

    def _measure(self, width: int) -> int:
        raise AssertionError("a message item measures its text")

    # actions and branches

    def show_branches(self, branches: Branches) -> None:
        """Show ‹2/3› where there are alternatives to this message."""
        if len(branches.siblings) < 2:
            return
        self._branches = branches
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for name, text in (("previous", "Previous version"), ("next", "Next version")):
            one = IconButton(self.context.icons, name, text, size=14)
            one.setEnabled(branches.index > 0 if name == "previous" else branches.index + 1 < len(branches.siblings))
            one.clicked.connect(lambda _on=False, name=name: self.acted.emit(name, self))
            box.addWidget(one)
            if name == "previous":
                box.addWidget(label(f"{branches.index + 1}/{len(branches.siblings)}", "meta"))
        self._insert_branches(row)

    def sibling(self, step: int) -> str | None:
        """The id of the alternative before (-1) or after (+1) this one."""
        if self._branches is None:
            return None
        index = self._branches.index + step
        return self._branches.siblings[index] if 0 <= index < len(self._branches.siblings) else None

    def _insert_branches(self, row: QWidget) -> None:
        self.foot_row.insertWidget(0, row)

    def _insert_actions(self, row: QWidget) -> None:
        self.foot_row.addWidget(row)

    def _show_actions(self, on: bool) -> None:
        """Built at the first hover or focus: most messages never need them."""
        if on and self._actions is None:
            self._actions = QWidget()
            box = QHBoxLayout(self._actions)
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(0)
            for name, icon, text in self.ACTIONS:
                one = IconButton(self.context.icons, icon, text, size=16)
                one.clicked.connect(lambda _on=False, name=name: self.acted.emit(name, self))
                box.addWidget(one)
            self._insert_actions(self._actions)
        if self._actions is not None:
            self._actions.setVisible(on)

    def mark(self, on: bool) -> None:
        """Point this message out, after a jump to it."""
        self._marked = on
        self.update()

    # events

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the actions."""
        self._show_actions(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide them, unless the keyboard is here."""
        self._show_actions(self._has_focus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard has come: show the actions, so that Tab can reach them."""
        self._show_actions(True)
        self.update()

    @Slot(object)
    def _on_focus(self, _object: object) -> None:
        if self._actions is not None and self._actions.isVisible() and not self.underMouse():
            self._show_actions(self._has_focus())
            self.update()

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and (focused is self or self.isAncestorOf(focused))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tint behind a marked message, a ring around a focused one."""
        if not self._marked and not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.context.theme.color("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        if self._marked:
            painter.setBrush(self.context.theme.color("soft_accent"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), GRID, GRID)


class UserItem(MessageItem):
    """What the person said: plain text in a tinted bubble on the right."""

    ACTIONS = (("edit", "edit", "Edit and branch"), ("copy", "copy", "Copy"))

    def __init__(self, context: Context, message: Message, parent: QWidget) -> None:
        super().__init__(context, message, parent)
        self.setAccessibleName(f"{message.speaker or 'You'}: {message.text[:200]}")
        self.bubble = QFrame(self)
        self.bubble.setProperty("look", "bubble")
        self.text = QLabel(self.bubble)
        self.text.setProperty("look", "body")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.foot_row.addStretch(1)
        self.restyle()

    def foot_height(self) -> int:
        """A little lower than below an answer: there is only room for actions."""
        return self.context.theme.px(FOOT_USER)

    def restyle(self) -> None:
        """The theme has changed."""
        self.text.setText(_cut(self.message.text))
        self._heights = {}
        self._bubbles: dict[int, QRect] = {}

    def _measure(self, width: int) -> int:
        return self._bubble(width).height() + 2

    def _bubble(self, width: int) -> QRect:
        """Where the bubble stands, kept until the text or its font changes."""
        if width not in self._bubbles:
            self._bubbles = {width: self._measure_bubble(width)}
        return self._bubbles[width]

    def _measure_bubble(self, width: int) -> QRect:
        self.text.ensurePolished()
        side, top = 2 * GRID, 10
        most = round(width * BUBBLE_MOST) - 2 * side
        metrics = self.text.fontMetrics()
        longest = max(metrics.horizontalAdvance(line) for line in self.text.text()[:WIDE_TEXT].split("\n"))
        inner = min(most, longest + 2)
        height = self.text.heightForWidth(inner)
        return QRect(width - inner - 2 * side, 0, inner + 2 * side, height + 2 * top)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Bubble at the right, actions below it."""
        area = self._bubble(self.width())
        self.bubble.setGeometry(area)
        self.text.setGeometry(2 * GRID, 10, area.width() - 4 * GRID, area.height() - 20)
        self.foot.setGeometry(0, area.bottom() + 2, self.width(), self.foot_height())

    def _insert_branches(self, row: QWidget) -> None:
        self.foot_row.addWidget(row)

    def _insert_actions(self, row: QWidget) -> None:
        self.foot_row.insertWidget(1, row)


class AnswerItem(MessageItem):
    """What the assistant said, flat across the column; below it how it was made and what it used."""

    ACTIONS = (("copy", "copy", "Copy"), ("regenerate", "refresh", "Answer again"))

    def __init__(self, context: Context, message: Message, parent: QWidget) -> None:
        super().__init__(context, message, parent)
        self.body = Body(context, self)
        self.body.resized.connect(self.forget_height)
        self.note = label("", "meta", wrap=True)
        self.note.setParent(self)
        self.kept: QWidget | None = None
        self.receipt: QPushButton = button("", "meta")
        self.receipt.hide()
        self.receipt.setIcon(context.icons.icon("memory", "accent"))
        self.receipt.setIconSize(QSize(14, 14))
        self.receipt.clicked.connect(lambda: self.acted.emit("receipt", self))
        self.meta = ElidedLabel("", "meta")
        self.foot_row.addWidget(self.receipt)
        self.foot_row.addWidget(self.meta, 1)
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
        """The meta line."""
        self.meta.set_text(words.meta_line(stats))

    def show_receipt(self, receipt: Mapping[str, Any]) -> None:
        """The button "3 memories", which opens the receipt; hidden where memory was not asked."""
        self.message = replace(self.message, receipt=receipt)
        used = len(receipt.get("injected") or ())
        found = len(receipt.get("retrieved") or ())
        self.receipt.setText(f" {words.memories(used) if used else 'No memory used'}")
        self.receipt.setToolTip("Show which memories this answer used, and why")
        self.receipt.setVisible(bool(used or found))
        self.foot_row.setContentsMargins(0 if used or found else HALF, 0, 0, 0)
        writing = self.message.finish is Finish.WRITING
        self.foot.setVisible(not writing or bool(used or found))

    def set_kept(self, card: QWidget | None) -> None:
        """The card "Remembered: …" below the text."""
        if self.kept is not None:
            self.kept.hide()
            self.kept.deleteLater()
        self.kept = card
        if card is not None:
            card.setParent(self)
            card.show()
        self.forget_height()

    def restyle(self) -> None:
        """The theme has changed."""
        self._heights = {}
        self.body.restyle()

    def _parts(self, width: int) -> tuple[int, int, int]:
        body = self.body.height_for(width)
        note = self.note.heightForWidth(width) + HALF if self.note.text() else 0
        kept = self.kept.sizeHint().height() + GRID if self.kept is not None else 0
        return body, note, kept

    def _measure(self, width: int) -> int:
        return sum(self._parts(width)) + HALF

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Text, note, card, footer."""
        body, note, kept = self._parts(self.width())
        self.body.setGeometry(0, 0, self.width(), body)
        self.note.setGeometry(0, body, self.width(), note)
        if self.kept is not None:
            self.kept.setGeometry(0, body + note, self.width(), kept - GRID)
        self.foot.setGeometry(-HALF, body + note + kept + HALF, self.width() + HALF, self.foot_height())


def make_item(context: Context, message: Message, parent: QWidget) -> MessageItem:
    """The widget for a message. It gets its parent at once: moving a widget styles it again."""
    kind = UserItem if message.role is Role.USER else AnswerItem
    return kind(context, message, parent)


def _cut(text: str) -> str:
    rest = len(text) - USER_CHARACTERS
    return text if rest <= 0 else f"{text[:USER_CHARACTERS]}\n\n… {rest:,} more characters; Copy gives all of it"
