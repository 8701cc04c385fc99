"""What arrives late belongs to the memory that it was asked for, not to the one that is shown by then."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
from operators_desk import Operating, operating
from page_desk import WAIT_MS, Desk, cube, desk, look

from memos_desktop.errors import MemosError, UserError, VaultError
from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.ui.cubes import expire_panel
from memos_desktop.ui.cubes.beside import _same
from memos_desktop.ui.widgets import EmptyState

__all__ = ["desk", "look", "operating"]


@contextmanager
def busy(desk: Desk) -> Iterator[None]:
    """The vault is at work: what is asked of it inside waits for the end of this block."""
    started, gate = threading.Event(), threading.Event()

    def work(_vault: object) -> None:
        started.set()
        gate.wait(WAIT_MS / 1000)

    desk.workspace._store.read(work)
    started.wait(WAIT_MS / 1000)
    try:
        yield
    finally:
        gate.set()


def failing(error: MemosError) -> "Future[object]":
    """A future with this error."""
    made: Future[object] = Future()
    made.set_exception(error)
    return made


# panels


def test_the_end_of_a_forget_leaves_the_keyboard_where_it_is(operating: Operating) -> None:
    one = cube("The boat is called Lima.")
    operating.opened(one)
    operating.select(one)
    operating.page.commands.run("forget", [one])
    panel = operating.previewed("forget")
    panel.forget_button.click()
    operating.page.filters.field.setFocus()
    operating.until(lambda: panel.report is not None)
    assert operating.page.filters.field.hasFocus()


def test_expiring_that_ends_late_leaves_the_panel_open_for_others(
    operating: Operating, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expire_panel, "SHORT", 0)  # every selection is a job
    one, other = cube("One."), cube("Other.")
    operating.opened(one, other)
    operating.page.commands.run("expire", [one])
    panel = operating.panel("expire")
    with busy(operating.desk):
        panel.buttons["week"].click()
        panel.close_panel()
        operating.page.commands.run("expire", [other])
    operating.desk.wait_toast("Will expire on")
    assert operating.page.slot.panel is panel and panel.buttons["week"].isEnabled()


def test_a_refused_expiry_is_told_though_the_panel_was_closed(operating: Operating) -> None:
    one = cube("One.")
    operating.opened(one)
    operating.page.commands.run("expire", [one])
    panel = operating.panel("expire")
    with busy(operating.desk):
        operating.desk.workspace.library.freeze([one.id], True)
        panel.buttons["week"].click()
        panel.close_panel()
    operating.desk.wait_toast("frozen")


# the inspector


def shown(operating: Operating, cube_id: str) -> None:
    """Show this memory in the inspector."""
    panel = operating.page.panel
    operating.page.open_item(cube_id)
    operating.until(lambda: panel.details is not None and panel.details.cube.id == cube_id)


def test_a_priority_belongs_to_the_memory_that_it_was_typed_for(operating: Operating) -> None:
    one, other = cube("One."), cube("Other.")
    operating.opened(one, other)
    shown(operating, one.id)
    header = operating.page.panel.header
    header.fields.priority.setValue(5)
    shown(operating, other.id)
    operating.desk.wait_toast("Priority: 5")
    assert operating.now(one).governance.priority == 5 and operating.now(other).governance.priority == 0
    assert header.fields.priority.value() == 0


def test_a_project_belongs_to_the_memory_that_it_was_typed_for(operating: Operating) -> None:
    one, other = cube("One."), cube("Other.")
    operating.opened(one, other)
    shown(operating, one.id)
    panel = operating.page.panel
    panel.tabs.setCurrentWidget(panel.header)
    panel.header.fields.project.setFocus()
    panel.header.fields.project.setText("Boat")
    panel.header.fields.project.setModified(True)
    shown(operating, other.id)
    operating.desk.wait_toast("Project: Boat")
    assert operating.now(one).governance.project == "Boat" and operating.now(other).governance.project is None
    assert panel.header.fields.project.text() == ""


def test_what_is_gone_is_said_of_the_memory_that_is_gone(operating: Operating) -> None:
    one = cube("One.")
    operating.opened(one)
    shown(operating, one.id)
    content = operating.page.panel.content
    content.text.setPlainText("Mine.")
    operating.page.open_item("01m85pdzan062kpnfpp8")
    operating.desk.wait_toast("There is no memory")
    assert content.notice.isHidden() and content.save_button.isEnabled()
    assert operating.page.beside.shown_id == one.id and operating.page.selection.ids == (one.id,)


def test_a_vault_that_cannot_be_read_is_not_a_memory_that_is_gone(
    operating: Operating, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = cube("One.")
    operating.opened(one)
    shown(operating, one.id)
    content = operating.page.panel.content
    content.text.setPlainText("Mine.")
    with monkeypatch.context() as broken:
        library = operating.desk.workspace.library
        broken.setattr(library, "details", lambda _id: failing(VaultError("The disk is busy.")))
        operating.page.beside.reload()
        operating.desk.wait_toast("The disk is busy.")
    assert content.notice.isHidden() and content.save_button.isEnabled()
    assert operating.page.beside.shown_id == one.id


def test_a_memory_that_is_missed_late_does_not_disturb_the_next(operating: Operating) -> None:
    one = cube("One.")
    operating.opened(one)
    with busy(operating.desk):
        operating.page.open_item("01m85pdzan062kpnfpp8")
        operating.page.open_item(one.id)
    operating.until(lambda: operating.page.panel.details is not None)
    assert operating.page.beside.shown_id == one.id


# what is selected


def test_a_selection_that_the_filter_hides_is_gone_from_the_inspector_and_from_the_verbs(operating: Operating) -> None:
    one, two, three = cube("One."), cube("Two."), cube("Seagrass.")
    operating.opened(one, two, three)
    shown(operating, one.id)
    operating.select(one, two)
    page = operating.page
    operating.until(lambda: page.panel.shows_many and page.commands._chosen.count == 2)
    with operating.desk.qtbot.waitSignal(page.inspector_wanted, timeout=WAIT_MS) as wanted:
        page.filters.set(CubeFilter(text="seagrass"))
    assert wanted.args == [False] and not page.panel.shows_many
    assert page.commands.fitting == frozenset()
    page.panel.many._run((), "tag", "Tags changed", {"add": ("late",)})
    assert operating.desk.toasts()[-1] == "Nothing is selected any more."


def test_a_hidden_inspector_stays_hidden_while_the_selection_is_the_same(operating: Operating) -> None:
    one, two = cube("One."), cube("Two.")
    operating.opened(one, two)
    operating.select(one)
    wishes: list[bool] = []
    operating.page.inspector_wanted.connect(wishes.append)
    operating.page.table.picked.emit()  # as when a page of rows arrives
    assert wishes == []
    operating.select(two)
    assert wishes == [True]
    operating.select(one, two)
    wishes.clear()
    operating.page.table.picked.emit()
    assert wishes == []


def test_more_ids_of_the_same_long_selection_are_no_other_selection() -> None:
    assert _same((9, ("a",)), (9, ("b", "a"))) and _same((1, ("a",)), (1, ("a",)))
    assert not _same((1, ("a",)), (1, ("b",))) and not _same((1, ("a",)), (2, ("a",)))


def test_an_inspector_without_a_selection_says_so(operating: Operating) -> None:
    one = cube("One.")
    operating.opened(one)
    panel = operating.page.panel
    nothing = panel._stack.currentWidget()
    assert isinstance(nothing, EmptyState) and nothing.title.text() == "No memory selected"
    shown(operating, one.id)
    assert panel._stack.currentWidget() is not nothing
    operating.page.panel.closed.emit()
    assert panel._stack.currentWidget() is nothing


def test_no_verb_is_offered_while_the_past_is_shown(operating: Operating) -> None:
    one = cube("One.")
    operating.opened(one)
    operating.select(one)
    page = operating.page
    operating.until(lambda: "archive" in page.commands.fitting)
    page.time.enter()
    assert page.commands.fitting == frozenset() and not page.commands.actions["archive"].isEnabled()
    operating.until(lambda: page.panel.details is not None)  # what arrives late changes nothing about it
    assert page.commands.fitting == frozenset()
    page.time.leave()
    assert "archive" in page.commands.fitting
    page.time.enter()
    shown(operating, one.id)  # what is opened from elsewhere is of now
    assert page.views.isVisible() and "archive" in page.commands.fitting


# saving


def wait_saved(operating: Operating, one: Cube, text: str) -> None:
    """Wait until the vault has this text."""
    operating.until(lambda: operating.now(one).text == text)


def test_the_reason_of_a_refused_save_stays_until_the_next_edit(
    operating: Operating, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = cube("One.")
    operating.opened(one)
    shown(operating, one.id)
    content = operating.page.panel.content
    content.text.setPlainText("Mine.")
    library = operating.desk.workspace.library
    with monkeypatch.context() as full:
        full.setattr(library, "revise", lambda *_, **__: failing(VaultError("The disk is full.")))
        with operating.desk.qtbot.waitSignal(operating.page.panel.shown, timeout=WAIT_MS):  # it is read again
            content.save()
    assert content.notice.text == "The disk is full." and content.save_button.isEnabled()
    content.text.setPlainText("Mine, again.")
    assert content.notice.text == ""
    content.save()
    wait_saved(operating, one, "Mine, again.")


def test_a_save_that_ends_late_leaves_what_is_typed_into_the_next_memory(operating: Operating) -> None:
    one, other = cube("One."), cube("Other.")
    operating.opened(one, other)
    shown(operating, one.id)
    content = operating.page.panel.content
    content.text.setPlainText("Mine.")
    with busy(operating.desk):
        content.save()
        operating.page.open_item(other.id)
    operating.until(lambda: content.text.toPlainText() == "Other.")
    content.text.setPlainText("Also mine.")
    wait_saved(operating, one, "Mine.")
    operating.desk.qtbot.waitUntil(lambda: not content._saving, timeout=WAIT_MS)
    assert content.text.toPlainText() == "Also mine." and content.dirty
    assert not any("is not saved yet" in said for said in operating.desk.toasts())
    shown(operating, one.id)
    assert content.text.toPlainText() == "Mine." and content.notice.isHidden()


def test_a_save_that_is_refused_late_is_told_and_its_text_waits(operating: Operating) -> None:
    one, other = cube("One."), cube("Other.")
    operating.opened(one, other)
    shown(operating, one.id)
    content = operating.page.panel.content
    content.text.setPlainText("Mine.")
    with busy(operating.desk):
        operating.desk.workspace.library.freeze([one.id], True)
        content.save()
        operating.page.open_item(other.id)
    operating.desk.wait_toast("What you typed into “One.” is not saved yet")
    assert any("frozen" in said for said in operating.desk.toasts())
    shown(operating, one.id)
    assert content.text.toPlainText() == "Mine."


def test_what_is_typed_while_a_save_runs_is_no_conflict_with_oneself(operating: Operating) -> None:
    one = cube("One.")
    operating.opened(one)
    shown(operating, one.id)
    content = operating.page.panel.content
    content.text.setPlainText("Mine.")
    with busy(operating.desk):
        content.save()
        content.text.setPlainText("Mine, and more.")
    wait_saved(operating, one, "Mine.")
    operating.until(lambda: content._cube is not None and content._cube.version == 2)
    assert content.text.toPlainText() == "Mine, and more." and content.notice.isHidden()
    content.save()
    wait_saved(operating, one, "Mine, and more.")


def test_refused_tags_stay_in_the_field_with_the_reason(
    operating: Operating, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = cube("One.")
    operating.opened(one)
    shown(operating, one.id)
    content = operating.page.panel.content
    content.tags.setText("boat")
    library = operating.desk.workspace.library
    monkeypatch.setattr(library, "tag", lambda *_, **__: failing(VaultError("The disk is full.")))
    content.save()
    operating.until(lambda: content.notice.text == "The disk is full.")
    assert content.tags.text() == "boat"


def test_the_page_tells_what_would_be_lost(operating: Operating) -> None:
    one, other = cube("One."), cube("Other.")
    operating.opened(one, other)
    assert operating.page.unsaved() == ""
    shown(operating, one.id)
    operating.page.panel.content.text.setPlainText("Mine.")
    shown(operating, other.id)
    assert operating.page.unsaved() == "What you typed into “One.” is not saved."
    operating.page.panel.content.text.setPlainText("Also mine.")
    operating.page.open_form()
    operating.page.form.text.setPlainText("A third.")
    said = "What you typed into “One.” and “Other.” and the form for a new memory is not saved."
    assert operating.page.unsaved() == said


def test_a_refused_new_memory_can_be_added_again(operating: Operating, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> str:
        raise UserError("This text is too long.")

    operating.opened(cube("One."))
    form = operating.page.form
    operating.page.open_form()
    form.text.setPlainText("A long story.")
    with monkeypatch.context() as full:
        full.setattr("memos_desktop.app.library.checked", refuse)
        form.save()
        operating.desk.wait_toast("This text is too long.")
    assert form.save_button.isEnabled()
    form.save()
    operating.desk.wait_toast("Remembered")
