"""The strip above the timeline: how many memories there are along the whole span, and which part the list shows."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.timeline.spans import EPOCH, Bars, Days, bars, day_of, name, ticks
from memos_desktop.ui.theme import GRID, HALF, Theme

HEIGHT = 88
BAR = 9
"""The least width of a bar with its gap."""
TICK = 64
SHORTEST = 7.0
"""Days that are shown at least."""
STEP = 1.25
DRAG_FROM = 4


@dataclass(slots=True)
class _Drag:
    """A drag from one place to another: the span to zoom into."""

    begin: float
    end: float
    moved: bool = False


class HistogramStrip(QWidget):
    """Bars along time. The wheel zooms, a drag zooms into a span, a click or an arrow key jumps there.

    Signals:
        jumped(int): the person wants to see this day.
        zoomed(): another span is shown.

    """

    jumped = Signal(int)
    zoomed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._days: Days = np.empty(0, np.int64)
        self._begin, self._end = 0.0, 1.0
        self._window: tuple[int, int] | None = None
        self._hovered = -1
        self._drag: _Drag | None = None
        self._bars: Bars | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Memories along time")
        theme.changed.connect(self.updateGeometry)

    @property
    def whole(self) -> bool:
        """Whether the whole span is shown."""
        return (self._begin, self._end) == self._outer()

    def set_days(self, days: Days) -> None:
        """All memories, as days from the oldest on. What was zoomed into stays, as far as it still exists."""
        whole = self.whole or not len(self._days)
        self._days = days
        low, high = self._outer()
        if whole or self._begin > high or self._end < low:
            self._begin, self._end = low, high
        self._changed()

    def set_window(self, newest: int, oldest: int) -> None:
        """The list shows these days."""
        if self._window != (oldest, newest):
            self._window = oldest, newest
            if len(self._days) and not (self._begin <= newest and oldest < self._end):
                self._slide((newest + oldest) / 2)
            self._describe()
            self.update()

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show a shorter (factor above 1) or longer span around a day."""
        low, high = self._outer()
        centre = self._middle() if at is None else at
        span = min(high - low, max(SHORTEST, (self._end - self._begin) / factor))
        share = (centre - self._begin) / (self._end - self._begin)
        self._show(centre - share * span, centre - share * span + span)

    def show_all(self) -> None:
        """Show the whole span."""
        self._show(*self._outer())

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(self._theme.px(320), self._theme.px(HEIGHT))

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The window, the bars, the words below, and the span that is being dragged."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("accent" if self.hasFocus() else "border"), 1))
        painter.setBrush(self._theme.color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if not len(self._days):
            return
        painter.setClipRect(self.rect().adjusted(1, 1, -1, -1))
        self._paint_window(painter)
        self._paint_bars(painter)
        self._paint_ticks(painter)
        self._paint_today(painter)
        if self._drag is not None and self._drag.moved:
            shade = self._theme.color("accent")
            shade.setAlphaF(0.18)
            left, right = sorted((self._x(self._drag.begin), self._x(self._drag.end)))
            painter.fillRect(QRectF(left, 1, right - left, self._base() - 1), shade)

    def _paint_window(self, painter: QPainter) -> None:
        if self._window is None:
            return
        left, right = self._x(self._window[0]), self._x(self._window[1] + 1)
        least = self._theme.px(6)
        if right - left < least:
            left, right = (left + right - least) / 2, (left + right + least) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("selected"))
        painter.drawRoundedRect(QRectF(left, HALF, right - left, self._base() - HALF + 1), 3, 3)
        painter.setBrush(self._theme.color("accent"))
        painter.drawRoundedRect(QRectF(left, self._base() + 1, right - left, 3), 1.5, 1.5)

    def _paint_bars(self, painter: QPainter) -> None:
        made = self._made()
        most = float(made.counts.max()) or 1.0
        base, top = self._base(), float(self._theme.px(10))
        plain, lit = self._theme.color("accent"), self._theme.color("accent")
        plain.setAlphaF(0.32)
        seen = self._window or (0, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        for place in np.flatnonzero(made.counts):
            left, right = self._x(made.edges[place]), self._x(made.edges[place + 1])
            # The root keeps a single memory visible beside a month with a thousand.
            height = max(2.0, (base - top) * float(np.sqrt(made.counts[place] / most)))
            inside = made.edges[place] <= seen[1] and made.edges[place + 1] > seen[0]
            painter.setBrush(lit if inside or place == self._hovered else plain)
            gap = 1.0 if right - left > 3 else 0.0
            bar = QRectF(left + gap / 2, base - height, max(1.0, right - left - gap), height)
            painter.drawRoundedRect(bar, 1.5, 1.5)

    def _paint_today(self, painter: QPainter) -> None:
        """A line where what has happened ends, unless that is at the edge."""
        x = self._x((date.today() - EPOCH).days + 1)
        if 0 < x < self.width():
            painter.setPen(QPen(self._theme.color("muted"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, HALF), QPointF(x, self._base()))

    def _paint_ticks(self, painter: QPainter) -> None:
        font = self._theme.font(11)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        base = self._base()
        painter.fillRect(QRectF(1, base, self.width() - 2, 1), self._theme.color("border"))
        free = 0.0
        room = max(1, int(self.width() / self._theme.px(TICK)))
        for day, said in ticks(self._begin, self._end, room):
            x, width = self._x(day), metrics.horizontalAdvance(said)
            painter.fillRect(QRectF(x, base, 1, HALF), self._theme.color("border_strong"))
            if x >= free and x + HALF + width < self.width() - HALF:
                painter.setPen(self._theme.color("muted"))
                painter.drawText(QPointF(x + HALF, self.height() - GRID + 1), said)
                free = x + width + 2 * GRID

    # the mouse and the keyboard

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; a sideways turn moves along."""
        turn = event.angleDelta()
        if abs(turn.x()) > abs(turn.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._slide(self._middle() - (turn.x() or turn.y()) / 1200 * (self._end - self._begin))
        else:
            self.zoom(STEP ** (turn.y() / 120), self._day(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton and len(self._days):
            day = self._day(event.position().x())
            self._drag = _Drag(day, day)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the drag, or say what the bar below the pointer holds."""
        x = event.position().x()
        if self._drag is not None:
            self._drag.end = self._day(x)
            self._drag.moved |= abs(self._x(self._drag.end) - self._x(self._drag.begin)) > DRAG_FROM
            self.update()
            return
        self._hover(self._bar_at(self._day(x)))
        if self._hovered >= 0:
            QToolTip.showText(event.globalPosition().toPoint(), self._bar_words(self._hovered), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click jumps, a drag zooms into its span."""
        drag, self._drag = self._drag, None
        if drag is None:
            return
        if drag.moved:
            begin, end = sorted((drag.begin, drag.end))
            self._show(begin, max(end, begin + SHORTEST))
        else:
            self._jump(self._bar_at(drag.begin), drag.begin)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole span again."""
        self.show_all()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at."""
        self._hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the bar before or after, + and - zoom, 0 shows everything."""
        keys = Qt.Key
        acts = {
            keys.Key_Left: lambda: self._step(-1),
            keys.Key_Right: lambda: self._step(1),
            keys.Key_Home: lambda: self._jump(0, self._begin),
            keys.Key_End: lambda: self._jump(-1, self._end),
            keys.Key_Plus: lambda: self.zoom(STEP**2),
            keys.Key_Equal: lambda: self.zoom(STEP**2),
            keys.Key_Minus: lambda: self.zoom(STEP**-2),
            keys.Key_0: self.show_all,
        }
        act = acts.get(keys(event.key())) if len(self._days) else None
        if act is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            act()

    def _step(self, way: int) -> None:
        """The next bar that holds something, seen from the middle of the window."""
        made = self._made()
        at = self._bar_at(self._middle())
        full = np.flatnonzero(made.counts)
        later = full[full > at] if way > 0 else full[full < at][::-1]
        if len(later):
            self._jump(int(later[0]), float(made.edges[later[0]]))

    def _jump(self, bar: int, day: float) -> None:
        """To the newest memory of a bar; from an empty one to the day itself."""
        made = self._made()
        full = -len(made.counts) <= bar < len(made.counts) and made.counts[bar]
        self.jumped.emit(int(made.edges[bar + 1 or len(made.edges) - 1]) - 1 if full else int(day))

    # spans

    def _outer(self) -> tuple[float, float]:
        if not len(self._days):
            return 0.0, 1.0
        low, high = float(self._days[0]), float(self._days[-1] + 1)
        margin = max((high - low) * 0.01, (SHORTEST - (high - low)) / 2)
        return low - margin, high + margin

    def _middle(self) -> float:
        if self._window is None:
            return (self._begin + self._end) / 2
        return min(self._end, max(self._begin, (self._window[0] + self._window[1] + 1) / 2))

    def _slide(self, middle: float) -> None:
        span = self._end - self._begin
        self._show(middle - span / 2, middle + span / 2)

    def _show(self, begin: float, end: float) -> None:
        low, high = self._outer()
        span = min(end - begin, high - low)
        begin = min(max(begin, low), high - span)
        if (begin, begin + span) != (self._begin, self._end):
            self._begin, self._end = begin, begin + span
            self._changed()
            self.zoomed.emit()

    def _changed(self) -> None:
        self._bars = None
        self._hovered = -1
        self._describe()
        self.update()

    def _made(self) -> Bars:
        room = max(1, int(self.width() / self._theme.px(BAR)))
        if self._bars is None:
            self._bars = bars(self._days, self._begin, self._end, room)
        return self._bars

    def resizeEvent(self, event: QEvent) -> None:
        """Another width has room for other bars."""
        self._bars = None

    def _bar_at(self, day: float) -> int:
        made = self._made()
        return int(np.clip(np.searchsorted(made.edges, day, "right") - 1, 0, len(made.counts) - 1))

    def _bar_words(self, bar: int) -> str:
        made = self._made()
        return f"{name(int(made.keys[bar]), made.unit)}: {words.memories(int(made.counts[bar]))}"

    def _hover(self, bar: int) -> None:
        if bar != self._hovered:
            self._hovered = bar
            self.update()

    def _describe(self) -> None:
        """For those who do not see the bars."""
        if not len(self._days):
            self.setAccessibleDescription("")
            return
        said = f"{words.memories(len(self._days))} from {_said(int(self._days[0]))} to {_said(int(self._days[-1]))}."
        if self._window is not None:
            said += f" The list shows {_said(self._window[0])} to {_said(self._window[1])}."
        self.setAccessibleDescription(said)

    def _base(self) -> float:
        return float(self.height() - self._theme.px(22))

    def _x(self, day: float) -> float:
        return 1 + (float(day) - self._begin) / (self._end - self._begin) * (self.width() - 2)

    def _day(self, x: float) -> float:
        return self._begin + (x - 1) / max(1, self.width() - 2) * (self._end - self._begin)


def _said(day: int) -> str:
    date = day_of(day)
    return f"{date.day} {date:%B} {date.year}"
