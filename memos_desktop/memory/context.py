"""The prompt of one turn: [persona][pinned] | worked examples | history | [documents + recalled memories + message].

What is stable comes first, so that its prefix stays cached; recalled memories come last, next to the question.
Documents stand before a turn's own text, each by itself, so that its cells can be attached without reading it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from memos_desktop.memory.call import Decision, Form
from memos_desktop.memory.message import Message, Role
from memos_desktop.memory.scheduler import Capacity


@dataclass(frozen=True, slots=True)
class Wording:
    """The fixed texts of the prompt, from resources/prompts/. `document` has places for `{title}` and `{text}`."""

    system: str
    notes_system: str
    pinned: str
    notes: str
    examples: tuple[tuple[tuple[str, ...], str, str], ...]
    document: str


@dataclass(frozen=True, slots=True)
class Document:
    """A cube that stands in a turn as a whole."""

    cube_id: str
    title: str
    text: str

    def written(self, wording: Wording) -> str:
        """The document as the model reads it, ending in a blank line. The same wherever it stands."""
        return wording.document.format(title=self.title, text=self.text.rstrip())


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the prompt: its documents, then its own text."""

    role: Role
    text: str
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """An assembled prompt. `left_out` counts the oldest messages that found no room."""

    turns: tuple[Turn, ...]
    left_out: int = 0


def with_notes(notes: Sequence[str], message: str, wording: Wording) -> str:
    """The user's turn with the recalled notes before it; the best note stands last, next to the question."""
    if not notes:
        return message
    return f"{wording.notes} {' '.join(_sentence(note) for note in reversed(notes))}\n\n{message}"


def _sentence(note: str) -> str:
    return note if note[-1:] in ".!?…\"”" else note + "."


def head(
    instructions: str, pinned: Sequence[str], memory_used: bool, capacity: Capacity, wording: Wording
) -> tuple[Turn, ...]:
    """The static prefix: system text with persona and pinned memories, then worked examples for small models.

    It depends on nothing of the turn itself, so that its cached state serves every chat.
    """
    parts = [wording.system, wording.notes_system if memory_used else "", instructions.strip()]
    if pinned:
        parts.append(wording.pinned + "\n" + "\n".join(f"- {' '.join(text.split())}" for text in pinned))
    turns = [Turn(Role.SYSTEM, "\n".join(part for part in parts if part))]
    if memory_used and capacity.examples:
        for notes, question, answer in wording.examples:
            turns.append(Turn(Role.USER, with_notes(notes, question, wording)))
            turns.append(Turn(Role.ASSISTANT, answer))
    return tuple(turns)


def assemble(
    prefix: Sequence[Turn],
    history: Sequence[Message],
    decisions: Sequence[Decision],
    message: str,
    wording: Wording,
    cost: Callable[[Turn], int],
    room: int,
    documents: Mapping[str, tuple[Document, ...]] = MappingProxyType({}),
    new: tuple[Document, ...] = (),
) -> Prompt:
    """The whole prompt, within `room` tokens as `cost` counts them for a turn with its documents.

    `documents` are those of earlier messages by message id, `new` those that were attached to the new one. Where
    it does not fit, the oldest exchanges are left out with their documents, and counted. The new message itself
    is never cut: if it does not fit alone, the prompt is returned all the same and the engine refuses it with
    the figures.
    """
    last = _new_turn(decisions, message, wording, new)
    turns = [Turn(m.role, m.text, documents.get(m.id, ())) for m in history if m.text or documents.get(m.id)]
    start = _start(turns, [cost(turn) for turn in turns], room - sum(map(cost, (*prefix, last))))
    kept = turns[start:]
    # A document that the kept part of the chat holds is not read a second time only because it was recalled.
    twice = {d.cube_id for turn in kept for d in turn.documents} - {d.cube_id for d in new}
    last = replace(last, documents=tuple(d for d in last.documents if d.cube_id not in twice))
    return Prompt((*prefix, *kept, last), start)


def _new_turn(decisions: Sequence[Decision], message: str, wording: Wording, new: Sequence[Document]) -> Turn:
    """The new message with its documents and notes: what was attached, then what was recalled as KV."""
    left_out = {decision.recalled.id for decision in decisions if decision.form is Form.LEFT_OUT}
    attached = [document for document in new if document.cube_id not in left_out]
    here = {document.cube_id for document in attached}
    rest = [decision for decision in decisions if decision.recalled.id not in here]
    found = [Document(d.recalled.id, d.recalled.candidate.title, d.text) for d in rest if d.form is Form.KV]
    notes = [d.text for d in rest if d.form is Form.TEXT]
    return Turn(Role.USER, with_notes(notes, message, wording), (*attached, *found))


def _start(turns: Sequence[Turn], costs: Sequence[int], room: int) -> int:
    """Where the kept history begins: at a user's turn, after what must go in steps of a quarter of the room.

    In steps, because a start that moves with every turn would make the cached prefix useless each time.
    """
    excess = sum(costs) - room
    if excess <= 0:
        return 0
    if room <= 0:
        return len(turns)
    step = max(1, room // 4)
    must_go = -(-excess // step) * step
    gone = 0
    for number, (turn, price) in enumerate(zip(turns, costs, strict=True)):
        if gone >= must_go and turn.role is Role.USER:
            return number
        gone += price
    return len(turns)
