"""Use cases on chats: list, open, search, rename, delete."""

from collections.abc import Callable
from concurrent.futures import Future

from memos_desktop.app.jobs import Urgency
from memos_desktop.app.store import Store
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.message import Branches, Chat, MemoryMode, Message, MessageHit
from memos_desktop.texts import one_line
from memos_desktop.vault.vault import Vault


class Chats:
    """Chats and their branches. Methods return futures."""

    def __init__(self, store: Store, forget: Callable[[str], object]) -> None:
        self._store = store
        self._forget = forget

    def list(self, limit: int = 200, offset: int = 0) -> "Future[tuple[Chat, ...]]":
        """Chats that are not in the bin, the one changed last first."""
        return self._store.read(lambda vault: vault.chats.list(limit=limit, offset=offset), Urgency.NOW)

    def get(self, id: str) -> "Future[Chat]":
        """One chat. Raises NotFoundError."""
        return self._store.read(lambda vault: vault.chats.get(id), Urgency.NOW)

    def branch(self, chat_id: str) -> "Future[tuple[Message, ...]]":
        """The messages of the branch that is shown, first to last."""
        return self._store.read(lambda vault: vault.chats.branch(chat_id), Urgency.NOW)

    def branches(self, message_id: str) -> "Future[Branches]":
        """The alternatives at one message."""
        return self._store.read(lambda vault: vault.chats.branches(message_id), Urgency.NOW)

    def choose_branch(self, chat_id: str, message_id: str) -> "Future[Changes]":
        """Show the branch that this message is on."""
        return self._store.change(lambda vault: vault.chats.choose_branch(chat_id, message_id))

    def rename(self, id: str, title: str) -> "Future[Changes]":
        """Give a chat another title."""
        return self._store.change(lambda vault: vault.chats.rename(id, one_line(title)))

    def set_memory(self, id: str, mode: MemoryMode) -> "Future[Changes]":
        """Set the memory switch of a chat."""
        return self._store.change(lambda vault: vault.chats.set_memory(id, mode))

    def delete(self, id: str) -> "Future[Changes]":
        """Put a chat in the bin. What the model has kept of it is gone at once: it can be read again after an undo."""

        def work(vault: Vault) -> Changes:
            chat_id = vault.chats.get(id).id
            changes = vault.chats.delete(chat_id)
            self._forget(chat_id)
            return changes

        return self._store.change(work)

    def delete_message(self, id: str) -> "Future[Changes]":
        """Put a message with all that is below it in the bin; what the model has kept of the chat is gone at once.

        Raises NotFoundError, UserError for an answer that is being written.
        """

        def work(vault: Vault) -> Changes:
            message = vault.chats.message(id)
            changes = vault.chats.delete_message(message.id)
            self._forget(message.chat_id)
            return changes

        return self._store.change(work)

    def exclude(self, id: str, cube_id: str, on: bool = True) -> "Future[Changes]":
        """Do not use a memory in this chat any more, or (`on` False) use it again."""
        return self._store.change(lambda vault: vault.chats.exclude(id, cube_id, on))

    def search(self, text: str) -> "Future[tuple[MessageHit, ...]]":
        """Places in all chats where these words stand."""
        return self._store.read(lambda vault: vault.chats.search(text), Urgency.NOW)
