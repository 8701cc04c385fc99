"""The memory side of a turn: what is recalled, what may be used, in which form, and the prompt it becomes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memos_desktop.app.recall import Recall
from memos_desktop.app.store import Store
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.engine.base import Engine, PromptTurn
from memos_desktop.ids import now
from memos_desktop.memory import context, governance, reader, scheduler
from memos_desktop.memory.call import Candidate, Decision, Form, Intent, MemoryCall, Owner, Recalled, Receipt
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.message import Finish, MemoryMode, Message, Role
from memos_desktop.paths import resources
from memos_desktop.vault.vault import Vault

RECALL_LIMIT = 24
"""Looked at for a turn: questions asked before and old answers rank high and are left out, so it takes a few more."""
SHOWN = 12
"""How many of them the receipt shows, besides those that were injected."""
PINNED = "pinned: it stands at the start of the prompt"
TURN_OVERHEAD = 8
"""Tokens that a template adds to a turn, at most, for the estimate of what fits."""
ANSWER_SHARE = 4
"""At least 1/4 of the context stays free for the answer, unless `max_tokens` needs less."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a turn happens."""

    memory: MemoryMode
    project: str | None
    chat_id: str | None
    text: str
    history: tuple[Message, ...]
    instructions: str


@dataclass(frozen=True, slots=True)
class Recollection:
    """What memory gave to one turn."""

    call: MemoryCall | None
    decisions: tuple[Decision, ...]
    pinned: tuple[Cube, ...]
    notes: tuple[str, ...] = ()

    @property
    def receipt(self) -> Receipt:
        """What was used: pinned memories stand at the start of the prompt, whether they were recalled or not."""
        injected = {d.recalled.id for d in self.decisions if d.form is not Form.LEFT_OUT}
        standing = [cube for cube in self.pinned if cube.id not in injected]
        ids = {cube.id for cube in standing}
        recalled = tuple(decision for decision in self.decisions if decision.recalled.id not in ids)
        pinned = tuple(Decision(_as_recalled(cube), Form.TEXT, PINNED, cube.text) for cube in standing)
        return Receipt(self.call, (*recalled, *pinned), self.notes)


def load_wording() -> context.Wording:
    """The fixed texts of the prompt."""
    data = json.loads((resources() / "prompts" / "chat.json").read_text(encoding="utf-8"))
    examples = tuple((tuple(e["notes"]), e["question"], e["answer"]) for e in data["examples"])
    return context.Wording(data["system"], data["notes_system"], data["pinned"], data["notes"], examples)


class TurnMemory:
    """Recalls for a turn and builds its prompt."""

    def __init__(self, store: Store, recall: Recall, wording: context.Wording) -> None:
        self._store = store
        self._recall = recall
        self._wording = wording

    def plan(self, text: str, chat_id: str | None, project: str | None = None) -> MemoryCall:
        """The request for memory that a turn with this text would make."""
        call = reader.read(text, now(), RECALL_LIMIT)
        return replace(call, exclude_chat=chat_id, project=project)

    def recollect(self, request: SendRequest, place: Situation, capacity: scheduler.Capacity) -> Recollection:
        """Recall, ask governance, decide."""
        attached = frozenset(request.attach)
        situation = governance.Context(now(), place.memory, place.project, attached, request.exclude)
        by_hand = tuple(self._by_hand(id) for id in request.attach)
        if place.memory is MemoryMode.OFF:
            decisions = self._decide(MemoryCall(place.text), by_hand, situation, capacity, frozenset())
            return Recollection(None, decisions, ())
        pinned = self._pinned(situation)
        # Whoever edits the request wants an answer from memory, whatever the message looks like.
        edited = replace(request.call, intent=Intent.ASK) if request.call else None
        call = edited or self.plan(place.text, place.chat_id, place.project)
        call = replace(call, exclude=call.exclude | request.exclude, exclude_chat=place.chat_id)
        answer = self._recall.find(call)
        found = (*by_hand, *(item for item in answer.results if item.id not in attached))
        in_prompt = frozenset(cube.id for cube in pinned)
        decisions = self._decide(call, found, situation, capacity, in_prompt)
        notes = (f"Found by keywords only: {answer.note}",) if answer.note else ()
        shown = tuple(d for rank, d in enumerate(decisions) if rank < SHOWN or d.form is not Form.LEFT_OUT)
        return Recollection(call, shown, pinned, notes)

    def prompt(
        self,
        engine: Engine,
        place: Situation,
        recollection: Recollection,
        capacity: scheduler.Capacity,
        max_tokens: int,
    ) -> tuple[tuple[int, ...], Receipt]:
        """Token ids of the whole prompt, and the receipt that says what was left out."""
        used = place.memory is not MemoryMode.OFF or bool(recollection.decisions)
        pinned = [cube.text for cube in recollection.pinned]
        prefix = context.head(place.instructions, pinned, used, capacity, self._wording)
        length = engine.info.context_length
        room = length - min(max_tokens, length // ANSWER_SHARE)
        assembled = context.assemble(
            prefix,
            answered(place.history),
            recollection.decisions,
            place.text,
            self._wording,
            lambda turn: engine.count(turn.text) + TURN_OVERHEAD,
            room,
        )
        receipt = recollection.receipt
        if assembled.left_out:
            cut = (
                "This chat is longer than the model reads at once:"
                f" the first {assembled.left_out} messages were left out."
            )
            receipt = replace(receipt, notes=(*receipt.notes, cut))
        tokens = engine.encode([PromptTurn(turn.role, turn.text) for turn in assembled.turns])
        return tokens, receipt

    def _decide(
        self,
        call: MemoryCall,
        found: Sequence[Recalled],
        situation: governance.Context,
        capacity: scheduler.Capacity,
        in_prompt: frozenset[str],
    ) -> tuple[Decision, ...]:
        ids = [item.id for item in found if item.candidate.owner is Owner.CUBE]
        cubes = self._store.ask(lambda vault: [vault.cubes.get(id) for id in ids])
        verdicts = {cube.id: governance.may(governance.Action.INJECT, cube, situation) for cube in cubes}
        verdicts |= {id: governance.Verdict(False, "you excluded it from this chat") for id in situation.excluded}
        return scheduler.schedule(call, found, capacity, verdicts, in_prompt, situation.attached)

    def _pinned(self, situation: governance.Context) -> tuple[Cube, ...]:
        cubes = self._store.ask(lambda vault: vault.cubes.pinned())
        return tuple(cube for cube in cubes if governance.may(governance.Action.INJECT, cube, situation))

    def _by_hand(self, id: str) -> Recalled:
        return _as_recalled(self._store.ask(lambda vault: vault.cubes.get(id)))


def _as_recalled(cube: Cube) -> Recalled:
    """A cube that no search brought up: it was attached or pinned."""
    candidate = Candidate(
        passage_id=-1,
        owner=Owner.CUBE,
        owner_id=cube.id,
        version=cube.version,
        text=cube.text,
        time=cube.time,
        source=cube.descriptive.source,
        title=cube.title,
        pinned=cube.pinned,
    )
    return Recalled(candidate, 0.0)


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


def record_use(vault: Vault, receipt: Receipt) -> Changes:
    """Count the use of every cube that was injected."""
    used = (d.recalled.id for d in receipt.injected if d.recalled.candidate.owner is Owner.CUBE)
    return vault.cubes.record_use(used, now())
