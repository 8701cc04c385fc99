"""The memory side of a turn: what is recalled, what may be used, and in which form. `turn_prompt` makes the prompt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from memos_desktop.app.readings import LONG, Reading, States, attached_before, is_document, reading_of
from memos_desktop.app.recall import Recall
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.app.turn_prompt import PromptMaker
from memos_desktop.engine.base import Engine, Stats
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.ids import now
from memos_desktop.memory import governance, reader, scheduler
from memos_desktop.memory.call import Candidate, Decision, Form, Intent, MemoryCall, Owner, Recalled, Receipt
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.context import Document
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.forms import Budget, Option
from memos_desktop.memory.message import Attachment, MemoryMode, Message
from memos_desktop.memory.use import Use
from memos_desktop.vault.vault import Vault

RECALL_LIMIT = 24
"""Looked at for a turn: questions asked before and old answers rank high and are left out, so it takes a few more."""
SHOWN = 12
"""How many of them the receipt shows, besides those that were injected."""
PINNED = "pinned: it stands at the start of the prompt"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a turn happens. `attached` are the cubes chosen by hand for the new message."""

    memory: MemoryMode
    project: str | None
    chat_id: str | None
    text: str
    history: tuple[Message, ...]
    instructions: str
    attached: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Recollection:
    """What memory gave to one turn.

    `new` are the documents attached to the new message, `earlier` those of the chat's history by message id;
    `states` the KV states of all of them that the model can use, by cube id; `standing` what those of the history are,
    for the receipt.
    """

    call: MemoryCall | None
    decisions: tuple[Decision, ...]
    pinned: tuple[Cube, ...]
    notes: tuple[str, ...] = ()
    new: tuple[Document, ...] = ()
    earlier: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    states: Mapping[str, StateFile] = field(default_factory=dict)
    standing: Mapping[str, Recalled] = field(default_factory=dict)

    @property
    def receipt(self) -> Receipt:
        """What was used: pinned memories stand at the start of the prompt, whether they were recalled or not."""
        injected = {d.recalled.id for d in self.decisions if d.form is not Form.LEFT_OUT}
        standing = [cube for cube in self.pinned if cube.id not in injected]
        ids = {cube.id for cube in standing}
        recalled = tuple(decision for decision in self.decisions if decision.recalled.id not in ids)
        pinned = tuple(Decision(as_recalled(cube), Form.TEXT, PINNED, cube.text) for cube in standing)
        return Receipt(self.call, (*recalled, *pinned), self.notes)

    @property
    def cubes(self) -> tuple[str, ...]:
        """The cubes whose text stands in every later prompt of the chat."""
        before = (document.cube_id for documents in self.earlier.values() for document in documents)
        return tuple(dict.fromkeys((*(c.id for c in self.pinned), *before, *(d.cube_id for d in self.new))))


class TurnMemory:
    """Recalls for a turn, asks governance, and decides."""

    def __init__(self, store: Store, recall: Recall, states: States, settings: SettingsStore) -> None:
        self._store = store
        self._recall = recall
        self._states = states
        self._settings = settings

    def plan(self, text: str, chat_id: str | None, project: str | None = None) -> MemoryCall:
        """The request for memory that a turn with this text would make."""
        call = reader.read(text, now(), RECALL_LIMIT)
        return replace(call, exclude_chat=chat_id, project=project)

    def recollect(self, request: SendRequest, place: Situation, maker: PromptMaker) -> Recollection:
        """Recall, ask governance, decide in which form each memory comes."""
        attached = frozenset(attachment.cube_id for attachment in place.attached)
        situation = governance.Context(now(), place.memory, place.project, attached, request.exclude)
        earlier = self._earlier(place, situation)
        before = [reading for readings in earlier.values() for reading in readings]
        # What stands in the chat already is not read twice because it is attached again.
        chosen = [one for one in self._chosen(place) if one.document not in [reading.document for reading in before]]
        by_hand = tuple(as_recalled(reading) for reading in chosen)
        pinned: tuple[Cube, ...] = ()
        call: MemoryCall | None = None
        found: tuple[Recalled, ...] = by_hand
        notes: tuple[str, ...] = ()
        if place.memory is not MemoryMode.OFF:
            pinned = self._pinned(situation)
            call = self._call(request, place)
            answer = self._recall.find(call)
            there = attached | {reading.cube.id for reading in before}
            found = (*by_hand, *(item for item in answer.results if item.id not in there))
            notes = (f"Found by keywords only: {answer.note}",) if answer.note else ()
        long = {reading.cube.id: reading for reading in chosen if is_document(reading.cube)}
        decider = _Decider(self._states, maker, situation, self._settings.value.memory_seconds)
        cubes, readings = self._look_up(found, long)
        decisions, states = decider.decide(call or MemoryCall(place.text), found, cubes, readings, place, pinned)
        for reading in before:
            if state := self._states.state(maker.engine, reading):
                states[reading.cube.id] = state
        return Recollection(
            call,
            tuple(d for rank, d in enumerate(decisions) if rank < SHOWN or d.form is not Form.LEFT_OUT),
            pinned,
            notes,
            tuple(reading.document for reading in long.values()),
            {id: tuple(reading.document for reading in readings) for id, readings in earlier.items()},
            states,
            {reading.cube.id: as_recalled(reading) for reading in before},
        )

    def repair(self, engine: Engine) -> int:
        """How many first tokens of attached texts this model should read all the same."""
        return self._states.repair(engine)

    def note_speed(self, digest: str, stats: Stats) -> None:
        """Learn from an answer how fast the model with this identity reads."""
        self._states.measured.note(digest, stats)

    def _call(self, request: SendRequest, place: Situation) -> MemoryCall:
        # Whoever edits the request wants an answer from memory, whatever the message looks like.
        edited = replace(request.call, intent=Intent.ASK) if request.call else None
        call = edited or self.plan(place.text, place.chat_id, place.project)
        return replace(call, exclude=call.exclude | request.exclude, exclude_chat=place.chat_id)

    def _chosen(self, place: Situation) -> list[Reading]:
        def work(vault: Vault) -> list[Reading]:
            return [reading_of(vault, vault.cubes.get(attachment.cube_id)) for attachment in place.attached]

        return self._store.ask(work)

    def _earlier(self, place: Situation, situation: governance.Context) -> dict[str, tuple[Reading, ...]]:
        found = self._store.ask(lambda vault: attached_before(vault, place.history))
        excluded = situation.excluded
        kept = {id: tuple(r for r in readings if r.cube.id not in excluded) for id, readings in found.items()}
        return {id: readings for id, readings in kept.items() if readings}

    def _look_up(
        self, found: Sequence[Recalled], long: Mapping[str, Reading]
    ) -> tuple[list[Cube], dict[str, Reading]]:
        """The cubes among what was found, and how each of the long ones can be read."""
        ids = [item.id for item in found if item.candidate.owner is Owner.CUBE]

        def work(vault: Vault) -> tuple[list[Cube], dict[str, Reading]]:
            cubes = [vault.cubes.get(id) for id in ids]
            recalled = (cube for cube in cubes if cube.id not in long and len(cube.text) >= LONG)
            return cubes, {**long, **{cube.id: reading_of(vault, cube) for cube in recalled}}

        return self._store.ask(work)

    def _pinned(self, situation: governance.Context) -> tuple[Cube, ...]:
        cubes = self._store.ask(lambda vault: vault.cubes.pinned())
        return tuple(cube for cube in cubes if governance.may(governance.Action.INJECT, cube, situation))


