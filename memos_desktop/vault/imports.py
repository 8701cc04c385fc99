"""Chat history from elsewhere becomes chats here: turns word for word, in pieces that are each saved."""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from memos_desktop.ids import format_time, new_id
from memos_desktop.memory.message import Chat, Message, Role
from memos_desktop.progress import Progress
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.rows import chat_row, message_row
from memos_desktop.vault.transaction import Transaction

BATCH = 500
ASSISTANTS = frozenset(("assistant", "ai", "bot", "model", "chatgpt", "claude", "gemini", "copilot"))


@dataclass(frozen=True, slots=True)
class ImportedTurn:
    """One turn to import. `line` is where it stands in the file, `chat` what the file calls its chat."""

    line: int
    chat: str
    speaker: str
    text: str
    time: datetime
    ref: str | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line that was not imported, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: turns kept, lines skipped, milliseconds; `step_id` is its journal step."""

    imported: int
    skipped: tuple[SkippedLine, ...] = ()
    ms: float = 0.0
    step_id: int | None = None
    chats: frozenset[str] = frozenset()


@dataclass
class OpenChat:
    """A chat that turns are being added to, with what it had before."""

    id: str
    leaf_id: str | None
    position: int
    changed: str
    refs: set[str]
    known: frozenset[tuple[str, str, str]]


class TurnImport:
    """One run of an import."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._chats: dict[str, OpenChat] = {}
        self._skipped: list[SkippedLine] = []
        self._imported = 0
        self._step_id: int | None = None
        self._start = time.perf_counter()

    def run(self, turns: Iterable[ImportedTurn], progress: Progress) -> ImportReport:
        """Import all turns; see `Conversations.import_turns`."""
        read = 0
        for batch in batches(turns):
            progress.check()
            self.keep(batch)
            read += len(batch)
            progress.update(read, 0, f"{self._imported} turns kept")
        return self.report()

    def keep(self, batch: Sequence[ImportedTurn]) -> int:
        """Import some turns, in one transaction and the same undo step as those before; returns how many so far."""
        with self._journal.step("Import chats", continues=self._step_id) as step:
            touched = {turn.chat: None for turn in batch if self._add(step, turn)}
            for chat in map(self._chats.__getitem__, touched):
                step.change("chats", chat.id, {"leaf_id": chat.leaf_id, "changed": chat.changed})
        self._step_id = step.step_id
        return self._imported

    def report(self) -> ImportReport:
        """What has been done so far."""
        return ImportReport(
            self._imported,
            tuple(self._skipped),
            (time.perf_counter() - self._start) * 1000,
            self._step_id,
            frozenset(chat.id for chat in self._chats.values()),
        )

    def _add(self, step: Transaction, turn: ImportedTurn) -> bool:
        chat = self._chats.get(turn.chat) or self._open(step, turn)
        moment = format_time(turn.time)
        if reason := self._refusal(chat, turn, moment):
            self._skipped.append(SkippedLine(turn.line, reason))
            return False
        role = Role.ASSISTANT if turn.speaker.strip().casefold() in ASSISTANTS else Role.USER
        message = Message(
            new_id(),
            chat.id,
            chat.leaf_id,
            role,
            turn.speaker,
            turn.text,
            turn.time,
            chat.position,
            ref=turn.ref,
            caption=turn.caption,
        )
        step.add("messages", message_row(message))
        chat.changed = max(chat.changed, moment)
        chat.leaf_id, chat.position = message.id, chat.position + 1
        if turn.ref is not None:
            chat.refs.add(turn.ref)
        self._imported += 1
        return True

    def _refusal(self, chat: OpenChat, turn: ImportedTurn, moment: str) -> str:
        if turn.ref is not None:
            return "imported before (same chat and reference)" if turn.ref in chat.refs else ""
        known = (turn.speaker, moment, turn.text) in chat.known
        return "imported before (same chat, speaker, time and text)" if known else ""

    def _open(self, step: Transaction, turn: ImportedTurn) -> OpenChat:
        """The chat of this name from an earlier import, or a new one."""
        row = self._database.row("SELECT * FROM chats WHERE import_key = ?", (turn.chat,))
        if row is None:
            chat = Chat(new_id(), turn.chat, turn.time, turn.time, imported=True)
            step.add("chats", chat_row(chat, turn.chat))
            opened = OpenChat(chat.id, None, 0, format_time(turn.time), set(), frozenset())
        else:
            opened = self._reopen(row["id"], row["leaf_id"], row["changed"])
        self._chats[turn.chat] = opened
        return opened

    def _reopen(self, chat_id: str, leaf_id: str | None, changed: str) -> OpenChat:
        rows = self._database.rows(
            "SELECT speaker, created, text, ref FROM messages WHERE chat_id = ?", (chat_id,)
        )
        position = self._database.value("SELECT position FROM messages WHERE id = ?", (leaf_id,))
        return OpenChat(
            chat_id,
            leaf_id,
            0 if position is None else position + 1,
            changed,
            {row["ref"] for row in rows if row["ref"] is not None},
            frozenset((row["speaker"], row["created"], row["text"]) for row in rows),
        )


def batches(turns: Iterable[ImportedTurn]) -> Iterator[list[ImportedTurn]]:
    """Pieces that are small enough for one transaction."""
    iterator = iter(turns)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch
