"""Bringing cubes back to how they were: all of them or some, as one new step that undo takes back. Chats stay.

A text that differs becomes a new version with the old words; nothing of the chain is lost. What was added since goes
to the bin. A frozen cube is not changed, and one that is read only keeps its text. Activation cubes follow their
sources: what models have read is derived, so they come and go but keep what they hold.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import BlobPayload, Cube, Kind, State
from memos_desktop.memory.governance import Action, Verdict, may_change
from memos_desktop.memory.lifecycle import returned
from memos_desktop.memory.operators.split import holds
from memos_desktop.memory.snapshot import Place
from memos_desktop.progress import Progress
from memos_desktop.vault.activations import Activations
from memos_desktop.vault.past import Then, rows_then
from memos_desktop.vault.rows import (
    Row,
    cube_row,
    current_columns,
    governance_columns,
    moment,
    tags_column,
    version_row,
)
from memos_desktop.vault.transaction import Transaction
from memos_desktop.vault.vault import Vault

CHUNK = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: how many cubes were brought back, how many went to the bin, and what had to stay, and why."""

    changes: Changes
    restored: int = 0
    binned: int = 0
    left: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Plan:
    """What is to be done, by cube id. `left` are the titles of what stays, each with the reason."""

    place: Place
    strict: bool
    then: Then
    bin: list[Cube] = field(default_factory=list)
    back: list[tuple[Cube, Cube]] = field(default_factory=list)
    add: list[Cube] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def held(self, vault: Vault, cube_id: str) -> bool:
        """Whether something that was made from it stands for it afterwards."""
        coming = {then.id: then for then in (*self.add, *(then for then, _ in self.back))}
        if any(holds(then) and cube_id in then.parents for then in coming.values()):
            return True
        gone = {cube.id for cube in self.bin} | coming.keys()
        rows = vault.database.rows("SELECT cube_id FROM cube_parents WHERE parent_id = ?", (cube_id,))
        return any(holds(child) for child in vault.cubes.many(row[0] for row in rows if row[0] not in gone))

    def leave(self, cube: Cube, reason: str) -> None:
        """It stays as it is; where it was asked for by name, nothing is done at all."""
        if self.strict:
            raise UserError(f"“{cube.title}” cannot be restored: {reason}. Nothing was changed.")
        self.left.append((cube.title, reason))


def restore(
    vault: Vault, place: Place, ids: Sequence[str] | None = None, progress: Progress | None = None
) -> Restored:
    """Bring cubes back to how they were after the step of `place`: these, or all that changed since.

    By name: raises UserError for one that is frozen or was not there, NotFoundError for one that nobody knows. Where
    all are restored, such cubes stay as they are and are told. A snapshot is made before all are restored. `progress`
    may raise Cancelled: nothing was changed then.
    """
    then = rows_then(vault.database, place.step_id, None if ids is None else _named(vault, ids))
    if ids is None and then.ids:
        vault.snapshots.before(f"restoring {_words(place)}")
    plan = _Plan(place, ids is not None, then)
    count = _Count(progress, 2 * len(then.ids))
    _fill(plan, {cube.id: cube for cube in count.each(_there(vault, then.ids))})
    with vault.step(_label(plan), reason=f"as it was on {_date(place.time)}") as step:
        done = _Restoring(vault, plan, step, count).run()
    return replace(done, changes=step.changes)


