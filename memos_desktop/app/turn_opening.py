"""The beginning of a turn: where it happens, and the person's message saved before anything else."""

from dataclasses import dataclass

from memos_desktop.app.turn_events import SendRequest
from memos_desktop.errors import UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import title_of
from memos_desktop.memory.message import Attachment, Chat, MemoryMode, Message, Role
from memos_desktop.texts import plain
from memos_desktop.vault.vault import Vault

LONGEST_MESSAGE = 400_000
"""Characters. No model that runs here reads more at once; a longer text is refused before it is saved."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A turn whose message is saved: where it happens. `fresh`: the message is new, so it may be remembered."""

    chat: Chat
    user: Message
    history: tuple[Message, ...]
    changes: Changes
    fresh: bool


def open_turn(vault: Vault, request: SendRequest, default: MemoryMode, speaker: str) -> Opened:
    """Save the message of `request`; `default` is the memory switch of a new chat.

    Raises UserError for a text that cannot be sent, NotFoundError for a chat, message or attachment that is not there.
    """
    attached = _attached(vault, request)
    if request.temporary:
        return _temporary(request, speaker, attached)
    if request.regenerate:
        user = vault.chats.message(request.regenerate)
        branch = vault.chats.branch(user.chat_id, user.id)
        return Opened(vault.chats.get(user.chat_id), user, branch[:-1], Changes(), fresh=False)
    text = _sendable(request.text)
    if request.chat_id is None:
        with vault.step("New chat with a message") as step:
            chat = vault.chats.create(title_of(text, 48), request.memory or default, request.project)
            user = _user_message(chat, None, text, speaker, request.memory, attached)
            vault.chats.add_message(user)
        return Opened(vault.chats.get(chat.id), user, (), step.changes, fresh=True)
    chat = vault.chats.get(request.chat_id)
    parent = request.parent_id if request.parent_id is not None else chat.leaf_id
    if request.parent_id == "":  # an edit of the first message: a new root
        parent = None
    history = vault.chats.branch(chat.id, parent) if parent else ()
    user = _user_message(chat, parent, text, speaker, request.memory, attached)
    changes = vault.chats.add_message(user)
    return Opened(vault.chats.get(chat.id), vault.chats.message(user.id), history, changes, fresh=True)


def _temporary(request: SendRequest, speaker: str, attached: tuple[Attachment, ...]) -> Opened:
    moment = now()
    chat = Chat(request.chat_id or new_id(), "Temporary chat", moment, moment, request.memory or MemoryMode.READ)
    text = _sendable(request.text)
    user = _user_message(chat, None, text, speaker, None, attached)
    return Opened(chat, user, request.history, Changes(), fresh=False)


def _attached(vault: Vault, request: SendRequest) -> tuple[Attachment, ...]:
    cubes = (vault.cubes.get(id) for id in dict.fromkeys(request.attach))
    return tuple(Attachment(cube.id, cube.version) for cube in cubes)


def _user_message(
    chat: Chat,
    parent_id: str | None,
    text: str,
    speaker: str,
    memory: MemoryMode | None,
    attached: tuple[Attachment, ...],
) -> Message:
    kept = (memory or chat.memory) is MemoryMode.ON
    return Message(new_id(), chat.id, parent_id, Role.USER, speaker, text, now(), kept=kept, attached=attached)


def _sendable(text: str) -> str:
    content = plain(text).strip()
    if not content:
        raise UserError("The message is empty, so nothing was sent.")
    if len(content) > LONGEST_MESSAGE:
        raise UserError(
            f"The message has {len(content):,} characters; {LONGEST_MESSAGE:,} can be sent at most. Nothing was sent.",
            "Add it as a memory of type document, or send a part of it.",
        )
    return content
