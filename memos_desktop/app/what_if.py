"""What-if: a temporary chat whose recall sees the vault as it was. It changes nothing and leaves nothing.

The turn is the one of every chat. Only the store that it asks is another: a copy of the vault in memory, brought back
to the moment and closed for writing. Vectors that are still known are read where they lie; memories whose text was
changed since are found by their words.
"""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from memos_desktop.app.events import Broadcast
from memos_desktop.app.indexing import Indexing
from memos_desktop.app.jobs import Jobs, SerialWorker
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.readings import States
from memos_desktop.app.recall import Recall
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.turn_events import SendRequest, TurnEvent
from memos_desktop.app.turn_memory import Recollection, Situation, TurnMemory
from memos_desktop.app.turn_prompt import PromptMaker
from memos_desktop.app.turn_run import TurnParts
from memos_desktop.app.turns import Turn, Turns
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.message import MemoryMode
from memos_desktop.memory.snapshot import Place
from memos_desktop.vault.past import Past
from memos_desktop.vault.vault import Vault


class PastStore(Store):
    """A store over a past vault, on the thread that looks at the past. Nobody hears of it."""

    def __init__(self, vault: Vault, worker: SerialWorker) -> None:
        self.worker = worker
        self.background = worker
        self._vault = vault
        self._events = Broadcast()


class PastMemory(TurnMemory):
    """The memory side of a turn, with a note in the receipt that says of when it is."""

    def __init__(self, store: Store, recall: Recall, states: States, settings: SettingsStore, note: str) -> None:
        super().__init__(store, recall, states, settings)
        self._note = note

    def recollect(self, request: SendRequest, place: Situation, maker: PromptMaker) -> Recollection:
        """Recall from the past."""
        found = super().recollect(request, place, maker)
        return replace(found, notes=(self._note, *found.notes))


class WhatIf:
    """A chat with the past. Every turn is temporary; close it to give the memory back.

    Attributes:
        place: the point in the history.

    """

    def __init__(self, turns: Turns, place: Place, end: Callable[["WhatIf"], None]) -> None:
        self._turns = turns
        self._end = end
        self._lock = Lock()
        self._running = 0
        self._closed = False
        self.place = place

    def send(self, request: SendRequest, on_event: Callable[[TurnEvent], None] = lambda event: None) -> Turn:
        """Make a turn that leaves nothing, whatever the request says."""
        memory = MemoryMode.READ if request.memory in (None, MemoryMode.ON) else request.memory
        with self._lock:
            self._running += 1
        turn = self._turns.send(replace(request, temporary=True, regenerate=None, memory=memory), on_event)
        turn.future.add_done_callback(lambda _: self._ended())
        return turn

    def interrupt(self) -> None:
        """End the answers that are being written."""
        self._turns.cancel_all()

    def close(self) -> None:
        """End what runs; the memory is given back when it has ended. Calling it twice is harmless."""
        with self._lock:
            idle = not self._running and not self._closed
            self._closed = True
        self.interrupt()
        if idle:
            self._end(self)

    def _ended(self) -> None:
        with self._lock:
            self._running -= 1
            last = self._closed and not self._running
        if last:
            self._end(self)


class WhatIfs:
    """Makes what-if chats, and knows those that are open."""

    def __init__(self, parts: TurnParts, states: States, indexing: Indexing, jobs: Jobs, leisure: Leisure) -> None:
        self._parts = parts
        self._states = states
        self._indexing = indexing
        self._jobs = jobs
        self._leisure = leisure
        self._open: dict[WhatIf, tuple[Past, Callable[[], None]]] = {}

    def over(self, copy: Past, place: Place, worker: SerialWorker) -> WhatIf:
        """A chat over a copy that is fit to be recalled from; closing the chat closes the copy, on its `worker`."""
        store = PastStore(copy.vault, worker)
        recall = Recall(store, self._indexing, self._jobs)
        memory = PastMemory(store, recall, self._states, self._parts.settings, as_of(place))
        turns = Turns(replace(self._parts, store=store, memory=memory), self._leisure)

        def free() -> None:
            recall.close()
            worker.submit(copy.close)

        made = WhatIf(turns, place, self._ended)
        self._open[made] = copy, free
        return made

    @property
    def open(self) -> bool:
        """Whether there is a chat."""
        return bool(self._open)

    def drop_forgotten(self, changes: Changes) -> None:
        """What was forgotten for good meanwhile is gone from the past too; on the thread that looks at the past."""
        for copy, _ in tuple(self._open.values()):
            copy.forget(changes.cubes, changes.messages)

    def interrupt(self) -> None:
        """End every answer that is being written."""
        for one in tuple(self._open):
            one.interrupt()

    def close(self) -> None:
        """Close every chat."""
        for one in tuple(self._open):
            one.close()

    def _ended(self, one: WhatIf) -> None:
        found = self._open.pop(one, None)
        if found is not None:
            found[1]()


def as_of(place: Place) -> str:
    """What a receipt says of an answer from the past."""
    here = place.time.astimezone()
    name = f" (“{place.name}”)" if place.name else ""
    return f"As of {here.day} {here:%B %Y, %H:%M}{name}: memory as it was then. Nothing of this chat is kept."
