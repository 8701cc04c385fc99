"""How well a short answer is: overlap of words with what was expected, and whether it is said at all."""

import re
from collections import Counter
from collections.abc import Sequence

ARTICLES = frozenset(("a", "an", "the"))


def words(text: str) -> list[str]:
    """Lower case, without punctuation and articles."""
    return [word for word in re.findall(r"[a-z0-9']+", text.casefold()) if word not in ARTICLES]


def f1(reply: str, expected: Sequence[str]) -> float:
    """The best harmonic mean of precision and recall of words, over what would be right."""
    return max(_f1(words(reply), words(right)) for right in expected)


def says(reply: str, expected: Sequence[str]) -> bool:
    """Whether something that would be right stands in the reply, word for word."""
    said = f" {' '.join(words(reply))} "
    return any(f" {' '.join(words(right))} " in said for right in expected)


def _f1(said: Sequence[str], right: Sequence[str]) -> float:
    common = sum((Counter(said) & Counter(right)).values())
    if not common:
        return 0.0
    precision, recall = common / len(said), common / len(right)
    return 2 * precision * recall / (precision + recall)
