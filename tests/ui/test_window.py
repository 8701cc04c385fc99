"""The window: opened before the data, filled after it, its commands, its panels, its refusals."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chat_desk import asleep
from page_desk import WAIT_MS, Answers, without_meaning
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memos_desktop.app.indexing import Indexing
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import VaultError
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.ui.application import Session
from memos_desktop.ui.tokens import DARK, LIGHT


def open_quickly(folder: DataFolder) -> Workspace:
    """A workspace whose index sleeps, with the echo model and the first run behind it."""
    workspace = Workspace.open(folder, embedder=without_meaning())
    workspace._indexing._unsubscribe()
    model = folder.root / "test.echo"
    model.touch()
    workspace.settings.change(model=str(model), first_run_done=True, theme="light", reduced_motion=True)
    return workspace


@pytest.fixture
def session(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session that has not opened its folder yet."""
    monkeypatch.setattr(Indexing, "nearest", asleep)
    monkeypatch.setattr(Indexing, "_open", lambda _self: None)
    made = Session(qapp, DataFolder(tmp_path / "data"), open_quickly, Answers())
    qtbot.addWidget(made.window)
    made.window.show()
    yield made
    made.window.close()
    made.close()


@pytest.fixture
def opened(session: Session, qtbot: QtBot) -> Session:
    """A session with its first page."""
    with qtbot.waitSignal(session.window.page_shown, timeout=WAIT_MS):
        session.open()
    return session


def action(session: Session, name: str) -> None:
    """Trigger a command of the menus."""
    session.window.actions_by_name.by_name[name].trigger()


def test_the_window_stands_before_the_data_is_open(session: Session) -> None:
    assert session.window.isVisible() and session.window.context is None
    assert not session.window.rail.isEnabled()
    assert not session.window.actions_by_name.by_name["new_chat"].isEnabled()


def test_the_data_is_opened_on_another_thread(session: Session, qtbot: QtBot) -> None:
    threads: list[str] = []
    quick = session._opener

    def noted(folder: DataFolder) -> Workspace:
        threads.append(threading.current_thread().name)
        return quick(folder)

    session._opener = noted
    with qtbot.waitSignal(session.window.page_shown, timeout=WAIT_MS):
        session.open()
    assert threads == ["open-workspace"]


def test_a_refusal_is_explained_and_can_be_tried_again(session: Session, qtbot: QtBot) -> None:
    quick = session._opener

    def locked(_folder: DataFolder) -> Workspace:
        raise VaultError("The data folder is used by process 4711.", "Close the other window.")

    session._opener = locked
    session.open()
    qtbot.waitUntil(lambda: hasattr(session.window.stack.currentWidget(), "again"), timeout=WAIT_MS)
    page = session.window.stack.currentWidget()
    assert "4711" in page.message.text() and "other window" in page.hint.text()
    session._opener = quick
    with qtbot.waitSignal(session.window.page_shown, timeout=WAIT_MS):
        page.again.click()
    assert not session.window.rail.isHidden()


@pytest.mark.parametrize(
    ("name", "title"),
    [("memory", "Memory"), ("models", "Models"), ("kept", "Kept states"), ("settings", "Settings")],
)
def test_pages_are_made_at_the_first_visit(opened: Session, name: str, title: str) -> None:
    window = opened.window
    assert list(window.pages) == ["chats"]
    action(opened, name)
    assert window.current_page() is window.pages[name]
    assert window.windowTitle().startswith(title)
    assert window.rail.buttons[name].isChecked()
    action(opened, "chats")
    assert window.current_page() is window.pages["chats"]


def test_new_chats_by_command(opened: Session) -> None:
    action(opened, "settings")
    action(opened, "temporary_chat")
    page = opened.window.pages["chats"]
    assert opened.window.current_page() is page and page.conversation.open.temporary
    action(opened, "new_chat")
    assert not page.conversation.open.temporary


