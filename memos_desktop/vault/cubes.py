"""The shelf of MemCubes: add, read, list, revise, change the header, bin, and remove for good."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import (
    ActivationPayload,
    Cube,
    CubeFilter,
    CubePage,
    Descriptive,
    Governance,
    Kind,
    Payload,
    SortKey,
    State,
    TextPayload,
    title_of,
)
from memos_desktop.vault.activations import Activations, sources_first
from memos_desktop.vault.cube_queries import CubePages
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal, Transaction
from memos_desktop.vault.purge import purge
from memos_desktop.vault.rows import (
    CUBE_COLUMNS,
    CURRENT,
    cube_of,
    cube_row,
    current_columns,
    governance_columns,
    moment,
    tags_column,
    version_row,
)

SHORTEST_PREFIX = 6


class CubeStore:
    """The cubes of a vault. Every write returns `Changes` and is one undo step.

    Ids may be given as a unique beginning of at least six characters.
    """

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._pages = CubePages(database)
        self._activations = Activations(database)

    def add(self, cube: Cube, *, actor: str = "user", reason: str = "") -> Changes:
        """Keep a new cube as it is given.

        Raises UserError where its id is taken, and for an activation cube whose source has one or is in the bin.
        """
        return self.add_many((cube,), actor=actor, reason=reason, label=f"Add memory “{cube.title}”")

    def add_many(
        self, cubes: Sequence[Cube], *, actor: str = "user", reason: str = "", label: str | None = None
    ) -> Changes:
        """Keep new cubes, all or none, as one undo step."""
        with self._journal.step(label or f"Add {len(cubes)} memories", actor, reason) as step:
            for cube in cubes:
                if self._database.value("SELECT 1 FROM cubes WHERE id = ?", (cube.id,)):
                    raise UserError(f"There is a memory with the id {cube.id} already. Nothing was added.")
                self._activations.require_place(cube)
                step.add("cubes", cube_row(cube))
                step.add("versions", version_row(cube))
        return step.changes

    def resolve(self, cube_id: str) -> str:
        """The whole id for an id or its unique beginning.

        Raises NotFoundError, or UserError for two candidates.
        """
        if self._database.value("SELECT 1 FROM cubes WHERE id = ?", (cube_id,)):
            return cube_id
        found = (
            self._database.rows(
                "SELECT id FROM cubes WHERE id > ? AND id < ? LIMIT 2", (cube_id, cube_id + "{")
            )
            if len(cube_id) >= SHORTEST_PREFIX
            else []
        )
        if not found:
            raise NotFoundError(
                f"There is no memory with the id {cube_id}.", "List memories to see their ids."
            )
        if len(found) > 1:
            raise UserError(
                f"More than one memory has an id that begins with {cube_id}.", "Give more of the id."
            )
        return str(found[0]["id"])

    def get(self, cube_id: str, version: int | None = None) -> Cube:
        """The cube at its current or at an earlier version. Raises NotFoundError."""
        number = "c.version" if version is None else "?"
        sql = (
            f"SELECT {CUBE_COLUMNS} FROM cubes c JOIN versions v ON v.cube_id = c.id AND v.version = {number}"
        )
        values = () if version is None else (version,)
        row = self._database.row(f"{sql} WHERE c.id = ?", (*values, self.resolve(cube_id)))
        if row is None:
            raise NotFoundError(f"Memory {cube_id} has no version {version}.")
        return cube_of(row)

    def versions(self, cube_id: str) -> tuple[Cube, ...]:
        """Every version of a cube, oldest first."""
        sql = f"SELECT {CUBE_COLUMNS} FROM cubes c JOIN versions v ON v.cube_id = c.id WHERE c.id = ?"
        return self._cubes(f"{sql} ORDER BY v.version", (self.resolve(cube_id),))

    def page(
        self,
        wanted: CubeFilter,
        offset: int,
        limit: int,
        sort: SortKey = SortKey.CREATED,
        descending: bool = True,
    ) -> CubePage:
        """One page of the cubes that a filter lets through."""
        return self._pages.page(wanted, offset, limit, sort, descending)

    def revise(
        self,
        cube_id: str,
        *,
        text: str | None = None,
        payload: ActivationPayload | None = None,
        descriptive: Descriptive | None = None,
        actor: str = "user",
        reason: str = "",
        expected_version: int | None = None,
    ) -> Changes:
        """Add a version with a new text or description. A title that only repeats the text follows it.

        An activation cube takes a new `payload` instead. Raises UserError for a frozen cube, for a text where the
        payload is none of its own, and where `expected_version` is not the current one: somebody else was faster.
        """
        old = self.get(cube_id)
        _refuse_frozen(old)
        _refuse_outdated(old, expected_version)
        content = _new_payload(old, text, payload)
        wanted = descriptive or _retitled(old, text)
        if (content, wanted) == (old.payload, old.descriptive):
            return Changes()
        number = self._database.value("SELECT max(version) FROM versions WHERE cube_id = ?", (old.id,)) + 1
        new = replace(
            old, version=number, changed=now(), payload=content, descriptive=wanted, actor=actor, reason=reason
        )
        with self._journal.step(f"Edit memory “{new.title}”", actor, reason) as step:
            step.add("versions", version_row(new))
            step.change("cubes", new.id, current_columns(new))
        return step.changes

    def update(
        self,
        ids: Iterable[str],
        label: str,
        *,
        actor: str = "user",
        reason: str = "",
        state: State | None = None,
        tags: tuple[str, ...] | None = None,
        pinned: bool | None = None,
        frozen: bool | None = None,
        governance: Governance | None = None,
    ) -> Changes:
        """Change headers in place.

        Only what is given changes. A frozen cube lets only `frozen` be changed; an activation cube is not pinned,
        its source is.
        """
        columns: dict[str, Any] = {}
        if state is not None:
            columns["state"] = state.value
        if tags is not None:
            columns["tags"] = tags_column(tags)
        if pinned is not None:
            columns["pinned"] = int(pinned)
        if governance is not None:
            columns |= governance_columns(governance)
        with self._journal.step(label, actor, reason) as step:
            for cube in map(self.get, ids):
                if pinned and cube.kind is Kind.ACTIVATION:
                    raise UserError(
                        f"“{cube.title}” is made from the text of a memory, so it was not pinned.", "Pin that memory."
                    )
                self._update_one(step, cube, columns, frozen)
        return step.changes

    def retag(
        self,
        ids: Iterable[str],
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        *,
        actor: str = "user",
        reason: str = "",
    ) -> Changes:
        """Add and remove tags, keeping the others."""
        added, removed = tuple(add), frozenset(remove)
        with self._journal.step("Change tags", actor, reason) as step:
            for cube_id in ids:
                cube = self.get(cube_id)
                tags = tuple(tag for tag in (*cube.tags, *added) if tag not in removed)
                self._update_one(step, cube, {"tags": tags_column(tags)}, None)
        return step.changes

    def bin(self, ids: Iterable[str], *, actor: str = "user", reason: str = "") -> Changes:
        """Put cubes in the bin: out of lists and recall, and back by `unbin` or undo.

        The activation cube of such a cube goes with it.
        """
        whole = tuple(ids)
        return self._move(whole, _counted("Delete", whole), now(), actor, reason)

    def unbin(self, ids: Iterable[str], *, actor: str = "user", reason: str = "") -> Changes:
        """Take cubes out of the bin, with the activation cubes that went in with them.

        Raises UserError for an activation cube by itself where its source is in the bin or has another one.
        """
        whole = tuple(ids)
        return self._move(whole, _counted("Put back", whole), None, actor, reason)

    def purge_bin(self, older_than: datetime, *, actor: str = "user", reason: str = "") -> Changes:
        """Remove for good what was binned before, and what was made from it; see `purge.purge`."""
        return purge(self._database, self._journal, older_than, actor, reason)

    def activation_of(self, source_id: str) -> Cube | None:
        """The activation cube of this cube, unless it is in the bin."""
        found = self._activations.beside(self.resolve(source_id))
        return None if found is None else self.get(found)

    def children(self, cube_id: str) -> tuple[Cube, ...]:
        """The cubes that were made from this one, oldest first."""
        where = "WHERE c.id IN (SELECT cube_id FROM cube_parents WHERE parent_id = ?) ORDER BY c.created"
        return self._cubes(f"SELECT {CUBE_COLUMNS} {CURRENT} {where}", (self.resolve(cube_id),))

    def pinned(self) -> tuple[Cube, ...]:
        """The pinned cubes on the shelf, by priority, then oldest first."""
        where = "WHERE c.pinned = 1 AND c.binned IS NULL ORDER BY c.priority DESC, c.created, c.id"
        return self._cubes(f"SELECT {CUBE_COLUMNS} {CURRENT} {where}")

    def from_messages(self, message_ids: Iterable[str]) -> tuple[Cube, ...]:
        """The cubes whose source is one of these messages, binned or not, oldest first."""
        ids = tuple(message_ids)
        marks = ", ".join("?" * len(ids))
        where = f"WHERE v.source_message IN ({marks}) ORDER BY c.created, c.id"
        return self._cubes(f"SELECT {CUBE_COLUMNS} {CURRENT} {where}", ids)

    def count(self) -> int:
        """How many cubes are on the shelf."""
        return int(self._database.value("SELECT count(*) FROM cubes WHERE binned IS NULL"))

    def tags(self) -> tuple[tuple[str, int], ...]:
        """Every tag in use with its number of cubes, the most used first."""
        rows = self._database.rows(
            "SELECT tag, count(*) AS count FROM cube_tags WHERE cube_id NOT IN"
            " (SELECT id FROM cubes WHERE binned IS NOT NULL) GROUP BY tag ORDER BY count DESC, tag"
        )
        return tuple((row["tag"], row["count"]) for row in rows)

    def _move(self, ids: Sequence[str], label: str, binned: datetime | None, actor: str, reason: str) -> Changes:
        """Into the bin or out of it. What is where it shall be stays as it is."""
        columns = {"binned": moment(binned)}
        with self._journal.step(label, actor, reason) as step:
            for cube in sources_first(map(self.get, ids)):
                if (cube.binned is None) == (binned is None):
                    continue
                _refuse_frozen(cube)
                if binned is None:
                    self._activations.require_place(cube)
                # Frozen or not, it goes where its source goes: a deleted text must not live on in it.
                follower = self._activations.beside(cube.id, cube.binned)
                for moved in (cube.id, follower) if follower else (cube.id,):
                    step.change("cubes", moved, columns)
        return step.changes

    def _update_one(
        self, step: Transaction, cube: Cube, columns: dict[str, Any], frozen: bool | None
    ) -> None:
        if columns and not (cube.frozen and frozen is False):
            _refuse_frozen(cube)
        wanted = columns if frozen is None else {**columns, "frozen": int(frozen)}
        if wanted:
            step.change("cubes", cube.id, wanted)

    def _cubes(self, sql: str, values: tuple[Any, ...] = ()) -> tuple[Cube, ...]:
        return tuple(cube_of(row) for row in self._database.rows(sql, values))


def _refuse_frozen(cube: Cube) -> None:
    if cube.frozen:
        raise UserError(f"“{cube.title}” is frozen, so it was not changed.", "Unfreeze it first.")


def _refuse_outdated(cube: Cube, expected_version: int | None) -> None:
    if expected_version not in (None, cube.version):
        raise UserError(
            f"“{cube.title}” was changed meanwhile: it is at version {cube.version},"
            f" not {expected_version}. Your change was not saved.",
            "Look at the new version, then make your change again.",
        )


def _new_payload(old: Cube, text: str | None, payload: ActivationPayload | None) -> Payload:
    """What the next version holds."""
    if payload is not None:
        if old.kind is not payload.kind:
            raise UserError(f"“{old.title}” is {old.kind.value}, so nothing was changed.")
        return payload
    if text is None or text == old.text:
        return old.payload
    if isinstance(old.payload, TextPayload):
        return TextPayload(text)
    if isinstance(old.payload, ActivationPayload):
        raise UserError(
            f"“{old.title}” is made from the text of another memory, so its text was not changed.",
            "Edit its source, then keep that ready again.",
        )
    raise UserError(f"“{old.title}” holds no text, so its text cannot be changed.")


def _retitled(old: Cube, text: str | None) -> Descriptive:
    if text is None or old.title != title_of(old.text):
        return old.descriptive
    return replace(old.descriptive, title=title_of(text))


def _counted(verb: str, ids: Sequence[str]) -> str:
    return f"{verb} memory" if len(ids) == 1 else f"{verb} {len(ids)} memories"
