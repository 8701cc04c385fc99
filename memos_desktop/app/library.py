"""The memory page's use cases: look at cubes and change them. Every write is one undoable journal step."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from memos_desktop.app import bulk, undoing
from memos_desktop.app.jobs import Job, Jobs, Urgency
from memos_desktop.app.store import Store
from memos_desktop.app.texts_kept import checked
from memos_desktop.app.turn_file import read_turns, turns_only
from memos_desktop.errors import NotFoundError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes, Step
from memos_desktop.memory.completion import Values
from memos_desktop.memory.cube import (
    Cube,
    CubeFilter,
    CubePage,
    Descriptive,
    Governance,
    Scope,
    SemanticType,
    SortKey,
    TextPayload,
    title_of,
)
from memos_desktop.memory.message import Message
from memos_desktop.memory.timeline import TimeBasis, Timeline, Zoom
from memos_desktop.memory.use import Use
from memos_desktop.progress import Progress
from memos_desktop.texts import one_line
from memos_desktop.vault.imports import ImportedTurn, ImportReport, SkippedLine, TurnImport, batches
from memos_desktop.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class CubeDetails:
    """Everything the inspector shows of one cube."""

    cube: Cube
    versions: tuple[Cube, ...]
    parents: tuple[Cube, ...]
    children: tuple[Cube, ...]
    steps: tuple[Step, ...]
    source_message: Message | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the vault holds."""

    cubes: int
    chats: int
    messages: int


