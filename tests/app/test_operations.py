"""The operators' use cases in a whole workspace."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from app_values import answer_with, send

from memos_desktop.app import bulk, fuse_writer
from memos_desktop.app.jobs import JobState
from memos_desktop.engine.base import ModelInfo
from memos_desktop.errors import Cancelled, NotFoundError, UnsupportedOperationError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.cube import Access, CubeFilter, Origin, Scope, Sensitivity, State
from memos_desktop.progress import Progress

CLARA = ("My sister Clara is 31. She lives in Rome.", "My sister Clara is 32.")


def add(workspace, *texts, **fields):
    return [workspace.library.add(text, **fields).result(10) for text in texts]


def state(workspace, *cubes):
    return [workspace.library.cube(cube.id).result(10).state for cube in cubes]


def dump(workspace):
    """Everything that operators could change."""
    found = workspace.library.page(CubeFilter(), 0, 1000).result(10).cubes
    return sorted(found, key=lambda cube: cube.id)


def fuse(workspace, cubes, **arguments):
    preview = workspace.operations.fuse_preview([cube.id for cube in cubes]).result(10)
    return workspace.operations.fuse(preview.versions, preview.text, **arguments).result(10)


def test_a_preview_shows_text_conflicts_and_differences_and_changes_nothing(workspace):
    one, two = add(workspace, *CLARA)
    before = dump(workspace)
    preview = workspace.operations.fuse_preview([one.id, two.id]).result(10)
    assert preview.text == "My sister Clara is 32. My sister Clara is 31. She lives in Rome."
    assert [conflict.values for conflict in preview.conflicts] == [(("31",), ("32",))]
    assert preview.versions == ((one.id, 1), (two.id, 1))
    for cube, pieces in zip(preview.parents, preview.diffs, strict=True):
        assert "".join(piece.text for piece in pieces if piece.change != "added") == cube.text
        assert "".join(piece.text for piece in pieces if piece.change != "removed") == preview.text
    mine = workspace.operations.fuse_preview([one.id, two.id], "Only this.").result(10)
    assert (mine.text, mine.title) == ("Only this.", "Only this.")
    assert dump(workspace) == before


def test_fusing_makes_one_memory_and_one_step_and_undo_takes_it_back(workspace):
    one, two = add(workspace, *CLARA, tags=("family",))
    before = dump(workspace)
    made = fuse(workspace, (one, two), title="Clara", tags=("family", "rome", "rome"))
    assert (made.cube.title, made.cube.tags, made.cube.parents) == ("Clara", ("family", "rome"), (one.id, two.id))
    assert made.cube.descriptive.origin is Origin.FUSED
    assert state(workspace, one, two) == [State.MERGED, State.MERGED]
    assert workspace.library.undo_labels().result(10)[0] == "Fuse 2 memories"
    workspace.library.undo_step(made.changes.step_id).result(10)
    assert dump(workspace) == before


def test_merged_memories_are_shown_but_no_longer_recalled(workspace):
    one, two = add(workspace, "The harbour master is called Ferdinand.", "Ferdinand the harbour master has a red boat.")
    made = fuse(workspace, (one, two))
    answer = workspace.recall.recall("harbour master Ferdinand").result(30)
    assert {found.id for found in answer.results} == {made.cube.id}
    assert workspace.library.page(CubeFilter(state=State.MERGED), 0, 9).result(10).total == 2


@pytest.mark.parametrize("change", ["edit", "freeze", "bin", "archive", "expire", "forget"])
def test_what_changed_since_the_preview_is_not_fused(workspace, change):
    one, two = add(workspace, *CLARA)
    preview = workspace.operations.fuse_preview([one.id, two.id]).result(10)
    if change == "edit":
        workspace.library.revise(two.id, text="Other words.").result(10)
    elif change == "freeze":
        workspace.library.freeze([two.id], True).result(10)
    elif change == "expire":
        workspace.operations.expire([two.id]).result(10)
    elif change == "forget":
        workspace.forgetting.forget([two.id]).future.result(30)
    else:
        getattr(workspace.library, change)([two.id]).result(10)
    before = dump(workspace)
    with pytest.raises(UserError, match="Nothing was changed"):
        workspace.operations.fuse(preview.versions, preview.text).result(10)
    assert dump(workspace) == before


def test_five_hundred_and_one_or_none_or_unknown_memories_are_refused(workspace):
    [one] = add(workspace, "Only one.")
    operations = workspace.operations
    with pytest.raises(UserError, match="501 memories are too many"):
        operations.fuse_preview([f"id{number}" for number in range(501)]).result(10)
    with pytest.raises(UserError, match="two memories at least"):
        operations.fuse_preview([one.id]).result(10)
    with pytest.raises(UserError, match="named twice"):
        operations.fuse_preview([one.id, one.id[:10]]).result(10)
    with pytest.raises(NotFoundError):
        operations.fuse_preview([one.id, "nowhere00000"]).result(10)
    with pytest.raises(UserError, match="no text"):
        operations.fuse([(one.id, 1), (add(workspace, "Two.")[0].id, 1)], "  ").result(10)


def test_five_hundred_are_fused(workspace):
    cubes = add(workspace, *(f"Fact number {number} about the house." for number in range(500)))
    made = fuse(workspace, cubes)
    assert len(made.cube.parents) == 500
    assert made.cube.text.count("Fact number") == 500
    assert set(state(workspace, *cubes)) == {State.MERGED}


def test_splitting_a_fused_memory_gives_its_parents_back(workspace):
    one, two = add(workspace, *CLARA)
    made = fuse(workspace, (one, two)).cube
    preview = workspace.operations.split_preview(made.id).result(10)
    assert [cube.id for cube in preview.parents] == [one.id, two.id]
    before = dump(workspace)
    split = workspace.operations.split(made.id).result(10)
    assert [cube.id for cube in split.cubes] == [one.id, two.id]
    assert state(workspace, one, two, made) == [State.GENERATED, State.GENERATED, State.ARCHIVED]
    workspace.library.undo().result(10)
    assert dump(workspace) == before


def test_parents_that_another_memory_holds_or_that_are_gone_do_not_come_back(workspace):
    one, two, three = add(workspace, *CLARA, "Clara plays the violin.")
    made = fuse(workspace, (one, two)).cube
    workspace.library.restore([two.id]).result(10)
    other = fuse(workspace, (two, three)).cube
    workspace.library.bin([one.id]).result(10)
    preview = workspace.operations.split_preview(made.id).result(10)
    assert preview.parents == ()
    assert preview.parts
    assert "can come back" in preview.reason
    both = workspace.operations.split_preview(other.id).result(10)
    assert [cube.id for cube in both.parents] == [three.id]  # the other one is still part of the first
    assert "Another one stays" in both.reason


def test_a_frozen_parent_stands_in_the_way_of_splitting(workspace):
    one, two = add(workspace, *CLARA)
    made = fuse(workspace, (one, two)).cube
    workspace.library.freeze([one.id], True).result(10)
    with pytest.raises(UserError, match="would come back, but it is frozen"):
        workspace.operations.split(made.id).result(10)
    assert state(workspace, two, made) == [State.MERGED, State.GENERATED]


def test_splitting_into_parts_keeps_rules_tags_and_source(workspace):
    done = send(workspace, "I live in Rome. My cat is called Miso.")
    [said] = workspace.library.page(CubeFilter(), 0, 9).result(10).cubes
    workspace.operations.set_header([said.id], sensitivity=Sensitivity.PERSONAL).result(10)
    split = workspace.operations.split(said.id, expected_version=1).result(10)
    assert [cube.text for cube in split.cubes] == ["I live in Rome.", "My cat is called Miso."]
    assert {cube.governance.sensitivity for cube in split.cubes} == {Sensitivity.PERSONAL}
    assert {cube.descriptive.source.message_id for cube in split.cubes} == {said.descriptive.source.message_id}
    assert state(workspace, said) == [State.MERGED]
    assert done is not None
    with pytest.raises(UserError, match="merged"):
        workspace.operations.split(said.id).result(10)


def test_a_split_of_what_was_changed_or_into_one_part_is_refused(workspace):
    [one] = add(workspace, "A single thing")
    with pytest.raises(UserError, match="only one part"):
        workspace.operations.split(one.id).result(10)
    with pytest.raises(UserError, match="changed since"):
        workspace.operations.split(one.id, ("A", "B"), expected_version=2).result(10)
    assert workspace.operations.split_preview(one.id).result(10).parts == ("A single thing",)


def test_expiring_now_later_and_never(workspace):
    one, two = add(workspace, "One.", "Two.")
    operations = workspace.operations
    operations.expire([one.id]).result(10)
    expired = workspace.library.cube(one.id).result(10)
    assert expired.state is State.EXPIRED
    assert expired.governance.expires <= now()
    later = now() + timedelta(days=3)
    operations.expire([one.id, two.id], later).result(10)
    assert state(workspace, one, two) == [State.GENERATED, State.GENERATED]
    assert workspace.library.cube(two.id).result(10).governance.expires == later
    operations.expire([one.id]).result(10)
    operations.renew([one.id, two.id]).result(10)
    for cube in (one, two):
        found = workspace.library.cube(cube.id).result(10)
        assert (found.state, found.governance.expires) == (State.GENERATED, None)


def test_restoring_what_has_expired_takes_its_expiry_away(workspace):
    [one] = add(workspace, "One.")
    workspace.operations.expire([one.id]).result(10)
    workspace.library.restore([one.id]).result(10)
    found = workspace.library.cube(one.id).result(10)
    assert (found.state, found.governance.expires) == (State.GENERATED, None)


def test_headers_change_only_what_is_given(workspace):
    [one] = add(workspace, "One.", project="boat")
    operations = workspace.operations
    operations.set_header([one.id], scope=Scope.PROJECT, priority=4, access=Access.READ_ONLY).result(10)
    rules = workspace.library.cube(one.id).result(10).governance
    assert (rules.scope, rules.project, rules.priority, rules.access) == (Scope.PROJECT, "boat", 4, Access.READ_ONLY)
    with pytest.raises(UserError, match="is of no project"):
        operations.set_header([one.id], project=None).result(10)
    operations.set_header([one.id], scope=Scope.PRIVATE, project=None).result(10)
    assert workspace.library.cube(one.id).result(10).governance.project is None
    operations.set_header([one.id], expires=now() - timedelta(hours=1)).result(10)
    assert state(workspace, one) == [State.EXPIRED]
    operations.set_header([one.id], expires=None).result(10)
    assert state(workspace, one) == [State.GENERATED]


@pytest.mark.parametrize("verb", sorted(bulk.VERBS))
def test_every_bulk_verb_is_one_step_all_or_nothing_and_undone_at_once(workspace, verb):
    arguments = {"tag": {"add": ("t",)}, "set_header": {"priority": 1}}.get(verb, {})
    cubes = add(workspace, *(f"Memory number {number}." for number in range(6)))
    ids = [cube.id for cube in cubes]
    first = {"unpin": "pin", "unfreeze": "freeze", "restore": "archive", "unbin": "bin", "renew": "expire"}.get(verb)
    if first:
        workspace.operations.bulk(first, ids).future.result(10)
    if verb == "confirm":
        workspace._store.ask(lambda vault: vault.cubes.set_columns(ids, "Propose", {"proposed": 1}))
    before = dump(workspace)
    job = workspace.operations.bulk(verb, ids, **arguments)
    assert job.future.result(10).cubes == set(ids)
    assert job.progress.done == len(ids)
    after = dump(workspace)
    assert after != before
    workspace.library.undo().result(10)
    assert dump(workspace) == before
    workspace.library.redo().result(10)
    assert dump(workspace) == after


def test_bulk_verbs_take_a_filter(workspace):
    add(workspace, "One.", "Two.", tags=("boat",))
    add(workspace, "Three.")
    job = workspace.operations.bulk("pin", CubeFilter(tag="boat"))
    assert len(job.future.result(10).cubes) == 2
    with pytest.raises(ValueError, match="explode"):
        workspace.operations.bulk("explode", [])


@pytest.mark.parametrize("count", [3, 700])
def test_what_cannot_take_part_stays_and_is_named_with_the_reason(workspace, count):
    cubes = add(workspace, *(f"Memory number {number}." for number in range(count)))
    ids = [cube.id for cube in cubes]
    frozen, gone = cubes[-1], cubes[-2]
    workspace.library.freeze([frozen.id], True).result(10)
    workspace.library.bin([gone.id]).result(10)
    before = dump(workspace)
    for verb in ("pin", "archive", "tag", "expire", "set_header"):
        wanted = {"tag": {"add": ("x",)}, "set_header": {"priority": 3}}.get(verb, {})
        done = workspace.operations.bulk(verb, ids, **wanted).future.result(10)
        assert [(one.id, one.reason) for one in done.left] == [(gone.id, "in the bin"), (frozen.id, "frozen")]
        assert done.cubes == set(ids) - {frozen.id, gone.id}
        workspace.library.undo_step(done.step_id).result(10)
        assert dump(workspace) == before


@pytest.mark.parametrize("count", [2, 700])
def test_where_none_can_take_part_nothing_is_changed_and_no_snapshot_made(workspace, count):
    cubes = add(workspace, *(f"Memory number {number}." for number in range(count)))
    ids = [cube.id for cube in cubes]
    workspace.library.freeze(ids[:-1], True).result(10)
    workspace.library.bin(ids[-1:]).result(10)
    before, snapshots = dump(workspace), workspace.time.snapshots().result(10)
    for verb in ("pin", "archive", "tag", "expire"):
        with pytest.raises(UserError, match=r"None of these .* frozen, 1 is in the bin. Nothing was changed"):
            workspace.operations.bulk(verb, ids).future.result(10)
    assert (dump(workspace), workspace.time.snapshots().result(10)) == (before, snapshots)
    with pytest.raises(NotFoundError, match="Nothing was changed"):
        workspace.operations.bulk("archive", ["nowhere00000000000000000000"]).future.result(10)


def test_a_header_without_a_project_and_a_past_expiry_name_those_that_stay(workspace):
    one, two = add(workspace, "One.", project="boat")[0], add(workspace, "Two.")[0]
    scoped = workspace.operations.set_header([one.id, two.id], scope=Scope.PROJECT).result(10)
    assert [(left.title, left.reason) for left in scoped.left] == [("Two.", "of no project")]
    fuse(workspace, add(workspace, *CLARA))
    merged = workspace.library.page(CubeFilter(state=State.MERGED), 0, 1).result(10).cubes[0]
    over = workspace.operations.set_header([two.id, merged.id], expires=now() - timedelta(days=1)).result(10)
    assert [left.reason for left in over.left] == ["merged"]
    assert state(workspace, two, merged) == [State.EXPIRED, State.MERGED]


def test_cancelling_a_bulk_verb_changes_nothing(workspace, monkeypatch):
    cubes = add(workspace, *(f"Memory number {number}." for number in range(1200)))
    before = dump(workspace)
    begun, go_on = threading.Event(), threading.Event()
    update = Progress.update

    def waiting(self, done, total=0, text=""):
        if total == len(cubes):
            begun.set()
            assert go_on.wait(20)
        update(self, done, total, text)

    monkeypatch.setattr(Progress, "update", waiting)
    job = workspace.operations.bulk("archive", [cube.id for cube in cubes])
    assert begun.wait(20)
    job.cancel()
    go_on.set()
    with pytest.raises(Cancelled):
        job.future.result(20)
    assert job.state is JobState.CANCELLED
    assert dump(workspace) == before
    assert workspace.library.undo_labels().result(10)[0] == f"Add memory “{cubes[-1].title}”"


class Speaking:
    """A model of a given size that answers what the echo engine would."""

    def __init__(self, engine, parameters):
        self._engine = engine
        self.info = replace(engine.info, parameters=parameters)

    def __getattr__(self, name):
        return getattr(self._engine, name)


def test_a_small_model_is_not_asked_to_write(workspace):
    cubes = add(workspace, *CLARA)
    answer_with(workspace, "Clara is 32.")
    job = workspace.operations.propose_text([cube.id for cube in cubes])
    with pytest.raises(UnsupportedOperationError, match="too small"):
        job.future.result(30)


def test_an_able_model_proposes_a_text_and_nothing_is_written(workspace):
    cubes = add(workspace, *CLARA)
    answer_with(workspace, "Clara is 32 and lives in Rome.")
    before = dump(workspace)

    def write():
        engine = Speaking(workspace.models.loaded, 2_000_000_000)
        assert isinstance(engine.info, ModelInfo)
        return fuse_writer.write(engine, cubes, Progress())

    assert workspace.models.worker.call(write) == "Clara is 32 and lives in Rome."
    assert dump(workspace) == before
