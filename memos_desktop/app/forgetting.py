"""Forget means gone: memories are removed from every place where the program keeps them, and a search proves it.

Before a small file names what was begun nothing is changed; from then on it is carried through, after a crash by the
next start. What remains is named: messages that say it, unless they are chosen too.
"""

import contextlib
import json
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import partial

from memos_desktop.app.forget_intent import Intent, Intents
from memos_desktop.app.forget_search import Search, report
from memos_desktop.app.indexing import Indexing
from memos_desktop.app.jobs import Job, Jobs, SerialWorker, Urgency
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.store import Store
from memos_desktop.errors import Cancelled, MemosError, UserError, VaultError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.memory.forgetting import ForgetPreview, ForgetReport
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault import copies
from memos_desktop.vault.mentions import descendants, mentions
from memos_desktop.vault.purge import Doomed, Removal, chats_with, count_versions, doomed, remove
from memos_desktop.vault.redaction import Places, quoting
from memos_desktop.vault.scrub import rewrite
from memos_desktop.vault.vault import Vault

log = logging.getLogger(__name__)
STAGES = 6


class Forgetting:
    """Forgets memories for good. Works on a thread of its own, and asks the others for what they own."""

    def __init__(self, folder: DataFolder, store: Store, jobs: Jobs, kept: KeptStates, indexing: Indexing) -> None:
        self._folder = folder
        self._store = store
        self._jobs = jobs
        self._kept = kept
        self._indexing = indexing
        self._intents = Intents(folder.forgetting)
        self._search = Search(folder, store, kept)
        self._worker = SerialWorker("forgetting")

    def preview(self, ids: Sequence[str]) -> "Future[ForgetPreview]":
        """What forgetting these would remove, and where else it is said. Changes nothing. Raises NotFoundError."""
        return self._worker.submit(self._preview, ids, urgency=Urgency.NOW)

    def forget(self, ids: Sequence[str], *, messages: bool = False, backups: bool = True) -> Job:
        """Remove these memories everywhere, at once and for good; the result is a ForgetReport.

        `messages`: the sentences that say it too. Without `backups` the copies of the database keep it. Raises (in the
        job) UserError where one is frozen, NotFoundError, VaultError, and Cancelled before anything is removed.
        """
        count = len(set(ids))
        title = "Forgetting a memory" if count == 1 else f"Forgetting {count:,} memories"
        return self._jobs.start(title, self._worker, lambda progress: self._forget(ids, messages, backups, progress))

    def delete_copy(self, name: str) -> "Future[None]":
        """Delete a copy of the database that could not be opened. Raises NotFoundError, VaultError."""
        return self._worker.submit(copies.delete, self._folder, name)

    def resume(self) -> None:
        """Carry through what was begun when the program ended last time. Whoever asks the vault later sees it gone."""
        try:
            intents = self._intents.pending()
        except VaultError as error:
            log.warning("%s", error.message)
            return
        for intent in intents:
            removed = self._store.worker.submit(self._remove_again, intent, urgency=Urgency.NOW)
            self._worker.submit(self._carry_through, intent, removed)

    def close(self) -> None:
        """Finish what was begun and end the thread."""
        self._worker.close()

    # before

    def _preview(self, ids: Sequence[str]) -> ForgetPreview:
        cubes = self._store.ask(lambda vault: _named(vault, ids))
        whole = tuple(cube.id for cube in cubes)
        with self._search.reader() as reader:
            lost = doomed(reader, whole)
            found = mentions(reader, lost)
            below, chats = descendants(reader, whole), chats_with(reader, lost)
            snapshots = int(reader.value("SELECT count(*) FROM snapshots"))
            versions = count_versions(reader, whole)
        made = self._store.ask(lambda vault: [vault.cubes.get(id) for id in below])
        same = self._store.ask(lambda vault: [vault.cubes.get(id) for id in found.cubes if id not in below])
        held, unreadable = copies.holding(self._folder, json.dumps(lost.ids))
        return ForgetPreview(
            cubes=cubes,
            versions=versions,
            activations=tuple(cube for cube in made if cube.id in lost.ids),
            states=self._search.states(lost.ids, chats),
            derived=tuple(cube for cube in made if cube.kind is Kind.PLAINTEXT),
            same=tuple(same),
            said=found.said,
            backups=len(held),
            unreadable=unreadable,
            snapshots=snapshots,
            adapters=tuple(cube for cube in made if cube.kind is Kind.PARAMETRIC),
            frozen=tuple(cube for cube in cubes if cube.frozen),
        )

    def _forget(self, ids: Sequence[str], messages: bool, backups: bool, progress: Progress) -> ForgetReport:
        progress.update(0, STAGES, "Looking for it everywhere")
        lost, adapters = self._store.ask(lambda vault: _doomed(vault, ids))
        places = self._search.quoting(lost, progress.check)
        intent = Intent(lost.ids, messages, backups)
        progress.check()
        self._intents.begin(intent)
        try:
            removal = self._remove(lost, places, messages)
        except BaseException:  # nothing was changed
            self._intents.end(intent)
            raise
        return self._finish(intent, lost, removal, adapters, progress)

    # from here on it cannot be stopped

    def _remove(self, lost: Doomed, places: Places, messages: bool) -> Removal:
        made: list[Removal] = []

        def work(vault: Vault) -> Changes:
            made.append(remove(vault.database, vault.journal, lost, places, messages))
            return made[0].changes

        self._store.apply(work)
        return made[0]

    def _finish(
        self, intent: Intent, lost: Doomed, removal: Removal, adapters: Iterable[Cube], progress: Progress
    ) -> ForgetReport:
        """Everything beside the database, and the search. The intent stays where the next start can do more."""
        tell = partial(_tell, progress)
        try:
            tell(1, "Removing kept states")
            states = self._kept.forget(lost.ids, tuple(removal.chats)).result()
            tell(2, "Removing the index")
            index = self._indexing.discard().result()
            tell(3, "Removing it from backups")
            copies.drop_unfinished(self._folder)
            cleaned = self._clean_copies(intent, lost)
            tell(4, "Searching for what is left")
            found = self._search.left(lost, intent.messages)
            if not cleaned.failed:
                self._intents.end(intent)
        except (MemosError, OSError) as error:
            raise _half_done(error) from error
        tell(STAGES, "")
        removed = {**removal.counts, "states": states, "backups": len(cleaned.changed), "logs": found.logs}
        return report(found, removed, cleaned, index, tuple(cube.id for cube in adapters))

    def _clean_copies(self, intent: Intent, lost: Doomed) -> copies.Cleaned:
        if intent.backups:
            return copies.clean(self._folder, copies.Order(lost.ids, lost.words.texts, intent.messages))
        held, _ = copies.holding(self._folder, json.dumps(lost.ids))
        return copies.Cleaned(skipped=len(held))

    # after a crash

    def _remove_again(self, intent: Intent) -> Removal:
        """On the vault's thread, before anybody asks it; what is gone already is passed over."""
        removal: list[Removal] = []

        def work(vault: Vault) -> Changes:
            lost = doomed(vault.database, intent.ids)
            places = quoting(vault.database, lost.ids, lost.words.texts)
            removal.append(remove(vault.database, vault.journal, lost, places, intent.messages))
            return removal[0].changes

        self._store.apply(work)
        return removal[0]

    def _carry_through(self, intent: Intent, removed: "Future[Removal]") -> None:
        """The words are not known any more, so every file is written anew. What fails is tried by the next start."""
        try:
            removal = removed.result()
            self._kept.forget(intent.ids, tuple(removal.chats)).result()
            self._indexing.discard().result()
            copies.drop_unfinished(self._folder)
            order = copies.Order(intent.ids, (), intent.messages, anew=True)
            cleaned = copies.clean(self._folder, order) if intent.backups else copies.Cleaned()
            self._store.ask(lambda vault: rewrite(vault.database))
            if not cleaned.failed:
                self._intents.end(intent)
        except MemosError as error:
            log.warning("Forgetting was not carried through: %s", error.message)


