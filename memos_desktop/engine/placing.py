"""Places on the map by landmarks: a few memories are laid out, every other one lies among those nearest to it.

So a new memory never moves an old one. The idea is that of landmark embedding (de Silva and Tenenbaum, 2004), with the
weighted mean of the nearest landmarks in place of their triangulation. numpy only: it runs where it is called.
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

NEAREST = 4
"""So many landmarks have a say in a place."""
SHARPNESS = 0.06
"""How fast a landmark loses its say with the cosine: at this difference it has a third of the nearest one's."""
SPREAD = 0.9
"""How far a memory may lie from where its landmarks put it, in distances between neighbouring landmarks."""
FEW = 8
"""Below so many memories a layout by neighbourhoods means nothing: the two main directions are used."""


def place(vectors: "Array", ids: Sequence[str], landmarks: "Array", places: "Array") -> "Array":
    """Places of shape (n, 2) for `vectors` (n, d) among `landmarks` (m, d) that lie at `places` (m, 2); m ≥ 1.

    The same vector and id always get the same place. Rows are of length 1.
    """
    import numpy as np

    cosines = vectors @ landmarks.T
    count = min(NEAREST, len(landmarks))
    nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    close = np.take_along_axis(cosines, nearest, axis=1)
    weights = np.exp((close - close.max(axis=1, keepdims=True)) / SHARPNESS)
    weights /= weights.sum(axis=1, keepdims=True)
    middle = np.einsum("nk,nkd->nd", weights, places[nearest])
    # One that says what a landmark says lies close to it; one that says something of its own, further off.
    room = SPREAD * spacing(places) * np.clip(1.25 - close.max(axis=1, keepdims=True), 0.25, 1.0)
    return np.asarray(middle + room * offsets(ids), np.float32)


def offsets(ids: Sequence[str]) -> "Array":
    """A small step of its own for each id, as shape (n, 2): in all directions, mostly short."""
    import numpy as np

    digests = b"".join(hashlib.blake2b(id.encode(), digest_size=8).digest() for id in ids)
    numbers = np.frombuffer(digests, "<u4").reshape(len(ids), 2).astype(np.float64) / 2**32
    angle, far = 2 * np.pi * numbers[:, 0], np.sqrt(-0.5 * np.log1p(-0.98 * numbers[:, 1]))
    return np.asarray(np.stack([np.cos(angle) * far, np.sin(angle) * far], axis=1), np.float32)


def spacing(places: "Array") -> float:
    """The usual distance between neighbouring places; 0 for less than two."""
    import numpy as np

    if len(places) < 2:
        return 0.0
    some = places[:: max(1, len(places) // 400)]
    squares = ((some[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    squares[squares == 0] = np.inf
    nearest = squares.min(axis=1)
    return float(np.sqrt(np.median(nearest[np.isfinite(nearest)]))) if np.isfinite(nearest).any() else 0.0


def main_directions(vectors: "Array") -> "Array":
    """The two main directions of a few vectors, as shape (n, 2), within the unit square."""
    import numpy as np

    centred = vectors - vectors.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    found = np.zeros((len(vectors), 2), np.float32)
    kept = min(2, len(sizes))
    found[:, :kept] = (left * sizes)[:, :kept]
    # The sign of a direction is arbitrary: fix it, so that the same vectors always give the same picture.
    signs = np.sign(found[np.abs(found).argmax(axis=0), [0, 1]])
    return normalised(found * np.where(signs == 0, 1, signs).astype(np.float32))


def normalised(places: "Array") -> "Array":
    """Places within [-1, 1] in both directions, with their proportions kept, the middle at 0."""
    import numpy as np

    low, high = places.min(axis=0), places.max(axis=0)
    half = float((high - low).max()) / 2
    return np.asarray((places - (low + high) / 2) / (half or 1.0), np.float32)
