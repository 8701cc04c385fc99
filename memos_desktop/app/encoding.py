"""Migration between text and activation memory: a text is read once and its cells kept; a cube gives its text back."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from memos_desktop.app.attach_gate import measure
from memos_desktop.app.kept_states import Batch, KeptStates
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.measured import Figures
from memos_desktop.app.migrated_cubes import Given, Source, give_back, keep_ready, planned, sources_of
from memos_desktop.app.models import Models
from memos_desktop.app.readings import States, owner_of
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.turn_prompt import PromptMaker
from memos_desktop.engine.base import Engine, PromptTurn, Snapshot
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.errors import MemosError, UnsupportedOperationError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.context import Document, Wording
from memos_desktop.memory.cube import ActivationPayload, Cube
from memos_desktop.memory.governance import Action, Context, may
from memos_desktop.progress import Progress, ProgressState
from memos_desktop.vault.vault import Vault

TO_ACTIVATION, TO_PLAINTEXT = "plaintext→activation", "activation→plaintext"
INEXACT = "Attached behind other text, its cells do not see what stands before them; the answer can differ a little."
UNFIT = "This model was measured to read KV states badly: it will read the text, until another model reads the state."


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration made: the cube `id` from `source_id`. `created` False: it was there already, unchanged.

    `step_id` is the journal step of all that were migrated together, None where none of them changed a memory.
    """

    source_id: str
    id: str
    title: str
    pathway: str
    tokens: int
    bytes: int
    ms: float
    created: bool
    lost: tuple[str, ...] = ()
    step_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What reading a text gave: the activation cube to be, and its state, new or known."""

    activation: Cube
    snapshot: Snapshot | None = None
    known: StateFile | None = None


class Encoder:
    """Migrates cubes together, as one step or not at all, on any worker but the vault's and the model's.

    Undone, an activation cube goes and its state stays: a redo finds it as long as the room for kept states lasts, and
    otherwise the text can be read again. The next tidying removes states whose cube is gone.
    """

    def __init__(
        self,
        store: Store,
        models: Models,
        leisure: Leisure,
        kept: KeptStates,
        states: States,
        settings: SettingsStore,
        wording: Wording,
    ) -> None:
        self._store = store
        self._models = models
        self._leisure = leisure
        self._kept = kept
        self._states = states
        self._settings = settings
        self._wording = wording

    def maker(self, engine: Engine) -> PromptMaker:
        """What makes prompts as chats see them."""
        repair = self._states.repair(engine)
        return PromptMaker(engine, self._wording, self._settings.value.sampling.max_tokens, repair)

    def encode(
        self, ids: Sequence[str], progress: Progress, actor: str = "user", reason: str = ""
    ) -> tuple[Migrated, ...]:
        """Keep plaintext cubes ready as KV for the loaded model, each once; for activation cubes, their sources.

        It gives way to chats. Raises UserError, UnsupportedOperationError, VaultError, Cancelled: no memory is changed,
        and what was written is removed.
        """
        sources = self._store.ask(lambda vault: sources_of(vault, ids))
        made, heads = [], []
        with _all_or_none(len(sources)), self._kept.batch() as batch:
            for number, source in enumerate(sources):
                with _part(progress, number, len(sources), source.cube.title) as part:
                    one, head = self._encode(source, batch, part)
                made.append(one)
                heads += [(source, head)] if head else []
            batch.check()
            progress.check()
            changes = self._store.apply(lambda vault: keep_ready(vault, heads, actor, reason))
        return tuple(replace(one, step_id=changes.step_id) for one in made)

    def _encode(self, source: Source, batch: Batch, progress: Progress) -> tuple[Migrated, Cube | None]:
        """Read a text and write its state: what was made, and the activation cube where the state is a new one."""
        began = time.perf_counter()
        read = self._leisure.persist(lambda control: self._read(source, control), progress)
        if read.snapshot is None:
            assert read.known is not None
            batch.count_on(read.known)
            return self._migrated(source.cube, read.activation, read.known, began, created=False), None
        state = batch.keep(read.snapshot)
        payload = read.activation.payload
        assert isinstance(payload, ActivationPayload)
        activation = replace(read.activation, payload=replace(payload, bytes=state.bytes))
        return self._migrated(source.cube, activation, state, began, created=True), activation

    def _read(self, source: Source, progress: Progress) -> _Read:
        """Read the text, on the model's thread; nothing to do where that was done before."""
        engine = self._models.engine(progress)
        identity = engine.identity
        if identity is None or not engine.info.capabilities.rollback:
            raise UnsupportedOperationError(
                f"{engine.info.name} keeps its state as a whole, so a text cannot be kept as KV apart from its chat.",
                "Choose a model with plain attention, such as Llama, Qwen2 or SmolLM2; until then the text is read.",
            )
        if source.activation and source.fresh:
            known = self._states.store.block(owner_of(source.activation), identity)
            if known is not None:
                return _Read(source.activation, known=known)
        self.gate(engine, progress)
        activation = planned(source, identity.model_sha256)
        maker = self.maker(engine)
        text = maker.written(Document(source.cube.id, source.cube.title, source.cube.text))
        lead = engine.lead(self._start(maker))
        snapshot = engine.encode_block(lead, text, owner_of(activation), source.cube.title, progress)
        return _Read(activation, snapshot)

    def gate(self, engine: Engine, progress: Progress) -> Figures:
        """How well the model reads attached cells, measured now if it never was. On the model's thread."""
        assert engine.identity is not None
        known = self._states.measured.of(engine.identity.digest)
        if known.kl is not None or not engine.info.capabilities.shift:
            return known
        maker = self.maker(engine)
        return measure(maker, self._start(maker), self._states.measured, progress)

    def decode(self, ids: Sequence[str], progress: Progress) -> tuple[Migrated, ...]:
        """Give the exact texts of activation cubes back: their sources, or new cubes where those were changed.

        Raises UserError, VaultError, Cancelled: nothing is changed.
        """
        given: list[Given] = []

        def work(vault: Vault) -> Changes:
            changes, found = give_back(vault, ids, progress)
            given.extend(found)
            return changes

        with _all_or_none(len(ids)):
            step_id = self._store.apply(work).step_id
        return tuple(_given_back(one, step_id) for one in given)

    def _migrated(self, source: Cube, activation: Cube, state: StateFile, began: float, created: bool) -> Migrated:
        ms = (time.perf_counter() - began) * 1000
        header = state.header
        lost = (UNFIT if self._states.measured.of(header.identity.digest).reads_badly else INEXACT,)
        tokens = header.end - header.start
        return Migrated(source.id, activation.id, source.title, TO_ACTIVATION, tokens, state.bytes, ms, created, lost)

    def _start(self, maker: PromptMaker) -> list[PromptTurn]:
        """What a new chat with memory begins with: a document attached to its first message then fits exactly."""
        pinned = self._store.ask(lambda vault: vault.cubes.pinned())
        situation = Context(now())
        texts = [cube.text for cube in pinned if may(Action.INJECT, cube, situation)]
        return maker.start(self._settings.value.instructions, texts)


def _given_back(one: Given, step_id: int | None) -> Migrated:
    cube, size = one.cube, len(one.cube.text.encode())
    return Migrated(one.source_id, cube.id, cube.title, TO_PLAINTEXT, 0, size, one.ms, one.created, step_id=step_id)


@contextlib.contextmanager
def _all_or_none(count: int) -> Iterator[None]:
    """Adds to an error of one of several memories that it was the error of all."""
    try:
        yield
    except MemosError as error:
        if count == 1:
            raise
        raise type(error)(f"{error.message} All {count:,} memories are as they were.", error.hint) from error


@contextlib.contextmanager
def _part(whole: Progress, number: int, count: int, title: str) -> Iterator[Progress]:
    """The progress of one of several memories, told as progress of all; cancelled with them."""
    text = f"{number + 1:,} of {count:,}: {title}" if count > 1 else title
    whole.update(number, count, text)

    def report(state: ProgressState) -> None:
        whole.update(number + (state.fraction or 0.0), count, text)

    part = Progress(report)
    forget = whole.on_cancel(part.cancel)
    try:
        yield part
    finally:
        forget()
