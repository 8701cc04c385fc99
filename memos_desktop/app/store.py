"""The vault on its own thread: reads, and writes that are broadcast."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import SerialWorker, Urgency
from memos_desktop.errors import UserError
from memos_desktop.memory.changes import Changes
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault

T = TypeVar("T")


class Store:
    """Owns the vault worker. The vault itself never leaves its thread.

    Attributes:
        worker: the vault's thread.
        background: runs long work that asks the vault piece by piece, so that others get in between.

    """

    def __init__(self, folder: DataFolder, events: Broadcast[Changes]) -> None:
        self._events = events
        self._closing = False
        self.worker = SerialWorker("vault")
        self.background = SerialWorker("background")
        try:
            self._vault = self.worker.call(Vault.open, folder)
        except BaseException:
            self.worker.close()
            self.background.close()
            raise

    def read(self, function: Callable[[Vault], T], urgency: Urgency = Urgency.SOON) -> "Future[T]":
        """Ask the vault something."""
        return self.worker.submit(lambda: function(self._vault), urgency=urgency)

    def ask(self, function: Callable[[Vault], T]) -> T:
        """Ask the vault something and wait, for use cases that run on another worker. Never on the window's thread."""
        return self.worker.call(lambda: function(self._vault))

    def slip(self, function: Callable[[Vault], T]) -> T:
        """The same as `ask`, behind everything that somebody waits for: a piece of long work."""
        return self.worker.call(lambda: function(self._vault), urgency=Urgency.IDLE)

    def by_pieces(self, piece: Callable[[Vault], T | None]) -> "Future[T]":
        """Do long work in pieces, each behind everything that somebody waits for, until one of them gives a result."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                found = piece(self._vault) if not self._closing else None
            except Exception as error:  # the future carries it to whoever waits
                future.set_exception(error)
                return
            if found is None:
                go_on()
            else:
                future.set_result(found)

        def go_on() -> None:
            if self._closing:
                future.set_exception(UserError("The program is closing, so this was not finished."))
            else:
                self.worker.submit(run, urgency=Urgency.IDLE)

        go_on()
        return future

    def change(self, function: Callable[[Vault], Changes]) -> "Future[Changes]":
        """Write, and broadcast what changed."""
        return self.worker.submit(lambda: self._told(function(self._vault)))

    def make(self, function: Callable[[Vault], tuple[Changes, T]]) -> "Future[T]":
        """Write, broadcast what changed, and return what was made."""

        def run() -> T:
            changes, made = function(self._vault)
            self._told(changes)
            return made

        return self.worker.submit(run)

    def apply(self, function: Callable[[Vault], Changes]) -> Changes:
        """Write, broadcast and wait, for use cases that run on another worker. Never on the window's thread."""
        return self.worker.call(lambda: self._told(function(self._vault)))

    def tell(self, changes: Changes) -> None:
        """Broadcast what a long write changed, where it reports in its own way."""
        self._told(changes)

    def close(self) -> None:
        """Finish what is queued, close the file, end the threads."""
        self._closing = True
        self.background.close()
        self.worker.call(self._vault.close, urgency=Urgency.IDLE)
        self.worker.close()

    def _told(self, changes: Changes) -> Changes:
        if changes:
            self._events.publish(changes)
        return changes
