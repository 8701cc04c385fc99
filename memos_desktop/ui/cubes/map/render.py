"""Turns points into a picture: each is stamped with the shape of its kind in its colour, all at once with numpy.

Many points on one pixel are mixed, so that the order in which they are drawn does not matter, and crowds look denser.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Codes = NDArray[np.uint8]
PIECE = 8_192
"""Points stamped in one go: a millisecond or two."""
BREATH = 0.0005
"""Seconds between two pieces: the window's thread waits for the interpreter, and would get it only every 5 ms."""
SMALLEST, LARGEST = 1.2, 7.0
SHARE = 0.21
OPAQUE = 0.4, 0.85
"""How opaque the smallest and a larger point is: where several overlap it shows, and crowds stay apart."""
LARGER = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is to be drawn: pixels (n, 2), the colour and the shape of each, stamps, colours, how opaque each is.

    `rarity`: how much a colour has to say where several meet, so that a few of one kind show among many of another.
    """

    points: Floats
    colors: Codes
    shapes: Codes
    stamps: Sequence[Floats]
    palette: NDArray[np.float64]
    strength: Floats | None
    rarity: NDArray[np.float64]
    opaque: float
    width: int
    height: int


def radius(count: int, width: float, height: float) -> float:
    """How large a point is, in pixels, with so many in sight."""
    return float(np.clip(SHARE * np.sqrt(width * height / max(1, count)), SMALLEST, LARGEST))


def rarity(colors: Codes, count: int) -> NDArray[np.float64]:
    """For each of `count` colours how much it has to say: more, the fewer points have it."""
    sizes = np.bincount(colors, minlength=count)
    return np.asarray(np.clip(np.sqrt(sizes.max(initial=1) / np.maximum(1, sizes)), 1.0, 12.0) ** 1.5, np.float64)


def opaque(radius: float) -> float:
    """How opaque a point of this radius is."""
    return float(np.interp(radius, (SMALLEST, LARGER), OPAQUE))


def render(scene: Scene) -> NDArray[np.uint32]:
    """The picture as (height, width) of premultiplied ARGB, clear where there is nothing."""
    sums = np.zeros((5, scene.width * scene.height), np.float32)
    cells = np.round(scene.points).astype(np.int32)
    reach = max((stamp.shape[0] for stamp in scene.stamps), default=1) // 2 + 1
    seen = (
        (cells[:, 0] >= reach)
        & (cells[:, 0] < scene.width - reach)
        & (cells[:, 1] >= reach)
        & (cells[:, 1] < scene.height - reach)
    )
    # From the top down: so each piece touches a narrow band of the picture only.
    found = np.flatnonzero(seen)
    order = found[np.argsort(cells[found, 1].astype(np.int16), kind="stable")]  # 16 bits are sorted by radix
    for shape, stamp in enumerate(scene.stamps):
        chosen = order[scene.shapes[order] == shape]
        for start in range(0, len(chosen), PIECE):
            _stamp(sums, scene, cells, chosen[start : start + PIECE], stamp)
            time.sleep(BREATH)
    return _mixed(sums, scene.opaque).reshape(scene.height, scene.width)


def _stamp(
    sums: Floats, scene: Scene, cells: NDArray[np.int32], chosen: NDArray[np.int64], stamp: Floats
) -> None:
    """Add one shape at some points."""
    rows, columns = np.nonzero(stamp)
    half = stamp.shape[0] // 2
    steps = (rows - half) * scene.width + (columns - half)
    base = cells[chosen, 1].astype(np.int64) * scene.width + cells[chosen, 0]
    where = base[:, None] + steps[None, :]
    weight = np.broadcast_to(stamp[rows, columns][None, :], where.shape)
    if scene.strength is not None:
        weight = weight * scene.strength[chosen][:, None]
    low, high = int(where.min()), int(where.max()) + 1
    places = (where - low).ravel()
    sums[4, low:high] += np.bincount(places, weight.ravel(), high - low)
    loud = weight * scene.rarity[scene.colors[chosen]][:, None]
    tint = scene.palette[scene.colors[chosen]]
    for channel in range(3):
        sums[channel, low:high] += np.bincount(places, (loud * tint[:, channel : channel + 1]).ravel(), high - low)
    sums[3, low:high] += np.bincount(places, loud.ravel(), high - low)


def _mixed(sums: Floats, opaque: float) -> NDArray[np.uint32]:
    made = np.zeros(sums.shape[1], np.uint32)
    full = np.flatnonzero(sums[4] > 1 / 255)
    for start in range(0, len(full), 8 * PIECE):
        part = full[start : start + 8 * PIECE]
        alpha = 1.0 - (1.0 - opaque) ** sums[4, part]
        share = alpha / sums[3, part]
        red, green, blue = (np.round(sums[channel, part] * share * 255).astype(np.uint32) for channel in range(3))
        time.sleep(BREATH)
        made[part] = (np.round(alpha * 255).astype(np.uint32) << 24) | (red << 16) | (green << 8) | blue
    return made
