"""The shapes of the three kinds as small masks, to be stamped many times: a square, a bolt, layers."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF

from memos_desktop.memory.cube import Kind
from memos_desktop.ui.icons import Icons

Floats = NDArray[np.float32]
PICTURES_FROM = 4.5
"""Below this radius a picture of the icon font cannot be told from another: plain shapes are used."""


def stamps(icons: Icons, radius: float) -> tuple[Floats, ...]:
    """One square mask for each kind, in the order of `Kind`: how much of each pixel the shape covers."""
    return tuple(_mask(icons, kind, radius) for kind in Kind)


def disc(radius: float) -> Floats:
    """A round mask."""
    return _painted(radius, lambda painter, area: painter.drawEllipse(area))


def _mask(icons: Icons, kind: Kind, radius: float) -> Floats:
    if radius >= PICTURES_FROM:
        side = round(2.6 * radius)

        def draw(painter: QPainter, area: QRectF) -> None:
            middle = area.center()
            spot = QRect(round(middle.x() - side / 2), round(middle.y() - side / 2), side, side)
            icons.paint(painter, spot, kind.value, "text", filled=True)

        return _painted(1.3 * radius, draw)
    if kind is Kind.PLAINTEXT:
        return _painted(radius, lambda painter, area: painter.drawRoundedRect(area, 1, 1))
    if kind is Kind.ACTIVATION:
        return _painted(1.5 * radius, lambda painter, area: painter.drawPolygon(_diamond(area)))
    return _painted(1.35 * radius, lambda painter, area: painter.drawPolygon(_triangle(area)))


def _painted(radius: float, draw: Callable[[QPainter, QRectF], object]) -> Floats:
    half = int(np.ceil(radius))
    side = 2 * half + 1
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(Qt.GlobalColor.black))
    middle = side / 2
    draw(painter, QRectF(middle - radius, middle - radius, 2 * radius, 2 * radius))
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(side, image.bytesPerLine() // 4)[:, :side]
    return np.asarray((pixels >> 24) / 255, np.float32)


def _diamond(area: QRectF) -> QPolygonF:
    middle = area.center()
    return QPolygonF(
        [
            QPointF(middle.x(), area.top()),
            QPointF(area.right(), middle.y()),
            QPointF(middle.x(), area.bottom()),
            QPointF(area.left(), middle.y()),
        ]
    )


def _triangle(area: QRectF) -> QPolygonF:
    return QPolygonF([QPointF(area.center().x(), area.top()), area.bottomRight(), area.bottomLeft()])
