"""Damaged, foreign and missing files in the store of kept KV states."""

import os
from dataclasses import replace

import pytest
from kv_values import IDENTITY, PLENTY, keep, keep_block, segment, used

from memos_desktop.engine.kv.state_file import write
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import Cancelled, VaultError
from memos_desktop.progress import Progress

NEWER = replace(IDENTITY, library="llama.cpp b2")


@pytest.fixture
def store(tmp_path) -> KvStore:
    return KvStore(tmp_path / "kv", PLENTY)


def spoil(state) -> None:
    """Flip the last bit of a file; its time of use stays."""
    content = bytearray(state.path.read_bytes())
    content[-1] ^= 1
    state.path.write_bytes(content)
    os.utime(state.path, ns=(state.used_ns, state.used_ns))


def test_a_store_opened_again_knows_everything(store):
    root = keep(store, (1, 2), title="start", model="tiny")
    leaf = keep(store, (1, 2, 3), owner="chat:c", cubes=("m",))
    cube = keep_block(store, (5, 6), owner="cube:m@3")
    again = KvStore(store.folder, PLENTY)
    assert again.entries() == store.entries()
    assert used(again.match(IDENTITY, (1, 2, 3))) == [(root.id, 2), (leaf.id, 3)]
    entries = {entry.id: entry for entry in again.entries()}
    assert (entries[root.id].title, entries[root.id].model, entries[root.id].tier) == ("start", "tiny", "exact")
    assert (entries[leaf.id].owner, entries[leaf.id].cubes, entries[leaf.id].tokens) == ("chat:c", ("m",), 1)
    assert (entries[cube.id].tier, entries[cube.id].identity) == ("block", IDENTITY)
    assert entries[cube.id].model_sha256 == IDENTITY.model_sha256
    assert entries[root.id].created <= entries[leaf.id].last_used
    assert again.total_bytes == sum(entry.bytes for entry in entries.values()) == root.bytes + leaf.bytes + cube.bytes


def test_files_that_cannot_be_read_are_listed_and_never_used(store):
    good, cut, moved = keep(store, (1, 2)), keep(store, (3,)), keep(store, (4,))
    cut.path.write_bytes(cut.path.read_bytes()[:-1])
    moved.path.rename(store.folder / "moved.kv")
    (store.folder / "empty.kv").write_bytes(b"")
    (store.folder / "folder.kv").mkdir()
    (store.folder / "nowhere.kv").symlink_to(store.folder / "gone")
    (store.folder / "notes.txt").write_text("not ours")
    again = KvStore(store.folder, PLENTY)
    problems = {entry.id: entry.problem for entry in again.entries()}
    assert problems == {
        good.id: "",
        cut.id: "the file is shorter than it was written",
        "moved": "the file was renamed: it holds another state than its name says",
        "empty": "the file is empty",
        "folder": "it is a folder or a device, not a file",
        "nowhere": "the file is gone",
    }
    assert again.match(IDENTITY, (4,)).reused == again.match(IDENTITY, (3,)).reused == 0
    assert again.total_bytes == good.bytes + cut.bytes - 1 + moved.bytes
    assert keep(again, (3,)).id == cut.id
    assert {entry.id: entry.problem for entry in again.entries()}[cut.id] == ""


def test_a_folder_that_cannot_be_listed_is_an_empty_store_with_a_problem(tmp_path):
    (tmp_path / "kv").write_text("not a folder")
    store = KvStore(tmp_path / "kv", PLENTY)
    assert store.match(IDENTITY, (1,)).reused == 0
    assert [entry.problem for entry in store.entries()] == ["the folder cannot be read: Not a directory"]
    assert store.prune(0) == store.drop_owner("chat:c") == 0
    with pytest.raises(VaultError, match="could not be saved"):
        keep(store, (1,))
    assert (tmp_path / "kv").read_text() == "not a folder"


