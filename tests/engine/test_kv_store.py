"""The store of kept KV states: what is found, what is refused and why, and what is not kept."""

import errno
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kv_values import IDENTITY, PLENTY, keep, names, segment, used

from memos_desktop.engine.kv.index import common
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import VaultError
from memos_desktop.progress import Progress

NEWER = replace(IDENTITY, library="llama.cpp b2")
OTHER_MODEL = replace(IDENTITY, model_sha256="bb" * 32)


@pytest.fixture
def store(tmp_path) -> KvStore:
    return KvStore(tmp_path / "kv", PLENTY)


def test_a_missing_folder_is_an_empty_store_and_is_not_made_by_looking(store):
    assert store.match(IDENTITY, (1, 2)).reused == 0
    assert store.kept(IDENTITY, (1, 2)) == (0, "")
    assert store.entries() == ()
    assert store.total_bytes == store.drop_owner("chat:c") == store.prune(0) == 0
    assert store.verify(Progress()).checked == 0
    assert not store.folder.exists()
    assert keep(store, (1, 2)).path.parent == store.folder


def test_a_chain_is_found_root_first_with_the_cells_of_each(store):
    root = keep(store, (1, 2, 3, 4))
    chat = keep(store, (1, 2, 3, 4, 5, 6), owner="chat:c")
    branch = keep(store, (1, 2, 3, 4, 5, 7, 8), owner="chat:c")
    assert (chat.header.start, branch.header.start, branch.header.parent) == (4, 5, chat.id)
    match = store.match(IDENTITY, (1, 2, 3, 4, 5, 7, 8, 9))
    assert (match.reused, match.refused) == (7, ())
    assert used(match) == [(root.id, 4), (chat.id, 5), (branch.id, 7)]
    assert used(store.match(IDENTITY, (1, 2, 3, 4, 5, 7))) == [(root.id, 4), (chat.id, 5), (branch.id, 6)]
    assert used(store.match(IDENTITY, [1, 2, 9])) == [(root.id, 2)]
    assert store.match(IDENTITY, (9, 1, 2)).chain == store.match(IDENTITY, ()).chain == ()
    assert store.kept(IDENTITY, (1, 2, 3, 4, 5, 6, 7)) == (6, chat.id)


def test_a_branch_out_of_the_middle_uses_its_parent_only_below_its_start(store):
    root = keep(store, (1, 2, 3, 4, 5, 6, 7, 8))
    branch = keep(store, (1, 2, 3, 9))
    assert used(store.match(IDENTITY, (1, 2, 3, 9, 9))) == [(root.id, 3), (branch.id, 4)]


def test_a_state_that_begins_before_its_parent_ends_hangs_on_the_one_that_it_really_goes_on_from(store):
    """The engine rounds down what is kept, so the state that reaches there may begin after the new one."""
    root = keep(store, (1, 2, 3, 4))
    later = keep(store, (1, 2, 3, 4, 5, 6))
    keys = (1, 2, 3, 4, 5, 6, 7)
    third = store.keep(segment(keys, 3, later.id), memoryview(b"cells"))
    assert third.header.parent == root.id
    assert used(store.match(IDENTITY, keys)) == [(root.id, 3), (third.id, 7)]


def test_of_two_that_reach_as_far_the_shorter_chain_is_taken(store):
    root = keep(store, (1, 2, 3, 4))
    store.keep(segment((1, 2, 3, 4, 5), 2, root.id), memoryview(b"cells"))
    assert used(store.match(IDENTITY, (1, 2, 3, 4, 6))) == [(root.id, 4)]


def test_cells_of_a_block_are_not_taken_for_evaluated_ones(store):
    other = "00000000000a" + "0" * 52
    header = segment((1, 2 | 10 << 32, 3))
    state = store.keep(replace(header, tokens=(1, 2, 3), spans=((1, 2, other),)), memoryview(b"cells"))
    assert store.match(IDENTITY, (1, 2, 3)).reused == 1
    assert used(store.match(IDENTITY, (1, 2 | 10 << 32, 3))) == [(state.id, 3)]
    assert store.match(IDENTITY, (1, 2 | 11 << 32, 3)).reused == 1
    fresh = KvStore(store.folder, PLENTY)
    assert fresh.match(IDENTITY, (1, 2 | 10 << 32, 3)).reused == 3


def test_a_model_that_cannot_go_back_gets_only_states_used_in_all_their_length(store):
    short = store.keep(segment((1, 2)), memoryview(b"cells"))
    longer = store.keep(segment((1, 2, 3, 4)), memoryview(b"cells"))
    keep(store, (1, 2, 3, 4, 5))
    assert used(store.match(IDENTITY, (1, 2, 3, 4, 5), whole=True)) == [(longer.id, 4)]
    assert used(store.match(IDENTITY, (1, 2, 3), whole=True)) == [(short.id, 2)]
    assert store.match(IDENTITY, (1, 9), whole=True).reused == 0
    assert store.match(IDENTITY, (1,), whole=True).reused == 0
    assert store.match(NEWER, (1, 2), whole=True).reused == 0


@pytest.mark.parametrize("name", list(IDENTITY.to_json()))
def test_one_difference_of_identity_is_enough_to_find_nothing(store, name):
    keep(store, (1, 2, 3))
    other = replace(IDENTITY, **{name: not IDENTITY.flash_attention if name == "flash_attention" else "x"})
    assert store.match(other, (1, 2, 3)).reused == 0
    assert store.kept(other, (1, 2, 3)) == (0, "")
    assert store.match(IDENTITY, (1, 2, 3)).reused == 3


