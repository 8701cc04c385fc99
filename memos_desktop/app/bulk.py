"""Verbs that change the headers of many memories: one step, all of it or none, with progress, and a way to stop.

`run` is what a person does: those that cannot take part stay and are named. The functions of the verbs themselves take
memories of which every one can, and refuse them all otherwise.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from memos_desktop.errors import UserError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Access, Scope, Sensitivity, State
from memos_desktop.memory.lifecycle import TRANSITIONS, Actor, Trigger, after
from memos_desktop.memory.operators import taking_part as rules
from memos_desktop.memory.operators.taking_part import Member, Part
from memos_desktop.progress import Progress
from memos_desktop.texts import one_line
from memos_desktop.vault.heads import Head, heads
from memos_desktop.vault.rows import Row, moment
from memos_desktop.vault.vault import Vault


class Unset(Enum):
    """Stands for "leave it as it is" where None means "none"."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
Ids = Sequence[str]


def pin(vault: Vault, ids: Ids, progress: Progress | None = None, *, on: bool = True) -> Changes:
    """Pin: always in the prompt. Or unpin."""
    return vault.cubes.update(ids, named("Pin" if on else "Unpin", ids), pinned=on, progress=progress)


def freeze(vault: Vault, ids: Ids, progress: Progress | None = None, *, on: bool = True) -> Changes:
    """Freeze: nothing about it can be changed. Or unfreeze."""
    return vault.cubes.update(ids, named("Freeze" if on else "Unfreeze", ids), frozen=on, progress=progress)


def archive(vault: Vault, ids: Ids, progress: Progress | None = None) -> Changes:
    """Archive: kept and shown, no longer recalled. What is archived stays so."""
    return vault.cubes.transit(ids, Trigger.ARCHIVE, named("Archive", ids), progress=progress)


def restore(vault: Vault, ids: Ids, progress: Progress | None = None) -> Changes:
    """Bring back what is archived, merged or expired; an expiry that has passed is taken away."""
    return vault.cubes.transit(ids, Trigger.RESTORE, named("Restore", ids), progress=progress)


def bin(vault: Vault, ids: Ids, progress: Progress | None = None) -> Changes:
    """Delete to the bin."""
    return vault.cubes.bin(ids, progress=progress)


def unbin(vault: Vault, ids: Ids, progress: Progress | None = None) -> Changes:
    """Take back out of the bin."""
    return vault.cubes.unbin(ids, progress=progress)


