"""The shelf of MemCubes: add, read, list, revise, change the header, bin, and remove for good."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import format_time, now, parse_time
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import (
    Cube,
    CubeFilter,
    CubePage,
    Descriptive,
    Governance,
    SortKey,
    State,
    TextPayload,
    title_of,
)
from memos_desktop.vault.cube_queries import CubePages
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal, Transaction
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
HEAT_OF_A_USE = 0.25
HEAT_HALF_LIFE = timedelta(days=14)


class Unchanged:
    """Stands for "leave it as it is" where None has a meaning of its own."""


UNCHANGED = Unchanged()


class CubeStore:
    """The cubes of a vault. Every write returns `Changes` and is one undo step, but for `record_use`.

    Ids may be given as a unique beginning of at least six characters.
    """

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._pages = CubePages(database)

    def add(self, cube: Cube, *, actor: str = "user", reason: str = "") -> Changes:
        """Keep a new cube as it is given. Raises UserError where its id is taken."""
        return self.add_many((cube,), actor=actor, reason=reason, label=f"Add memory “{cube.title}”")

    def add_many(
        self, cubes: Sequence[Cube], *, actor: str = "user", reason: str = "", label: str | None = None
    ) -> Changes:
        """Keep new cubes, all or none, as one undo step."""
        with self._journal.step(label or f"Add {len(cubes)} memories", actor, reason) as step:
            for cube in cubes:
                if self._database.value("SELECT 1 FROM cubes WHERE id = ?", (cube.id,)):
                    raise UserError(f"There is a memory with the id {cube.id} already. Nothing was added.")
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
        descriptive: Descriptive | None = None,
        actor: str = "user",
        reason: str = "",
        expected_version: int | None = None,
    ) -> Changes:
        """Add a version with a new text or description. A title that only repeats the text follows it.

        Raises UserError for a frozen cube, for a text where the payload is none, and where `expected_version`
        is not the current one: somebody else was faster.
        """
        old = self.get(cube_id)
        _refuse_frozen(old)
        if expected_version not in (None, old.version):
            raise UserError(
                f"“{old.title}” was changed meanwhile: it is at version {old.version},"
                f" not {expected_version}. Your change was not saved.",
                "Look at the new version, then make your change again.",
            )
        if text is not None and not isinstance(old.payload, TextPayload):
            raise UserError(f"“{old.title}” holds no text, so its text cannot be changed.")
        payload = old.payload if text is None else TextPayload(text)
        wanted = descriptive or _retitled(old, text)
        if (payload, wanted) == (old.payload, old.descriptive):
            return Changes()
        number = self._database.value("SELECT max(version) FROM versions WHERE cube_id = ?", (old.id,)) + 1
        new = replace(
            old,
            version=number,
            changed=now(),
            payload=payload,
            descriptive=wanted,
            actor=actor,
            reason=reason,
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
        binned: datetime | Unchanged | None = UNCHANGED,
    ) -> Changes:
        """Change headers in place.

        Only what is given changes. A frozen cube lets only `frozen` be changed.
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
        if not isinstance(binned, Unchanged):
            columns["binned"] = moment(binned)
        with self._journal.step(label, actor, reason) as step:
            for cube_id in ids:
                self._update_one(step, self.get(cube_id), columns, frozen)
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
        """Put cubes in the bin: out of lists and recall, and back by `unbin` or undo."""
        whole = tuple(ids)
        return self.update(whole, _counted("Delete", whole), actor=actor, reason=reason, binned=now())

    def unbin(self, ids: Iterable[str], *, actor: str = "user", reason: str = "") -> Changes:
        """Take cubes out of the bin."""
        whole = tuple(ids)
        return self.update(whole, _counted("Put back", whole), actor=actor, reason=reason, binned=None)

    def purge_bin(self, older_than: datetime, *, actor: str = "user", reason: str = "") -> Changes:
        """Remove for good what was binned before: rows, passages, vectors and what the journal says of them.

        It cannot be undone. The message that such a cube stood for stays in its chat, and out of recall.
        """
        sql = "SELECT id FROM cubes WHERE binned IS NOT NULL AND binned < ?"
        ids = [row["id"] for row in self._database.rows(sql, (format_time(older_than),))]
        if not ids:
            return Changes()
        with self._journal.forgetting("Empty the bin", actor, reason) as forget:
            for cube_id in ids:
                self._database.run(
                    "INSERT OR IGNORE INTO forgotten SELECT source_message FROM versions"
                    " WHERE cube_id = ? AND source_message IS NOT NULL",
                    (cube_id,),
                )
                for row in self._database.rows("SELECT id FROM versions WHERE cube_id = ?", (cube_id,)):
                    forget("versions", row["id"])
                forget("cubes", cube_id)
        return Changes(cubes=frozenset(ids), index=True, label="Empty the bin")

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

    def record_use(self, ids: Iterable[str], when: datetime) -> Changes:
        """Count a use of each cube: uses, last use, heat.

        A generated cube becomes activated. No undo step.
        """
        counted = []
        with self._database.transaction():
            for cube_id in ids:
                row = self._database.row("SELECT heat, last_used FROM cubes WHERE id = ?", (cube_id,))
                if row is None:  # forgotten since it was recalled
                    continue
                last = parse_time(row["last_used"]) if row["last_used"] else when
                self._database.run(
                    "UPDATE cubes SET uses = uses + 1, last_used = ?, heat = ?,"
                    " state = CASE state WHEN 'generated' THEN 'activated' ELSE state END WHERE id = ?",
                    (format_time(when), _heated(row["heat"], when - last), cube_id),
                )
                counted.append(cube_id)
        return Changes(cubes=frozenset(counted), usage=bool(counted))

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


def _retitled(old: Cube, text: str | None) -> Descriptive:
    if text is None or old.title != title_of(old.text):
        return old.descriptive
    return replace(old.descriptive, title=title_of(text))


def _counted(verb: str, ids: Sequence[str]) -> str:
    return f"{verb} memory" if len(ids) == 1 else f"{verb} {len(ids)} memories"


def _heated(heat: float, idle: timedelta) -> float:
    """Heat after one more use: it cools by half in two weeks, and a use adds a quarter of what is missing."""
    left: float = heat * 0.5 ** (max(idle, timedelta()) / HEAT_HALF_LIFE)
    return left + (1 - left) * HEAT_OF_A_USE
