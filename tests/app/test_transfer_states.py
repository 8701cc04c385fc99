"""KV states in bundles: taken where a model here can use them, refused where they are none, left out with a reason."""

import contextlib
import hashlib
import json
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from kept_desk import HERONS, SURVEY, KeptDesk, document, get, ready, rows, shelf

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for the makers of bundles

from hostile_bundles import member

from memos_desktop.app import transfer
from memos_desktop.app.measured import Measured
from memos_desktop.engine.kv.state_file import SUFFIX, read, write
from memos_desktop.errors import VaultError
from memos_desktop.memory.bundle import BundleError
from memos_desktop.memory.bundle_import import Choice, Decision
from memos_desktop.memory.cube import Kind
from memos_desktop.paths import DataFolder


@pytest.fixture
def other(tmp_path, tiny_model):
    """Another computer, on which the same model was measured."""
    desk = KeptDesk(DataFolder(tmp_path / "other"), *tiny_model)
    desk.trust()
    yield desk
    desk.close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "kept.memcube"


def exported(workspace, target, **options):
    return workspace.transfer.export(target, with_kv=True, **options).future.result(30)


def load(workspace, target, decision=Choice.KEEP):
    return workspace.transfer.load(target, decision).future.result(30)


def blocks(workspace):
    return [row for row in rows(workspace) if row.belongs == "cube"]


def test_a_state_travels_and_is_used(keeping, other, target):
    source = document(keeping)
    [made] = ready(keeping, source)
    report = exported(keeping, target)
    assert (report.cubes, report.blobs, report.skipped) == (2, 1, ())
    there = other.open()
    told = []
    there.events.subscribe(told.append)
    done = load(there, target)
    assert (done.cubes, done.blobs, done.skipped) == (2, 1, ())
    assert any(changes.states for changes in told)
    [row] = blocks(there)
    assert (row.owner_id, row.tokens) == (made.id, made.tokens)
    there.models.ensure_loaded().future.result(30)
    [again] = ready(there, get(there, source.id))
    assert not again.created  # nothing had to be read
    assert load(there, target).blobs == 1  # there already
    assert len(blocks(there)) == 1


def test_without_kv_the_memory_is_read_as_text(keeping, other, target):
    ready(keeping, document(keeping))
    report = keeping.transfer.export(target).future.result(30)
    assert (report.cubes, report.blobs) == (2, 0)
    there = other.open()
    load(there, target)
    assert blocks(there) == []
    assert [cube.kind for cube in shelf(there, kind=Kind.ACTIVATION)] == [Kind.ACTIVATION]


def test_a_redacted_bundle_has_no_states(keeping, target):
    ready(keeping, document(keeping))
    assert exported(keeping, target, redact=True).blobs == 0


def test_a_state_of_a_model_that_was_never_here_is_left_out(keeping, tmp_path, target, tiny_model):
    ready(keeping, document(keeping))
    exported(keeping, target)
    desk = KeptDesk(DataFolder(tmp_path / "strange"), *tiny_model)  # nothing was measured there
    there = desk.open()
    try:
        [blob] = there.transfer.preview(target).future.result(30).blobs
        assert "was not used on this computer yet" in blob.reason
        done = load(there, target)
        assert (done.cubes, done.blobs) == (2, 0)
        assert "load it, then import again" in done.skipped[0].reason
        Measured(there.folder.measured)
        there.activation._states.measured.change(desk.identity.digest, kl=0.01)
        again = load(there, target)
        assert (again.cubes, again.blobs, again.step_id) == (0, 1, None)
    finally:
        desk.close()


def test_a_state_of_another_library_says_so(keeping, other, target, tmp_path):
    ready(keeping, document(keeping))
    exported(keeping, target)

    def older(header):
        return replace(header, identity=replace(header.identity, library="llama.cpp b1"))

    there = other.open()
    there.models.ensure_loaded().future.result(30)
    done = load(there, respun(target, tmp_path, older))
    assert done.blobs == 0
    assert "made with llama.cpp b1 instead of" in done.skipped[0].reason


def test_a_state_that_cannot_be_unpacked_is_left_out_and_the_memories_are_in(keeping, other, target, monkeypatch):
    ready(keeping, document(keeping))
    exported(keeping, target)
    there = other.open()
    there.models.ensure_loaded().future.result(30)
    looked = transfer.opened

    @contextlib.contextmanager
    def full(*arguments):
        with looked(*arguments):
            raise VaultError("There is no room to unpack it: No space left on device.", "Free some space.")
        yield

    monkeypatch.setattr(transfer, "opened", full)
    done = load(there, target)
    assert (done.cubes, done.blobs) == (2, 0) and done.step_id is not None
    assert "No space left" in done.skipped[0].reason and "Nothing was changed" not in done.skipped[0].reason
    assert len(shelf(there)) == 2


