"""Removal for good: a cube, what was made from it, and what receipts, the journal and the log of uses say of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from memos_desktop.ids import format_time
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.forgetting import Words
from memos_desktop.vault.activations import Activations
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.redaction import NEUTRAL, Places, quoting, redact
from memos_desktop.vault.traces import text_tables
from memos_desktop.vault.transaction import Touched
from memos_desktop.vault.uses import forget_uses

LABEL = "Empty the bin"
# Versions that were undone stand in the journal only.
VERSIONS = (
    "SELECT id FROM versions WHERE cube_id = ? UNION"
    " SELECT key FROM journal_changes WHERE table_name = 'versions' AND key > ? || '@' AND key < ? || 'A'"
)
_AMONG = "(SELECT value FROM json_each(:ids))"
OF_JOURNAL = "table_name IN ('cubes', 'versions') AND (key = :id OR (key > :id || '@' AND key < :id || 'A'))"
# What goes by itself with the row of a cube, or is removed here in its own way.
BY_ITSELF = ("versions", "cube_tags", "cube_parents", "uses", "dismissals")


@dataclass(frozen=True, slots=True)
class Removal:
    """What a removal did. `chats` are those in whose context a removed text stood; `counts` says how much of what."""

    changes: Changes
    counts: dict[str, int] = field(default_factory=dict)
    chats: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Doomed:
    """Cubes that are to be removed, with all that is known of their words."""

    ids: tuple[str, ...]
    words: Words
    titles: tuple[str, ...]

    @property
    def all_texts(self) -> tuple[str, ...]:
        """What is searched for afterwards."""
        return tuple(dict.fromkeys((*self.words.texts, *self.titles)))


def doomed(database: Database, ids: Sequence[str]) -> Doomed:
    """These cubes and every activation cube of theirs; of all their versions, undone ones too, what they say.

    Reads the whole journal. Ids that nothing is known of are passed over.
    """
    everything = tuple(dict.fromkeys((*ids, *Activations(database).every(ids))))
    texts: dict[str, None] = {}
    titles: dict[str, None] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in _versions(database, everything):
        texts[row["text"] or ""] = titles[row["title"]] = None
        if row["source_message"] and row["kind"] != "activation":
            known = spans.setdefault(row["source_message"], [])
            if row["source_start"] is not None and row["source_end"] is not None:
                known.append((row["source_start"], row["source_end"]))
    texts.pop("", None)
    return Doomed(everything, Words(frozenset(everything), tuple(texts), spans), tuple(titles))


def purge(database: Database, journal: Journal, older_than: datetime, actor: str, reason: str) -> Changes:
    """Remove what was binned before: cubes, and messages with the answers below them. It cannot be undone.

    The message that such a cube stood for stays in its chat, and out of recall. Attachments in messages keep the id
    of a cube that is gone.
    """
    moment = (format_time(older_than),)
    binned = "WHERE binned IS NOT NULL AND binned < ? ORDER BY id"
    cubes = [str(row["id"]) for row in database.rows(f"SELECT id FROM cubes {binned}", moment)]
    messages = [str(row["id"]) for row in database.rows(f"SELECT id FROM messages {binned}", moment)]
    if not cubes and not messages:
        return Changes()
    lost = doomed(database, cubes)
    places = quoting(database, lost.ids, lost.words.texts) if cubes else Places()
    chats = {str(database.value("SELECT chat_id FROM messages WHERE id = ?", (id,))) for id in messages}
    with journal.forgetting(LABEL, actor, reason) as forget:
        _unhook(database, messages)
        for message_id in messages:
            forget("messages", message_id)
        _remove(database, lost, forget)
        redact(database, lost.words, places, messages=False)
    return Changes(
        cubes=frozenset(lost.ids), messages=frozenset(messages), chats=frozenset(chats), index=True, label=LABEL
    )


def remove(database: Database, journal: Journal, lost: Doomed, places: Places, messages: bool) -> Removal:
    """Remove these cubes now, in one transaction; with `messages` their words go from the chats too.

    `places` is where `quoting` found them. Cubes that are gone already are passed over.
    """
    label = "Forget a memory" if len(lost.ids) == 1 else "Forget memories"
    values = {"ids": json.dumps(lost.ids)}
    counts = _counted(database, values)
    chats = chats_with(database, lost)
    with journal.forgetting(label) as forget:
        _remove(database, lost, forget)
        done = redact(database, lost.words, places, messages)
        Passages(database).derive(Touched(messages=dict.fromkeys(sorted(done.messages))))
    counts |= {"receipts": len(done.receipts), "messages": len(done.messages)}
    touched = done.messages | done.receipts
    changed = {str(database.value("SELECT chat_id FROM messages WHERE id = ?", (id,))) for id in touched}
    return Removal(
        Changes(
            cubes=frozenset(lost.ids),
            messages=frozenset(touched),
            chats=frozenset(done.chats | changed),
            index=True,
            label=label,
        ),
        counts,
        frozenset(chats | done.chats | changed),
    )


def take_out(database: Database, words: Words, places: Places, messages: bool) -> Changes:
    """Take words out of what was written about them after their removal, in a transaction of its own."""
    with database.transaction():
        done = redact(database, words, places, messages)
        Passages(database).derive(Touched(messages=dict.fromkeys(sorted(done.messages))))
    changed = frozenset(done.messages | done.receipts)
    return Changes(chats=frozenset(done.chats), messages=changed, index=bool(done.messages))


def _remove(database: Database, lost: Doomed, forget: Callable[[str, str], None]) -> None:
    """The rows of every cube and what is said of it, inside the transaction that forgets."""
    others = _tables_of_cubes(database)
    for cube_id in lost.ids:
        database.run(
            "INSERT OR IGNORE INTO forgotten SELECT source_message FROM versions"
            " WHERE cube_id = ? AND source_message IS NOT NULL AND kind <> 'activation'",
            (cube_id,),
        )
        forget_uses(database, cube_id)
        for table in others:
            database.run(f"DELETE FROM {table} WHERE cube_id = ?", (cube_id,))
        _blur_steps(database, cube_id)
        for row in database.rows(VERSIONS, (cube_id, cube_id, cube_id)):
            forget("versions", row["id"])
        forget("cubes", cube_id)


def _unhook(database: Database, messages: Sequence[str]) -> None:
    """Undo of an older step must not show a branch that ends with one of these messages."""
    database.run(
        "UPDATE journal_changes SET before = json_remove(before, '$.leaf_id'), after = json_remove(after, '$.leaf_id')"
        " WHERE table_name = 'chats' AND before IS NOT NULL AND after IS NOT NULL AND"
        f" (json_extract(before, '$.leaf_id') IN {_AMONG} OR json_extract(after, '$.leaf_id') IN {_AMONG})",
        {"ids": json.dumps(messages)},
    )


def _blur_steps(database: Database, cube_id: str) -> None:
    """Labels may quote a title, reasons anything: also those of a step that changed other cubes too, and stays."""
    database.run(
        "UPDATE journal_steps SET reason = '', label = CASE WHEN instr(label, '“') THEN :label ELSE label END"
        f" WHERE id IN (SELECT step_id FROM journal_changes WHERE {OF_JOURNAL})",
        {"id": cube_id, "label": NEUTRAL},
    )


def _tables_of_cubes(database: Database) -> tuple[str, ...]:
    """Tables that say something of single cubes, beside those that are known here."""
    sql = "SELECT 1 FROM pragma_table_info(?) WHERE name = 'cube_id'"
    return tuple(
        table for table in text_tables(database) if table not in BY_ITSELF and database.value(sql, (table,))
    )


def _versions(database: Database, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Every version as the tables or the journal have it."""
    columns = "text, title, kind, source_message, source_start, source_end"
    sql = f"SELECT {columns} FROM versions WHERE cube_id IN {_AMONG}"
    found = [dict(row) for row in database.rows(sql, {"ids": json.dumps(ids)})]
    sql = (
        "SELECT after FROM journal_changes WHERE table_name = 'versions' AND key > ? || '@' AND key < ? || 'A'"
        " AND after IS NOT NULL"
    )
    for cube_id in ids:
        found += [json.loads(row["after"]) for row in database.rows(sql, (cube_id, cube_id))]
    return found


