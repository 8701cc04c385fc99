"""The exact tier while the program runs: after an answer a chat is read as the next turn will see it, and kept.

Reading happens on the model's thread when nobody waits for it and ends at once when somebody does; writing happens on
a thread of its own.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import SerialWorker, Urgency
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.models import Models
from memos_desktop.app.store import Store
from memos_desktop.engine.base import Engine, Prompt, Snapshot
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import Cancelled, MemosError, NotFoundError
from memos_desktop.memory.changes import Changes
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault

log = logging.getLogger(__name__)


class KeptStates:
    """Keeps what chats have read, and forgets it with them.

    Attributes:
        store: the files.
        problem: why the last state could not be kept, or the empty string.

    """

    def __init__(
        self, store: KvStore, vault: Store, models: Models, leisure: Leisure, events: Broadcast[Changes]
    ) -> None:
        self.store = store
        self.problem = ""
        self._vault = vault
        self._models = models
        self._events = events
        self._writer = SerialWorker("states")
        self._leisure = leisure

    def settle(
        self, engine: Engine, following: Callable[[], tuple[Prompt, int]], chat_id: str, cubes: Sequence[str]
    ) -> None:
        """Keep a chat up to its last answer, when the model has nothing else to do. Called on the model's thread.

        `following` gives what the next prompt begins with, and how many of its tokens every chat shares.
        """
        if engine.identity is None:
            return
        self._leisure.once(lambda progress: self._settle(engine, following, chat_id, cubes, progress))

    def settled(self) -> "Future[None]":
        """Done when everything read so far is kept, or could not be."""
        done: Future[None] = Future()

        def written(_: "Future[None]") -> None:
            self._writer.submit(lambda: None).add_done_callback(lambda _: done.set_result(None))

        self._models.worker.submit(lambda: None, urgency=Urgency.IDLE).add_done_callback(written)
        return done

    def keep(self, snapshot: Snapshot) -> StateFile:
        """Write a state and wait for it; for work that is a job of its own. Raises VaultError."""
        return self._writer.call(self._write, snapshot)

    def tidy(self, purged: Iterable[str]) -> "Future[int]":
        """Remove states in which forgotten cubes stand, and those whose chat or cube is gone; the bytes freed."""
        cubes = tuple(purged)

        def work() -> int:
            freed = sum(self.store.drop_cube(id) for id in cubes)
            owners = {entry.owner for entry in self.store.entries() if entry.owner}
            gone = self._vault.ask(lambda vault: [owner for owner in owners if not stands(vault, owner)])
            return self._told(freed + sum(self.store.drop_owner(owner) for owner in gone))

        return self._writer.submit(work, urgency=Urgency.IDLE)

    def forget_chat(self, chat_id: str) -> "Future[int]":
        """Remove what was kept of a chat; the bytes freed."""
        return self._writer.submit(lambda: self._told(self.store.drop_owner(f"chat:{chat_id}")))

    def drop(self, ids: Sequence[str]) -> "Future[int]":
        """Remove states and what goes on from them; the bytes freed."""
        return self._writer.submit(lambda: self._told(self.store.drop(ids)))

    def prune(self, to_bytes: int) -> "Future[int]":
        """Remove what cannot be used, then the states used least recently, down to a size; the bytes freed."""
        return self._writer.submit(lambda: self._told(self.store.prune(to_bytes)))

    def set_budget(self, bytes: int) -> "Future[None]":
        """Change the room; what is too much is removed."""

        def work() -> None:
            self.store.budget = bytes
            self._events.publish(Changes(states=True))

        return self._writer.submit(work)

    def close(self) -> None:
        """Finish writing. The model's thread must have ended before."""
        self._writer.close()

    def _settle(
        self,
        engine: Engine,
        following: Callable[[], tuple[Prompt, int]],
        chat_id: str,
        cubes: Sequence[str],
        progress: Progress,
    ) -> None:
        """Read and copy. When it is interrupted, what was read so far is kept all the same."""
        try:
            if self._models.loaded is not engine:  # another model was chosen meanwhile
                return
            prompt, shared = following()
            try:
                engine.settle(prompt, progress)
            except Cancelled:
                log.debug("Reading ahead was interrupted")
            for snapshot in engine.keep(prompt, shared, f"chat:{chat_id}", cubes):
                self._writer.submit(self._try_write, snapshot, chat_id)
        except MemosError as error:  # the chat is longer than the context, say: the next turn tells it
            self._failed(error)

    def _try_write(self, snapshot: Snapshot, chat_id: str) -> None:
        if not self._vault.ask(lambda vault: stands(vault, f"chat:{chat_id}")):
            return  # it was deleted meanwhile
        try:
            self._write(snapshot)
        except MemosError as error:
            self._failed(error)

    def _write(self, snapshot: Snapshot) -> StateFile:
        state = self.store.keep(snapshot.header, snapshot.payload)
        self.problem = ""
        self._events.publish(Changes(states=True))
        return state

    def _failed(self, error: MemosError) -> None:
        """Nothing is lost: it is read again when it is needed. The page of kept states says why."""
        self.problem = f"{error.message} {error.hint}".strip()
        log.warning("A state was not kept: %s", error.message)
        self._events.publish(Changes(states=True))

    def _told(self, freed: int) -> int:
        if freed:
            self._events.publish(Changes(states=True))
        return freed


def stands(vault: Vault, owner: str) -> bool:
    """Whether the chat or the version of a cube that owns a state is there and not in the bin."""
    kind, _, name = owner.partition(":")
    try:
        if kind == "chat":
            return vault.chats.get(name).binned is None
        cube_id, _, version = name.partition("@")
        cube = vault.cubes.get(cube_id)
    except NotFoundError:
        return False
    return cube.binned is None and str(cube.version) == version
