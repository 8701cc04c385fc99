"""What may not be changed, and what a full disk leaves as it was: in every use case that writes memories."""

import sys
from pathlib import Path

import pytest
from app_values import answer_with, send

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for full_disk and vault_values

from full_disk import full_disk
from vault_values import dump

from memos_desktop.app import undoing
from memos_desktop.app.jobs import JobState
from memos_desktop.errors import Cancelled, NotFoundError, UserError, VaultError
from memos_desktop.memory.bundle_import import Choice, Decision
from memos_desktop.memory.cube import Access, State

PORTO = "I live in Porto near the river."
LISBON = "I live in Lisbon near the river."
FULL = "is full, so nothing was changed"


def whole(workspace):
    """Every row of the vault."""
    return workspace._store.ask(lambda vault: dump(vault))


def add(workspace, *texts):
    return [workspace.library.add(text).result(10) for text in texts]


def protected(workspace, *cubes):
    workspace.operations.set_header([cube.id for cube in cubes], access=Access.READ_ONLY).result(10)


def attempts(workspace, one, other):
    """By name, every way to change what a memory says, or to put something in its place."""
    library, operations = workspace.library, workspace.operations
    return {
        "edit": lambda: library.revise(one.id, text="Other words."),
        "title": lambda: library.revise(one.id, title="Another title"),
        "fuse": lambda: operations.fuse_preview([one.id, other.id]),
        "split": lambda: operations.split(one.id, ("A.", "B.")),
        "return": lambda: workspace.time.restore(1, [one.id]),
    }


@pytest.mark.parametrize("way", ["edit", "title", "fuse", "split", "return"])
def test_what_is_read_only_keeps_its_words(workspace, way):
    one, other = add(workspace, "The boat is red. It is old.", "The boat is slow.")
    workspace.library.revise(one.id, text="The boat is blue. It is old.").result(10)
    protected(workspace, one)
    before = whole(workspace)
    with pytest.raises(UserError, match=r"read only.*(not changed|Nothing was changed)"):
        attempts(workspace, one, other)[way]().result(10)
    assert whole(workspace) == before


def test_what_is_read_only_takes_no_words_from_its_message_and_none_from_a_bundle(workspace, tmp_path):
    answer_with(workspace, "I see.")
    turn = send(workspace, PORTO)
    kept = turn.kept[0]
    workspace.transfer.export(tmp_path / "all.memcube").future.result(30)
    workspace.library.revise(kept.id, text="I live in Faro.").result(10)
    protected(workspace, kept)
    send(workspace, LISBON, chat_id=turn.chat.id, parent_id=turn.user.parent_id or "")
    before = whole(workspace)
    with pytest.raises(UserError, match="is read only, so it was not changed"):
        workspace.learned.update([kept.id]).result(10)
    assert whole(workspace) == before
    report = workspace.transfer.load(tmp_path / "all.memcube", Decision(Choice.REPLACE)).future.result(30)
    assert workspace.library.cube(kept.id).result(10).text == "I live in Faro."
    assert report is not None


def test_what_is_read_only_can_be_ordered_and_forgotten(workspace):
    [one] = add(workspace, "The boat is red.")
    protected(workspace, one)
    library, operations = workspace.library, workspace.operations
    for change in (
        lambda: library.tag([one.id], add=["boat"]),
        lambda: library.pin([one.id], True),
        lambda: operations.set_header([one.id], priority=3),
        lambda: library.archive([one.id]),
        lambda: operations.expire([one.id]),
        lambda: operations.renew([one.id]),
        lambda: library.bin([one.id]),
        lambda: library.unbin([one.id]),
    ):
        assert change().result(10).cubes == {one.id}
    assert workspace.forgetting.forget([one.id]).future.result(30).verified


