"""Lineage's use cases: the graph around a memory, and where to begin."""

from concurrent.futures import Future
from dataclasses import replace

from memos_desktop.app.jobs import Urgency
from memos_desktop.app.store import Store
from memos_desktop.errors import NotFoundError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.filter_match import matches
from memos_desktop.memory.lineage import USUAL_DEPTH, LineageGraph, LineageNode, LineageStart, NodeKind
from memos_desktop.vault.lineage import LineageSearch
from memos_desktop.vault.vault import Vault

LOOKED_AT = 100
"""Of the most connected cubes so many are held against the filter."""


class Lineage:
    """Which memory came from which. Methods return futures."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def around(
        self, id: str, depth: int = USUAL_DEPTH, wanted: CubeFilter | None = None
    ) -> "Future[LineageGraph]":
        """What surrounds a cube, up to `depth` steps away in both directions. Raises NotFoundError.

        Relatives that `wanted` does not let through are shown all the same, as `outside`: lineage has no holes.
        """

        def work(vault: Vault) -> LineageGraph:
            graph = LineageSearch(vault.database).around(vault.cubes.resolve(id), depth)
            if wanted is None or wanted == CubeFilter():
                return graph
            return replace(graph, nodes=tuple(_placed(vault, node, wanted) for node in graph.nodes))

        return self._store.read(work, Urgency.NOW)

    def starts(self, wanted: CubeFilter | None = None, limit: int = 8) -> "Future[tuple[LineageStart, ...]]":
        """The cubes with the most relatives, of those that `wanted` lets through."""

        def work(vault: Vault) -> tuple[LineageStart, ...]:
            search = LineageSearch(vault.database)
            if wanted is None or wanted == CubeFilter():
                return search.starts(limit)
            found = search.starts(LOOKED_AT)
            return tuple(start for start in found if _fits(vault, start.id, wanted))[:limit]

        return self._store.read(work)


def _placed(vault: Vault, node: LineageNode, wanted: CubeFilter) -> LineageNode:
    if node.kind is not NodeKind.CUBE or not node.there:
        return node
    return replace(node, outside=not _fits(vault, node.ref, wanted))


def _fits(vault: Vault, id: str, wanted: CubeFilter) -> bool:
    try:
        return matches(vault.cubes.get(id), wanted, now())
    except NotFoundError:  # removed between two looks
        return False
