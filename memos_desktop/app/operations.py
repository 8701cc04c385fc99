"""The operators' use cases: fuse, split, expire, renew, headers, and any verb on many memories at once.

Each is one undoable journal step, whole or not at all. Memories that cannot take part stay and are named.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memos_desktop.app import bulk, fusing, splitting
from memos_desktop.app.fuse_writer import write
from memos_desktop.app.jobs import Job, Jobs, SerialWorker
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.models import Models
from memos_desktop.app.store import Store
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Access, Cube, CubeFilter, Scope, SemanticType, Sensitivity
from memos_desktop.memory.operators.conflicts import Conflict
from memos_desktop.memory.operators.taking_part import Part
from memos_desktop.memory.word_diff import DiffPiece
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault

Versions = Sequence[tuple[str, int]]
"""Ids and versions of memories as somebody has seen them."""


@dataclass(frozen=True, slots=True)
class FusePreview:
    """What fusing would make of `parents`: text, title, type and tags, proposed by rule.

    `diffs` tell for each parent what turns it into the text. `similarity` is how alike the parents are, 0 to 1.
    `versions` go to `fuse`, which refuses when one of them has changed.
    """

    parents: tuple[Cube, ...]
    text: str
    title: str
    type: SemanticType
    tags: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    similarity: float
    warnings: tuple[str, ...]
    versions: tuple[tuple[str, int], ...]
    diffs: tuple[tuple[DiffPiece, ...], ...]


@dataclass(frozen=True, slots=True)
class Fused:
    """The new memory. Its parents stay, merged."""

    cube: Cube
    changes: Changes


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """What splitting would give: of a fused memory its `parents` back, of another its `parts`; `reason` in words."""

    cube: Cube
    parents: tuple[Cube, ...]
    parts: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Split:
    """What came of it: the parents that came back, or the new memories."""

    cubes: tuple[Cube, ...]
    changes: Changes


class Operations:
    """Operators on memories. Methods return futures or jobs."""

    def __init__(self, store: Store, jobs: Jobs, models: Models, leisure: Leisure) -> None:
        self._store = store
        self._jobs = jobs
        self._models = models
        self._leisure = leisure
        self._worker = SerialWorker("operators")

    def fuse_preview(self, ids: Sequence[str], text: str | None = None) -> "Future[FusePreview]":
        """What fusing these would make; with `text`, how that text compares. Changes nothing. Raises UserError."""

        def work() -> FusePreview:
            parents = self._store.ask(lambda vault: fusing.parents(vault, ids))
            return FusePreview(*fusing.preview(parents, text))

        return self._worker.submit(work)

    def fuse(
        self,
        versions: Versions,
        text: str,
        title: str | None = None,
        type: SemanticType | None = None,
        tags: Sequence[str] | None = None,
    ) -> "Future[Fused]":
        """Make one memory of several; they become merged, and stay. `versions` are those of the preview.

        Raises UserError for a parent that was changed since, or that may not be fused, and for an empty text.
        """

        def work(vault: Vault) -> tuple[Changes, Fused]:
            parents = fusing.unchanged(vault, versions)
            cube, changes = fusing.fuse(vault, parents, text, title, type, tags)
            return changes, Fused(cube, changes)

        return self._store.make(work)

    def propose_text(self, ids: Sequence[str]) -> Job:
        """Let the loaded model write the text of a fused memory. The job's result is a str: a proposal, no more.

        Raises UnsupportedOperationError where the model is too small to be trusted with it.
        """

        def work(progress: Progress) -> str:
            parents = self._store.ask(lambda vault: fusing.parents(vault, ids))
            return write(self._models.engine(progress), parents, progress)

        self._leisure.interrupt()
        return self._jobs.start("Writing a fused text", self._models.worker, work)

    def split_preview(self, id: str) -> "Future[SplitPreview]":
        """What splitting this memory would give. Changes nothing. Raises UserError."""
        return self._store.read(lambda vault: SplitPreview(*splitting.preview(vault, vault.cubes.get(id))))

    def split(
        self, id: str, parts: Sequence[str] | None = None, expected_version: int | None = None
    ) -> "Future[Split]":
        """Split a memory: a fused one gives its parents back and is archived; another becomes its parts, and merged.

        `parts` instead of the proposed ones make new memories of a fused one too. Raises UserError.
        """

        def work(vault: Vault) -> tuple[Changes, Split]:
            cubes, changes = splitting.split(vault, vault.cubes.get(id), parts, expected_version)
            return changes, Split(cubes, changes)

        return self._store.make(work)

    def expire(self, ids: Sequence[str], at: datetime | None = None) -> "Future[Changes]":
        """Let memories expire now, or at a moment to come."""
        return self._store.change(lambda vault: bulk.run("expire", vault, ids, at=at))

    def renew(self, ids: Sequence[str]) -> "Future[Changes]":
        """Take the expiry away; what has expired comes back."""
        return self._store.change(lambda vault: bulk.run("renew", vault, ids))

    def set_header(
        self,
        ids: Sequence[str],
        *,
        scope: Scope | None = None,
        project: str | bulk.Unset | None = bulk.UNSET,
        sensitivity: Sensitivity | None = None,
        priority: int | None = None,
        access: Access | None = None,
        expires: datetime | bulk.Unset | None = bulk.UNSET,
    ) -> "Future[Changes]":
        """Change what governs memories. Only what is given changes; None for project or expiry takes it away."""
        wanted: dict[str, Any] = {"scope": scope, "project": project, "sensitivity": sensitivity, "priority": priority}
        wanted |= {"access": access, "expires": expires}
        return self._store.change(lambda vault: bulk.run("set_header", vault, ids, None, **wanted))

    def taking_part(self, verb: str, ids: Sequence[str]) -> "Future[Part]":
        """Which of these can take part in an operator, and which cannot, and why. Raises NotFoundError."""
        return self._store.read(lambda vault: bulk.taking_part(vault, verb, ids))

    def bulk(self, verb: str, ids: Sequence[str] | CubeFilter, **arguments: Any) -> Job:
        """Any verb of `bulk.VERBS` on many memories, or on all that a filter lets through; the result is Changes.

        One step, whole or not at all; those that cannot take part stay, see `bulk.run`. While it runs the job tells how
        far it is, and cancelling leaves everything as it was.
        """
        if verb not in bulk.VERBS:
            raise ValueError(f"no such verb: {verb}")
        count = "" if isinstance(ids, CubeFilter) else f"{len(ids):,} "
        one = not isinstance(ids, CubeFilter) and len(ids) == 1
        title = f"{bulk.TITLES[verb]} {count}{'memory' if one else 'memories'}"

        def work(progress: Progress) -> Changes:
            def change(vault: Vault) -> Changes:
                found = vault.cubes.ids(ids) if isinstance(ids, CubeFilter) else ids
                return bulk.run(verb, vault, found, progress, **arguments)

            return self._store.apply(change)

        return self._jobs.start(title, self._store.worker, work)

    def close(self) -> None:
        """End the thread of the previews."""
        self._worker.close()
