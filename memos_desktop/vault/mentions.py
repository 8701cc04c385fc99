"""Where else a text is said: other memories and messages with the same words, found through the full-text index."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from memos_desktop.memory.forgetting import STATEMENT, Said
from memos_desktop.memory.language import STOP_WORDS
from memos_desktop.vault.database import Database
from memos_desktop.vault.keywords import words_of
from memos_desktop.vault.purge import Doomed

ASKED, LOOKED_AT = 8, 400
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
    messages = dict.fromkeys(lost.words.spans, True)
    for text in lost.words.texts:
        if len(text) < STATEMENT:
            continue
        for row in _with_words(database, text):
            if row["owner"] == "cube" and row["owner_id"] not in lost.ids and text in (row["cube_text"] or ""):
                cubes[row["owner_id"]] = None
            elif row["owner"] == "message" and text in row["message_text"]:
                messages.setdefault(row["owner_id"], False)
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


def _with_words(database: Database, text: str) -> Sequence[Any]:
    """Passages with the longest words of the beginning of a text."""
    words = [word for word in words_of(text[:BEGIN]) if word not in STOP_WORDS] or words_of(text[:BEGIN])
    longest = sorted(words, key=lambda word: -len(word))[:ASKED]
    if not longest:
        return ()
    return database.rows(
        "SELECT p.owner, p.owner_id, m.text AS message_text,"
        " (SELECT v.text FROM cubes c JOIN versions v ON v.id = c.id || '@' || c.version WHERE c.id = p.owner_id)"
        " AS cube_text FROM passages_words w CROSS JOIN passages p ON p.id = w.rowid"
        " LEFT JOIN messages m ON m.id = p.owner_id AND p.owner = 'message'"
        " WHERE passages_words MATCH ? LIMIT ?",
        (" ".join(f'"{word}"' for word in longest), LOOKED_AT),
    )
