"""Bundles as a person uses them: what goes out, what stays, what comes in."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from app_values import open_workspace
from kept_desk import held as busy

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for the makers of bundles

from hostile_bundles import KINDS, sound

from memos_desktop.errors import Cancelled, NotFoundError, UserError, VaultError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.bundle import BundleError
from memos_desktop.memory.bundle_import import Choice, Clash, Decision
from memos_desktop.memory.cube import (
    BlobPayload,
    Cube,
    CubeFilter,
    Descriptive,
    Governance,
    Sensitivity,
    TextPayload,
    title_of,
)
from memos_desktop.paths import DataFolder
from memos_desktop.vault.bundle_source import chains

SECRET = Governance(sensitivity=Sensitivity.SECRET)


def cube(text, **fields):
    moment = now()
    made = Cube(new_id(), 1, moment, moment, TextPayload(text), Descriptive(title_of(text)))
    return replace(made, **fields)


def add(workspace, *cubes):
    workspace._store.apply(lambda vault: vault.cubes.add_many(cubes))
    return cubes[0]


def held(workspace):
    """Every cube with its versions."""

    def work(vault):
        ids = [row["id"] for row in vault.database.rows("SELECT id FROM cubes ORDER BY id")]
        return list(chains(vault.database, ids))

    return workspace._store.ask(work)


def export(workspace, path, *arguments, **options):
    return workspace.transfer.export(path, *arguments, **options).future.result(30)


def load(workspace, path, *arguments):
    return workspace.transfer.load(path, *arguments).future.result(30)


@pytest.fixture
def other(tmp_path):
    """Another computer."""
    opened = open_workspace(DataFolder(tmp_path / "other"))
    yield opened
    opened.close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "memories.memcube"


def test_everything_goes_out_and_comes_in(workspace, other, target):
    first = add(workspace, cube("The boat is called Lima.", tags=("boat",)), cube("The boat lies in Peniche."))
    workspace.library.revise(first.id, text="The boat is called Nora.").result()
    told = []
    other.events.subscribe(told.append)
    report = export(workspace, target)
    assert (report.cubes, report.versions, report.blobs, report.skipped) == (2, 3, 0, ())
    assert report.bytes == target.stat().st_size
    done = load(other, target)
    assert (done.cubes, done.versions, done.same) == (2, 3, 0)
    assert held(other) == held(workspace)
    [changes] = [one for one in told if one.cubes]
    assert (len(changes.cubes), changes.step_id, changes.label) == (2, done.step_id, "Import 2 memories")
    assert load(other, target).step_id is None
    other.library.undo().result()
    assert held(other) == []


def test_an_export_is_in_the_history_of_each_memory(workspace, target):
    made = add(workspace, cube("x"))
    export(workspace, target, [made.id])
    [line, _] = workspace.inspection.log(made.id).result().lines
    assert (line.label, line.reason) == ("Export a memory", "To the bundle “memories.memcube”")


def test_a_selection_by_id_and_by_filter(workspace, target):
    one = add(workspace, cube("The boat.", tags=("boat",)), cube("The house.", tags=("house",)))
    assert export(workspace, target, [one.id[:12]]).cubes == 1
    assert export(workspace, target, CubeFilter(tag="house")).cubes == 1
    assert [chain.cube.text for chain in read(workspace, target)] == ["The house."]
    with pytest.raises(NotFoundError):
        export(workspace, target, ["nobody00"])
    with pytest.raises(UserError, match="nothing to export"):
        export(workspace, target, CubeFilter(tag="car"))
    assert [chain.cube.text for chain in read(workspace, target)] == ["The house."]  # as it was


def read(workspace, path):
    """The cubes in a file, by way of an empty folder."""
    fresh = open_workspace(DataFolder(path.parent / f"read-{new_id()}"))
    try:
        load(fresh, path)
        return held(fresh)
    finally:
        fresh.close()


def test_governance_decides_what_goes(workspace, target):
    add(
        workspace,
        cube("normal"),
        cube("frozen", frozen=True),
        cube("secret", governance=SECRET),
        cube("deleted", binned=now()),
    )
    report = export(workspace, target)
    assert [(skip.title, skip.reason) for skip in report.skipped] == [
        ("secret", "it is secret, and was not chosen by hand")
    ]
    assert {chain.cube.text for chain in read(workspace, target)} == {"normal", "frozen"}
    report = export(workspace, target, secret=True)
    assert report.cubes == 3
    assert report.warnings == ("One secret memory goes with it: whoever gets the file can read it.",)


def test_what_is_in_the_bin_never_goes(workspace, target):
    made = add(workspace, cube("deleted", binned=now()))
    with pytest.raises(UserError, match=r"Nothing was exported: “deleted” stays here, as it is in the bin\."):
        export(workspace, target, [made.id], secret=True)
    assert not target.exists()


def test_a_redacted_bundle_names_nobody(workspace, target):
    first = cube("My sister Nora Gray lives in a house. Call +351 912 345 678 or nora@example.org.")
    second = cube("Nora likes lentils.", parents=(first.id,))
    add(workspace, first, second)
    report = export(workspace, target, redact=True)
    texts = {chain.id: chain.cube.text for chain in read(workspace, target)}
    assert texts[first.id] == "My sister [name 1] lives in a house. Call [phone] or [e-mail]."
    assert texts[second.id] == "[name 1] likes lentils."
    assert report.redacted["e-mail addresses"] == 1  # the title ends before it
    assert "look at the file" in report.warnings[0]
    preview = workspace.transfer.preview(target).future.result(30)
    assert preview.manifest.redacted and "replaced by marks" in preview.problems[0]
    assert {conflict.clash for conflict in preview.conflicts} == {Clash.DIVERGED}


def test_the_data_folder_is_no_place_for_a_bundle(workspace):
    add(workspace, cube("x"))
    before = workspace.folder.database.read_bytes()
    for path in (workspace.folder.database, workspace.folder.root / "x.memcube", workspace.folder.blobs / "x"):
        with pytest.raises(UserError, match="data folder itself"):
            export(workspace, path)
    assert workspace.folder.database.read_bytes() == before


def test_a_cancelled_export_leaves_what_was_there(workspace, target):
    add(workspace, *(cube(f"memory {number}") for number in range(1200)))
    target.write_text("what was there")
    stopped = []

    def stop(job):
        if job.progress.done > 500 and not stopped:
            stopped.append(job)
            job.cancel()

    workspace.jobs.subscribe(stop)
    with busy(workspace._store.background):
        job = workspace.transfer.export(target)
        job._control._interval = 0
    with pytest.raises(Cancelled):
        job.future.result(30)
    assert target.read_text() == "what was there"
    assert {path.name for path in target.parent.iterdir()} == {"data", target.name}


def test_a_preview_changes_nothing_and_says_all(workspace, other, target):
    same, mine = cube("Same."), cube("Mine.")
    add(workspace, same, mine, cube("New.", pinned=True, parents=("goneforgood0",)))
    export(workspace, target)
    add(other, same, replace(mine, payload=TextPayload("Theirs.")))
    before = held(other)
    found = other.transfer.preview(target).future.result(30)
    assert (found.name, found.new, found.same) == ("memories.memcube", 1, 1)
    [conflict] = found.conflicts
    assert (conflict.here.text, conflict.theirs.text, conflict.words) == (
        "Theirs.",
        "Mine.",
        "its versions are others here",
    )
    assert found.problems == (
        "One memory is pinned: what is pinned stands in every prompt.",
        "One parent is neither in the bundle nor here: forgotten, or not exported.",
    )
    assert held(other) == before
    done = load(other, target, Decision(Choice.KEEP, {mine.id: Choice.BOTH}))
    assert (done.cubes, done.copied, done.same) == (2, 1, 1)
    assert {chain.cube.text for chain in held(other)} == {"Same.", "Mine.", "Theirs.", "New."}


def test_verify_needs_no_vault(workspace, target):
    add(workspace, cube("x"))
    export(workspace, target)
    report = workspace.transfer.verify(target).future.result(30)
    assert (report.manifest.cubes, report.bytes) == (1, target.stat().st_size)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_hostile_bundles_are_refused_on_every_way(workspace, tmp_path, name):
    """Verify, preview and import; and the data folder has no file more than before."""
    make, says = KINDS[name]
    path = make(tmp_path / f"{name}.memcube")
    add(workspace, cube("here before"))
    before = held(workspace), sorted(one.name for one in workspace.folder.root.iterdir())
    for use in (workspace.transfer.verify, workspace.transfer.preview, workspace.transfer.load):
        job = use(path)
        with pytest.raises(BundleError, match=says):
            job.future.result(30)
        assert job.error.endswith("Nothing was changed.")
    assert (held(workspace), sorted(one.name for one in workspace.folder.root.iterdir())) == before


def test_the_sound_bundle_of_the_makers_is_taken(workspace, tmp_path):
    assert load(workspace, sound(tmp_path / "sound.memcube")).cubes == 3


# Adapters

GGUF = b"GGUF" + bytes(200)


def parametric(workspace, model="m" * 64):
    """A cube whose payload is an adapter file."""

    def work(vault):
        sha256 = vault.blobs.put([GGUF])
        made = cube("", payload=BlobPayload(sha256, len(GGUF), model))
        return vault.cubes.add(made), made

    return workspace._store.make(work).result()


def test_adapters_travel_when_they_are_chosen(workspace, other, target, monkeypatch):
    made = parametric(workspace)
    add(workspace, cube("text"))
    report = export(workspace, target)
    assert [(skip.id, skip.reason) for skip in report.skipped] == [(made.id, "adapters were not chosen")]
    report = export(workspace, target, with_adapters=True)
    assert (report.cubes, report.blobs) == (2, 1)
    done = load(other, target)
    assert [(skip.id, skip.reason) for skip in done.skipped] == [
        (made.id, "its adapter is for a model that is not here")
    ]
    assert other._store.ask(lambda vault: vault.blobs.total_bytes()) == 0
    monkeypatch.setattr(type(other.transfer._states), "models", lambda _: frozenset({"m" * 64}))
    done = load(other, target)
    assert (done.cubes, done.blobs) == (1, 1)
    assert other._store.ask(lambda vault: vault.blobs.open(made.payload.sha256).read_bytes()) == GGUF
    assert held(other) == held(workspace)


def test_an_adapter_that_is_not_used_after_all_is_removed(workspace, other, target, monkeypatch):
    parametric(workspace)
    export(workspace, target, with_adapters=True)
    monkeypatch.setattr(type(other.transfer._states), "models", lambda _: frozenset({"m" * 64}))

    def full(*_arguments):
        raise VaultError("The disk is full.")

    monkeypatch.setattr("memos_desktop.app.transfer.import_bundle", full)
    with pytest.raises(VaultError):
        load(other, target)
    assert list(other.folder.blobs.iterdir()) == []


def test_adapters_cannot_be_redacted(workspace, target):
    parametric(workspace)
    add(workspace, cube("text"))
    report = export(workspace, target, with_adapters=True, redact=True)
    assert [skip.reason for skip in report.skipped] == ["an adapter cannot be redacted"]


def test_an_adapter_whose_file_is_lost_stays(workspace, target):
    made = parametric(workspace)
    (workspace.folder.blobs / made.payload.sha256).unlink()
    add(workspace, cube("text"))
    report = export(workspace, target, with_adapters=True)
    assert [skip.reason for skip in report.skipped] == ["the file of its adapter is missing"]


def test_an_estimate(workspace):
    add(workspace, cube("x" * 5000), cube("secret", governance=SECRET), cube("deleted", binned=now()))
    found = workspace.transfer.estimate().result(10)
    assert (found.cubes, found.versions, found.secret, found.states) == (2, 2, 1, 0)
    assert 2000 < found.bytes < 6000
