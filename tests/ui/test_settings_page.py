"""The Settings page: what is set there is kept, and shown again."""

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look

from memos_desktop.app.events import Broadcast
from memos_desktop.app.settings import SchedulerMode, SettingsStore
from memos_desktop.engine.base import Sampling
from memos_desktop.memory.message import MemoryMode
from memos_desktop.ui.settings.memory import MODES
from memos_desktop.ui.settings.page import SettingsPage

__all__ = ["desk", "look"]


@pytest.fixture
def page(desk: Desk) -> SettingsPage:
    made = SettingsPage(desk.context)
    desk.qtbot.addWidget(made)
    made.show()
    made.activate()
    return made


def test_settings_persist(page: SettingsPage, desk: Desk) -> None:
    page.appearance.theme.chosen.emit("dark")
    page.appearance.motion.click()
    page.chat.enter.click()
    page.chat.memory.chosen.emit("read")
    page.chat.name.setText("Sam")
    page.chat.instructions.setPlainText("Answer briefly.")
    page.chat.save_text()
    page.answers.temperature.setValue(0.2)
    page.answers.seed.setValue(7)
    page.answers.top_k.setValue(0)
    page.model.context_length.setValue(4096)
    page.model.threads.setValue(2)
    page.model.gpu_layers.setValue(0)
    value = SettingsStore(desk.workspace.folder.settings, Broadcast()).value  # what the next start reads
    assert (value.theme, value.reduced_motion, value.send_with_enter) == ("dark", True, False)
    assert (value.user_name, value.instructions, value.memory_mode) == ("Sam", "Answer briefly.", MemoryMode.READ)
    assert value.sampling == Sampling(temperature=0.2, seed=7, top_k=0)
    assert (value.context_length, value.threads, value.gpu_layers) == (4096, 2, 0)


def test_the_scheduler_has_three_modes_and_a_time_budget(page: SettingsPage, desk: Desk) -> None:
    assert page.memory.scheduler.current() == "ask"
    page.memory.scheduler.chosen.emit("off")
    page.memory.seconds.setValue(2.5)
    value = SettingsStore(desk.workspace.folder.settings, Broadcast()).value
    assert (value.scheduler, value.memory_seconds) == (SchedulerMode.OFF, 2.5)
    off = MODES[SchedulerMode.OFF][1]
    desk.qtbot.waitUntil(lambda: page.memory.sentence.text() == off, timeout=WAIT_MS)
    desk.workspace.settings.change(scheduler=SchedulerMode.AUTOMATIC)
    desk.qtbot.waitUntil(lambda: page.memory.scheduler.current() == "automatic", timeout=WAIT_MS)
    assert "without asking" in page.memory.sentence.text()


def test_unused_memories_are_archived_after_a_time_or_never(page: SettingsPage, desk: Desk) -> None:
    assert page.memory.archive_after.value() == 180
    page.memory.archive_after.setValue(0)
    assert page.memory.archive_after.text() == "Never"
    assert desk.workspace.settings.value.archive_after_days == 0
    desk.workspace.settings.change(archive_after_days=60)
    desk.qtbot.waitUntil(lambda: page.memory.archive_after.value() == 60, timeout=WAIT_MS)


def test_what_was_set_elsewhere_is_shown(page: SettingsPage, desk: Desk) -> None:
    desk.workspace.settings.change(text_scale=1.5, theme="dark", sampling=Sampling(max_tokens=99))
    desk.qtbot.waitUntil(lambda: page.appearance.theme.current() == "dark", timeout=WAIT_MS)
    assert page.appearance.scale.currentText() == "150%"
    assert page.answers.most.value() == 99


def test_defaults_come_back(page: SettingsPage, desk: Desk) -> None:
    page.answers.temperature.setValue(1.5)
    desk.qtbot.waitUntil(page.answers.reset.isEnabled, timeout=WAIT_MS)
    page.answers.reset.click()
    desk.qtbot.waitUntil(lambda: page.answers.temperature.value() == Sampling().temperature, timeout=WAIT_MS)
    assert desk.workspace.settings.value.sampling == Sampling()


def test_typing_is_saved_without_a_button(page: SettingsPage, desk: Desk) -> None:
    page.chat.instructions.setPlainText("Speak plainly.")
    desk.qtbot.waitUntil(lambda: desk.workspace.settings.value.instructions == "Speak plainly.", timeout=WAIT_MS)
    page.chat.name.setText("Kim")
    page.hide()
    assert desk.workspace.settings.value.user_name == "Kim"


def test_the_data_section_counts_checks_and_backs_up(page: SettingsPage, desk: Desk) -> None:
    desk.add(cube("One."), cube("Two."))
    page.data.refresh()
    desk.qtbot.waitUntil(lambda: "2 memories, 0 chats, 0 messages" in page.data.counts.text(), timeout=WAIT_MS)
    page.data.check.click()
    desk.qtbot.waitUntil(lambda: page.data.health.text() == "Everything is in order.", timeout=WAIT_MS)
    page.data.backup.click()
    desk.wait_toast("Backup made")
    assert len(list(desk.workspace.folder.backups.iterdir())) == 1
    page.data.open.click()
    assert desk.prompter.said == [str(desk.workspace.folder.root)]


def test_every_field_has_a_name(page: SettingsPage) -> None:
    fields = (
        page.appearance.theme, page.appearance.scale, page.appearance.motion, page.chat.name,
        page.chat.instructions, page.chat.enter, page.chat.memory,
        page.memory.scheduler, page.memory.seconds, page.answers.temperature, page.model.threads,
    )  # fmt: skip
    assert all(field.accessibleName() for field in fields)
