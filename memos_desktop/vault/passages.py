"""Passages: the pieces of cubes and messages that search finds. Derived: they are renewed after every write.

A passage keeps its number while its text stays the same, so its vectors stay valid; a changed text is a new
passage, and the number of the old one is never used again.
"""

import json
import re
from collections.abc import Iterator

from memos_desktop.memory.call import Owner
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Touched

CHUNK_WORDS = 180
CHUNK_CHARACTERS = 2000
WORD = re.compile(rf"\S{{1,{CHUNK_CHARACTERS}}}")


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
        """Renew the passages of everything touched."""
        for cube_id in touched.cubes:
            self._renew(Owner.CUBE, cube_id, *self._of_cube(cube_id))
        for message_id in touched.messages:
            self._renew(Owner.MESSAGE, message_id, *self._of_message(message_id))

    def _of_cube(self, cube_id: str) -> tuple[str, str, str]:
        row = self._database.row(
            "SELECT c.title, c.kind, v.text, c.tags FROM cubes c JOIN versions v ON v.id = c.id || '@' || c.version"
            " WHERE c.id = ?",
            (cube_id,),
        )
        # The text of an activation cube is its source's: search finds the source.
        if row is None or row["kind"] == "activation" or not (row["text"] or "").strip():
            return "", "", ""
        lead = "" if _is_prefix(row["title"], row["text"]) else f"{row['title']}: "
        return lead, row["text"], " ".join(json.loads(row["tags"]))

    def _of_message(self, message_id: str) -> tuple[str, str, str]:
        row = self._database.row(
            "SELECT role, finish, speaker, text, caption FROM messages WHERE id = ?", (message_id,)
        )
        if row is None or row["role"] == "system" or row["finish"] == "writing":
            return "", "", ""
        caption = f"\n[{row['caption']}]" if row["caption"] else ""
        return f"{row['speaker']}: " if row["speaker"] else "", row["text"] + caption, ""

    def _renew(self, owner: Owner, owner_id: str, lead: str, body: str, tags: str) -> None:
        wanted = {number: lead + piece for number, piece in enumerate(chunks(body))}
        sql = "SELECT id, chunk, text, body_start, tags FROM passages WHERE owner_id = ?"
        for row in self._database.rows(sql, (owner_id,)):
            if wanted.get(row["chunk"]) != row["text"]:
                self._database.run("DELETE FROM passages WHERE id = ?", (row["id"],))
                continue
            del wanted[row["chunk"]]
            if (row["tags"], row["body_start"]) != (tags, len(lead)):
                sql = "UPDATE passages SET tags = ?, body_start = ? WHERE id = ?"
                self._database.run(sql, (tags, len(lead), row["id"]))
        self._database.run_many(
            "INSERT INTO passages (owner, owner_id, chunk, text, body_start, tags) VALUES (?, ?, ?, ?, ?, ?)",
            [(owner.value, owner_id, number, text, len(lead), tags) for number, text in wanted.items()],
        )


def _is_prefix(title: str, text: str) -> bool:
    """Whether the title only repeats how the text begins."""
    begin = " ".join(title.rstrip("…").split()).casefold()
    return " ".join(text[: 2 * len(title) + 20].split()).casefold().startswith(begin)