def _counted(database: Database, values: dict[str, str]) -> dict[str, int]:
    asked = {
        "memories": f"SELECT count(*) FROM cubes WHERE id IN {_AMONG} AND kind <> 'activation'",
        "activations": f"SELECT count(*) FROM cubes WHERE id IN {_AMONG} AND kind = 'activation'",
        "versions": f"SELECT count(*) FROM versions WHERE cube_id IN {_AMONG}",
        "passages": f"SELECT count(*) FROM passages WHERE owner = 'cube' AND owner_id IN {_AMONG}",
        "vectors": "SELECT count(*) FROM vectors WHERE passage_id IN"
        f" (SELECT id FROM passages WHERE owner = 'cube' AND owner_id IN {_AMONG})",
        "uses": f"SELECT count(*) FROM uses WHERE cube_id IN {_AMONG}",
        "dismissals": f"SELECT count(*) FROM dismissals WHERE cube_id IN {_AMONG}",
        "journal": "SELECT count(*) FROM journal_changes j JOIN json_each(:ids) i ON"
        " j.key = i.value OR (j.key > i.value || '@' AND j.key < i.value || 'A')",
    }
    return {name: int(database.value(sql, values)) for name, sql in asked.items()}


def count_versions(database: Database, ids: Sequence[str]) -> int:
    """How many versions these cubes have."""
    sql = f"SELECT count(*) FROM versions WHERE cube_id IN {_AMONG}"
    return int(database.value(sql, {"ids": json.dumps(list(ids))}))


def chats_with(database: Database, lost: Doomed) -> frozenset[str]:
    """Ids of chats in whose context these cubes stood, or where they were said."""
    sql = (
        f"SELECT chat_id FROM uses WHERE cube_id IN {_AMONG} UNION"
        " SELECT m.chat_id FROM messages m CROSS JOIN json_each(m.attached) a WHERE m.attached <> '[]'"
        f" AND json_extract(a.value, '$.cube_id') IN {_AMONG} UNION"
        " SELECT chat_id FROM messages WHERE id IN (SELECT value FROM json_each(:messages))"
    )
    values = {"ids": json.dumps(lost.ids), "messages": json.dumps(list(lost.words.spans))}
    return frozenset(str(row["chat_id"]) for row in database.rows(sql, values) if row["chat_id"])
