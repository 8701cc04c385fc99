"""What of a text two memories must agree on to say the same: numbers, dates, names and negation, with their places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from memos_desktop.memory.language import STOP_WORDS

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    r"\b\d{4}-\d{2}(?:-\d{2})?\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}:\d{2}(?:\s?[ap]\.?m\b\.?)?"
    r"|\b\d{1,2}\s?[ap]m\b"
    rf"|\b(?:{_DAY}\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+{_DAY})(?:,?\s+\d{{4}})?\b|\b{_MONTH}\s+\d{{4}}\b"
    r"|\b(?:1[89]|20)\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
    r"|\b(?:yesterday|today|tonight|tomorrow)\b",
    re.IGNORECASE,
)
_MONTH_NAME = re.compile(r"\b(?:January|February|March|April|June|July|August|September|October|November|December)\b")
NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
     "hundred": "100", "thousand": "1000", "million": "1000000", "once": "1", "twice": "2", "dozen": "12"}  # fmt: skip
_VAGUE = frozenset(("one", "zero"))
"""Words that are numbers only now and then: "one of them"."""
_NUMBER = re.compile(
    rf"\d+(?:[.,'’\u202f ]\d{{3}})*(?:[.,]\d+)?(?:\s?%)?|\b(?:{'|'.join(set(NUMBER_WORDS) - _VAGUE)})\b", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:not|never|no longer|no|none|nobody|nothing|neither|nor|without|cannot|can't|hardly|stopped|quit)\b"
    r"|\b\w+n['’]t\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<![\w’'-])[A-Z][\w’'-]*(?:\s+(?:(?:of|the|de|van|von)\s+)?[A-Z][\w’'-]*)*")
_OPENING = re.compile(r"(?:^|[.!?…:\n]\s*[\"“'(]*|[-*•]\s+)$")


class Mark(StrEnum):
    """What kind of word it is."""

    NUMBER = "number"
    NAME = "name"
    DATE = "date"
    NEGATION = "negation"


@dataclass(frozen=True, slots=True)
class Marked:
    """One such word: where it stands, and its value in a form that can be compared.

    `opening`: it is one word at the start of a sentence, so its capital letter may mean nothing.
    """

    mark: Mark
    value: str
    start: int
    end: int
    opening: bool = False


def marks(text: str) -> tuple[Marked, ...]:
    """Every number, name, date and negation of `text` in the order of the text. None overlaps another."""
    found: list[Marked] = []
    taken = bytearray(len(text))
    for each in _all(text):
        if not any(taken[each.start : each.end]):
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            found.append(each)
    return tuple(sorted(found, key=lambda each: each.start))


def _all(text: str) -> Iterator[Marked]:
    """What comes first wins: a year is no number, a month no name."""
    for match in (*_DATE.finditer(text), *_MONTH_NAME.finditer(text)):
        yield Marked(Mark.DATE, _date(match.group()), match.start(), match.end())
    for match in _NUMBER.finditer(text):
        yield Marked(Mark.NUMBER, _number(match.group()), match.start(), match.end())
    for match in _NEGATION.finditer(text):
        yield Marked(Mark.NEGATION, "not", match.start(), match.end())
    for match in _CAPITAL.finditer(text):
        start, word = match.start(), match.group()
        first, _, rest = word.partition(" ")
        opening = bool(_OPENING.search(text[max(0, start - 6) : start]))
        if opening and _is_common(first):
            opening, start, word = False, match.end() - len(rest.lstrip()), rest.lstrip()
        if word and not _is_common(word):
            value = word.removesuffix("'s").removesuffix("’s").casefold()
            yield Marked(Mark.NAME, value, start, match.end(), opening and not rest)


def _is_common(word: str) -> bool:
    """Whether a capital letter says nothing: a stop word at the start of a sentence, or "I" and what hangs on it."""
    plain = word.replace("’", "'").lower()
    return plain in STOP_WORDS or plain.partition("'")[0] in STOP_WORDS


def _number(text: str) -> str:
    word = text.strip().lower()
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    percent = "%" if word.endswith("%") else ""
    digits = re.sub(r"[,'’\u202f ](?=\d{3}(?!\d))", "", word.rstrip("% ")).replace(",", ".")
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits.lstrip("0") or "0") + percent


def _date(text: str) -> str:
    """A date's parts in one order, names by their first letters, so that different ways to write it are equal."""
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|[,.]|\bof\b", " ", text.lower())
    parts = [part[:3] if part.isalpha() else part for part in plain.split()]
    return " ".join(sorted(parts))
