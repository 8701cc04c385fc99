"""Where else a text is said: other memories and messages with the same words, found through the full-text index."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from memos_desktop.memory.call import Owner
from memos_desktop.memory.forgetting import PIECE, STATEMENT, Said
from memos_desktop.memory.language import STOP_WORDS
from memos_desktop.vault.database import Database
from memos_desktop.vault.keywords import words_of
from memos_desktop.vault.needles import Needles
from memos_desktop.vault.purge import Doomed
from memos_desktop.vault.traces import ROWS, found_in, some_of

ASKED, LOOKED_AT = 8, 400
ASKED_SINGLY = 20
TEXTS = {
    Owner.CUBE: "SELECT c.id, v.text FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
    " CROSS JOIN versions v ON v.id = c.id || '@' || c.version",
    Owner.MESSAGE: "SELECT m.id, m.text FROM json_each(?) j CROSS JOIN messages m ON m.id = j.value",
}
BEGIN = 400
"""Characters of a text from which the words are taken: they must stand in one passage together."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """Ids of memories that say the same, and messages."""

    cubes: tuple[str, ...]
    said: tuple[Said, ...]


def mentions(database: Database, lost: Doomed) -> Mentions:
    """Who says what is to be removed: word for word, or because it was learned from that message."""
    cubes: dict[str, None] = {}
    messages = dict.fromkeys(lost.words.learned, True)
    for owner, owner_id in _speakers(database, [text for text in lost.words.texts if len(text) >= STATEMENT]):
        if owner == Owner.MESSAGE:
            messages.setdefault(owner_id, False)
        elif owner_id not in lost.ids:
            cubes[owner_id] = None
    sql = (
        "SELECT m.id, m.chat_id, m.text, c.title FROM messages m JOIN chats c ON c.id = m.chat_id"
        " WHERE m.id IN (SELECT value FROM json_each(?)) ORDER BY m.created, m.id"
    )
    rows = database.rows(sql, (json.dumps(list(messages)),))
    said = (Said(row["id"], row["chat_id"], row["title"], row["text"], messages[row["id"]]) for row in rows)
    return Mentions(tuple(cubes), tuple(said))


def descendants(database: Database, ids: Sequence[str]) -> tuple[str, ...]:
    """Every cube that was made from these, at any distance, without themselves."""
    sql = (
        "WITH RECURSIVE below (id) AS (SELECT value FROM json_each(:ids)"
        " UNION SELECT p.cube_id FROM below CROSS JOIN cube_parents p ON p.parent_id = below.id)"
        " SELECT id FROM below WHERE id NOT IN (SELECT value FROM json_each(:ids))"
    )
    return tuple(str(row["id"]) for row in database.rows(sql, {"ids": json.dumps(list(ids))}))


def _speakers(database: Database, texts: Sequence[str]) -> list[tuple[str, str]]:
    """What cubes and messages say any of these texts: each as its kind and id."""
    heard: dict[tuple[str, str], set[str]] = {}
    for owner, owner_id, text in _heard(database, texts):
        heard.setdefault((owner, owner_id), set()).add(text)
    found = []
    for owner, sql in TEXTS.items():
        ids = [owner_id for kind, owner_id in heard if kind == owner]
        for row in database.rows(sql, (json.dumps(ids),)):
            if any(text in (row["text"] or "") for text in heard[owner, row["id"]]):
                found.append((str(owner), str(row["id"])))
    return found


def _heard(database: Database, texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Where a passage has how a text begins: whose it is, and the text. Of many texts all passages are read, once."""
    if len(texts) <= ASKED_SINGLY:
        for text in texts:
            for row in _with_words(database, text):
                yield row["owner"], row["owner_id"], text
        return
    begins: dict[str, list[str]] = {}
    for text in texts:
        begins.setdefault(_begin(text), []).append(text)
    needles = Needles(begins, some_of(database))
    cursor = database.run("SELECT owner, owner_id, text FROM passages")
    while rows := cursor.fetchmany(ROWS):
        for row, numbers in zip(rows, found_in([row["text"] for row in rows], needles), strict=True):
            for number in numbers:
                for text in begins[needles.texts[number]]:
                    yield row["owner"], row["owner_id"], text


def _begin(text: str) -> str:
    return text.lstrip()[:PIECE].rstrip()


def _with_words(database: Database, text: str) -> Sequence[Any]:
    """Passages with the longest words of the beginning of a text, and with its first characters as they are."""
    words = [word for word in words_of(text[:BEGIN]) if word not in STOP_WORDS] or words_of(text[:BEGIN])
    longest = sorted(words, key=lambda word: -len(word))[:ASKED]
    if not longest:
        return ()
    return database.rows(
        "SELECT p.owner, p.owner_id FROM passages_words w CROSS JOIN passages p ON p.id = w.rowid"
        " WHERE passages_words MATCH ? AND instr(p.text, ?) LIMIT ?",
        (" ".join(f'"{word}"' for word in longest), _begin(text), LOOKED_AT),
    )
