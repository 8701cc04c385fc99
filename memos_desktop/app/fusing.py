"""Fusing, on the vault: reading the parents, comparing them, and writing the new memory as one step."""

from collections.abc import Sequence

from memos_desktop.app.texts_kept import checked
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, SemanticType, title_of
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.memory.operators import fuse as rules
from memos_desktop.memory.operators.conflicts import Conflict, find_conflicts
from memos_desktop.memory.similarity import mean_likeness
from memos_desktop.memory.word_diff import DiffPiece, word_diff
from memos_desktop.texts import one_line
from memos_desktop.vault.vault import Vault

Preview = tuple[
    tuple[Cube, ...],
    str,
    str,
    SemanticType,
    tuple[str, ...],
    tuple[Conflict, ...],
    float,
    tuple[str, ...],
    tuple[tuple[str, int], ...],
    tuple[tuple[DiffPiece, ...], ...],
]
MOST_DIFFS = 50
"""Parents that are compared with the text word by word; beyond, the comparison is left empty."""


def parents(vault: Vault, ids: Sequence[str]) -> tuple[Cube, ...]:
    """The memories to fuse. Raises UserError where they cannot be fused."""
    if len(ids) > rules.MOST_FUSED:  # before any of them is read
        raise UserError(
            f"{len(ids):,} memories are too many to fuse at once; {rules.MOST_FUSED} are the most."
            " Nothing was changed.",
            "Choose fewer, or fuse in groups.",
        )
    whole = [_resolved(vault, id) for id in ids]
    if len(set(whole)) != len(whole):
        raise UserError("The same memory was named twice. Nothing was changed.", "Name each memory once.")
    found = tuple(vault.cubes.many(whole))
    rules.require_fusible(found, now())
    return found


def _resolved(vault: Vault, id: str) -> str:
    try:
        return vault.cubes.resolve(id)
    except NotFoundError as error:
        raise NotFoundError(
            f"{error.message} It may have been forgotten meanwhile. Nothing was changed.",
            "Fuse the others without it.",
        ) from None


def preview(cubes: tuple[Cube, ...], text: str | None) -> Preview:
    """What fusing these makes, in the order of `FusePreview`."""
    proposed = rules.proposed_text(cubes) if text is None else text
    likeness = mean_likeness([cube.text for cube in cubes])
    diffs = tuple(
        word_diff(cube.text, proposed) if number < MOST_DIFFS else () for number, cube in enumerate(cubes)
    )
    return (
        cubes,
        proposed,
        title_of(proposed),
        rules.common_type(cubes),
        rules.united_tags(cubes),
        find_conflicts([cube.text for cube in cubes]),
        likeness,
        rules.warnings(cubes, likeness),
        tuple((cube.id, cube.version) for cube in cubes),
        diffs,
    )


def unchanged(vault: Vault, versions: Sequence[tuple[str, int]]) -> tuple[Cube, ...]:
    """The memories of a preview. Raises UserError where one was changed since, or may not be fused any more."""
    found = parents(vault, [id for id, _ in versions])
    for cube, (_, version) in zip(found, versions, strict=True):
        if cube.version != version:
            raise UserError(
                f"“{cube.title}” was changed since you looked at it. Nothing was changed.",
                "Look at it again, then fuse.",
            )
    return found


def fuse(
    vault: Vault,
    cubes: Sequence[Cube],
    text: str,
    title: str | None = None,
    type: SemanticType | None = None,
    tags: Sequence[str] | None = None,
) -> tuple[Cube, Changes]:
    """Write the new memory and mark its parents as merged, as one step."""
    content = checked(text)
    chosen = None if tags is None else tuple(dict.fromkeys(tag for word in tags if (tag := one_line(word))))
    cube = rules.fused(cubes, content, new_id(), now(), title=one_line(title or "") or None, type=type, tags=chosen)
    label = f"Fuse {len(cubes)} memories"
    with vault.step(label) as step:
        vault.cubes.add(cube)
        vault.cubes.transit([parent.id for parent in cubes], Trigger.FUSE, label)
    return vault.cubes.get(cube.id), step.changes
