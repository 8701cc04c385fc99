"""Which cube came from which: a search around one cube, in both directions, bounded by depth and by number.

Parents are held by the derived table `cube_parents`, replacements by the column `superseded_by`, sources by the
versions. Every step is an indexed look-up, so the search costs what it shows, whatever the size of the vault.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from memos_desktop.memory.cube import Kind, Origin, SemanticType, State
from memos_desktop.memory.lineage import (
    BY_ORIGIN,
    LEAST_DEPTH,
    MOST_DEPTH,
    MOST_NODES,
    LineageEdge,
    LineageGraph,
    LineageNode,
    LineageStart,
    NodeKind,
    Relation,
)
from memos_desktop.vault.database import Database

MOST_OF_ONE = 60
"""Neighbours of one node that are shown: one document of a thousand facts must not push out everything else."""
WORDS = 160
"""Characters of a text that a node carries."""

Edge = tuple[str, str, Relation]

# What a derived cube says of its source it has from its parents.
_DERIVED = ", ".join(f"'{origin.value}'" for origin in BY_ORIGIN)
_HEAD = "JOIN cubes c ON c.id = v.cube_id AND c.version = v.version"
_UP = (
    "SELECT 'parent' AS how, p.parent_id AS other, v.origin FROM cube_parents p JOIN cubes c ON c.id = p.cube_id"
    " JOIN versions v ON v.cube_id = c.id AND v.version = c.version WHERE p.cube_id = :id"
    " UNION ALL SELECT 'successor', superseded_by, '' FROM cubes WHERE id = :id AND superseded_by IS NOT NULL"
    f" UNION ALL SELECT 'message', v.source_message, '' FROM versions v {_HEAD}"
    f" WHERE v.cube_id = :id AND v.source_message IS NOT NULL AND v.origin NOT IN ({_DERIVED})"
    f" UNION ALL SELECT 'file', v.source_file, '' FROM versions v {_HEAD}"
    f" WHERE v.cube_id = :id AND v.source_file IS NOT NULL AND v.origin NOT IN ({_DERIVED})"
)
_CHILDREN = (
    "SELECT 'child' AS how, p.cube_id AS other, v.origin FROM cube_parents p JOIN cubes c ON c.id = p.cube_id"
    " JOIN versions v ON v.cube_id = c.id AND v.version = c.version WHERE p.parent_id = :id"
)
_REPLACED = "SELECT 'predecessor' AS how, id AS other, '' AS origin FROM cubes WHERE superseded_by = :id"
_KEPT = (
    "SELECT 'kept' AS how, v.cube_id AS other, '' AS origin FROM versions v"
    f" {_HEAD} WHERE v.{{column}} = :id AND v.origin NOT IN ({_DERIVED})"
)
_FROM = {
    NodeKind.CUBE: (_UP, _CHILDREN, _REPLACED),
    NodeKind.MESSAGE: (_KEPT.format(column="source_message"),),
    NodeKind.FILE: (_KEPT.format(column="source_file"),),
}
_COUNTED = {**_FROM, NodeKind.CUBE: (_UP, "SELECT 1 FROM cube_parents WHERE parent_id = :id", _REPLACED)}
_CUBES = (
    "SELECT c.id, c.title, c.kind, c.type, c.state, v.origin, c.frozen, c.binned, c.superseded_by,"
    f" substr(v.text, 1, {WORDS}) AS words FROM cubes c JOIN versions v ON v.cube_id = c.id AND v.version = c.version"
    " WHERE c.id IN (SELECT value FROM json_each(?))"
)
_MESSAGES = (
    f"SELECT m.id, m.chat_id, m.speaker, substr(m.text, 1, {WORDS}) AS words, h.title FROM messages m"
    " JOIN chats h ON h.id = m.chat_id WHERE m.id IN (SELECT value FROM json_each(?))"
)


def node_id(kind: NodeKind, ref: str) -> str:
    """The id of a node in the graph: a cube's own, else with its kind before it."""
    return ref if kind is NodeKind.CUBE else f"{kind.value}:{ref}"


@dataclass
class _Found:
    """What a search has seen: nodes by id with their kind, bare id and distance; every edge once.

    `left_out`: neighbours for which there was no place; `crowded`: nodes with more neighbours than are looked at.
    """

    most: int
    nodes: dict[str, tuple[NodeKind, str, int]] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    crowded: set[str] = field(default_factory=set)


