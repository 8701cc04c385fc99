"""Paints the rows of plain tables: an icon and a line of text in each cell, a line below each row."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, Theme

ICON_ROLE = int(Qt.ItemDataRole.UserRole) + 10
"""(name of an icon, token of its colour, whether it is filled), or None."""
TOKEN_ROLE = ICON_ROLE + 1
"""The token of the text's colour; None for the normal one."""
SIGN = 16


class RowDelegate(QStyledItemDelegate):
    """Draws by roles: ICON_ROLE, the display text, TOKEN_ROLE, the alignment."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Rows have one height; columns are set by the table."""
        return QSize(40, self._theme.row_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Background, icon, text."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._background(painter, option, index.column() == 0)
        area: QRect = option.rect.adjusted(GRID, 0, -GRID, 0)
        sign = index.data(ICON_ROLE)
        if sign is not None:
            name, token, filled = sign
            side = self._theme.px(SIGN)
            spot = QRect(area.left(), area.center().y() - side // 2, side, side)
            self._icons.paint(painter, spot, name, token, filled=filled)
            area.adjust(side + GRID, 0, 0, 0)
        font = self._theme.font()
        painter.setFont(font)
        painter.setPen(self._theme.color(index.data(TOKEN_ROLE) or "text"))
        text = str(index.data() or "")
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        side_of = index.data(Qt.ItemDataRole.TextAlignmentRole) or Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag(side_of), shown)
        painter.restore()

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, first: bool) -> None:
        area: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, self._theme.color("selected" if selected else "hover"))
        if first and option.state & QStyle.StateFlag.State_HasFocus and option.widget.hasFocus():
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), self._theme.color("accent"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), self._theme.color("border"))
