"""The picture of all points, drawn beside the window's thread: larger than the view, so that it can be shifted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QImage, QPainter

from memos_desktop.app.jobs import SerialWorker
from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.cubes.map.camera import Camera, Floats
from memos_desktop.ui.cubes.map.render import Scene, opaque, radius, rarity, render
from memos_desktop.ui.cubes.map.stamps import stamps
from memos_desktop.ui.icons import Icons

AROUND = 0.3
"""How far the picture goes beyond the view, on each side, as a share of its size."""
DIMMED = 0.22
BLURRED = 1.6
"""So far the picture may be scaled while a movement goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """What is drawn: places (n, 2), a colour of the palette and a shape for each, and which are lit (None: all)."""

    places: Floats
    colors: NDArray[np.uint8]
    shapes: NDArray[np.uint8]
    palette: NDArray[np.float64]
    lit: NDArray[np.bool_] | None = None


class Picture(QObject):
    """Keeps the last picture and where it was taken; draws a new one when asked, the newest request only.

    Attributes:
        drawn: how many pictures have been drawn.

    Signals:
        ready(): a new picture is there.

    """

    ready = Signal()

    def __init__(self, bridge: Bridge, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._icons = icons
        self._worker = SerialWorker("map")
        self._image = QImage()
        self._pixels = np.empty(0, np.uint32)
        self._taken: Camera | None = None
        self._ratio = 1.0
        self._busy = False
        self._next: tuple[Points, Camera, float, float] | None = None
        self.drawn = 0
        self.radius = 1.0
        self.destroyed.connect(self._worker.close)

    def request(self, points: Points, camera: Camera, ratio: float, scale: float) -> None:
        """Draw this soon; `ratio` is device pixels for each pixel, `scale` the text scale."""
        self._next = points, camera, ratio, scale
        self._pump()

    def clear(self) -> None:
        """There is nothing to show."""
        self._next = None
        self._taken = None

    def covers(self, camera: Camera) -> bool:
        """Whether the picture, shifted and scaled, still does for the view."""
        taken = self._taken
        if taken is None or not 1 / BLURRED < camera.scale / taken.scale < BLURRED:
            return False
        dx, dy = abs(taken.x - camera.x) * camera.scale, abs(taken.y - camera.y) * camera.scale
        return dx <= AROUND * taken.width and dy <= AROUND * taken.height

    def paint(self, painter: QPainter, camera: Camera) -> None:
        """Draw the picture as the camera sees it now: shifted, and scaled until a new one is there."""
        taken = self._taken
        if taken is None:
            return
        grown = camera.scale / taken.scale
        wide, tall = self._image.width() / self._ratio * grown, self._image.height() / self._ratio * grown
        x = (taken.x - camera.x) * camera.scale + camera.width / 2 - wide / 2
        y = (taken.y - camera.y) * camera.scale + camera.height / 2 - tall / 2
        if grown == 1:
            painter.drawImage(QPointF(round(x), round(y)), self._image)
        else:
            painter.drawImage(QRectF(x, y, wide, tall), self._image)

    def _pump(self) -> None:
        if self._busy or self._next is None:
            return
        points, camera, ratio, scale = self._next
        self._next = None
        self._busy = True
        in_sight = int(camera.sees(points.places).sum())
        self.radius = radius(in_sight, camera.width, camera.height) * min(scale, 1.4)
        masks = stamps(self._icons, self.radius * ratio)
        wide, tall = round(camera.width * (1 + 2 * AROUND)), round(camera.height * (1 + 2 * AROUND))
        around = replace(camera, width=float(wide), height=float(tall))
        strength = None if points.lit is None else np.where(points.lit, 1.0, DIMMED).astype(np.float32)
        dense, rare = opaque(self.radius), rarity(points.colors, len(points.palette))

        def draw() -> NDArray[np.uint32]:
            pixels = around.to_view(points.places) * np.float32(ratio)
            size = round(wide * ratio), round(tall * ratio)
            looks = points.colors, points.shapes, masks, points.palette
            return render(Scene(pixels, *looks, strength, rare, dense, *size))

        future = self._worker.submit(draw)
        self._bridge.then(future, lambda made: self._arrived(made, camera, ratio), receiver=self)

    def _arrived(self, made: NDArray[np.uint32], camera: Camera, ratio: float) -> None:
        self._busy = False
        self.drawn += 1
        height, width = made.shape
        image = QImage(made.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        self._pixels = made  # the image only borrows them
        self._image, self._taken, self._ratio = image, camera, ratio
        self.ready.emit()
        self._pump()