class Library:
    """Use cases on cubes and on the journal. Methods return futures.

    Of several memories those that can take part in a verb do, and `Changes.left` names the others; see `bulk.run`.
    """

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store = store
        self._jobs = jobs

    def page(
        self,
        filter: CubeFilter,
        offset: int,
        limit: int,
        sort: SortKey = SortKey.CREATED,
        descending: bool = True,
    ) -> "Future[CubePage]":
        """One page of the cubes that the filter lets through."""
        return self._store.read(lambda v: v.cubes.page(filter, offset, limit, sort, descending), Urgency.NOW)

    def ids(
        self,
        filter: CubeFilter,
        spans: Sequence[tuple[int, int]] | None = None,
        sort: SortKey = SortKey.CREATED,
        descending: bool = True,
    ) -> "Future[tuple[str, ...]]":
        """The ids of such a list, or of its `spans` (first row, number of rows): for selections of any size."""
        return self._store.read(lambda vault: vault.cubes.ids(filter, sort, descending, spans), Urgency.NOW)

    def timeline(
        self,
        filter: CubeFilter,
        by: TimeBasis = TimeBasis.EVENT,
        zoom: Zoom = Zoom.MONTH,
        between: tuple[datetime, datetime] | None = None,
    ) -> "Future[Timeline]":
        """How many cubes the filter lets through in each span of time, by when they happened or were recorded."""
        sort = SortKey.TIME if by is TimeBasis.EVENT else SortKey.CREATED
        return self._store.read(lambda vault: vault.cubes.lists.timeline(filter, sort, zoom, between), Urgency.NOW)

    def values(self) -> "Future[Values]":
        """What a filter can ask for: tags and projects, with their numbers of cubes.

        Asked for the first time it loads what makes filters fast, in the background and piece by piece.
        """
        return self._store.by_pieces(_values)

    def cube(self, id: str, version: int | None = None) -> "Future[Cube]":
        """One cube; `id` may be a unique beginning. Raises NotFoundError."""
        return self._store.read(lambda vault: vault.cubes.get(id, version), Urgency.NOW)

    def details(self, id: str) -> "Future[CubeDetails]":
        """Everything about one cube."""
        return self._store.read(lambda vault: _details(vault, id), Urgency.NOW)

    def uses(self, id: str, limit: int = 100) -> "Future[tuple[Use, ...]]":
        """The latest answers in whose context a cube stood, newest first."""
        return self._store.read(lambda vault: vault.uses.of(vault.cubes.resolve(id), limit))

    def add(
        self,
        text: str,
        *,
        type: SemanticType = SemanticType.FACT,
        title: str | None = None,
        tags: Iterable[str] = (),
        event_time: datetime | None = None,
        project: str | None = None,
    ) -> "Future[Cube]":
        """Keep a text as a new plaintext cube. The future raises UserError for an empty or a huge one."""
        kept = _tags(tags)

        def work(vault: Vault) -> tuple[Changes, Cube]:
            content = checked(text)
            moment = now()
            home = one_line(project or "") or None
            cube = Cube(
                id=new_id(),
                version=1,
                created=moment,
                changed=moment,
                payload=TextPayload(content),
                descriptive=Descriptive(one_line(title or "") or title_of(content), SemanticType(type), event_time),
                governance=Governance(project=home, scope=Scope.PROJECT if home else Scope.PRIVATE),
                tags=kept,
            )
            return vault.cubes.add(cube), cube

        return self._store.make(work)

    def revise(
        self,
        id: str,
        *,
        text: str | None = None,
        title: str | None = None,
        type: SemanticType | None = None,
        event_time: datetime | None = None,
        expected_version: int | None = None,
        reason: str = "",
    ) -> "Future[Changes]":
        """Change what a cube says, as a new version. The future raises UserError: frozen, read only, changed, empty."""
        named = one_line(title or "") or None

        def work(vault: Vault) -> Changes:
            content = None if text is None else checked(text)
            cube = vault.cubes.get(id)
            described = cube.descriptive
            if content is not None and named is None and described.title == title_of(cube.text):
                described = replace(described, title=title_of(content))
            described = replace(
                described,
                title=named or described.title,
                type=SemanticType(type) if type else described.type,
                event_time=event_time or described.event_time,
            )
            return vault.cubes.revise(
                cube.id, text=content, descriptive=described, reason=reason, expected_version=expected_version
            )

        return self._store.change(work)

    def tag(self, ids: Sequence[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> "Future[Changes]":
        """Add and remove tags."""
        added, removed = _tags(add), tuple(remove)
        return self._store.change(lambda vault: bulk.run("tag", vault, ids, add=added, remove=removed))

    def pin(self, ids: Sequence[str], on: bool) -> "Future[Changes]":
        """Pin: always in the prompt. Or unpin."""
        return self._change("pin" if on else "unpin", ids)

    def freeze(self, ids: Sequence[str], on: bool) -> "Future[Changes]":
        """Freeze: nothing about it can be changed. Or unfreeze."""
        return self._change("freeze" if on else "unfreeze", ids)

    def archive(self, ids: Sequence[str]) -> "Future[Changes]":
        """Archive: kept and shown, no longer recalled."""
        return self._change("archive", ids)

    def restore(self, ids: Sequence[str]) -> "Future[Changes]":
        """Bring back what is archived, merged or expired."""
        return self._change("restore", ids)

    def bring_back(self, ids: Sequence[str]) -> "Future[Changes]":
        """Take out of the bin what is there, and bring back what is archived, merged or expired: one step for all."""
        return self._store.change(lambda vault: bulk.bring_back(vault, vault.cubes.whole(ids)))

    def bin(self, ids: Sequence[str]) -> "Future[Changes]":
        """Delete to the bin."""
        return self._change("bin", ids)

    def unbin(self, ids: Sequence[str]) -> "Future[Changes]":
        """Take back out of the bin."""
        return self._change("unbin", ids)

    def confirm(self, ids: Sequence[str]) -> "Future[Changes]":
        """Agree to what a rule proposed."""
        return self._change("confirm", ids)

    def tags(self) -> "Future[tuple[tuple[str, int], ...]]":
        """Every tag with its number of cubes."""
        return self._store.read(lambda vault: vault.cubes.tags())

    def counts(self) -> "Future[Counts]":
        """How much the vault holds."""
        return self._store.read(
            lambda vault: Counts(vault.cubes.count(), vault.chats.count(), vault.chats.message_count())
        )

    def undo(self) -> "Future[Changes | None]":
        """Take the last step back; None when there is none. A large one is shown as a job."""
        return self._store.make(lambda vault: _played(undoing.undo(self._jobs, vault)))

    def redo(self) -> "Future[Changes | None]":
        """Make the step again that was undone last; None when there is none."""
        return self._store.make(lambda vault: _played(undoing.redo(self._jobs, vault)))

    def undo_step(self, step_id: int) -> "Future[Changes]":
        """Take this step back. Raises UserError when something else was changed since."""
        return self._store.change(lambda vault: undoing.undo_step(self._jobs, vault, step_id))

    def undo_labels(self) -> "Future[tuple[str | None, str | None]]":
        """What undo and redo would do, in words; None where there is nothing."""
        return self._store.read(lambda vault: (vault.journal.undo_label(), vault.journal.redo_label()))

    def journal(
        self, since: datetime | None = None, cube_id: str | None = None, limit: int = 100
    ) -> "Future[tuple[Step, ...]]":
        """The latest steps, newest first."""

        def work(vault: Vault) -> tuple[Step, ...]:
            whole = None if cube_id is None else vault.cubes.resolve(cube_id)
            return vault.journal.steps(since, whole, limit)

        return self._store.read(work)

    def import_turns(self, path: Path) -> Job:
        """Bring chat history in, word for word; the job's result is an ImportReport."""

        def work(progress: Progress) -> ImportReport:
            importer = self._store.ask(lambda vault: vault.chats.importer())
            unread: list[SkippedLine] = []
            read = 0
            try:
                for batch in batches(turns_only(read_turns(path), unread)):
                    progress.check()
                    kept = self._store.slip(partial(_keep, importer, batch))
                    read += len(batch)
                    progress.update(read, 0, f"{kept} turns kept")
            finally:  # what was kept stays, and is shown
                report = importer.report()
                self._store.tell(Changes(chats=report.chats, index=bool(report.imported), step_id=report.step_id))
            skipped = sorted((*report.skipped, *unread), key=lambda line: line.line)
            return replace(report, skipped=tuple(skipped))

        return self._jobs.start(f"Importing {path.name}", self._store.background, work)

    def _change(self, verb: str, ids: Sequence[str]) -> "Future[Changes]":
        return self._store.change(lambda vault: bulk.run(verb, vault, ids))


def _values(vault: Vault) -> Values | None:
    lists = vault.cubes.lists
    return None if lists.load_piece() else lists.values()


def _keep(importer: TurnImport, batch: list[ImportedTurn], _vault: Vault) -> int:
    return importer.keep(batch)


def _details(vault: Vault, id: str) -> CubeDetails:
    cube = vault.cubes.get(id)
    message_id = cube.descriptive.source.message_id
    return CubeDetails(
        cube,
        vault.cubes.versions(cube.id),
        tuple(found for parent in cube.parents if (found := _if_there(vault, parent))),
        vault.cubes.children(cube.id),
        vault.journal.steps(cube_id=cube.id),
        _message_if_there(vault, message_id) if message_id else None,
    )


def _if_there(vault: Vault, id: str) -> Cube | None:
    try:
        return vault.cubes.get(id)
    except NotFoundError:  # a parent may have been forgotten
        return None


def _message_if_there(vault: Vault, id: str) -> Message | None:
    try:
        return vault.chats.message(id)
    except NotFoundError:  # its chat may have been removed
        return None


def _tags(words: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, in order; blank ones are none."""
    return tuple(dict.fromkeys(tag for word in words if (tag := one_line(word))))


def _played(changes: Changes | None) -> tuple[Changes, Changes | None]:
    return changes or Changes(), changes
