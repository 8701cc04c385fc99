"""Forgetting: what a person is told before and after, and how words are taken out of what quotes them.

Everything here is about texts; where they lie is known by `vault.purge`, `vault.copies` and `app.forgetting`.
"""

import json
import re
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.language import STOP_WORDS

FORGOTTEN = "[forgotten]"
UNREACHED = (
    "Bundles that were exported before, and copies of the data folder elsewhere, cannot be reached from here."
)
STATEMENT = 12
"""Characters from which on a text is looked for wherever it is quoted; a shorter one could be any word."""
PIECE, MOST_PIECES, MOST_WORDS = 48, 8, 12
SHORTEST_WORD = 6
_WORD = re.compile(r"\w+")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """A message that says what is to be forgotten; `source`: it was learned from this one."""

    message_id: str
    chat_id: str
    chat_title: str
    text: str
    source: bool = False


@dataclass(frozen=True, slots=True)
class ForgetPreview:
    """What forgetting would remove, and where else it is said.

    Attributes:
        cubes: what goes, with `versions` texts in all.
        activations: what was kept ready from them; it goes too.
        states: kept KV states that go, of them and of chats in whose context they stood.
        derived: memories that were made from them and stay, unless they are chosen too.
        same: other memories that say the same words.
        said: messages that say it; they stay, unless they are chosen.
        backups: how many copies of the database hold it; `unreadable` are those that cannot be opened.
        snapshots: how many snapshots there are; it is gone from all of them.
        adapters: adapters that were trained on it.
        frozen: those of `cubes` that forbid it.

    """

    cubes: tuple[Cube, ...]
    versions: int
    activations: tuple[Cube, ...]
    states: int
    derived: tuple[Cube, ...]
    same: tuple[Cube, ...]
    said: tuple[Said, ...]
    backups: int
    unreadable: tuple[str, ...]
    snapshots: int
    adapters: tuple[Cube, ...]
    frozen: tuple[Cube, ...]


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was removed, and what a search found afterwards.

    Attributes:
        removed: how much of each kind of thing.
        found: where was searched, and how often something of it was found there.
        verified: nothing was found but what `remains` names as left by choice.
        unsearched: how many of its texts have no words of their own, because they are too short or said elsewhere.
            No file can be searched for those; the tables were asked for their ids.
        remains: what still holds it, one sentence each.
        adapters: ids of adapters that were trained on it.
        unreadable: copies of the database that could not be opened or cleaned; they can be deleted.

    """

    removed: Mapping[str, int]
    found: Mapping[str, int]
    verified: bool
    remains: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    unsearched: int = 0


class Learned(NamedTuple):
    """What a version of a memory says, and the span of its message from which it was learned, where that is known."""

    text: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is taken out of messages and receipts: the ids that are gone, their texts, and what messages taught.

    `learned` is by message, whatever else it says.
    """

    ids: Container[str]
    texts: Collection[str]
    learned: Mapping[str, Sequence[Learned]] = field(default_factory=dict)

    def among(self, texts: Iterable[str]) -> "Words":
        """The same with only some of the texts: those that can stand in what is to be cleaned."""
        return replace(self, texts=tuple(texts))

    def out_of(self, text: str) -> str:
        """`text` without every statement that is to be forgotten."""
        return without(text, self._stated(text))

    def places_in(self, message_id: str, text: str) -> tuple[Span, ...]:
        """What goes from a message, in order and apart from each other: of what was learned from it, whatever its
        length, too. All of it where something was learned and nobody can tell from which words.

        A message that nothing was learned from keeps short words.
        """
        found, unclear = self._stated(text), []
        groups: dict[tuple[int | None, int | None], list[str]] = {}
        for one in self.learned.get(message_id, ()):
            groups.setdefault((one.start, one.end), []).append(one.text)
        for (start, end), said in groups.items():
            places = [place for one in said for place in _places(one, text)]
            if start is not None and end is not None and text[start:end]:
                # It was reworded since, so it stands nowhere: what it was learned from goes.
                places += [(start, end)] if not places or text[start:end] in said else []
            found += places
            unclear += [] if places else [said]
        return ((0, len(text)),) if unclear and not found else _merged(found)

    def stands_in(self, message_id: str, text: str) -> bool:
        """Whether a message says any of it now."""
        if any(len(statement) >= STATEMENT and statement in text for statement in self.texts):
            return True
        return any(_places(one.text, text) for one in self.learned.get(message_id, ()))

    def out_of_receipt(self, receipt: Mapping[str, Any]) -> dict[str, Any]:
        """A receipt that says that memories were used and no longer what they said."""
        cleaned: dict[str, Any] = {name: self._out_of_any(value) for name, value in receipt.items()}
        call = receipt.get("call")
        if call and cleaned["call"]["query"] != call["query"]:  # names in it are words of it
            cleaned["call"]["entities"] = []
        for name in ("retrieved", "injected"):
            if name in cleaned:
                cleaned[name] = [self._entry(entry) for entry in cleaned[name]]
        return cleaned

    def _stated(self, text: str) -> list[Span]:
        return [place for one in self.texts if len(one) >= STATEMENT for place in _places(one, text)]

    def _entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        if str(entry.get("id")) not in self.ids:
            return entry
        emptied = {"text": "", "forgotten": True}
        if "title" in entry:  # a retrieved one says more of itself
            emptied |= {"title": "", "reasons": {}, "source": {}, "speaker": None, "decision": ""}
        return {**entry, **emptied}

    def _out_of_any(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.out_of(value)
        if isinstance(value, list):
            return [self._out_of_any(one) for one in value]
        if isinstance(value, dict):
            return {name: self._out_of_any(one) for name, one in value.items()}
        return value


def without(text: str, places: Iterable[Span]) -> str:
    """`text` with a mark in each of these places."""
    for start, end in reversed(_merged(places)):
        text = text[:start] + FORGOTTEN + text[end:]
    return text


def moved(place: int, places: Iterable[Span], end: bool = False) -> int:
    """Where a character stands after `without`; one that went stands at the beginning or the `end` of the mark."""
    shift = 0
    for first, last in _merged(places):
        if place >= last:
            shift += len(FORGOTTEN) - (last - first)
        elif place > first:
            return first + shift + (len(FORGOTTEN) if end else 0)
    return place + shift


def _places(statement: str, text: str) -> list[Span]:
    """Where a statement stands as words of its own."""
    if not statement or statement not in text:
        return []
    return [one.span() for one in re.finditer(rf"(?<!\w){re.escape(statement)}(?!\w)", text)]


def _merged(places: Iterable[Span]) -> tuple[Span, ...]:
    """The same places in order; those that overlap are one."""
    found: list[Span] = []
    for start, end in sorted(places):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def pieces(text: str) -> tuple[str, ...]:
    """Short parts of a text by which it is found again: all of a short one, of a long one some from all over it."""
    plain = text.strip()
    if len(plain) <= PIECE:
        return (plain,) if len(plain) >= STATEMENT else ()
    step = max(PIECE, (len(plain) - PIECE) // (MOST_PIECES - 1) or 1)
    starts = dict.fromkeys((*range(0, len(plain) - PIECE + 1, step), len(plain) - PIECE))
    found = (plain[start : start + PIECE].strip() for start in starts)
    return tuple(dict.fromkeys(piece for piece in found if len(piece) >= STATEMENT))


def telling_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Words of these texts that are long enough to be looked for by themselves, in lower case, the longest first."""
    words = {word.casefold() for text in texts for word in _WORD.findall(text)}
    telling = [word for word in words if len(word) >= SHORTEST_WORD and word not in STOP_WORDS]
    return tuple(sorted(telling, key=lambda word: (-len(word), word))[:MOST_WORDS])


def written_forms(text: str) -> tuple[bytes, ...]:
    """How a text can stand in a file: as it is, as JSON writes it, and as the journal writes the JSON of a receipt."""
    plain, ascii_only = json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]
    forms = (text, plain, ascii_only, json.dumps(plain, ensure_ascii=False)[1:-1])
    return tuple(dict.fromkeys(form.encode() for form in forms))
