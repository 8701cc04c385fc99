"""`learned`: memories whose message was edited, left or deleted since, and what becomes of them."""

import argparse
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, changes_document, changes_text, table

if TYPE_CHECKING:
    from memos_desktop.app.learned import Outdated


def list_learned(arguments: argparse.Namespace, context: Context) -> Answer:
    """Such memories of all chats, or of one."""
    workspace = context.workspace
    chat = workspace.chats.get(arguments.chat).result().id if arguments.chat else None
    found = workspace.learned.outdated(chat).result()
    rows = [(one.cube.id, one.mark.change, one.offer, one.cube.title) for one in found]
    shown = table(("ID", "ITS MESSAGE", "SAYS NOW", "MEMORY"), rows) if rows else "Every memory is as its message says."
    return Answer({"learned": [_document(one) for one in found]}, shown)


def update(arguments: argparse.Namespace, context: Context) -> Answer:
    """Give memories the new words of their message."""
    learned = context.workspace.learned
    changes = learned.update(_whole(arguments.ids, context)).result()
    return Answer({"changes": changes_document(changes)}, changes_text(changes))


def keep(arguments: argparse.Namespace, context: Context) -> Answer:
    """Keep memories as they are, until their message changes once more."""
    changes = context.workspace.learned.keep(_whole(arguments.ids, context)).result()
    return Answer({"changes": changes_document(changes)}, "Kept as they are until their message changes again.")


def _whole(ids: list[str], context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys(context.workspace.library.cube(one).result().id for one in ids))


def _document(one: "Outdated") -> dict[str, Any]:
    return {
        "id": one.cube.id,
        "title": one.cube.title,
        "text": one.cube.text,
        "chat": one.mark.chat_id,
        "message": one.mark.message_id,
        "change": one.mark.change.value,
        "words": one.mark.words,
        "offer": one.offer,
    }
