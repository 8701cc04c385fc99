"""Forgetting: what a person is told before and after, and how words are taken out of what quotes them.

Everything here is about texts; where they lie is known by `vault.purge`, `vault.copies` and `app.forgetting`.
"""

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Words:
    """What is taken out of messages and receipts: the ids that are gone, their texts, and spans of messages.

    `spans` are (start, end) of what was learned, by message.
    """

    ids: Container[str]
    texts: Sequence[str]
    spans: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)

    def out_of(self, text: str) -> str:
        """`text` without every statement that is to be forgotten."""
        return self._out_of(text, STATEMENT)

    def out_of_message(self, message_id: str, text: str) -> str:
        """The same for a message: what was learned from it goes whatever its length, or all where that is unclear.

        A message that nothing was learned from keeps short words.
        """
        if message_id not in self.spans:
            return self.out_of(text)
        for start, end in sorted(self.spans[message_id], reverse=True):
            if text[start:end] in self.texts and text[start:end]:
                text = text[:start] + FORGOTTEN + text[end:]
        text = self._out_of(text, STATEMENT if FORGOTTEN in text else 1)
        return text if FORGOTTEN in text else FORGOTTEN

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

    def _out_of(self, text: str, shortest: int) -> str:
        for statement in sorted(self.texts, key=len, reverse=True):
            if len(statement) >= shortest and statement in text:
                text = re.sub(rf"(?<!\w){re.escape(statement)}(?!\w)", FORGOTTEN, text)
        return text

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
    """How a text can stand in a file: as it is, and as JSON writes it."""
    forms = (text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1])
    return tuple(dict.fromkeys(form.encode() for form in forms))
