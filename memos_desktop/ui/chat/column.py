"""The column of messages. Of a long chat only some messages exist as widgets: a window that slides along.

Messages are built in slices of a few milliseconds, newest first, so that a chat of any length is on the
screen at once and the event loop never waits for it. What the person reads stays in place, whatever changes
above it.
"""

import time
from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from memos_desktop.memory.message import Message
from memos_desktop.ui.chat.item import AnswerItem, make_item
from memos_desktop.ui.chat.message_item import MARGIN, MessageItem
from memos_desktop.ui.chat.user_item import UserItem
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import COLUMN, GRID

FIRST = 40
STEP = 20
MOST = 160
NEAR = 800
"""Pixels from an end of the built messages at which more are built."""
SLICE_S = 0.008
MARK_MS = 2500
SPACE = 2 * GRID


class MessageColumn(QScrollArea):
    """Shows the branch of a chat.

    Attributes:
        items: the widgets that exist, oldest first; the first of them shows message number `first`.

    Signals:
        acted(str, MessageItem): an action of a message.
        built(MessageItem): a message has come onto the screen; ask for its branches.
        updated(MessageItem): a message on the screen says something else now.
        settled: everything that was wanted is built.
        at_end(bool): whether the newest message is in view.

    """

    acted = Signal(str, object)
    built = Signal(object)
    updated = Signal(object)
    settled = Signal()
    at_end = Signal(bool)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.messages: list[Message] = []
        self.items: list[MessageItem] = []
        self.first = 0
        self._until = 0
        self._below = 0
        self._stuck = True
        self._moving = False
        self._marked: MessageItem | None = None
        self._goal: str | None = None
        self.inner = QWidget()
        self.inner.setProperty("look", "clear")
        self.setWidget(self.inner)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Messages")
        self.viewport().setAutoFillBackground(False)
        self._filler = QTimer(self)
        self._filler.setInterval(0)
        self._filler.timeout.connect(self._fill)
        self._unmark = QTimer(self)
        self._unmark.setSingleShot(True)
        self._unmark.setInterval(MARK_MS)
        self._unmark.timeout.connect(self._clear_mark)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        context.theme.changed.connect(self._restyle)

    # content

    def show_messages(self, messages: Sequence[Message], goal: str | None = None) -> None:
        """Show a branch, at its end or at the message `goal`."""
        self._drop_all()
        self.messages = list(messages)
        number = next((n for n, message in enumerate(self.messages) if message.id == goal), None)
        self._stuck = number is None
        self._goal = goal if number is not None else None
        end = len(self.messages) if number is None else min(len(self.messages), number + STEP // 2)
        self.first = end
        self._until = max(0, end - FIRST)
        self._below = len(self.messages) if number is None else end
        self._fill()

    def append(self, message: Message) -> MessageItem:
        """Add a message at the end and go there."""
        if self.first + len(self.items) != len(self.messages):
            self.show_messages([*self.messages, message])
            return self.items[-1]
        self.messages.append(message)
        item = self._make(message)
        self.items.append(item)
        self._below = len(self.messages)
        self._stuck = True
        self._arrange()
        return item

    def replace_last(self, message: Message) -> None:
        """The newest message has been finished or was given its id."""
        self.messages[-1] = message
        if self.items and self.first + len(self.items) == len(self.messages):
            item = self.items[-1]
            item.message = message

    def update_messages(self, messages: Sequence[Message]) -> None:
        """The same messages, of which some say something else now; what is read stays in place."""
        for number, message in enumerate(messages):
            if message == self.messages[number]:
                continue
            self.messages[number] = message
            item = self.item(message.id)
            if isinstance(item, UserItem | AnswerItem):
                item.show_message(message)
                item.forget_height()
                self.updated.emit(item)

    def remove_from(self, message_id: str) -> None:
        """Take away a message and all after it (they are on another branch now)."""
        number = next((n for n, one in enumerate(self.messages) if one.id == message_id), len(self.messages))
        while self.items and self.first + len(self.items) > number:
            self._discard(self.items.pop())
        del self.messages[number:]
        self._below = len(self.messages)
        self.first = min(self.first, len(self.messages))
        self._arrange()

    def item(self, message_id: str) -> MessageItem | None:
        """The widget of a message, if it exists now."""
        return next((item for item in self.items if item.message.id == message_id), None)

    def jump(self, message_id: str) -> None:
        """Scroll to a message and mark it."""
        if self.item(message_id) is None:
            self.show_messages(self.messages, message_id)
        else:
            self._stuck = False
            self._goal = message_id
            self._reach_goal()

    def go_to_end(self) -> None:
        """Show the newest message."""
        if self.first + len(self.items) < len(self.messages):
            self.show_messages(self.messages)
        self._stuck = True
        self._arrange()

    def stop(self) -> None:
        """The window closes: build nothing more."""
        self.blockSignals(True)
        self._filler.stop()
        self._unmark.stop()

    # building

    @Slot()
    def _fill(self) -> None:
        """Build for some milliseconds; go on with the next turn of the event loop."""
        started = time.perf_counter()
        anchor = self._anchor()
        work = False
        while time.perf_counter() - started < SLICE_S:
            if self.first > self._until:
                self.first -= 1
                self.items.insert(0, self._make(self.messages[self.first]))
            elif self.first + len(self.items) < self._below:
                self.items.append(self._make(self.messages[self.first + len(self.items)]))
            elif (stale := self._unmeasured()) is not None:
                stale.height_for(self._width())
            else:
                break
            work = True
        if work:
            self._trim()
            self._arrange(anchor)
        if self._wants_more():
            self._filler.start()
        else:
            self._filler.stop()
            self._reach_goal()
            self.settled.emit()

    def _wants_more(self) -> bool:
        return self.first > self._until or self.first + len(self.items) < self._below or self._unmeasured() is not None

    def _unmeasured(self) -> MessageItem | None:
        width = self._width()
        return next((item for item in reversed(self.items) if not item.knows_height(width)), None)

    def _make(self, message: Message) -> MessageItem:
        item = make_item(self.context, message, self.inner)
        item.resized.connect(self._item_resized)
        item.acted.connect(self.acted)
        item.height_for(self._width())
        item.show()
        self.built.emit(item)
        return item

    def _trim(self) -> None:
        """Let go of messages far from what is read."""
        if len(self.items) <= MOST:
            return
        above = self.verticalScrollBar().value()
        below = self.inner.height() - above - self.viewport().height()
        if below > above:
            while len(self.items) > MOST:
                self._discard(self.items.pop())
            self._below = self.first + len(self.items)
        else:
            while len(self.items) > MOST:
                self._discard(self.items.pop(0))
                self.first += 1
            self._until = self.first

    def _discard(self, item: MessageItem) -> None:
        if item is self._marked:
            self._marked = None
        item.hide()
        item.deleteLater()

    def _drop_all(self) -> None:
        self._filler.stop()
        for item in self.items:
            self._discard(item)
        self.items = []
        self.first = 0

    # geometry

    def _width(self) -> int:
        """Of the items, with the margins around their text."""
        return max(200, min(COLUMN, self.width() - 6 * GRID)) + 2 * MARGIN

    def _arrange(self, anchor: MessageItem | None = None) -> None:
        """Stack the items; `anchor`, or the first that the person sees, keeps its place on the screen."""
        bar = self.verticalScrollBar()
        anchor = anchor or self._anchor()
        before = anchor.y() - bar.value() if anchor is not None else 0
        width = self._width()
        left = (self.width() - width) // 2  # of the whole width: in line with the composer, scroll bar or not
        top = SPACE
        for item in self.items:
            known = item.knows_height(width)
            height = item.height_for(width) if known else item.height()
            item.setGeometry(left, top, width if known else item.width(), height)  # the rest follows in slices
            top += height + (SPACE if isinstance(item, AnswerItem) else 0)
        self._moving = True
        self.inner.resize(self.viewport().width(), max(top, 1))
        if self._stuck:
            bar.setValue(bar.maximum())
        elif anchor is not None:
            bar.setValue(anchor.y() - before)
        self._moving = False
        self.at_end.emit(self._is_at_end())

    def _anchor(self) -> MessageItem | None:
        value = self.verticalScrollBar().value()
        return next((item for item in self.items if item.y() + item.height() > value and item.height()), None)

    def _is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return self.first + len(self.items) >= len(self.messages) and bar.value() >= bar.maximum() - 3 * GRID

    def _reach_goal(self) -> None:
        item = self.item(self._goal) if self._goal else None
        self._goal = None
        if item is None:
            return
        self.verticalScrollBar().setValue(max(0, item.y() - self.viewport().height() // 4))
        self._clear_mark()
        self._marked = item
        item.mark(True)
        self._unmark.start()

    @Slot()
    def _clear_mark(self) -> None:
        if self._marked is not None:
            self._marked.mark(False)
            self._marked = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Measure what is seen at once, the rest in slices."""
        super().resizeEvent(event)
        width = self._width()
        top = self.verticalScrollBar().value()
        for item in self.items:
            if item.y() + item.height() >= top and item.y() <= top + self.viewport().height():
                item.height_for(width)
        self._arrange()
        if self._unmeasured() is not None:
            self._filler.start()

    @Slot(object)
    def _item_resized(self, item: MessageItem) -> None:
        if item in self.items:
            item.height_for(self._width())
            self._arrange()

    @Slot(int)
    def _scrolled(self, value: int) -> None:
        if self._moving:
            return
        bar = self.verticalScrollBar()
        self._stuck = self._is_at_end()
        if value < NEAR and self.first > 0 and not self._filler.isActive():
            self._until = max(0, self.first - STEP)
            self._filler.start()
        built = self.first + len(self.items)
        if bar.maximum() - value < NEAR and built < len(self.messages) and not self._filler.isActive():
            self._below = min(len(self.messages), built + STEP)
            self._filler.start()
        self.at_end.emit(self._is_at_end())

    @Slot()
    def _restyle(self) -> None:
        for item in self.items:
            if isinstance(item, UserItem | AnswerItem):
                item.restyle()
        self._filler.start()
