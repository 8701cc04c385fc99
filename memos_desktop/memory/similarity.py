"""How alike two texts are by their words alone: equal, near, or about the same thing. No model is asked."""

import re
from itertools import pairwise

from memos_desktop.memory.language import content_words, stem, words

NEAR = 0.8
"""Shared words and word pairs, of all of two texts, from which on one repeats the other."""
_CLOSING = re.compile(r"[\s.!…\"'”’)]+$")


def normal(text: str) -> str:
    """The words of a text in one form: case, spaces, curly quotes and closing marks aside. Equal ones say the same."""
    return _CLOSING.sub("", " ".join(text.replace("’", "'").lower().split()))


def features(text: str) -> frozenset[str]:
    """The words and pairs of neighbouring words of a text."""
    found = words(text)
    return frozenset(found) | {f"{one} {two}" for one, two in pairwise(found)}


def jaccard(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """What two sets share, of all that is in them. Two empty ones share nothing."""
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0


def likeness(text: str, other: str) -> float:
    """How much of the shorter text's meaning-bearing words the other has too, between 0 and 1."""
    mine, theirs = topic(text), topic(other)
    fewer = min(len(mine), len(theirs))
    return len(mine & theirs) / fewer if fewer else 0.0


def topic(text: str) -> frozenset[str]:
    """The stems of what a text is about."""
    return frozenset(map(stem, content_words(text)))


def mean_likeness(texts: list[str], most: int = 40) -> float:
    """The mean of `likeness` over all pairs, of the first `most` texts."""
    topics = [topic(text) for text in texts[:most]]
    values = [
        len(mine & theirs) / min(len(mine), len(theirs)) if mine and theirs else 0.0
        for number, mine in enumerate(topics)
        for theirs in topics[:number]
    ]
    return sum(values) / len(values) if values else 1.0