def test_undo_takes_back_the_last_step_of_the_vault(opened: Session, qtbot: QtBot) -> None:
    library = opened.workspace.library
    library.add("The boat is called Lima").result(WAIT_MS / 1000)
    undo = opened.window.actions_by_name.by_name["undo"]
    qtbot.waitUntil(undo.isEnabled, timeout=WAIT_MS)
    undo.trigger()
    qtbot.waitUntil(lambda: any("Undone" in toast.text for toast in opened.window.toasts.shown), timeout=WAIT_MS)
    assert library.counts().result(WAIT_MS / 1000).cubes == 0
    opened.window.toasts.shown[-1].action.click()
    qtbot.waitUntil(lambda: library.counts().result(WAIT_MS / 1000).cubes == 1, timeout=WAIT_MS)


def test_undo_in_a_text_field_stays_there(opened: Session, qtbot: QtBot) -> None:
    library = opened.workspace.library
    library.add("The boat is called Lima").result(WAIT_MS / 1000)
    undo = opened.window.actions_by_name.by_name["undo"]
    qtbot.waitUntil(undo.isEnabled, timeout=WAIT_MS)
    field = opened.window.pages["chats"].composer.field
    field.setFocus()
    QTest.keyClicks(field, "typed")
    undo.trigger()
    assert field.toPlainText() == ""
    assert library.counts().result(WAIT_MS / 1000).cubes == 1


def test_settings_reach_the_theme(opened: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.theme.changed, timeout=WAIT_MS):
        opened.workspace.settings.change(theme="dark")
    assert opened.theme.tokens == DARK
    with qtbot.waitSignal(opened.theme.changed, timeout=WAIT_MS):
        action(opened, "larger")
    assert opened.theme.scale > 1
    with qtbot.waitSignal(opened.theme.changed, timeout=WAIT_MS):
        opened.workspace.settings.change(theme="light", text_scale=1.0)
    assert opened.theme.tokens == LIGHT


def test_the_palette_runs_a_command(opened: Session) -> None:
    palette = opened.window.palette_panel
    action(opened, "palette")
    assert palette.isVisible()
    QTest.keyClicks(palette.field, "temporary")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isHidden()
    assert opened.window.pages["chats"].conversation.open.temporary


def test_the_palette_finds_chats(opened: Session, qtbot: QtBot) -> None:
    page = opened.window.pages["chats"]
    page.composer.set_text("Talk about volcanoes")
    page.composer.send.click()
    qtbot.waitUntil(lambda: not page.conversation.runner.running and bool(page.conversation.open.id), timeout=WAIT_MS)
    chat = page.conversation.open.id
    page.new_chat()
    palette = opened.window.palette_panel
    action(opened, "palette")
    QTest.keyClicks(palette.field, "volcanoes chat")
    qtbot.waitUntil(lambda: palette.list.count() == 1, timeout=WAIT_MS)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.conversation.open.id == chat, timeout=WAIT_MS)


def test_the_inspector_belongs_to_its_page(opened: Session) -> None:
    window = opened.window
    assert window.panel.isHidden()
    action(opened, "inspector")
    assert not window.panel.isHidden() and window.panel.currentWidget() is window.pages["chats"].panel
    action(opened, "models")
    assert window.panel.isHidden()
    action(opened, "chats")
    assert not window.panel.isHidden()


def test_a_job_is_shown_and_can_be_cancelled(opened: Session, qtbot: QtBot) -> None:
    started, release = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        progress.on_cancel(release.set)
        started.set()
        release.wait(WAIT_MS / 1000)
        progress.check()

    job = opened.workspace.jobs.start("Counting", opened.workspace.models._files, work)
    bar = opened.window.jobs
    qtbot.waitUntil(lambda: job.id in bar.rows, timeout=WAIT_MS)
    assert not bar.isHidden() and bar.rows[job.id].title.text() == "Counting"
    bar.rows[job.id].stop.click()
    qtbot.waitUntil(lambda: job.id not in bar.rows, timeout=WAIT_MS)
    assert job.state == "cancelled"


