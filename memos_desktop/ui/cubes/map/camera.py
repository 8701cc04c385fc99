"""Which part of the map is shown: a middle and a scale. Knows nothing of Qt."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MARGIN = 0.08
CLOSEST = 4_000.0
"""Times the scale at which everything fits."""


@dataclass(frozen=True, slots=True)
class Camera:
    """The place in the middle, pixels for each unit of the map, and the size of the view in pixels."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 100.0
    width: float = 1.0
    height: float = 1.0

    def to_view(self, places: Floats) -> Floats:
        """Pixels of these places (n, 2)."""
        moved = (places - np.array([self.x, self.y], np.float32)) * np.float32(self.scale)
        return np.asarray(moved + np.array([self.width / 2, self.height / 2], np.float32), np.float32)

    def sees(self, places: Floats) -> NDArray[np.bool_]:
        """Which of these places can be seen."""
        (left, top), (right, bottom) = self.to_map(0, 0), self.to_map(self.width, self.height)
        x, y = places[:, 0], places[:, 1]
        seen: NDArray[np.bool_] = (x >= left) & (x < right) & (y >= top) & (y < bottom)
        return seen

    def to_map(self, x: float, y: float) -> tuple[float, float]:
        """The place below a pixel."""
        return self.x + (x - self.width / 2) / self.scale, self.y + (y - self.height / 2) / self.scale

    def fitted(self, places: Floats) -> "Camera":
        """So that all of these can be seen; one place stands in the middle."""
        if not len(places):
            return replace(self, x=0.0, y=0.0, scale=min(self.width, self.height) / 2.2)
        low, high = places.min(axis=0), places.max(axis=0)
        room_x, room_y = self.width * (1 - 2 * MARGIN), self.height * (1 - 2 * MARGIN)
        wide, tall = max(float(high[0] - low[0]), 1e-3), max(float(high[1] - low[1]), 1e-3)
        scale = min(room_x / wide, room_y / tall, min(self.width, self.height) * 4)
        return replace(self, x=float(low[0] + high[0]) / 2, y=float(low[1] + high[1]) / 2, scale=max(scale, 1e-3))

    def zoomed(self, factor: float, at: tuple[float, float], least: float) -> "Camera":
        """Closer (factor above 1) or further, with the place below pixel `at` kept there. `least` shows everything."""
        scale = min(least * CLOSEST, max(least * 0.5, self.scale * factor))
        x, y = self.to_map(*at)
        moved = replace(self, scale=scale)
        shown_x, shown_y = moved.to_map(*at)
        return replace(moved, x=self.x + x - shown_x, y=self.y + y - shown_y)

    def panned(self, dx: float, dy: float) -> "Camera":
        """Moved by so many pixels: what was below the pointer stays below it."""
        return replace(self, x=self.x - dx / self.scale, y=self.y - dy / self.scale)

    def sized(self, width: float, height: float) -> "Camera":
        """In a view of another size; the middle stays."""
        return replace(self, width=max(1.0, width), height=max(1.0, height))
