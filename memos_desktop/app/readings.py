"""How a cube can be read by the loaded model: its text, and the state that saves reading it, if there is one."""

from collections.abc import Iterable
from dataclasses import dataclass

from memos_desktop.app.measured import Measured
from memos_desktop.engine.base import Engine
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import NotFoundError
from memos_desktop.memory.context import Document
from memos_desktop.memory.cube import Cube, Kind, SemanticType
from memos_desktop.memory.forms import Readiness
from memos_desktop.memory.message import Message
from memos_desktop.vault.vault import Vault

LONG = 400
"""Characters from which a memory is read as a document: as a whole, before the message, under its title."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of `cube`: a document, and the activation cube that holds exactly it.

    `outdated`: there is an activation cube, and its source was edited since.
    """

    cube: Cube
    document: Document
    activation: Cube | None = None
    outdated: bool = False


def owner_of(activation: Cube) -> str:
    """Whose the blocks of an activation cube are, for the store of states."""
    return f"cube:{activation.id}@{activation.version}"


def is_document(cube: Cube) -> bool:
    """Whether a cube is read as a document when it is attached, rather than as a short note."""
    return cube.kind is Kind.ACTIVATION or cube.descriptive.type is SemanticType.DOCUMENT or len(cube.text) >= LONG


def reading_of(vault: Vault, cube: Cube) -> Reading:
    """What is read of `cube`. An activation cube whose source was edited is read as its source is now."""
    if cube.kind is Kind.ACTIVATION:
        source = source_of(vault, cube)
        if source is None or _same(source, cube):
            return Reading(cube, Document(cube.id, cube.title, cube.text), cube)
        return Reading(cube, Document(cube.id, source.title, source.text), outdated=True)
    activation = vault.cubes.activation_of(cube.id)
    fits = activation is not None and _same(cube, activation)
    document = Document(cube.id, cube.title, cube.text)
    return Reading(cube, document, activation if fits else None, outdated=activation is not None and not fits)


def source_of(vault: Vault, activation: Cube) -> Cube | None:
    """The cube that an activation cube was made from, or None where it is gone or in the bin."""
    try:
        source = vault.cubes.get(activation.parents[0])
    except NotFoundError:
        return None
    return None if source.binned else source


def attached_before(vault: Vault, history: Iterable[Message]) -> dict[str, tuple[Reading, ...]]:
    """What was attached to earlier messages, by message id, each at the version that was read then."""
    found: dict[str, tuple[Reading, ...]] = {}
    for message in history:
        readings = []
        for attachment in message.attached:
            try:
                cube = vault.cubes.get(attachment.cube_id, attachment.version)
            except NotFoundError:  # it was removed for good since
                continue
            if not cube.binned and is_document(cube):
                readings.append(reading_of(vault, cube))
        if readings:
            found[message.id] = tuple(readings)
    return found


class States:
    """Finds the states that the loaded model can use."""

    def __init__(self, store: KvStore, measured: Measured) -> None:
        self.store = store
        self.measured = measured

    def attaches(self, engine: Engine) -> bool:
        """Whether this model may read attached cells: its architecture allows it, and it was measured to do well."""
        identity = engine.identity
        if identity is None or not engine.info.capabilities.shift:
            return False
        return self.measured.of(identity.digest).reads_attached

    def repair(self, engine: Engine) -> int:
        """How many first tokens of attached texts this model should read all the same."""
        return self.measured.of(engine.identity.digest).repair if engine.identity else 0

    def state(self, engine: Engine, reading: Reading) -> StateFile | None:
        """The state of what is read, or None where it has to be read as text."""
        if reading.activation is None or engine.identity is None or not self.attaches(engine):
            return None
        return self.store.block(owner_of(reading.activation), engine.identity)

    def readiness(self, engine: Engine, reading: Reading) -> Readiness:
        """How ready it is as KV."""
        if engine.identity is None or not engine.info.capabilities.shift:
            return Readiness.UNSUPPORTED
        if reading.outdated:
            return Readiness.STALE
        if reading.activation is None:
            return Readiness.ABSENT
        if self.state(engine, reading) is not None:
            return Readiness.READY
        if self.measured.of(engine.identity.digest).reads_badly:
            return Readiness.UNFIT
        return Readiness.OTHER_MODEL if self.store.blocks(reading.activation.id) else Readiness.ABSENT


def _same(source: Cube, activation: Cube) -> bool:
    return source.text == activation.text and source.title == activation.title
