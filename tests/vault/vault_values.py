"""Values that many tests need."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from memos_desktop.ids import new_id
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import (
    ActivationPayload,
    Cube,
    Descriptive,
    Governance,
    Origin,
    SemanticType,
    Source,
    TextPayload,
    title_of,
)
from memos_desktop.memory.message import Chat, Finish, Message, Role
from memos_desktop.memory.use import Use
from memos_desktop.vault.vault import Vault

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def cube(text: str, *, source: Source | None = None, type: SemanticType = SemanticType.FACT, **fields: Any) -> Cube:
    """A plaintext cube."""
    described = Descriptive(title_of(text), type, source=source or Source())
    return Cube(new_id(), 1, START, START, TextPayload(text), described, **fields)


def in_project(text: str, project: str) -> Cube:
    """A cube that belongs to a project."""
    return cube(text, governance=Governance(project=project))


def activation(source: Cube, **fields: Any) -> Cube:
    """The activation cube of a plaintext cube, as a model made it from its text."""
    payload = ActivationPayload(source.text, 4096, "model", source.version)
    described = Descriptive(source.title, source.descriptive.type, origin=Origin.MIGRATED)
    values = {"parents": (source.id,), **fields}
    return Cube(new_id(), 1, START, START, payload, described, **values)


def use(cube: Cube, after: timedelta = timedelta(), **fields: Any) -> Use:
    """A use of a cube as text in a chat, some time after START."""
    values = {"form": Form.TEXT, "tokens": 7, "chat_id": "chat", **fields}
    return Use(cube.id, cube.version, START + after, **values)


def say(vault: Vault, chat: Chat, text: str, parent: str | None = None, **fields: Any) -> Message:
    """Add a message to a chat, by default at the end of the branch that it shows."""
    values = {"role": Role.USER, "speaker": "You", "created": START + timedelta(minutes=1), **fields}
    below = parent or vault.chats.get(chat.id).leaf_id
    message = Message(new_id(), chat.id, below, text=text, **values)
    vault.chats.add_message(message)
    return vault.chats.message(message.id)


def begin_answer(vault: Vault, chat: Chat) -> Message:
    """Add the empty answer that a stream fills."""
    return say(vault, chat, "", role=Role.ASSISTANT, speaker="MemOS", finish=Finish.WRITING)


def unit(*rows: list[float]) -> np.ndarray:
    """Rows as float32 vectors of length 1."""
    array = np.array(rows, dtype=np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


def random_units(count: int, width: int, seed: int = 0) -> np.ndarray:
    """Random float32 vectors of length 1."""
    return unit(*np.random.default_rng(seed).normal(size=(count, width)).tolist())


def dump(vault: Vault) -> dict[str, list[tuple[Any, ...]]]:
    """Everything true in a vault, and everything derived from it, without what use has counted and the journal."""
    tables = {
        "cubes": "id, version, changed, kind, state, type, title, tags, parents, frozen, pinned, binned, project,"
        " scope, expires, priority, access, sensitivity, proposed, valid_to, superseded_by",
        "versions": "*",
        "chats": "*",
        "dismissals": "*",
        "messages": "*",
        "cube_tags": "*",
        "cube_parents": "*",
        "passages": "owner, owner_id, chunk, text, body_start",
    }
    return {
        name: sorted((tuple(row) for row in vault.database.rows(f"SELECT {columns} FROM {name}")), key=repr)
        for name, columns in tables.items()
    }
