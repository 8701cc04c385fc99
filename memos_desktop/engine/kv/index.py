"""Which states there are: the tree of the exact tier, the blocks, and the files that cannot be read."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from memos_desktop.engine.kv.header import EXACT
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a folder in the place of one, that is no usable state; `used_ns` as of its file."""

    path: Path
    bytes: int
    used_ns: int
    reason: str
    is_file: bool


class Index:
    """All states of a folder by id. Nothing here touches the disk."""

    def __init__(self) -> None:
        self.states: dict[str, StateFile] = {}
        self.unreadable: dict[str, Unreadable] = {}
        self.damaged: dict[str, str] = {}
        self.total = 0
        # Roots stand below the digest of their identity. A dict is used as a set that keeps its order.
        self._below: dict[str, dict[str, None]] = {}

    def add(self, state: StateFile) -> None:
        """Take in a state, in place of a file with its id."""
        self.remove(state.id)
        self.states[state.id] = state
        self.total += state.bytes
        if state.header.tier == EXACT:
            self._below.setdefault(_above(state), {})[state.id] = None

    def add_unreadable(self, name: str, file: Unreadable) -> None:
        """Take in a file that cannot be read."""
        self.unreadable[name] = file
        self.total += file.bytes

    def remove(self, state_id: str) -> None:
        """Forget a state or an unreadable file; its descendants stay where they are."""
        self.damaged.pop(state_id, None)
        state, file = self.states.pop(state_id, None), self.unreadable.pop(state_id, None)
        self.total -= (state.bytes if state else 0) + (file.bytes if file else 0)
        if state and state.header.tier == EXACT:
            siblings = self._below[_above(state)]
            del siblings[state_id]
            if not siblings:
                del self._below[_above(state)]

    def replace(self, state: StateFile) -> None:
        """Exchange a known state for one that differs in its time of use only."""
        self.states[state.id] = state

    def ancestors(self, state: StateFile) -> list[StateFile]:
        """The states that it goes on from, nearest first, as far as they are there and fit."""
        found: list[StateFile] = []
        while (parent := self._parent(state)) is not None:
            found.append(parent)
            state = parent
        return found

    def with_descendants(self, ids: Iterable[str]) -> list[StateFile]:
        """These states and all that go on from them, each after those that go on from it."""
        found: dict[str, None] = {}
        waiting = [state_id for state_id in ids if state_id in self.states]
        while waiting:
            state_id = waiting.pop()
            if state_id not in found:
                found[state_id] = None
                waiting.extend(self._below.get(state_id, ()))
        # A child starts after its parent does, so this order never leaves a child alone.
        return sorted((self.states[state_id] for state_id in found), key=lambda state: -state.header.start)

    def misplaced(self, state: StateFile) -> str:
        """Why a state is not connected to what it goes on from, or ""."""
        if state.header.tier != EXACT or not state.header.parent or self._parent(state):
            return ""
        if state.header.parent in self.states:
            return "it does not fit the state that it goes on from"
        return "the state that it goes on from is missing"

    def usable(self, state: StateFile) -> bool:
        """Whether a state of the exact tier and all that it goes on from can be used."""
        line = (state, *self.ancestors(state))
        return not line[-1].header.parent and not any(above.id in self.damaged for above in line)

    def unusable(self) -> dict[str, str]:
        """The states that cannot be used, and why: damaged, misplaced, or going on from such a one."""
        own = {key: self.damaged.get(key) or self.misplaced(state) for key, state in self.states.items()}
        found = {key: reason for key, reason in own.items() if reason}
        below = (state.id for state in self.with_descendants(found))
        return {**dict.fromkeys(below, "the state that it goes on from cannot be used"), **found}

    def deepest(self, identity: Identity, keys: tuple[int, ...]) -> tuple[StateFile | None, int]:
        """The state that reaches farthest into `keys`, and how far that is."""
        best, farthest = None, 0
        waiting = [(identity.digest, 0)]
        while waiting:
            above, reached = waiting.pop()
            for state_id in self._below.get(above, ()):
                state = self.states[state_id]
                if state.header.start > reached:
                    continue
                shared = common(state.header.keys, keys, state.header.start)
                if not shared or state_id in self.damaged or self.misplaced(state):
                    continue
                end = state.header.start + shared
                if end > farthest:
                    best, farthest = state, end
                if state_id in self._below:
                    waiting.append((state_id, end))
        return best, farthest

    def deepest_whole(self, identity: Identity, keys: tuple[int, ...]) -> tuple[StateFile | None, int]:
        """The longest state from cell 0 on that is a beginning of `keys` in all its length."""
        best, farthest = None, 0
        for state_id in self._below.get(identity.digest, ()):
            state = self.states[state_id]
            end = state.header.end
            if state_id in self.damaged or not farthest < end <= len(keys):
                continue
            if state.header.keys[-1] == keys[end - 1] and common(state.header.keys, keys, 0) == end:
                best, farthest = state, end
        return best, farthest

    def evictable(self, spared: Iterable[str]) -> Iterator[StateFile]:
        """All but the spared, in the order to remove them: useless ones, the exact tier, blocks; oldest use first.

        A state comes after those that go on from it. What is spared must have its ancestors spared too.
        """
        spared = set(spared)
        useless = self.with_descendants(self.unusable())
        yield from (state for state in useless if state.id not in spared)
        gone = spared.union(state.id for state in useless)
        exact = {key: state for key, state in self.states.items() if key not in gone and state.header.tier == EXACT}
        children = Counter(state.header.parent for state in exact.values())
        leaves = [(state.used_ns, key) for key, state in exact.items() if not children[key]]
        heapq.heapify(leaves)
        while leaves:
            state = exact.pop(heapq.heappop(leaves)[1])
            yield state
            parent = state.header.parent
            children[parent] -= 1
            if parent in exact and not children[parent]:
                heapq.heappush(leaves, (exact[parent].used_ns, parent))
        blocks = [state for key, state in self.states.items() if key not in gone and state.header.tier != EXACT]
        yield from sorted(blocks, key=lambda state: state.used_ns)

    def _parent(self, state: StateFile) -> StateFile | None:
        above = self.states.get(state.header.parent)
        if above is None or above.header.tier != EXACT or _differ(above, state):
            return None
        return above if above.header.start < state.header.start <= above.header.end else None


def common(own: tuple[int, ...], keys: tuple[int, ...], start: int) -> int:
    """How many keys `own` has in common with what `keys` holds from `start` on."""
    limit = min(len(own), len(keys) - start)
    if limit <= 0 or own[0] != keys[start]:
        return 0
    # Slices are compared at the speed of C: larger ones as long as they are equal, smaller ones at the difference.
    done, step = 1, 8
    while done < limit:
        stop = min(done + step, limit)
        if own[done:stop] == keys[start + done : start + stop]:
            done, step = stop, step * 2
        elif step == 1:
            break
        else:
            step = max(1, step // 4)
    return done


def _differ(one: StateFile, other: StateFile) -> bool:
    return one.header.identity.digest != other.header.identity.digest


def _above(state: StateFile) -> str:
    return state.header.parent or state.header.identity.digest