class LineageSearch:
    """Reads lineage. Used on the vault's thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def around(self, cube_id: str, depth: int, most: int = MOST_NODES) -> LineageGraph:
        """The graph around a cube (its whole id), nearest first; at most `most` nodes. Depth is kept in its range.

        A cube that is not there is a graph of one node that says so.
        """
        depth = min(MOST_DEPTH, max(LEAST_DEPTH, depth))
        found = _Found(most, {cube_id: (NodeKind.CUBE, cube_id, 0)})
        frontier = [cube_id]
        for distance in range(1, depth + 1):
            frontier = [new for id in frontier for new in self._expand(found, id, distance)]
        for id in frontier:  # the outermost may be neighbours of each other
            self._join(found, id)
        degrees = _degrees(found.edges)
        nodes = [
            replace(node, more=max(0, self._count(node.kind, node.ref) - degrees.get(node.id, 0)))
            for node in self._described(found.nodes)
        ]
        hidden = sum(node.more for node in nodes if node.id in found.crowded)
        edges = tuple(LineageEdge(*edge) for edge in found.edges)
        return LineageGraph(cube_id, depth, tuple(nodes), edges, len(found.left_out) + hidden)

    def starts(self, limit: int = 12) -> tuple[LineageStart, ...]:
        """The cubes on the shelf with the most relatives: where there is something to see."""
        rows = self._database.rows(
            "SELECT c.id, c.title, c.kind, sum(n) AS relatives FROM (SELECT parent_id AS id, count(*) AS n FROM"
            " cube_parents GROUP BY parent_id UNION ALL SELECT cube_id, count(*) FROM cube_parents GROUP BY cube_id"
            " UNION ALL SELECT superseded_by, count(*) FROM cubes WHERE superseded_by IS NOT NULL"
            " GROUP BY superseded_by)"
            " JOIN cubes c USING (id) WHERE c.binned IS NULL GROUP BY c.id ORDER BY relatives DESC, c.id LIMIT ?",
            (limit,),
        )
        return tuple(LineageStart(row["id"], row["title"], Kind(row["kind"]), row["relatives"]) for row in rows)

    def _expand(self, found: _Found, id: str, distance: int) -> Iterator[str]:
        """Take in the neighbours of a node, and give those that are new."""
        kind, ref, _ = found.nodes[id]
        rows = self._neighbours(kind, ref)
        if len(rows) >= MOST_OF_ONE:
            found.crowded.add(id)
        for row in rows:
            other_kind, other, edge = _edge(kind, ref, row)
            if other not in found.nodes:
                if len(found.nodes) >= found.most:
                    if id not in found.crowded:  # what a crowded node lacks is counted by itself
                        found.left_out.add(other)
                    continue
                found.nodes[other] = (other_kind, row["other"], distance)
                yield other
            found.edges[edge] = None

    def _join(self, found: _Found, id: str) -> None:
        kind, ref, _ = found.nodes[id]
        for row in self._neighbours(kind, ref):
            _, other, edge = _edge(kind, ref, row)
            if other in found.nodes:
                found.edges[edge] = None

    def _neighbours(self, kind: NodeKind, ref: str) -> list[Any]:
        rows: list[Any] = []
        for sql in _FROM[kind]:
            left = MOST_OF_ONE - len(rows)
            rows += self._database.rows(f"{sql} LIMIT {left}", {"id": ref}) if left > 0 else []
        return rows

    def _count(self, kind: NodeKind, ref: str) -> int:
        """How many neighbours a node has, all told."""
        counts = (self._database.value(f"SELECT count(*) FROM ({sql})", {"id": ref}) for sql in _COUNTED[kind])
        return sum(int(count) for count in counts)

    def _described(self, nodes: dict[str, tuple[NodeKind, str, int]]) -> list[LineageNode]:
        cubes = self._rows(_CUBES, (ref for kind, ref, _ in nodes.values() if kind is NodeKind.CUBE))
        messages = self._rows(_MESSAGES, (ref for kind, ref, _ in nodes.values() if kind is NodeKind.MESSAGE))
        made = []
        for id, (kind, ref, distance) in nodes.items():
            blank = LineageNode(id, kind, ref, ref, distance)
            if kind is NodeKind.CUBE:
                made.append(_cube_node(blank, cubes.get(ref)))
            elif kind is NodeKind.MESSAGE:
                made.append(_message_node(blank, messages.get(ref)))
            else:
                made.append(replace(blank, title=ref.replace("\\", "/").rsplit("/", 1)[-1] or ref, words=ref))
        return made

    def _rows(self, sql: str, ids: Iterable[str]) -> dict[str, Any]:
        return {row["id"]: row for row in self._database.rows(sql, (json.dumps(list(ids)),))}


def _edge(kind: NodeKind, ref: str, row: Any) -> tuple[NodeKind, str, Edge]:
    """The kind and node id of a neighbour, and the edge to it, earlier end first."""
    me, how = node_id(kind, ref), row["how"]
    other_kind = NodeKind(how) if how in (NodeKind.MESSAGE, NodeKind.FILE) else NodeKind.CUBE
    other = node_id(other_kind, row["other"])
    match how:
        case "parent":
            return other_kind, other, (other, me, _made(row))
        case "child":
            return other_kind, other, (me, other, _made(row))
        case "successor":
            return other_kind, other, (me, other, Relation.SUPERSEDED)
        case "predecessor":
            return other_kind, other, (other, me, Relation.SUPERSEDED)
        case "kept":
            return other_kind, other, (me, other, Relation.SAID if kind is NodeKind.MESSAGE else Relation.READ)
        case _:
            return other_kind, other, (other, me, Relation.SAID if how == NodeKind.MESSAGE else Relation.READ)


def _made(row: Any) -> Relation:
    return BY_ORIGIN.get(Origin(row["origin"]), Relation.MADE)


def _degrees(edges: Iterable[Edge]) -> dict[str, int]:
    degrees: dict[str, int] = {}
    for earlier, later, _ in edges:
        for id in (earlier, later):
            degrees[id] = degrees.get(id, 0) + 1
    return degrees


def _cube_node(blank: LineageNode, row: Any) -> LineageNode:
    if row is None:
        return replace(blank, title="Forgotten memory", there=False)
    return replace(
        blank,
        title=row["title"],
        words=row["words"] or "",
        form=Kind(row["kind"]),
        type=SemanticType(row["type"]),
        state=State(row["state"]),
        origin=Origin(row["origin"]),
        frozen=bool(row["frozen"]),
        binned=row["binned"] is not None,
        superseded=row["superseded_by"] is not None,
    )


def _message_node(blank: LineageNode, row: Any) -> LineageNode:
    if row is None:
        return replace(blank, title="Removed message", there=False)
    title = row["title"] or "Untitled chat"
    return replace(blank, title=title, words=row["words"], chat_id=row["chat_id"], speaker=row["speaker"])
