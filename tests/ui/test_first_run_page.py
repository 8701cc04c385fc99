"""The page of the first start."""

from pathlib import Path

import pytest
from page_desk import WAIT_MS, Desk, desk, look

from memos_desktop.ui.first_run.page import FirstRunPage

__all__ = ["desk", "look"]


@pytest.fixture
def page(desk: Desk) -> FirstRunPage:
    made = FirstRunPage(desk.context)
    desk.qtbot.addWidget(made)
    made.show()
    made.activate()
    desk.qtbot.waitUntil(lambda: "SmolLM2" in made.starter.text(), timeout=WAIT_MS)
    return made


def test_start_with_the_starter_and_a_name(page: FirstRunPage, desk: Desk) -> None:
    page.name.setText("  Sam ")
    with desk.qtbot.waitSignal(page.finished, timeout=WAIT_MS):
        page.start.click()
    value = desk.workspace.settings.value
    assert (value.first_run_done, value.user_name, value.model) == (True, "Sam", None)


def test_the_name_is_optional(page: FirstRunPage, desk: Desk) -> None:
    with desk.qtbot.waitSignal(page.finished, timeout=WAIT_MS):
        page.start.click()
    assert desk.workspace.settings.value.user_name == ""


def test_a_file_that_is_no_model_is_refused_before_anything_is_saved(
    page: FirstRunPage, desk: Desk, tmp_path: Path
) -> None:
    wrong = tmp_path / "letter.txt"
    wrong.write_text("Dear reader")
    desk.prompter.file = wrong
    page.file_button.click()
    assert page.other.isChecked() and page.file.text().endswith("letter.txt")
    page.start.click()
    desk.qtbot.waitUntil(page.problem.isVisible, timeout=WAIT_MS)
    assert page.start.isEnabled()
    assert not desk.workspace.settings.value.first_run_done
    page.starter.setChecked(True)
    assert not page.problem.isVisible()


def test_the_privacy_promise_is_made(page: FirstRunPage) -> None:
    from PySide6.QtWidgets import QLabel

    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "Nothing is sent anywhere" in said and "remembers across chats" in said