class _Count:
    """How far it is: each cube is looked at once and written once."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def each(self, cubes: Iterable[T]) -> Iterator[T]:
        """The same, counted."""
        for cube in cubes:
            yield cube
            self._done += 1
            if self._progress is not None and self._done % CHUNK == 0:
                self._progress.update(self._done, self._total)


class _Restoring:
    """Carries a plan out inside a step."""

    def __init__(self, vault: Vault, plan: _Plan, step: Transaction, count: _Count) -> None:
        self._vault = vault
        self._count = count
        self._plan = plan
        self._step = step
        self._activations = Activations(vault.database)

    def run(self) -> Restored:
        """What leaves the shelf first, then texts, then what was made from them: each finds its place free."""
        plan = self._plan
        binned = self._bin(plan.bin)
        restored = 0
        for kind in (False, True):
            added = [cube for cube in plan.add if (cube.kind is Kind.ACTIVATION) is kind]
            back = [pair for pair in plan.back if (pair[0].kind is Kind.ACTIVATION) is kind]
            restored += self._add(added) + self._bring_back(back)
        return Restored(Changes(), restored, binned, tuple(plan.left))

    def _bin(self, cubes: Iterable[Cube]) -> int:
        time = moment(now())
        ids = dict.fromkeys(cube.id for cube in cubes)
        for cube_id in tuple(ids):
            if follower := self._activations.beside(cube_id):
                ids[follower] = None
        return self._step.change_many("cubes", [(cube_id, {"binned": time}, "") for cube_id in ids])

    def _add(self, cubes: Iterable[Cube]) -> int:
        """Cubes whose rows are gone: somebody undid that they were made."""
        count = 0
        for cube in self._count.each(cubes):
            chain = self._plan.then.chains[cube.id]
            if not self._fits(cube) or not all(map(self._has_blob, chain)):
                continue
            self._step.add("cubes", cube_row(replace(cube, state=self._state(cube, cube))))
            for version in chain:
                self._step.add("versions", version_row(version))
            count += 1
        return count

    def _bring_back(self, pairs: Iterable[tuple[Cube, Cube]]) -> int:
        heads: list[tuple[str, Row, str]] = []
        for then, present in self._count.each(pairs):
            columns = {**_header(then), "state": self._state(then, present).value}
            if then.binned is None and present.binned is not None:
                if not self._fits(then):
                    continue
                columns["binned"] = None
                heads += self._follower(present)
            if _rewrites(then, present):
                if not self._has_blob(then):
                    continue
                columns |= self._new_version(then, present)
            heads.append((then.id, columns, ""))
        heads.sort(key=lambda head: sorted(head[1]))  # rows that set the same columns are written together
        self._step.change_many("cubes", heads)
        return len(heads)

    def _state(self, then: Cube, present: Cube) -> State:
        """Where all are restored what was merged then is again as it was; one by itself may have lost its holder."""
        held = not self._plan.strict or then.state is not State.MERGED or self._plan.held(self._vault, then.id)
        return returned(present, then, held)

    def _follower(self, source: Cube) -> list[tuple[str, Row, str]]:
        """The activation cube that went into the bin with its source comes out with it, if it was there then."""
        found = self._activations.beside(source.id, source.binned)
        named = {then.id for then, _ in self._plan.back}
        if found is None or found in named or self._came_later(found):
            return []
        return [(found, {"binned": None}, "")]

    def _came_later(self, cube_id: str) -> bool:
        sql = "SELECT min(step_id) FROM journal_changes WHERE key = ? AND table_name = 'cubes' AND before IS NULL"
        added = self._vault.database.value(sql, (cube_id,))
        return added is not None and int(added) > self._plan.place.step_id

    def _new_version(self, then: Cube, present: Cube) -> Row:
        sql = "SELECT max(version) FROM versions WHERE cube_id = ?"
        number = int(self._vault.database.value(sql, (then.id,))) + 1
        new = replace(
            present,
            version=number,
            changed=now(),
            payload=then.payload,
            descriptive=then.descriptive,
            actor="user",
            reason=f"Restored: version {then.version}, as it was on {_date(self._plan.place.time)}",
        )
        self._step.add("versions", version_row(new))
        return current_columns(new)

    def _fits(self, cube: Cube) -> bool:
        """Whether an activation cube finds its source, and no other one beside it."""
        try:
            self._activations.require_place(cube)
        except (UserError, NotFoundError) as error:
            if self._plan.strict:
                raise
            self._plan.left.append((cube.title, error.message))
            return False
        return True

    def _has_blob(self, cube: Cube) -> bool:
        if not isinstance(cube.payload, BlobPayload):
            return True
        sql = "SELECT 1 FROM blobs WHERE sha256 = ?"
        if self._vault.database.value(sql, (cube.payload.sha256,)):
            return True
        self._plan.leave(cube, "its file is gone")
        return False


def _named(vault: Vault, ids: Sequence[str]) -> list[str]:
    if not ids:
        raise UserError("No memory was named, so nothing was restored.")
    return list(dict.fromkeys(_whole(vault, cube_id) for cube_id in ids))


def _whole(vault: Vault, cube_id: str) -> str:
    """The id of a cube that may be gone by now: then it has to be given whole."""
    try:
        return vault.cubes.resolve(cube_id)
    except NotFoundError:
        sql = "SELECT 1 FROM journal_changes WHERE key = ? AND table_name = 'cubes'"
        if vault.database.value(sql, (cube_id,)):
            return cube_id
        raise


def _there(vault: Vault, ids: Sequence[str]) -> Iterable[Cube]:
    for start in range(0, len(ids), CHUNK):
        sql = "SELECT id FROM cubes WHERE id IN (SELECT value FROM json_each(?))"
        found = vault.database.rows(sql, (_json(ids[start : start + CHUNK]),))
        yield from vault.cubes.many([row["id"] for row in found])


def _fill(plan: _Plan, present: dict[str, Cube]) -> None:
    """Decide for each cube."""
    for cube_id in plan.then.ids:
        then, cube = plan.then.cubes.get(cube_id), present.get(cube_id)
        if cube is None and then is not None:
            plan.add.append(then)
        elif cube is None and plan.strict:
            raise NotFoundError(f"There was no memory {cube_id} on {_date(plan.place.time)}. Nothing was changed.")
        elif cube is None:
            continue
        elif then is None and plan.strict:
            plan.leave(cube, f"it was not there yet on {_date(plan.place.time)}")
        elif cube.binned is not None if then is None else not _differs(then, cube):
            continue
        elif not (verdict := _may(then, cube)):
            plan.leave(cube, verdict.reason)
        else:
            if cube.binned is None and (then is None or then.binned is not None):
                plan.bin.append(cube)
            if then is not None:
                plan.back.append((then, cube))


def _differs(then: Cube, present: Cube) -> bool:
    if (then.binned is None) != (present.binned is None) or _header(then) != _header(present):
        return True
    return _rewrites(then, present)


def _rewrites(then: Cube, present: Cube) -> bool:
    """Whether the memory says something else now."""
    return then.kind is not Kind.ACTIVATION and _content(then) != _content(present)


def _may(then: Cube | None, present: Cube) -> Verdict:
    """What lies in the bin may be brought back with its old words too."""
    action = Action.EDIT if then is not None and _rewrites(then, present) else Action.ARRANGE
    return may_change(action, replace(present, binned=None))


def _header(cube: Cube) -> Row:
    """What is restored of a header. The bin is handled by itself: its date says when a cube is removed for good."""
    return {
        "state": cube.state.value,
        "tags": tags_column(cube.tags),
        "pinned": int(cube.pinned),
        "frozen": int(cube.frozen),
        **governance_columns(cube.governance),
    }


def _content(cube: Cube) -> tuple[object, object]:
    return cube.payload, cube.descriptive


def _label(plan: _Plan) -> str:
    if not plan.strict:
        return f"Restore all memories to {_words(plan.place)}"
    count = len(plan.then.ids)
    title = next((cube.title for cube in plan.then.cubes.values()), "")
    return f"Restore memory “{title}”" if count == 1 else f"Restore {count} memories"


def _words(place: Place) -> str:
    return f"“{place.name}”" if place.name else _date(place.time)


def _date(time: datetime) -> str:
    here = time.astimezone()
    return f"{here.day} {here:%B %Y, %H:%M}"


def _json(ids: Iterable[str]) -> str:
    return json.dumps(list(ids))
