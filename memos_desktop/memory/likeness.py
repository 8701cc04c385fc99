"""Two memories that look alike: do they repeat each other, contradict each other, or only look so?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from memos_desktop.memory.contradiction import supersedes
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.language import STOP_WORDS
from memos_desktop.memory.operators.conflicts import differs, find_conflicts
from memos_desktop.memory.operators.marks import NUMBER_WORDS, Mark
from memos_desktop.memory.similarity import NEAR, features, jaccard, normal

_WORD = re.compile(r"[^\W\d_]+|\d[\d.,]*")
_NEGATIONS = frozenset(("not", "never", "cannot", "no", "longer"))
LONGEST = 6000
"""Characters of a text that are looked at for its key words."""
CERTAIN = 0.95
SAME_WORDING = 0.4
"""Shared words and word pairs from which on two texts are worded alike, so that another first word is another name."""


class Alike(StrEnum):
    """What two memories are to each other."""

    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What they are, in words why, and how sure that is, between 0 and 1."""

    alike: Alike
    words: str
    score: float


def key_words(text: str) -> list[str]:
    """The words by which texts are found that repeat or contradict each other; what may differ is masked."""
    found = _WORD.findall(text[:LONGEST].replace("’", "'").replace("n't", " not").lower())
    return [
        "#" if word[0].isdigit() or word in NUMBER_WORDS else word
        for word in found
        if word not in STOP_WORDS and word not in _NEGATIONS and (len(word) > 1 or word.isdigit())
    ]


def judge(one: Cube, two: Cube, cosine: float | None = None) -> Judgement | None:
    """What two memories are to each other; None where each should stand for itself.

    `cosine` is their nearness in meaning where that brought them together. Those of different projects, and those of
    which one replaced or made the other, are left alone.
    """
    if one.governance.project != two.governance.project or _related(one, two):
        return None
    if normal(one.text) == normal(two.text):
        return Judgement(Alike.DUPLICATE, "They say the same, word for word.", 1.0)
    if supersedes(one.text, two.text):
        return Judgement(Alike.CONTRADICTION, _clash(one, two) or "They answer the same question differently.", CERTAIN)
    likeness = jaccard(features(one.text), features(two.text))
    different = differs(one.text, two.text, openings=likeness >= SAME_WORDING)
    if not different:
        return _repeated(likeness, cosine)
    masked = jaccard(frozenset(key_words(one.text)), frozenset(key_words(two.text)))
    if max(masked, cosine or 0.0) >= NEAR and not _apart(different):
        words = _clash(one, two)
        return Judgement(Alike.CONTRADICTION, words, min(CERTAIN, masked)) if words else None
    return None


def _repeated(likeness: float, cosine: float | None) -> Judgement | None:
    if likeness >= NEAR:
        return Judgement(Alike.DUPLICATE, "They say nearly the same.", likeness)
    if cosine is not None:
        return Judgement(Alike.DUPLICATE, "They mean nearly the same.", cosine * CERTAIN)
    return None


def _apart(different: Iterable[Mark]) -> bool:
    """Whether what differs makes them statements about different things, which both can be true."""
    return bool({Mark.NAME, Mark.DATE} & set(different))


def _clash(one: Cube, two: Cube) -> str:
    conflicts = find_conflicts((one.text, two.text))
    return conflicts[0].words if conflicts else ""


def _related(one: Cube, two: Cube) -> bool:
    replaced = one.governance.superseded_by, two.governance.superseded_by
    return replaced != (None, None) or one.id in two.parents or two.id in one.parents
