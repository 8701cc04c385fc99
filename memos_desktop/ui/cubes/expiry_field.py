"""When memories expire: never, in a week, a month or a year, or on a date."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from PySide6.QtCore import QDateTime, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from memos_desktop.ids import now
from memos_desktop.ui.cubes import words
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import HALF
from memos_desktop.ui.widgets import button
from memos_desktop.ui.widgets.fields import Moment, Select


class Various(Enum):
    """Stands for "not the same for all"."""

    VARIOUS = "various"


VARIOUS: Final = Various.VARIOUS
_SPANS = {"In a week": timedelta(days=7), "In a month": timedelta(days=30), "In a year": timedelta(days=365)}
_NEVER, _DATE = "Never", "On a date…"


class ExpiryField(QWidget):
    """Shows the expiry and lets the person choose another. What is chosen is shown when it has been saved.

    Signals:
        chosen(object): a datetime, or None for never.
    """

    chosen = Signal(object)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.select = Select(icons, "Expires")
        shrinkable(self.select)
        self.date = Moment(icons, "Date of expiry")
        self.set_button = button("Set")
        self.set_button.setAccessibleName("Set the date of expiry")
        self._dated = QWidget()
        self._shown: datetime | Various | None = None
        row = QVBoxLayout(self._dated)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF)
        row.addWidget(self.date)
        row.addWidget(self.set_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(HALF)
        box.addWidget(self.select)
        box.addWidget(self._dated)
        self._dated.hide()
        self.setFocusProxy(self.select)
        self.select.activated.connect(self._choose)
        self.set_button.clicked.connect(self._set)

    def show_value(self, expires: datetime | Various | None) -> None:
        """Show this as the present expiry."""
        self._shown = expires
        self._dated.hide()
        present = _words(expires)
        self.select.blockSignals(True)
        self.select.clear()
        texts = [present, *([] if expires is None else [_NEVER]), *_SPANS, _DATE]
        self.select.addItems(texts)
        self.select.setCurrentIndex(0)
        self.select.blockSignals(False)

    def _choose(self, place: int) -> None:
        text = self.select.itemText(place)
        if place == 0:
            self._dated.hide()
        elif text == _NEVER:
            self.chosen.emit(None)
        elif text in _SPANS:
            self.chosen.emit(now() + _SPANS[text])
        else:
            soon = QDateTime.currentDateTime()
            shown = self._shown if isinstance(self._shown, datetime) else None
            self.date.setMinimumDateTime(soon)
            self.date.setDateTime(QDateTime.fromSecsSinceEpoch(int(shown.timestamp())) if shown else soon.addDays(1))
            self._dated.show()
            self.date.setFocus()

    def _set(self) -> None:
        self.chosen.emit(datetime.fromtimestamp(self.date.dateTime().toSecsSinceEpoch()).astimezone())


def shrinkable(field: QComboBox) -> None:
    """Let a choice be narrower than its longest word: the inspector may be narrow, and text large."""
    field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    field.setMinimumContentsLength(5)


def _words(expires: datetime | Various | None) -> str:
    if isinstance(expires, Various):
        return "Various"
    if expires is None:
        return _NEVER
    return f"Expired on {words.long_date(expires)}" if expires <= now() else words.long_date(expires)
