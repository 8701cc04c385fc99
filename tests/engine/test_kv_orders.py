"""The store of kept KV states after any order of actions, against the slow and certain way."""

import itertools
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kv_values import IDENTITY, keep, keep_block

from memos_desktop.engine.kv.state_file import read
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import VaultError

KEYS = st.lists(st.integers(0, 2), min_size=1, max_size=10).map(tuple)
OWNERS = st.sampled_from(("", "chat:a", "chat:b", "cube:m@1"))
ACTIONS = st.one_of(
    st.tuples(st.just("keep"), KEYS, OWNERS, st.integers(0, 400)),
    st.tuples(st.just("block"), KEYS, st.just("cube:m@1"), st.integers(0, 400)),
    st.tuples(st.just("touch"), KEYS, OWNERS, st.just(0)),
    st.tuples(st.just("drop owner"), KEYS, OWNERS, st.just(0)),
    st.tuples(st.just("open again"), KEYS, OWNERS, st.just(0)),
    st.tuples(st.just("budget"), KEYS, OWNERS, st.integers(2_000, 9_000)),
)


def act(store, action, keys, owner, size) -> KvStore:
    """Do one thing; a refusal for want of room is fine."""
    try:
        if action == "keep":
            keep(store, keys, size, owner=owner, grid=1 + size % 3)
        elif action == "block":
            keep_block(store, keys, size, owner=owner)
    except VaultError as error:
        assert "was not kept" in error.message
    if action == "touch":
        store.touch(link.state for link in store.match(IDENTITY, keys).chain)
    elif action == "drop owner":
        store.drop_owner(owner)
        assert all(entry.owner != owner for entry in store.entries())
    elif action == "budget":
        store.budget = size
    return KvStore(store.folder, store.budget) if action == "open again" else store


def longest(kept: dict[str, tuple[int, ...]], keys: tuple[int, ...]) -> int:
    """The longest common prefix of `keys` with anything kept, the slow and certain way."""
    pairs = (zip(keys, sequence, strict=False) for sequence in kept.values())
    return max((sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], two)) for two in pairs), default=0)


def files_in_order(folder: Path, budget: int) -> set[str]:
    """The ids of the exact tier on the disk, after checks of what must always hold."""
    files = [read(path) for path in folder.iterdir()] if folder.exists() else []
    ids = {state.id for state in files if state.header.tier == "exact"}
    assert sum(state.bytes for state in files) <= budget
    assert all(state.header.parent in ids for state in files if state.header.parent)
    return ids


@settings(max_examples=80)
@given(st.lists(ACTIONS, max_size=25), KEYS)
def test_whatever_is_done_the_longest_kept_beginning_is_found(actions, asked):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)  # a loss of power is not tried here
        store = KvStore(Path(folder) / "kv", 6_000)
        sequences: dict[str, tuple[int, ...]] = {}
        for action, keys, owner, size in actions:
            store = act(store, action, keys, owner, size)
            if (reaching := store.kept(IDENTITY, keys))[0] == len(keys) and action == "keep":
                sequences.setdefault(reaching[1], keys)
            ids = files_in_order(store.folder, store.budget)
            kept = {state_id: sequence for state_id, sequence in sequences.items() if state_id in ids}
            assert kept.keys() == ids
            for wanted in (asked, keys):
                match = store.match(IDENTITY, wanted)
                assert match.reused == longest(kept, wanted) == store.kept(IDENTITY, wanted)[0]
                assert cells(match) == wanted[: match.reused]


def cells(match) -> tuple[int, ...]:
    """The keys that the chain of a match gives, link by link."""
    keys: tuple[int, ...] = ()
    for link in match.chain:
        assert link.state.header.start == len(keys)
        keys += link.state.header.keys[: link.upto - len(keys)]
    return keys
