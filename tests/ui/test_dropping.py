"""What is dropped on the window: what is welcome, what the hint says, what is refused and what goes elsewhere."""

from pathlib import Path

import pytest
from dropped import drop, hang, leave
from page_desk import WAIT_MS, Desk, desk, look
from PySide6.QtCore import QMimeData, QPoint, QUrl
from PySide6.QtWidgets import QWidget

from memos_desktop.memory.cube import CubeFilter
from memos_desktop.ui.cubes.dragging import MIME
from memos_desktop.ui.dropping import Dropping

__all__ = ["desk", "look"]
PLACE = QPoint(200, 150)


@pytest.fixture
def window(desk: Desk) -> QWidget:
    made = QWidget()
    desk.qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


@pytest.fixture
def dropping(desk: Desk, window: QWidget) -> Dropping:
    made = Dropping(window, window, desk.context.theme, desk.context.icons)
    made.attach(desk.context)
    return made


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def texts(desk: Desk) -> set[str]:
    return {cube.text for cube in desk.result(desk.workspace.library.page(CubeFilter(), 0, 50)).cubes}


def test_the_hint_says_what_a_drop_would_do_and_goes(dropping: Dropping, window: QWidget, tmp_path: Path) -> None:
    assert hang(window, files(tmp_path / "a.txt", tmp_path / "b.md"), PLACE)
    assert dropping.hint.isVisible() and dropping.hint.words.text() == "Drop to remember 2 files"
    assert ".md" in dropping.hint.more.text()
    leave(window)
    assert not dropping.hint.isVisible()


def test_text_is_kept(dropping: Dropping, window: QWidget, desk: Desk) -> None:
    data = QMimeData()
    data.setText("  Rui repairs boats.\n")
    assert drop(window, data, PLACE)
    assert not dropping.hint.isVisible()
    desk.wait_toast("Remembered “Rui repairs boats.”")
    assert texts(desk) == {"Rui repairs boats."}
    desk.undo_last()
    desk.wait_toast("Undone")
    assert texts(desk) == set()


def test_a_file_that_cannot_be_read_is_named(dropping: Dropping, window: QWidget, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Rui repairs boats.", encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    assert drop(window, files(tmp_path / "good.txt", tmp_path / "photo.jpg"), PLACE)
    desk.wait_toast("1 file was left out")
    desk.wait_toast("“photo.jpg” is no text file")
    assert texts(desk) == {"Rui repairs boats."}


def test_where_none_can_be_read_the_job_says_so(
    dropping: Dropping, window: QWidget, desk: Desk, tmp_path: Path
) -> None:
    said: list[str] = []
    desk.workspace.jobs.subscribe(lambda job: said.append(job.error))
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    assert drop(window, files(tmp_path / "photo.jpg"), PLACE)
    desk.qtbot.waitUntil(lambda: any("no text file" in error for error in said), timeout=WAIT_MS)
    assert texts(desk) == set()


def test_a_bundle_is_shown_and_not_read_as_text(
    dropping: Dropping, window: QWidget, desk: Desk, tmp_path: Path
) -> None:
    with desk.qtbot.waitSignal(dropping.bundle, timeout=WAIT_MS) as shown:
        assert drop(window, files(tmp_path / "old.memcube"), PLACE)
    assert shown.args == [tmp_path / "old.memcube"]
    assert texts(desk) == set()


def test_other_things_are_left_alone(dropping: Dropping, window: QWidget) -> None:
    blank, row, link = QMimeData(), QMimeData(), QMimeData()
    blank.setText(" \n")
    row.setData(MIME, b"id")
    link.setUrls([QUrl("https://example.org/a.txt")])
    for data in (blank, row, link):
        assert not hang(window, data, PLACE)
        assert not dropping.hint.isVisible()


def test_nothing_is_taken_before_the_data_is_open(window: QWidget, desk: Desk) -> None:
    early = Dropping(window, window, desk.context.theme, desk.context.icons)
    data = QMimeData()
    data.setText("Too early.")
    assert not hang(window, data, PLACE)
    assert not early.hint.isVisible()
