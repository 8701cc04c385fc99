"""Changing the headers of MemCubes in place: state, flags, tags, governance, bin. One or 10,000 of them, all or none.

The `progress` of a long change raises Cancelled where somebody asked to stop; nothing was changed then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from memos_desktop.errors import UserError
from memos_desktop.ids import ID_LENGTH, now
from memos_desktop.memory import governance as rules
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Governance, Kind, State
from memos_desktop.memory.lifecycle import Actor, Trigger, after
from memos_desktop.progress import Progress
from memos_desktop.vault.cube_reads import CubeReads
from memos_desktop.vault.heads import Head, heads
from memos_desktop.vault.rows import Row, governance_columns, moment, tags_column
from memos_desktop.vault.transaction import ManyRows, Transaction

SETTLED = {
    Trigger.ARCHIVE: (State.ARCHIVED,),
    Trigger.EXPIRE: (State.EXPIRED,),
    Trigger.RESTORE: (State.GENERATED, State.ACTIVATED),
    Trigger.RENEW: (State.GENERATED, State.ACTIVATED, State.MERGED, State.ARCHIVED),
}
"""Where a trigger has nothing to do, so that a selection of different memories can be brought to one state."""


class CubeHeaders(CubeReads):
    """The part of `CubeStore` that changes headers. Every method is one undo step and returns `Changes`."""

    def update(
        self,
        ids: Iterable[str],
        label: str,
        *,
        actor: str = "user",
        reason: str = "",
        tags: tuple[str, ...] | None = None,
        pinned: bool | None = None,
        frozen: bool | None = None,
        governance: Governance | None = None,
        progress: Progress | None = None,
    ) -> Changes:
        """Change headers in place; the state only changes by `transit`.

        Only what is given changes. A frozen cube lets only `frozen` be changed; an activation cube is not pinned,
        its source is.
        """
        columns: Row = {}
        if tags is not None:
            columns["tags"] = tags_column(tags)
        if pinned is not None:
            columns["pinned"] = int(pinned)
        if governance is not None:
            columns |= governance_columns(governance)
        return self.set_columns(ids, label, columns, actor=actor, reason=reason, frozen=frozen, progress=progress)

    def set_columns(
        self,
        ids: Iterable[str],
        label: str,
        columns: Row,
        *,
        actor: str = "user",
        reason: str = "",
        frozen: bool | None = None,
        progress: Progress | None = None,
    ) -> Changes:
        """Set the same columns in several headers; see `update`."""
        wanted = columns if frozen is None else {**columns, "frozen": int(frozen)}

        def changed(cube: Head) -> Row:
            if columns.get("pinned") and cube.kind is Kind.ACTIVATION:
                raise UserError(
                    f"“{cube.title}” is made from the text of a memory, so it was not pinned.", "Pin that memory."
                )
            return wanted

        return self.change_each(ids, label, changed, actor=actor, reason=reason, progress=progress)

    def transit(
        self,
        ids: Iterable[str],
        trigger: Trigger,
        label: str,
        *,
        by: Actor = Actor.PERSON,
        reason: str = "",
        reasons: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Changes:
        """Move cubes through the table of `memory.lifecycle`; those that are where it leads stay. `reasons` by id.

        What expires by hand expires now; what comes back loses an expiry that has passed. Raises UserError.
        """
        time = now()

        def changed(cube: Head) -> Row:
            if cube.state in SETTLED.get(trigger, ()):
                return {}
            columns: Row = {"state": after(cube, trigger, by).value}
            if trigger is Trigger.EXPIRE and (cube.expires is None or cube.expires > time):
                columns["expires"] = moment(time)
            elif trigger in (Trigger.RESTORE, Trigger.RENEW) and cube.expires is not None and cube.expires <= time:
                columns["expires"] = None
            return columns

        return self.change_each(
            ids, label, changed, actor=by.value, reason=reason, reasons=reasons, progress=progress
        )

    def change_each(
        self,
        ids: Iterable[str],
        label: str,
        changed: Callable[[Head], Row],
        *,
        actor: str = "user",
        reason: str = "",
        reasons: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Changes:
        """Set in each header the columns that `changed` answers for it; it may raise to stop everything.

        Raises UserError for a frozen cube, unless it thaws.
        """
        whole = self.whole(ids)
        why = reasons or {}
        with self._journal.step(label, actor, reason) as step:
            found = heads(self._database, whole)
            rows = ((head.id, _allowed(head, changed(head)), why.get(head.id, "")) for head in found)
            _write(step, rows, progress, len(whole))
        return step.changes

    def retag(
        self,
        ids: Iterable[str],
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        *,
        actor: str = "user",
        reason: str = "",
        progress: Progress | None = None,
    ) -> Changes:
        """Add and remove tags, keeping the others."""
        added, removed = tuple(add), frozenset(remove)

        def changed(cube: Head) -> Row:
            tags = tuple(tag for tag in (*cube.tags, *added) if tag not in removed)
            return {"tags": tags_column(tags)}

        return self.change_each(ids, "Change tags", changed, actor=actor, reason=reason, progress=progress)

    def bin(
        self, ids: Iterable[str], *, actor: str = "user", reason: str = "", progress: Progress | None = None
    ) -> Changes:
        """Put cubes in the bin: out of lists and recall, and back by `unbin` or undo.

        The activation cube of such a cube goes with it.
        """
        whole = tuple(ids)
        return self._move(whole, _counted("Delete", whole), now(), actor, reason, progress)

    def unbin(
        self, ids: Iterable[str], *, actor: str = "user", reason: str = "", progress: Progress | None = None
    ) -> Changes:
        """Take cubes out of the bin, with the activation cubes that went in with them.

        Raises UserError for an activation cube by itself where its source is in the bin or has another one.
        """
        whole = tuple(ids)
        return self._move(whole, _counted("Put back", whole), None, actor, reason, progress)

    def whole(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Whole ids for ids or unique beginnings; what has the length of one is looked up when it is changed."""
        return tuple(id if len(id) >= ID_LENGTH else self.resolve(id) for id in ids)

    def _move(
        self,
        ids: Sequence[str],
        label: str,
        binned: datetime | None,
        actor: str,
        reason: str,
        progress: Progress | None,
    ) -> Changes:
        """Into the bin or out of it. What is where it shall be stays as it is."""
        columns = {"binned": moment(binned)}
        with self._journal.step(label, actor, reason) as step:
            cubes = sorted(heads(self._database, self.whole(ids)), key=lambda head: head.kind is Kind.ACTIVATION)
            sources = [cube for cube in cubes if cube.kind is not Kind.ACTIVATION]
            # The activation cubes come after the sources are written: then theirs are where they belong.
            for several in (sources, cubes[len(sources) :]):
                rows = ((key, columns, "") for key in self._moving(several, binned is None))
                _write(step, rows, progress, len(cubes))
        return step.changes

    def _moving(self, cubes: Iterable[Head], back: bool) -> Iterator[str]:
        """The ids of those that are not there yet, each with its activation cube."""
        moving = [cube for cube in cubes if (cube.binned is None) != back]
        followers = self._activations.followers([cube.id for cube in moving])
        for cube in moving:
            refuse_frozen(cube)
            if back and cube.kind is Kind.ACTIVATION:
                self._activations.require_place(self.get(cube.id))
            yield cube.id
            # Frozen or not, it goes where its source goes: a deleted text must not live on in it.
            if cube.id in followers:
                yield followers[cube.id]


def _allowed(cube: Head, columns: Row) -> Row:
    """These columns, if they may be set. Freezing and unfreezing is allowed always, and what goes with unfreezing."""
    if columns and columns.keys() != {"frozen"} and columns.get("frozen") != 0:
        refuse_frozen(cube)
    return columns


def refuse_frozen(cube: rules.Governed) -> None:
    """Raise UserError for a cube that forbids changes."""
    rules.require(rules.Action.ARRANGE, cube)


def _write(step: Transaction, rows: ManyRows, progress: Progress | None, total: int) -> None:
    def report(done: int) -> None:
        if progress is not None:
            progress.update(done, total, f"{done:,} of {total:,}")

    step.change_many("cubes", rows, report)


def _counted(verb: str, ids: Sequence[Any]) -> str:
    return f"{verb} memory" if len(ids) == 1 else f"{verb} {len(ids)} memories"