@given(st.lists(st.integers(0, 1), max_size=60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 9))
def test_common_counts_equal_keys(keys, cut, change, start):
    own = list(keys[start : start + cut])
    if change < len(own):
        own[change] = 7
    expected = 0
    while expected < min(len(own), len(keys) - start) and own[expected] == keys[start + expected]:
        expected += 1
    assert common(tuple(own), tuple(keys), start) == expected


def test_states_of_the_same_model_under_another_identity_are_refused_with_the_reason(store):
    keep(store, (1, 2, 3), owner="chat:c", identity=replace(NEWER, kv_type="q8_0"))
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:c").refused == (
        "The kept state of this chat was made with llama.cpp b2 instead of b1 and another type of keys and values"
        " (q8_0 instead of f16), so it was not used.",
    )
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:d").refused == ()
    assert store.match(IDENTITY, (1, 2, 3)).refused == ()
    keep(store, (9,), owner="chat:c")
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:c").refused == ()


def test_each_difference_is_said_once(store):
    for last in (3, 4):
        for identity in (NEWER, replace(IDENTITY, adapters="poet:1")):
            keep(store, (1, 2, last), owner="chat:c", identity=identity)
    assert store.match(IDENTITY, (1,), owner="chat:c").refused == (
        "The kept state of this chat was made with llama.cpp b2 instead of b1, so it was not used.",
        "The kept state of this chat was made with other adapters, so it was not used.",
    )


def test_another_model_is_no_reason_for_a_word_unless_it_has_the_same_name(store):
    keep(store, (1, 2, 3), owner="chat:c", identity=OTHER_MODEL, model="tiny")
    assert store.match(IDENTITY, (1, 2), owner="chat:c", model="large").refused == ()
    assert store.match(IDENTITY, (1, 2), owner="chat:c").refused == ()
    assert store.match(IDENTITY, (1, 2), owner="chat:c", model="tiny").refused == (
        "The kept state of this chat was made with another model file, so it was not used.",
    )


def test_a_discarded_state_is_removed_with_what_goes_on_from_it_and_said_once(store):
    root, chat = keep(store, (1, 2)), keep(store, (1, 2, 3), owner="chat:c")
    keep(store, (1, 2, 4), owner="chat:d")
    alone = keep(store, (5,), owner="chat:e")
    store.discard(root, "it was damaged")
    assert names(store) == {alone.id}
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:c").refused == ("it was damaged",)
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:c").refused == ()
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:e").refused == ()
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:d").refused == ("it was damaged",)
    store.discard(chat, "it is gone already")
    assert store.match(IDENTITY, (1, 2, 3), owner="chat:c").refused == ()


def test_a_state_without_the_one_before_it_is_not_kept(store):
    root = keep(store, (1, 2))
    store.drop((root.id,))
    with pytest.raises(VaultError, match="removed meanwhile"):
        store.keep(segment((1, 2, 3), 2, root.id), memoryview(b"cells"))
    assert names(store) == set()


def test_a_parent_that_goes_while_its_child_is_written_takes_the_child_along(store, monkeypatch):
    root, real = keep(store, (1, 2)), os.fsync

    def removing(file):
        store.drop((root.id,))
        real(file)

    monkeypatch.setattr(os, "fsync", removing)
    with pytest.raises(VaultError, match="removed meanwhile"):
        store.keep(segment((1, 2, 3), 2, root.id), memoryview(b"cells"))
    assert names(store) == set()
    assert store.total_bytes == 0


@pytest.mark.parametrize("start,identity", [(3, IDENTITY), (2, NEWER)])
def test_a_gap_or_another_identity_in_a_chain_is_a_bug(store, start, identity):
    root = keep(store, (1, 2))
    with pytest.raises(ValueError, match="without a gap"):
        store.keep(segment((1, 2, 3, 4), start, root.id, identity), memoryview(b"cells"))
    assert names(store) == {root.id}


def test_keeping_the_same_state_again_counts_it_once(store):
    first = keep(store, (1, 2), size=100)
    child = keep(store, (1, 2, 3))
    again = store.keep(segment((1, 2), title="again"), memoryview(bytes(50)))
    assert first.id == again.id
    assert store.total_bytes == child.bytes + again.bytes
    assert store.match(IDENTITY, (1, 2, 3)).reused == 3


def test_a_full_disk_changes_nothing(store, monkeypatch):
    root, total = keep(store, (1, 2)), store.total_bytes

    def full(_file, _piece):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(VaultError, match="No space left"):
            keep(store, (1, 2, 3))
    assert (names(store), store.total_bytes, store.kept(IDENTITY, (1, 2, 3))) == ({root.id}, total, (2, root.id))
    assert keep(store, (1, 2, 3)).header.parent == root.id


def test_a_state_for_which_the_budget_has_no_room_is_not_kept_and_removes_nothing(tmp_path):
    store = KvStore(tmp_path, 5_000)
    root = keep(store, (1, 2), size=2_000)
    other = keep(store, (9,), size=100)
    for keys, size in (((1, 2, 3), 3_000), ((1, 2, 3), 2_400), ((7,), 5_000)):
        with pytest.raises(VaultError, match="was not kept") as refused:
            keep(store, keys, size=size)
        assert "settings" in refused.value.hint
    assert names(store) == {root.id, other.id}
