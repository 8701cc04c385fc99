"""Splitting, on the vault: what a memory gives back or falls into, and writing it as one step."""

from collections.abc import Sequence

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, Origin, State
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.memory.operators import split as rules
from memos_desktop.vault.vault import Vault


def preview(vault: Vault, cube: Cube) -> tuple[Cube, tuple[Cube, ...], tuple[str, ...], str]:
    """What splitting gives, in the order of `SplitPreview`. Raises UserError."""
    rules.require_splittable(cube, now())
    back = given_back(vault, cube)
    if back:
        return cube, back, (), _back_words(cube, len(back))
    parts, reason = rules.proposed_parts(cube.text)
    if cube.descriptive.origin is Origin.FUSED:
        reason = f"None of the memories it was made from can come back. {reason}"
    return cube, (), parts, reason


def _back_words(cube: Cube, count: int) -> str:
    words = "The memory it was made from comes" if count == 1 else f"The {count} memories it was made from come"
    parts = [f"{words} back, and this one is archived."]
    if stays := len(cube.parents) - count:
        others = "Another one stays as it is: it is" if stays == 1 else f"{stays} others stay as they are: they are"
        parts.append(f"{others} gone, in the bin, not merged any more, or part of another memory.")
    if cube.version > 1:
        parts.append("What was edited since stands only in the archived one.")
    return " ".join(parts)


def given_back(vault: Vault, cube: Cube) -> tuple[Cube, ...]:
    """The parents of a fused memory that are still merged into it. Raises UserError where one of them is frozen."""
    if cube.descriptive.origin is not Origin.FUSED:
        return ()
    found = []
    for id in cube.parents:
        parent = _if_there(vault, id)
        if parent is None or parent.state is not State.MERGED or parent.binned is not None:
            continue
        if any(rules.holds(child) for child in vault.cubes.children(id) if child.id != cube.id):
            continue
        if parent.frozen:
            raise UserError(
                f"“{parent.title}” would come back, but it is frozen. Nothing was changed.", "Unfreeze it first."
            )
        found.append(parent)
    return tuple(found)


def split(
    vault: Vault, cube: Cube, parts: Sequence[str] | None, expected_version: int | None
) -> tuple[tuple[Cube, ...], Changes]:
    """Give the parents back, or make new memories of the parts, as one step. Raises UserError."""
    if expected_version not in (None, cube.version):
        raise UserError(f"“{cube.title}” was changed since you looked at it. Nothing was changed.", "Look at it again.")
    rules.require_splittable(cube, now())
    back = given_back(vault, cube) if parts is None else ()
    label = f"Split memory “{cube.title}”"
    if back:
        with vault.step(label) as step:
            vault.cubes.transit([parent.id for parent in back], Trigger.RESTORE, label)
            vault.cubes.transit([cube.id], Trigger.ARCHIVE, label)
        return tuple(vault.cubes.many(parent.id for parent in back)), step.changes
    wanted = rules.require_parts(rules.proposed_parts(cube.text)[0] if parts is None else parts)
    made = rules.split(cube, wanted, new_id, now())
    with vault.step(label) as step:
        vault.cubes.add_many(made)
        vault.cubes.transit([cube.id], Trigger.SPLIT, label)
    return made, step.changes


def _if_there(vault: Vault, id: str) -> Cube | None:
    try:
        return vault.cubes.get(id)
    except NotFoundError:  # it was forgotten since
        return None
