"""The Memory page on a real vault."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter

from memos_desktop.memory.cube import CubeFilter, Governance, SemanticType, State
from memos_desktop.ui.cubes.empty import Empty
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.cubes.pages import PAGE
from memos_desktop.ui.cubes.table import FOLLOWED

__all__ = ["desk", "look"]


@pytest.fixture
def page(desk: Desk) -> Iterator[MemoryPage]:
    made = MemoryPage(desk.context)
    window = QSplitter()
    window.addWidget(made)
    window.addWidget(made.inspector())
    desk.qtbot.addWidget(window)
    window.resize(1200, 700)
    with desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield made


def opened(page: MemoryPage, desk: Desk) -> None:
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()


def show(page: MemoryPage, desk: Desk, cube_id: str) -> None:
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda shown: shown == cube_id):
        page.open_item(cube_id)


def titles(page: MemoryPage) -> list[str]:
    return [cube.title for _, cube in sorted(page.cubes.kept(), key=lambda pair: pair[0])]


def test_an_empty_vault_says_what_to_do(page: MemoryPage, desk: Desk) -> None:
    opened(page, desk)
    state = page.empty[Empty.NOTHING]
    assert page.stack.currentWidget() is state
    state.button.click()
    assert page.form.isVisible()


def test_a_memory_is_added_by_hand_and_shown(page: MemoryPage, desk: Desk) -> None:
    opened(page, desk)
    page.open_form()
    page.form.text.setPlainText("Ana lives in Lisbon.")
    page.form.tags.setText("family, #portugal,")
    page.form.type.setCurrentIndex(page.form.type.findData(SemanticType.FACT))
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS):
        page.form.save_button.click()
    assert page.panel.details is not None
    added = page.panel.details.cube
    assert (added.text, added.tags) == ("Ana lives in Lisbon.", ("family", "portugal"))
    assert not page.form.isVisible()
    desk.wait_toast("Remembered")


def test_an_edit_makes_a_new_version_and_keeps_the_old_one(page: MemoryPage, desk: Desk) -> None:
    first = cube("The boiler is serviced in March.")
    desk.add(first)
    opened(page, desk)
    show(page, desk, first.id)
    content = page.panel.content
    content.text.setPlainText("The boiler is serviced in April.")
    content.reason.setText("The engineer said so")
    assert content.dirty and content.save_button.isEnabled()
    content.text.setFocus()
    QTest.keyClick(content.text, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: page.panel.details.cube.version == 2, timeout=WAIT_MS)
    versions = page.panel.details.versions
    assert {one.text for one in versions} == {
        "The boiler is serviced in March.",
        "The boiler is serviced in April.",
    }
    assert page.panel.details.cube.reason == "The engineer said so"
    assert not content.dirty and not content.save_button.isVisible()


def test_a_change_by_others_is_never_overwritten(page: MemoryPage, desk: Desk) -> None:
    first = cube("Ana lives in Lisbon.")
    desk.add(first)
    opened(page, desk)
    show(page, desk, first.id)
    content = page.panel.content
    content.text.setPlainText("Ana lives in Faro.")
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS):
        desk.result(desk.workspace.library.revise(first.id, text="Ana lives in Porto."))
    assert "Version 2 was saved meanwhile" in content.notice.text
    assert content.text.toPlainText() == "Ana lives in Faro."
    content._keep_mine()
    desk.qtbot.waitUntil(lambda: page.panel.details.cube.version == 3, timeout=WAIT_MS)
    assert [one.text for one in sorted(page.panel.details.versions, key=lambda one: one.version)] == [
        "Ana lives in Lisbon.",
        "Ana lives in Porto.",
        "Ana lives in Faro.",
    ]


def test_what_is_typed_waits_while_another_memory_is_read(page: MemoryPage, desk: Desk) -> None:
    first, second = cube("One."), cube("Two.")
    desk.add(first, second)
    opened(page, desk)
    show(page, desk, first.id)
    content = page.panel.content
    content.text.setPlainText("One, changed.")
    show(page, desk, second.id)
    assert content.text.toPlainText() == "Two." and not content.dirty
    desk.wait_toast("is not saved yet")
    show(page, desk, first.id)
    assert content.text.toPlainText() == "One, changed." and content.dirty
    content.discard_button.click()
    assert content.text.toPlainText() == "One." and not content.dirty


def test_an_old_version_comes_back_as_a_new_one(page: MemoryPage, desk: Desk) -> None:
    first = cube("One.")
    desk.add(first)
    desk.result(desk.workspace.library.revise(first.id, text="Two."))
    opened(page, desk)
    show(page, desk, first.id)
    old = next(one for one in page.panel.details.versions if one.version == 1)
    page.panel.history.restore_wanted.emit(old)
    desk.qtbot.waitUntil(lambda: page.panel.details.cube.version == 3, timeout=WAIT_MS)
    assert page.panel.details.cube.text == "One."
    assert page.panel.details.cube.reason == "Restored from version 1"


def test_a_frozen_memory_cannot_be_typed_into(page: MemoryPage, desk: Desk) -> None:
    first = cube("Fixed.", frozen=True)
    desk.add(first)
    opened(page, desk)
    show(page, desk, first.id)
    assert page.panel.content.text.isReadOnly()
    assert "frozen" in page.panel.content.notice.text
    assert not page.commands.actions["bin"].isEnabled()
    assert page.commands.actions["unfreeze"].isEnabled()


def test_delete_goes_to_the_bin_and_undo_brings_it_back(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("Keep me."), cube("Bin me."))
    opened(page, desk)
    wanted = next(row for row, one in page.cubes.kept() if one.title == "Bin me.")
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS):
        page.table.selectRow(wanted)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert titles(page) == ["Keep me."]
    desk.wait_toast("Moved to the bin: 1 memory")
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        desk.undo_last()
    assert set(titles(page)) == {"Keep me.", "Bin me."}


def test_the_bin_is_a_view_of_its_own(page: MemoryPage, desk: Desk) -> None:
    first = cube("Bin me.")
    desk.add(first)
    desk.result(desk.workspace.library.bin([first.id]))
    opened(page, desk)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.filters.bin.click()
    assert titles(page) == ["Bin me."]
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS):
        page.table.selectRow(0)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.commands.run_selected("unbin")
    assert page.stack.currentWidget() is page.empty[Empty.BIN]
    assert desk.result(desk.workspace.library.cube(first.id)).binned is None


def test_several_are_tagged_in_one_step(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("A.", tags=("x", "y")), cube("B.", tags=("x",)))
    opened(page, desk)
    page.table.selectAll()
    desk.qtbot.waitUntil(lambda: page.table.selected_count() == 2, timeout=WAIT_MS)
    desk.prompter.text = "x, new"
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.commands.run_selected("tag")
    assert desk.prompter.said[-1].endswith(": x")
    assert {one.title: set(one.tags) for _, one in page.cubes.kept()} == {
        "A.": {"x", "y", "new"},
        "B.": {"x", "new"},
    }
    desk.wait_toast("Tags changed: 2 memories")


@pytest.mark.parametrize(
    ("verb", "holds"),
    [
        ("pin", lambda one: one.pinned),
        ("freeze", lambda one: one.frozen),
        ("archive", lambda one: one.state is State.ARCHIVED),
    ],
)
def test_each_verb_is_done_and_undone(page: MemoryPage, desk: Desk, verb: str, holds: object) -> None:
    first = cube("One.")
    desk.add(first)
    opened(page, desk)
    show(page, desk, first.id)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.commands.run(verb, [first])
    assert holds(page.cubes.cube_at(0))
    desk.wait_toast("1 memory")
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        desk.undo_last()
    assert not holds(page.cubes.cube_at(0))


def test_a_proposal_is_shown_and_kept(page: MemoryPage, desk: Desk) -> None:
    first = cube("Always answer in German.", pinned=True, governance=Governance(proposed=True))
    desk.add(first, cube("Plain."))
    opened(page, desk)
    desk.qtbot.waitUntil(lambda: page.proposals.isVisible(), timeout=WAIT_MS)
    assert [one.id for one in page.proposals.cubes] == [first.id]
    page.commands.run("confirm", page.proposals.cubes)
    desk.qtbot.waitUntil(lambda: not page.proposals.isVisible(), timeout=WAIT_MS)
    kept = desk.result(desk.workspace.library.cube(first.id))
    assert kept.pinned and not kept.governance.proposed
    desk.wait_toast("Kept: 1 memory")


def test_everything_selected_means_also_what_was_never_scrolled_to(page: MemoryPage, desk: Desk) -> None:
    desk.add(*(cube(f"Note {n}") for n in range(2 * PAGE + 50)))
    opened(page, desk)
    page.table.selectAll()
    desk.qtbot.waitUntil(lambda: page.commands.actions["archive"].isEnabled(), timeout=WAIT_MS)
    page.commands.run_selected("archive")
    desk.wait_toast(f"{2 * PAGE + 50} memories")
    archived = desk.result(desk.workspace.library.page(CubeFilter(state=State.ARCHIVED), 0, 1))
    assert archived.total == 2 * PAGE + 50


def test_a_memory_that_the_filter_hides_can_still_be_changed(page: MemoryPage, desk: Desk) -> None:
    hidden = cube("Green tea.")
    desk.add(hidden, cube("Black coffee."))
    opened(page, desk)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.filters.set(CubeFilter(text="coffee"))
    show(page, desk, hidden.id)
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS):
        page.commands.actions["pin"].trigger()
    assert page.panel.details.cube.pinned


def test_filters_work_together_and_can_be_cleared(page: MemoryPage, desk: Desk) -> None:
    desk.add(
        cube("Green tea.", tags=("drink",), pinned=True),
        cube("Black tea.", tags=("drink",)),
        cube("Green paint.", tags=("house",)),
    )
    opened(page, desk)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.filters.field.setText("green")
    assert set(titles(page)) == {"Green tea.", "Green paint."}
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.filters.set(replace(page.filters.wanted, tag="drink"))
    assert titles(page) == ["Green tea."]
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.filters.set(CubeFilter(text="nothing like this"))
    assert page.stack.currentWidget() is page.empty[Empty.NO_MATCH]
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.empty[Empty.NO_MATCH].button.click()
    assert len(titles(page)) == 3 and not page.filters.clear_button.isVisible()


def test_what_others_write_appears(page: MemoryPage, desk: Desk) -> None:
    opened(page, desk)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        desk.result(desk.workspace.library.add("From a chat."))
    assert titles(page) == ["From a chat."]


def test_a_hidden_page_reads_again_when_it_is_visited(page: MemoryPage, desk: Desk) -> None:
    opened(page, desk)
    page.hide()
    desk.result(desk.workspace.library.add("Meanwhile."))
    desk.qtbot.waitUntil(lambda: page._stale, timeout=WAIT_MS)
    assert titles(page) == []
    page.show()
    opened(page, desk)
    assert titles(page) == ["Meanwhile."]


def test_the_keyboard_goes_from_search_to_table_to_text(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("One."))
    opened(page, desk)
    page.search()
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS):
        QTest.keyClick(page.filters.field, Qt.Key.Key_Down)
    with desk.qtbot.waitSignal(page.table.opened, timeout=WAIT_MS):
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    with desk.qtbot.waitSignal(page.inspector_wanted, timeout=WAIT_MS, check_params_cb=lambda on: not on):
        QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.table.selected_count() == 0


def test_every_control_has_a_name(page: MemoryPage, desk: Desk) -> None:
    desk.add(cube("One."))
    opened(page, desk)
    for widget in (page.table, page.filters.field, page.filters.kind, page.filters.pinned, page.form.text):
        assert widget.accessibleName()
    assert page.cubes.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Plaintext"


@pytest.mark.parametrize("selected", [FOLLOWED + 1, PAGE])
def test_a_long_selection_is_let_go_when_memories_move_to_other_rows(
    page: MemoryPage, desk: Desk, selected: int
) -> None:
    """Its rows out of sight would mean other memories then; a short one follows its memories."""
    desk.add(*(cube(f"Note {n}") for n in range(FOLLOWED + PAGE)))
    opened(page, desk)
    flags = QItemSelectionModel.SelectionFlag
    rows = QItemSelection(page.cubes.index(0, 0), page.cubes.index(selected - 1, 0))
    page.table.selectionModel().select(rows, flags.ClearAndSelect | flags.Rows)
    chosen = page.table.selected()[0]
    desk.add(cube("A newer one, which stands above all"))
    desk.qtbot.waitUntil(lambda: page.cubes.row_of(chosen.id) == 1, timeout=WAIT_MS)
    spans = page.table.selected_spans()
    assert (spans == []) if selected > FOLLOWED else (spans[0][0] == 1)
