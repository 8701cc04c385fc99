"""What the store of kept KV states removes: by the budget, by owner, and on request."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from kv_values import IDENTITY, PLENTY, block, keep, keep_block, names

from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import VaultError

NEWER = replace(IDENTITY, library="llama.cpp b2")


@pytest.fixture
def store(tmp_path) -> KvStore:
    return KvStore(tmp_path / "kv", PLENTY)


def test_the_least_recently_used_end_of_a_chain_goes_first(tmp_path):
    store = KvStore(tmp_path, PLENTY)
    root = keep(store, (1, 2), size=1_000)
    old, young = keep(store, (1, 2, 3), size=1_000), keep(store, (1, 2, 4), size=1_000)
    alone = keep(store, (5,), size=1_000)
    store.touch([old])
    store.budget = store.total_bytes - 1
    assert names(store) == {root.id, old.id, alone.id}
    store.budget = store.total_bytes - 1
    assert names(store) == {root.id, old.id}
    store.budget = store.total_bytes - 1
    assert names(store) == {root.id}
    store.budget = store.total_bytes
    assert names(store) == {root.id}
    store.budget = 0
    assert names(store) == set()
    assert store.total_bytes == 0
    assert young.id not in names(store)


def test_use_is_remembered_across_sessions(tmp_path):
    store = KvStore(tmp_path, PLENTY)
    states = [keep(store, (number,), size=500) for number in range(3)]
    store.touch([states[0]])
    again = KvStore(tmp_path, PLENTY)
    assert [entry.id for entry in again.entries()] == [states[0].id, states[2].id, states[1].id]
    again.budget = 2 * states[0].bytes + 10
    assert names(again) == {states[0].id, states[2].id}


def test_to_use_a_state_is_to_use_what_it_goes_on_from(store):
    root, leaf = keep(store, (1, 2)), keep(store, (1, 2, 3))
    keep(store, (4,))
    store.touch([leaf])
    assert {entry.id for entry in store.entries()[:2]} == {root.id, leaf.id}
    store.drop((leaf.id,))
    store.touch([leaf])
    assert names(store) >= {root.id}


def test_blocks_go_last(tmp_path):
    store = KvStore(tmp_path, PLENTY)
    first, second = (keep_block(store, (n, n), size=1_000, owner=f"cube:{n}@1") for n in (1, 2))
    keep(store, (1, 2), size=1_000)
    keep(store, (1, 2, 3), size=1_000)
    store.budget = first.bytes + second.bytes + 10
    assert names(store) == {first.id, second.id}
    store.budget = first.bytes + 10
    assert names(store) == {second.id}
    state = keep(store, (1, 2), size=1_000)
    assert names(store) == {state.id}


def test_the_state_just_kept_and_its_line_stay(tmp_path):
    store = KvStore(tmp_path, 4_300)
    root = keep(store, (1, 2), size=500)
    keep(store, (9,), size=500)
    keep(store, (8,), size=500)
    leaf = keep(store, (1, 2, 3), size=900)
    assert names(store) >= {root.id, leaf.id}
    end = keep(store, (1, 2, 3, 4), size=600)
    assert names(store) == {root.id, leaf.id, end.id}
    assert store.total_bytes <= store.budget


def test_unusable_files_go_before_anything_that_can_be_used(store):
    root, leaf = keep(store, (1, 2)), keep(store, (1, 2, 3))
    good = keep(store, (7,))
    root.path.unlink()
    (store.folder / "foreign.kv").write_bytes(b"x" * 400)
    again = KvStore(store.folder, PLENTY)
    assert again.total_bytes == leaf.bytes + good.bytes + 400
    again.budget = good.bytes
    assert names(again) == {good.id}


def test_prune_frees_what_is_said_and_everything_unusable(store):
    old, young = keep(store, (1,)), keep(store, (2,))
    (store.folder / "foreign.kv").write_bytes(b"x" * 400)
    (store.folder / "folder.kv").mkdir()
    again = KvStore(store.folder, PLENTY)
    assert again.prune(PLENTY) == 400
    assert names(again) == {old.id, young.id, "folder"}
    assert again.prune(young.bytes) == old.bytes
    assert again.prune(0) == young.bytes
    assert again.total_bytes == 0


def test_the_block_of_a_version_is_found_under_its_identity(store):
    first = keep_block(store, (1, 2), owner="cube:m@1")
    keep_block(store, (1, 2), owner="cube:m@12")
    newer = keep_block(store, (1, 2), owner="cube:m@1", identity=NEWER)
    other = keep_block(store, (1, 2), owner="cube:mm@1")
    assert store.block("cube:m@1", IDENTITY).id == first.id
    assert store.block("cube:m@1", NEWER).id == newer.id
    assert store.block("cube:mm@1", IDENTITY).id == other.id
    assert store.block("cube:m@2", IDENTITY) is None
    assert len(store.blocks("m")) == 3
    assert store.match(IDENTITY, (1, 2)).reused == 0


def test_of_several_blocks_the_one_used_last_is_taken(store):
    first, second = keep_block(store, (1, 2), prefix=(7,)), keep_block(store, (1, 2), prefix=(8,))
    assert store.block("cube:m@1", IDENTITY).id == second.id
    store.touch([first])
    assert store.block("cube:m@1", IDENTITY).header.prefix == (7,)
    assert [state.id for state in store.blocks("m")] == [first.id, second.id]


def test_a_dropped_owner_leaves_nothing_nor_what_goes_on_from_it(store):
    root = keep(store, (1, 2))
    mine = keep(store, (1, 2, 3), owner="chat:c")
    theirs = keep(store, (1, 2, 3, 4), owner="chat:d")
    other = keep(store, (1, 2, 5), owner="chat:d")
    assert store.drop_owner("chat:c") == mine.bytes + theirs.bytes
    assert names(store) == {root.id, other.id}
    assert store.match(IDENTITY, (1, 2, 3, 4)).reused == 2


def test_a_forgotten_memory_takes_every_state_with_its_text_along(store):
    root = keep(store, (1, 2), cubes=("n",))
    keep(store, (1, 2, 3), cubes=("m", "n"), owner="chat:c")
    for number, owner in enumerate(("cube:m@1", "cube:m@2")):
        keep_block(store, (number,), owner=owner)
    other = keep_block(store, (9,), owner="cube:mm@1")
    store.drop_cubes(["m"])
    assert names(store) == {root.id, other.id}


@pytest.mark.parametrize("drop", [lambda s: s.drop_owner("chat:c"), lambda s: s.drop_cubes(["m"])])
def test_what_cannot_be_read_could_be_what_is_to_be_forgotten(store, drop):
    state = keep(store, (1, 2), owner="chat:c", cubes=("m",))
    state.path.write_bytes(state.path.read_bytes()[:-1])
    good = keep(store, (3,), owner="chat:d")
    again = KvStore(store.folder, PLENTY)
    assert drop(again) == state.bytes - 1
    assert names(again) == {good.id}


def test_drop_takes_descendants_and_passes_over_what_is_gone(store):
    root, leaf, other = keep(store, (1, 2)), keep(store, (1, 2, 3)), keep(store, (4,))
    assert store.drop(("ab" * 32, root.id, leaf.id)) == root.bytes + leaf.bytes
    assert names(store) == {other.id}
    (store.folder / "foreign.kv").write_bytes(b"x" * 400)
    assert KvStore(store.folder, PLENTY).drop(("foreign",)) == 400


def test_a_file_that_cannot_be_removed_is_said(store, monkeypatch):
    state = keep(store, (1, 2), owner="chat:c")

    def refused(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        with pytest.raises(VaultError, match="could not be removed: Permission denied"):
            store.drop_owner("chat:c")
    assert [entry.id for entry in store.entries()] == [state.id]
    assert store.drop_owner("chat:c") == state.bytes


def test_a_block_and_a_state_of_the_same_tokens_are_two_things(store):
    state, other = keep(store, (1, 2)), keep_block(store, (1, 2))
    assert state.id != other.id == block((1, 2)).id
