"""Makes the prompt of a turn from what was decided, and the prompt that the next turn will begin with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memos_desktop.engine.base import Block, Engine, Prompt, PromptTurn
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.memory import context
from memos_desktop.memory.call import Decision, Form, Receipt
from memos_desktop.memory.context import Document, Turn, Wording
from memos_desktop.memory.message import Finish, MemoryMode, Message, Role
from memos_desktop.memory.scheduler import Capacity, capacity_of
from memos_desktop.paths import resources

if TYPE_CHECKING:
    from memos_desktop.app.turn_memory import Recollection, Situation

TURN_OVERHEAD = 8
"""Tokens that a template adds to a turn, at most, for the estimate of what fits."""
ANSWER_SHARE = 4
"""At least 1/4 of the context stays free for the answer, unless `max_tokens` needs less."""
EARLIER = "you attached it earlier in this chat"
OTHER_WORDS = "its KV state was made from other words, so it was read as text"
GONE = "its KV state was removed meanwhile, so it was read as text"


def load_wording() -> Wording:
    """The fixed texts of the prompt."""
    data = json.loads((resources() / "prompts" / "chat.json").read_text(encoding="utf-8"))
    examples = tuple((tuple(e["notes"]), e["question"], e["answer"]) for e in data["examples"])
    system, notes_system = data["system"], data["notes_system"]
    return Wording(system, notes_system, data["pinned"], data["notes"], examples, data["document"])


@dataclass(frozen=True, slots=True)
class Composed:
    """A prompt, and the receipt of what went into it."""

    prompt: Prompt
    receipt: Receipt


class PromptMaker:
    """Makes prompts for one loaded model.

    Attributes:
        engine: the model.
        capacity: what a model of this size can make use of.

    """

    def __init__(self, engine: Engine, wording: Wording, max_tokens: int, repair: int = 0) -> None:
        self.engine = engine
        self._repair = repair
        self.capacity: Capacity = capacity_of(engine.info.parameters)
        self._wording = wording
        length = engine.info.context_length
        self._room = length - min(max_tokens, length // ANSWER_SHARE)

    def count(self, document: Document) -> int:
        """The tokens of a document as it is read."""
        return self.engine.count(document.written(self._wording))

    def written(self, document: Document) -> str:
        """A document as the model reads it."""
        return document.written(self._wording)

    def room_for_memory(self, place: "Situation", pinned: Sequence[str]) -> int:
        """How many tokens memories may take beside the static prefix and the new message; the history gives way."""
        turns = (*self._head(place, pinned, True), Turn(Role.USER, place.text))
        return max(0, self._room - sum(map(self._cost, turns)))

    def start(self, instructions: str, pinned: Sequence[str], memory_used: bool = True) -> list[PromptTurn]:
        """The turns that every chat begins with."""
        turns = context.head(instructions, pinned, memory_used, self.capacity, self._wording)
        return self._turns(turns, {})

    def compose(self, place: "Situation", recollection: "Recollection") -> Composed:
        """The prompt of the turn, and the receipt that says what was left out."""
        assembled = self._assemble(place, recollection, answered(place.history), recollection.decisions, place.text,
                                   recollection.new)
        prompt = self.engine.encode(self._turns(assembled.turns, recollection.states))
        receipt = _standing(recollection, assembled)
        if assembled.left_out:
            cut = (
                "This chat is longer than the model reads at once:"
                f" the first {assembled.left_out} messages were left out."
            )
            receipt = replace(receipt, notes=(*receipt.notes, cut))
        return Composed(prompt, _honest(receipt, prompt, recollection.states))

    def following(
        self, place: "Situation", recollection: "Recollection", user: Message, answer: Message
    ) -> tuple[Prompt, int]:
        """What the next prompt of this chat begins with, and how many tokens of it every chat begins with."""
        history = (*answered(place.history), user, answer)
        earlier = {**recollection.earlier, user.id: recollection.new}
        following = replace(recollection, earlier=earlier)
        assembled = self._assemble(place, following, history, (), "", ())
        head = self._head(place, [cube.text for cube in recollection.pinned], self._uses_memory(place))
        lead = self.engine.lead(self._turns(assembled.turns[:-1], recollection.states))
        return lead, len(self.engine.lead(self._turns(head, {})).tokens)

    def _assemble(
        self,
        place: "Situation",
        recollection: "Recollection",
        history: Sequence[Message],
        decisions: Sequence[Decision],
        message: str,
        new: tuple[Document, ...],
    ) -> context.Prompt:
        pinned = [cube.text for cube in recollection.pinned]
        head = self._head(place, pinned, self._uses_memory(place))
        return context.assemble(
            head, history, decisions, message, self._wording, self._cost, self._room, recollection.earlier, new
        )

    def _uses_memory(self, place: "Situation") -> bool:
        """What was attached once counts in every later turn too: another start would mean to read the chat again."""
        attached = bool(place.attached) or any(message.attached for message in place.history)
        return place.memory is not MemoryMode.OFF or attached

    def _head(self, place: "Situation", pinned: Sequence[str], memory_used: bool) -> tuple[Turn, ...]:
        return context.head(place.instructions, pinned, memory_used, self.capacity, self._wording)

    def _cost(self, turn: Turn) -> int:
        return self.engine.count(turn.text) + sum(map(self.count, turn.documents)) + TURN_OVERHEAD

    def _turns(self, turns: Sequence[Turn], states: Mapping[str, StateFile]) -> list[PromptTurn]:
        def blocks(turn: Turn) -> tuple[Block, ...]:
            return tuple(Block(self.written(one), states.get(one.cube_id), self._repair) for one in turn.documents)

        return [PromptTurn(turn.role, turn.text, blocks(turn)) for turn in turns]


def answered(history: Sequence[Message]) -> tuple[Message, ...]:
    """The history that a prompt holds: without answers that failed and the questions they belong to."""
    kept: list[Message] = []
    for message in history:
        if message.role is Role.ASSISTANT and not message.text and message.finish is not Finish.WRITING:
            if kept and kept[-1].role is Role.USER:
                kept.pop()
            continue
        kept.append(message)
    return tuple(kept)


def read_as_text(receipt: Receipt, ids: frozenset[str], reason: str) -> Receipt:
    """The receipt after these memories, decided to come as KV, were read as text all the same."""
    return replace(
        receipt,
        decisions=tuple(
            replace(d, form=Form.TEXT, reason=reason) if d.form is Form.KV and d.recalled.id in ids else d
            for d in receipt.decisions
        ),
    )


def _standing(recollection: "Recollection", assembled: context.Prompt) -> Receipt:
    """The receipt with the documents that were attached earlier and stand in the prompt still."""
    receipt = recollection.receipt
    decided = {decision.recalled.id for decision in receipt.decisions}
    found = {document.cube_id for turn in assembled.turns for document in turn.documents} - decided
    standing = tuple(
        Decision(recalled, Form.KV if id in recollection.states else Form.TEXT, EARLIER, recalled.candidate.text)
        for id, recalled in recollection.standing.items()
        if id in found
    )
    return replace(receipt, decisions=(*receipt.decisions, *standing))


def _honest(receipt: Receipt, prompt: Prompt, states: Mapping[str, StateFile]) -> Receipt:
    """The receipt, corrected where a state is gone or turned out to hold other tokens than the text it stands for."""
    taken = {span.state.id for span in prompt.spans}
    missed = frozenset(id for id, state in states.items() if state.id not in taken)
    gone = frozenset(d.recalled.id for d in receipt.decisions if d.form is Form.KV and d.recalled.id not in states)
    return read_as_text(read_as_text(receipt, missed, OTHER_WORDS), gone, GONE)