def tag(
    vault: Vault, ids: Ids, progress: Progress | None = None, *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> Changes:
    """Add and remove tags."""
    added = tuple(dict.fromkeys(found for word in add if (found := one_line(word))))
    return vault.cubes.retag(ids, added, tuple(remove), progress=progress)


def confirm(vault: Vault, ids: Ids, progress: Progress | None = None) -> Changes:
    """Agree to what a rule proposed."""
    return vault.cubes.set_columns(ids, named("Confirm", ids), {"proposed": 0}, progress=progress)


def expire(vault: Vault, ids: Ids, progress: Progress | None = None, *, at: datetime | None = None) -> Changes:
    """Expire now, or later: `at`. What had expired and is given time again comes back."""
    time = now()
    if at is None or at <= time:
        return vault.cubes.transit(ids, Trigger.EXPIRE, named("Expire", ids), progress=progress)

    def changed(cube: Head) -> Row:
        return {**_renewed(cube), "expires": moment(at)}

    return vault.cubes.change_each(ids, named("Set expiry of", ids), changed, progress=progress)


def renew(vault: Vault, ids: Ids, progress: Progress | None = None) -> Changes:
    """Take the expiry away; what has expired comes back."""

    def changed(cube: Head) -> Row:
        return {**_renewed(cube), "expires": None}

    return vault.cubes.change_each(ids, named("Renew", ids), changed, progress=progress)


def set_header(
    vault: Vault,
    ids: Ids,
    progress: Progress | None = None,
    *,
    scope: Scope | None = None,
    project: str | Unset | None = UNSET,
    sensitivity: Sensitivity | None = None,
    priority: int | None = None,
    access: Access | None = None,
    expires: datetime | Unset | None = UNSET,
) -> Changes:
    """Change what governs memories; only what is given. The scope `project` needs a project."""
    columns: Row = {}
    for name, value in (("scope", scope), ("sensitivity", sensitivity), ("access", access)):
        if value is not None:
            columns[name] = value.value
    if priority is not None:
        columns["priority"] = priority
    if project is not UNSET:
        columns["project"] = _project(project)

    def changed(cube: Head) -> Row:
        _refuse_homeless(cube, columns)
        if expires is UNSET:
            return columns
        return {**columns, **_dated(cube, expires)}

    return vault.cubes.change_each(ids, named("Change header of", ids), changed, progress=progress)


def _dated(cube: Head, expires: datetime | None) -> Row:
    """Another expiry, and the state that follows from it."""
    if expires is None or expires > now():
        return {**_renewed(cube), "expires": moment(expires)}
    if cube.state is State.EXPIRED:
        return {"expires": moment(expires)}
    return {"state": after(cube, Trigger.EXPIRE, Actor.PERSON).value, "expires": moment(expires)}


def _renewed(cube: Head) -> Row:
    """The state of a memory that need not expire any more."""
    return {"state": after(cube, Trigger.RENEW).value if cube.state is State.EXPIRED else cube.state.value}


def _project(name: str | None) -> str | None:
    return one_line(name or "") or None


def _refuse_homeless(cube: Head, columns: Row) -> None:
    if _homeless(columns.get("scope", cube.scope), columns.get("project", cube.project)):
        raise UserError(
            f"“{cube.title}” would be for a project but belongs to none. Nothing was changed.",
            "Name a project, or choose another scope.",
        )


def _homeless(scope: str, project: str | None) -> bool:
    return scope == Scope.PROJECT and project is None


def _off(verb: Callable[..., Changes]) -> Callable[..., Changes]:
    return lambda vault, ids, progress=None: verb(vault, ids, progress, on=False)


VERBS: Mapping[str, Callable[..., Changes]] = {
    "pin": pin,
    "unpin": _off(pin),
    "freeze": freeze,
    "unfreeze": _off(freeze),
    "archive": archive,
    "restore": restore,
    "bin": bin,
    "unbin": unbin,
    "tag": tag,
    "confirm": confirm,
    "expire": expire,
    "renew": renew,
    "set_header": set_header,
}
TITLES = {
    "pin": "Pinning",
    "unpin": "Unpinning",
    "freeze": "Freezing",
    "unfreeze": "Unfreezing",
    "archive": "Archiving",
    "restore": "Restoring",
    "bin": "Moving to the bin:",
    "unbin": "Taking out of the bin:",
    "tag": "Tagging",
    "confirm": "Confirming",
    "expire": "Setting the expiry of",
    "renew": "Renewing",
    "set_header": "Changing the headers of",
}


def run(verb: str, vault: Vault, ids: Ids, progress: Progress | None = None, **arguments: Any) -> Changes:
    """Do what `verb` says with those of these that can take part, as one step; the result names those that stay.

    Raises UserError where none can, and NotFoundError, VaultError or Cancelled; nothing was changed then. Before many
    memories are changed a snapshot is made.
    """
    part = taking_part(vault, verb, ids, **arguments)
    if part.left and not part.ids:
        raise rules.refusal(_rule(verb, arguments), part.left, len(part.left))
    count = len(part.ids)
    vault.snapshots.before(f"{TITLES[verb].lower()} {count:,} memories", count)
    return replace(VERBS[verb](vault, part.ids, progress, **arguments), left=part.left)


def bring_back(vault: Vault, ids: Ids) -> Changes:
    """Take out of the bin what is there, and bring back what is archived, merged or expired; as `run`, in one step."""
    binned = {cube.id for cube in vault.cubes.many(ids) if cube.binned is not None}
    out = taking_part(vault, "unbin", [id for id in ids if id in binned])
    back = taking_part(vault, "restore", [id for id in ids if id not in binned])
    left = (*out.left, *back.left)
    if left and not (out.ids or back.ids):
        raise rules.refusal("restore", left, len(left))
    if not back.ids:
        return replace(vault.cubes.unbin(out.ids), left=left)
    with vault.step(named("Restore", (*out.ids, *back.ids))) as step:
        if out.ids:
            vault.cubes.unbin(out.ids)
        restore(vault, back.ids)
    return replace(step.changes, left=left)


def taking_part(vault: Vault, verb: str, ids: Ids, **arguments: Any) -> Part:
    """Which of these can take part in any operator, and which cannot. Raises NotFoundError."""
    further = _header_rule(**arguments) if verb == "set_header" else None
    return rules.part(_rule(verb, arguments), heads(vault.database, vault.cubes.whole(ids)), now(), further)


def _rule(verb: str, arguments: Mapping[str, Any]) -> str:
    at = arguments.get("at")
    return "expire later" if verb == "expire" and at is not None and at > now() else verb


def _header_rule(
    *,
    scope: Scope | None = None,
    project: str | Unset | None = UNSET,
    expires: datetime | Unset | None = UNSET,
    **_others: Any,
) -> rules.Rule:
    """What stands in the way of these changes of a header in particular."""

    def rule(cube: Member, time: datetime) -> str:
        mine = cube.governance
        if _homeless(scope or mine.scope, mine.project if project is UNSET else _project(project)):
            return "of no project"
        over = isinstance(expires, datetime) and expires <= time and cube.state is not State.EXPIRED
        return cube.state.value if over and (cube.state, Trigger.EXPIRE) not in TRANSITIONS else ""

    return rule


def named(verb: str, ids: Sequence[object]) -> str:
    """The label of a step: "Pin memory", "Pin 3 memories"."""
    return f"{verb} memory" if len(ids) == 1 else f"{verb} {len(ids):,} memories"
