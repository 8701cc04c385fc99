"""Removal for good: a cube, what was made from it, and what receipts, the journal and the log of uses say of it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from memos_desktop.ids import format_time
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.forgetting import Learned, Words
from memos_desktop.vault.activations import Activations
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.redaction import NEUTRAL, Places, Redacted, quoting, redact
from memos_desktop.vault.scrub import merge
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
BINNED_CUBES = "SELECT id FROM cubes WHERE binned IS NOT NULL AND binned < :moment ORDER BY id"
BINNED_CHATS = "SELECT id FROM chats WHERE binned IS NOT NULL AND binned < :moment ORDER BY id"
BINNED_MESSAGES = (
    "SELECT id FROM messages WHERE binned IS NOT NULL AND binned < :moment UNION"
    " SELECT m.id FROM chats c CROSS JOIN messages m ON m.chat_id = c.id"
    " WHERE c.binned IS NOT NULL AND c.binned < :moment ORDER BY 1"
)
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

    Ids that nothing is known of are passed over.
    """
    everything = tuple(dict.fromkeys((*ids, *Activations(database).every(ids))))
    texts: dict[str, None] = {}
    titles: dict[str, None] = {}
    learned: dict[str, list[Learned]] = {}
    for row in _versions(database, everything):
        said = row["text"] or ""
        texts[said] = titles[row["title"]] = None
        if row["source_message"] and row["kind"] != "activation":
            one = Learned(said, row["source_start"], row["source_end"])
            learned.setdefault(row["source_message"], []).append(one)
    texts.pop("", None)
    return Doomed(everything, Words(frozenset(everything), tuple(texts), learned), tuple(titles))


def purge(database: Database, journal: Journal, older_than: datetime, actor: str, reason: str) -> Changes:
    """Remove what was binned before: cubes, chats, and messages with the answers below them. It cannot be undone.

    The message that such a cube stood for stays in its chat, and out of recall. Attachments in messages keep the id
    of a cube that is gone.
    """
    values = {"moment": format_time(older_than)}
    cubes, messages, binned_chats = (
        [str(row["id"]) for row in database.rows(sql, values)] for sql in (BINNED_CUBES, BINNED_MESSAGES, BINNED_CHATS)
    )
    if not cubes and not messages and not binned_chats:
        return Changes()
    lost = doomed(database, cubes)
    places = quoting(database, lost.ids, lost.words.texts) if cubes else Places()
    chats = {*binned_chats, *_chats_of(database, messages)}
    with journal.forgetting(LABEL, actor, reason) as forget:
        _unhook(database, messages)
        for message_id in messages:
            forget("messages", message_id)
        for chat_id in binned_chats:
            forget("chats", chat_id)
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
    counts = counted(database, lost.ids)
    chats = chats_with(database, lost)
    with journal.forgetting(label) as forget:
        _remove(database, lost, forget)
        done = redact(database, lost.words, places, messages)
        Passages(database).derive(Touched(messages=dict.fromkeys(sorted(done.messages))))
    counts |= {"receipts": len(done.receipts), "messages": len(done.messages)}
    return _removal(database, lost, done, counts, label, chats)


def take_out(database: Database, lost: Doomed, places: Places, messages: bool) -> Removal:
    """Take words out of what was written about them after their removal, in a transaction of its own.

    From what they were learned from they went before.
    """
    with database.transaction():
        done = redact(database, replace(lost.words, learned={}), places, messages)
        Passages(database).derive(Touched(messages=dict.fromkeys(sorted(done.messages))))
        if done.messages:
            merge(database)
    return _removal(database, lost, done, {}, "")


def _removal(
    database: Database,
    lost: Doomed,
    done: Redacted,
    counts: dict[str, int],
    label: str,
    chats: frozenset[str] = frozenset(),
) -> Removal:
    touched = done.messages | done.receipts
    changed = frozenset(done.chats | _chats_of(database, touched))
    changes = Changes(
        cubes=frozenset(lost.ids), messages=frozenset(touched), chats=changed, index=True, label=label
    )
    return Removal(changes, counts, chats | changed)


def _chats_of(database: Database, messages: Iterable[str]) -> set[str]:
    sql = f"SELECT DISTINCT chat_id FROM messages WHERE id IN {_AMONG}"
    return {str(row["chat_id"]) for row in database.rows(sql, {"ids": json.dumps(list(messages))})}


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


def counted(database: Database, ids: Sequence[str]) -> dict[str, int]:
    """How much of each kind of thing there is of these cubes, asked by their ids."""
    values = {"ids": json.dumps(ids)}
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
    values = {"ids": json.dumps(lost.ids), "messages": json.dumps(list(lost.words.learned))}
    return frozenset(str(row["chat_id"]) for row in database.rows(sql, values) if row["chat_id"])
