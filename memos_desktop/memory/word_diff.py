"""A word diff between two texts: the one that versions, fusing and comparing bundles all show."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

LONGEST = 4000  # words; beyond that difflib takes seconds, and whole lines are compared instead


class Change(StrEnum):
    """What happened to a run of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Words that share one fate; joining all but the REMOVED ones gives the new text."""

    change: Change
    text: str


def word_diff(old: str, new: str) -> tuple[DiffPiece, ...]:
    """What turns `old` into `new`, word by word (line by line for very long texts).

    White space belongs to the word before it, so that both texts come back unchanged from the pieces.
    """
    before, after = _words(old), _words(new)
    if len(before) + len(after) > LONGEST:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[DiffPiece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(DiffPiece(Change.SAME, "".join(after[j1:j2])))
            continue
        if i2 > i1:
            pieces.append(DiffPiece(Change.REMOVED, "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(DiffPiece(Change.ADDED, "".join(after[j1:j2])))
    return tuple(pieces)


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)
