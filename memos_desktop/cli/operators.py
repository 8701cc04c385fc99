"""`cubes fuse`, `split`, `expire`, `renew`, `header`, and `reviews`: what operators do with memories."""

import argparse
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.memory import moment
from memos_desktop.cli.output import Answer, changes_document, changes_text, table
from memos_desktop.cli.parsing import UsageError
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube

if TYPE_CHECKING:
    from memos_desktop.app.operations import FusePreview, SplitPreview
    from memos_desktop.app.reviews import Review


def fuse(arguments: argparse.Namespace, context: Context) -> Answer:
    """Make one memory of several, or say what that would be."""
    operations = context.workspace.operations
    ids, text = _whole(arguments.ids, context), arguments.text
    if arguments.text_by == "model":
        operations.fuse_preview(ids).result()  # what cannot be fused is refused before a model is loaded
        text = context.finish(operations.propose_text(ids))
    preview = operations.fuse_preview(ids, text).result()
    if arguments.preview:
        return Answer(_fused(preview, None), _fuse_text(preview))
    made = operations.fuse(preview.versions, preview.text, arguments.title).result()
    document = _fused(preview, made.cube) | {"changes": changes_document(made.changes)}
    return Answer(document, f"{made.cube.id}  {made.cube.title}\n{_conflict_lines(preview)}".rstrip())


def split(arguments: argparse.Namespace, context: Context) -> Answer:
    """Give the parents of a fused memory back, or make its parts memories, or say what that would be."""
    operations = context.workspace.operations
    cube = context.workspace.library.cube(arguments.id).result()
    if arguments.preview:
        preview = operations.split_preview(cube.id).result()
        parts = tuple(arguments.parts or preview.parts)
        return Answer(_split(cube, preview.parents, [(None, part) for part in parts]), _split_text(preview))
    made = operations.split(cube.id, arguments.parts, cube.version).result()
    back = tuple(one for one in made.cubes if cube.id not in one.parents)
    parts = tuple((one.id, one.text) for one in made.cubes if cube.id in one.parents)
    lines = [f"{one.id}  {one.title}" for one in made.cubes]
    return Answer(_split(cube, back, parts) | {"changes": changes_document(made.changes)}, "\n".join(lines))


def expire(arguments: argparse.Namespace, context: Context) -> Answer:
    """Let memories expire now, or at a given time."""
    ids = _whole(arguments.ids, context)
    changes = context.workspace.operations.expire(ids, moment(arguments.at)).result()
    return Answer({"changes": changes_document(changes)}, changes_text(changes))


def renew(arguments: argparse.Namespace, context: Context) -> Answer:
    """Take the expiry of memories away."""
    changes = context.workspace.operations.renew(_whole(arguments.ids, context)).result()
    return Answer({"changes": changes_document(changes)}, changes_text(changes))


def header(arguments: argparse.Namespace, context: Context) -> Answer:
    """Change what governs memories."""
    names = ("scope", "sensitivity", "priority", "access")
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    if arguments.project is not None:
        given["project"] = arguments.project or None
    if not given:
        raise UsageError("usage: memos-desktop cubes header ID… --scope S\nName at least one thing to change.")
    changes = context.workspace.operations.set_header(_whole(arguments.ids, context), **given).result()
    return Answer({"changes": changes_document(changes)}, changes_text(changes))


def list_reviews(arguments: argparse.Namespace, context: Context) -> Answer:
    """What there is to look at, after a search for what repeats or contradicts."""
    found = _reviews(context, arguments.limit)
    rows = [(one.id, one.kind, one.words, " | ".join(cube.title for cube in one.cubes)) for one in found]
    shown = table(("ID", "WHAT", "WHY", "MEMORIES"), rows) if rows else "There is nothing to look at."
    return Answer({"reviews": [_review(one) for one in found]}, shown)


def dismiss(arguments: argparse.Namespace, context: Context) -> Answer:
    """Do not suggest something again while its memories stay as they are."""
    review = _named(arguments.id, context)
    changes = context.workspace.reviews.dismiss(review).result()
    return _settled(review, changes, "This is not suggested again while the memories stay as they are.")


