"""Turns as the benchmarks of kept states make them: greedy, without an embedder, one at a time, timed from outside."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.turn_events import Piece, SendRequest, TurnEvent, TurnResult
from memos_desktop.app.workspace import Workspace
from memos_desktop.engine.base import Sampling, Stats
from memos_desktop.errors import IndexUnavailableError, UserError
from memos_desktop.memory.message import MemoryMode, Message
from memos_desktop.paths import DataFolder

CONTEXT = 9216  # tokens, or what the model was trained for: room for the longest prompt of any benchmark


@dataclass(frozen=True)
class Timed:
    """One answer. `wall_ms`: from sending to the first piece of text, as a person waits for it."""

    result: TurnResult
    wall_ms: float

    @property
    def stats(self) -> Stats:
        """The engine's figures."""
        assert self.result.stats is not None
        return self.result.stats

    @property
    def text(self) -> str:
        """What was answered."""
        return self.result.answer.text


@contextmanager
def loaded(folder: DataFolder, model: str | None = None, context: int = CONTEXT) -> Iterator[Workspace]:
    """An open data folder with a loaded model and search by keywords only, closed afterwards."""
    opened = Workspace.open(folder, embedder=MissingEmbedder(IndexUnavailableError("not part of this benchmark")))
    try:
        load(opened, model, context)
        yield opened
    finally:
        opened.close()


def load(opened: Workspace, model: str | None, context: int = CONTEXT) -> None:
    """Load the model that was named, or the one of the settings."""
    opened.settings.change(context_length=context)
    name = model or opened.models.chosen
    path = Path(name).expanduser()
    opened.models.use(str(path.absolute()) if path.exists() else name).future.result()


def greedy(tokens: int) -> Sampling:
    """The likeliest token each time, at most so many."""
    return Sampling(temperature=0, seed=1, max_tokens=tokens)


def ask(opened: Workspace, request: SendRequest) -> Timed:
    """Make a turn and wait for its answer."""
    first: list[float] = []

    def follow(event: TurnEvent) -> None:
        if isinstance(event, Piece) and not first:
            first.append(time.perf_counter())

    began = time.perf_counter()
    result = opened.turns.send(request, follow).future.result()
    return Timed(result, (first[0] - began) * 1000 if first else 0.0)


def settle(opened: Workspace) -> None:
    """Wait until what the last answers left to keep is on the disk."""
    opened.turns.settled().result()


def forget_live(opened: Workspace) -> None:
    """Empty the model's memory: what comes back now comes from the disk."""
    opened.models.reset().result()


def count(opened: Workspace, text: str) -> int:
    """Tokens of a text for the loaded model."""

    def work() -> int:
        engine = opened.models.loaded
        assert engine is not None
        return engine.count(text)

    return opened.models.worker.submit(work).result()


@dataclass(frozen=True)
class Prepared:
    """A chat of which one answer was given and kept: what a later question goes on from."""

    chat_id: str
    leaf_id: str
    history: tuple[Message, ...]
    bytes: int
    tokens: int

    def going_on(self, text: str, tokens: int) -> SendRequest:
        """A question below the kept answer; each is a branch of its own, so all go on from the same state."""
        return SendRequest(text, chat_id=self.chat_id, parent_id=self.leaf_id, sampling=greedy(tokens))

    def apart(self, text: str, tokens: int) -> SendRequest:
        """The same prompt in a workspace that has kept nothing of it, and keeps nothing."""
        return SendRequest(
            text, temporary=True, history=self.history, memory=MemoryMode.OFF, sampling=greedy(tokens)
        )


def prepare(opened: Workspace, text: str) -> Prepared:
    """Begin a chat with a long message, and wait until it is kept. Raises UserError when it was not."""
    answered = ask(opened, SendRequest(text, memory=MemoryMode.OFF, sampling=greedy(8)))
    settle(opened)
    chat_id = answered.result.chat.id
    rows = [row for row in opened.activation.rows().result() if row.owner_id in ("", chat_id)]
    if not any(row.owner_id == chat_id for row in rows):
        raise UserError(f"The chat was not kept. {opened.activation.usage().result().problem}")
    history = opened.chats.branch(chat_id).result()
    tokens, size = (sum(values) for values in zip(*((row.tokens, row.bytes) for row in rows), strict=True))
    return Prepared(chat_id, answered.result.answer.id, history, size, tokens)


def check_same(kept: Timed, cold: Timed) -> None:
    """Raise UserError where two answers that are compared had prompts of other lengths."""
    lengths = kept.stats.prompt_tokens, cold.stats.prompt_tokens
    if lengths[0] != lengths[1]:
        raise UserError(f"The prompts differ: {lengths[0]} and {lengths[1]} tokens. The figures would mean nothing.")


def middle(values: Any, digits: int = 1) -> float:
    """The median, rounded."""
    return round(float(median(values)), digits)
