"""Chats as trees of messages: an edit or a regenerated answer is a new branch, nothing is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """Who speaks, as chat templates name it."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class MemoryMode(StrEnum):
    """The memory switch of a chat: recall and keep, recall only, neither."""

    ON = "on"
    READ = "read"
    OFF = "off"


class Finish(StrEnum):
    """Why an answer ended. `WRITING` while it has not; `INTERRUPTED` after a crash."""

    WRITING = "writing"
    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"
    ERROR = "error"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation. `leaf_id` is the last message of the branch that is shown.

    `excluded` are the ids of memories that must not be used in it.
    """

    id: str
    title: str
    created: datetime
    changed: datetime
    memory: MemoryMode = MemoryMode.ON
    project: str | None = None
    leaf_id: str | None = None
    imported: bool = False
    binned: datetime | None = None
    message_count: int = 0
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A cube that the person chose for one message, at the version that was read then."""

    cube_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat.

    `position` counts from 0 along the branch; `speaker` is the name to show and to index; `ref` is the
    reference that an import gave. `receipt` and `stats` belong to answers and are plain JSON
    (`call.Receipt.to_json`, `engine.base.Stats`). `kept` False: said while memory was off or read only, so
    that no other chat recalls it. `attached` are the cubes chosen by hand for this message; later prompts of the
    chat show them again at this place. A cube that was removed for good stays named here and is no longer found.
    `binned` is when it was put in the bin with the answers below it, or None.
    """

    id: str
    chat_id: str
    parent_id: str | None
    role: Role
    speaker: str
    text: str
    created: datetime
    position: int = 0
    finish: Finish = Finish.STOP
    ref: str | None = None
    caption: str | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)
    stats: Mapping[str, Any] = field(default_factory=dict)
    kept: bool = True
    attached: tuple[Attachment, ...] = ()
    binned: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageHit:
    """A place in a chat that a search found; `snippet` marks the words with «»."""

    message: Message
    chat_title: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Branches:
    """The alternatives at one message: its siblings in order of time, and which one is shown."""

    siblings: tuple[str, ...]
    index: int
