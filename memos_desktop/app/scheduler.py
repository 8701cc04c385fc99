"""The scheduler's proposals to change the form of memories: asked for, carried out by hand or by themselves."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import timedelta
from functools import partial

from memos_desktop.app.activation import Activation
from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import Job, Jobs, Urgency
from memos_desktop.app.models import Models
from memos_desktop.app.readings import LONG, Reading, States, owner_of, reading_of
from memos_desktop.app.settings import SchedulerMode, SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.errors import MemosError, NotFoundError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, CubeFilter, Kind
from memos_desktop.memory.forms import Readiness
from memos_desktop.memory.promotion import UNUSED, Action, Facts, Proposal, propose
from memos_desktop.vault.vault import Vault

ACTOR = "scheduler"
CHARACTERS_PER_TOKEN = 4
"""For the length of texts that no model has counted."""
MOST_KEPT = 500
"""Activation cubes that are looked at for what nobody needs any more."""
PAUSE = timedelta(minutes=10)
"""Between two rounds of the automatic scheduler."""


class Scheduler:
    """Proposes which memories to keep ready as KV, to encode again, or to let go. Methods return futures or jobs."""

    def __init__(
        self,
        store: Store,
        models: Models,
        jobs: Jobs,
        activation: Activation,
        states: States,
        settings: SettingsStore,
        events: Broadcast[Changes],
    ) -> None:
        self._store = store
        self._models = models
        self._jobs = jobs
        self._activation = activation
        self._states = states
        self._settings = settings
        self._last_round = now() - PAUSE
        self._unsubscribe = events.subscribe(self._watch)

    def proposals(self) -> "Future[tuple[Proposal, ...]]":
        """What real use suggests now, the most time saved first. None while the scheduler is off."""
        return self._store.read(self._propose, Urgency.IDLE)  # nobody waits for it, and it takes a while

    def accept(self, proposal: Proposal) -> Job:
        """Carry a proposal out. The result is a tuple of Migrated, or the bytes freed."""
        return self._carry_out(proposal, "user")

    def dismiss(self, proposal: Proposal) -> "Future[Changes]":
        """Do not propose this again for a month."""
        return self._store.change(lambda vault: vault.uses.dismiss(proposal.cube_id, proposal.action.value))

    def close(self) -> None:
        """Stop watching."""
        self._unsubscribe()

    def _carry_out(self, proposal: Proposal, actor: str) -> Job:
        if proposal.action is Action.DEMOTE:
            title = f"Letting the KV states of “{proposal.title}” go"
            return self._jobs.start(title, self._store.background, lambda _: self._let_go(proposal, actor))
        title = f"Keeping “{proposal.title}” ready"
        return self._activation.keep_ready(title, (proposal.cube_id,), actor, proposal.reason)

    def _let_go(self, proposal: Proposal, actor: str) -> int:
        """Remove the states; the activation cube and its text stay, and are encoded again when they are wanted."""
        activation = self._store.ask(lambda vault: vault.cubes.activation_of(proposal.cube_id))
        if activation is None:
            return 0
        ids = [state.id for state in self._states.store.blocks(activation.id)]
        freed = self._activation.drop(ids).result()
        label = f"Let the KV states of “{activation.title}” go"
        self._store.ask(lambda vault: vault.uses.note(label, actor, proposal.reason, proposal.cube_id))
        return freed

    def _watch(self, changes: Changes) -> None:
        """In automatic mode, look for something to do after memory was used; not after every answer."""
        if not changes.usage or self._settings.value.scheduler is not SchedulerMode.AUTOMATIC:
            return
        if now() - self._last_round < PAUSE:
            return
        self._last_round = now()
        self._store.read(self._propose, Urgency.IDLE).add_done_callback(self._carry_out_all)

    def _carry_out_all(self, found: "Future[tuple[Proposal, ...]]") -> None:
        try:
            proposals = found.result()
        except UserError:  # the program is closing
            return
        for proposal in proposals:
            job = self._carry_out(proposal, ACTOR)
            job.future.add_done_callback(partial(self._drop_failed, proposal))

    def _drop_failed(self, proposal: Proposal, done: "Future[object]") -> None:
        """What did not work is not tried again in every round; the jobs bar has said why."""
        if isinstance(done.exception(), MemosError):
            self.dismiss(proposal)

    def _propose(self, vault: Vault) -> tuple[Proposal, ...]:
        if self._settings.value.scheduler is SchedulerMode.OFF:
            return ()
        identity = self._models.identity
        moment = now()
        uses = vault.uses.since(moment - UNUSED)
        cubes = _concerned(vault, [use.cube_id for use in uses])
        facts = {cube.id: self._facts(vault, cube, identity) for cube in cubes}
        kept = vault.uses.dismissals().items()  # the review list keeps its own there too
        dismissed = {(id, Action(action)): when for (id, action), when in kept if action in set(Action)}
        speed = self._states.measured.of(identity.digest if identity else "").speed
        return propose(uses, facts, speed, moment, dismissed)

    def _facts(self, vault: Vault, cube: Cube, identity: Identity | None) -> Facts:
        reading = reading_of(vault, cube)
        activation = vault.cubes.activation_of(cube.id)
        blocks = self._states.store.blocks(activation.id) if activation else ()
        return Facts(
            cube.id,
            cube.title,
            cube.version,
            cube.changed,
            len(cube.text) // CHARACTERS_PER_TOKEN,
            self._readiness(reading, identity, bool(blocks)),
            bool(blocks),
            max((state.last_used for state in blocks), default=None),
            cube.governance.sensitivity,
        )

    def _readiness(self, reading: Reading, identity: Identity | None, has_states: bool) -> Readiness:
        info = self._models.state.info
        too_long = info is not None and len(reading.document.text) // CHARACTERS_PER_TOKEN >= info.context_length
        if info is not None and (too_long or not info.capabilities.shift):
            return Readiness.UNSUPPORTED
        if identity is not None and self._states.measured.of(identity.digest).reads_badly:
            return Readiness.UNFIT
        if reading.outdated:
            return Readiness.STALE
        if reading.activation is None or not has_states:
            return Readiness.ABSENT
        if identity is None or self._states.store.block(owner_of(reading.activation), identity):
            return Readiness.READY
        return Readiness.OTHER_MODEL


def _concerned(vault: Vault, used: Sequence[str]) -> list[Cube]:
    """The long texts that were used lately, and those that are kept as KV."""
    kept = vault.cubes.page(CubeFilter(kind=Kind.ACTIVATION), 0, MOST_KEPT).cubes
    found = []
    for id in dict.fromkeys((*used, *(parent for cube in kept for parent in cube.parents))):
        try:
            cube = vault.cubes.get(id)
        except NotFoundError:  # it was removed for good since
            continue
        if cube.kind is Kind.PLAINTEXT and cube.binned is None and len(cube.text) >= LONG:
            found.append(cube)
    return found
