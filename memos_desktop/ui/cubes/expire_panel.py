"""The panel that says when memories expire: in a week, in a month, in a year, on a date, now, or never."""

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QDateTime, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QPushButton

from memos_desktop.errors import MemosError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.ui.cubes import words
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, IconButton, button, label
from memos_desktop.ui.widgets.fields import Moment
from memos_desktop.ui.widgets.flow import FlowLayout
from memos_desktop.ui.widgets.notice import Notice

PRESETS = (
    ("week", "In a week", timedelta(days=7)),
    ("month", "In a month", timedelta(days=30)),
    ("year", "In a year", timedelta(days=365)),
)
SHORT = 50
"""A selection up to this long is changed at once; a longer one is a job with progress."""


class ExpirePanel(Card):
    """Stands above the views.

    Attributes:
        buttons: by "week", "month", "year", "now", "never", "date".

    Signals:
        left(): the panel is closed.
        done(str, Changes): it was done; say so, with Undo.

    """

    left = Signal()
    done = Signal(str, object)

    def __init__(self, context: Context) -> None:
        super().__init__("raised", 2 * GRID, GRID)
        self.setAccessibleName("When memories expire")
        self._context = context
        self._ids: tuple[str, ...] = ()
        self._turn = 0
        self.heading = label("", "heading", wrap=True)
        self.notice = Notice(context.theme, context.icons)
        self.close_button = IconButton(context.icons, "close", "Close this panel")
        self.date = Moment(context.icons, "Date of expiry")
        self.buttons: dict[str, QPushButton] = {}
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._presets, self._dated = FlowLayout(), FlowLayout()
        self._lay_out()
        self.close_button.clicked.connect(self.close_panel)

    def open(self, ids: tuple[str, ...]) -> None:
        """Ask when these shall expire."""
        self._ids = tuple(ids)
        self._turn += 1
        self.notice.clear()
        what = "this memory" if len(ids) == 1 else f"these {words.memories(len(ids))}"
        self.heading.setText(f"When shall {what} expire?")
        soon = QDateTime.currentDateTime()
        self.date.setMinimumDateTime(soon)
        self.date.setDateTime(soon.addDays(1))
        self._enable(True)
        self.buttons["week"].setFocus()

    @Slot()
    def close_panel(self) -> None:
        """Leave everything as it is."""
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; arrows go from button to button."""
        steps = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        elif event.key() in steps and not self.date.hasFocus():
            self.focusNextPrevChild(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the date stands below the presets."""
        super().resizeEvent(event)
        needed = self._presets.sizeHint().width() + self._dated.sizeHint().width() + 8 * GRID
        directions = QBoxLayout.Direction
        self._line.setDirection(directions.LeftToRight if needed <= self.width() else directions.TopToBottom)

    def _choose(self, which: str, _checked: bool = False) -> None:
        spans = {name: span for name, _, span in PRESETS}
        if which == "never":
            self._run("renew", "No longer expiring: {}", {})
        elif which == "now":
            self._run("expire", "Expired, no longer recalled: {}", {})
        else:
            at = now() + spans[which] if which in spans else _moment(self.date.dateTime())
            self._run("expire", f"Will expire on {words.long_date(at)}: {{}}", {"at": at})

    def _run(self, verb: str, said: str, arguments: dict[str, datetime]) -> None:
        operations = self._context.workspace.operations
        if len(self._ids) <= SHORT:
            future = operations.renew(self._ids) if verb == "renew" else operations.expire(self._ids, **arguments)
        else:
            future = operations.bulk(verb, self._ids, **arguments).future
        self._enable(False)
        text = said.format(words.memories(len(self._ids)))
        bridge, turn = self._context.bridge, self._turn
        bridge.then(future, partial(self._finished, turn, text), partial(self._refused, turn), receiver=self)
        future.add_done_callback(bridge.relay(partial(self._ended, turn), receiver=self))

    def _ended(self, turn: int, _future: object) -> None:
        if turn == self._turn:
            self._enable(True)

    def _finished(self, turn: int, text: str, changes: Changes) -> None:
        self.done.emit(text, changes)
        if self.isVisible() and turn == self._turn:  # it may be open for other memories by now
            self.left.emit()

    def _refused(self, turn: int, error: MemosError) -> None:
        if self.isVisible() and turn == self._turn:
            self.notice.problem(error)
        else:
            self._context.toasts.error(error)

    def _enable(self, on: bool) -> None:
        for one in self.buttons.values():
            one.setEnabled(on)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading, 1)
        head.addWidget(self.close_button)
        presets = self._presets
        presets.setSpacing(GRID)
        for name, text in (*((name, text) for name, text, _ in PRESETS), ("never", "Never"), ("now", "Now")):
            self._add(presets, name, text)
        dated = self._dated
        dated.setSpacing(GRID)
        dated.addWidget(self.date)
        self._add(dated, "date", "On this date")
        self._line.setSpacing(GRID)
        self._line.addLayout(presets)
        self._line.addLayout(dated, 1)
        self.box.addLayout(head)
        self.box.addWidget(
            label("What has expired is kept and shown, but no longer recalled. Renew brings it back.", "muted", True)
        )
        self.box.addWidget(self.notice)
        self.box.addLayout(self._line)

    def _add(self, row: QLayout, name: str, text: str) -> None:
        one = button(text)
        one.setAccessibleName(f"Expire: {text}")
        one.clicked.connect(partial(self._choose, name))
        self.buttons[name] = one
        row.addWidget(one)


def _moment(chosen: QDateTime) -> datetime:
    """The chosen time with the zone of this computer."""
    return datetime.fromtimestamp(chosen.toSecsSinceEpoch()).astimezone()
