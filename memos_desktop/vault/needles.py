"""Thousands of texts looked for at once, byte by byte, in rows and in files, at the speed at which a disk is read.

Of every needle four windows that begin one byte after the other are known. Wherever it stands, one of them lies at a
multiple of four bytes, so it is enough to look there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from memos_desktop.memory.forgetting import written_forms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.unsignedinteger]

WORD = 4
WINDOWS = 4
LONG, WIDE = 2 * WORD + WINDOWS - 1, WORD + WINDOWS - 1
"""Bytes from which on all windows of two words, or of one, lie within a needle. No needle is shorter than a word."""
TABLE_BITS = 20
MIXER = 2654435761
BLOCK = 1 << 18
"""Words looked at together: what is computed of them stays near the processor."""
CHUNK = 1 << 20
STEP = 3
"""Bytes between the places at which the windows of a needle may begin."""
Place = tuple[bytes, int, int]
"""A form of a needle, the number of the needle, and where in it the window begins."""


class Needles:
    """Texts to be found, in every form in which a file may hold them.

    Attributes:
        texts: the needles, by number.
        forms: how they can be written.

    """

    def __init__(self, texts: Iterable[str], like: bytes = b"") -> None:
        """`like` is some of what will be searched: windows that are rare in it are chosen."""
        self.texts = tuple(dict.fromkeys(text for text in texts if len(text.encode()) >= WORD))
        self._long: dict[int, list[Place]] = {}
        self._wide: dict[int, list[Place]] = {}
        self._short: dict[int, list[Place]] = {}
        forms = [(form, number) for number, text in enumerate(self.texts) for form in written_forms(text)]
        common = _Common(b"\0".join((like, *(form for form, _ in forms))))
        for form, number in forms:
            self._add(form, number, common.rarest(form))
        self._longest = max((len(form) for form, _ in forms), default=0)
        self.forms = tuple(form.decode() for form, _ in forms)
        self._aligned, self._anywhere = _Table(self._wide, self._long), _Table(self._short)

    def find(self, data: bytes) -> list[tuple[int, int, int]]:
        """Every (start, end, number) of one, in no order."""
        found = []
        for at, places in self._candidates(data):
            for form, number, offset in places:
                if at >= offset and data.startswith(form, at - offset):
                    found.append((at - offset, at - offset + len(form), number))
        return found

    def count_in(self, file: BinaryIO) -> Counter[int]:
        """How often an open file holds each. Raises OSError where it cannot be read."""
        found: Counter[int] = Counter()
        rest = b""
        file.seek(0)
        while self._longest and (piece := file.read(CHUNK)):
            data = rest + piece
            # What lies in the overlap was counted with the piece before.
            found.update(number for _, end, number in self.find(data) if end > len(rest))
            rest = data[max(0, len(data) - self._longest + 1) :]
        return found

    def _add(self, form: bytes, number: int, first: int) -> None:
        """Know a form by its windows from `first` on."""
        place = self._long if len(form) >= LONG else self._wide if len(form) >= WIDE else self._short
        for offset in range(first, first + (WINDOWS if len(form) >= WIDE else 1)):
            place.setdefault(_key(form, offset), []).append((form, number, offset))

    def _candidates(self, data: bytes) -> Iterator[tuple[int, list[Place]]]:
        """Where a window of something may lie."""
        for at, key, pair in self._aligned.hits(data, 0):
            for place in (self._long.get(pair), self._wide.get(key)):
                if place is not None:
                    yield at, place
        for start in range(WORD):
            for at, key, _ in self._anywhere.hits(data, start):
                yield at, self._short[key]


class _Common:
    """How common windows are in some bytes: texts of one kind often begin, end or go on alike."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._windows: Numbers | None = None

    def rarest(self, form: bytes) -> int:
        """Where in a form the first of its windows begins: where they are rare, and of such places the last."""
        import numpy as np

        last = len(form) - (LONG if len(form) >= LONG else WIDE if len(form) >= WIDE else WORD)
        if len(form) < LONG or not last:
            return last
        places = np.arange(last % STEP, last + 1, STEP)
        windows = np.frombuffer(form, np.uint8)[(places[:, None] + np.arange(LONG))]
        keys = np.lib.stride_tricks.sliding_window_view(windows, 2 * WORD, axis=1)
        numbers = np.ascontiguousarray(keys).view("<u8")[:, :, 0]
        known = self._known()
        counts = np.searchsorted(known, numbers, "right") - np.searchsorted(known, numbers, "left")
        return int(places[len(places) - 1 - int(np.argmin(counts.sum(axis=1)[::-1]))])

    def _known(self) -> "Numbers":
        """Every window of the bytes, in order."""
        import numpy as np

        if self._windows is None:
            size = 2 * WORD
            starts = range(min(size, max(0, len(self._data) - size + 1)))
            parts = [np.frombuffer(self._data, "<u8", (len(self._data) - at) // size, at) for at in starts]
            self._windows = np.sort(np.concatenate(parts))
        return self._windows


def _key(form: bytes, offset: int) -> int:
    size = 2 * WORD if len(form) >= LONG else WORD
    return int.from_bytes(form[offset : offset + size], "little")


class _Table:
    """Words of four bytes, and pairs of them, that are looked for."""

    def __init__(self, words: Iterable[int], pairs: Iterable[int] = ()) -> None:
        self._words, self._pairs = sorted(words), sorted(pairs)
        self._marks: NDArray[np.bool_] | None = None

    def hits(self, data: bytes, start: int) -> Iterator[tuple[int, int, int]]:
        """Every place where one lies, in steps of a word from `start` on: with the word, and with it and the next."""
        import numpy as np

        count = (len(data) - start) // WORD
        if not (self._words or self._pairs) or count < 1:
            return
        every, known, known_pairs = np.frombuffer(data, "<u4", count, start), *self._known()
        for low in range(0, count, BLOCK):
            at = np.flatnonzero(self._marked(every[low : low + BLOCK])) + low
            words = every[at]
            pairs = words | every[np.minimum(at + 1, count - 1)].astype(np.uint64) << np.uint64(32)
            kept = _among(words, known) | _among(pairs, known_pairs)
            places, words, pairs = at[kept] * WORD + start, words[kept], pairs[kept]
            yield from zip(places.tolist(), words.tolist(), pairs.tolist(), strict=True)

    def _known(self) -> "tuple[Numbers, Numbers]":
        import numpy as np

        return np.array(self._words, np.uint32), np.array(self._pairs, np.uint64)

    def _marked(self, words: "Numbers") -> "NDArray[np.bool_]":
        """Which of these may be looked for: a table of mixed words says so."""
        import numpy as np

        if self._marks is None:
            known, pairs = self._known()
            self._marks = np.zeros(1 << TABLE_BITS, np.bool_)
            self._marks[_mixed(known)] = self._marks[_mixed(pairs.astype(np.uint32))] = True
        return self._marks.take(_mixed(words))


def _among(values: "Numbers", known: "Numbers") -> "NDArray[np.bool_]":
    """Which values are in a sorted array."""
    import numpy as np

    if not len(known):
        return np.zeros(len(values), np.bool_)
    found: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return found


def _mixed(words: "Numbers") -> "Numbers":
    import numpy as np

    mixed = np.multiply(words, np.uint32(MIXER), dtype=np.uint32)
    return np.right_shift(mixed, np.uint32(32 - TABLE_BITS), out=mixed)