def test_a_state_whose_beginning_is_missing_is_not_used_until_that_is_kept_again(store):
    root, middle, leaf = keep(store, (1, 2)), keep(store, (1, 2, 3)), keep(store, (1, 2, 3, 4))
    root.path.unlink()
    again = KvStore(store.folder, PLENTY)
    assert again.match(IDENTITY, (1, 2, 3, 4)).reused == 0
    problems = {entry.id: entry.problem for entry in again.entries()}
    assert problems == {
        middle.id: "the state that it goes on from is missing",
        leaf.id: "the state that it goes on from cannot be used",
    }
    with pytest.raises(VaultError, match="removed meanwhile"):
        again.keep(segment((1, 2, 3, 4, 5), 4, leaf.id), memoryview(b"cells"))
    keep(again, (1, 2))
    assert used(again.match(IDENTITY, (1, 2, 3, 4))) == [(root.id, 2), (middle.id, 3), (leaf.id, 4)]
    assert not any(entry.problem for entry in again.entries())


def test_a_parent_that_does_not_fit_is_no_parent(store):
    root = keep(store, (1, 2))
    for keys, start, identity in (((1, 2, 3, 4), 3, IDENTITY), ((1, 2, 3), 2, NEWER)):
        write(store.folder, segment(keys, start, root.id, identity), memoryview(b"cells"))
    again = KvStore(store.folder, PLENTY)
    reasons = [entry.problem for entry in again.entries() if entry.id != root.id]
    assert reasons == ["it does not fit the state that it goes on from"] * 2
    assert again.match(IDENTITY, (1, 2, 3, 4)).reused == 2
    assert again.match(NEWER, (1, 2, 3)).reused == 0


def test_verify_names_damaged_files_and_they_are_not_used_any_more(store):
    root, leaf, other = keep(store, (1, 2)), keep(store, (1, 2, 3)), keep_block(store, (4,), owner="cube:m@1")
    gone = keep(store, (5,))
    spoil(root)
    spoil(other)
    gone.path.unlink()
    (store.folder / "foreign.kv").write_bytes(b"x" * 40)
    store = KvStore(store.folder, PLENTY)
    assert store.match(IDENTITY, (1, 2, 3)).reused == 3
    report = store.verify(Progress())
    damaged = "the file is damaged: its content does not fit its checksum"
    assert dict(report.damaged) == {
        "foreign.kv": "it is no kept state of this program",
        root.path.name: damaged,
        other.path.name: damaged,
    }
    assert report.checked == 4
    assert report.bytes == root.bytes + leaf.bytes + other.bytes
    assert store.match(IDENTITY, (1, 2, 3)).reused == 0
    assert store.block("cube:m@1", IDENTITY) is None
    problems = {entry.id: entry.problem for entry in store.entries()}
    assert problems[root.id] == damaged
    assert problems[leaf.id] == "the state that it goes on from cannot be used"
    keep(store, (1, 2))
    assert store.match(IDENTITY, (1, 2, 3)).reused == 3
    assert [name for name, _ in store.verify(Progress()).damaged] == ["foreign.kv", other.path.name]


def test_verify_sees_a_file_that_vanished_but_not_one_that_was_dropped_meanwhile(store):
    first, second = sorted((keep(store, (number,)) for number in range(2)), key=lambda state: state.id)
    first.path.unlink()
    assert store.verify(Progress()).damaged == ((first.path.name, "the file is gone"),)
    progress = Progress(lambda _: store.drop((second.id,)), interval=0)
    assert store.verify(progress).damaged == ((first.path.name, "the file is gone"),)


def test_verify_can_be_stopped_and_says_how_far_it_is(store):
    states = [keep(store, (number,)) for number in range(3)]
    said = []
    store.verify(Progress(said.append, interval=0))
    total = sum(state.bytes for state in states)
    assert [state.done for state in said][-1] == total
    assert [state.total for state in said] == [total] * 4
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        store.verify(progress)
