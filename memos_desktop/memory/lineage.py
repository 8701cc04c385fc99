"""Lineage: which memory came from which, and from which message or file. A graph around one memory.

Every edge runs from what was there first to what came of it. Lineage is a record, so it can hold cycles (an imported
bundle may) and ends that are no longer there: neither is an error here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from memos_desktop.memory.cube import Kind, Origin, SemanticType, State

LEAST_DEPTH, MOST_DEPTH, USUAL_DEPTH = 1, 6, 2
"""How many steps away from the memory in the middle the graph reaches."""
MOST_NODES = 200
"""More than that nobody can read at once; the rest is counted."""


class NodeKind(StrEnum):
    """What stands in the graph."""

    CUBE = "cube"
    MESSAGE = "message"
    FILE = "file"


class Relation(StrEnum):
    """What an edge means, read from what came later; only `SUPERSEDED` is read from what was there first."""

    FUSED = "fused from"
    SPLIT = "split from"
    MIGRATED = "migrated from"
    TRAINED = "trained on"
    MADE = "made from"
    SAID = "said in"
    READ = "read from"
    SUPERSEDED = "superseded by"


INVERSES: Mapping[Relation, str] = {
    Relation.FUSED: "fused into",
    Relation.SPLIT: "split into",
    Relation.MIGRATED: "migrated to",
    Relation.TRAINED: "trained into",
    Relation.MADE: "made into",
    Relation.SAID: "kept as",
    Relation.READ: "read into",
    Relation.SUPERSEDED: "supersedes",
}
"""The same relations, read from the other end."""

BY_ORIGIN: Mapping[Origin, Relation] = {
    Origin.FUSED: Relation.FUSED,
    Origin.SPLIT: Relation.SPLIT,
    Origin.MIGRATED: Relation.MIGRATED,
    Origin.TRAINED: Relation.TRAINED,
}
"""How a cube of this origin came from its parents; of any other it was `MADE` from them."""


@dataclass(frozen=True, slots=True)
class LineageNode:
    """One thing in the graph. `distance` is in steps from the middle; `more` counts neighbours that are not shown.

    `id` is a cube's id, or a message's or file's with its kind before it; `ref` is the bare one. `there` False: it was
    forgotten, and only its id is left. `words` is one line about it: a cube's text, a message's. `form`, `type`,
    `state` and `origin` are a cube's; `chat_id` and `speaker` a message's. `outside`: the filter does not let the cube
    through.
    """

    id: str
    kind: NodeKind
    ref: str
    title: str
    distance: int
    words: str = ""
    more: int = 0
    there: bool = True
    form: Kind | None = None
    type: SemanticType | None = None
    state: State | None = None
    origin: Origin | None = None
    frozen: bool = False
    binned: bool = False
    superseded: bool = False
    chat_id: str = ""
    speaker: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """`later` came of `earlier`, by node ids."""

    earlier: str
    later: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """What surrounds the cube `center`, nearest first. `left_out`: neighbours within `depth` that had no place."""

    center: str
    depth: int
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    left_out: int = 0

    @property
    def alone(self) -> bool:
        """Whether the memory has no lineage at all."""
        return len(self.nodes) == 1 and not self.nodes[0].more

    def node(self, id: str) -> LineageNode | None:
        """The node with this id."""
        return next((node for node in self.nodes if node.id == id), None)


@dataclass(frozen=True, slots=True)
class LineageStart:
    """A cube to begin with, and how many relatives it has."""

    id: str
    title: str
    form: Kind
    relatives: int


def said(edge: LineageEdge, seen_from: str) -> str:
    """What an edge means, read from one of its ends: "fused from", "fused into"."""
    forward = (edge.earlier if edge.relation is Relation.SUPERSEDED else edge.later) == seen_from
    return edge.relation.value if forward else INVERSES[edge.relation]
