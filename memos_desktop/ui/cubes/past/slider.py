"""The slider over the history: one stop for each change, diamonds for snapshots above it, days below it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip

from memos_desktop.memory.snapshot import Moment
from memos_desktop.ui.cubes.past import words as say
from memos_desktop.ui.theme import GRID, HALF, Theme

SIDE = 14
KNOB, TRACK, DIAMOND = 8, 4, 5


class HistorySlider(QSlider):
    """From the first change to now. What it stands at is the number of a moment.

    The arrow keys step by single changes, with Ctrl or Page Up and Down from snapshot to snapshot, Home and End go to
    the ends.

    Signals:
        stepped(bool, bool): a step was asked for: later or earlier, to a snapshot or to a change.

    """

    stepped = Signal(bool, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self.moments: Sequence[Moment] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Point in the history")
        self.setMouseTracking(True)
        theme.changed.connect(self.updateGeometry)

    def show_moments(self, moments: Sequence[Moment], step_id: int | None) -> None:
        """Offer these, oldest first, and stand at this step, or at now."""
        self.moments = moments
        self.blockSignals(True)
        self.setRange(0, max(0, len(moments) - 1))
        self.blockSignals(False)
        self.stand_at(step_id)

    def stand_at(self, step_id: int | None) -> None:
        """Move the knob without a signal: to the last moment up to this step, or to now."""
        self.blockSignals(True)
        self.setValue(len(self.moments) - 1 if step_id is None else self.place_of(step_id))
        self.blockSignals(False)
        self.update()

    def place_of(self, step_id: int) -> int:
        """The number of the last moment up to this step."""
        return max(0, bisect_right(self.moments, step_id, key=lambda moment: moment.step_id) - 1)

    def next_snapshot(self, later: bool) -> int | None:
        """The number of the next moment with a snapshot, or None."""
        places = [place for place, moment in enumerate(self.moments) if moment.snapshot]
        at = bisect_right(places, self.value()) if later else bisect_left(places, self.value()) - 1
        return places[at] if 0 <= at < len(places) else None

    def sizeHint(self) -> QSize:
        """Diamonds, track and days."""
        line = QFontMetrics(self._theme.font(12)).height()
        return QSize(self._theme.px(320), self._theme.px(2 * DIAMOND + KNOB * 2 + GRID) + line + HALF)

    def minimumSizeHint(self) -> QSize:
        """As high, and as narrow as may be."""
        return QSize(self._theme.px(120), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Steps are asked for: the next change may lie between two moments."""
        key = event.key()
        jump = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.stepped.emit(key in (Qt.Key.Key_Right, Qt.Key.Key_Up), jump)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.stepped.emit(key == Qt.Key.Key_PageDown, True)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the mouse is, at once."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse while its button is down."""
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The button is up."""
        self.setSliderDown(False)

    def event(self, event: QEvent) -> bool:
        """The tool tip says what is below the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.moments:
            moment = self.moments[self._value_at(event.pos().x())]
            is_now = moment is self.moments[-1]
            name = f"Snapshot “{moment.snapshot.name}”\n" if moment.snapshot else ""
            QToolTip.showText(event.globalPos(), f"{name}{say.moment_words(moment, is_now)}\n{moment.label}", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, snapshots, days, knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self._middle()
        self._paint_track(painter, middle)
        self._paint_snapshots(painter, middle)
        self._paint_days(painter, middle)
        self._paint_knob(painter, middle)
        painter.end()

    def _paint_track(self, painter: QPainter, middle: float) -> None:
        half = self._theme.px(TRACK) / 2
        track = QRectF(self._theme.px(SIDE), middle - half, self._room(), 2 * half)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("border_strong"))
        painter.drawRoundedRect(track, half, half)
        track.setRight(self._x(self.value()))
        painter.setBrush(self._theme.color("accent"))
        painter.drawRoundedRect(track, half, half)

    def _paint_snapshots(self, painter: QPainter, middle: float) -> None:
        """A full diamond for one that the person made, a hollow one for one of the program."""
        side = self._theme.px(DIAMOND)
        top = middle - self._theme.px(KNOB) - side - HALF / 2
        for place, moment in enumerate(self.moments):
            if moment.snapshot is None:
                continue
            x = self._x(place)
            diamond = QPolygonF(
                [QPointF(x, top - side), QPointF(x + side, top), QPointF(x, top + side), QPointF(x - side, top)]
            )
            mine = not moment.snapshot.automatic
            painter.setPen(QPen(self._theme.color("accent" if mine else "muted"), 1.2))
            painter.setBrush(self._theme.color("accent" if mine else "background"))
            painter.drawPolygon(diamond)

    def _paint_days(self, painter: QPainter, middle: float) -> None:
        """The days at which a moment is the first one, as far as there is room; the last one is now."""
        font = self._theme.font(12)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        base = middle + self._theme.px(KNOB) + HALF + metrics.ascent()
        right = float(self.width())
        if self.moments:
            width = metrics.horizontalAdvance("Now")
            painter.setPen(self._theme.color("muted"))
            right = min(self._x(self.maximum()) + width / 2, self.width() - width) - width / 2
            painter.drawText(QPointF(max(right, self.width() - width), base), "Now")
            right = min(right, self.width() - width)
        last, free = None, 0.0
        for place, moment in enumerate(self.moments):
            day = moment.time.astimezone().date()
            if day == last:
                continue
            last, x = day, self._x(place)
            text = say.day_words(moment.time)
            width = metrics.horizontalAdvance(text)
            left = max(0.0, x - width / 2)
            painter.setPen(QPen(self._theme.color("border_strong"), 1))
            painter.drawLine(QPointF(x, middle + self._theme.px(TRACK)), QPointF(x, middle + self._theme.px(KNOB)))
            if left >= free and left + width + GRID < right:
                painter.setPen(self._theme.color("muted"))
                painter.drawText(QPointF(left, base), text)
                free = left + width + 2 * GRID

    def _paint_knob(self, painter: QPainter, middle: float) -> None:
        if not self.moments:
            return
        round_ = self._theme.px(KNOB)
        centre = QPointF(self._x(self.value()), middle)
        painter.setPen(QPen(self._theme.color("background"), 2))
        painter.setBrush(self._theme.color("accent" if self.isEnabled() else "faint"))
        painter.drawEllipse(centre, round_, round_)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, round_ + 1.5, round_ + 1.5)

    def _middle(self) -> float:
        return self._theme.px(2 * DIAMOND + HALF) + self._theme.px(KNOB) + 1

    def _room(self) -> float:
        return max(1.0, self.width() - 2 * self._theme.px(SIDE))

    def _x(self, value: int) -> float:
        share = value / self.maximum() if self.maximum() else 1.0
        return self._theme.px(SIDE) + share * self._room()

    def _value_at(self, x: float) -> int:
        share = (x - self._theme.px(SIDE)) / self._room()
        return round(min(1.0, max(0.0, share)) * self.maximum())