def test_what_is_frozen_refuses_all_of_it(workspace):
    one, other = add(workspace, "The boat is red. It is old.", "The boat is slow.")
    workspace.library.revise(one.id, text="The boat is blue. It is old.").result(10)
    workspace.library.freeze([one.id], True).result(10)
    library, operations = workspace.library, workspace.operations
    before = whole(workspace)
    for attempt in (
        *attempts(workspace, one, other).values(),
        lambda: library.tag([one.id], add=["boat"]),
        lambda: library.pin([one.id], True),
        lambda: operations.set_header([one.id], priority=3),
        lambda: library.archive([one.id]),
        lambda: operations.expire([one.id]),
        lambda: library.bin([one.id]),
        lambda: workspace.forgetting.forget([one.id]).future,
    ):
        with pytest.raises(UserError, match="frozen"):
            attempt().result(30)
        assert whole(workspace) == before


def test_a_fused_memory_is_split_after_a_parent_was_forgotten(workspace):
    one, two, three = add(workspace, "The boat is red.", "The boat is old.", "The boat is slow.")
    preview = workspace.operations.fuse_preview([one.id, two.id, three.id]).result(10)
    made = workspace.operations.fuse(preview.versions, preview.text).result(10).cube
    workspace.forgetting.forget([two.id]).future.result(30)
    shown = workspace.operations.split_preview(made.id).result(10)
    assert [cube.id for cube in shown.parents] == [one.id, three.id] and "Another one stays" in shown.reason
    workspace.operations.split(made.id).result(10)
    assert workspace.library.cube(one.id).result(10).state is State.GENERATED
    with pytest.raises(NotFoundError, match=r"forgotten meanwhile. Nothing was changed"):
        workspace.operations.fuse_preview([one.id, two.id]).result(10)


def test_a_full_disk_at_the_snapshot_before_something_large_changes_nothing(workspace, tmp_path):
    cubes = add(workspace, *(f"Note {number}." for number in range(120)))
    workspace.transfer.export(tmp_path / "all.memcube").future.result(30)
    workspace.library.bin([cubes[0].id]).result(10)
    before = whole(workspace)
    with full_disk():
        for attempt in (
            lambda: workspace.operations.bulk("archive", [cube.id for cube in cubes]).future,
            lambda: workspace.library.pin([cube.id for cube in cubes], True),
            lambda: workspace.transfer.load(tmp_path / "all.memcube", Decision(Choice.REPLACE)).future,
            lambda: workspace.time.restore(1),
            lambda: workspace.time.snapshot("Spring"),
        ):
            with pytest.raises(VaultError, match=FULL):
                attempt().result(30)
            assert whole(workspace) == before
    assert workspace.time.snapshots().result(10) == ()


def test_a_large_undo_is_a_job_and_cancelled_it_has_not_happened(workspace, monkeypatch):
    monkeypatch.setattr(undoing, "LARGE", 500)
    cubes = add(workspace, *(f"Note {number}." for number in range(1100)))
    workspace.operations.bulk("archive", [cube.id for cube in cubes]).future.result(30)
    before = whole(workspace)
    seen = []
    stop = workspace.jobs.subscribe(lambda job: (seen.append((job.title, job.state)), job.cancel()))
    for again in (workspace.library.undo, lambda: workspace.time.restore(len(cubes))):
        with pytest.raises(Cancelled):
            again().result(30)
        assert whole(workspace) == before
    stop()
    assert {title for title, _ in seen} == {"Undoing: Archive 1,100 memories", "Restoring all memories"}
    assert seen[-1][1] is JobState.CANCELLED and not workspace.jobs.active()
    done = []
    stop = workspace.jobs.subscribe(lambda job: done.append((job.title, job.state, job.progress.done)))
    workspace.library.undo().result(30)
    workspace.library.redo().result(30)
    stop()
    assert done[-1] == ("Redoing: Archive 1,100 memories", JobState.DONE, 1100)
    assert workspace.library.cube(cubes[0].id).result(10).state is State.ARCHIVED
