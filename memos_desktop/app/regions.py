"""Regions of the map and the words that name them: which words are frequent here and rare elsewhere (c-TF-IDF).

Regions are found by k-means over places, coarse ones and finer ones; the same places always give the same regions. The
measure is that of BERTopic (Grootendorst, 2022): each region counts as one long text.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memos_desktop.memory.language import content_words, stem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Numbers = NDArray[np.int64]

LEVELS = (6, 20, 64)
"""How many regions there are at most on each level, from far to near."""
SMALLEST = 6
"""So many memories make a region."""
READ = 5_000
"""So many texts are read in all to find the words."""
LEARNED_FROM = 6_000
ROUNDS = 12
WORDS = 3
LONGEST = 18
GRID = 8


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One region: its level (0 is the coarsest), middle, words, and which of the memories lie in it (by position)."""

    level: int
    x: float
    y: float
    words: tuple[str, ...]
    members: "Numbers"


def regions(
    numbers: "Numbers", places: "Array", texts: Callable[[Sequence[int]], Sequence[str]]
) -> tuple[Region, ...]:
    """The regions of these memories on all levels; those without a place lie in none.

    `texts` gives the beginnings of the texts of some of `numbers`: "" for one that is gone.
    """
    import numpy as np

    there = np.flatnonzero(~np.isnan(places[:, 0])) if len(places) else np.empty(0, np.int64)
    if not len(there):
        return ()
    some = there[np.linspace(0, len(there) - 1, min(READ, len(there))).astype(np.int64)]
    beginnings = texts(numbers[some].tolist())
    spoken, shown = [_stems(text) for text in beginnings], _surfaces(beginnings)
    found: list[Region] = []
    for level, most in enumerate(LEVELS):
        count = max(1, min(most, len(there) // SMALLEST))
        if level and count <= LEVELS[level - 1]:
            break
        own = _assigned(places[there], _centres(places[there], count))
        of_some = own[np.searchsorted(there, some)]
        names = _names([[spoken[at] for at in np.flatnonzero(of_some == one)] for one in range(count)], shown)
        for one in range(count):
            members = there[own == one]
            if len(members):
                found.append(Region(level, *_peak(places[members]), names[one], members))
    return tuple(found)


def _peak(places: "Array") -> tuple[float, float]:
    """Where most of these places lie close together: a name stands well there."""
    import numpy as np

    if len(places) < 2 * GRID or not np.ptp(places, axis=0).all():
        x, y = np.median(places, axis=0).tolist()
        return x, y
    counts, columns, rows = np.histogram2d(places[:, 0], places[:, 1], GRID)
    column, row = np.unravel_index(int(counts.argmax()), counts.shape)
    return float(columns[column : column + 2].mean()), float(rows[row : row + 2].mean())


def _centres(places: "Array", count: int) -> "Array":
    """k-means over some of the places; it begins with places far from one another."""
    import numpy as np

    some = places[np.linspace(0, len(places) - 1, min(LEARNED_FROM, len(places))).astype(np.int64)]
    centres = np.empty((count, 2), np.float32)
    centres[0] = some[((some - some.mean(axis=0)) ** 2).sum(axis=1).argmin()]
    nearest = ((some - centres[0]) ** 2).sum(axis=1)
    weights = np.random.default_rng(count).random((count, len(some)))
    for one in range(1, count):  # far ones rather than near ones, by a chance that is always the same
        centres[one] = some[(nearest * weights[one]).argmax()]
        nearest = np.minimum(nearest, ((some - centres[one]) ** 2).sum(axis=1))
    for _ in range(ROUNDS):
        own = _assigned(some, centres)
        sums = np.stack([np.bincount(own, some[:, axis], count) for axis in (0, 1)], axis=1)
        sizes = np.bincount(own, minlength=count)[:, None]
        centres = np.where(sizes > 0, sums / np.maximum(sizes, 1), centres).astype(np.float32)
    return centres


def _assigned(places: "Array", centres: "Array") -> "Numbers":
    import numpy as np

    own = np.empty(len(places), np.int64)
    for start in range(0, len(places), 16_384):
        part = places[start : start + 16_384]
        squares = (centres**2).sum(axis=1)[None, :] - 2 * part @ centres.T
        own[start : start + 16_384] = squares.argmin(axis=1)
    return own


def _stems(text: str) -> set[str]:
    """The words that could name a region, each once for a text, so that a long one does not name it alone."""
    return {stem(word) for word in content_words(text) if not word.isdigit() and 2 < len(word) <= LONGEST}


def _surfaces(texts: Sequence[str]) -> dict[str, str]:
    """How each stem is written most often."""
    written: dict[str, Counter[str]] = {}
    for text in texts:
        for word in content_words(text):
            written.setdefault(stem(word), Counter())[word] += 1
    return {root: min(words, key=lambda word: (-words[word], word)) for root, words in written.items()}


def _names(spoken: Sequence[Iterable[set[str]]], shown: dict[str, str]) -> list[tuple[str, ...]]:
    """For each region its most distinctive words, of the texts in it."""
    classes = [Counter(word for words in texts for word in words) for texts in spoken]
    everywhere: Counter[str] = Counter()
    for words in classes:
        everywhere.update(words)
    average = sum(everywhere.values()) / max(1, len(classes))
    names = []
    for words in classes:
        total = sum(words.values()) or 1
        enough = 2 if len(words) > 40 else 1
        scores = {
            root: count / total * math.log(1 + average / everywhere[root])
            for root, count in words.items()
            if count >= enough
        }
        best = sorted(scores, key=lambda root: (-scores[root], root))[:WORDS]
        names.append(tuple(shown[root] for root in best))
    return names
