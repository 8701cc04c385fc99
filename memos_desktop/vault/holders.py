"""Whose the rows are in which words were found: messages of which chats, which memories, or something else."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from memos_desktop.vault.database import Database
from memos_desktop.vault.mentions import Mentions
from memos_desktop.vault.purge import Doomed
from memos_desktop.vault.traces import SCHEMA, Trace

REMOVED = "a chat that was removed"


@dataclass
class Holders:
    """Messages by id with the title of their chat, chats and memories by id with their title, other rows by table."""

    messages: dict[str, str] = field(default_factory=dict)
    chats: dict[str, str] = field(default_factory=dict)
    cubes: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)


def holders(database: Database, rows: Iterable[Trace], lost: Doomed, said: Mentions, messages: bool) -> Holders:
    """Whose these rows are, and who else says what was removed; `messages`: it was taken out of messages too.

    A row that says it of a message or memory in the journal is theirs.
    """
    found = Holders()
    # Of what it was learned from nothing may be left: the message is here because it was, not because it says it.
    meant = {
        ("messages", one.message_id)
        for one in said.said
        if not (messages and one.source) or lost.words.stands_in(one.message_id, one.text)
    }
    meant |= {("cubes", cube_id) for cube_id in said.cubes}
    meant |= {(table, key) for trace in rows if trace.table != SCHEMA for table, key in _meant(database, trace)}
    for table, key in sorted(meant):
        if table == "messages":
            found.messages[key] = _chat_of(database, key)
        elif table == "chats":
            found.chats[key] = str(database.value("SELECT title FROM chats WHERE id = ?", (key,)) or REMOVED)
        elif table == "cubes":
            title = database.value("SELECT title FROM cubes WHERE id = ?", (key,))
            found.cubes[key] = str(title or "a memory that was undone")
        else:
            found.others[table] += 1
    return found


def _meant(database: Database, trace: Trace) -> list[tuple[str, str]]:
    """The tables and keys of what a row is about."""
    if trace.table == "journal_steps":  # a label quotes what the step changed
        sql = "SELECT table_name, key FROM journal_changes WHERE step_id = ? LIMIT 50"
    elif trace.table == "journal_changes":
        sql = "SELECT table_name, key FROM journal_changes WHERE number = ?"
    elif trace.table == "passages":
        sql = "SELECT owner || 's', owner_id FROM passages WHERE id = ?"
    elif trace.table == "cube_tags":
        sql = "SELECT 'cubes', cube_id FROM cube_tags WHERE tag = ?"
    else:
        return [_owner(trace.table, trace.key)]
    rows = database.rows(sql, (trace.key,))
    return [_owner(str(row[0]), str(row[1])) for row in rows] or [(trace.table, trace.key)]


def _owner(table: str, key: str) -> tuple[str, str]:
    """A version, and what was noted of a use, is told of its memory."""
    return ("cubes", key.partition("@")[0]) if table in ("versions", "uses") else (table, key)


def _chat_of(database: Database, message_id: str) -> str:
    sql = "SELECT c.title FROM messages m JOIN chats c ON c.id = m.chat_id WHERE m.id = ?"
    return str(database.value(sql, (message_id,)) or REMOVED)