def test_there_must_be_room(keeping, other, target):
    ready(keeping, document(keeping))
    exported(keeping, target)
    there = other.open(kv_budget=1000)
    done = load(there, target)
    assert (done.cubes, done.blobs) == (2, 0)
    assert "space for kept states is used up" in done.skipped[0].reason


def test_a_copy_has_its_own_state(keeping, other, target):
    source = document(keeping)
    ready(keeping, source)
    exported(keeping, target)
    there = other.open()
    load(there, target)
    there.library.revise(source.id, text="Edited on the other computer.").result()
    done = load(there, target, Choice.BOTH)
    copies = [get(there, id) for id in done.ids]
    assert [copy.text for copy in copies] == [SURVEY]
    assert len(blocks(there)) == 1  # the activation cube was the same, and stays with its source


def test_what_was_kept_under_an_id_before_is_not_used(keeping, other, target):
    """The same activation cube, brought in, undone, and brought in again with another text."""
    source = document(keeping)
    ready(keeping, source)
    exported(keeping, target)
    there = other.open()
    load(there, target)
    [first] = blocks(there)
    there.library.undo().result()
    done = load(there, target, Decision(blobs=False))
    assert done.cubes == 2
    assert {row.id for row in blocks(there)} <= {first.id}
    load(there, target)
    assert [row.id for row in blocks(there)] == [first.id]


def test_a_damaged_state_stays(keeping, target):
    first, second = document(keeping), document(keeping, HERONS, "The herons")
    ready(keeping, first, second)
    [path, _] = sorted(keeping.folder.states.glob(f"*{SUFFIX}"), key=lambda one: read(one).header.title)[-2:]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    report = exported(keeping, target)
    assert (report.cubes, report.blobs) == (4, 1)
    assert "its KV state was left out" in report.skipped[0].reason


def respun(target, tmp_path, change, keep_id=False):
    """The bundle with its one state written anew, with a changed header."""
    from memos_desktop.engine.kv.header import block_id

    folder = tmp_path / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(target) as packed:
        packed.extractall(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    [blob] = [one for one in manifest["members"] if one["holds"] == "kv"]
    path = folder / blob["name"]
    state = read(path)
    with state.open_payload() as view:
        header = change(state.header)
        if not keep_id:
            header = replace(header, id=block_id(header.identity, header.prefix, header.tokens, header.owner))
        made = write(tmp_path, header, view)
    path.unlink()
    blob |= {"name": f"blobs/{header.id}.kv", "bytes": made.bytes}
    made.path.replace(folder / blob["name"])
    content = (folder / blob["name"]).read_bytes()
    blob["sha256"] = hashlib.sha256(content).hexdigest()
    return packed_again(folder, manifest, tmp_path / "respun.memcube")


def packed_again(folder, manifest, path):
    with zipfile.ZipFile(path, "w") as packed:
        for one in manifest["members"]:
            packed.writestr(member(one["name"], zipfile.ZIP_STORED), (folder / one["name"]).read_bytes())
        packed.writestr(member("manifest.json"), json.dumps(manifest))
    return path


@pytest.mark.parametrize(
    ("change", "keep_id"),
    [
        (lambda header: replace(header, owner="cube:somebodyelse@1"), False),
        (lambda header: replace(header, owner="chat:x"), False),
        (lambda header: replace(header, tokens=tuple(reversed(header.tokens))), True),
    ],
    ids=["another owner", "a chat", "other tokens"],
)
def test_a_state_that_is_not_of_its_memory_refuses_the_bundle(keeping, other, target, tmp_path, change, keep_id):
    ready(keeping, document(keeping))
    exported(keeping, target)
    there = other.open()
    path = respun(target, tmp_path, change, keep_id)
    for use in (there.transfer.preview, there.transfer.load, there.transfer.verify):
        with pytest.raises(BundleError, match="is no KV state of its memory"):
            use(path).future.result(30)
    assert shelf(there) == () and blocks(there) == []


def test_an_estimate_counts_states(keeping):
    ready(keeping, document(keeping))
    found = keeping.transfer.estimate().result(10)
    [row] = blocks(keeping)
    assert (found.states, found.state_bytes) == (1, row.bytes)
