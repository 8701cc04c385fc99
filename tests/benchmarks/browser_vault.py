"""A generated vault for the benchmarks of the browser: memories as a person might have after three years.

Lengths, types, tags, projects, states, dates, uses and lineage are drawn with a fixed seed: the same vault each time.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from benchmarks.common import Say
from benchmarks.sentences import TEMPLATES, fill
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import (
    ActivationPayload,
    Behaviour,
    Cube,
    Descriptive,
    Governance,
    Origin,
    Scope,
    SemanticType,
    Sensitivity,
    Source,
    State,
    TextPayload,
    title_of,
)
from memos_desktop.paths import DataFolder
from memos_desktop.vault.rows import behaviour_columns
from memos_desktop.vault.vault import Vault

PIECE = 5000
DAYS = 3 * 365
TAGS = (
    "work home health family travel garden money food music friends books sport house car school project-x bees "
    "photos recipes tax doctor kitchen ideas birthday bike cat plan meeting film language"
).split()
PROJECTS = ("garden fence", "website", "bee talk", "budget", "short film", "move to Graz", "kayak tour", "tax 2025")
TYPES = {
    SemanticType.FACT: 46,
    SemanticType.EVENT: 24,
    SemanticType.PREFERENCE: 14,
    SemanticType.PROCEDURE: 8,
    SemanticType.DOCUMENT: 5,
    SemanticType.PERSONA: 3,
}
STATES = {State.GENERATED: 52, State.ACTIVATED: 33, State.ARCHIVED: 9, State.MERGED: 4, State.EXPIRED: 2}
ORIGINS = {Origin.SAID: 45, Origin.WRITTEN: 25, Origin.INFERRED: 15, Origin.IMPORTED: 15}
SENTENCES = {(1, 1): 66, (2, 5): 22, (6, 20): 10, (40, 140): 2}
"""How many sentences a memory has, from and to, and how often out of 100."""


def fill_vault(folder: DataFolder, count: int, say: Say) -> None:
    """Write `count` memories into an empty data folder."""
    vault = Vault.open(folder)
    try:
        made = memories(count)
        done = 0
        while piece := list(islice(made, PIECE)):
            vault.cubes.add_many(piece, label=f"Add {len(piece)} memories")
            _use(vault, piece)
            done += len(piece)
            say(f"{done:,} memories")
    finally:
        vault.close()


def memories(count: int, seed: int = 5) -> Iterator[Cube]:
    """`count` memories, oldest first; some fused from earlier ones, some read by a model."""
    chance = random.Random(seed)
    begin = now() - timedelta(days=DAYS)
    earlier: list[Cube] = []
    read: set[str] = set()
    for number in range(count):
        moment = begin + timedelta(days=DAYS) * (number / count)
        parent = chance.choice(earlier) if earlier and chance.random() < 0.01 else None
        if parent is not None and parent.binned is None and parent.id not in read:
            read.add(parent.id)
            yield _activation(parent, moment)
            continue
        cube = _memory(chance, moment)
        if len(earlier) > 2 and chance.random() < 0.02:
            parents = tuple(one.id for one in chance.sample(earlier[-400:], 2))
            described = replace(cube.descriptive, origin=Origin.FUSED, source=Source())
            cube = replace(cube, parents=parents, descriptive=described)
        earlier.append(cube)
        yield cube


def _memory(chance: random.Random, moment: datetime) -> Cube:
    least, most = _draw(chance, SENTENCES)
    sentences = [fill(chance.choice(TEMPLATES), chance) for _ in range(chance.randint(least, most))]
    text = "\n".join(sentences) if most > 20 else " ".join(sentences)
    title = title_of(text) if chance.random() < 0.8 else f"{chance.choice(TAGS).title()} {chance.randint(1, 999)}"
    type_ = SemanticType.DOCUMENT if most > 20 else _draw(chance, TYPES)
    event = moment + timedelta(days=chance.uniform(-90, 30)) if type_ is SemanticType.EVENT else None
    changed = moment + timedelta(days=chance.expovariate(0.05)) if chance.random() < 0.1 else moment
    state = _draw(chance, STATES)
    described = Descriptive(title, type_, event, _draw(chance, ORIGINS), _source(chance), None)
    return Cube(
        new_id(),
        1,
        moment,
        min(changed, now()),
        TextPayload(text),
        described,
        _governance(chance, moment),
        state=state,
        tags=_tags(chance),
        frozen=chance.random() < 0.01,
        pinned=chance.random() < 0.002,
        binned=moment if chance.random() < 0.005 else None,
    )


def _activation(parent: Cube, moment: datetime) -> Cube:
    payload = ActivationPayload(parent.text, 40 * parent.payload.bytes, "5" * 64, 1)
    described = Descriptive(parent.title, parent.descriptive.type, origin=Origin.MIGRATED)
    return Cube(
        new_id(), 1, moment, moment, payload, described, state=State.ACTIVATED, parents=(parent.id,)
    )


def _source(chance: random.Random) -> Source:
    kind = chance.random()
    if kind < 0.55:
        return Source(f"chat-{chance.randint(1, 900)}", f"message-{chance.randint(1, 10**9)}", 0, 40)
    return Source(file=f"/home/me/notes/{chance.choice(TAGS)}.md") if kind < 0.7 else Source()


def _governance(chance: random.Random, moment: datetime) -> Governance:
    project = chance.choice(PROJECTS) if chance.random() < 0.25 else None
    return Governance(
        scope=Scope.PROJECT if project else Scope.PRIVATE,
        project=project,
        expires=moment + timedelta(days=chance.uniform(30, 2000)) if chance.random() < 0.04 else None,
        sensitivity=Sensitivity.PERSONAL if chance.random() < 0.1 else Sensitivity.NORMAL,
        proposed=chance.random() < 0.003,
    )


def _tags(chance: random.Random) -> tuple[str, ...]:
    """None to four of them, the first names in `TAGS` most often."""
    wanted = (0, 0, 1, 1, 1, 2, 2, 3, 4)[chance.randrange(9)]
    return tuple(dict.fromkeys(TAGS[min(int(chance.expovariate(0.18)), len(TAGS) - 1)] for _ in range(wanted)))


def _draw(chance: random.Random, weights: dict[Any, int]) -> Any:
    return chance.choices(list(weights), list(weights.values()))[0]


def _use(vault: Vault, cubes: list[Cube]) -> None:
    """Count uses as years of chats would have, without writing the uses themselves."""
    chance = random.Random(len(cubes))
    rows = []
    for cube in cubes:
        if cube.state is State.ACTIVATED:
            last = cube.created + (now() - cube.created) * chance.random() ** 0.3
            used = Behaviour(int(chance.paretovariate(1.1)), last, chance.uniform(0.25, 1))
            rows.append({"id": cube.id, **behaviour_columns(used)})
    if rows:
        names = ", ".join(f"{name} = :{name}" for name in rows[0] if name != "id")
        with vault.database.transaction():
            vault.database.run_many(f"UPDATE cubes SET {names} WHERE id = :id", rows)
