"""Snapshots, the vault as it was, and the way back, as the window and the verbs ask for them."""

import threading
from datetime import timedelta

import pytest
from app_values import send

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.snapshot import Fate

WAIT = 30


@pytest.fixture
def time(workspace):
    return workspace.time


def add(workspace, text, **more):
    return workspace.library.add(text, **more).result(WAIT)


def test_a_snapshot_is_made_renamed_deleted_and_put_back(workspace, time):
    add(workspace, "I live in Lisbon.")
    made = time.snapshot("Spring", "before the move").result(WAIT)
    assert (made.cubes, made.note, made.automatic) == (1, "before the move", False)
    assert time.snapshots().result(WAIT) == (made,)
    with pytest.raises(UserError, match="already"):
        time.snapshot("spring").result(WAIT)
    renamed = time.rename("Spring", "March").result(WAIT)
    assert time.delete("March").result(WAIT) == renamed
    assert time.snapshots().result(WAIT) == ()
    assert time.put_back(renamed).result(WAIT).id == made.id
    assert [s.name for s in time.snapshots().result(WAIT)] == ["March"]


def test_a_point_in_the_past_can_be_named(workspace, time):
    first = add(workspace, "one")
    step = time.place("now").result(WAIT).step_id
    add(workspace, "two")
    workspace.library.bin([first.id]).result(WAIT)
    made = time.snapshot("Then", "with a note", step).result(WAIT)
    assert (made.step_id, made.cubes, made.note, made.automatic) == (step, 1, "with a note", False)
    assert time.place("Then").result(WAIT).step_id == step
    with pytest.raises(UserError, match="already"):
        time.snapshot("then", "", step).result(WAIT)


def test_the_vault_as_it_was_beside_the_vault_as_it_is(workspace, time):
    lisbon = add(workspace, "I live in Lisbon.")
    place = time.place("now").result(WAIT)
    workspace.library.revise(lisbon.id, text="I live in Porto.").result(WAIT)
    added = add(workspace, "My cat is called Miso.")
    opened = time.at(place.step_id).result(WAIT)
    shown = opened.page(CubeFilter(), 0, 10).result(WAIT)
    assert [c.text for c in shown.page.cubes] == ["I live in Lisbon."]
    assert {id: one.fate for id, one in shown.fates.items()} == {lisbon.id: Fate.CHANGED}
    both = opened.compare(lisbon.id).result(WAIT)
    assert (both.then.text, both.now.text) == ("I live in Lisbon.", "I live in Porto.")
    assert both.diff.fields == ("text", "title")
    only = opened.compare(added.id).result(WAIT)
    assert (only.then, only.now.text, only.diff.fate) == (None, "My cat is called Miso.", Fate.ADDED)
    since = opened.since().result(WAIT)
    assert since.counts == {Fate.ADDED: 1, Fate.REMOVED: 0, Fate.CHANGED: 1}
    assert [one.title for one in since.added] == ["My cat is called Miso."]
    opened.move(time.place("now").result(WAIT)).result(WAIT)
    assert opened.page(CubeFilter(text="porto"), 0, 10).result(WAIT).page.total == 1
    assert opened.since().result(WAIT).total == 0
    with pytest.raises(NotFoundError):
        opened.cube("nosuch").result(WAIT)
    opened.close()
    opened.close()


def test_a_difference_can_be_read_both_ways(workspace, time):
    time.snapshot("Empty").result(WAIT)
    first = add(workspace, "I live in Lisbon.")
    time.snapshot("First").result(WAIT)
    workspace.library.bin([first.id]).result(WAIT)
    add(workspace, "My cat is called Miso.")
    diff = time.diff("First", "now").result(WAIT)
    assert ([d.title for d in diff.added], [d.title for d in diff.removed]) == (
        ["My cat is called Miso."], ["I live in Lisbon."],
    )  # fmt: skip
    back = time.diff("now", "First").result(WAIT)
    assert [d.title for d in back.added] == ["I live in Lisbon."]
    assert back.counts[Fate.REMOVED] == 1
    assert (back.since.name, back.until.name) == ("now", "First")
    assert time.diff("Empty", "Empty").result(WAIT).total == 0
    with pytest.raises(NotFoundError, match="no snapshot “Autumn”"):
        time.diff("First", "Autumn").result(WAIT)


def test_restoring_is_broadcast_and_undone_like_any_step(workspace, time):
    lisbon = add(workspace, "I live in Lisbon.")
    time.snapshot("Spring").result(WAIT)
    workspace.library.revise(lisbon.id, text="I live in Porto.").result(WAIT)
    heard = []
    unsubscribe = workspace.events.subscribe(heard.append)
    done = time.restore("Spring").result(WAIT)
    unsubscribe()
    assert done.restored == 1
    assert heard == [done.changes]
    assert workspace.library.cube(lisbon.id).result(WAIT).text == "I live in Lisbon."
    workspace.library.undo().result(WAIT)
    assert workspace.library.cube(lisbon.id).result(WAIT).text == "I live in Porto."
    assert time.restore("Spring", [lisbon.id]).result(WAIT).restored == 1


