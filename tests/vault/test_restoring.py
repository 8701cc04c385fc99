"""Restoring: cubes as they were, as one new step; undo takes it back, chats stay; a kill leaves all or nothing."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from full_disk import full_disk
from history_maker import CHANGES, History, last_step, rows
from hypothesis import given
from hypothesis import strategies as st
from vault_values import activation, cube, dump, say

from memos_desktop.errors import Cancelled, NotFoundError, UserError, VaultError
from memos_desktop.ids import now
from memos_desktop.memory.cube import Access, BlobPayload, CubeFilter, Descriptive, Governance, Kind, Origin, State
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault.health import quick_check
from memos_desktop.vault.restoring import Restored, restore
from memos_desktop.vault.vault import Vault

WRITER = Path(__file__).with_name("restore_writer.py")


def back(vault: Vault, step: int, ids: list[str] | None = None) -> Restored:
    """Restore to a step."""
    return restore(vault, vault.snapshots.place(step), ids)


def test_all_memories_come_back_as_one_step_and_undo_takes_it_back(vault: Vault) -> None:
    chat = vault.chats.create("talk")
    edited, tagged, binned = cube("I live in Lisbon."), cube("tea"), cube("the boat")
    vault.cubes.add_many([edited, tagged, binned])
    vault.snapshots.create("Spring")
    step = last_step(vault)
    vault.cubes.revise(edited.id, text="I live in Porto.")
    vault.cubes.retag([tagged.id], ["hot"])
    vault.cubes.bin([binned.id])
    added = cube("added since")
    vault.cubes.add(added)
    say(vault, chat, "said since")
    before, steps = dump(vault), last_step(vault)

    done = restore(vault, vault.snapshots.place("Spring"))
    assert (done.restored, done.binned, done.left) == (3, 1, ())
    assert last_step(vault) == steps + 1
    assert done.changes.label == "Restore all memories to “Spring”"
    assert vault.cubes.get(edited.id).text == "I live in Lisbon."
    assert vault.cubes.get(tagged.id).tags == ()
    assert vault.cubes.get(binned.id).binned is None
    assert vault.cubes.get(added.id).binned is not None
    assert [m.text for m in vault.chats.branch(chat.id)] == ["said since"]
    assert [c.id for c in vault.cubes.page(CubeFilter(text="lisbon"), 0, 9).cubes] == [edited.id]  # found again
    versions = vault.cubes.versions(edited.id)
    assert [v.text for v in versions] == ["I live in Lisbon.", "I live in Porto.", "I live in Lisbon."]
    assert versions[-1].reason.startswith("Restored: version 1, as it was on ")

    assert vault.undo().label == done.changes.label
    assert dump(vault) == before
    vault.redo()
    assert vault.cubes.get(edited.id).text == "I live in Lisbon."
    assert vault.snapshots.list()[0].name.startswith("Before restoring “Spring”")
    assert back(vault, step).restored == 0  # nothing is left to restore


def test_nothing_to_restore_is_no_step(vault: Vault) -> None:
    vault.cubes.add(cube("one"))
    steps = last_step(vault)
    done = back(vault, steps)
    assert (done.changes.step_id, done.restored, done.binned) == (None, 0, 0)
    assert last_step(vault) == steps


def test_one_memory_comes_back_and_others_stay(vault: Vault) -> None:
    one, other = cube("one"), cube("other")
    vault.cubes.add_many([one, other])
    step = last_step(vault)
    vault.cubes.revise(one.id, text="one changed")
    vault.cubes.revise(other.id, text="other changed")
    done = back(vault, step, [one.id[:18]])
    assert (done.restored, done.changes.label) == (1, "Restore memory “one”")
    assert (vault.cubes.get(one.id).text, vault.cubes.get(other.id).text) == ("one", "other changed")
    assert not any(s.automatic for s in vault.snapshots.list())


def test_by_name_a_frozen_or_later_memory_refuses_and_an_unknown_one_is_not_found(vault: Vault) -> None:
    frozen, fine = cube("frozen"), cube("fine")
    vault.cubes.add_many([frozen, fine])
    step = last_step(vault)
    later = cube("later")
    vault.cubes.add(later)
    for one in (frozen, fine):
        vault.cubes.revise(one.id, text="changed")
    vault.cubes.update([frozen.id], "Freeze", frozen=True)
    before = dump(vault)
    with pytest.raises(UserError, match=r"it is frozen\. Nothing was changed"):
        back(vault, step, [fine.id, frozen.id])
    with pytest.raises(UserError, match="was not there yet on"):
        back(vault, step, [fine.id, later.id])
    with pytest.raises(NotFoundError):
        back(vault, step, [fine.id, "nosuchmemory"])
    with pytest.raises(UserError, match="No memory was named"):
        back(vault, step, [])
    assert dump(vault) == before
    done = back(vault, step)  # all: the frozen one stays and is told
    assert [reason for _, reason in done.left] == ["it is frozen"]
    assert vault.cubes.get(frozen.id).text == "changed"
    assert vault.cubes.get(fine.id).text == "fine"


def test_a_memory_whose_adding_was_undone_comes_back_with_its_versions(vault: Vault) -> None:
    made = cube("first words", tags=("kept",))
    vault.cubes.add(made)
    vault.cubes.revise(made.id, text="second words")
    step = last_step(vault)
    vault.undo()
    vault.undo()
    with pytest.raises(NotFoundError):
        vault.cubes.get(made.id)
    assert back(vault, step, [made.id]).restored == 1
    assert [v.text for v in vault.cubes.versions(made.id)] == ["first words", "second words"]
    assert vault.cubes.get(made.id).tags == ("kept",)
    vault.undo()
    assert back(vault, step).restored == 1


def test_what_was_forgotten_cannot_come_back(vault: Vault) -> None:
    secret, other = cube("secret"), cube("other")
    vault.cubes.add_many([secret, other])
    step = last_step(vault)
    vault.cubes.bin([secret.id])
    vault.cubes.purge_bin(now() + timedelta(days=1))
    with pytest.raises(NotFoundError):
        back(vault, step, [secret.id])
    assert back(vault, step).restored == 0
    assert vault.cubes.count() == 1


def test_what_goes_back_into_the_bin_stays_there_its_whole_time(vault: Vault) -> None:
    made = cube("in the bin")
    vault.cubes.add(made)
    vault.cubes.bin([made.id])
    vault.database.run("UPDATE cubes SET binned = '2020-01-01T00:00:00.000000+00:00'")
    vault.database.run(
        "UPDATE journal_changes SET after = json_set(after, '$.binned', '2020-01-01T00:00:00.000000+00:00')"
        " WHERE after ->> '$.binned' IS NOT NULL"
    )
    step = last_step(vault)
    vault.cubes.unbin([made.id])
    assert back(vault, step).binned == 1
    binned = vault.cubes.get(made.id).binned
    assert binned is not None and now() - binned < timedelta(minutes=5)


def fused(vault: Vault) -> tuple[str, str, str]:
    """Two memories, and the one that was made of them."""
    one, two = cube("tea"), cube("coffee")
    made = replace(cube("tea and coffee", parents=(one.id, two.id)), descriptive=Descriptive("", origin=Origin.FUSED))
    vault.cubes.add_many([one, two])
    with vault.step("Fuse"):
        vault.cubes.add(made)
        vault.cubes.transit([one.id, two.id], Trigger.FUSE, "Fuse")
    return one.id, two.id, made.id


@pytest.mark.parametrize("holder", ["holds", "binned", "archived", "undone"])
def test_one_parent_comes_back_merged_only_where_something_holds_it(vault: Vault, holder: str) -> None:
    one, two, made = fused(vault)
    step = last_step(vault)
    if holder == "undone":
        vault.undo()
    else:
        vault.cubes.transit([one, two], Trigger.RESTORE, "Restore")
    if holder == "binned":
        vault.cubes.bin([made])
    elif holder == "archived":
        vault.cubes.transit([made], Trigger.ARCHIVE, "Archive")
    back(vault, step, [one])
    assert vault.cubes.get(one).state is (State.MERGED if holder == "holds" else State.GENERATED)
    assert vault.cubes.get(two).state is State.GENERATED
    back(vault, step, [one, two, made])  # the family comes back whole
    assert [vault.cubes.get(id).state for id in (one, two, made)] == [State.MERGED, State.MERGED, State.GENERATED]


def test_what_is_read_only_keeps_its_words_and_takes_its_header(vault: Vault) -> None:
    reworded, tagged = cube("I live in Lisbon."), cube("tea")
    vault.cubes.add_many([reworded, tagged])
    step = last_step(vault)
    vault.cubes.revise(reworded.id, text="I live in Porto.")
    vault.cubes.retag([tagged.id], ["hot"])
    for one in (reworded, tagged):
        vault.cubes.update([one.id], "Protect", governance=Governance(access=Access.READ_ONLY))
    before = dump(vault)
    with pytest.raises(UserError, match=r"it is read only\. Nothing was changed"):
        back(vault, step, [reworded.id])
    assert dump(vault) == before
    assert back(vault, step).left == (("I live in Porto.", "it is read only"),)
    assert (vault.cubes.get(reworded.id).text, vault.cubes.get(tagged.id).tags) == ("I live in Porto.", ())


def test_cancelled_nothing_was_restored(vault: Vault) -> None:
    vault.cubes.add_many([cube(f"memory {number}") for number in range(1200)])
    step = last_step(vault)
    vault.cubes.bin([c.id for c in vault.cubes.page(CubeFilter(), 0, 1200).cubes])
    before = dump(vault)
    for at in (500, 1500):  # while looking, and while writing
        with pytest.raises(Cancelled):
            restore(vault, vault.snapshots.place(step), None, _cancelled_at(at))
        assert dump(vault) == before


def _cancelled_at(place: int) -> Progress:
    progress = Progress(lambda state: progress.cancel() if state.done >= place else None, interval=0)
    return progress


def test_a_full_disk_at_the_snapshot_before_it_restores_nothing(vault: Vault) -> None:
    made = cube("tea")
    vault.cubes.add(made)
    step = last_step(vault)
    vault.cubes.bin([made.id])
    before = dump(vault)
    with full_disk(), pytest.raises(VaultError, match="is full, so nothing was changed"):
        back(vault, step)
    assert dump(vault) == before


def test_before_a_text_was_kept_ready(vault: Vault) -> None:
    source = cube("a long note")
    vault.cubes.add(source)
    step = last_step(vault)
    kept = activation(source)
    vault.cubes.add(kept)
    vault.cubes.revise(source.id, text="a longer note")
    assert back(vault, step, [source.id]).restored == 1
    assert vault.cubes.get(kept.id).binned is None  # made from the same words, and they are back
    vault.undo()
    assert (back(vault, step).binned, vault.cubes.get(kept.id).binned is None) == (1, False)
    with pytest.raises(UserError, match="not there yet"):
        back(vault, step, [kept.id])


def test_an_activation_memory_comes_back_only_with_its_source(vault: Vault) -> None:
    source = cube("a long note")
    vault.cubes.add(source)
    first = activation(source)
    vault.cubes.add(first)
    step = last_step(vault)
    vault.cubes.bin([source.id])
    with pytest.raises(UserError, match="is in the bin"):
        back(vault, step, [first.id])
    assert back(vault, step, [source.id]).restored == 2  # what went in with it comes out with it
    assert vault.cubes.get(first.id).binned is None
    vault.cubes.bin([first.id])
    second = activation(source)
    vault.cubes.add(second)
    with pytest.raises(UserError, match="kept ready already"):
        back(vault, step, [first.id])
    done = back(vault, step)  # all: the later one makes room
    assert (done.restored, done.binned, done.left) == (1, 1, ())
    assert vault.cubes.activation_of(source.id).id == first.id


def test_an_adapter_whose_file_is_gone_stays_away(vault: Vault) -> None:
    vault.database.run("INSERT INTO blobs VALUES ('abc', 3, 0, '', '')")
    made = cube("an adapter")
    vault.cubes.add(_with_blob(made))
    step = last_step(vault)
    vault.undo()
    vault.database.run("DELETE FROM blobs")
    with pytest.raises(UserError, match=r"its file is gone\. Nothing was changed"):
        back(vault, step, [made.id])
    assert back(vault, step).left == (("an adapter", "its file is gone"),)


def _with_blob(made):
    return replace(made, payload=BlobPayload("abc", 3, "model"))


def test_what_was_kept_ready_later_stays_in_the_bin_where_its_source_comes_out():
    vault = Vault.open_in_memory()
    try:
        source = cube("I live in Lisbon.")
        vault.cubes.add(source)
        step = last_step(vault)
        vault.cubes.add(activation(source))
        vault.cubes.bin([source.id])
        back(vault, step)
        assert [one.id for one in vault.cubes.page(CubeFilter(), 0, 10).cubes] == [source.id]
    finally:
        vault.close()


@given(st.lists(st.sampled_from(CHANGES), min_size=4, max_size=25), st.integers(0, 1000), st.data())
def test_any_point_can_be_restored_and_undone(changes: list[str], seed: int, data: st.DataObject) -> None:
    vault = Vault.open_in_memory()
    try:
        history = History(vault, seed)
        for kind in ("several", "add", *changes):
            history.change(kind)
        step = data.draw(st.sampled_from(sorted(history.then)))
        before = dump(vault)
        done = back(vault, step)
        left = {title for title, _ in done.left}
        names = [name.strip() for name in _columns()]
        then = {row[0]: dict(zip(names, row, strict=True)) for row in history.then[step]["cubes"]}
        for one in vault.cubes.page(CubeFilter(), 0, 1000).cubes:
            if one.title in left:
                continue
            assert one.id in then and then[one.id]["binned"] is None  # nothing that was not there
            was = next(r for r in history.then[step]["versions"] if r[0] == f"{one.id}@{then[one.id]['version']}")
            assert one.kind is Kind.ACTIVATION or one.text == was[5]
            assert (int(one.pinned), int(one.frozen)) == (then[one.id]["pinned"], then[one.id]["frozen"])
            assert one.governance.project == then[one.id]["project"]
            live = one.state is State.ACTIVATED  # by use, which counts on
            assert (State.GENERATED if live else one.state) == then[one.id]["state"]
        on_shelf = {id for id, row in then.items() if row["binned"] is None}
        there = {one.id for one in vault.cubes.page(CubeFilter(), 0, 1000).cubes}
        assert left or on_shelf == there
        if done.changes.step_id is not None:
            vault.undo()
        assert dump(vault) == before
    finally:
        vault.close()


def _columns() -> list[str]:
    from history_maker import NOT_OF_USE

    return [*NOT_OF_USE.split(",")[:-1], "state"]


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_killed_while_restoring_all_or_nothing_is_done(folder: DataFolder) -> None:
    states = set()
    for seconds in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4):
        process = subprocess.Popen(
            [sys.executable, str(WRITER), str(folder.root)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        assert process.stdout.readline() == "restoring\n"
        try:
            process.wait(seconds)  # it restores to and fro without end
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        vault = Vault.open(folder)
        try:
            assert quick_check(vault.database) == []
            texts = {c.text.split()[0] for c in vault.cubes.page(CubeFilter(), 0, 1000).cubes}
            assert texts in ({"old"}, {"new"})  # never some of each
            states |= texts
            assert rows(vault)["cubes"]
        finally:
            vault.close()
    assert states


def test_a_large_restore_is_quick_enough(vault: Vault) -> None:
    vault.cubes.add_many([cube(f"memory {number}") for number in range(1500)])
    step = last_step(vault)
    vault.cubes.bin([c.id for c in vault.cubes.page(CubeFilter(), 0, 1000).cubes])
    assert back(vault, step).restored == 1000
    assert vault.cubes.count() == 1500