class _Decider:
    """Asks governance and the scheduler for one turn."""

    def __init__(self, states: States, maker: PromptMaker, situation: governance.Context, seconds: float) -> None:
        self._states = states
        self._maker = maker
        self._situation = situation
        self._milliseconds = seconds * 1000

    def decide(
        self,
        call: MemoryCall,
        found: Sequence[Recalled],
        cubes: Sequence[Cube],
        readings: Mapping[str, Reading],
        place: Situation,
        pinned: Sequence[Cube],
    ) -> tuple[tuple[Decision, ...], dict[str, StateFile]]:
        """A decision for each memory, and the states of those that come as KV."""
        maker, situation = self._maker, self._situation
        verdicts = {cube.id: governance.may(governance.Action.INJECT, cube, situation) for cube in cubes}
        verdicts |= {id: governance.Verdict(False, "you excluded it from this chat") for id in situation.excluded}
        options = {id: self._option(reading) for id, reading in readings.items()}
        identity = maker.engine.identity
        decisions = scheduler.schedule(
            call,
            found,
            maker.capacity,
            verdicts,
            frozenset(cube.id for cube in pinned),
            situation.attached,
            options,
            self._states.measured.of(identity.digest if identity else "").speed,
            Budget(maker.room_for_memory(place, [cube.text for cube in pinned]), self._milliseconds),
        )
        states = {}
        for decision in decisions:
            if decision.form is Form.KV:
                state = self._states.state(maker.engine, readings[decision.recalled.id])
                if state is not None:
                    states[decision.recalled.id] = state
        return decisions, states

    def _option(self, reading: Reading) -> Option:
        tokens = self._maker.count(reading.document)
        return Option(tokens, self._states.readiness(self._maker.engine, reading), reading.document.text)


def as_recalled(found: Cube | Reading) -> Recalled:
    """A cube that no search brought up: it was attached or pinned."""
    cube, text, title = (
        (found.cube, found.document.text, found.document.title)
        if isinstance(found, Reading)
        else (found, found.text, found.title)
    )
    candidate = Candidate(
        passage_id=-1,
        owner=Owner.CUBE,
        owner_id=cube.id,
        version=cube.version,
        text=text,
        time=cube.time,
        source=cube.descriptive.source,
        title=title,
        kind=cube.kind.value,
        pinned=cube.pinned,
    )
    return Recalled(candidate, 0.0)


def record_use(vault: Vault, receipt: Receipt, chat_id: str | None, message_id: str = "") -> Changes:
    """Count the use of every cube that an answer was given, and note the scheduler's decisions in the journal."""
    if not receipt.decisions:
        return Changes()
    moment = now()
    uses = [
        Use(d.recalled.id, d.recalled.candidate.version, moment, d.form, d.tokens, chat_id or "", message_id)
        for d in receipt.injected
        if d.recalled.candidate.owner is Owner.CUBE
    ]
    counted = {form: sum(d.form is form for d in receipt.decisions) for form in (Form.TEXT, Form.KV, Form.LEFT_OUT)}
    names = {Form.TEXT: "as text", Form.KV: "as KV", Form.LEFT_OUT: "left out"}
    label = ", ".join(f"{count} {names[form]}" for form, count in counted.items() if count)
    reasons = dict.fromkeys(f"{d.form.value}: {d.reason}" for d in receipt.injected)
    return vault.uses.record(uses, f"Memory for an answer: {label}", "; ".join(reasons))
