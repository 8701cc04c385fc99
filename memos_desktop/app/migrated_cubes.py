"""The cubes of a migration between text and activation memory: what is read, and what is written, as one step."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memos_desktop.app.readings import Reading, reading_of, source_of
from memos_desktop.errors import UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import ActivationPayload, Cube, Descriptive, Kind, Origin, State, TextPayload
from memos_desktop.memory.governance import Action, Context, may
from memos_desktop.progress import Progress
from memos_desktop.vault.cube_headers import refuse_frozen
from memos_desktop.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Source:
    """A text to be read: the cube it stands in, and the activation cube that was made from it before."""

    cube: Cube
    activation: Cube | None
    fresh: bool


@dataclass(frozen=True, slots=True)
class Given:
    """The cube that holds the text of the activation cube `source_id`. `created` False: it was there already."""

    source_id: str
    cube: Cube
    created: bool
    ms: float


def sources_of(vault: Vault, ids: Sequence[str]) -> tuple[Source, ...]:
    """The texts to be read for these cubes, each once.

    Raises UserError where there is none, or where it cannot be kept ready.
    """
    sources = (_source(vault, id) for id in dict.fromkeys(ids))
    return tuple({source.cube.id: source for source in sources}.values())


def planned(source: Source, model_sha256: str) -> Cube:
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


def keep_ready(vault: Vault, heads: Sequence[tuple[Source, Cube]], actor: str, reason: str) -> Changes:
    """Write activation cubes whose states are there, as one undoable step, all or none.

    Raises UserError where a source was edited meanwhile, or what was made from it before is not as it was.
    """
    # Where another model has read the same text, the cube stays as it is.
    written = [(source, cube) for source, cube in heads if source.activation is None or not source.fresh]
    label = f"Keep {len(written)} memories ready as KV"
    if len(written) == 1:
        label = f"Keep “{written[0][0].cube.title}” ready as KV"
    with vault.step(label, actor, reason) as step:
        for source, _ in heads:
            _refuse_changed(vault, source)
        for source, activation in written:
            if source.activation is None:
                vault.cubes.add(activation)
            else:
                assert isinstance(activation.payload, ActivationPayload)
                vault.cubes.revise(activation.id, payload=activation.payload, descriptive=activation.descriptive)
    others = frozenset(cube.id for source, cube in heads if source.fresh)
    return replace(step.changes, cubes=step.changes.cubes | others, usage=bool(others))


def give_back(vault: Vault, ids: Sequence[str], progress: Progress) -> tuple[Changes, tuple[Given, ...]]:
    """Find the texts of activation cubes, or write them as new cubes where their sources were changed: as one step.

    Raises UserError where one is no activation cube.
    """
    activations = [vault.cubes.get(id) for id in dict.fromkeys(ids)]
    given = []
    label = f"Give the texts of {len(activations)} memories back"
    if len(activations) == 1:
        label = f"Give the text of “{activations[0].title}” back"
    with vault.step(label) as step:
        for number, activation in enumerate(activations):
            progress.update(number, len(activations), activation.title)
            given.append(_given(vault, activation))
        progress.check()
    return step.changes, tuple(given)


def _source(vault: Vault, cube_id: str) -> Source:
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
    fresh = reading.activation is not None
    if activation is not None and not fresh:
        refuse_frozen(activation)  # before hours are spent on reading
    return Source(cube, activation, fresh)


def _described(cube: Cube) -> Descriptive:
    return replace(cube.descriptive, origin=Origin.MIGRATED)


def _refuse_changed(vault: Vault, read: Source) -> None:
    current = vault.cubes.get(read.cube.id)
    if (current.text, current.title) != (read.cube.text, read.cube.title):
        raise UserError(f"“{current.title}” was edited while it was read. Nothing was changed.", "Start it again.")
    if _version(vault.cubes.activation_of(current.id)) != _version(read.activation):  # an undo or redo, say
        raise UserError(
            f"What is kept of “{current.title}” was changed while it was read, so nothing was kept.",
            "Start it again.",
        )


def _version(cube: Cube | None) -> tuple[str, int] | None:
    return None if cube is None else (cube.id, cube.version)


def _given(vault: Vault, activation: Cube) -> Given:
    began = time.perf_counter()
    if activation.kind is not Kind.ACTIVATION:
        raise UserError(f"“{activation.title}” is no activation memory, so there is nothing to decode.")
    source = source_of(vault, activation)
    if source is not None and source.text == activation.text:
        return Given(activation.id, source, False, _ms_since(began))
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
    vault.cubes.add(cube)
    return Given(activation.id, cube, True, _ms_since(began))


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
