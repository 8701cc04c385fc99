"""Rules of English that the reader, recall and scheduler share: sentences, questions, requests, content words."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ABBREVIATIONS = frozenset(
    ("mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "e.g", "i.e", "no", "approx", "jr", "sr", "mt", "ft")
)
_BREAK = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|\n+")
_QUESTION_START = re.compile(
    r"^(?:(?:so|and|but|ok|okay|hey|hi|hello|well|please|now|also|then|um)[, ]+)*"
    r"(?:what|what's|whats|who|who's|whom|whose|when|where|where's|why|how|how's|which|"
    r"(?:do|does|did|is|are|am|was|were|can|could|would|will|should|shall|have|has|had|may|might)"
    r"\s+(?:you|i|we|he|she|it|they|there|this|that|my|your|the|a|an|any|anyone|our|his|her|their)\b)",
    re.IGNORECASE,
)
_REQUEST_START = re.compile(
    r"^(?:(?:please|now|ok|okay|hey|hi|hello|then|and|so|can you|could you|would you|will you|kindly)[, ]+)*"
    r"(?:tell|give|write|explain|show|list|describe|summari[sz]e|translate|find|compare|create|make|generate|help|"
    r"suggest|recommend|draft|rewrite|fix|compute|calculate|solve|name|define|continue|repeat|say|forget|remind|"
    r"draw|plan|let's|lets|look|check|answer|recall|count|convert|correct|improve|imagine|pretend|act|read)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|thanks|thank you|thx|bye|goodbye|good (?:morning|evening|night|afternoon)|ok|okay|yes|no|"
    r"sure|great|nice|cool|perfect|please|sorry|wow|lol|yep|nope)\b[\w ,']{0,18}[.!…]*$",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:my|our) ([^\W_]+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")

STOP_WORDS = frozenset(
    (
        "a about after all also am an and any are as at be because been before being but by can could did "
        "do does doing don down during each few for from further get got had has have having he her here "
        "hers him his how i if in into is it its itself just let like ll me more most my myself no nor "
        "not now of off on once only or other our ours out over own please re s said same say she should "
        "so some such t tell than that the their theirs them then there these they this those through to "
        "too under until up us ve very was we were what when where which while who whom whose why will "
        "with would you your yours "
    ).split()
)


class Sentence(NamedTuple):
    """A sentence and its place: `text == whole[start:end]`."""

    text: str
    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text` with their character spans; titles such as "Mr." do not end one."""
    start = 0
    for match in [*_BREAK.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = text[start:end]
        last = piece.rstrip(".").rsplit(None, 1)[-1:] or [""]
        if match and "\n" not in match.group() and piece.endswith(".") and _keeps_going(last[0]):
            continue
        stripped = piece.strip()
        if stripped:
            at = start + piece.index(stripped[0])
            yield Sentence(stripped, at, at + len(stripped))
        start = match.end() if match else len(text)


def _keeps_going(word: str) -> bool:
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper() and word != "I")


def is_question(sentence: str) -> bool:
    """Whether a sentence asks, with or without a question mark."""
    text = sentence.strip().rstrip("\"'”’)")
    return text.endswith("?") or bool(_QUESTION_START.match(text))


def is_request(sentence: str) -> bool:
    """Whether a sentence asks the assistant to do something."""
    return bool(_REQUEST_START.match(sentence.strip()))


def is_greeting(sentence: str) -> bool:
    """Whether a sentence is only politeness."""
    return bool(_GREETING.match(sentence.strip()))


def tells(text: str) -> bool:
    """Whether any sentence of `text` states something, rather than asking or greeting."""
    return any(
        not (is_question(s.text) or is_request(s.text) or is_greeting(s.text)) and len(s.text.split()) >= 2
        for s in sentences(text)
    )


def words(text: str) -> list[str]:
    """All words in lower case, in order."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """The words that carry meaning: no stop words, in lower case, without a possessive ending."""
    found = (word.removesuffix("'s") for word in words(text))
    return [word for word in found if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())]


def stem(word: str) -> str:
    """A rough common form of a word, enough to see that "leaves" and "leaving" are one: never shown."""
    for ending in ("ingly", "edly", "ing", "ies", "ied", "es", "ed", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def overlap(text: str, other: str) -> frozenset[str]:
    """The stems of content words that two texts share."""
    mine, theirs = ({stem(word) for word in content_words(each)} for each in (text, other))
    return frozenset(mine & theirs)


def own_things(text: str) -> frozenset[str]:
    """What of theirs the speaker mentions ("my sister Clara" → sister), as stems."""
    return frozenset(stem(match.group(1).lower()) for match in _OWN.finditer(text))
