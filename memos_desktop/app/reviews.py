"""Suggestions for a person: what repeats, contradicts, is stale or expires soon. Nothing is done by itself."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from memos_desktop.app.jobs import Job, Jobs, Urgency
from memos_desktop.app.likeness_search import Found, search
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.errors import Cancelled, MemosError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Access, Cube, Kind
from memos_desktop.memory.lifecycle import TRANSITIONS, Trigger
from memos_desktop.memory.likeness import Alike
from memos_desktop.memory.sources import SourceMark
from memos_desktop.progress import Progress
from memos_desktop.vault.ageing import Ageing
from memos_desktop.vault.sources import KEEP, changed_sources
from memos_desktop.vault.vault import Vault

SOON = timedelta(days=7)
"""Before it happens, an expiry is suggested for review."""
NOTICE = timedelta(days=30)
"""Before it is archived for disuse, a memory is suggested for review."""
STALE_ANYWAY = timedelta(days=180)
"""Without use, from which on a memory is suggested for review where nothing is archived by itself."""
MOST_OF_A_KIND = 100
"""Of each kind so many are looked at, the most pressing ones; the others come when those are done."""
KNOWN_FOR = timedelta(minutes=1)
"""What takes a look at every memory is known for so long: the list is asked for after every change."""
ORDER = ("contradiction", "duplicate", "source changed", "expiring", "stale")
ACTION = "review "
"""Stands before a suggestion's id in the list of what was dismissed."""


@dataclass(frozen=True, slots=True)
class Review:
    """One suggestion. `kind` is duplicate, contradiction, stale, source changed or expiring.

    `words` say why; `score` between 0 and 1 how sure it is; `offers` what can be done: fuse, archive, bin, renew, keep.
    The id stays the same while the memories do.
    """

    id: str
    kind: str
    cubes: tuple[Cube, ...]
    words: str
    score: float
    offers: tuple[str, ...]

    @property
    def newest_first(self) -> tuple[Cube, ...]:
        """The memories it is about, the one that stays where the older ones go first."""
        return tuple(sorted(self.cubes, key=lambda cube: (cube.changed, cube.id), reverse=True))

    def meant(self, offer: str) -> tuple[str, ...]:
        """The ids that an offer changes: of several memories the older ones, except where all become one."""
        ordered = self.newest_first
        older = len(ordered) > 1 and offer in ("archive", "bin")
        return tuple(cube.id for cube in (ordered[1:] if older else ordered))


