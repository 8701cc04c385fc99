"""The request for memory and its answer: MemoryCall, candidates, recalled items and the receipt of a turn."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from memos_desktop.memory.cube import Source


class Owner(StrEnum):
    """What a passage belongs to."""

    CUBE = "cube"
    MESSAGE = "message"


class Form(StrEnum):
    """The form in which a memory enters the context."""

    TEXT = "text"
    KV = "kv"
    ADAPTER = "adapter"
    LEFT_OUT = "left out"


class Intent(StrEnum):
    """What the person wants of memory with this turn."""

    ASK = "ask"
    TELL = "tell"
    INSTRUCT = "instruct"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A span of time that the person named, with the words they used. Either end may be open."""

    start: datetime | None
    end: datetime | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class MemoryCall:
    """The explicit request for memory that one turn makes; the person can read and edit it."""

    query: str
    intent: Intent = Intent.ASK
    entities: tuple[str, ...] = ()
    window: TimeWindow | None = None
    project: str | None = None
    exclude_chat: str | None = None
    exclude: frozenset[str] = frozenset()
    limit: int = 10

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; times as ISO 8601."""
        window = self.window
        return {
            "query": self.query,
            "intent": self.intent.value,
            "entities": list(self.entities),
            "window": None
            if window is None
            else {
                "start": window.start.isoformat() if window.start else None,
                "end": window.end.isoformat() if window.end else None,
                "words": window.words,
            },
            "project": self.project,
            "limit": self.limit,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that search brought up, with raw scores; `recall.rank` makes them comparable.

    `bm25` is the keyword score (higher is better, 0 where no word matched), `cosine` the dense similarity or
    None where no vector exists. `neighbours` are passage ids beside it in the same chat. `role` is the
    speaker's role for messages. `version` is 1 for messages.
    """

    passage_id: int
    owner: Owner
    owner_id: str
    version: int
    text: str
    time: datetime
    bm25: float = 0.0
    cosine: float | None = None
    speaker: str | None = None
    role: str | None = None
    chat_id: str | None = None
    position: int | None = None
    ref: str | None = None
    source: Source = Source()
    title: str = ""
    kind: str = "plaintext"
    type: str = ""
    project: str | None = None
    pinned: bool = False
    heat: float = 0.0
    superseded: bool = False
    neighbours: tuple[int, ...] = ()
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score, said in words."""

    name: str
    score: float
    words: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """A ranked memory with the reasons of its score."""

    candidate: Candidate
    score: float
    reasons: tuple[Reason, ...] = ()

    @property
    def id(self) -> str:
        """The id of the cube or message."""
        return self.candidate.owner_id

    def to_json(self) -> dict[str, Any]:
        """The contract of the `recall` verb."""
        found = self.candidate
        return {
            "id": found.owner_id,
            "owner": found.owner.value,
            "version": found.version,
            "ref": found.ref,
            "title": found.title,
            "text": found.text,
            "speaker": found.speaker,
            "role": found.role,
            "score": round(self.score, 4),
            "reasons": {r.name: {"score": round(r.score, 4), "words": r.words} for r in self.reasons},
            "source": asdict(found.source),
            "time": found.time.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """What the scheduler decided for one recalled memory, and why.

    `text` is what was injected, `tokens` its length where the scheduler knew it, else 0. `cited` is set afterwards,
    where the answer repeats the memory's words.
    """

    recalled: Recalled
    form: Form
    reason: str
    text: str = ""
    cited: bool = False
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one answer used: retrieved, injected (in which form), cited. Never "influenced"."""

    call: MemoryCall | None
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def injected(self) -> tuple[Decision, ...]:
        """The memories that were put into the context."""
        return tuple(decision for decision in self.decisions if decision.form is not Form.LEFT_OUT)

    def with_cited(self, cited: frozenset[str]) -> "Receipt":
        """The same receipt, with these memory ids marked as cited."""
        return replace(self, decisions=tuple(replace(d, cited=d.recalled.id in cited) for d in self.decisions))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as it is stored with the message and printed by `chat --json`."""
        return {
            "call": self.call.to_json() if self.call else None,
            "retrieved": [
                {**d.recalled.to_json(), "form": d.form.value, "decision": d.reason, "cited": d.cited}
                for d in self.decisions
            ],
            "injected": [
                {"id": d.recalled.id, "owner": d.recalled.candidate.owner.value,
                 "version": d.recalled.candidate.version, "form": d.form.value, "text": d.text,
                 "tokens": d.tokens}
                for d in self.injected
            ],
            "cited": [d.recalled.id for d in self.decisions if d.cited],
            "notes": list(self.notes),
        }
