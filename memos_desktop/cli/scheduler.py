"""`scheduler`: what it proposes to keep ready or to let go, and whether it may do so by itself."""

import argparse
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, changes_document, size_words, table
from memos_desktop.errors import NotFoundError

if TYPE_CHECKING:
    from memos_desktop.memory.promotion import Proposal


def list_proposals(_arguments: argparse.Namespace, context: Context) -> Answer:
    """The proposals, the most time saved first."""
    found = context.workspace.scheduler.proposals().result()
    mode = context.workspace.settings.value.scheduler.value
    rows = [(one.cube_id, one.action.value, one.title, one.reason) for one in found]
    shown = table(("ID", "WHAT", "MEMORY", "WHY"), rows) if rows else f"Nothing is proposed (mode: {mode})."
    return Answer({"mode": mode, "proposals": [_document(one) for one in found]}, shown)


def accept(arguments: argparse.Namespace, context: Context) -> Answer:
    """Carry out what is proposed for a memory."""
    proposal = _proposal(arguments.id, context)
    done = context.finish(context.workspace.scheduler.accept(proposal))
    freed = done if isinstance(done, int) else 0
    migrated = [{"id": one.id, "source": one.source_id} for one in done] if isinstance(done, tuple) else []
    text = f"{size_words(freed)} freed." if isinstance(done, int) else f"“{proposal.title}” is ready as KV."
    return Answer({"proposal": _document(proposal), "migrated": migrated, "freed": freed}, text)


def dismiss(arguments: argparse.Namespace, context: Context) -> Answer:
    """Keep a proposal away for a month."""
    proposal = _proposal(arguments.id, context)
    changes = context.workspace.scheduler.dismiss(proposal).result()
    document = {"proposal": _document(proposal), "changes": changes_document(changes)}
    return Answer(document, f"“{proposal.action.value}” is not proposed for “{proposal.title}” for a month.")


def mode(arguments: argparse.Namespace, context: Context) -> Answer:
    """What it does with its proposals: carries them out, asks, or makes none."""
    from memos_desktop.app.settings import SchedulerMode

    settings = context.workspace.settings
    if arguments.mode is not None:
        settings.change(scheduler=SchedulerMode(arguments.mode))
    now = settings.value.scheduler.value
    return Answer({"mode": now}, now)


def _proposal(id: str, context: Context) -> "Proposal":
    """What is proposed for a cube, or for the source of an activation cube. Raises NotFoundError."""
    cube = context.workspace.library.cube(id).result()
    concerned = {cube.id, *cube.parents}
    for proposal in context.workspace.scheduler.proposals().result():
        if proposal.cube_id in concerned:
            return proposal
    raise NotFoundError(f"Nothing is proposed for “{cube.title}” now.", "See scheduler list.")


def _document(proposal: "Proposal") -> dict[str, Any]:
    return {
        "id": proposal.cube_id,
        "action": proposal.action.value,
        "title": proposal.title,
        "reason": proposal.reason,
        "saves_ms": round(proposal.saves_ms, 1),
    }
