"""Takes words out of messages, receipts and chat titles, and out of what the journal says of them."""

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from memos_desktop.memory.cube import title_of
from memos_desktop.memory.forgetting import STATEMENT, Span, Words, moved, pieces, without
from memos_desktop.vault.database import Database
from memos_desktop.vault.needles import Needles
from memos_desktop.vault.traces import found_in, some_of, traces

CHAT_TITLE = 48
"""A chat is called by so much of its first message; see `app.turn_opening`."""
PIECE = 200
"""Rows that are looked through at once."""
NEUTRAL = "Change of something removed since"
# The index tells which records of the journal these are: to read the others takes most of the time.
OF_CHATS = "number IN (SELECT number FROM journal_changes WHERE table_name IN ('messages', 'chats'))"
TABLES = {"messages": "1", "chats": "1", "journal_changes": OF_CHATS}


@dataclass(frozen=True, slots=True)
class Places:
    """Where words may stand: ids of messages and chats, numbers of changes in the journal.

    `named` are the ids of cubes that stand there.
    """

    messages: frozenset[str] = frozenset()
    chats: frozenset[str] = frozenset()
    changes: frozenset[int] = frozenset()
    named: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.messages or self.chats or self.changes)

    def __or__(self, other: "Places") -> "Places":
        return Places(
            self.messages | other.messages,
            self.chats | other.chats,
            self.changes | other.changes,
            self.named | other.named,
        )


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
    wanted = tuple(ids)
    needles = Needles((*wanted, *(piece for text in texts for piece in pieces(text)[:1])), some_of(database))
    found: dict[str, set[str]] = {table: set() for table in TABLES}
    named: set[int] = set()
    for some in traces(database, needles, TABLES):
        check()
        for trace in some:
            found[trace.table].add(trace.key)
            named.add(trace.needle)
    changes = frozenset(map(int, found["journal_changes"]))
    mentioned = frozenset(needles.texts[number] for number in named).intersection(wanted)
    return Places(frozenset(found["messages"]), frozenset(found["chats"]), changes, mentioned)


def still_told(database: Database, ids: Sequence[str]) -> Places:
    """Receipts that say what one of these cubes said. Reads every message and the whole journal; changes nothing."""
    places = quoting(database, ids, ())
    gone = frozenset(places.named)
    if not gone:
        return Places()
    sql = "SELECT id, receipt FROM messages WHERE id IN (SELECT value FROM json_each(?))"
    told = [row["id"] for row in database.rows(sql, (json.dumps(sorted(places.messages)),)) if _tells(row[1], gone)]
    sql = (
        "SELECT number, json_extract(before, '$.receipt') AS was, json_extract(after, '$.receipt') AS now"
        " FROM journal_changes WHERE table_name = 'messages' AND number IN (SELECT value FROM json_each(?))"
    )
    rows = database.rows(sql, (json.dumps(sorted(places.changes)),))
    changes = [row["number"] for row in rows if _tells(row["was"], gone) or _tells(row["now"], gone)]
    return Places(frozenset(told), changes=frozenset(changes))


def receipts_saying(database: Database, messages: Iterable[str], words: Words) -> frozenset[str]:
    """Those of these messages whose receipts say any of the words."""
    sql = "SELECT id, receipt FROM messages WHERE receipt <> '{}' AND id IN (SELECT value FROM json_each(?))"
    return frozenset(row["id"] for row, own in _Stated(database, words).rows(sql, sorted(messages)) if own.texts)


def redact(database: Database, words: Words, places: Places, messages: bool) -> Redacted:
    """Take the words out of the receipts at these places; with `messages` out of what was said there too.

    Part of an open transaction. The passages of changed messages are the caller's to renew.
    """
    done, stated = Redacted(), _Stated(database, words)
    keys = sorted(places.messages | (frozenset(words.learned) if messages else frozenset()))
    sql = "SELECT id, chat_id, text, caption, receipt FROM messages WHERE id IN (SELECT value FROM json_each(?))"
    for row, own in stated.rows(sql, keys):
        _message(database, own, row, messages, done)
    if messages:
        for chat_id in places.chats:
            _title(database, chat_id, words.out_of, done)
    sql = "SELECT number FROM journal_changes WHERE key = ? AND table_name IN ('messages', 'chats')"
    changed = done.messages | done.chats
    known = {int(row["number"]) for key in changed for row in database.rows(sql, (key,))}
    sql = (
        "SELECT * FROM journal_changes WHERE number IN (SELECT value FROM json_each(?))"
        " AND table_name IN ('messages', 'chats')"
    )
    for row, own in stated.rows(sql, sorted(places.changes | known)):
        _change(database, own, row, messages, done.titles)
    return done


