"""Paints the rows of the timeline: a time, a mark on the line of time, title and text; and headings."""

from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.timeline import TimeBasis
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.timeline.model import CUBE_ROLE, HEADING_ROLE, TimelineModel
from memos_desktop.ui.cubes.timeline.spans import Unit
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, Theme

TIME = 56
RAIL = 32
MARK = 14
FLAG = 14
TYPE = 96
TYPE_FROM = 560
"""Narrower lists leave the type out."""
SELECTED = QStyle.StateFlag.State_Selected.value
HOVERED = QStyle.StateFlag.State_MouseOver.value
FOCUSED = QStyle.StateFlag.State_HasFocus.value
LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
RIGHT = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value


class TimelineDelegate(QStyledItemDelegate):
    """One row each: a heading or a memory."""

    def __init__(self, theme: Theme, icons: Icons, model: TimelineModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._model = model
        self._fonts: dict[tuple[float, bool], tuple[QFont, QFontMetrics]] = {}
        self._colors: dict[str, QColor] = {}
        self._marks: dict[tuple[str, str, bool], QIcon] = {}
        theme.changed.connect(self._forget)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows have one height."""
        return QSize(40, self._theme.row_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """A heading, a memory, or a grey bar while it is on its way."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        said = index.data(HEADING_ROLE)
        if said is not None:
            self.paint_heading(painter, area, *said)
        else:
            state: int = option.state.value
            if state & (SELECTED | HOVERED):
                painter.fillRect(area, self._color("selected" if state & SELECTED else "hover"))
            if state & FOCUSED and option.widget.hasFocus():
                painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), self._color("accent"))
            cube = index.data(CUBE_ROLE)
            behind = "selected" if state & SELECTED else "hover" if state & HOVERED else "panel"
            self._rail(painter, area, cube, behind)
            if cube is None:
                self._skeleton(painter, area, index.row())
            else:
                self._memory(painter, area, cube)
        painter.restore()

    def paint_heading(self, painter: QPainter, area: QRect, said: str, count: int) -> None:
        """A heading: its words, and the number of memories below it."""
        painter.fillRect(area, self._color("background"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), self._color("border"))
        font, metrics = self._font(13, True)
        left = area.left() + GRID
        painter.setFont(font)
        painter.setPen(self._color("text"))
        painter.drawText(QRect(left, area.top(), area.width(), area.height()), LEFT, said)
        left += metrics.horizontalAdvance(said) + GRID
        font, _ = self._font(12)
        painter.setFont(font)
        painter.setPen(self._color("muted"))
        rest = QRect(left, area.top(), max(0, area.right() - left), area.height())
        painter.drawText(rest, LEFT, f"{count:,}")

    def _rail(self, painter: QPainter, area: QRect, cube: Cube | None, behind: str) -> None:
        """The line of time, and on it the mark of the kind."""
        middle = area.left() + self._theme.px(TIME) + self._theme.px(RAIL) // 2 + GRID
        painter.fillRect(QRect(middle, area.top(), 1, area.height()), self._color("border_strong"))
        if cube is None:
            return
        side = self._theme.px(MARK)
        spot = QRect(middle - side // 2, area.center().y() - side // 2 + 1, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color(behind))
        painter.drawEllipse(QRectF(spot).adjusted(-3, -3, 3, 3))
        self._icon(painter, spot, cube.kind.value, cube.kind.value, True)

    def _memory(self, painter: QPainter, area: QRect, cube: Cube) -> None:
        when = cube.time if self._model.basis is TimeBasis.EVENT else cube.created
        font, _ = self._font(12)
        painter.setFont(font)
        painter.setPen(self._color("muted"))
        width = self._theme.px(TIME)
        painter.drawText(QRect(area.left() + HALF, area.top(), width, area.height()), RIGHT, self._when(when))
        left = area.left() + width + self._theme.px(RAIL) + GRID
        right = area.right() - GRID
        if area.width() >= self._theme.px(TYPE_FROM):
            type_width = self._theme.px(TYPE)
            place = QRect(right - type_width, area.top(), type_width, area.height())
            painter.drawText(place, RIGHT, words.TYPES[cube.descriptive.type])
            right -= type_width + GRID
        left = self._flags(painter, QRect(left, area.top(), right - left, area.height()), cube)
        self._words(painter, QRect(left, area.top(), max(0, right - left), area.height()), cube)

    def _words(self, painter: QPainter, area: QRect, cube: Cube) -> None:
        title, rest = words.row_text(cube)
        dull = cube.governance.superseded_by is not None or cube.binned is not None
        font, metrics = self._font(13)
        painter.setFont(font)
        painter.setPen(self._color("muted" if dull else "text"))
        shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, LEFT, shown)
        used = metrics.horizontalAdvance(shown + " ")
        if area.width() - used > 3 * GRID:
            painter.setPen(self._color("muted"))
            more = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, area.width() - used)
            painter.drawText(area.adjusted(used, 0, 0, 0), LEFT, more)

    def _flags(self, painter: QPainter, area: QRect, cube: Cube) -> int:
        """Pictures of what is special; gives where the words begin."""
        side, left = self._theme.px(FLAG), area.left()
        shown = (
            (cube.governance.proposed, "proposed", "accent", False),
            (cube.pinned, "pin", "accent", True),
            (cube.frozen, "freeze", "muted", False),
        )
        for on, name, token, filled in shown:
            if on:
                self._icon(painter, QRect(left, area.center().y() - side // 2, side, side), name, token, filled)
                left += side + HALF
        return left

    def _when(self, moment: datetime) -> str:
        here = moment.astimezone()
        return here.strftime("%H:%M") if self._model.groups.unit is Unit.DAY else f"{here.day} {here:%b}"

    def _skeleton(self, painter: QPainter, area: QRect, row: int) -> None:
        left = area.left() + self._theme.px(TIME) + self._theme.px(RAIL) + GRID
        width = max(10.0, (area.right() - left) * (0.5, 0.35, 0.45, 0.3)[row % 4])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color("border"))
        painter.drawRoundedRect(QRectF(left, area.center().y() - 5, width, 10), HALF, HALF)

    def _icon(self, painter: QPainter, spot: QRect, name: str, token: str, filled: bool) -> None:
        key = (name, token, filled)
        if key not in self._marks:
            self._marks[key] = self._icons.icon(name, token, filled=filled)
        self._marks[key].paint(painter, spot)

    def _forget(self) -> None:
        self._fonts.clear()
        self._colors.clear()

    def _color(self, token: str) -> QColor:
        if token not in self._colors:
            self._colors[token] = self._theme.color(token)
        return self._colors[token]

    def _font(self, size: float, bold: bool = False) -> tuple[QFont, QFontMetrics]:
        if (size, bold) not in self._fonts:
            font = self._theme.font(size, bold)
            self._fonts[size, bold] = font, QFontMetrics(font)
        return self._fonts[size, bold]
