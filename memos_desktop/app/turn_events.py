"""What a turn asks for and what it tells while it runs. Frozen values: they cross threads."""

from dataclasses import dataclass

from memos_desktop.engine.base import Sampling, Stats
from memos_desktop.errors import MemosError
from memos_desktop.memory.call import MemoryCall, Receipt
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.message import Chat, MemoryMode, Message


@dataclass(frozen=True, slots=True)
class SendRequest:
    """One turn to be made.

    Attributes:
        chat_id: the chat; None starts a new one.
        parent_id: the message below which this one stands; None: at the end of the branch that is shown.
        regenerate: answer this user message again, as a new branch; `text` is not used then.
        temporary: leave nothing; `history` holds the chat so far, kept by the caller alone.
        memory, sampling: None takes the chat's switch and the settings.
        attach: cubes that the person chose by hand.
        call: the request for memory as the person edited it.
        exclude: memories that must not be used in this chat.

    """

    text: str
    chat_id: str | None = None
    parent_id: str | None = None
    regenerate: str | None = None
    temporary: bool = False
    history: tuple[Message, ...] = ()
    memory: MemoryMode | None = None
    sampling: Sampling | None = None
    attach: tuple[str, ...] = ()
    call: MemoryCall | None = None
    exclude: frozenset[str] = frozenset()
    project: str | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn made."""

    chat: Chat
    user: Message
    answer: Message
    receipt: Receipt
    stats: Stats | None
    kept: tuple[Cube, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """The question is saved and the answer begins."""

    chat: Chat
    user: Message
    answer: Message


@dataclass(frozen=True, slots=True)
class Recalled:
    """Memory was asked and decided on."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Prefill:
    """How many tokens of the prompt have been read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Piece:
    """More text of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Statements were kept as memory; `step_id` undoes it."""

    cubes: tuple[Cube, ...]
    step_id: int | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete and saved."""

    message: Message
    receipt: Receipt
    stats: Stats | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn failed. `message` is the answer as it was saved, None when it had not begun."""

    error: MemosError
    message: Message | None


TurnEvent = Started | Recalled | Prefill | Piece | Kept | Finished | Failed
