"""`undo`, `redo` and `journal`: what was changed, and back."""

import argparse
from typing import Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.memory import moment
from memos_desktop.cli.output import Answer, iso, short_time, table
from memos_desktop.errors import UserError
from memos_desktop.memory.changes import Changes, Step


def undo(_arguments: argparse.Namespace, context: Context) -> Answer:
    """Take back the latest step that is not undone yet."""
    return _answer(context.workspace.library.undo().result(), "undo")


def redo(_arguments: argparse.Namespace, context: Context) -> Answer:
    """Make the latest undone step again."""
    return _answer(context.workspace.library.redo().result(), "redo")


def journal(arguments: argparse.Namespace, context: Context) -> Answer:
    """The steps, the latest first."""
    library = context.workspace.library
    cube = library.cube(arguments.cube).result().id if arguments.cube else None
    steps = library.journal(since=moment(arguments.since), cube_id=cube, limit=arguments.limit).result()
    rows = [(step.id, short_time(step.time), step.actor, step.action, step.label) for step in steps]
    text = table(("STEP", "TIME", "BY", "ACTION", "WHAT"), rows) if rows else "Nothing was changed yet."
    return Answer({"steps": [step_document(step) for step in steps]}, text)


def step_document(step: Step) -> dict[str, Any]:
    """The JSON of a journal step."""
    return {
        "id": step.id,
        "time": iso(step.time),
        "actor": step.actor,
        "label": step.label,
        "reason": step.reason,
        "action": step.action,
        "of": step.of,
        "undone": step.undone,
        "changes": [
            {"table": change.table, "key": change.key, "before": change.before, "after": change.after}
            for change in step.changes
        ],
    }


def _answer(changes: Changes | None, action: str) -> Answer:
    if changes is None:
        raise UserError(f"There is nothing to {action}.")
    step = {
        "id": changes.step_id,
        "label": changes.label,
        "action": action,
        "cubes": sorted(changes.cubes),
        "chats": sorted(changes.chats),
        "messages": sorted(changes.messages),
    }
    return Answer({"step": step}, f"{action.capitalize()}: {changes.label}")
