"""Questions to the person: what counts as an answer."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from memos_desktop.ui.prompter import Prompter


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.mark.parametrize(("empty", "answers"), [(False, []), (True, [""])])
def test_nothing_is_an_answer_where_it_means_something(host: QWidget, empty: bool, answers: list[str]) -> None:
    told: list[str] = []
    Prompter().ask_text(host, "Tags", "Tags:", "work", told.append, empty)
    [dialog] = host.findChildren(QInputDialog)
    dialog.setTextValue("  ")
    dialog.accept()
    assert told == answers


def test_a_name_gets_its_suffix_before_the_dialog_looks_for_the_file(host: QWidget, tmp_path: Path) -> None:
    told: list[Path] = []
    Prompter().save_file(host, "Export", str(tmp_path / "one"), ["Bundles (*.memcube)"], told.append, ".memcube")
    [dialog] = host.findChildren(QFileDialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("backup")
    assert [Path(name).name for name in dialog.selectedFiles()] == ["backup.memcube"]
