"""Paints the rows of the cube table: shapes for kind and state, chips, the heat bar, skeletons."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from memos_desktop.ids import now
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.memory.heat import heat
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.columns import Column
from memos_desktop.ui.cubes.columns import cell as said
from memos_desktop.ui.cubes.model import CUBE_ROLE, STALE_ROLE
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, Theme

MARK = 14
HEAT_WIDTH = 44
COLD = 0.005
"""Below this nothing of the heat is shown."""
LEAST_REST = 4 * GRID
"""Narrower than that the words behind a title are not begun."""
# Plain numbers: PySide's enums cost more than the painting itself when a cell combines five of them.
SELECTED = QStyle.StateFlag.State_Selected.value
HOVERED = QStyle.StateFlag.State_MouseOver.value
FOCUSED = QStyle.StateFlag.State_HasFocus.value
LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
RIGHT = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value
CENTRE = Qt.AlignmentFlag.AlignCenter.value


@dataclass(slots=True)
class _Cell:
    """What painting one cell works on; `area` shrinks from the left as things are drawn."""

    painter: QPainter
    area: QRect
    cube: Cube
    stale: bool = False

    def take(self, width: int) -> QRect:
        """Cut `width` from the left of the area, and a gap."""
        taken = QRect(self.area.left(), self.area.top(), width, self.area.height())
        self.area = self.area.adjusted(width + GRID, 0, 0, 0)
        return taken


class CubeDelegate(QStyledItemDelegate):
    """One instance paints all columns."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._fonts: dict[tuple[float, bool], tuple[QFont, QFontMetrics]] = {}
        self._colors: dict[str, QColor] = {}
        self._marks: dict[tuple[str, str, bool, int, float], QPixmap] = {}
        theme.changed.connect(self._forget)
        self._columns: dict[int, Callable[[_Cell], None]] = {
            Column.KIND: self._kind,
            Column.TITLE: self._title,
            Column.STATE: self._state,
            Column.TAGS: self._tags,
            Column.USES: self._uses,
            Column.HEAT: self._heat,
            Column.SIZE: self._size,
        }
        for column in Column:
            self._columns.setdefault(column, partial(self._plain, column))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Rows have one height; columns are set by the table."""
        return QSize(40, self._theme.row_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Background, then the column's own picture, or a grey bar while the page is on its way."""
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._background(painter, option, index.column() == 0)
        cube = index.data(CUBE_ROLE)
        inner = area.adjusted(GRID, 0, -GRID, 0)
        if cube is None:
            self._skeleton(painter, inner, index.row(), index.column())
        else:
            stale = cube.kind is Kind.ACTIVATION and bool(index.data(STALE_ROLE))
            self._columns[index.column()](_Cell(painter, inner, cube, stale))
        painter.restore()

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, first: bool) -> None:
        area: QRect = option.rect
        state: int = option.state.value
        selected = bool(state & SELECTED)
        if selected or state & HOVERED:
            painter.fillRect(area, self._color("selected" if selected else "hover"))
        if first and state & FOCUSED and option.widget.hasFocus():
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), self._color("accent"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), self._color("border"))

    def _skeleton(self, painter: QPainter, area: QRect, row: int, column: int) -> None:
        if column in (Column.TAGS, Column.HEAT):
            return
        share = (0.7, 0.45, 0.6, 0.35)[row % 4] if column == Column.TITLE else 0.7
        bar = QRectF(area.left(), area.center().y() - 5, max(10.0, area.width() * share), 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color("border"))
        painter.drawRoundedRect(bar, HALF, HALF)

    def _forget(self) -> None:
        """The theme is another: nothing that was kept for painting holds any more."""
        self._fonts.clear()
        self._colors.clear()
        self._marks.clear()

    def _color(self, token: str) -> QColor:
        if token not in self._colors:
            self._colors[token] = self._theme.color(token)
        return self._colors[token]

    def _font(self, size: float, bold: bool = False) -> tuple[QFont, QFontMetrics]:
        """A font and its measures, made once for each theme."""
        if (size, bold) not in self._fonts:
            font = self._theme.font(size, bold)
            self._fonts[size, bold] = font, QFontMetrics(font)
        return self._fonts[size, bold]

    def _icon(self, cell: _Cell, name: str, token: str, filled: bool = False) -> None:
        side = self._theme.px(MARK)
        spot = cell.take(side)
        top = spot.top() + (spot.height() - side) // 2
        key = (name, token, filled, side, cell.painter.device().devicePixelRatioF())
        if key not in self._marks:
            self._marks[key] = self._icons.icon(name, token, filled=filled).pixmap(QSize(side, side), key[-1])
        cell.painter.drawPixmap(spot.left(), top, self._marks[key])

    def _text(self, cell: _Cell, text: str, token: str = "muted", bold: bool = False, right: bool = False) -> int:
        """Draw one line, elided; gives the width that it used."""
        font, metrics = self._font(13, bold)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, cell.area.width())
        cell.painter.setFont(font)
        cell.painter.setPen(self._color(token))
        cell.painter.drawText(cell.area, RIGHT if right else LEFT, shown)
        return metrics.horizontalAdvance(shown)

    def _kind(self, cell: _Cell) -> None:
        cell.take(0)
        self._icon(cell, cell.cube.kind.value, cell.cube.kind.value, filled=not cell.stale)

    def _title(self, cell: _Cell) -> None:
        cube = cell.cube
        if cell.stale:
            self._icon(cell, "stale", "warning")
        if cube.governance.proposed:
            self._icon(cell, "proposed", "accent")
        if cube.pinned:
            self._icon(cell, "pin", "accent", filled=True)
        if cube.frozen:
            self._icon(cell, "freeze", "muted")
        dull = cube.governance.superseded_by is not None or cube.binned is not None
        title, rest = words.row_text(cube)
        _, metrics = self._font(13)
        if rest and metrics.horizontalAdvance(title) + LEAST_REST > cell.area.width():
            title, rest = f"{title} {rest}", ""  # without room for the rest it must be seen that there is one
        used = self._text(cell, title, "muted" if dull else "text")
        cell.take(used - HALF)
        if rest:
            self._text(cell, rest)

    def _plain(self, column: Column, spot: _Cell) -> None:
        self._text(spot, said(spot.cube, column))

    def _size(self, spot: _Cell) -> None:
        self._text(spot, words.size(spot.cube.payload.bytes), right=True)

    def _state(self, cell: _Cell) -> None:
        state = cell.cube.state
        token = {"activated": "good", "expired": "warning"}.get(state.value, "muted")
        self._icon(cell, state.value, token)
        cell.area.adjust(-HALF, 0, 0, 0)
        self._text(cell, words.STATES[state])

    def _tags(self, cell: _Cell) -> None:
        font, metrics = self._font(11.5)
        cell.painter.setFont(font)
        for place, tag in enumerate(cell.cube.tags):
            left = len(cell.cube.tags) - place
            shown = metrics.elidedText(tag, Qt.TextElideMode.ElideRight, self._theme.px(88))
            width = metrics.horizontalAdvance(shown) + 2 * GRID
            rest = metrics.horizontalAdvance(f"+{left}") + HALF if left > 1 else 0
            if place and width + rest > cell.area.width():
                cell.painter.setPen(self._color("muted"))
                cell.painter.drawText(cell.area, LEFT, f"+{left}")
                return
            self._chip(cell, shown, min(width, cell.area.width()), metrics.height())

    def _chip(self, cell: _Cell, text: str, width: int, height: int) -> None:
        spot = cell.take(width)
        cell.area.adjust(-HALF, 0, 0, 0)
        frame = QRectF(spot.left() + 0.5, spot.center().y() - height / 2 - 1.5, width - 1, height + 4)
        cell.painter.setPen(QPen(self._color("border_strong"), 1))
        cell.painter.setBrush(Qt.BrushStyle.NoBrush)
        cell.painter.drawRoundedRect(frame, 5, 5)
        cell.painter.setPen(self._color("muted"))
        cell.painter.drawText(frame, CENTRE, text)

    def _uses(self, cell: _Cell) -> None:
        if cell.cube.behaviour.uses:
            self._text(cell, f"{cell.cube.behaviour.uses:,}", right=True)

    def _heat(self, cell: _Cell) -> None:
        width = min(self._theme.px(HEAT_WIDTH), cell.area.width())
        bar = QRectF(cell.area.left(), cell.area.center().y() - 2, width, 5)
        cell.painter.setPen(Qt.PenStyle.NoPen)
        cell.painter.setBrush(self._color("border"))
        cell.painter.drawRoundedRect(bar, 2.5, 2.5)
        warm = min(1.0, heat(cell.cube.behaviour, now()))
        if warm > COLD:
            bar.setWidth(max(5.0, width * warm))
            cell.painter.setBrush(self._color("warning" if warm >= 0.66 else "accent"))
            cell.painter.drawRoundedRect(bar, 2.5, 2.5)
