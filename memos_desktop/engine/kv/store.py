"""The kept KV states of a data folder: found by the tokens they hold, and removed by last use to stay in a budget.

All of it is derived: whatever is missing or refused here only has to be evaluated again.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from memos_desktop.engine.kv.folder import describe, entry_of, entry_of_unreadable, load, remove, stamp
from memos_desktop.engine.kv.header import BLOCK, EXACT, Header
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.index import Index
from memos_desktop.engine.kv.report import Entry, Link, Match, VerifyReport
from memos_desktop.engine.kv.state_file import StateError, StateFile, read, written
from memos_desktop.errors import VaultError
from memos_desktop.progress import Progress

__all__ = ["Entry", "KvStore", "Link", "Match", "VerifyReport"]


class KvStore:
    """The states in `folder`, at most `budget` bytes of them. Safe to use from several threads.

    The folder is read on first use and made when the first state comes. Nobody else may write in it meanwhile.
    """

    def __init__(self, folder: Path, budget: int) -> None:
        self.folder = folder
        self._budget = budget
        self._lock = threading.RLock()
        self._loaded: Index | None = None
        self._reasons: dict[str, list[str]] = {}
        self._last_ns = 0

    @property
    def budget(self) -> int:
        """How many bytes all files may have together. Setting it removes what is too much."""
        return self._budget

    @budget.setter
    def budget(self, budget: int) -> None:
        with self._lock:
            self._budget = budget
            self._evict(budget, ())

    @property
    def total_bytes(self) -> int:
        """The size of all files, unreadable ones too."""
        with self._lock:
            return self._index.total

    def match(
        self, identity: Identity, keys: Sequence[int], whole: bool = False, owner: str = "", model: str = ""
    ) -> Match:
        """The longest beginning of `keys` that is kept under `identity`.

        With `whole` (for models that cannot go back) only a single state that is used in all its length. With
        `owner`, and best with the name of the model, `refused` says why states of this owner were of no use.
        """
        with self._lock:
            wanted = tuple(keys)
            index = self._index
            best, reused = index.deepest_whole(identity, wanted) if whole else index.deepest(identity, wanted)
            refused = self._refused(identity, owner, model) if owner else ()
            if best is None:
                return Match(refused=refused)
            chain, upto = [], reused
            for state in (best, *index.ancestors(best)):
                chain.append(Link(state, upto))
                upto = state.header.start
            return Match(reused, tuple(reversed(chain)), refused)

    def kept(self, identity: Identity, keys: Sequence[int]) -> tuple[int, str]:
        """How many of `keys` from the first on are kept already, and the id of the state that reaches there ("")."""
        with self._lock:
            best, reused = self._index.deepest(identity, tuple(keys))
            return reused, best.id if best else ""

    def keep(self, header: Header, payload: memoryview) -> StateFile:
        """Write a state, and remove the least recently used ones so that the budget is met.

        What it goes on from is not removed for that. Raises VaultError, and nothing is kept, where the disk refuses,
        where the budget has no room for it, and where the state that it goes on from is gone.
        """
        with self._lock:
            header = self._connected(header)
            self._check_room(header, payload.nbytes)
        # Others look into the store while this is written.
        with written(self.folder, header, payload) as file, self._lock:
            line = self._line(self._connected(header))
            self._check_room(header, file.state.bytes)
            former = self._index.states.get(header.id)
            if former:  # its place is taken
                line += [former, *self._index.ancestors(former)]
            size = file.state.bytes - (former.bytes if former else 0)
            # Before the file has its name: however this process ends, the budget is kept.
            self._evict(self._budget - size, line)
            state = self._stamped(file.place())
            self._index.add(state)
            self._evict(self._budget, (state, *self._index.ancestors(state)))
            return state

    def touch(self, states: Iterable[StateFile]) -> None:
        """Note that these states were used now, and with them what they go on from."""
        with self._lock:
            index = self._index
            known = [index.states[state.id] for state in states if state.id in index.states]
            used = {above.id: above for state in known for above in (state, *index.ancestors(state))}
            for above in used.values():
                index.replace(self._stamped(above))

    def block(self, owner: str, identity: Identity) -> StateFile | None:
        """The block of "cube:ID@VERSION" under this identity; of several the one used last."""
        with self._lock:
            found = [state for state in self._blocks(owner) if self._usable(state, identity)]
            return max((state for state in found if state.header.owner == owner), key=_used, default=None)

    def blocks(self, cube_id: str) -> tuple[StateFile, ...]:
        """Every block of a memory, whatever its version and identity, used last first."""
        with self._lock:
            return tuple(sorted(self._blocks(f"cube:{cube_id}@"), key=_used, reverse=True))

    def drop(self, ids: Iterable[str]) -> int:
        """Remove these states and all that go on from them; returns the bytes freed. Unknown ids are passed over."""
        with self._lock:
            return self._drop(tuple(ids))

    def drop_owner(self, owner: str) -> int:
        """Remove everything of an owner, and unreadable files, as those could be of this owner. Returns the bytes."""
        with self._lock:
            self._reasons.pop(owner, None)
            ids = [state.id for state in self._index.states.values() if state.header.owner == owner]
            return self._drop((*ids, *self._index.unreadable))

    def drop_cubes(self, cube_ids: Iterable[str]) -> int:
        """Remove every state in which texts of these memories stand, and unreadable files. Returns the bytes freed."""
        gone = frozenset(cube_ids)
        with self._lock:
            if not gone:
                return 0
            ids = [state.id for state in self._index.states.values() if _is_of(state.header, gone)]
            return self._drop((*ids, *self._index.unreadable))

    def discard(self, state: StateFile, reason: str) -> None:
        """Remove a state that proved damaged, and all that go on from it.

        The next `match` for one of their owners says the reason.
        """
        with self._lock:
            for removed in self._index.with_descendants((state.id,)):
                reasons = self._reasons.setdefault(removed.header.owner, [])
                if reason not in reasons:
                    reasons.append(reason)
            self._drop((state.id,))

    def entries(self) -> tuple[Entry, ...]:
        """Every file, used last first."""
        with self._lock:
            index = self._index
            unusable = index.unusable()
            usable = [entry_of(state, unusable.get(state.id, "")) for state in index.states.values()]
            others = [entry_of_unreadable(name, file) for name, file in index.unreadable.items()]
            return tuple(sorted((*usable, *others), key=lambda entry: entry.last_used, reverse=True))

    def verify(self, progress: Progress) -> VerifyReport:
        """Read every byte. What proves damaged is not used any more. Raises Cancelled."""
        with self._lock:
            index = self._index
            states = sorted(index.states.values(), key=lambda state: state.id)
            damaged = [(file.path.name, file.reason) for file in index.unreadable.values()]
        checked, done, total = len(damaged), 0, sum(state.bytes for state in states)
        for state in states:
            progress.update(done, total, "Checking kept states")
            reason = _damage(state)
            if reason:
                reason = self._confirmed(state)
            if reason:
                damaged.append((state.path.name, reason))
            checked, done = checked + 1, done + state.bytes
        progress.update(done, total, "Checking kept states")
        return VerifyReport(checked, tuple(damaged), done)

    def prune(self, to_bytes: int) -> int:
        """Remove unusable files, then the least recently used states until `to_bytes` are left. Returns the bytes."""
        with self._lock:
            before = self._index.total
            self._drop((*self._index.unusable(), *self._index.unreadable))
            self._evict(to_bytes, ())
            return before - self._index.total

    @property
    def _index(self) -> Index:
        if self._loaded is None:
            self._loaded = load(self.folder)
        return self._loaded

    def _blocks(self, owner: str) -> list[StateFile]:
        states = self._index.states.values()
        return [state for state in states if state.header.tier == BLOCK and state.header.owner.startswith(owner)]

    def _usable(self, state: StateFile, identity: Identity) -> bool:
        return state.header.identity.digest == identity.digest and state.id not in self._index.damaged

    def _refused(self, identity: Identity, owner: str, model: str) -> tuple[str, ...]:
        reasons = [*self._reasons.pop("", ()), *self._reasons.pop(owner, ())]
        own = [s.header for s in self._index.states.values() if s.header.owner == owner and s.header.tier == EXACT]
        if not any(header.identity.digest == identity.digest for header in own):
            # Each model has its own states: to change the model is no reason for a word about those of the other.
            same = [h for h in own if h.model == model or h.identity.model_sha256 == identity.model_sha256]
            reasons += [describe(header, identity) for header in same]
        return tuple(dict.fromkeys(reasons))

    def _connected(self, header: Header) -> Header:
        """The header, hung on the state that holds the cell just before its first one."""
        if header.tier != EXACT or not header.parent:
            return header
        parent = self._index.states.get(header.parent)
        if parent is None or not self._index.usable(parent):
            raise VaultError(
                "A KV state was not kept, because the state that it goes on from was removed meanwhile.",
                "Nothing needs to be done: the next answer keeps it again.",
            )
        for state in (parent, *self._index.ancestors(parent)):
            if state.header.start < header.start:
                parent = state
                break
        header = replace(header, parent=parent.id if header.start else "")
        fits = parent.header.end >= header.start and parent.header.identity.digest == header.identity.digest
        if header.start and not fits:
            raise ValueError("a state must go on from cells of its own identity, without a gap")
        return header

    def _line(self, header: Header) -> list[StateFile]:
        parent = self._index.states.get(header.parent)
        return [parent, *self._index.ancestors(parent)] if parent else []

    def _check_room(self, header: Header, size: int) -> None:
        needed = size + sum(state.bytes for state in self._line(header))
        if needed > self._budget:
            raise VaultError(
                f"A KV state was not kept: with what it goes on from it needs {needed / 1e6:.1f} MB,"
                f" and the space for kept states is {self._budget / 1e6:.1f} MB.",
                "Raise the space for kept states in the settings to keep states of this length.",
            )

    def _stamped(self, state: StateFile) -> StateFile:
        self._last_ns = max(time.time_ns(), self._last_ns + 1)
        return stamp(state, self._last_ns)

    def _evict(self, limit: int, spared: Sequence[StateFile]) -> None:
        index = self._index
        if index.total <= limit:
            return
        for name in tuple(index.unreadable):
            self._drop((name,))
        order = index.evictable(state.id for state in spared)
        while index.total > limit and (state := next(order, None)) is not None:
            remove(state.path)
            index.remove(state.id)

    def _drop(self, ids: Sequence[str]) -> int:
        index, before = self._index, self._index.total
        for state in index.with_descendants(ids):
            remove(state.path)
            index.remove(state.id)
        for name in ids:
            file = index.unreadable.get(name)
            if file and file.is_file:
                remove(file.path)
                index.remove(name)
        return before - index.total

    def _confirmed(self, state: StateFile) -> str:
        """The damage of a file, asked again while nothing can remove or replace it, and remembered."""
        with self._lock:
            reason = _damage(state) if state.id in self._index.states else ""
            if reason:
                self._index.damaged[state.id] = reason
            return reason


def _is_of(header: Header, cube_ids: frozenset[str]) -> bool:
    kind, _, owner = header.owner.partition(":")
    return not cube_ids.isdisjoint(header.cubes) or (kind == "cube" and owner.partition("@")[0] in cube_ids)


def _used(state: StateFile) -> int:
    return state.used_ns


def _damage(state: StateFile) -> str:
    """What is wrong with the file as it is on the disk now, or ""."""
    try:
        fresh = read(state.path)
        with fresh.open_payload() as view:
            fresh.verify(view)
    except StateError as error:
        return error.message
    return ""
