"""What chats have taught memory: what was kept of each message, and what became of it when the message changed."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from memos_desktop.app.jobs import Urgency
from memos_desktop.app.store import Store
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory import reader
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, Origin, Source, title_of
from memos_desktop.memory.message import Message
from memos_desktop.memory.reader import Proposal
from memos_desktop.memory.sources import SourceChange, SourceMark
from memos_desktop.vault.sources import KEEP, changed_sources
from memos_desktop.vault.vault import Vault

ALIKE = 0.4
"""How alike, from 0 to 1, an earlier and a later statement must be to be the same one in other words."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A memory whose message changed; `offer` is what the message says in its place now, "" where nothing fits."""

    cube: Cube
    mark: SourceMark
    offer: str = ""


class Learned:
    """Use cases on what was learned in chats. Methods return futures; every write is one undoable step."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, message_ids: Sequence[str]) -> "Future[Mapping[str, tuple[Cube, ...]]]":
        """The memories on the shelf that were learned from each of these messages; others are left out."""

        def work(vault: Vault) -> Mapping[str, tuple[Cube, ...]]:
            found: dict[str, tuple[Cube, ...]] = {}
            for cube in vault.cubes.from_messages(message_ids):
                source = cube.descriptive.source.message_id
                if cube.binned is None and cube.descriptive.origin is Origin.SAID and source is not None:
                    found[source] = (*found.get(source, ()), cube)
            return found

        return self._store.read(work)

    def standing(self, ids: Sequence[str]) -> "Future[Mapping[str, Cube]]":
        """These memories as they are now; those that are gone are left out."""

        def work(vault: Vault) -> Mapping[str, Cube]:
            return {id: cube for id in ids if (cube := _there(vault, id)) is not None}

        return self._store.read(work, Urgency.NOW)

    def outdated(self, chat_id: str | None = None) -> "Future[tuple[Outdated, ...]]":
        """What was learned, in this chat or in any, from messages that were edited, left or deleted since."""
        return self._store.read(lambda vault: _outdated(vault, changed_sources(vault.database, chat_id=chat_id)))

    def keep(self, ids: Sequence[str]) -> "Future[Changes]":
        """Keep these as they are, and do not ask again until their message changes once more."""

        def work(vault: Vault) -> Changes:
            for id in ids:
                vault.uses.dismiss(id, KEEP)
            return Changes(cubes=frozenset(ids), usage=True)

        return self._store.change(work)

    def update(self, ids: Sequence[str]) -> "Future[Changes]":
        """Give these the new words of their message, as new versions; what was kept of it meanwhile goes to the bin.

        Raises UserError where a message says nothing in their place, or one is frozen. Nothing is changed then.
        """
        return self._store.change(lambda vault: _update(vault, ids))

    def take_back(self, ids: Sequence[str], step_id: int | None = None) -> "Future[Changes]":
        """Undo that these were remembered: what they replaced holds again.

        It is an undo of `step_id` while that is the latest step; later they go to the bin.
        """

        def work(vault: Vault) -> Changes:
            if step_id is not None:
                try:
                    return vault.journal.undo_step(step_id)
                except UserError:  # something else was done since
                    pass
            return _to_bin(vault, ids)

        return self._store.change(work)


def _there(vault: Vault, id: str) -> Cube | None:
    try:
        return vault.cubes.get(id)
    except NotFoundError:
        return None


def _outdated(vault: Vault, marks: Iterable[SourceMark]) -> tuple[Outdated, ...]:
    found: list[Outdated] = []
    by_message: dict[str, list[Outdated]] = {}
    for mark in marks:
        one = Outdated(vault.cubes.get(mark.cube_id), mark)
        by_message.setdefault(mark.now if mark.change is SourceChange.EDITED else "", []).append(one)
    for now, several in by_message.items():
        offers = _offers(vault.chats.message(now), [one.cube for one in several]) if now else {}
        found += [replace(one, offer=offers[one.cube.id].text) if one.cube.id in offers else one for one in several]
    return tuple(found)


def _offers(message: Message, cubes: Sequence[Cube]) -> dict[str, Proposal]:
    """What the message says in place of each memory: the most alike pairs first, each statement once."""
    proposals = reader.propose(message.text)
    pairs = [(_alike(cube.text, one.text), cube.id, one) for cube in cubes for one in proposals]
    found: dict[str, Proposal] = {}
    for alike, cube_id, proposal in sorted(pairs, key=lambda pair: -pair[0]):
        if alike >= ALIKE and cube_id not in found and proposal not in found.values():
            found[cube_id] = proposal
    return found


def _alike(text: str, other: str) -> float:
    return SequenceMatcher(None, text.casefold().split(), other.casefold().split(), autojunk=False).ratio()


def _update(vault: Vault, ids: Sequence[str]) -> Changes:
    marks = changed_sources(vault.database, cube_ids=ids)
    by_message: dict[str, list[Cube]] = {}
    for mark in marks:
        by_message.setdefault(mark.now, []).append(vault.cubes.get(mark.cube_id))
    count = sum(map(len, by_message.values()))
    label = "Update a memory from its message" if count == 1 else f"Update {count} memories from their message"
    with vault.step(label) as step:
        for now, cubes in by_message.items():
            message = vault.chats.message(now) if now else None
            offers = _offers(message, cubes) if message else {}
            for cube in cubes:
                if message is None or cube.id not in offers:
                    raise UserError(
                        f"The message says nothing now in place of “{cube.title}”. Nothing was changed.",
                        "Keep it, or move it to the bin.",
                    )
                _take_over(vault, cube, message, offers[cube.id])
    return step.changes


def _take_over(vault: Vault, cube: Cube, message: Message, proposal: Proposal) -> None:
    """A new version with the new words; the memory that was made of them since goes, and replaces it no more."""
    twins = [
        one
        for one in vault.cubes.from_messages([message.id])
        if one.id != cube.id and one.text == proposal.text and one.version == 1 and not one.binned and not one.frozen
    ]
    source = Source(message.chat_id, message.id, proposal.start, proposal.end)
    described = replace(cube.descriptive, title=title_of(proposal.text), type=proposal.type, source=source)
    vault.cubes.revise(cube.id, text=proposal.text, descriptive=described, reason="the message was edited")
    if twins:
        vault.cubes.bin([one.id for one in twins])
        _reopen(vault, [one.id for one in twins])


def _to_bin(vault: Vault, ids: Sequence[str]) -> Changes:
    there = [id for id in ids if _there(vault, id) is not None]
    label = "Take back a memory" if len(there) == 1 else f"Take back {len(there)} memories"
    with vault.step(label) as step:
        vault.cubes.bin(there)
        _reopen(vault, there)
    return step.changes


def _reopen(vault: Vault, ids: Iterable[str]) -> None:
    """What these had replaced holds again."""
    for id in ids:
        for row in vault.database.rows("SELECT id FROM cubes WHERE superseded_by = ? AND frozen = 0", (id,)):
            old = vault.cubes.get(row["id"])
            rules = replace(old.governance, valid_to=None, superseded_by=None)
            vault.cubes.update([old.id], "Reopen", governance=rules)
