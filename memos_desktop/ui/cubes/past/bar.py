"""The bar of the time machine: where in time one is, the slider, and what can be done from there."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton

from memos_desktop.memory.snapshot import VaultDiff
from memos_desktop.ui.cubes.past import words as say
from memos_desktop.ui.cubes.past.slider import HistorySlider
from memos_desktop.ui.cubes.past.traveller import Traveller
from memos_desktop.ui.cubes.tool_row import ToolRow
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, ICON
from memos_desktop.ui.widgets import Card, ElidedLabel, IconButton, Picture, button, label

ROOMY = 560
"""Below this width what happened stands below the date."""


class TimeBar(Card):
    """Shows a traveller.

    Attributes:
        slider: the history.
        ask, restore, name, back: the buttons.

    Signals:
        ask_wanted, restore_wanted, name_wanted: the buttons were pressed.
        back_wanted: back to now, and out of the time machine.

    """

    ask_wanted = Signal()
    restore_wanted = Signal()
    name_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, context: Context, traveller: Traveller) -> None:
        super().__init__("notice", margin=12, spacing=GRID)
        self._context = context
        self._traveller = traveller
        self.setAccessibleName("Time Machine")
        self.date = label("", "heading", wrap=True)
        self.after = ElidedLabel("", "muted")
        self._differs = False
        self.slider = HistorySlider(context.theme)
        self.earlier = IconButton(context.icons, "previous", "Previous change (Left)", size=16)
        self.later = IconButton(context.icons, "next", "Next change (Right)", size=16)
        self.ask = self._button("Ask this past", "ask-past", "A chat that knows what was known then, and keeps nothing")
        self.restore = self._button("Restore all…", "restore", "Bring all memories back to how they were")
        self.name = self._button("New snapshot", "snapshot", "Give this point a name")
        self.back = button("Back to now", "primary", tip="Leave the time machine (Escape)")
        self._said = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out()
        self.ask.clicked.connect(self.ask_wanted)
        self.restore.clicked.connect(self.restore_wanted)
        self.name.clicked.connect(self.name_wanted)
        self.back.clicked.connect(self.back_wanted)
        self.earlier.clicked.connect(lambda: traveller.step(False))
        self.later.clicked.connect(lambda: traveller.step(True))
        self.slider.valueChanged.connect(self._chosen)
        self.slider.stepped.connect(self._step)
        traveller.history_read.connect(self._show_history)
        traveller.arrived.connect(self.show_place)
        traveller.counted.connect(self._show_since)
        self.show_place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, what happened then stands below the date."""
        super().resizeEvent(event)
        wide = self.width() >= self._context.theme.px(ROOMY)
        directions = QBoxLayout.Direction
        self._said.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self.date.setWordWrap(not wide)

    def show_place(self) -> None:
        """Say where the traveller is."""
        there = self._traveller
        is_now = there.is_now
        moment = there.moment or (there.history.moments[-1] if there.history.moments else None)
        if moment is None:
            self.date.setText("Now")
            self.after.set_text("No memory was changed yet. What is changed from now on can be seen here.")
        else:
            self.date.setText(say.moment_words(moment, is_now))
            self.after.set_text(say.after_words(moment, is_now))
        self.slider.stand_at(None if is_now else there.step_id)
        self.slider.setAccessibleDescription(f"{self.date.text()}. {self.after.full_text()}")
        self.slider.setEnabled(len(there.history.moments) > 1)
        self.restore.setEnabled(not is_now and there.is_counted and self._differs)
        self.ask.setEnabled(not is_now)
        self.earlier.setEnabled(self.slider.isEnabled())
        self.later.setEnabled(not is_now)

    def _show_since(self, diff: VaultDiff) -> None:
        self._differs = diff.total > 0
        self.restore.setEnabled(not self._traveller.is_now and self._differs)

    def _show_history(self) -> None:
        moments = self._traveller.history.moments
        self.slider.show_moments(moments, None if self._traveller.is_now else self._traveller.step_id)
        self.show_place()

    def _chosen(self, value: int) -> None:
        moments = self._traveller.history.moments
        if value < len(moments):
            self._traveller.go(moments[value])
            self.show_place()

    def _step(self, later: bool, snapshot: bool) -> None:
        if not snapshot:
            self._traveller.step(later)
            return
        place = self.slider.next_snapshot(later)
        if place is not None:
            self.slider.setValue(place)
        elif later:
            self.slider.setValue(self.slider.maximum())

    def _button(self, text: str, icon: str, tip: str) -> QPushButton:
        return button(text, "", icon, self._context.icons, tip=tip)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        sign = Picture(self._context.theme, self._context.icons, "time-machine", "accent", ICON)
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self._said.setSpacing(GRID)
        self._said.addWidget(self.date)
        self._said.addWidget(self.after, 1)
        head.addLayout(self._said, 1)
        track = QHBoxLayout()
        track.setSpacing(GRID)
        for part in (self.earlier, self.slider, self.later):
            track.addWidget(part, 1 if part is self.slider else 0)
        for row in (head, track):
            self.box.addLayout(row)
        self.box.addWidget(ToolRow([self.ask, self.restore, self.name], [self.back]))
