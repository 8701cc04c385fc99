"""The Models page with the real catalogue and a file that is no model."""

from pathlib import Path

import pytest
from page_desk import WAIT_MS, Desk, desk, look

from memos_desktop.app.jobs import Job, JobState
from memos_desktop.app.models import ModelState
from memos_desktop.engine.base import ModelInfo
from memos_desktop.errors import ModelError
from memos_desktop.progress import ProgressState
from memos_desktop.ui.models import words
from memos_desktop.ui.models.page import ModelsPage

__all__ = ["desk", "look"]
INFO = ModelInfo("Tiny", "/models/tiny.gguf", "ab" * 32, "llama.cpp", "llama", 134_515_008, 98_362_432, 4096, 8192)


@pytest.fixture
def page(desk: Desk) -> ModelsPage:
    made = ModelsPage(desk.context)
    desk.qtbot.addWidget(made)
    made.show()
    made.activate()
    desk.qtbot.waitUntil(lambda: len(made.rows) >= 2 and bool(made.hardware.text()), timeout=WAIT_MS)
    return made


def test_hardware_and_catalogue_are_shown(page: ModelsPage) -> None:
    assert "core" in page.hardware.text() and "memory free" in page.hardware.text()
    starter = page.rows["smollm2-135m"]
    assert starter.entry.state == "ready" and starter.action.text() == "Use"
    assert starter.fits.text()
    others = [row for name, row in page.rows.items() if row.entry.state == "available"]
    assert others and all(row.action.text() == "Download" for row in others)
    assert all("From " in row.action.toolTip() for row in others)


def test_a_file_that_is_no_model_says_why_and_what_next(page: ModelsPage, desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"this is no model" * 100)
    desk.prompter.file = broken
    page.open_button.click()
    desk.qtbot.waitUntil(lambda: page.current.badge.text() == "Could not be loaded", timeout=WAIT_MS)
    assert desk.workspace.models.state.error is not None
    assert page.current.heading.text() == "broken.gguf"
    assert desk.workspace.settings.value.model is None
    assert desk.toasts() == []  # the card has said it


def test_trying_again_loads_the_same_file(page: ModelsPage, desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no")
    tried: list[str] = []
    use = desk.workspace.models.use

    def noted(name: str) -> Job:
        tried.append(name)
        return use(name)

    desk.workspace.models.use = noted
    page.use(str(broken))
    desk.qtbot.waitUntil(lambda: page.current.badge.text() == "Could not be loaded", timeout=WAIT_MS)
    page.current.retry_wanted.emit()
    assert tried == [str(broken), str(broken)]


def test_a_loaded_model_shows_its_facts(page: ModelsPage) -> None:
    page._on_state(ModelState("ready", "Tiny", INFO))
    facts = page.current.facts
    assert facts["SHA-256"] == INFO.sha256
    assert facts["Context"] == "4,096 tokens (trained with 8,192)"
    assert facts["Size"] == "98.4 MB, 135 M parameters"
    assert page.current.unload.isVisible()


def test_loading_shows_how_far_it_is(page: ModelsPage) -> None:
    page._on_state(ModelState("loading", "Tiny", fraction=0.4))
    assert page.current.bar.isVisible() and page.current.bar.value() == 400
    page._on_state(ModelState("failed", "Tiny", error=ModelError("Too large.", "Choose a smaller one.")))
    assert not page.current.bar.isVisible()


def test_a_download_is_followed_and_can_be_cancelled(page: ModelsPage, desk: Desk) -> None:
    row = next(row for row in page.rows.values() if row.entry.state == "available")
    job = Job(7, "Downloading", JobState.RUNNING)
    cancelled: list[bool] = []
    job.cancel = lambda: cancelled.append(True)
    desk.workspace.models.download = lambda name: job
    row.action.click()
    assert row.action.text() == "Cancel" and row.bar.isVisible()
    job.progress = ProgressState(30, 100, "30 of 100 MB")
    desk.workspace.jobs.publish(job)
    desk.qtbot.waitUntil(lambda: row.bar.value() == 300, timeout=WAIT_MS)
    row.action.click()
    assert cancelled == [True]
    job.state = JobState.CANCELLED
    desk.workspace.jobs.publish(job)
    desk.qtbot.waitUntil(lambda: row.action.text() == "Download", timeout=WAIT_MS)
    assert not row.bar.isVisible()


@pytest.mark.parametrize(
    ("count", "said"), [(0, ""), (134_515_008, "135 M parameters"), (1_777_088_000, "1.8 B parameters")]
)
def test_parameter_counts(count: int, said: str) -> None:
    assert words.parameters(count) == said
