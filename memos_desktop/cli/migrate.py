"""`cubes migrate`: a memory from one kind to another, and what that would cost before it is done."""

import argparse
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, size_words

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import Pathway
    from memos_desktop.app.encoding import Migrated


def migrate(arguments: argparse.Namespace, context: Context) -> Answer:
    """Migrate cubes as one step, or say what it would mean. The first one's fields are the document's too."""
    library, activation = context.workspace.library, context.workspace.activation
    ids = list(dict.fromkeys(library.cube(one).result().id for one in arguments.ids))
    if arguments.preview:
        found = [_preview(one) for one in activation.preview(ids, arguments.target).result()]
        lines = [_preview_line(one) for one in found]
    else:
        done: tuple[Migrated, ...] = context.finish(activation.migrate(ids, arguments.target))
        found = [_done(one) for one in done]
        lines = [_line(one) for one in done]
    return Answer({**found[0], "migrated": found} if len(found) > 1 else found[0], "\n".join(lines))


def _done(made: "Migrated") -> dict[str, Any]:
    return {
        "id": made.id,
        "source": made.source_id,
        "title": made.title,
        "pathway": made.pathway,
        "cost": _cost(made.tokens, made.bytes, made.ms),
        "lost": list(made.lost),
        "created": made.created,
        "ms": round(made.ms, 1),
        "step_id": made.step_id,
    }


def _preview(way: "Pathway") -> dict[str, Any]:
    return {
        "id": way.cube_id,
        "title": way.title,
        "pathway": f"{way.source.value}→{way.target.value}",
        "possible": way.possible,
        "reason": way.reason,
        "cost": _cost(way.tokens, way.bytes, way.seconds * 1000),
        "lost": list(way.lost),
        "gains": list(way.gains),
    }


def _cost(tokens: int, size: int, ms: float) -> dict[str, Any]:
    return {"tokens": tokens, "bytes": size, "ms": round(ms, 1)}


def _line(made: "Migrated") -> str:
    cost = f"{made.pathway}, {size_words(made.bytes)}, {made.ms / 1000:.1f} s"
    how = cost if made.created else "it was there already"
    return f"{made.id}  {made.title}: {how}"


def _preview_line(way: dict[str, Any]) -> str:
    if not way["possible"]:
        return f"{way['title']}: not possible, {way['reason']}"
    cost = way["cost"]
    about = [f"about {cost['tokens']:,} tokens" if cost["tokens"] else "", size_words(cost["bytes"])]
    about.append(f"{cost['ms'] / 1000:.1f} s" if cost["ms"] else "")
    known = ", ".join(part for part in about if part and part != "0 B")
    return "\n  ".join([f"{way['title']}: {way['pathway']}, {known}", *way["lost"], *way["gains"]])
