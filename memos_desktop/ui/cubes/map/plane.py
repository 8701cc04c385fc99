"""The plane with the points: what is shown of it, what is lit and named, and how all that is painted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from memos_desktop.app.cube_map import MapPlaces
from memos_desktop.app.regions import Region
from memos_desktop.ui.cubes.by_number import CubesAtHand
from memos_desktop.ui.cubes.map.camera import Camera, Floats
from memos_desktop.ui.cubes.map.labels import Lettering, Placed
from memos_desktop.ui.cubes.map.looks import LEGENDS, ColorBy, codes
from memos_desktop.ui.cubes.map.overlays import paint_hover, paint_legend, paint_rings
from memos_desktop.ui.cubes.map.picture import Picture, Points
from memos_desktop.ui.page import Context

Numbers = NDArray[np.int64]
SETTLE_MS = 90
TITLES = 36
"""With so few points in sight each shows its title."""
RINGS = 300
"""Up to so many selected points get a ring; of more the others are dimmed."""


class MapPlane(QWidget):
    """Shows MapPlaces. It knows memories by number.

    Attributes:
        camera: which part is shown.
        picture: the drawn points.
        selected: the numbers of what is selected.

    """

    def __init__(self, context: Context, at_hand: CubesAtHand) -> None:
        super().__init__()
        self._theme, self._icons = context.theme, context.icons
        self._at_hand = at_hand
        self.picture = Picture(context.bridge, context.icons, self)
        self._lettering = Lettering(context.theme)
        self.camera = Camera()
        self._least = 1.0
        self._fitted = True
        self._regions: tuple[Region, ...] = ()
        self._names: list[Placed] = []
        self._numbers: Numbers = np.empty(0, np.int64)
        self._places: Floats = np.empty((0, 2), np.float32)
        self._kept: Numbers = np.empty(0, np.int64)
        self._near: Numbers | None = None
        self._points: Points | None = None
        self._shown: MapPlaces | None = None
        self.by = ColorBy.KIND
        self.selected: Numbers = np.empty(0, np.int64)
        self._hovered = -1
        self._lasso: list[QPointF] | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self.picture.ready.connect(self.update)
        at_hand.arrived.connect(self._on_cubes)
        self._theme.changed.connect(self._recolor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Map of memories")

    # what is shown

    def show_places(self, shown: MapPlaces) -> None:
        """Show these memories; the part of the map that is looked at stays."""
        there = np.flatnonzero(~np.isnan(shown.places[:, 0])) if len(shown.places) else np.empty(0, np.int64)
        self._shown = shown
        self._kept = there
        self._numbers, self._places = shown.looks.numbers[there], shown.places[there]
        self._least = self.camera.fitted(self._places).scale
        if self._fitted:
            self.camera = self.camera.fitted(self._places)
        self._hovered = -1
        self._recolor()
        self._describe()

    def show_regions(self, regions: Sequence[Region]) -> None:
        """Name these regions."""
        self._regions = tuple(regions)
        self._describe()
        self._rename()
        self.update()

    def color_by(self, by: ColorBy) -> None:
        """Colour the points by something else."""
        self.by = by
        self._recolor()

    def mark(self, numbers: Sequence[int] | Numbers, bring: bool = True) -> None:
        """Show these as selected; a single one is brought into sight."""
        self.selected = np.asarray(numbers, np.int64)
        places = self._places_of(self.selected)
        if bring and len(places) == 1:
            x, y = self.camera.to_view(places)[0].tolist()
            if not QRectF(self.rect()).adjusted(20, 20, -20, -20).contains(QPointF(x, y)):
                self._move(self.camera.panned(self.camera.width / 2 - x, self.camera.height / 2 - y))
        self._recolor()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Closer or further, around a pixel or the middle."""
        place = (self.camera.width / 2, self.camera.height / 2) if at is None else (at.x(), at.y())
        self._move(self.camera.zoomed(factor, place, self._least))

    def fit(self) -> None:
        """Show everything."""
        self._move(self.camera.fitted(self._places))
        self._fitted = True

    def refit(self) -> None:
        """Show everything as soon as there are new places."""
        self._fitted = True

    def show_region(self, region: Region) -> None:
        """Fill the view with this region."""
        if self._shown is not None:
            places = self._shown.places[region.members]
            low, high = np.percentile(places, (4, 96), axis=0)
            self._move(self.camera.fitted(np.array([low, high], np.float32)))

    def _places_of(self, numbers: Numbers) -> Floats:
        return self._places[np.isin(self._numbers, numbers)]

    def _recolor(self) -> None:
        """Colours, shapes and what is lit, then a new picture."""
        if self._shown is None:
            return
        entries = LEGENDS[self.by]
        palette = np.array([_rgb(self._theme.color(entry.token)) for entry in entries], np.float64)
        many = len(self.selected) > RINGS
        lit = np.isin(self._numbers, self.selected) if many else None
        colors, shapes = codes(self._shown.looks, self.by)[self._kept], self._shown.looks.kinds[self._kept]
        self._points = Points(self._places, colors, shapes, palette, lit)
        self._draw()

    def _draw(self) -> None:
        if self._points is None or not len(self._places):
            self.picture.clear()
        else:
            self.picture.request(self._points, self.camera, self.devicePixelRatioF(), self._theme.scale)
        self._look()
        self._rename()
        self.update()

    def _rename(self) -> None:
        """Names of regions; titles where few points are in sight."""
        names = self._lettering.name_regions(self._regions, self.camera, self.camera.scale / self._least)
        self._names = names
        near = self._near
        if near is not None:
            numbers = self._numbers[near].tolist()
            missing = [number for number in numbers if not self._at_hand.is_fresh(number)]
            if missing:
                self._at_hand.want(missing)
            points = self.camera.to_view(self._places[near]).tolist()
            titles = [
                (cube.title, x, y)
                for number, (x, y) in zip(numbers, points, strict=True)
                if (cube := self._at_hand.get(number)) is not None
            ]
            self._names = self._lettering.name_points(titles, self.camera, self.picture.radius * 1.3 + 4)

    def _look(self) -> None:
        """Which points are in sight, if they are few: they are titled."""
        near = np.flatnonzero(self.camera.sees(self._places))
        self._near = near if len(near) <= TITLES else None

    def _on_cubes(self) -> None:
        self._rename()
        self.update()

    def _move(self, camera: Camera) -> None:
        """Look at another part: the picture is shifted at once and drawn anew when the movement has ended."""
        if camera == self.camera:
            return
        self._fitted = False
        if camera.scale != self.camera.scale:
            self._near = None  # until the movement has ended
        self.camera = camera
        self._rename()
        if self.picture.covers(camera) or not self._settle.isActive():
            self._settle.start()  # what can be shown as it is waits until the movement has ended
        self.update()

    def _describe(self) -> None:
        level = [region for region in self._regions if region.level == 0]
        regions = "; ".join(f"{', '.join(one.words)}: {len(one.members):,}" for one in level)
        said = f"{len(self._numbers):,} memories on the map. {regions}"
        self.setAccessibleDescription(f"{said} The list beside the map holds the same.")

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, the rings of what is selected, the names, the legend, the lasso, the title below the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("accent" if self.hasFocus() else "border"), 1))
        painter.setBrush(self._theme.color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setClipRect(self.rect().adjusted(1, 1, -1, -1))
        self.picture.paint(painter, self.camera)
        if 0 < len(self.selected) <= RINGS:
            paint_rings(painter, self._theme, self.camera.to_view(self._places_of(self.selected)), self.picture.radius)
        titled = bool(self._names) and self._names[0].region is None
        self._lettering.paint(painter, self._names, not titled, self.devicePixelRatioF())
        if self._lasso:
            self._paint_lasso(painter)
        if len(self._places):
            paint_legend(painter, self._theme, self._icons, LEGENDS[self.by], self.by, self.rect())
        self._paint_hover(painter)

    def _paint_lasso(self, painter: QPainter) -> None:
        shade = self._theme.color("accent")
        painter.setPen(QPen(shade, 1.5, Qt.PenStyle.DashLine))
        shade.setAlphaF(0.12)
        painter.setBrush(shade)
        painter.drawPolygon(QPolygonF(self._lasso or []))

    def _paint_hover(self, painter: QPainter) -> None:
        if self._hovered < 0 or self._hovered >= len(self._numbers):
            return
        cube = self._at_hand.get(int(self._numbers[self._hovered]))
        point = self.camera.to_view(self._places[self._hovered : self._hovered + 1])[0]
        paint_hover(painter, self._theme, cube, QPointF(*point.tolist()), self.picture.radius, self.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The middle stays; what showed everything still does."""
        self.camera = self.camera.sized(self.width(), self.height())
        self._least = self.camera.fitted(self._places).scale
        if self._fitted:
            self.camera = self.camera.fitted(self._places)
        self._settle.start()
        self._rename()


def _rgb(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()