class Reviews:
    """The review list. What repeats or contradicts is searched for by `refresh`; the rest is known at any time."""

    def __init__(self, store: Store, jobs: Jobs, settings: SettingsStore) -> None:
        self._store = store
        self._jobs = jobs
        self._settings = settings
        self._found: tuple[Found, ...] = ()
        self._closing = Progress()
        self._known_at: datetime | None = None
        self._marks: tuple[SourceMark, ...] = ()
        self._disused: Mapping[str, datetime] = {}

    def list(self, limit: int = 200) -> "Future[tuple[Review, ...]]":
        """What there is to look at, the most pressing first, without what was dismissed.

        The window asks after every change, and the next thing that a person does must not wait for that.
        """
        return self._store.read(lambda vault: self._all(vault)[:limit], Urgency.IDLE)

    def dismiss(self, review: Review) -> "Future[Changes]":
        """Do not suggest this again while the memories stay as they are."""
        action = KEEP if review.kind == "source changed" else ACTION + review.id

        def work(vault: Vault) -> Changes:
            with vault.database.transaction():
                for cube in review.cubes:
                    vault.uses.dismiss(cube.id, action)
            self._known_at = None
            return Changes(cubes=frozenset(cube.id for cube in review.cubes), usage=True)

        return self._store.change(work)

    def refresh(self) -> Job:
        """Search all memories for what repeats or contradicts; the result is how many suggestions that gives."""
        return self._jobs.start("Looking for repeated memories", self._store.background, self._search, Urgency.IDLE)

    def start(self) -> None:
        """The same once, quietly, when nobody waits."""
        self._store.background.submit(self._search_quietly, urgency=Urgency.IDLE)

    def close(self) -> None:
        """Stop a quiet search."""
        self._closing.cancel()

    def _search(self, progress: Progress) -> int:
        self._found = search(self._store, progress)
        self._known_at = None
        ids = frozenset(id for found in self._found for id, _ in found.versions)
        self._store.tell(Changes(cubes=ids, usage=bool(ids)))
        return len(self._found)

    def _search_quietly(self) -> None:
        try:
            self._closing.check()
            self._search(self._closing)
        except (Cancelled, MemosError):  # the program is closing: it is searched again at the next start
            self._found = ()

    def _all(self, vault: Vault) -> tuple[Review, ...]:
        moment = now()
        dismissed = vault.uses.dismissals()
        if self._known_at is None or not timedelta() <= moment - self._known_at < KNOWN_FOR:
            self._look(vault, moment)
        found = [
            *self._alike(vault, Alike.CONTRADICTION),
            *self._alike(vault, Alike.DUPLICATE),
            *self._sources(vault),
            *_expiring(vault, moment),
            *self._stale(vault, moment),
        ]
        kept = (each for each in found if (each.cubes[0].id, ACTION + each.id) not in dismissed)
        return tuple(sorted(kept, key=lambda each: (ORDER.index(each.kind), -each.score, each.id)))

    def _look(self, vault: Vault, moment: datetime) -> None:
        """Find what lies unused, and whose source changed."""
        self._known_at = moment
        self._marks = changed_sources(vault.database)
        self._disused = Ageing(vault.database).disused(moment - self._stale_after(), MOST_OF_A_KIND)

    def _alike(self, vault: Vault, alike: Alike) -> Iterator[Review]:
        """What the search has found, where the memories are still as they were then."""
        several = [found for found in self._found if found.alike is alike][: 2 * MOST_OF_A_KIND]
        wanted = {id for found in several for id, _ in found.versions}
        cubes = {cube.id: cube for cube in _there(vault, wanted)}
        for found in several:
            same = [cubes[id] for id, version in found.versions if id in cubes and cubes[id].version == version]
            live = tuple(cube for cube in same if _is_live(cube))
            if len(live) < 2 or (found.alike is Alike.CONTRADICTION and any(map(_is_over, live))):
                continue
            kind = found.alike.value
            yield Review(_id(kind, live), kind, live, found.words, found.score, _offers(found, live))

    def _sources(self, vault: Vault) -> Iterator[Review]:
        """Memories whose message was edited, left or deleted since."""
        marks = {mark.cube_id: mark for mark in self._marks[:MOST_OF_A_KIND]}
        for cube in _there(vault, marks):
            if not cube.frozen and _is_live(cube):
                words = marks[cube.id].words
                words = f"{words[0].upper()}{words[1:]}."
                review = _id(f"source {marks[cube.id].change}", (cube,))
                yield Review(review, "source changed", (cube,), words, 1.0, ("archive", "bin", "keep"))

    def _stale(self, vault: Vault, moment: datetime) -> Iterator[Review]:
        """Memories that nobody uses: before they are archived, or anyway."""
        days, least = self._settings.value.archive_after_days, self._stale_after()
        touched = Ageing(vault.database).touched(self._disused)
        for cube in _there(vault, self._disused):
            since = max(self._disused[cube.id], touched.get(cube.id, self._disused[cube.id]))
            since = max(since, cube.behaviour.last_used or since)
            if moment - since < least or not _is_live(cube) or cube.pinned or cube.frozen:
                continue
            words = f"Not used or changed for {(moment - since).days} days."
            if days > 0:
                left = max(0, (since + timedelta(days=days) - moment).days)
                words += f" It will be archived in {left} {'day' if left == 1 else 'days'}."
            score = min(1.0, (moment - since) / (2 * least))
            yield Review(_id("stale", (cube,)), "stale", (cube,), words, score, ("archive", "bin", "keep"))

    def _stale_after(self) -> timedelta:
        """After how long without use a memory is suggested: some time before it would be archived."""
        days = timedelta(days=self._settings.value.archive_after_days)
        return max(days - NOTICE, days / 2) if days > timedelta() else STALE_ANYWAY


def _expiring(vault: Vault, moment: datetime) -> Iterator[Review]:
    for cube in vault.cubes.many(Ageing(vault.database).expiring(moment, moment + SOON)[:MOST_OF_A_KIND]):
        expires = cube.governance.expires
        assert expires is not None
        score = 1.0 - (expires - moment) / SOON / 2
        words = f"Expires on {expires.astimezone():%Y-%m-%d at %H:%M}."
        review = _id(f"expiring {expires}", (cube,))
        yield Review(review, "expiring", (cube,), words, score, ("renew", "archive", "keep"))


def _offers(found: Found, cubes: Iterable[Cube]) -> tuple[str, ...]:
    """What could be done: fusing only where nothing stands in its way."""
    may = all(not cube.frozen and cube.governance.access is not Access.READ_ONLY for cube in cubes)
    fuse = ("fuse",) if may else ()
    return (*fuse, "archive", "bin", "keep") if found.alike is Alike.CONTRADICTION else (*fuse, "bin", "keep")


def _is_live(cube: Cube) -> bool:
    return cube.binned is None and cube.kind is Kind.PLAINTEXT and (cube.state, Trigger.FUSE) in TRANSITIONS


def _is_over(cube: Cube) -> bool:
    """Whether a memory is known to be no longer true: nothing contradicts it then."""
    return cube.governance.superseded_by is not None


def _there(vault: Vault, ids: Iterable[str]) -> Iterable[Cube]:
    return vault.cubes.many(vault.cubes.known(ids))


def _id(kind: str, cubes: Iterable[Cube]) -> str:
    """The same for the same suggestion about the same versions."""
    content = "\n".join((kind, *(f"{cube.id}@{cube.version}" for cube in cubes)))
    return hashlib.blake2b(content.encode(), digest_size=6).hexdigest()
