"""What an import would do, and what a person can choose: the words that the vault, the verbs and the window share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from memos_desktop.memory.bundle import Chain, Holds, Manifest
from memos_desktop.memory.cube import Cube, State


class Choice(StrEnum):
    """What to do with a cube that is here already, and is another one."""

    KEEP = "keep"
    REPLACE = "replace"
    BOTH = "both"


class Clash(StrEnum):
    """How a cube of the bundle and the one here differ."""

    OLDER = "older"
    NEWER = "newer"
    DIVERGED = "diverged"
    HEADER = "header"
    BINNED = "binned"


WORDS = {
    Clash.OLDER: "here it has newer versions",
    Clash.NEWER: "the bundle has newer versions",
    Clash.DIVERGED: "its versions are others here",
    Clash.HEADER: "its tags, state, parents or rules are others here",
    Clash.BINNED: "here it is in the bin",
}


@dataclass(frozen=True, slots=True)
class Skip:
    """A cube or blob that is left out, and why. `id` is that of the cube."""

    id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class BundleConflict:
    """A cube that is here and in the bundle, with different content.

    `fixed` says why it cannot be replaced, or is empty.
    """

    id: str
    clash: Clash
    here: Cube
    theirs: Cube
    fixed: str = ""

    @property
    def words(self) -> str:
        """How they differ, as a clause."""
        return WORDS[self.clash]


@dataclass(frozen=True, slots=True)
class BundledBlob:
    """A KV state or adapter of a bundle. `reason` says why it is not taken, or is empty."""

    holds: Holds
    cube_id: str
    title: str
    bytes: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BundlePreview:
    """What an import would do, before anything is done.

    `new`, `same` and `conflicts` are cubes; `skipped` would be left out; `problems` are sentences worth reading.
    """

    name: str
    manifest: Manifest
    bytes: int
    new: int
    same: int
    conflicts: tuple[BundleConflict, ...] = ()
    blobs: tuple[BundledBlob, ...] = ()
    skipped: tuple[Skip, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person chose: for all conflicts, and differently for some of them by id. `blobs`: take KV states."""

    usual: Choice = Choice.KEEP
    each: Mapping[str, Choice] = field(default_factory=dict)
    blobs: bool = True

    def of(self, id: str) -> Choice:
        """What to do with this one."""
        return self.each.get(id, self.usual)


def compare(here: Chain, theirs: Chain) -> Clash | None:
    """How two cubes of one id differ; None where an import would change nothing. What use has counted is no matter."""
    mine, others = here.versions, theirs.versions
    shared = min(len(mine), len(others))
    if any(_content(mine[place]) != _content(others[place]) for place in range(shared)):
        return Clash.DIVERGED
    if len(mine) != len(others):
        return Clash.OLDER if len(mine) > len(others) else Clash.NEWER
    if here.cube.binned:
        return Clash.BINNED
    return None if _head(here.cube) == _head(theirs.cube) else Clash.HEADER


def _content(cube: Cube) -> tuple[object, ...]:
    return cube.version, cube.changed, cube.payload, cube.descriptive, cube.actor, cube.reason


def _head(cube: Cube) -> tuple[object, ...]:
    # The first use alone activates a memory: a bundle from before is no other one.
    state = State.ACTIVATED if cube.state is State.GENERATED else cube.state
    return cube.created, state, tuple(dict.fromkeys(cube.tags)), cube.parents, cube.frozen, cube.pinned, cube.governance
