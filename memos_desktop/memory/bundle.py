"""What a `.memcube` bundle holds: format version 1 (MemLoader and MemDumper of the paper).

A bundle is a zip of `manifest.json`, `cubes.jsonl` (the head of each cube), `versions.jsonl` (every version, oldest
first) and, where they were chosen, `blobs/` (KV states, adapters). Both lists are in the order of the ids.
`bundle_text` writes them, `bundle_schema` reads and checks every field of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Cube

SUFFIX = ".memcube"
FORMAT, FORMAT_VERSION = "memcube", 1
MANIFEST, CUBES, VERSIONS, BLOBS = "manifest.json", "cubes.jsonl", "versions.jsonl", "blobs/"
MOST_CUBES, MOST_VERSIONS, MOST_BLOBS = 1_000_000, 100_000, 10_000
LONGEST_TEXT, LONGEST_WORDS, MOST_WORDS = 4_000_000, 10_000, 10_000
LARGEST = 1 << 50
LARGEST_CUBE = 256 << 20
"""Bytes of one cube's versions together: they are in memory at once."""
LARGEST_LINES = 2 << 30
"""Bytes of a list of a bundle, unpacked."""
HINT = "Ask for the file again, or export it once more."


class BundleError(UserError):
    """A file is refused whole; nothing of it was used."""

    kind = "bundle"

    def __init__(self, name: str, reason: str, hint: str = HINT) -> None:
        super().__init__(f"“{name}” was refused: {reason}. Nothing was changed.", hint)
        self.reason = reason


class Holds(StrEnum):
    """What a member of the archive is."""

    CUBES = "cubes"
    VERSIONS = "versions"
    KV = "kv"
    ADAPTER = "adapter"


ENDINGS = {Holds.KV: ".kv", Holds.ADAPTER: ".adapter"}


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive, as the manifest has it. `cube` is the id of the cube that a blob belongs to."""

    name: str
    holds: Holds
    bytes: int
    sha256: str
    cube: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive says about itself. `embedder` is what the sender's vectors come from; they do not travel."""

    program: str
    created: datetime
    embedder: str | None
    cubes: int
    versions: int
    redacted: bool
    members: tuple[Member, ...]

    @property
    def blobs(self) -> tuple[Member, ...]:
        """The KV states and adapters."""
        return tuple(member for member in self.members if member.holds in ENDINGS)

    def member(self, name: str) -> Member:
        """The member of this name; it must be there."""
        return next(member for member in self.members if member.name == name)


@dataclass(frozen=True, slots=True)
class Chain:
    """A cube with all its versions, oldest first. Each carries the head of the cube, as the vault gives them."""

    versions: tuple[Cube, ...]

    @property
    def cube(self) -> Cube:
        """The current version."""
        return self.versions[-1]

    @property
    def id(self) -> str:
        """The id of the cube."""
        return self.versions[0].id

    def renamed(self, names: Mapping[str, str]) -> "Chain":
        """The same under the ids that `names` gives to this cube and to those that it names."""
        first = self.versions[0]
        parents = tuple(names.get(parent, parent) for parent in first.parents)
        above = first.governance.superseded_by
        governance = replace(first.governance, superseded_by=names.get(above, above) if above else None)
        id = names.get(first.id, first.id)
        if (id, parents, governance) == (first.id, first.parents, first.governance):
            return self
        return Chain(tuple(replace(cube, id=id, parents=parents, governance=governance) for cube in self.versions))


def find_cycle(parents: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The ids of cubes that are their own ancestors, in order, or nothing. Ids without an entry have no parents."""
    done: set[str] = set()
    for start in parents:
        line: dict[str, None] = {}
        waiting = [] if start in done else [(start, iter(parents[start]))]
        line.update((id, None) for id, _ in waiting)
        while waiting:
            here, above = waiting[-1]
            parent = next((one for one in above if one in parents and one not in done), None)
            if parent is None:
                waiting.pop()
                del line[here]
                done.add(here)
            elif parent in line:
                ids = list(line)
                return tuple(ids[ids.index(parent) :])
            else:
                line[parent] = None
                waiting.append((parent, iter(parents[parent])))
    return ()