def test_the_slider_and_its_steps(workspace, time):
    first = add(workspace, "one")
    add(workspace, "two")
    history = time.moments().result(WAIT)
    assert [m.label for m in history.moments] == ["Add memory “one”", "Add memory “two”"]
    last = history.moments[-1].step_id
    before = time.neighbour(last, later=False).result(WAIT)
    assert before.step_id == history.moments[0].step_id
    assert time.neighbour(last, later=True).result(WAIT) is None
    assert time.place(now() - timedelta(days=1)).result(WAIT).step_id == 0
    shown = time.at(before.step_id).result(WAIT).page(CubeFilter(), 0, 9).result(WAIT)
    assert [c.id for c in shown.page.cubes] == [first.id]


def test_what_is_forgotten_while_the_past_is_open_is_gone_from_it(workspace, time):
    secret = add(workspace, "my secret")
    add(workspace, "something else")
    opened = time.at("now").result(WAIT)
    assert opened.page(CubeFilter(), 0, 10).result(WAIT).page.total == 2

    def forget(vault):
        vault.cubes.bin([secret.id])
        return vault.cubes.purge_bin(now() + timedelta(days=1))

    workspace._store.apply(forget)
    shown = opened.page(CubeFilter(), 0, 10).result(WAIT).page
    assert [c.text for c in shown.cubes] == ["something else"]
    assert opened.compare(secret.id).result(WAIT).then is None


def test_the_day_begins_with_a_snapshot(workspace, time):
    workspace.housekeeping.begin().result(WAIT)
    assert time.snapshots().result(WAIT) == ()
    add(workspace, "one")
    workspace.housekeeping.begin().result(WAIT)
    workspace.housekeeping.begin().result(WAIT)
    [daily] = time.snapshots().result(WAIT)
    assert daily.automatic
    add(workspace, "two")
    assert time.before("pinning", 5).result(WAIT) is None
    assert time.before("importing a bundle").result(WAIT).name.startswith("Before importing a bundle")


def test_looking_back_waits_for_nobody_and_nobody_for_it(workspace, time):
    """The vault's thread is held up; the past answers all the same."""
    add(workspace, "one")
    hold, held = threading.Event(), threading.Event()

    def busy(_vault):
        held.set()
        hold.wait(WAIT)
        return Changes()

    busy_for_now = workspace._store.change(busy)
    assert held.wait(WAIT)
    opened = time.at("now").result(WAIT)
    assert opened.page(CubeFilter(), 0, 10).result(WAIT).page.total == 1
    assert time.diff(0, "now").result(WAIT).counts[Fate.ADDED] == 1
    hold.set()
    busy_for_now.result(WAIT)


def test_the_file_is_left_clean(reopen):
    workspace = reopen()
    add(workspace, "one")
    workspace.time.at("now").result(WAIT)
    workspace.time.what_if("now").future.result(WAIT)
    workspace.close()
    assert not workspace.folder.database.with_name(workspace.folder.database.name + "-wal").exists()
    assert workspace.folder.database.with_suffix(".closed").exists()
    assert reopen().library.counts().result(WAIT).cubes == 1


def test_a_turn_between_two_points_is_no_change_of_memory(workspace, time):
    add(workspace, "I live in Lisbon.")
    place = time.place("now").result(WAIT)
    send(workspace, "How are you?")
    assert time.diff(place.step_id, "now").result(WAIT).total == 0


def test_large_operations_are_preceded_by_a_snapshot(workspace, time, tmp_path):
    ids = [add(workspace, f"memory {number}").id for number in range(101)]
    workspace.operations.bulk("pin", ids[:100]).future.result(WAIT)
    assert time.snapshots().result(WAIT) == ()
    workspace.operations.bulk("tag", ids, add=("large",)).future.result(WAIT)
    [made] = time.snapshots().result(WAIT)
    assert made.name.startswith("Before tagging 101 memories, ")
    assert time.diff(made.name, "now").result(WAIT).counts[Fate.CHANGED] == 101
    workspace.transfer.export(tmp_path / "all.memcube", None).future.result(WAIT)
    workspace.library.bin(ids[:1]).result(WAIT)
    workspace.transfer.load(tmp_path / "all.memcube").future.result(WAIT)
    assert time.snapshots().result(WAIT)[0].name.startswith("Before importing all.memcube, ")
