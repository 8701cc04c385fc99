"""Activation memory's use cases: what is kept as KV, migration to it and back, how ready a memory is, and the check."""

from collections.abc import Sequence
from concurrent.futures import Future

from memos_desktop.app import activation_views as views
from memos_desktop.app import parametric
from memos_desktop.app.activation_views import FormRow, KvRow, KvSupport, Pathway, Usage
from memos_desktop.app.encoding import Encoder, Migrated
from memos_desktop.app.jobs import Job, Jobs, SerialWorker, Urgency
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.leisure import Leisure
from memos_desktop.app.models import Models
from memos_desktop.app.readings import States
from memos_desktop.app.rechecking import prompt_of
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.engine.base import Comparison
from memos_desktop.engine.kv.store import VerifyReport
from memos_desktop.errors import UnsupportedOperationError
from memos_desktop.memory.cube import Kind
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault


class Activation:
    """Use cases on activation memory. Methods return futures or jobs."""

    def __init__(
        self,
        store: Store,
        models: Models,
        jobs: Jobs,
        kept: KeptStates,
        leisure: Leisure,
        states: States,
        encoder: Encoder,
        settings: SettingsStore,
    ) -> None:
        self._store = store
        self._models = models
        self._jobs = jobs
        self._kept = kept
        self._leisure = leisure
        self._worker = SerialWorker("encoding")
        self._states = states
        self._encoder = encoder
        self._settings = settings

    def rows(self) -> "Future[tuple[KvRow, ...]]":
        """Everything that is kept, used last first."""

        def work(vault: Vault) -> tuple[KvRow, ...]:
            entries = sorted(self._states.store.entries(), key=lambda entry: entry.last_used, reverse=True)
            return tuple(views.row(vault, entry, self._models.identity) for entry in entries)

        return self._store.read(work, Urgency.NOW)

    def usage(self) -> "Future[Usage]":
        """How much room it takes."""

        def work(_: Vault) -> Usage:
            store = self._states.store
            return Usage(store.total_bytes, store.budget, len(store.entries()), self._kept.problem)

        return self._store.read(work, Urgency.NOW)

    def drop(self, ids: Sequence[str]) -> "Future[int]":
        """Remove kept states and what goes on from them; the bytes freed. Their texts stay, and are read again."""
        return self._kept.drop(ids)

    def prune(self, to_bytes: int) -> "Future[int]":
        """Remove unreadable and orphaned files, then what was used least recently, down to a size; the bytes freed."""
        return self._kept.prune(to_bytes)

    def verify(self) -> Job:
        """Read every kept state and compare it with its checksum. The result is a VerifyReport."""

        def work(progress: Progress) -> VerifyReport:
            return self._states.store.verify(progress)

        return self._jobs.start("Verifying kept states", self._store.background, work)

    def set_budget(self, bytes: int) -> "Future[None]":
        """Allow kept states this much room; what is too much is removed, used least recently first."""
        self._settings.change(kv_budget=bytes)
        return self._kept.set_budget(bytes)

    def preview(self, ids: Sequence[str], target: Kind) -> "Future[tuple[Pathway, ...]]":
        """What migrating these cubes would cost and lose. Changes nothing; loads no model."""
        return self._store.read(lambda vault: self.pathways(vault, ids, target), Urgency.NOW)

    def pathways(self, vault: Vault, ids: Sequence[str], target: Kind) -> tuple[Pathway, ...]:
        """The same, on the vault's thread."""
        now = self._states, self._models.state.info, self._models.identity
        return tuple(views.pathway(vault, vault.cubes.get(id), target, *now) for id in ids)

    def migrate(self, ids: Sequence[str], target: Kind) -> Job:
        """Migrate cubes as one undoable step, all or none. The result is a tuple of Migrated.

        Cancelled, or where one of them cannot be migrated, it changes nothing.
        """
        wanted = tuple(dict.fromkeys(ids))
        if target is Kind.PLAINTEXT:
            worker = self._store.background
            return self._jobs.start("Giving texts back", worker, lambda p: self._encoder.decode(wanted, p))
        if target is not Kind.ACTIVATION:
            reason = parametric.obstacle()
            raise UnsupportedOperationError(f"Nothing was changed: {reason}.", parametric.hint())
        title = "Keeping a memory ready" if len(wanted) == 1 else f"Keeping {len(wanted)} memories ready"
        return self.keep_ready(title, wanted)

    def forms(self, cube_id: str) -> "Future[tuple[FormRow, ...]]":
        """The KV forms of a cube, plaintext or activation, those of the loaded model first."""

        def work(vault: Vault) -> tuple[FormRow, ...]:
            return views.forms(vault, vault.cubes.get(cube_id), self._states, self._models.identity)

        return self._store.read(work, Urgency.NOW)

    def support(self) -> KvSupport | None:
        """What the loaded model allows, in words; None when none is loaded."""
        return views.support(self._models.state.info, self._models.identity, self._states.measured)

    def check(self, message_id: str) -> Job:
        """Compare what came as KV in an answer with the same text read: a Comparison of the next word's distribution.

        Raises (in the job) UserError where the answer used no KV.
        """

        def work(progress: Progress) -> Comparison:
            engine = self._models.engine(progress)
            prompt = prompt_of(self._store, self._encoder.maker(engine), self._states, self._settings, message_id)
            return engine.compare([(prompt,)], progress)[0][0]

        self._leisure.interrupt()
        return self._jobs.start("Comparing KV with text", self._models.worker, work)

    def keep_ready(self, title: str, ids: Sequence[str], actor: str = "user", reason: str = "") -> Job:
        """Read cubes and keep them as KV, whenever no chat needs the model, as one undoable step, all or none.

        The result is a tuple of Migrated.
        """

        def work(progress: Progress) -> tuple[Migrated, ...]:
            return self._encoder.encode(ids, progress, actor, reason)

        return self._jobs.start(title, self._worker, work)

    def close(self) -> None:
        """End the thread; its jobs must have been cancelled."""
        self._worker.close()
