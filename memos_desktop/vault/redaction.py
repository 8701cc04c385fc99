"""Takes words out of messages, receipts and chat titles, and out of what the journal says of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from memos_desktop.memory.cube import title_of
from memos_desktop.memory.forgetting import Words, pieces
from memos_desktop.vault.database import Database
from memos_desktop.vault.traces import Needles, traces

CHAT_TITLE = 48
"""A chat is called by so much of its first message; see `app.turn_opening`."""
NEUTRAL = "Change of something removed since"
TABLES = {"messages": "1", "chats": "1", "journal_changes": "table_name IN ('messages', 'chats')"}


@dataclass(frozen=True, slots=True)
class Places:
    """Where words may stand: ids of messages and chats, numbers of changes in the journal."""

    messages: frozenset[str] = frozenset()
    chats: frozenset[str] = frozenset()
    changes: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.messages or self.chats or self.changes)


@dataclass
class Redacted:
    """What was changed, by id; `messages` are those whose own words were, `titles` the new ones of chats by the old."""

    receipts: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    chats: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)


def quoting(
    database: Database, ids: Iterable[str], texts: Iterable[str], check: Callable[[], None] = lambda: None
) -> Places:
    """Where these ids and texts are quoted. Reads every message and the whole journal; changes nothing.

    `check` is called now and then, and may raise to end it.
    """
    needles = Needles((*ids, *(piece for text in texts for piece in pieces(text)[:1])))
    found: dict[str, set[str]] = {table: set() for table in TABLES}
    for some in traces(database, needles, TABLES):
        check()
        for trace in some:
            found[trace.table].add(trace.key)
    changes = frozenset(map(int, found["journal_changes"]))
    return Places(frozenset(found["messages"]), frozenset(found["chats"]), changes)


def redact(database: Database, words: Words, places: Places, messages: bool) -> Redacted:
    """Take the words out of the receipts at these places; with `messages` out of what was said there too.

    Part of an open transaction. The passages of changed messages are the caller's to renew.
    """
    done = Redacted()
    for message_id in places.messages | (frozenset(words.spans) if messages else frozenset()):
        _message(database, words, message_id, messages, done)
    if messages:
        for chat_id in places.chats:
            _title(database, chat_id, words.out_of, done)
    keys = [*done.messages, *done.chats]
    sql = "SELECT number FROM journal_changes WHERE key = ? AND table_name IN ('messages', 'chats')"
    known = {int(row["number"]) for key in keys for row in database.rows(sql, (key,))}
    for number in places.changes | known:
        _change(database, words, number, messages, done.titles)
    return done


def _message(database: Database, words: Words, message_id: str, messages: bool, done: Redacted) -> None:
    row = database.row("SELECT chat_id, text, caption, receipt FROM messages WHERE id = ?", (message_id,))
    if row is None:
        return
    new = _cleaned(words, message_id, dict(row), messages)
    changed = {name: value for name, value in new.items() if value != row[name]}
    if not changed:
        return
    names = ", ".join(f"{name} = ?" for name in changed)
    database.run(f"UPDATE messages SET {names} WHERE id = ?", (*changed.values(), message_id))
    if "receipt" in changed:
        done.receipts.add(message_id)
    if "text" in changed or "caption" in changed:
        done.messages.add(message_id)
        old, said = title_of(row["text"], CHAT_TITLE), title_of(new["text"], CHAT_TITLE)
        _title(database, row["chat_id"], lambda title: said if title == old else words.out_of(title), done)


def _title(database: Database, chat_id: str, rename: Callable[[str], str], done: Redacted) -> None:
    title = database.value("SELECT title FROM chats WHERE id = ?", (chat_id,))
    if title is not None and (new := rename(title)) != title:
        database.run("UPDATE chats SET title = ? WHERE id = ?", (new, chat_id))
        done.chats.add(chat_id)
        done.titles[title] = new


def _change(database: Database, words: Words, number: int, messages: bool, titles: Mapping[str, str]) -> None:
    """One record of the journal; the label of its step may quote a title."""
    sql = "SELECT * FROM journal_changes WHERE number = ? AND table_name IN ('messages', 'chats')"
    row = database.row(sql, (number,))
    if row is None:
        return
    new = {name: _record(words, row, row[name], messages, titles) for name in ("before", "after")}
    if new == {name: row[name] for name in new}:
        return
    database.run(
        "UPDATE journal_changes SET before = ?, after = ? WHERE number = ?", (new["before"], new["after"], number)
    )
    if row["table_name"] == "chats":
        sql = "UPDATE journal_steps SET label = ?, reason = '' WHERE id = ? AND instr(label, '“')"
        database.run(sql, (NEUTRAL, row["step_id"]))


def _record(words: Words, row: Any, value: str | None, messages: bool, titles: Mapping[str, str]) -> str | None:
    if value is None:
        return None
    columns: dict[str, Any] = json.loads(value)
    if row["table_name"] == "messages":
        columns |= _cleaned(words, row["key"], columns, messages)
    elif messages and "title" in columns:
        columns["title"] = titles.get(columns["title"]) or words.out_of(columns["title"])
    return json.dumps(columns, ensure_ascii=False)


def _cleaned(words: Words, message_id: str, columns: Mapping[str, Any], messages: bool) -> dict[str, Any]:
    new: dict[str, Any] = {}
    if columns.get("receipt"):
        receipt = json.loads(columns["receipt"])
        cleaned = words.out_of_receipt(receipt)
        new["receipt"] = columns["receipt"] if cleaned == receipt else json.dumps(cleaned, ensure_ascii=False)
    if messages and columns.get("text"):
        new["text"] = words.out_of_message(message_id, columns["text"])
    if messages and columns.get("caption"):
        new["caption"] = words.out_of(columns["caption"])
    return new
