"""Looks through all live memories for those that repeat or contradict each other, piece by piece, when nobody waits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from memos_desktop.app.store import Store
from memos_desktop.memory.contradiction import single_value
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.likeness import LONGEST, Alike, Judgement, judge, key_words
from memos_desktop.progress import Progress
from memos_desktop.vault.near import CROWD, NearTexts, NearVectors
from memos_desktop.vault.review_reads import ReviewReads, TextRow
from memos_desktop.vault.vault import Vault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAREST = 0.97
"""The cosine from which on meaning alone proposes a pair."""
MOST_PAIRS = 8_000
"""Pairs that are compared word by word; of more, the first ones."""
AT_ONCE = 200
SERIES = 3
"""A memory that seems to contradict more others than this is one of a series, and contradicts none."""
MOST_TOGETHER = 50
"""Memories in one suggestion."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """Memories that are alike, at these versions."""

    alike: Alike
    versions: tuple[tuple[str, int], ...]
    words: str
    score: float


def search(store: Store, progress: Progress) -> tuple[Found, ...]:
    """Everything that is alike, the surest first. Never on the vault's thread. Raises Cancelled."""
    total = store.slip(lambda vault: ReviewReads(vault.database).count())
    if total < 2:
        return ()
    pairs: dict[Pair, float | None] = {}
    for (one, two), cosine in _candidates(store, progress, total):
        pair = (one, two) if one < two else (two, one)
        pairs[pair] = pairs.get(pair) or cosine
        if len(pairs) >= MOST_PAIRS:
            break
    judged = _judged(store, pairs, progress)
    found = [*_duplicates(judged), *_contradictions(judged)]
    return tuple(sorted(found, key=lambda each: (-each.score, each.versions)))


def _candidates(store: Store, progress: Progress, total: int) -> Iterator[tuple[Pair, float | None]]:
    """Pairs that may be alike: by their words, by what they are about, by meaning (with the cosine)."""
    near, ids = NearTexts(), list[str]()
    subjects: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    place = 0
    while rows := store.slip(partial(_texts, place)):
        place = rows[-1].place
        near.add(key_words(row.text) for row in rows)
        ids += (row.id for row in rows)
        for row in rows:
            if value := single_value(row.text):
                subjects[row.project, value[0]].append(row.id)
        progress.update(len(ids), 2 * total, "Comparing memories")
    for several in subjects.values():
        yield from ((pair, None) for pair in _neighbours(several[-CROWD:]))
    yield from (((ids[one], ids[two]), None) for one, two in near.pairs())
    yield from _near_in_meaning(store, progress, total)


def _near_in_meaning(store: Store, progress: Progress, total: int) -> Iterator[tuple[Pair, float | None]]:
    near: NearVectors | None = None
    ids: list[str] = []
    place, last = 0, -1
    while place != last:
        last = place
        place, found, matrix = store.slip(partial(_vectors, last))
        if found:
            near = near or NearVectors(matrix.shape[1])
            near.add(matrix)
            ids += found
        progress.update(total + min(len(ids), total - 1), 2 * total, "Comparing meanings")
    for one, two in near.pairs() if near else ():
        cosine = store.slip(partial(_cosine, ids[one], ids[two]))
        progress.check()
        if cosine is not None and cosine >= NEAREST:
            yield (ids[one], ids[two]), cosine


def _neighbours(ids: list[str]) -> Iterator[Pair]:
    """Each with each other of a few, the first with the second first."""
    return ((one, two) for place, two in enumerate(ids) for one in ids[:place])


def _judged(
    store: Store, pairs: Mapping[Pair, float | None], progress: Progress
) -> list[tuple[Cube, Cube, Judgement]]:
    """What each pair really is."""
    rest = iter(pairs.items())
    found = []
    while several := tuple(islice(rest, AT_ONCE)):
        wanted = {id for pair, _ in several for id in pair}
        cubes = store.slip(partial(_there, wanted))
        for (one, two), cosine in several:
            judgement = judge(cubes[one], cubes[two], cosine) if one in cubes and two in cubes else None
            if judgement is not None:
                found.append((cubes[one], cubes[two], judgement))
        progress.check()
    return found


def _texts(after: int, vault: Vault) -> tuple[TextRow, ...]:
    return ReviewReads(vault.database).texts(after, LONGEST)


def _vectors(after: int, vault: Vault) -> "tuple[int, list[str], NDArray[np.float32]]":
    return ReviewReads(vault.database).vectors(after)


def _cosine(one: str, two: str, vault: Vault) -> float | None:
    return ReviewReads(vault.database).cosine(one, two)


def _there(ids: Iterable[str], vault: Vault) -> dict[str, Cube]:
    """These cubes, without those that were removed meanwhile."""
    return {cube.id: cube for cube in vault.cubes.many(vault.cubes.known(ids))}


def _duplicates(judged: Iterable[tuple[Cube, Cube, Judgement]]) -> Iterator[Found]:
    """Groups of memories that repeat each other, also over a third."""
    groups: dict[str, dict[str, Cube]] = {}
    scores: dict[str, list[Judgement]] = defaultdict(list)
    for one, two, judgement in judged:
        if judgement.alike is not Alike.DUPLICATE:
            continue
        joined = {**groups.get(one.id, {one.id: one}), **groups.get(two.id, {two.id: two})}
        for key in joined:
            groups[key] = joined
        scores[one.id].append(judgement)
    for group in {id(each): each for each in groups.values()}.values():
        judgements = [judgement for key in group for judgement in scores[key]]
        weakest = min(judgements, key=lambda each: each.score)
        ordered = sorted(group.values(), key=lambda cube: (cube.changed, cube.id))
        more = len(ordered) - MOST_TOGETHER
        words = weakest.words + (f" There are {more:,} more like them." if more > 0 else "")
        yield Found(Alike.DUPLICATE, _versions(ordered[:MOST_TOGETHER]), words, weakest.score)


def _contradictions(judged: Iterable[tuple[Cube, Cube, Judgement]]) -> Iterator[Found]:
    """Pairs that contradict each other, but no series of measurements."""
    pairs = [each for each in judged if each[2].alike is Alike.CONTRADICTION]
    counts: dict[str, int] = defaultdict(int)
    for one, two, _ in pairs:
        counts[one.id] += 1
        counts[two.id] += 1
    for one, two, judgement in pairs:
        if max(counts[one.id], counts[two.id]) <= SERIES:
            yield Found(Alike.CONTRADICTION, _versions((one, two)), judgement.words, judgement.score)


def _versions(cubes: Iterable[Cube]) -> tuple[tuple[str, int], ...]:
    return tuple((cube.id, cube.version) for cube in cubes)