def _named(vault: Vault, ids: Sequence[str]) -> tuple[Cube, ...]:
    """These cubes, each once. Raises NotFoundError, or UserError where none is named."""
    cubes = {cube.id: cube for cube in map(vault.cubes.get, ids)}
    if not cubes:
        raise UserError("No memory was named, so nothing was forgotten.")
    return tuple(cubes.values())


def _doomed(vault: Vault, ids: Sequence[str]) -> tuple[Doomed, tuple[Cube, ...]]:
    """What is to be removed, and the adapters that were trained on it. Raises UserError for a frozen memory."""
    cubes = _named(vault, ids)
    frozen = [cube for cube in cubes if cube.frozen]
    if frozen:
        more = f" and {len(frozen) - 1} more are" if len(frozen) > 1 else " is"
        raise UserError(f"“{frozen[0].title}”{more} frozen, so nothing was forgotten.", "Unfreeze first.")
    whole = tuple(cube.id for cube in cubes)
    made = (vault.cubes.get(id) for id in descendants(vault.database, whole))
    return doomed(vault.database, whole), tuple(cube for cube in made if cube.kind is Kind.PARAMETRIC)


def _half_done(error: MemosError | OSError) -> VaultError:
    """Told where the memory is gone and something beside it is not."""
    why, hint = (error.message, error.hint) if isinstance(error, MemosError) else (str(error), "")
    return VaultError(
        f"The memory is gone, but not yet from everywhere: {why}",
        f"{hint} The next start of the program goes on with it.".strip(),
    )


def _tell(progress: Progress, stage: int, text: str) -> None:
    """Report; what cannot be stopped any more does not listen to a cancel."""
    with contextlib.suppress(Cancelled):
        progress.update(stage, STAGES, text)
