"""Suggestions in words: what each kind is called, and what its buttons say. Knows nothing of Qt."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from memos_desktop.ui.cubes import words

if TYPE_CHECKING:
    from memos_desktop.app.reviews import Review

KINDS = {
    "duplicate": ("Duplicate", "duplicate", "accent"),
    "contradiction": ("Contradiction", "contradiction", "warning"),
    "stale": ("Not used for long", "stale", "muted"),
    "source changed": ("Its source changed", "source", "warning"),
    "expiring": ("Expires soon", "expired", "warning"),
}
"""Title, icon and the token of its colour."""
_COUNTED = {
    "duplicate": ("duplicate", "duplicates"),
    "contradiction": ("contradiction", "contradictions"),
    "stale": ("not used for long", "not used for long"),
    "source changed": ("whose source changed", "whose source changed"),
    "expiring": ("expiring soon", "expiring soon"),
}
_ONE = {
    "archive": "Archive",
    "bin": "Move to the bin",
    "renew": "Keep for good",
    "keep": "Keep as it is",
}
_SEVERAL = {
    "fuse": "Fuse…",
    "archive": "Keep the newer",
    "bin": "Bin the older",
    "renew": "Keep for good",
    "keep": "Keep both",
}
KEYS = {"fuse": "U", "archive": "A", "bin": "Del", "renew": "Shift+X", "keep": "K"}


def offers(review: "Review") -> tuple[tuple[str, str], ...]:
    """(name, words) of what can be done, in the order in which the buttons stand."""
    names = _SEVERAL if len(review.cubes) > 1 else _ONE
    return tuple((name, names[name]) for name in names if name in review.offers)


def why(review: "Review") -> str:
    """Why it is suggested. A moment is said as everywhere in the window."""
    expires = review.cubes[0].governance.expires
    return f"Expires on {words.long_date(expires)}." if review.kind == "expiring" and expires else review.words


def heading(count: int) -> str:
    """`12 suggestions to review`."""
    return f"{words.counted(count, 'suggestion')} to review"


def kinds(reviews: Iterable["Review"]) -> str:
    """`5 duplicates, 1 contradiction`."""
    found = Counter(review.kind for review in reviews)
    return ", ".join(f"{found[kind]} {_COUNTED[kind][found[kind] != 1]}" for kind in KINDS if found[kind])