def test_a_failed_job_says_why_until_it_is_dismissed(opened: Session, qtbot: QtBot) -> None:
    def work(_progress: Progress) -> None:
        raise VaultError("The disk is full.", "Make room.")

    job = opened.workspace.jobs.start("Copying", opened.workspace.models._files, work)
    bar = opened.window.jobs
    qtbot.waitUntil(lambda: job.id in bar.rows and bar.rows[job.id].job.state == "failed", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "Make room." in bar.rows[job.id].detail.full_text(), timeout=WAIT_MS)
    bar.rows[job.id].stop.click()
    assert job.id not in bar.rows


def test_importing_reports_skipped_lines(opened: Session, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "turns.jsonl"
    path.write_text("not json\n", encoding="utf-8")
    opened.window.prompter.file = path
    action(opened, "import_turns")
    qtbot.waitUntil(lambda: any("skipped" in toast.text for toast in opened.window.toasts.shown), timeout=WAIT_MS)
    opened.window.toasts.shown[-1].action.click()
    assert "Skipped lines" in opened.window.prompter.said


def test_the_status_bar_says_where_things_stand(opened: Session, qtbot: QtBot) -> None:
    status = opened.window.status
    assert "Nothing leaves this computer" in status.private.text()
    qtbot.waitUntil(lambda: status.model.text().strip() == "test", timeout=WAIT_MS)
    state = opened.workspace.models.state
    status.show_model(replace(state, status="failed", error=VaultError("No.", "Do this.")))
    assert "did not load" in status.model.text() and "Do this." in status.model.toolTip()


def test_every_command_has_a_key_or_a_menu_and_no_key_twice(opened: Session) -> None:
    seen: dict[str, str] = {}
    for name, one in opened.window.actions_by_name.by_name.items():
        for keys in one.shortcuts():
            text = keys.toString()
            assert text not in seen, f"{text} is used by {seen.get(text)} and {name}"
            seen[text] = name
    assert {"Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4", "Ctrl+5", "Ctrl+K", "Ctrl+N", "Ctrl+Shift+N", "Ctrl+F"} <= set(seen)


def test_a_bug_is_told_and_the_window_goes_on(opened: Session, qtbot: QtBot) -> None:
    opened.bridge.report_bug(ZeroDivisionError("x"))
    assert any("in the program itself" in toast.text for toast in opened.window.toasts.shown)
    action(opened, "settings")
    assert opened.window.rail.buttons["settings"].isChecked()


def test_a_memory_from_anywhere_is_attached_in_the_chat(opened: Session, qtbot: QtBot) -> None:
    assert opened.workspace is not None
    cube = opened.workspace.library.add("The boat is called Lima").result(WAIT_MS / 1000)
    action(opened, "memory")
    opened.window.navigator.attach.emit((cube,))
    page = opened.window.pages["chats"]
    assert opened.window.current_page() is page
    assert page.attachments.ids == (cube.id,)
    assert [chip.text() for chip in page.composer.attached.chips] == ["The boat is called Lima"]


def test_attaching_is_a_command_with_a_key(opened: Session) -> None:
    action(opened, "memory")
    action(opened, "attach")
    page = opened.window.pages["chats"]
    assert opened.window.current_page() is page and page.picker.isVisible()
    assert opened.window.actions_by_name.by_name["attach"].shortcut().toString() == "Ctrl+Shift+A"


def test_closing_with_something_unsaved_asks_first(opened: Session, qtbot: QtBot) -> None:
    cube = opened.workspace.library.add("The boat is called Lima").result(WAIT_MS / 1000)
    window = opened.window
    window.navigator.cube.emit(cube.id)
    panel = window.pages["memory"].panel
    qtbot.waitUntil(lambda: panel.details is not None, timeout=WAIT_MS)
    panel.content.text.setPlainText("The boat is called Dora")
    asked: list[tuple[str, Callable[[], None]]] = []
    window.prompter.confirm = lambda _window, _title, text, _accept, then, danger: asked.append((text, then))
    assert not window.close()
    [(text, give_up)] = asked
    assert text == "What you typed into “The boat is called Lima” is not saved." and window.isVisible()
    with qtbot.waitSignal(window.closed, timeout=WAIT_MS):
        give_up()
    assert len(asked) == 1 and not window.isVisible()
