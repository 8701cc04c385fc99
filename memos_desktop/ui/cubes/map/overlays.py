"""What lies over the points of the map: rings, the legend, the card below the pointer, the lasso."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPen, QPolygonF

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.map.camera import Floats
from memos_desktop.ui.cubes.map.looks import ColorBy, Entry
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, Theme

CARD = 300
MARK = 12


def caught(points: Floats, outline: QPolygonF, size: QSize) -> NDArray[np.bool_]:
    """Which points lie in an outline, by the even-odd rule, to the pixel; those beyond the view do not."""
    image = QImage(size, QImage.Format.Format_Alpha8)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawPolygon(outline, Qt.FillRule.OddEvenFill)
    painter.end()
    inked = np.frombuffer(image.constBits(), np.uint8).reshape(size.height(), image.bytesPerLine())
    cells = np.floor(points).astype(np.int64)
    inside = (cells[:, 0] >= 0) & (cells[:, 0] < size.width()) & (cells[:, 1] >= 0) & (cells[:, 1] < size.height())
    found = np.zeros(len(points), bool)
    found[inside] = inked[cells[inside, 1], cells[inside, 0]] > 0
    return found


def paint_rings(painter: QPainter, theme: Theme, points: Floats, radius: float) -> None:
    """A ring around each selected point."""
    far = radius * 1.3 + 4
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for token, width in (("panel", 5.0), ("accent", 2.5)):
        painter.setPen(QPen(theme.color(token), width))
        for x, y in points.tolist():
            painter.drawEllipse(QPointF(x, y), far, far)


def paint_legend(
    painter: QPainter, theme: Theme, icons: Icons, entries: Sequence[Entry], by: ColorBy, view: QRect
) -> None:
    """What the colours mean, in the lower left corner, in as many lines as the width needs."""
    font = theme.font(12)
    metrics = QFontMetrics(font)
    side, gap, high = theme.px(MARK), theme.px(12), metrics.height() + HALF
    lines: list[list[tuple[Entry, int]]] = [[]]
    used = 0
    for entry in entries:
        width = side + HALF + metrics.horizontalAdvance(entry.said) + gap
        if used and used + width > view.width() - 4 * GRID:
            lines.append([])
            used = 0
        lines[-1].append((entry, width))
        used += width
    wide = max(sum(width for _, width in line) for line in lines) - gap + 2 * GRID
    tall = high * len(lines) + GRID
    area = QRectF(view.left() + GRID, view.bottom() - GRID - tall, wide, tall)
    back = theme.color("panel")
    back.setAlphaF(0.9)
    painter.setPen(QPen(theme.color("border"), 1))
    painter.setBrush(back)
    painter.drawRoundedRect(area, 6, 6)
    painter.setFont(font)
    top = area.top() + HALF
    for line in lines:
        left = area.left() + GRID
        for entry, width in line:
            _paint_mark(painter, theme, icons, entry, QRectF(left, top + (high - side) / 2, side, side))
            painter.setPen(theme.color("text"))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(left + side + HALF, top, width, high), flags, entry.said)
            left += width
        top += high


def paint_hover(
    painter: QPainter, theme: Theme, cube: Cube | None, point: QPointF, radius: float, view: QRect
) -> None:
    """A ring around the point below the pointer, and a card with its title when that is known."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("text"), 1.5))
    painter.drawEllipse(point, radius * 1.3 + 3, radius * 1.3 + 3)
    if cube is None:
        return
    title_font, small_font = theme.font(13, True), theme.font(12)
    title_metrics, small_metrics = QFontMetrics(title_font), QFontMetrics(small_font)
    room = min(theme.px(CARD), view.width() - 6 * GRID)
    title = title_metrics.elidedText(" ".join(cube.title.split()), Qt.TextElideMode.ElideRight, room)
    about = f"{words.TYPES[cube.descriptive.type]} · {words.STATES[cube.state]} · {words.short_date(cube.time)}"
    wide = max(title_metrics.horizontalAdvance(title), small_metrics.horizontalAdvance(about)) + 3 * GRID
    tall = title_metrics.height() + small_metrics.height() + 2 * GRID
    left = point.x() + 2 * GRID if point.x() + wide + 3 * GRID < view.right() else point.x() - wide - 2 * GRID
    top = min(max(view.top() + HALF, point.y() - tall / 2), view.bottom() - tall - HALF)
    area = QRectF(max(view.left() + HALF, left), top, wide, tall)
    painter.setPen(QPen(theme.color("border_strong"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(area, 6, 6)
    inner = area.adjusted(1.5 * GRID, GRID, -GRID, -GRID)
    painter.setFont(title_font)
    painter.setPen(theme.color("text"))
    painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
    painter.setFont(small_font)
    painter.setPen(theme.color("muted"))
    painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, about)


def _paint_mark(painter: QPainter, theme: Theme, icons: Icons, entry: Entry, area: QRectF) -> None:
    if entry.icon:
        icons.paint(painter, area.toRect(), entry.icon, entry.token, filled=True)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(entry.token))
    painter.drawEllipse(area.adjusted(1.5, 1.5, -1.5, -1.5))
