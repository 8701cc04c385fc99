"""Paints the edges of the lineage graph: a curve from what was first to what came of it, and the small words on it."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from memos_desktop.memory.lineage import LineageEdge, Relation
from memos_desktop.ui.theme import HALF, Theme

ARROW = 7
DASHED = (Relation.SUPERSEDED, Relation.SAID, Relation.READ)
"""Not made from it: replaced by it, or taken down from it."""


class LinkItem(QGraphicsItem):
    """One edge, from the right side of what was first to the left side of what came of it.

    Attributes:
        edge: what it stands for.
        lit: whether one of its ends is selected.

    """

    def __init__(self, edge: LineageEdge, theme: Theme, points: Sequence[QPointF]) -> None:
        """`points`: where it begins, the places between cards that it passes, where it ends."""
        super().__init__()
        self.edge = edge
        self.lit = False
        self._theme = theme
        self._end = points[-1]
        self._back = points[-1].x() < points[0].x()
        self._path = _curve(points)
        stroker = QPainterPathStroker()
        stroker.setWidth(2 * ARROW)
        self._room = stroker.createStroke(self._path).boundingRect().adjusted(-2, -2, 2, 2)

    def boundingRect(self) -> QRectF:
        """The curve with its arrow."""
        return self._room

    def light(self, on: bool) -> None:
        """Draw it in the accent colour, above the others."""
        if on != self.lit:
            self.lit = on
            self.setZValue(0.5 if on else 0)
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """The curve and the arrow."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color("accent" if self.lit else "faint")
        dashed = self.edge.relation in DASHED
        painter.setPen(QPen(color, 2 if self.lit else 1.3, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        painter.drawPath(self._path)
        side = ARROW if self._back else -ARROW
        wings = [self._end + QPointF(side, -ARROW / 1.8), self._end, self._end + QPointF(side, ARROW / 1.8)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF(wings))


class LabelItem(QGraphicsItem):
    """The words of all edges of one relation that meet at one card. It stands beside the card, at the right or left."""

    def __init__(self, text: str, theme: Theme, rightward: bool) -> None:
        """`rightward`: the words begin at the position; else they end there."""
        super().__init__()
        self.text = text
        self._theme = theme
        metrics = QFontMetricsF(theme.font(11))
        width, height = metrics.horizontalAdvance(text) + 2 * HALF, metrics.height()
        self._room = QRectF(0 if rightward else -width, -height / 2, width, height)
        self.setZValue(0.8)

    def boundingRect(self) -> QRectF:
        """The words."""
        return self._room

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """On a patch of the background, so that no line runs through them; nothing where they could not be read."""
        if option.levelOfDetailFromTransform(painter.worldTransform()) < 0.6:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("background"))
        painter.drawRoundedRect(self._room, HALF, HALF)
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(self._room, Qt.AlignmentFlag.AlignCenter, self.text)


def _curve(points: Sequence[QPointF]) -> QPainterPath:
    """A smooth line through the points that leaves and arrives level."""
    path = QPainterPath(points[0])
    for left, right in pairwise(points):
        reach = max(24.0, abs(right.x() - left.x()) / 2)
        path.cubicTo(left + QPointF(reach, 0), right - QPointF(reach, 0), right)
    return path
