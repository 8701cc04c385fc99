"""Passages: the pieces of cubes and messages that search finds. Derived: they are renewed after every write.

A passage keeps its number while its text stays the same, so its vectors stay valid; a changed text is a new
passage, and the number of the old one is never used again.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from memos_desktop.memory.call import Owner
from memos_desktop.vault.database import Database
from memos_desktop.vault.transaction import Touched

CHUNK_WORDS = 180
CHUNK_CHARACTERS = 2000
WORD = re.compile(rf"\S{{1,{CHUNK_CHARACTERS}}}")
PIECE = 500
"""Owners whose passages are renewed at once."""
CUBES = (
    "SELECT c.id, c.title, c.kind, v.text FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
    " CROSS JOIN versions v ON v.id = c.id || '@' || c.version"
)
MESSAGES = (
    "SELECT m.id, m.role, m.finish, m.speaker, m.text, m.caption FROM json_each(?) j"
    " CROSS JOIN messages m ON m.id = j.value"
)


class _Words(NamedTuple):
    """What of a cube or message is searched: what stands before every passage, and the text itself."""

    lead: str
    body: str


_NO_WORDS = _Words("", "")


def chunks(text: str) -> Iterator[str]:
    """`text` in pieces of at most 180 words and 2,000 characters, cut at white space where there is some."""
    start, end, words = 0, 0, 0
    for match in WORD.finditer(text):
        if words == CHUNK_WORDS or (words and match.end() - start > CHUNK_CHARACTERS):
            yield text[start:end]
            words = 0
        if not words:
            start = match.start()
        end, words = match.end(), words + 1
    if words:
        yield text[start:end]


class Passages:
    """Keeps the passages of cubes and messages true to their rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def derive(self, touched: Touched) -> None:
        """Renew the passages of everything whose words may have changed."""
        for ids in _pieces(touched.words):
            self._renew(Owner.CUBE, ids, {key: _of_cube(row) for key, row in self._rows(CUBES, ids)})
        for ids in _pieces(touched.messages):
            self._renew(Owner.MESSAGE, ids, {key: _of_message(row) for key, row in self._rows(MESSAGES, ids)})

    def _rows(self, sql: str, ids: Sequence[str]) -> Iterator[tuple[str, Any]]:
        return ((row["id"], row) for row in self._database.rows(sql, (json.dumps(ids),)))

    def _renew(self, owner: Owner, ids: Sequence[str], found: Mapping[str, "_Words"]) -> None:
        """Bring the passages of these in step; what is not in `found` has none."""
        words = {key: found.get(key, _NO_WORDS) for key in ids}
        wanted = {
            (key, number): each.lead + piece
            for key, each in words.items()
            for number, piece in enumerate(chunks(each.body))
        }
        gone, kept = [], []
        sql = (
            "SELECT id, owner_id, chunk, text, body_start FROM passages"
            " WHERE owner_id IN (SELECT value FROM json_each(?))"
        )
        for row in self._database.rows(sql, (json.dumps(ids),)):
            place, lead = (row["owner_id"], row["chunk"]), words[row["owner_id"]].lead
            if wanted.get(place) != row["text"]:
                gone.append((row["id"],))
                continue
            del wanted[place]
            if row["body_start"] != len(lead):
                kept.append((len(lead), row["id"]))
        self._database.run_many("DELETE FROM passages WHERE id = ?", gone)
        self._database.run_many("UPDATE passages SET body_start = ? WHERE id = ?", kept)
        self._database.run_many(
            "INSERT INTO passages (owner, owner_id, chunk, text, body_start) VALUES (?, ?, ?, ?, ?)",
            [(owner.value, key, number, text, len(words[key].lead)) for (key, number), text in wanted.items()],
        )


def _of_cube(row: Any) -> _Words:
    # The text of an activation cube is its source's: search finds the source.
    if row["kind"] == "activation" or not (row["text"] or "").strip():
        return _NO_WORDS
    lead = "" if _is_prefix(row["title"], row["text"]) else f"{row['title']}: "
    return _Words(lead, row["text"])


def _of_message(row: Any) -> _Words:
    if row["role"] == "system" or row["finish"] == "writing":
        return _NO_WORDS
    caption = f"\n[{row['caption']}]" if row["caption"] else ""
    return _Words(f"{row['speaker']}: " if row["speaker"] else "", row["text"] + caption)


def _pieces(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    rest = iter(ids)
    while piece := tuple(islice(rest, PIECE)):
        yield piece


def _is_prefix(title: str, text: str) -> bool:
    """Whether the title only repeats how the text begins."""
    begin = " ".join(title.rstrip("…").split()).casefold()
    return " ".join(text[: 2 * len(title) + 20].split()).casefold().startswith(begin)