class _Stated:
    """Tells which of many statements stand in a row at all: to try each of them in each string takes for ever."""

    def __init__(self, database: Database, words: Words) -> None:
        self._database = database
        self._words = words
        self._needles = Needles((text for text in words.texts if len(text) >= STATEMENT), some_of(database))

    def rows(self, sql: str, keys: Sequence[object]) -> Iterator[tuple[Any, Words]]:
        """The rows with these keys, each with the words that can stand in it. Some hundred are read at a time."""
        for start in range(0, len(keys), PIECE):
            rows = self._database.rows(sql, (json.dumps(keys[start : start + PIECE]),))
            texts = ["\0".join(value for value in row if isinstance(value, str)) for row in rows]
            for row, numbers in zip(rows, found_in(texts, self._needles), strict=True):
                yield row, self._words.among(self._needles.texts[number] for number in sorted(numbers))


def _message(database: Database, words: Words, row: Any, messages: bool, done: Redacted) -> None:
    message_id = row["id"]
    new = _cleaned(words, message_id, dict(row), messages)
    changed = {name: value for name, value in new.items() if value != row[name]}
    if not changed:
        return
    names = ", ".join(f"{name} = ?" for name in changed)
    database.run(f"UPDATE messages SET {names} WHERE id = ?", (*changed.values(), message_id))
    if "receipt" in changed:
        done.receipts.add(message_id)
    if "text" in changed:
        _move_spans(database, message_id, words.places_in(message_id, row["text"]))
    if "text" in changed or "caption" in changed:
        done.messages.add(message_id)
        old, said = title_of(row["text"], CHAT_TITLE), title_of(new["text"], CHAT_TITLE)
        _title(database, row["chat_id"], lambda title: said if title == old else words.out_of(title), done)


def _move_spans(database: Database, message_id: str, places: Sequence[Span]) -> None:
    """What else was learned from a message stands where it stood behind words that went."""
    sql = "SELECT id, source_start AS start, source_end AS stop FROM versions WHERE source_message = ?"
    for row in database.rows(sql, (message_id,)):
        if row["start"] is None or row["stop"] is None:
            continue
        start, stop = moved(row["start"], places), moved(row["stop"], places, end=True)
        database.run("UPDATE versions SET source_start = ?, source_end = ? WHERE id = ?", (start, stop, row["id"]))
        for kind in ("before", "after"):
            database.run(
                f"UPDATE journal_changes SET {kind} = json_set({kind}, '$.source_start', ?, '$.source_end', ?)"
                f" WHERE key = ? AND table_name = 'versions' AND json_type({kind}, '$.source_start') = 'integer'",
                (start, stop, row["id"]),
            )


def _title(database: Database, chat_id: str, rename: Callable[[str], str], done: Redacted) -> None:
    title = database.value("SELECT title FROM chats WHERE id = ?", (chat_id,))
    if title is not None and (new := rename(title)) != title:
        database.run("UPDATE chats SET title = ? WHERE id = ?", (new, chat_id))
        done.chats.add(chat_id)
        done.titles[title] = new


def _change(database: Database, words: Words, row: Any, messages: bool, titles: Mapping[str, str]) -> None:
    """One record of the journal; the label of its step may quote a title."""
    new = {name: _record(words, row, row[name], messages, titles) for name in ("before", "after")}
    if new == {name: row[name] for name in new}:
        return
    database.run(
        "UPDATE journal_changes SET before = ?, after = ? WHERE number = ?",
        (new["before"], new["after"], row["number"]),
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
        new["text"] = without(columns["text"], words.places_in(message_id, columns["text"]))
    if messages and columns.get("caption"):
        new["caption"] = words.out_of(columns["caption"])
    return new


def _tells(receipt: str | None, ids: Container[str]) -> bool:
    known: dict[str, Any] = json.loads(receipt or "{}")
    entries = (*(known.get("retrieved") or ()), *(known.get("injected") or ()))
    return any(entry.get("text") and str(entry.get("id")) in ids for entry in entries)
