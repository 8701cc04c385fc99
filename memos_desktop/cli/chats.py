"""`chats`: the conversations."""

import argparse
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, changes_document, iso, short_time, table
from memos_desktop.errors import NotFoundError

if TYPE_CHECKING:
    from memos_desktop.memory.message import Chat, Message


def list_chats(arguments: argparse.Namespace, context: Context) -> Answer:
    """The conversations, the latest first."""
    chats = context.workspace.chats.list(limit=arguments.limit).result()
    rows = [
        (chat.id, short_time(chat.changed), chat.message_count, chat.memory, chat.title) for chat in chats
    ]
    text = (
        table(("ID", "CHANGED", "MESSAGES", "MEMORY", "TITLE"), rows) if rows else "There are no chats yet."
    )
    return Answer({"chats": [_chat(chat) for chat in chats]}, text)


def show(arguments: argparse.Namespace, context: Context) -> Answer:
    """The messages of the branch that the window shows."""
    chats = context.workspace.chats
    chat = chats.get(arguments.id).result()
    messages = chats.branch(chat.id).result()
    text = "\n\n".join(
        f"{message.speaker}, {short_time(message.created)}\n{message.text}" for message in messages
    )
    return Answer({"chat": _chat(chat), "messages": [_message(message) for message in messages]}, text)


def delete(arguments: argparse.Namespace, context: Context) -> Answer:
    """Move one conversation to the bin, or one message of it with what is below it."""
    chats = context.workspace.chats
    try:
        changes, what = chats.delete(arguments.id).result(), "The chat"
    except NotFoundError:
        changes, what = chats.delete_message(arguments.id).result(), "The message"
    return Answer({"changes": changes_document(changes)}, f"{what} is in the bin; undo brings it back.")


def exclude(arguments: argparse.Namespace, context: Context) -> Answer:
    """Do not use a memory in a chat any more."""
    return _exclude(arguments, context, True)


def include(arguments: argparse.Namespace, context: Context) -> Answer:
    """Use a memory in a chat again."""
    return _exclude(arguments, context, False)


def search(arguments: argparse.Namespace, context: Context) -> Answer:
    """Messages that contain the words."""
    hits = context.workspace.chats.search(arguments.text).result()
    found = [{**_message(hit.message), "chat_title": hit.chat_title, "snippet": hit.snippet} for hit in hits]
    rows = [
        (hit.message.chat_id, short_time(hit.message.created), hit.message.speaker, hit.snippet)
        for hit in hits
    ]
    text = (
        table(("CHAT", "TIME", "SPEAKER", "FOUND"), rows) if rows else f"No message says “{arguments.text}”."
    )
    return Answer({"messages": found}, text)


def _exclude(arguments: argparse.Namespace, context: Context, on: bool) -> Answer:
    chats = context.workspace.chats
    chat = chats.get(arguments.chat).result()
    cube = context.workspace.library.cube(arguments.id).result()
    changes = chats.exclude(chat.id, cube.id, on).result()
    text = f"“{cube.title}” is {'not used in this chat any more' if on else 'used in this chat again'}."
    return Answer({"changes": changes_document(changes), "chat": _chat(chats.get(chat.id).result())}, text)


def _chat(chat: "Chat") -> dict[str, Any]:
    return {
        "id": chat.id,
        "title": chat.title,
        "created": iso(chat.created),
        "changed": iso(chat.changed),
        "memory": chat.memory.value,
        "project": chat.project,
        "imported": chat.imported,
        "messages": chat.message_count,
        "excluded": list(chat.excluded),
    }


def _message(message: "Message") -> dict[str, Any]:
    return {
        "id": message.id,
        "chat": message.chat_id,
        "parent": message.parent_id,
        "role": message.role.value,
        "speaker": message.speaker,
        "text": message.text,
        "time": iso(message.created),
        "finish": message.finish.value,
        "ref": message.ref,
        "caption": message.caption,
        "receipt": dict(message.receipt),
        "stats": dict(message.stats),
    }
