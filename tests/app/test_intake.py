"""Texts and files from outside: one memory each, one step for all, and a sentence for each file that cannot be read."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.intake import LONG, MOST_FILES
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import Cancelled, IndexUnavailableError, UserError
from memos_desktop.memory.cube import CubeFilter, Origin, SemanticType
from memos_desktop.paths import DataFolder

WAIT_S = 20


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace.open(DataFolder(tmp_path / "data"), embedder=MissingEmbedder(IndexUnavailableError("off")))
    opened._indexing._unsubscribe()
    yield opened
    opened.close()


def shelf(workspace: Workspace):
    return workspace.library.page(CubeFilter(), 0, 100).result(WAIT_S).cubes


def test_a_text_becomes_one_memory_and_a_long_one_a_document(workspace: Workspace) -> None:
    taken = workspace.intake.texts(["Ana lives in Lisbon.", "A long story. " * 60, "  "]).result(WAIT_S)
    short, long = taken.cubes
    assert short.descriptive.type is SemanticType.FACT and short.descriptive.origin is Origin.WRITTEN
    assert len(long.text) > LONG and long.descriptive.type is SemanticType.DOCUMENT
    assert {one.id for one in shelf(workspace)} == {short.id, long.id}
    workspace.library.undo_step(taken.changes.step_id).result(WAIT_S)
    assert shelf(workspace) == ()


def test_no_text_is_said(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="no text to keep"):
        workspace.intake.texts(["", " \n"]).result(WAIT_S)


def test_files_are_one_step_and_bad_ones_are_named(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Rui repairs boats.", encoding="utf-8")
    (tmp_path / "Boat manual.md").write_text("# Engine\n" + "Oil it. " * 100, encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    names = ("note.txt", "Boat manual.md", "photo.jpg", "missing.txt")
    taken = workspace.intake.files([tmp_path / name for name in names]).future.result(WAIT_S)
    assert [cube.title for cube in taken.cubes] == ["Rui repairs boats.", "Boat manual"]
    assert taken.cubes[1].descriptive.type is SemanticType.DOCUMENT
    assert taken.cubes[1].descriptive.source.file == str(tmp_path / "Boat manual.md")
    assert [one.name for one in taken.refused] == ["photo.jpg", "missing.txt"]
    assert "no text file" in taken.refused[0].reason and "could not be read" in taken.refused[1].reason
    workspace.library.undo().result(WAIT_S)
    assert shelf(workspace) == ()


def test_where_no_file_can_be_read_nothing_is_added(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" ")
    (tmp_path / "x.bin").write_bytes(b"x")
    with pytest.raises(UserError, match=r"is empty.*The other 1"):
        workspace.intake.files([tmp_path / "empty.txt", tmp_path / "x.bin"]).future.result(WAIT_S)
    assert shelf(workspace) == ()


def test_too_many_files_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too many at once"):
        workspace.intake.files([tmp_path / f"{n}.txt" for n in range(MOST_FILES + 1)]).future.result(WAIT_S)


def test_cancelled_nothing_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Rui repairs boats.", encoding="utf-8")
    go = threading.Event()
    workspace._store.background.submit(go.wait, WAIT_S)  # the job waits behind this
    job = workspace.intake.files([tmp_path / "note.txt"])
    job.cancel()
    go.set()
    with pytest.raises(Cancelled):
        job.future.result(WAIT_S)
    assert shelf(workspace) == ()
