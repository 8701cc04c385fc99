"""Forget means gone: memories are removed from every place where the program keeps them, and a search proves it.

Before a small file names what was begun nothing is changed; from then on it is carried through, after a crash by the
next start. What remains is named: messages that say it, unless they are chosen too.
"""

import contextlib
import json
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from memos_desktop.app.forget_intent import Intent, Intents
from memos_desktop.app.forget_search import Search, report
from memos_desktop.app.indexing import Indexing
from memos_desktop.app.jobs import Job, Jobs, SerialWorker, Urgency
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.store import Store
from memos_desktop.app.unsaid import Unsaid
from memos_desktop.errors import Cancelled, MemosError, UserError, VaultError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.memory.forgetting import ForgetPreview, ForgetReport
from memos_desktop.memory.governance import Action, may_change
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault import backup, copies
from memos_desktop.vault.mentions import descendants, mentions
from memos_desktop.vault.purge import Doomed, Removal, chats_with, count_versions, doomed, remove
from memos_desktop.vault.redaction import Places, quoting
from memos_desktop.vault.scrub import rewrite
from memos_desktop.vault.vault import Vault

log = logging.getLogger(__name__)
STAGES = 6


class Forgetting:
    """Forgets memories for good. Works on a thread of its own, and asks the others for what they own."""

    def __init__(
        self, folder: DataFolder, store: Store, jobs: Jobs, kept: KeptStates, indexing: Indexing, unsaid: Unsaid
    ) -> None:
        self._unsaid = unsaid
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
            log.warning("%s %s", error.message, error.hint)
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
        lost, _ = self._store.ask(lambda vault: _doomed(vault, ids))
        places = self._search.quoting(lost, progress.check)
        intent = Intent(lost.ids, messages, backups)
        progress.check()
        self._intents.begin(intent)
        try:
            gone = self._remove(ids, lost, places, messages)
        except BaseException:
            if self._store.ask(lambda vault: vault.cubes.known(lost.ids)):  # nothing was changed
                self._intents.end(intent)
            raise
        return self._finish(intent, gone, progress)

    # from here on it cannot be stopped

    def _remove(self, ids: Sequence[str], seen: Doomed, places: Places, messages: bool) -> "_Gone":
        """Remove what is there now: what was made since it was looked for too, unless it was frozen since."""
        made: list[_Gone] = []

        def work(vault: Vault) -> Changes:
            lost, adapters = _doomed(vault, ids)
            found = places | _quoting_more(vault, seen, lost)
            removal = remove(vault.database, vault.journal, lost, found, messages)
            made.append(_Gone(lost, removal, adapters, found.named))
            if messages:
                self._unsaid.forget(lost.words)
            return removal.changes

        try:
            self._store.apply(work)
        except Exception:  # of whoever heard of it: the memories are gone, and the rest has to follow
            if not made:
                raise
            log.exception("A removal was not taken up everywhere")
        return made[0]

    def _finish(self, intent: Intent, gone: "_Gone", progress: Progress) -> ForgetReport:
        """Everything beside the database, and the search. The intent stays where the next start can do more."""
        tell, lost = partial(_tell, progress), gone.lost
        try:
            tell(1, "Removing kept states")
            states = self._kept.forget(lost.ids, tuple(gone.removal.chats)).result()
            tell(2, "Removing the index")
            index = self._indexing.discard().result()
            blobs = self._store.ask(_collect)
            tell(3, "Removing it from backups")
            cleaned = self._clean_copies(intent, copies.Order(lost.ids, lost.words.texts, intent.messages))
            tell(4, "Searching for what is left")
            found = self._search.left(lost, gone.named, intent.messages)
            if not (cleaned.failed or cleaned.remnants or index or found.can_be_mended):
                self._intents.end(intent)
        except (MemosError, OSError) as error:
            raise _half_done(error) from error
        tell(STAGES, "")
        removed = {**gone.removal.counts, "states": states, "blobs": blobs}
        removed |= {"backups": len(cleaned.changed), "logs": found.logs}
        return report(found, removed, cleaned, index, tuple(cube.id for cube in gone.adapters))

    def _clean_copies(self, intent: Intent, order: copies.Order) -> copies.Cleaned:
        """Nobody else makes a copy meanwhile: on the vault's thread none is made while it removes unfinished ones."""
        with backup.making(self._folder):
            self._store.ask(lambda vault: copies.drop_unfinished(self._folder))
            if intent.backups:
                return copies.clean(self._folder, order)
        held, _ = copies.holding(self._folder, json.dumps(order.ids))
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
            index = self._indexing.discard().result()
            self._store.ask(_collect)
            cleaned = self._clean_copies(intent, copies.Order(intent.ids, (), intent.messages, anew=True))
            folded = self._store.ask(lambda vault: rewrite(vault.database))
            if folded and not (cleaned.failed or cleaned.remnants or index):
                self._intents.end(intent)
            else:
                log.warning("Forgetting was not carried through: the next start tries it again")
        except (MemosError, OSError) as error:
            log.warning("Forgetting was not carried through: %s", getattr(error, "message", error))


@dataclass(frozen=True, slots=True)
class _Gone:
    """What was removed, what the removal did, the adapters that were trained on it, and ids that receipts name."""

    lost: Doomed
    removal: Removal
    adapters: tuple[Cube, ...]
    named: frozenset[str]


def _quoting_more(vault: Vault, seen: Doomed, lost: Doomed) -> Places:
    """Where that is quoted which was made since it was looked for everywhere; mostly nothing was."""
    ids = [id for id in lost.ids if id not in seen.words.ids]
    texts = [text for text in lost.words.texts if text not in seen.words.texts]
    return quoting(vault.database, ids, texts) if ids or texts else Places()


def _collect(vault: Vault) -> int:
    """Remove the files of adapters that nothing refers to any more; how many."""
    count = "SELECT count(*) FROM blobs"
    before = int(vault.database.value(count))
    vault.blobs.collect()
    return before - int(vault.database.value(count))


def _named(vault: Vault, ids: Sequence[str]) -> tuple[Cube, ...]:
    """These cubes, each once. Raises NotFoundError, or UserError where none is named."""
    cubes = {cube.id: cube for cube in map(vault.cubes.get, ids)}
    if not cubes:
        raise UserError("No memory was named, so nothing was forgotten.")
    return tuple(cubes.values())


def _doomed(vault: Vault, ids: Sequence[str]) -> tuple[Doomed, tuple[Cube, ...]]:
    """What is to be removed, and the adapters that were trained on it. Raises UserError for a frozen memory."""
    cubes = _named(vault, ids)
    frozen = [cube for cube in cubes if not may_change(Action.FORGET, cube)]
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
