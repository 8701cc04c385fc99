"""What a person sees of activation memory: what is kept, the forms of a memory, what a migration would cost."""

from dataclasses import dataclass, replace
from datetime import datetime

from memos_desktop.app import parametric
from memos_desktop.app.encoding import INEXACT
from memos_desktop.app.kept_states import stands
from memos_desktop.app.measured import Figures, Measured
from memos_desktop.app.readings import States, owner_of, reading_of
from memos_desktop.engine.base import ModelInfo
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.store import Entry
from memos_desktop.errors import NotFoundError
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.memory.forms import Readiness, duration
from memos_desktop.vault.vault import Vault

CHARACTERS_PER_TOKEN = 4
"""Characters of a token, for an estimate while no model is loaded."""
SHARED = "Shared start of every chat"


@dataclass(frozen=True, slots=True)
class KvRow:
    """One kept state as a person sees it. `belongs` is "start", "chat" or "cube", `owner_id` of what, or empty.

    `usable`: by the loaded model, now; else `problem` says why not (empty where no model is loaded to ask).
    """

    id: str
    tier: str
    title: str
    belongs: str
    owner_id: str
    model: str
    tokens: int
    bytes: int
    created: datetime
    last_used: datetime
    usable: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes that kept states take and may take; `problem` is why the last one could not be kept, or empty."""

    bytes: int
    budget: int
    states: int
    problem: str


@dataclass(frozen=True, slots=True)
class Pathway:
    """What a migration of one cube would mean: cost before anything is done. `seconds` 0 where it is not known."""

    cube_id: str
    title: str
    source: Kind
    target: Kind
    possible: bool
    reason: str
    tokens: int = 0
    bytes: int = 0
    seconds: float = 0.0
    lost: tuple[str, ...] = ()
    gains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormRow:
    """One form of a memory: as KV for one model."""

    state_id: str
    model: str
    tokens: int
    bytes: int
    last_used: datetime
    readiness: Readiness
    reason: str


@dataclass(frozen=True, slots=True)
class KvSupport:
    """What the loaded model allows. `kl` in nats, None while it was not measured."""

    model: str
    restores: bool
    attaches: bool
    kl: float | None
    words: str


def support(info: ModelInfo | None, identity: Identity | None, measured: Measured) -> KvSupport | None:
    """What a loaded model allows, in words; None when none is loaded, or it has no states to keep."""
    if info is None or identity is None:
        return None
    figures = measured.of(identity.digest)
    can = info.capabilities
    attaches = can.shift and figures.reads_attached
    words = f"Chats are restored from disk. {_attaching(can.rollback, can.shift, figures)}"
    return KvSupport(info.name, can.saves_state, attaches, figures.kl, words)


def _attaching(rollback: bool, shift: bool, figures: Figures) -> str:
    if not rollback:
        return "Its architecture keeps the state as a whole: chats go on exactly, and nothing can be attached."
    if not shift:
        return "Its architecture does not allow cells to move, so memories are read as text."
    if figures.kl is None:
        return "How well it reads attached memories is measured when the first one is kept ready."
    measured = _measured(figures)
    if figures.reads_attached:
        return f"Memories that are kept ready are attached as KV ({measured})."
    return f"It reads attached memories badly ({measured}), so they are read as text."


def _measured(figures: Figures) -> str:
    return f"divergence {figures.kl:.2f} nats at the first word, {figures.agreement:.0%} of an answer's words the same"


def row(vault: Vault, entry: Entry, identity: Identity | None) -> KvRow:
    """One kept state with the title of what it belongs to."""
    kind, _, name = entry.owner.partition(":")
    owner_id = name.partition("@")[0]
    problem = entry.problem
    if not problem and identity is not None and entry.identity is not None:
        different = entry.identity.differences(identity)
        problem = f"made with {', '.join(different)}" if different else ""
    if not problem and kind == "cube" and not stands(vault, entry.owner):
        problem = _homeless(vault, owner_id)
    return KvRow(
        id=entry.id,
        tier=entry.tier,
        title=_title(vault, kind, owner_id) or entry.title or (SHARED if not kind else entry.owner),
        belongs=kind or "start",
        owner_id=owner_id,
        model=entry.model,
        tokens=entry.tokens,
        bytes=entry.bytes,
        created=entry.created,
        last_used=entry.last_used,
        usable=not problem and identity is not None,
        problem=problem,
    )


def _homeless(vault: Vault, cube_id: str) -> str:
    """Why the version of a cube that a state belongs to is not the one that stands."""
    try:
        cube = vault.cubes.get(cube_id)
    except NotFoundError:
        return "its memory is not there any more"
    return "its text was edited since" if cube.binned is None else "its memory is in the bin"


def _title(vault: Vault, kind: str, owner_id: str) -> str:
    try:
        if kind == "chat":
            return vault.chats.get(owner_id).title
        return vault.cubes.get(owner_id).title if kind == "cube" else ""
    except NotFoundError:  # it was removed a moment ago; the state goes with the next tidying
        return ""


def forms(vault: Vault, cube: Cube, states: States, identity: Identity | None) -> tuple[FormRow, ...]:
    """The KV forms of a cube, those that can be used first."""
    activation = cube if cube.kind is Kind.ACTIVATION else vault.cubes.activation_of(cube.id)
    if activation is None:
        return ()
    reading = reading_of(vault, cube)
    rows = []
    for state in states.store.blocks(activation.id):
        header = state.header
        readiness, reason = Readiness.READY, ""
        if reading.activation is None or header.owner != owner_of(activation):
            readiness, reason = Readiness.STALE, "its text was edited since"
        elif identity is not None and header.identity.digest != identity.digest:
            readiness = Readiness.OTHER_MODEL
            reason = f"made with {', '.join(header.identity.differences(identity))}"
        tokens = header.end - header.start
        rows.append(FormRow(state.id, header.model, tokens, state.bytes, state.last_used, readiness, reason))
    return tuple(sorted(rows, key=lambda one: one.readiness is not Readiness.READY))


def pathway(
    vault: Vault, cube: Cube, target: Kind, states: States, info: ModelInfo | None, identity: Identity | None
) -> Pathway:
    """What migrating `cube` would mean."""
    blank = Pathway(cube.id, cube.title, cube.kind, target, False, "")
    if target is Kind.PLAINTEXT:
        return _to_text(vault, blank, cube)
    if target is not Kind.ACTIVATION:
        return replace(blank, reason=parametric.obstacle())
    obstacle = _obstacle(vault, cube, states, info, identity)
    if obstacle:
        return replace(blank, reason=obstacle)
    tokens = len(cube.text) // CHARACTERS_PER_TOKEN
    speed = states.measured.of(identity.digest if identity else "").speed
    sooner = speed.text_ms(tokens) - speed.kv_ms(tokens)
    return replace(
        blank,
        possible=True,
        tokens=tokens,
        bytes=tokens * _bytes_per_token(states, identity),
        seconds=speed.text_ms(tokens) / 1000,
        lost=(INEXACT,),
        gains=(f"read about {duration(sooner)} sooner each time",) if speed.known and sooner > 0 else (),
    )


def _to_text(vault: Vault, blank: Pathway, cube: Cube) -> Pathway:
    if cube.kind is not Kind.ACTIVATION:
        return replace(blank, reason="it is text already" if cube.kind is Kind.PLAINTEXT else "it holds no text")
    return replace(blank, possible=True, bytes=len(cube.text.encode()), gains=("the exact text, word for word",))


def _obstacle(vault: Vault, cube: Cube, states: States, info: ModelInfo | None, identity: Identity | None) -> str:
    """Why a cube cannot become activation memory, or the empty string."""
    if cube.kind is Kind.PARAMETRIC:
        return "it holds no text"
    if info is not None and not info.capabilities.rollback:
        return f"{info.name} keeps its state as a whole, so nothing can be attached"
    if info is not None and not info.capabilities.shift:
        return f"{info.name} allows no cells to move, so nothing can be attached"
    figures = states.measured.of(identity.digest if identity else "")
    if figures.reads_badly:
        return f"the loaded model reads attached texts badly ({_measured(figures)})"
    tokens = len(cube.text) // CHARACTERS_PER_TOKEN
    if info is not None and tokens > info.context_length:
        return f"its {tokens:,} tokens or so do not fit into the {info.context_length:,} of the context"
    reading = reading_of(vault, cube)
    if identity and reading.activation and states.store.block(owner_of(reading.activation), identity):
        return "it is ready as KV already"
    return "it is in the bin" if cube.binned else ""


def _bytes_per_token(states: States, identity: Identity | None) -> int:
    """From what is kept for this model already; 0 where nothing is."""
    if identity is None:
        return 0
    same = [e for e in states.store.entries() if e.model_sha256 == identity.model_sha256 and e.tokens]
    return sum(entry.bytes for entry in same) // sum(entry.tokens for entry in same) if same else 0
