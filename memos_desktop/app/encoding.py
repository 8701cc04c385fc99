"""Migration between text and activation memory: a text is read once and its cells kept; a cube gives its text back."""

import time
from dataclasses import dataclass, replace

from memos_desktop.app.attach_gate import measure
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.measured import Figures
from memos_desktop.app.models import Models
from memos_desktop.app.readings import Reading, States, owner_of, reading_of, source_of
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.turn_prompt import PromptMaker
from memos_desktop.engine.base import Engine, PromptTurn, Snapshot
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.errors import UnsupportedOperationError, UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.context import Document, Wording
from memos_desktop.memory.cube import ActivationPayload, Cube, Descriptive, Kind, Origin, State, TextPayload
from memos_desktop.memory.governance import Action, Context, may
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault

TO_ACTIVATION, TO_PLAINTEXT = "plaintext→activation", "activation→plaintext"
INEXACT = "Attached behind other text, its cells do not see what stands before them; the answer can differ a little."
UNFIT = "This model was measured to read KV states badly: it will read the text, until another model reads the state."


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration made: the cube `id` from `source_id`. `created` False: it was there already, unchanged."""

    source_id: str
    id: str
    title: str
    pathway: str
    tokens: int
    bytes: int
    ms: float
    created: bool
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """A text to be read: the cube it stands in, and the activation cube that was made from it before."""

    cube: Cube
    activation: Cube | None
    fresh: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """What reading a text gave: the activation cube to be, and its state, new or known."""

    activation: Cube
    snapshot: Snapshot | None = None
    known: StateFile | None = None


class Encoder:
    """Migrates single cubes, on any worker but the vault's and the model's."""

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

    def encode(self, cube_id: str, progress: Progress, actor: str = "user", reason: str = "") -> Migrated:
        """Keep a plaintext cube ready as KV for the loaded model; for an activation cube, its source.

        It gives way to chats. Raises UserError, UnsupportedOperationError where the model cannot, VaultError,
        Cancelled: nothing is changed.
        """
        began = time.perf_counter()
        source = self._store.ask(lambda vault: _source(vault, cube_id))
        read = self._leisure.persist(lambda control: self._read(source, control), progress)
        if read.snapshot is None:
            assert read.known is not None
            return self._migrated(source.cube, read.activation, read.known, began, created=False)
        state = self._kept.keep(read.snapshot)
        activation = replace(read.activation, payload=replace(_payload(read.activation), bytes=state.bytes))
        try:
            self._store.apply(lambda vault: _keep(vault, source, activation, actor, reason))
        except BaseException:
            self._states.store.drop((state.id,))
            raise
        if not state.path.exists():  # swept as nobody's, before its cube was there
            self._kept.keep(read.snapshot)
        return self._migrated(source.cube, activation, state, began, created=True)

    def _read(self, source: _Source, progress: Progress) -> _Read:
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
        activation = _activation(source, identity.model_sha256)
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

    def decode(self, cube_id: str) -> Migrated:
        """Give the exact text of an activation cube back: its source, or a new cube where that was changed."""
        began = time.perf_counter()
        made: list[tuple[Cube, bool]] = []

        def work(vault: Vault) -> Changes:
            changes, cube, created = _decoded(vault, vault.cubes.get(cube_id))
            made.append((cube, created))
            return changes

        self._store.apply(work)
        cube, created = made[0]
        size, ms = len(cube.text.encode()), (time.perf_counter() - began) * 1000
        return Migrated(cube_id, cube.id, cube.title, TO_PLAINTEXT, 0, size, ms, created)

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


def _source(vault: Vault, cube_id: str) -> _Source:
    """The text to be read for a cube. Raises UserError for one that is no text, frozen away or in the bin."""
    cube = vault.cubes.get(cube_id)
    if cube.kind is Kind.ACTIVATION:
        source = source_of(vault, cube)
        if source is None:
            raise UserError(f"The memory that “{cube.title}” was made from is gone.", "Migrate it to text first.")
        cube = source
    if cube.kind is not Kind.PLAINTEXT:
        raise UserError(f"“{cube.title}” holds no text, so it cannot be kept ready as KV.")
    verdict = may(Action.INJECT, cube, Context(now(), attached=frozenset((cube.id,))))
    if cube.binned or not verdict:
        raise UserError(f"“{cube.title}” cannot be kept ready as KV: {verdict.reason}.")
    reading: Reading = reading_of(vault, cube)
    activation = reading.activation or vault.cubes.activation_of(cube.id)
    return _Source(cube, activation, fresh=reading.activation is not None)


def _activation(source: _Source, model_sha256: str) -> Cube:
    """The activation cube as it will be; its size is known when it was read."""
    cube, moment = source.cube, now()
    payload = ActivationPayload(cube.text, 0, model_sha256, cube.version)
    if source.activation is not None:
        version = source.activation.version + (0 if source.fresh else 1)
        return replace(source.activation, payload=payload, version=version, descriptive=_described(cube))
    return Cube(
        id=new_id(),
        version=1,
        created=moment,
        changed=moment,
        payload=payload,
        descriptive=_described(cube),
        governance=cube.governance,
        state=State.GENERATED,
        tags=cube.tags,
        parents=(cube.id,),
    )


def _described(cube: Cube) -> Descriptive:
    return replace(cube.descriptive, origin=Origin.MIGRATED)


def _payload(activation: Cube) -> ActivationPayload:
    assert isinstance(activation.payload, ActivationPayload)
    return activation.payload


def _keep(vault: Vault, source: _Source, activation: Cube, actor: str, reason: str) -> Changes:
    """Write the activation cube as one undoable step. Raises UserError where its source was edited meanwhile."""
    current = vault.cubes.get(source.cube.id)
    if (current.text, current.title) != (source.cube.text, source.cube.title):
        raise UserError(f"“{current.title}” was edited while it was read. Nothing was changed.", "Start it again.")
    if source.activation is not None and source.fresh:  # another model has read the same text: the cube stays as it is
        return Changes(cubes=frozenset((activation.id,)), usage=True)
    with vault.step(f"Keep “{current.title}” ready as KV", actor, reason) as step:
        if source.activation is None:
            vault.cubes.add(activation)
        else:
            vault.cubes.revise(activation.id, payload=_payload(activation), descriptive=activation.descriptive)
    return step.changes


def _decoded(vault: Vault, activation: Cube) -> tuple[Changes, Cube, bool]:
    if activation.kind is not Kind.ACTIVATION:
        raise UserError(f"“{activation.title}” is no activation memory, so there is nothing to decode.")
    source = source_of(vault, activation)
    if source is not None and source.text == activation.text:
        return Changes(), source, False
    moment = now()
    cube = Cube(
        id=new_id(),
        version=1,
        created=moment,
        changed=moment,
        payload=TextPayload(activation.text),
        descriptive=activation.descriptive,
        governance=activation.governance,
        tags=activation.tags,
        parents=(activation.id,),
    )
    with vault.step(f"Give the text of “{cube.title}” back") as step:
        vault.cubes.add(cube)
    return step.changes, cube, True
