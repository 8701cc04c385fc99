"""Paints the nodes of the lineage graph: memories as cards, messages as bubbles, files as leaves of paper."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from memos_desktop.memory.cube import State
from memos_desktop.memory.lineage import LineageNode, NodeKind
from memos_desktop.ui.cubes.lineage import lineage_words as say
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, RADIUS_CARD, Theme

WIDTH, HEIGHT = 196, 54
"""Of a card at text scale 1."""
FAR = 0.5
"""Below this zoom a card shows its title only, larger."""
DIMMED = 0.55
GONE = (State.MERGED, State.ARCHIVED, State.EXPIRED)
"""States in which a memory is no longer recalled."""
STATE_TOKENS = {State.ACTIVATED: "good", State.EXPIRED: "warning"}


def card_size(theme: Theme) -> QSizeF:
    """The size of every card at this text scale."""
    return QSizeF(theme.px(WIDTH), theme.px(HEIGHT))


def is_dim(node: LineageNode) -> bool:
    """Whether a node is shown as something of the past, or outside the filter. Its words say so too."""
    return not node.there or node.outside or node.binned or node.superseded or node.state in GONE


class NodeItem(QGraphicsItem):
    """One node. Position is its top left corner.

    Attributes:
        node: what it shows.
        center: whether the graph is drawn around it.
        chosen: whether it is selected.
        focused: whether the keyboard is on it.

    """

    def __init__(self, node: LineageNode, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self.node = node
        self.center = self.chosen = self.focused = False
        self._theme, self._icons = theme, icons
        self._size = card_size(theme)
        self._hovered = False
        self.setAcceptHoverEvents(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("\n".join(part for part in (say.name(node), say.about(node), _rest(node)) if part))
        self.setZValue(1)

    def boundingRect(self) -> QRectF:
        """The card with its frame."""
        return QRectF(QPointF(), self._size).adjusted(-4, -4, 4, 8)

    def middle(self) -> QPointF:
        """The middle, in the scene."""
        return self.pos() + QPointF(self._size.width() / 2, self._size.height() / 2)

    def show_as(self, *, center: bool, chosen: bool, focused: bool) -> None:
        """Paint it so from now on."""
        if (center, chosen, focused) != (self.center, self.chosen, self.focused):
            self.center, self.chosen, self.focused = center, chosen, focused
            self.update()

    def hoverEnterEvent(self, event: object) -> None:
        """Under the mouse."""
        self._hovered = True
        self.update()

    def hoverLeaveEvent(self, event: object) -> None:
        """No longer."""
        self._hovered = False
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Shape, sign, title, small line, and how many relatives are not shown."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._frame(painter)
        painter.setOpacity(DIMMED if is_dim(self.node) and not self.chosen else 1.0)
        area = QRectF(QPointF(), self._size).adjusted(self._theme.px(10), HALF, -self._theme.px(8), -HALF)
        far = option.levelOfDetailFromTransform(painter.worldTransform()) < FAR
        area = self._sign(painter, area, far)
        area = self._more(painter, area) if self.node.more else area
        (self._title_only if far else self._lines)(painter, area)

    def shape(self) -> QPainterPath:
        """The outline: a card, a bubble with a tail, a sheet with a folded corner."""
        area = QRectF(QPointF(), self._size).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        if self.node.kind is NodeKind.MESSAGE:
            round_ = min(self._theme.px(18), area.height() / 2)
            path.addRoundedRect(area, round_, round_)
            tail = QPainterPath(QPointF(area.left() + round_, area.bottom() - 1))
            tail.lineTo(area.left() + round_ - 2, area.bottom() + 6)
            tail.lineTo(area.left() + round_ + 10, area.bottom() - 1)
            return path.united(tail)
        if self.node.kind is NodeKind.FILE:
            fold = self._theme.px(12)
            path.moveTo(area.topLeft())
            for x, y in ((area.right() - fold, area.top()), (area.right(), area.top() + fold)):
                path.lineTo(x, y)
            path.lineTo(area.bottomRight())
            path.lineTo(area.bottomLeft())
            path.closeSubpath()
            return path
        path.addRoundedRect(area, RADIUS_CARD, RADIUS_CARD)
        return path

    def _frame(self, painter: QPainter) -> None:
        color = self._theme.color
        plain = "hover" if self._hovered else "panel"
        fill = color("selected" if self.chosen else "soft_accent" if self.center else plain)
        strong = self.chosen or self.center
        pen = QPen(color("accent" if strong or self.focused else "border_strong"), 2 if strong else 1)
        if not self.node.there:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawPath(self.shape())
        if self.focused:
            painter.setPen(QPen(color("text"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inner = QRectF(QPointF(), self._size).adjusted(4, 4, -4, -4)
            painter.drawRoundedRect(inner, RADIUS_CARD - 3, RADIUS_CARD - 3)

    def _sign(self, painter: QPainter, area: QRectF, far: bool) -> QRectF:
        node = self.node
        name, token = {NodeKind.MESSAGE: ("chats", "muted"), NodeKind.FILE: ("file", "muted")}.get(
            node.kind, (node.form.value, node.form.value) if node.form else ("memory-off", "muted")
        )
        side = self._theme.px(24 if far else 16)
        spot = QRectF(area.left(), area.center().y() - side / 2, side, side)
        self._icons.paint(painter, spot.toRect(), name, token, filled=node.form is not None)
        return area.adjusted(side + GRID, 0, 0, 0)

    def _more(self, painter: QPainter, area: QRectF) -> QRectF:
        font = self._theme.font(11)
        text = f"+{self.node.more:,}"
        width = QFontMetricsF(font).horizontalAdvance(text) + GRID
        height = QFontMetricsF(font).height() + 2
        chip = QRectF(area.right() - width, area.center().y() - height / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("border"))
        painter.drawRoundedRect(chip, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(self._theme.color("text"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
        return area.adjusted(0, 0, -width - HALF, 0)

    def _lines(self, painter: QPainter, area: QRectF) -> None:
        big, small = self._theme.font(13, bold=self.center), self._theme.font(11.5)
        upper = QFontMetricsF(big).height()
        lower = QFontMetricsF(small).height()
        top = area.center().y() - (upper + lower + 2) / 2
        painter.setFont(big)
        painter.setPen(self._theme.color("text"))
        shown = QFontMetricsF(big).elidedText(say.name(self.node), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QRectF(area.left(), top, area.width(), upper), Qt.AlignmentFlag.AlignVCenter, shown)
        line = QRectF(area.left(), top + upper + 2, area.width(), lower)
        if self.node.state is not None:
            side = lower - 2
            spot = QRectF(line.left(), line.center().y() - side / 2, side, side)
            token = STATE_TOKENS.get(self.node.state, "muted")
            self._icons.paint(painter, spot.toRect(), self.node.state.value, token)
            line.adjust(side + HALF, 0, 0, 0)
        painter.setFont(small)
        painter.setPen(self._theme.color("muted"))
        shown = QFontMetricsF(small).elidedText(say.about(self.node), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)

    def _title_only(self, painter: QPainter, area: QRectF) -> None:
        font = self._theme.font(18, bold=self.center)
        painter.setFont(font)
        painter.setPen(self._theme.color("text"))
        shown = QFontMetricsF(font).elidedText(say.name(self.node), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)


def _rest(node: LineageNode) -> str:
    if node.kind is NodeKind.FILE:
        return node.words
    return f"{node.more:,} more relatives; double click to see them" if node.more else ""

