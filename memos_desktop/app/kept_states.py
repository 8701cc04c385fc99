"""The exact tier while the program runs: after an answer a chat is read as the next turn will see it, and kept.

Reading happens on the model's thread when nobody waits for it and ends at once when somebody does; writing happens on
a thread of its own.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future

from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import SerialWorker, Urgency
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.models import Models
from memos_desktop.app.store import Store
from memos_desktop.engine.base import Engine, Prompt, Snapshot
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import Cancelled, MemosError, NotFoundError, VaultError
from memos_desktop.memory.changes import Changes
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault

log = logging.getLogger(__name__)


class Batch:
    """States that are written ahead of the cubes they belong to; see `KeptStates.batch`.

    Attributes:
        states: what the cubes count on, written here or there before.
        owners: whose those are that were written here.

    """

    def __init__(self, kept: "KeptStates") -> None:
        self.states: list[StateFile] = []
        self.owners: set[str] = set()
        self._kept = kept
        self._made: list[str] = []

    def keep(self, snapshot: Snapshot) -> StateFile:
        """Write a state and wait for it. Raises VaultError, also where an earlier one had to make room for it."""
        self.owners.add(snapshot.header.owner)
        self._kept.awaited.add(snapshot.header.owner)
        state = self._kept.keep(snapshot)
        self._made.append(state.id)
        self.count_on(state)
        return state

    def count_on(self, state: StateFile) -> None:
        """Take in a state that was there before. Raises VaultError as `check` does."""
        self._kept.store.touch((state,))
        self.states.append(state)
        self.check()

    def check(self) -> None:
        """Raise VaultError where a state is not there any more."""
        if all(state.path.exists() for state in self.states):
            return
        needed, room = sum(state.bytes for state in self.states), self._kept.store.budget
        raise VaultError(
            f"A KV state was removed before all were there: together they take {needed / 1e6:.1f} MB,"
            f" and the space for kept states is {room / 1e6:.1f} MB. Nothing was changed.",
            "Take fewer memories at once, or raise the space for kept states in the settings.",
        )

    def take_back(self) -> None:
        """Remove what was written here."""
        try:
            self._kept.store.drop(self._made)
        except VaultError as error:  # what led here is the message; nobody's files go with the next tidying
            log.warning("%s", error.message)


class KeptStates:
    """Keeps what chats have read, and forgets it with them.

    Attributes:
        store: the files.
        problem: why the last state could not be kept, or the empty string.
        awaited: the owners that are not there yet, of states that are.

    """

    def __init__(
        self, store: KvStore, vault: Store, models: Models, leisure: Leisure, events: Broadcast[Changes]
    ) -> None:
        self.store = store
        self.problem = ""
        self.awaited: set[str] = set()
        self._vault = vault
        self._models = models
        self._events = events
        self._writer = SerialWorker("states")
        self._leisure = leisure

    def settle(
        self,
        engine: Engine,
        following: Callable[[], tuple[Prompt, int]],
        chat_id: str,
        cubes: Sequence[str],
        pinned: Sequence[str],
    ) -> None:
        """Keep a chat up to its last answer, when the model has nothing else to do. Called on the model's thread.

        `following` gives what the next prompt begins with, and how many of its tokens every chat shares. `cubes` stand
        in it, `pinned` of them in what is shared.
        """
        if engine.identity is None:
            return
        self._leisure.once(lambda progress: self._settle(engine, following, chat_id, cubes, pinned, progress))

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

    @contextlib.contextmanager
    def batch(self) -> Iterator[Batch]:
        """Write states ahead of the cubes they belong to. Where this ends with an error they are removed again.

        Should the program be killed in between, they are nobody's, and go with the next tidying.
        """
        batch = Batch(self)
        try:
            yield batch
        except BaseException:
            batch.take_back()
            self._events.publish(Changes(states=True))
            raise
        finally:
            self.awaited.difference_update(batch.owners)

    def tidy(self, purged: Iterable[str]) -> "Future[int]":
        """Remove states in which forgotten cubes stand, and those whose chat or cube is gone; the bytes freed."""
        cubes = tuple(purged)

        def work() -> int:
            there = {id for entry in self.store.entries() for id in entry.cubes}
            # Those too that were forgotten when the program ended before it came to this.
            forgotten = {*cubes, *self._vault.ask(lambda vault: missing(vault, there))}
            freed = self.store.drop_cubes(forgotten) + self._drop_homeless()
            self.store.budget = self.store.budget  # it may have been made smaller while the program was closed
            return self._told(freed)

        return self._writer.submit(work, urgency=Urgency.IDLE)

    def forget_chat(self, chat_id: str) -> "Future[int]":
        """Remove what was kept of a chat; the bytes freed."""
        return self._writer.submit(lambda: self._told(self.store.drop_owner(f"chat:{chat_id}")))

    def forget(self, cubes: Sequence[str], chats: Sequence[str]) -> "Future[int]":
        """Remove states in which these cubes stand, and all of these chats; how many there were.

        What a chat has left to be read or written now is removed too, when it has come to that.
        """
        self._leisure.interrupt()
        self._models.reset()

        def work() -> int:
            before = len(self.store.entries())
            freed = self.store.drop_cubes(cubes)
            freed += sum(self.store.drop_owner(f"chat:{id}") for id in chats)
            self._told(freed)
            return before - len(self.store.entries())

        self.settled().add_done_callback(lambda _: self._writer.submit(work))
        return self._writer.submit(work)

    def drop(self, ids: Sequence[str]) -> "Future[int]":
        """Remove states and what goes on from them; the bytes freed."""
        return self._writer.submit(lambda: self._told(self.store.drop(ids)))

    def prune(self, to_bytes: int) -> "Future[int]":
        """Remove what cannot be used, then the states used least recently, down to a size; the bytes freed."""
        return self._writer.submit(lambda: self._told(self._drop_homeless() + self.store.prune(to_bytes)))

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
        pinned: Sequence[str],
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
            snapshots = engine.keep(prompt, shared, f"chat:{chat_id}", cubes, pinned)
            self._writer.submit(self._try_write, snapshots, chat_id, cubes)
        except MemosError as error:  # the chat is longer than the context, say: the next turn tells it
            self._failed(error)

    def _try_write(self, snapshots: Sequence[Snapshot], chat_id: str, cubes: Sequence[str]) -> None:
        """Write what goes on from each other, up to the first that cannot be kept."""
        if not self._vault.ask(lambda vault: stands(vault, f"chat:{chat_id}") and not missing(vault, cubes)):
            return  # the chat was deleted meanwhile, or a text that stands in it was forgotten
        try:
            for snapshot in snapshots:
                self._write(snapshot)
        except MemosError as error:
            self._failed(error)

    def _write(self, snapshot: Snapshot) -> StateFile:
        state = self.store.keep(snapshot.header, snapshot.payload)
        self.problem = ""
        self._events.publish(Changes(states=True))
        return state

    def _drop_homeless(self) -> int:
        """Remove the states whose chat or cube is gone, on the writer's thread; the bytes freed."""
        awaited = set(self.awaited)  # before anything else is asked: they may stand a moment later
        owners = {entry.owner for entry in self.store.entries() if entry.owner} - awaited
        gone = self._vault.ask(lambda vault: [owner for owner in owners if not stands(vault, owner)])
        return sum(self.store.drop_owner(owner) for owner in gone)

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


def missing(vault: Vault, cube_ids: Iterable[str]) -> list[str]:
    """Those of these cubes that were removed for good."""
    wanted = list(dict.fromkeys(cube_ids))
    known = vault.cubes.known(wanted)
    return [id for id in wanted if id not in known]
