"""Everything that is open while the program runs: built once, passed down, closed with every thread joined."""

from concurrent.futures import Future

from memos_desktop.app.activation import Activation
from memos_desktop.app.chats import Chats
from memos_desktop.app.cube_map import CubeMap
from memos_desktop.app.encoding import Encoder
from memos_desktop.app.events import Broadcast
from memos_desktop.app.forgetting import Forgetting
from memos_desktop.app.housekeeping import Housekeeping
from memos_desktop.app.indexing import Indexing, MissingEmbedder
from memos_desktop.app.inspection import Inspection
from memos_desktop.app.intake import Intake
from memos_desktop.app.jobs import Job, Jobs
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.learned import Learned
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.library import Library
from memos_desktop.app.lineage import Lineage
from memos_desktop.app.measured import Measured
from memos_desktop.app.models import Models
from memos_desktop.app.numbers import CubesByNumber
from memos_desktop.app.operations import Operations
from memos_desktop.app.pathways import Pathways
from memos_desktop.app.readings import States
from memos_desktop.app.recall import Recall
from memos_desktop.app.reviews import Reviews
from memos_desktop.app.saved_filters import SavedFilters
from memos_desktop.app.scheduler import Scheduler
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.sweeping import Sweeper
from memos_desktop.app.time_machine import TimeMachine
from memos_desktop.app.transfer import Transfer
from memos_desktop.app.turn_memory import TurnMemory
from memos_desktop.app.turn_prompt import load_wording
from memos_desktop.app.turn_run import TurnParts
from memos_desktop.app.turns import Turns
from memos_desktop.app.unsaid import Unsaid
from memos_desktop.app.what_if import WhatIfs
from memos_desktop.engine.base import Embedder
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.engine.model_library import ModelLibrary
from memos_desktop.engine.registry import Registry
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.memory.changes import Changes
from memos_desktop.paths import DataFolder
from memos_desktop.vault import backup, check


class Workspace:
    """An open data folder with its use cases.

    Attributes:
        folder: where the data lies.
        settings: what the person set.
        events: broadcasts `Changes`, on worker threads.
        jobs: long work under way.
        library, chats, turns, models, recall, activation, scheduler: the use cases.

    """

    def __init__(self, folder: DataFolder, store: Store, events: Broadcast[Changes], embedder: Embedder) -> None:
        self.folder = folder
        self.events = events
        self.jobs = Jobs()
        self._store = store
        self._closed = False
        self.settings = SettingsStore(folder.settings, events)
        self._indexing = Indexing(folder, store, events, embedder)
        self.recall = Recall(store, self._indexing, self.jobs)
        self._open_browser(store)
        states = KvStore(folder.states, self.settings.value.kv_budget)
        measured = Measured(folder.measured)
        self.models = Models(ModelLibrary(folder), Registry.default(), self.settings, self.jobs, events, states)
        leisure = self._leisure = Leisure(self.models.worker)
        self.operations = Operations(store, self.jobs, self.models, leisure)
        self._kept = KeptStates(states, store, self.models, leisure, events)
        self.housekeeping = Housekeeping(folder, store, self.jobs, self._kept, self._sweeper, self.reviews)
        self.chats, self.learned = Chats(store, self._kept.forget_chat), Learned(store)
        wording, usable = load_wording(), States(states, measured)
        memory = TurnMemory(store, self.recall, usable, self.settings)
        unsaid = Unsaid()
        turn = TurnParts(store, self.models, self.settings, memory, self._kept, wording, unsaid)
        self.turns = Turns(turn, leisure)
        what_ifs = WhatIfs(turn, usable, self._indexing, self.jobs, leisure)
        self.time = TimeMachine(folder, store, self.jobs, events, what_ifs)
        encoder = Encoder(store, self.models, leisure, self._kept, usable, self.settings, wording)
        self.activation = Activation(
            store, self.models, self.jobs, self._kept, leisure, usable, encoder, self.settings
        )
        self.pathways = Pathways(store, self.activation)
        parts = store, self.models, self.jobs, self.activation, usable, self.settings, events
        self.scheduler = Scheduler(*parts)
        self.transfer = Transfer(folder, store, self.jobs, self.models, self._kept, measured)
        self.forgetting = Forgetting(folder, store, self.jobs, self._kept, self._indexing, unsaid)
        self.forgetting.resume()

    def _open_browser(self, store: Store) -> None:
        """What needs nothing but the vault: the use cases of the Memory page."""
        self.library = Library(store, self.jobs)
        self.saved_filters = SavedFilters(self.settings)
        self._sweeper = Sweeper(store, self.settings, self.events)
        self.reviews = Reviews(store, self.jobs, self.settings)
        self.numbers, self.map = CubesByNumber(store), CubeMap(store, self.jobs)
        self.lineage, self.inspection = Lineage(store), Inspection(store)
        self.intake = Intake(store, self.jobs)

    @classmethod
    def open(cls, folder: DataFolder, *, embedder: Embedder | None = None) -> "Workspace":
        """Open the data folder, or make one. Imports nothing heavy. Raises VaultError."""
        events: Broadcast[Changes] = Broadcast()
        store = Store(folder, events)
        return cls(folder, store, events, embedder or _packaged())

    def backup(self) -> "Future[backup.Backup]":
        """Copy the database aside, while it is in use."""
        return self._store.read(lambda vault: backup.create(self.folder, database=vault.database))

    def check(self) -> Job:
        """Examine the data folder; the job's result is a CheckReport."""
        return self.jobs.start(
            "Checking the data folder",
            self._store.worker,
            lambda progress: self._store.ask(lambda vault: check.check_open(vault.database, self.folder)),
        )

    def close(self) -> None:
        """Stop what runs, finish what must be saved, join every thread. Calling it twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self.turns.cancel_all()
        self.time.interrupt()
        self.scheduler.close()
        self._sweeper.close()
        self.reviews.close()
        self._leisure.interrupt()
        for job in self.jobs.active():
            job.cancel()
        self.activation.close()
        self.forgetting.close()
        self.operations.close()
        self.models.close()
        self._kept.close()
        self.map.close()
        self.inspection.close()
        self.time.close()
        self.recall.close()
        self._indexing.close()
        self._store.close()


def _packaged() -> Embedder:
    from memos_desktop.engine.embedder import PackagedEmbedder

    try:
        return PackagedEmbedder()
    except IndexUnavailableError as error:  # keyword search works without
        return MissingEmbedder(error)
