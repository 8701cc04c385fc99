"""Choices, numbers and switches that follow the theme: a style sheet can show arrows only from image files."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDateTimeEdit,
    QDoubleSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QSizePolicy,
    QSpinBox,
)

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, Theme

ARROW = 14


class Select(QComboBox):
    """A choice among a few; the mouse wheel scrolls the page, not the choice, unless it has the focus."""

    def __init__(self, icons: Icons, name: str) -> None:
        super().__init__()
        self._icons = icons
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, and the arrow at its right."""
        super().paintEvent(event)
        painter = QPainter(self)
        spot = QRect(0, 0, ARROW, ARROW)
        spot.moveCenter(QPoint(self.width() - GRID - ARROW // 2, self.height() // 2))
        self._icons.paint(painter, spot, "expand", "muted" if self.isEnabled() else "faint")
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        _wheel(self, event, super().wheelEvent)


class Number(QSpinBox):
    """A whole number, typed or stepped with the arrow keys."""

    def __init__(self, name: str, least: int, most: int, step: int = 1) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setAccessibleName(name)
        _plain(self)

    def sizeHint(self) -> QSize:
        """One width for all numbers, so that they stand in a column."""
        return _number_size(self, super().sizeHint())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        _wheel(self, event, super().wheelEvent)


class Decimal(QDoubleSpinBox):
    """A number with two places, typed or stepped with the arrow keys."""

    def __init__(self, name: str, least: float, most: float, step: float) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setAccessibleName(name)
        _plain(self)

    def sizeHint(self) -> QSize:
        """One width for all numbers, so that they stand in a column."""
        return _number_size(self, super().sizeHint())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        _wheel(self, event, super().wheelEvent)


class Moment(QDateTimeEdit):
    """A date with a time, typed or chosen from a calendar."""

    def __init__(self, icons: Icons, name: str) -> None:
        super().__init__()
        self._icons = icons
        self.setAccessibleName(name)
        self.setCalendarPopup(True)
        self.setDisplayFormat("d MMM yyyy, HH:mm")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, and a calendar at its right."""
        super().paintEvent(event)
        painter = QPainter(self)
        side = self.fontMetrics().height()
        spot = QRect(0, 0, side, side)
        spot.moveCenter(QPoint(self.width() - GRID - side // 2, self.height() // 2))
        self._icons.paint(painter, spot, "calendar", "muted" if self.isEnabled() else "faint")
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        _wheel(self, event, super().wheelEvent)


class Toggle(QAbstractButton):
    """A switch that is on or off, with a name for assistive technology."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Grows with the text size."""
        return QSize(self._theme.px(38), self._theme.px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track with a knob: at the right and in colour when on; a ring when it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        track = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        round_ = track.height() / 2
        edge = "text" if self.hasFocus() else "accent" if on else "muted"
        painter.setPen(QPen(self._theme.color(edge), 1.5))
        painter.setBrush(self._theme.color("accent" if on else "background"))
        painter.drawRoundedRect(track, round_, round_)
        side = track.height() - 6
        left = track.right() - side - 3 if on else track.left() + 3
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("on_accent" if on else "muted"))
        painter.drawEllipse(QRectF(left, track.top() + 3, side, side))
        painter.end()


def _plain(field: QSpinBox | QDoubleSpinBox) -> None:
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.setKeyboardTracking(False)
    field.lineEdit().setTextMargins(0, 0, GRID, 0)
    field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    field.setAlignment(Qt.AlignmentFlag.AlignRight)


def fill(field: Number | Decimal, value: float) -> None:
    """Show a value without a signal, so that showing is no change."""
    field.blockSignals(True)
    if isinstance(field, Number):
        field.setValue(round(value))
    else:
        field.setValue(value)
    field.blockSignals(False)


def line_edit(name: str, hint: str = "") -> QLineEdit:
    """A field for one line, named for assistive technology."""
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    return made


def text_edit(name: str, hint: str = "") -> QPlainTextEdit:
    """A field for plain text of several lines; Tab leaves it."""
    made = QPlainTextEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    made.setTabChangesFocus(True)
    return made


def progress_bar(name: str) -> QProgressBar:
    """A thin bar without words."""
    made = QProgressBar()
    made.setAccessibleName(name)
    made.setTextVisible(False)
    return made


def _number_size(field: QSpinBox | QDoubleSpinBox, usual: QSize) -> QSize:
    return QSize(field.fontMetrics().horizontalAdvance("1,048,576 tokens") + 3 * GRID, usual.height())


def _wheel(field: QComboBox | QSpinBox | QDoubleSpinBox | QDateTimeEdit, event: QWheelEvent, act: object) -> None:
    if field.hasFocus() and callable(act):
        act(event)
    else:
        event.ignore()
