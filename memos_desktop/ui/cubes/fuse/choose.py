"""Deciding a conflict: the new text keeps what one memory says, and drops what the others say. Knows nothing of Qt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memos_desktop.memory.language import sentences

if TYPE_CHECKING:
    from memos_desktop.memory.operators.conflicts import Conflict

LONGEST = 60
MOST_CHOICES = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """What one memory says in a conflict; `parent` is its number, `said` what stands on the button."""

    parent: int
    said: str


def choices(conflict: "Conflict", texts: Sequence[str]) -> tuple[Choice, ...]:
    """One for each different thing that the memories say there; none where there are too many to choose by button."""
    found: dict[str, Choice] = {}
    for parent, spans in enumerate(conflict.spans):
        if not spans:
            continue
        if conflict.kind == "negation":
            said = " ".join(_said(texts[parent], spans))
        else:
            said = ", ".join(dict.fromkeys(conflict.values[parent]))
        found.setdefault(said.casefold(), Choice(parent, _short(said)))
    return tuple(found.values()) if 2 <= len(found) <= MOST_CHOICES else ()


def settle(text: str, conflict: "Conflict", texts: Sequence[str], parent: int) -> str:
    """`text` with what `parent` says in this conflict, and without what the others say otherwise.

    Where a sentence was rewritten by hand, and is in no memory any more, only its value is replaced.
    """
    wanted = _said(texts[parent], conflict.spans[parent])
    mine = {value.casefold() for value in conflict.values[parent]}
    for other, spans in enumerate(conflict.spans):
        if other == parent or {value.casefold() for value in conflict.values[other]} == mine:
            continue
        for sentence in _said(texts[other], spans):
            text = _replace_sentence(text, sentence, wanted)
        if conflict.kind != "negation" and len(conflict.values[parent]) == 1:
            for value in conflict.values[other]:
                if value.casefold() not in mine:
                    text = _replace_value(text, value, conflict.values[parent][0])
    return text


def settled(text: str, conflict: "Conflict", texts: Sequence[str], parent: int) -> bool:
    """Whether `text` says there what `parent` says, and nothing else of the conflict."""
    mine = {value.casefold() for value in conflict.values[parent]}
    others = [
        sentence
        for other, spans in enumerate(conflict.spans)
        if other != parent and {value.casefold() for value in conflict.values[other]} != mine
        for sentence in _said(texts[other], spans)
    ]
    wanted = _said(texts[parent], conflict.spans[parent])
    return all(one in text for one in wanted) and not any(one in text for one in others)


def _said(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """The sentences that hold these spans."""
    found = [
        sentence.text
        for sentence in sentences(text)
        if any(start < sentence.end and end > sentence.start for start, end in spans)
    ]
    return list(dict.fromkeys(found))


def _replace_sentence(text: str, sentence: str, wanted: Sequence[str]) -> str:
    """Put what is wanted in the place of a sentence; only take it out where that is there already."""
    at = text.find(sentence)
    if at < 0 or sentence in wanted:
        return text
    before, after = text[:at], text[at + len(sentence) :]
    missing = [one for one in wanted if one not in before and one not in after]
    if missing:
        return before + " ".join(missing) + after
    if sentence[-1] not in ".!?…" and after[:1] in (".", "!", "?"):
        after = after[1:]  # it was given to the sentence when the text was proposed
    if not before.strip():
        return after.lstrip()
    if not after.strip():
        return before.rstrip()
    return before.rstrip(" ") + after if after[0] == "\n" else before + after.lstrip(" ")


def _replace_value(text: str, value: str, wanted: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", lambda _match: wanted, text)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"
