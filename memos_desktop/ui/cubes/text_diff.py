"""A word diff between two texts. Knows nothing of Qt."""

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
class Run:
    """Words that share one fate; joining all but the REMOVED ones gives the new text."""

    change: Change
    text: str


def word_diff(old: str, new: str) -> tuple[Run, ...]:
    """What turns `old` into `new`, word by word (line by line for very long texts).

    White space belongs to the word before it, so that both texts come back unchanged from the runs.
    """
    before, after = _pieces(old), _pieces(new)
    if len(before) + len(after) > LONGEST:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    runs: list[Run] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run(Change.SAME, "".join(after[j1:j2])))
            continue
        if i2 > i1:
            runs.append(Run(Change.REMOVED, "".join(before[i1:i2])))
        if j2 > j1:
            runs.append(Run(Change.ADDED, "".join(after[j1:j2])))
    return tuple(runs)


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)