def accept(arguments: argparse.Namespace, context: Context) -> Answer:
    """Do what a suggestion offers; of several memories, archive and bin take the older ones."""
    review, offer = _named(arguments.id, context), arguments.offer
    if offer not in review.offers:
        raise UserError(
            f"This suggestion does not offer “{offer}”. Nothing was changed.", f"It offers {', '.join(review.offers)}."
        )
    workspace, ids = context.workspace, review.meant(offer)
    calls: dict[str, Callable[[], Future[Changes]]] = {
        "archive": lambda: workspace.library.archive(ids),
        "bin": lambda: workspace.library.bin(ids),
        "renew": lambda: workspace.operations.renew(ids),
        "keep": lambda: workspace.reviews.dismiss(review),
    }
    if offer in calls:
        changes = calls[offer]().result()
        return _settled(review, changes, changes_text(changes) if offer != "keep" else "It is kept as it is.")
    preview = workspace.operations.fuse_preview(ids).result()
    made = workspace.operations.fuse(preview.versions, preview.text).result()
    return _settled(review, made.changes, f"{made.cube.id}  {made.cube.title}", made.cube.id)


def _reviews(context: Context, limit: int = 1_000) -> "tuple[Review, ...]":
    context.finish(context.workspace.reviews.refresh())
    return context.workspace.reviews.list(limit).result()


def _named(id: str, context: Context) -> "Review":
    """The suggestion whose id begins so. Raises NotFoundError, UserError where there are several."""
    matching = [one for one in _reviews(context) if one.id.startswith(id)]
    if not matching:
        raise NotFoundError(f"There is no suggestion {id}.", "See reviews list.")
    if len(matching) > 1:
        raise UserError(f"More than one suggestion begins with {id}.", "Give more of the id.")
    return matching[0]


def _settled(review: "Review", changes: Changes, text: str, made: str | None = None) -> Answer:
    return Answer({"review": _review(review), "changes": changes_document(changes), "id": made}, text)


def _whole(ids: list[str], context: Context) -> tuple[str, ...]:
    """Whole ids, each as often as it was named."""
    return tuple(context.workspace.library.cube(one).result().id for one in ids)


def _fused(preview: "FusePreview", cube: Cube | None) -> dict[str, Any]:
    return {
        "id": cube.id if cube else None,
        "parents": [parent.id for parent in preview.parents],
        "conflicts": [
            {"kind": one.kind, "words": one.words, "values": one.values, "spans": one.spans}
            for one in preview.conflicts
        ],
        "text": preview.text,
        "title": cube.title if cube else preview.title,
        "similarity": round(preview.similarity, 4),
        "warnings": list(preview.warnings),
    }


def _fuse_text(preview: "FusePreview") -> str:
    return "\n".join(part for part in (preview.text, _conflict_lines(preview), *preview.warnings) if part)


def _conflict_lines(preview: "FusePreview") -> str:
    return "\n".join(f"! {one.words}" for one in preview.conflicts)


def _split(cube: Cube, back: tuple[Cube, ...], parts: "Any") -> dict[str, Any]:
    return {
        "id": cube.id,
        "parents": [parent.id for parent in back],
        "parts": [{"id": id, "text": text} for id, text in parts],
        "conflicts": [],
        "text": cube.text,
    }


def _split_text(preview: "SplitPreview") -> str:
    lines = [f"{one.id}  {one.title}" for one in preview.parents] or [f"- {part}" for part in preview.parts]
    return "\n".join([preview.reason, *lines])


def _review(review: "Review") -> dict[str, Any]:
    return {
        "id": review.id,
        "kind": review.kind,
        "words": review.words,
        "score": round(review.score, 4),
        "offers": list(review.offers),
        "cubes": [
            {"id": cube.id, "version": cube.version, "title": cube.title, "text": cube.text} for cube in review.cubes
        ],
    }
