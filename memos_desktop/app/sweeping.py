"""The clock of the lifecycle: when nobody waits, what expired or lies unused changes its state, as one undoable step.

It looks at the start, every hour, and when the next memory is due to expire.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from memos_desktop.app.events import Broadcast
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.errors import MemosError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.lifecycle import Actor, Trigger, due
from memos_desktop.progress import Progress
from memos_desktop.vault.ageing import Ageing
from memos_desktop.vault.vault import Vault

log = logging.getLogger(__name__)
PERIOD = timedelta(hours=1)
MOST = 2_000
"""Memories moved by one step; what is left follows at once, so that others get in between."""
REASONS = {
    Trigger.EXPIRE: "its time was up on {moment}",
    Trigger.DISUSE: "not used or changed for {days} days",
}


class Sweeper:
    """Waits on a thread of its own; the work is the vault's, behind everything that somebody waits for."""

    def __init__(self, store: Store, settings: SettingsStore, events: Broadcast[Changes]) -> None:
        self._store = store
        self._settings = settings
        self._woken = threading.Event()
        self._closed = False
        self._next_whole = now()
        self._all_due = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._unsubscribe = events.subscribe(self._watch)

    def start(self) -> None:
        """Sweep now, and from now on. Calling it twice is harmless."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="lifecycle", daemon=True)
                self._thread.start()

    def run_once(self, progress: Progress) -> frozenset[str]:
        """Move all that is due; the ids of it. For a program that does not stay."""
        moved: frozenset[str] = frozenset()
        disuse = disuse_of(self._settings)
        while True:
            progress.update(len(moved), 0, f"{len(moved):,} memories moved")
            found = self._store.apply(lambda vault: sweep(vault, now(), disuse)).cubes
            moved |= found
            if len(found) < MOST:
                return moved

    def close(self) -> None:
        """End the thread, after what it is at. Calling it twice is harmless."""
        with self._lock:
            self._closed = True
        self._unsubscribe()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        wait = PERIOD
        while not self._closed:
            self._woken.clear()
            try:
                wait = self._store.slip(self._round)
            except MemosError as error:  # a full disk: the next round tries again
                wait = PERIOD
                if not self._closed:
                    log.warning("Time has not been applied to memories: %s", error.message)
            if not self._closed:
                self._woken.wait(wait.total_seconds())

    def _round(self, vault: Vault) -> timedelta:
        """Sweep; returns how long nothing more will be due."""
        moment = now()
        asked = self._all_due.is_set()
        self._all_due.clear()
        # Looking for what lies unused takes a while; what expires is found at once.
        whole = asked or moment >= self._next_whole
        changes = sweep(vault, moment, disuse_of(self._settings) if whole else None)
        self._store.tell(changes)
        if len(changes.cubes) >= MOST:
            return timedelta()
        if whole:
            self._next_whole = moment + PERIOD
        following = Ageing(vault.database).next_expiry(moment) or self._next_whole
        return max(min(following, self._next_whole) - moment, timedelta())

    def _watch(self, changes: Changes) -> None:
        """An expiry may have been set that comes sooner, or the setting changed; looking costs little."""
        if changes.settings:
            self._all_due.set()
        if changes.settings or (changes.cubes and not changes.usage):
            self._woken.set()


def expire_due(vault: Vault) -> Changes:
    """Move what has expired, and nothing else: for a program that looks once, and quickly."""
    return sweep(vault, now(), None)


def disuse_of(settings: SettingsStore) -> timedelta | None:
    """After how long without use memories are archived; None for never."""
    days = settings.value.archive_after_days
    return timedelta(days=days) if days > 0 else None


def sweep(vault: Vault, moment: datetime, disuse: timedelta | None) -> Changes:
    """Move everything that is due at `moment`, as one step by the clock, with a reason for each."""
    found: dict[Trigger, dict[str, str]] = {Trigger.EXPIRE: {}, Trigger.DISUSE: {}}
    ageing = Ageing(vault.database)
    touched: Mapping[str, datetime] = {} if disuse is None else ageing.disused(moment - disuse, MOST)
    for cube in vault.cubes.many((*ageing.expired(moment, MOST), *touched)):
        trigger = due(cube, moment, disuse, touched.get(cube.id))
        if trigger is not None:
            found[trigger][cube.id] = _reason(cube, trigger, moment, touched.get(cube.id))
    if not any(found.values()):
        return Changes()
    with vault.step(_label(found), Actor.CLOCK.value, "time has passed") as step:
        for trigger, reasons in found.items():
            vault.cubes.transit(reasons, trigger, "", by=Actor.CLOCK, reasons=reasons)
    return step.changes


def _reason(cube: Cube, trigger: Trigger, moment: datetime, touched: datetime | None) -> str:
    expires = cube.governance.expires or moment
    days = (moment - (touched or cube.changed)).days
    return REASONS[trigger].format(moment=f"{expires.astimezone():%Y-%m-%d %H:%M}", days=days)


def _label(found: Mapping[Trigger, Mapping[str, str]]) -> str:
    parts = [
        f"{verb} {len(found[trigger]):,} {'memory' if len(found[trigger]) == 1 else 'memories'}"
        for trigger, verb in ((Trigger.EXPIRE, "Expire"), (Trigger.DISUSE, "Archive unused:"))
        if found[trigger]
    ]
    return ", ".join(parts)
