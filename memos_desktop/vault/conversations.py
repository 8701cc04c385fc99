"""Chats as trees of messages.

An edit or a new answer is a new branch; the chat remembers which leaf is shown.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import format_time, new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.forgetting import Words
from memos_desktop.memory.message import Branches, Chat, Finish, MemoryMode, Message, MessageHit, Role
from memos_desktop.progress import Progress
from memos_desktop.vault.database import Database
from memos_desktop.vault.imports import ImportedTurn, ImportReport, TurnImport
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.keywords import prefix_query
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.rows import chat_of, chat_row, message_of, message_row
from memos_desktop.vault.transaction import Touched

CHAT_COLUMNS = (
    "c.*, (SELECT count(*) FROM messages m WHERE m.chat_id = c.id AND m.binned IS NULL) AS message_count"
)
# A message and all that is below it, as far as it is not in the bin.
BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT id FROM messages WHERE id = ? AND binned IS NULL"
    " UNION ALL SELECT m.id FROM below CROSS JOIN messages m ON m.parent_id = below.id WHERE m.binned IS NULL)"
    " SELECT id FROM below"
)
SNIPPET_WORDS = 16


class Conversations:
    """The chats of a vault. What streams is written without journal; everything else is an undo step."""

    def __init__(self, database: Database, journal: Journal, passages: Passages) -> None:
        self._database = database
        self._journal = journal
        self._passages = passages

    def create(
        self,
        title: str = "",
        memory: MemoryMode = MemoryMode.ON,
        project: str | None = None,
        *,
        id: str | None = None,
    ) -> Chat:
        """A new, empty chat."""
        moment = now()
        chat = Chat(id or new_id(), title, moment, moment, memory, project)
        with self._journal.step("New chat") as step:
            step.add("chats", chat_row(chat))
        return chat

    def get(self, chat_id: str) -> Chat:
        """One chat, binned or not. Raises NotFoundError."""
        row = self._database.row(f"SELECT {CHAT_COLUMNS} FROM chats c WHERE c.id = ?", (chat_id,))
        if row is None:
            raise NotFoundError(
                f"There is no chat with the id {chat_id}.", "List the chats to see their ids."
            )
        return chat_of(row)

    def list(
        self, include_imported: bool = True, binned: bool = False, limit: int = 200, offset: int = 0
    ) -> tuple[Chat, ...]:
        """Chats, the one changed last first."""
        where = "binned IS NOT NULL" if binned else "binned IS NULL"
        if not include_imported:
            where += " AND imported = 0"
        order = "ORDER BY c.changed DESC, c.id DESC LIMIT ? OFFSET ?"
        rows = self._database.rows(
            f"SELECT {CHAT_COLUMNS} FROM chats c WHERE {where} {order}", (limit, offset)
        )
        return tuple(chat_of(row) for row in rows)

    def count(self) -> int:
        """How many chats are not in the bin."""
        return int(self._database.value("SELECT count(*) FROM chats WHERE binned IS NULL"))

    def message_count(self) -> int:
        """How many messages all chats have that are not in the bin."""
        sql = (
            "SELECT count(*) FROM chats c CROSS JOIN messages m ON m.chat_id = c.id AND m.binned IS NULL"
            " WHERE c.binned IS NULL"
        )
        return int(self._database.value(sql))

    def rename(self, chat_id: str, title: str) -> Changes:
        """Give a chat another title."""
        return self._change(chat_id, f"Rename chat to “{title}”", {"title": title})

    def set_memory(self, chat_id: str, mode: MemoryMode) -> Changes:
        """Turn the memory of a chat on, to read only, or off."""
        return self._change(chat_id, f"Turn memory {mode.value}", {"memory": mode.value})

    def exclude(self, chat_id: str, cube_id: str, on: bool) -> Changes:
        """Do not use a memory in this chat, or use it again."""
        known = self.get(chat_id).excluded
        wanted = [*(one for one in known if one != cube_id), *([cube_id] if on else [])]
        label = "Do not use a memory in this chat" if on else "Use a memory in this chat again"
        return self._change(chat_id, label, {"excluded": json.dumps(wanted)})

    def delete(self, chat_id: str) -> Changes:
        """Put a chat in the bin; its messages are out of search and recall."""
        return self._change(chat_id, "Delete chat", {"binned": format_time(now())})

    def restore(self, chat_id: str) -> Changes:
        """Take a chat out of the bin."""
        return self._change(chat_id, "Put chat back", {"binned": None})

    def delete_message(self, message_id: str) -> Changes:
        """Put a message and all that is below it in the bin, as one step; the branch beside it is shown then.

        Raises NotFoundError, and UserError for an answer that is being written.
        """
        message = self.message(message_id)
        ids = [str(row["id"]) for row in self._database.rows(BELOW, (message_id,))]
        if message.finish is Finish.WRITING:
            raise UserError("This answer is still being written. Nothing was deleted.", "Stop it first.")
        more = f" and {len(ids) - 1} below it" if len(ids) > 1 else ""
        with self._journal.step(f"Delete a message{more}") as step:
            binned = format_time(now())
            for one in ids:
                step.change("messages", one, {"binned": binned})
            if self.get(message.chat_id).leaf_id in ids:
                step.change("chats", message.chat_id, {"leaf_id": self._leaf_beside(message)})
        return step.changes

    def add_message(self, message: Message) -> Changes:
        """Add a message below its parent and show the branch that ends with it.

        The position follows from the parent, whatever the message says. Raises NotFoundError for an unknown
        chat or parent, UserError for a parent in another chat.
        """
        chat = self.get(message.chat_id)
        row = message_row(message)
        row["position"] = self._position_below(message)
        label = "Send message" if message.role is Role.USER else "Answer"
        changed = max(chat.changed, message.created)
        with self._journal.step(label, actor=message.role.value) as step:
            step.add("messages", row)
            step.change("chats", chat.id, {"leaf_id": message.id, "changed": format_time(changed)})
        return step.changes

    def write_draft(self, message_id: str, text: str) -> bool:
        """Save what has streamed so far. Returns whether the message is still there."""
        return (
            self._database.run("UPDATE messages SET text = ? WHERE id = ?", (text, message_id)).rowcount == 1
        )

    def finish_message(
        self,
        message_id: str,
        text: str,
        finish: Finish,
        receipt: Mapping[str, Any] | None = None,
        stats: Mapping[str, Any] | None = None,
    ) -> Changes:
        """Complete an answer.

        It completes the step that added the message; if that was undone, redo brings it whole. What the receipt says
        of memories that were forgotten meanwhile is left out.
        """
        columns = {
            "text": text,
            "finish": finish.value,
            "receipt": json.dumps(self._present(receipt or {}), ensure_ascii=False),
            "stats": json.dumps(dict(stats or {}), ensure_ascii=False),
        }
        with self._database.transaction():
            known = self._complete(message_id, columns)
        if known is None:
            raise NotFoundError(f"There is no message with the id {message_id}.")
        return (
            Changes(messages=frozenset((message_id,)), chats=frozenset((known,)), index=True)
            if known
            else Changes()
        )

    def repair_interrupted(self) -> int:
        """Mark what was being written when the program ended as interrupted; returns how many messages."""
        with self._database.transaction():
            found = self._database.rows("SELECT id FROM messages WHERE finish = 'writing'")
            for row in found:
                text = self._database.value("SELECT text FROM messages WHERE id = ?", (row["id"],))
                self._complete(row["id"], {"text": text, "finish": Finish.INTERRUPTED.value})
        return len(found)

    def message(self, message_id: str) -> Message:
        """One message. Raises NotFoundError."""
        row = self._database.row("SELECT * FROM messages WHERE id = ?", (message_id,))
        if row is None:
            raise NotFoundError(f"There is no message with the id {message_id}.")
        return message_of(row)

    def branch(self, chat_id: str, leaf_id: str | None = None) -> tuple[Message, ...]:
        """The messages from the first one down to `leaf_id`, or to the leaf that the chat shows."""
        leaf = leaf_id or self.get(chat_id).leaf_id
        rows = self._database.rows(
            "WITH RECURSIVE up (id, parent_id) AS ("
            "SELECT id, parent_id FROM messages WHERE id = ? AND chat_id = ?"
            " UNION ALL SELECT m.id, m.parent_id FROM up CROSS JOIN messages m ON m.id = up.parent_id)"
            " SELECT m.* FROM up CROSS JOIN messages m ON m.id = up.id ORDER BY m.position",
            (leaf, chat_id),
        )
        if leaf_id is not None and not rows:
            raise NotFoundError(f"The chat has no message with the id {leaf_id}.")
        return tuple(message_of(row) for row in rows)

    def branches(self, message_id: str) -> Branches:
        """The alternatives to a message: those below the same parent, oldest first."""
        rows = self._database.rows(
            "SELECT s.id FROM messages m JOIN messages s ON s.chat_id = m.chat_id AND s.position = m.position"
            " AND s.parent_id IS m.parent_id AND (s.binned IS NULL OR s.id = m.id) WHERE m.id = ?"
            " ORDER BY s.created, s.rowid",
            (message_id,),
        )
        siblings = tuple(row["id"] for row in rows)
        if not siblings:
            raise NotFoundError(f"There is no message with the id {message_id}.")
        return Branches(siblings, siblings.index(message_id))

    def choose_branch(self, chat_id: str, message_id: str) -> Changes:
        """Show the branch through this message, down to its end; where it forks, along the newest answer."""
        message = self.message(message_id)
        if message.chat_id != chat_id:
            raise UserError("This message belongs to another chat. Nothing was changed.")
        if message.binned is not None:
            raise UserError("This message was deleted and is in the bin.", "Undo brings it back.")
        return self._change(chat_id, "Show another branch", {"leaf_id": self._end_below(message_id)})

    def search(self, text: str, limit: int = 50) -> tuple[MessageHit, ...]:
        """Messages of chats on the shelf with every word of `text`, or one that begins so, newest first."""
        rows = self._database.rows(
            "SELECT m.*, c.title, snippet(passages_words, 0, '«', '»', '…', ?) AS snippet"
            " FROM passages_words w CROSS JOIN passages p ON p.id = w.rowid AND p.owner = 'message'"
            " CROSS JOIN messages m ON m.id = p.owner_id CROSS JOIN chats c ON c.id = m.chat_id"
            " WHERE passages_words MATCH ? AND c.binned IS NULL AND m.binned IS NULL ORDER BY w.rowid DESC LIMIT ?",
            (SNIPPET_WORDS, prefix_query(text), 2 * limit),
        )
        hits = {
            row["id"]: MessageHit(message_of(row), row["title"], row["snippet"]) for row in reversed(rows)
        }
        return tuple(reversed(hits.values()))[:limit]

    def import_turns(self, turns: Iterable[ImportedTurn], progress: Progress | None = None) -> ImportReport:
        """Keep the turns of other chats word for word, one chat for each of their names; one undo step.

        They are saved in pieces of 500: after each, `progress` tells how many turns were read and kept. A
        turn that is there already (same chat and reference, or same speaker, time and text) is skipped.
        Raises Cancelled at such a point; what was kept stays.
        """
        return self.importer().run(turns, progress or Progress())

    def importer(self) -> TurnImport:
        """The same piece by piece, so that other work of this thread gets in between."""
        return TurnImport(self._database, self._journal)

    def _end_below(self, message_id: str) -> str:
        """The end of the branch through a message; where it forks, along the newest answer."""
        leaf = message_id
        sql = "SELECT id FROM messages WHERE parent_id = ? AND binned IS NULL ORDER BY created DESC, rowid DESC LIMIT 1"
        while (below := self._database.value(sql, (leaf,))) is not None:
            leaf = below
        return leaf

    def _leaf_beside(self, message: Message) -> str | None:
        """What a chat shows when a message is gone: the newest alternative to it, else what it answered."""
        beside = self._database.value(
            "SELECT id FROM messages WHERE chat_id = ? AND position = ? AND parent_id IS ? AND binned IS NULL"
            " ORDER BY created DESC, rowid DESC LIMIT 1",
            (message.chat_id, message.position, message.parent_id),
        )
        return message.parent_id if beside is None else self._end_below(beside)

    def _change(self, chat_id: str, label: str, columns: dict[str, Any]) -> Changes:
        self.get(chat_id)
        with self._journal.step(label) as step:
            step.change("chats", chat_id, columns)
        return step.changes

    def _position_below(self, message: Message) -> int:
        if message.parent_id is None:
            return 0
        parent = self.message(message.parent_id)
        if parent.chat_id != message.chat_id:
            raise UserError("A message cannot answer one of another chat. Nothing was changed.")
        return parent.position + 1

    def _present(self, receipt: Mapping[str, Any]) -> dict[str, Any]:
        """A receipt without the words of memories that are gone."""
        named = [entry["id"] for entry in receipt.get("retrieved") or () if entry.get("owner") == "cube"]
        sql = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM cubes)"
        gone = frozenset(row["value"] for row in self._database.rows(sql, (json.dumps(named),)))
        return Words(gone, ()).out_of_receipt(receipt) if gone else dict(receipt)

    def _complete(self, message_id: str, columns: dict[str, Any]) -> str | None:
        """Set columns in the row and in its journal record.

        The chat's id, "" if only the journal knows it, or None.
        """
        names = ", ".join(f"{name} = ?" for name in columns)
        self._database.run(f"UPDATE messages SET {names} WHERE id = ?", (*columns.values(), message_id))
        recorded = self._journal.complete("messages", message_id, columns)
        chat = self._database.value("SELECT chat_id FROM messages WHERE id = ?", (message_id,))
        if chat is not None:
            self._passages.derive(Touched(messages={message_id: None}))
            return str(chat)
        return "" if recorded else None
