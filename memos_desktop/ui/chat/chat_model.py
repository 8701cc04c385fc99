"""The chats, or what a search found, as a Qt list model with headings for dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from memos_desktop.ids import now
from memos_desktop.memory.message import Chat, MessageHit
from memos_desktop.ui.chat.words import day_group, short_time

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a heading, a chat, or a place that a search found."""

    heading: str = ""
    chat: Chat | None = None
    hit: MessageHit | None = None

    @property
    def title(self) -> str:
        """What is read out and shown first."""
        if self.hit is not None:
            return self.hit.chat_title or "Untitled chat"
        return (self.chat.title or "Untitled chat") if self.chat is not None else self.heading

    @property
    def detail(self) -> str:
        """The second line of a hit."""
        return " ".join(self.hit.snippet.split()) if self.hit is not None else ""

    @property
    def time(self) -> str:
        """When the hit was said."""
        return short_time(self.hit.message.created, now()) if self.hit is not None else ""


class ChatListModel(QAbstractListModel):
    """Rows in the order in which they are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show_chats(self, chats: Sequence[Chat]) -> None:
        """Show chats, newest first, under their dates."""
        today = now().astimezone().date()
        rows: list[Row] = []
        group = ""
        for chat in chats:
            name = day_group(chat.changed, today)
            if name != group:
                rows.append(Row(heading=name))
                group = name
            rows.append(Row(chat=chat))
        self._set(rows)

    def show_hits(self, hits: Sequence[MessageHit]) -> None:
        """Show what a search found."""
        count = f"{len(hits)} found" if hits else "Nothing found"
        self._set([Row(heading=count), *(Row(hit=hit) for hit in hits)])

    def row_of(self, chat_id: str) -> int | None:
        """Where a chat stands."""
        found = (n for n, row in enumerate(self.rows) if row.chat is not None and row.chat.id == chat_id)
        return next(found, None)

    def _set(self, rows: list[Row]) -> None:
        if rows == self.rows:
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many lines."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """The text for assistive technology, the row for the delegate."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.title} {row.detail}".strip()
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.title if not row.heading else None
        return row if role == ROW_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if index.isValid() and self.rows[index.row()].heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
