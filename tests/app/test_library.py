"""Looking at cubes and changing them."""

from datetime import timedelta

import pytest
from app_values import send

from memos_desktop.errors import NotFoundError, UserError, VaultError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, Scope, SemanticType, State
from memos_desktop.vault.backup import list_backups


def add(workspace, text="My cat is called Miso.", **values):
    return workspace.library.add(text, **values).result(10)


def get(workspace, cube):
    return workspace.library.cube(cube.id).result(10)


def test_add_and_details(workspace):
    cube = add(workspace, "A long note.", type=SemanticType.DOCUMENT, tags=("a", "b", "a"), project="boat")
    details = workspace.library.details(cube.id).result(10)
    assert (details.cube.tags, details.cube.governance.scope) == (("a", "b"), Scope.PROJECT)
    assert [step.label for step in details.steps] == ["Add memory “A long note.”"]


@pytest.mark.parametrize("text", ["", " \n\0", "x" * 2_000_001])
def test_texts_that_cannot_be_kept(workspace, text):
    with pytest.raises(UserError):
        add(workspace, text)
    assert workspace.library.counts().result(10).cubes == 0


def test_revise_makes_a_version_and_keeps_the_old(workspace):
    cube = add(workspace)
    workspace.library.revise(cube.id, text="My cat is called Tofu.", reason="it moved out").result(10)
    details = workspace.library.details(cube.id).result(10)
    assert [(v.version, v.text) for v in details.versions] == [
        (1, "My cat is called Miso."),
        (2, "My cat is called Tofu."),
    ]
    assert (details.cube.title, details.cube.reason) == ("My cat is called Tofu.", "it moved out")


def test_an_edit_of_an_old_version_is_a_conflict(workspace):
    cube = add(workspace)
    workspace.library.revise(cube.id, text="Two.", expected_version=1).result(10)
    with pytest.raises(UserError, match="changed meanwhile"):
        workspace.library.revise(cube.id, text="Three.", expected_version=1).result(10)
    assert get(workspace, cube).text == "Two."


def test_frozen_forbids_everything_but_unfreeze(workspace):
    cube = add(workspace)
    workspace.library.freeze([cube.id], True).result(10)
    for attempt in (
        workspace.library.revise(cube.id, text="No."),
        workspace.library.archive([cube.id]),
        workspace.library.tag([cube.id], add=["x"]),
        workspace.library.bin([cube.id]),
    ):
        with pytest.raises(UserError, match="frozen"):
            attempt.result(10)
    workspace.library.freeze([cube.id], False).result(10)
    workspace.library.archive([cube.id]).result(10)
    assert get(workspace, cube).state is State.ARCHIVED


def test_archive_takes_it_out_of_recall_and_restore_brings_it_back(workspace):
    cube = add(workspace)
    workspace.library.archive([cube.id]).result(10)
    assert send(workspace, "What is my cat called?").receipt.injected == ()
    workspace.library.restore([cube.id]).result(10)
    assert len(send(workspace, "What is my cat called?").receipt.injected) == 1
    assert not workspace.library.restore([cube.id]).result(10)  # it is there already


def test_several_at_once_are_one_step(workspace):
    one, two = add(workspace, "One."), add(workspace, "Two.")
    workspace.library.archive([one.id, two.id]).result(10)
    workspace.library.undo().result(10)
    assert {get(workspace, one).state, get(workspace, two).state} == {State.GENERATED}
    assert workspace.library.undo_labels().result(10)[1] == "Archive 2 memories"


def test_undo_and_redo_tell_what_they_do(workspace):
    cube = add(workspace)
    assert workspace.library.undo().result(10).cubes == {cube.id}
    with pytest.raises(NotFoundError):
        get(workspace, cube)
    workspace.library.redo().result(10)
    assert get(workspace, cube) == cube
    assert workspace.library.redo().result(10) is None


def test_writes_are_broadcast_once(workspace):
    told = []
    workspace.events.subscribe(told.append)
    cube = add(workspace)
    workspace.library.pin([cube.id], True).result(10)
    assert [change.cubes for change in told] == [{cube.id}, {cube.id}]


def test_the_bin(workspace):
    cube = add(workspace)
    workspace.library.bin([cube.id]).result(10)
    assert workspace.library.page(CubeFilter(), 0, 9).result(10).total == 0
    assert workspace.library.page(CubeFilter(binned=True), 0, 9).result(10).total == 1
    workspace.library.unbin([cube.id]).result(10)
    assert workspace.library.page(CubeFilter(), 0, 9).result(10).total == 1


def test_the_bin_is_emptied_after_a_month_and_not_before(workspace, monkeypatch):
    cube = add(workspace)
    workspace.library.bin([cube.id]).result(10)
    workspace.housekeeping.begin().result(10)
    assert get(workspace, cube).binned is not None
    monkeypatch.setattr("memos_desktop.app.housekeeping.now", lambda: now() + timedelta(days=31))
    workspace.housekeeping.begin().result(10)
    with pytest.raises(NotFoundError):
        get(workspace, cube)


def test_a_backup_that_fails_is_told_and_stops_nothing_else(workspace, monkeypatch):
    cube = add(workspace)
    workspace.library.bin([cube.id]).result(10)
    monkeypatch.setattr("memos_desktop.app.housekeeping.now", lambda: now() + timedelta(days=31))

    def full(*_arguments):
        raise VaultError("The disk is full.")

    monkeypatch.setattr("memos_desktop.vault.backup.create_daily", full)
    with pytest.raises(VaultError, match="The disk is full"):
        workspace.housekeeping.begin().result(10)
    with pytest.raises(NotFoundError):
        get(workspace, cube)
    assert workspace._sweeper._thread is not None


def test_what_an_answer_used_is_forgotten_after_three_months(workspace, monkeypatch):
    def notes():
        return [step for step in workspace.library.journal(cube_id=cube.id).result(10) if step.actor == "scheduler"]

    cube = add(workspace)
    send(workspace, "What is my cat called?")
    monkeypatch.setattr("memos_desktop.app.housekeeping.now", lambda: now() + timedelta(days=89))
    workspace.housekeeping.begin().result(10)
    assert len(notes()) == 1
    monkeypatch.setattr("memos_desktop.app.housekeeping.now", lambda: now() + timedelta(days=91))
    workspace.housekeeping.begin().result(10)
    assert notes() == []
    assert get(workspace, cube).behaviour.uses == 1


def test_a_backup_a_day_and_the_last_three_stay(workspace, folder, monkeypatch):
    def backups():
        return [backup.name for backup in list_backups(folder)]

    workspace.housekeeping.begin().result(10)
    workspace.housekeeping.begin().result(10)
    assert len(backups()) == 1
    for day in range(1, 5):
        monkeypatch.setattr("memos_desktop.vault.backup.now", lambda day=day: now() + timedelta(days=2 * day))
        workspace.housekeeping.begin().result(10)
    assert len(backups()) == 3


def test_a_beginning_of_an_id_is_enough(workspace):
    cube = add(workspace)
    assert workspace.library.cube(cube.id[:12]).result(10).id == cube.id
