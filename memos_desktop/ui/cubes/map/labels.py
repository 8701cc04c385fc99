"""The words on the map: which regions are named at this scale, and where, so that no two names cover one another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from memos_desktop.app.regions import Region
from memos_desktop.ui.cubes.map.camera import Camera
from memos_desktop.ui.theme import HALF, Theme

LEVEL_FROM = (0.0, 1.9, 4.5)
"""From how many times the scale that shows everything each level of regions is named."""
HALO = 4.0
TITLE_WIDTH = 240


@dataclass(frozen=True, slots=True)
class Placed:
    """A name and the room that it takes, in pixels of the view."""

    said: str
    area: QRectF
    region: Region | None = None


def level_for(zoom: float, regions: Sequence[Region]) -> int:
    """Which level of regions fits at `zoom`, in times the scale that shows everything."""
    finest = max((region.level for region in regions), default=0)
    return min(finest, sum(zoom >= least for least in LEVEL_FROM) - 1)


class Lettering:
    """Places names and paints them, each with a rim in the colour of the background."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._kept: dict[tuple[str, bool, float], QPixmap] = {}
        theme.changed.connect(self._kept.clear)

    def name_regions(self, regions: Sequence[Region], camera: Camera, zoom: float) -> list[Placed]:
        """Names of the regions that this zoom asks for, the largest first."""
        level = level_for(zoom, regions)
        chosen = sorted((one for one in regions if one.level == level), key=lambda one: -len(one.members))
        middles = camera.to_view(np.array([(one.x, one.y) for one in chosen], np.float32).reshape(-1, 2))
        metrics = QFontMetrics(self._font(True))
        placed: list[Placed] = []
        for region, (x, y) in zip(chosen, middles.tolist(), strict=True):
            said = " · ".join(region.words)
            area = QRectF(0, 0, metrics.horizontalAdvance(said) + 2 * HALF, metrics.height() + HALF)
            area.moveCenter(QPointF(x, y))
            if said and self._fits(area, camera, placed):
                placed.append(Placed(said, area, region))
        return placed

    def name_points(self, titles: Sequence[tuple[str, float, float]], camera: Camera, gap: float) -> list[Placed]:
        """Titles beside points, given with their pixels, as far as there is room."""
        metrics = QFontMetrics(self._font(False))
        placed: list[Placed] = []
        spots = [QRectF(x - gap, y - gap, 2 * gap, 2 * gap) for _, x, y in titles]
        for title, x, y in titles:
            said = metrics.elidedText(title, Qt.TextElideMode.ElideRight, self._theme.px(TITLE_WIDTH))
            wide, tall = metrics.horizontalAdvance(said) + 2 * HALF, metrics.height() + 2
            for left in (x + gap + 1, x - gap - 1 - wide):  # to the right of the point, or else to its left
                area = QRectF(left, y - tall / 2, wide, tall)
                if self._fits(area, camera, placed) and not any(area.intersects(spot) for spot in spots):
                    placed.append(Placed(said, area))
                    break
        return placed

    def paint(self, painter: QPainter, names: Iterable[Placed], bold: bool, ratio: float) -> None:
        """Draw these names."""
        for name in names:
            painter.drawPixmap(name.area.topLeft() - QPointF(HALO, HALO), self._pixmap(name, bold, ratio))

    def _fits(self, area: QRectF, camera: Camera, placed: Sequence[Placed]) -> bool:
        view = QRectF(0, 0, camera.width, camera.height)
        return view.contains(area) and not any(area.intersects(other.area.adjusted(-8, -3, 8, 3)) for other in placed)

    def _pixmap(self, name: Placed, bold: bool, ratio: float) -> QPixmap:
        key = name.said, bold, ratio
        if key not in self._kept:
            if len(self._kept) > 300:
                self._kept.clear()
            self._kept[key] = self._drawn(name, bold, ratio)
        return self._kept[key]

    def _drawn(self, name: Placed, bold: bool, ratio: float) -> QPixmap:
        size = name.area.size() + QRectF(0, 0, 2 * HALO, 2 * HALO).size()
        pixmap = QPixmap((size * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        font = self._font(bold)
        path = QPainterPath()
        path.addText(QPointF(HALF + HALO, HALO + QFontMetrics(font).ascent() + 1), font, name.said)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rim = self._theme.color("panel")
        rim.setAlphaF(0.85)
        pen = QPen(rim, HALO)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
        painter.fillPath(path, self._theme.color("text"))
        painter.end()
        return pixmap

    def _font(self, bold: bool) -> QFont:
        return self._theme.font(13 if bold else 12, bold)
