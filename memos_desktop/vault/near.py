"""Finds texts and vectors that look alike among 100,000, without comparing each with each.

Texts by MinHash over their key words and neighbouring pairs of them (Broder 1997), vectors by the signs of random
projections (Charikar 2002); both in bands, so that only what agrees in a whole band is looked at. What is found is a
guess: the caller compares.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

HASHES, ROWS = 32, 4
BITS, PLANES = 24, 20
"""Bits of one band of signs, and bands: of two vectors with a cosine of .97 they find 19 in 20 pairs."""
CROWD = 40
"""More than so many in one bucket are a series, not repetitions; of vectors, too many to compare with each other."""
SEED = 20_250_707


class NearTexts:
    """Takes key words of texts, piece by piece; then tells which texts may say the same.

    Texts are numbered in the order in which they come. 128 bytes are kept of each.
    """

    def __init__(self) -> None:
        import numpy as np

        chance = np.random.default_rng(SEED)
        self._factors = chance.integers(1, 1 << 63, HASHES, dtype=np.uint64) | np.uint64(1)
        self._offsets = chance.integers(0, 1 << 63, HASHES, dtype=np.uint64)
        self._pieces: list[Words] = []
        self._numbers: list[int] = []
        self._count = 0

    def add(self, texts: Iterable[Sequence[str]]) -> None:
        """The key words of the next texts. One without any is like no other."""
        import numpy as np

        flat: list[int] = []
        starts: list[int] = []
        for words in texts:
            if words:
                starts.append(len(flat))
                self._numbers.append(self._count)
                flat += map(hash, words)
            self._count += 1
        if not starts:
            return
        single = np.array(flat, dtype=np.int64).view(np.uint64)
        pairs = single * np.uint64(0x9E3779B97F4A7C15)
        pairs[:-1] += single[1:]
        ends = np.array([*starts[1:], len(flat)]) - 1
        pairs[ends] = single[ends]  # the last word of a text has no neighbour
        signatures = np.empty((len(starts), HASHES), dtype=np.uint64)
        for number in range(HASHES):
            mixed = [(_mix(part) * self._factors[number] + self._offsets[number]) for part in (single, pairs)]
            signatures[:, number] = np.minimum(*(np.minimum.reduceat(part, starts) for part in mixed))
        self._pieces.append(signatures)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Pairs of numbers of texts that agree in a band, each once."""
        import numpy as np

        if not self._pieces:
            return
        signatures = np.concatenate(self._pieces)
        numbers = np.array(self._numbers)
        bands = (_folded(signatures[:, start : start + ROWS]) for start in range(0, HASHES, ROWS))
        yield from _pairs(bands, numbers)


class NearVectors:
    """Takes vectors of length 1, piece by piece; then tells which may be near each other. 80 bytes are kept of each."""

    def __init__(self, dimension: int) -> None:
        import numpy as np

        chance = np.random.default_rng(SEED)
        self._planes = chance.standard_normal((dimension, BITS * PLANES)).astype(np.float32)
        self._weights = (1 << np.arange(BITS, dtype=np.uint64)).astype(np.uint64)
        self._pieces: list[Words] = []

    def add(self, vectors: "NDArray[np.float32]") -> None:
        """The next vectors, one a row."""
        signs = (vectors @ self._planes > 0).reshape(len(vectors), PLANES, BITS)
        self._pieces.append(signs @ self._weights)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Pairs of numbers of vectors that agree in a band, each once."""
        import numpy as np

        if self._pieces:
            keys = np.concatenate(self._pieces)
            yield from _pairs((keys[:, band] for band in range(PLANES)), np.arange(len(keys)))


def _mix(values: "Words") -> "Words":
    """Spread the bits: what was hashed may be small numbers."""
    import numpy as np

    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found: Words = mixed ^ (mixed >> np.uint64(27))
    return found


def _folded(rows: "Words") -> "Words":
    """One number for each row."""
    import numpy as np

    key = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        key = key * np.uint64(0x100000001B3) + _mix(column)
    return key


def _pairs(bands: "Iterable[Words]", numbers: "NDArray[np.int64]") -> Iterator[tuple[int, int]]:
    """Pairs of `numbers` that have the same key in one of the bands; in a crowd only neighbours are paired."""
    import numpy as np

    seen: set[tuple[int, int]] = set()
    for keys in bands:
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        edges = np.flatnonzero(np.diff(ordered)) + 1
        bounds = np.concatenate(([0], edges, [len(ordered)]))
        for at in np.flatnonzero(np.diff(bounds) > 1):
            group = numbers[order[bounds[at] : bounds[at + 1]]].tolist()
            reach = len(group) if len(group) <= CROWD else 1
            for place, two in enumerate(group):
                for one in group[max(0, place - reach) : place]:
                    if (one, two) not in seen:
                        seen.add((one, two))
                        yield one, two
