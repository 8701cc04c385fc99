"""The filter bar: one filter as text and as choices, completion by keyboard and mouse, saved filters."""

from collections.abc import Iterator

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from memos_desktop.memory.completion import Values
from memos_desktop.memory.cube import CubeFilter, Kind, SemanticType, State
from memos_desktop.memory.filter import parse
from memos_desktop.ui.cubes.filter_bar import FilterBar

__all__ = ["desk", "look"]
VALUES = Values(tags=(("work", 12), ("sea side", 3)), projects=(("garden fence", 4),))


@pytest.fixture
def bar(desk: Desk) -> Iterator[FilterBar]:
    window = QWidget()
    made = FilterBar(desk.context)
    box = QVBoxLayout(window)
    box.addWidget(made)
    box.addStretch()
    desk.qtbot.addWidget(window)
    window.resize(1300, 500)
    with desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    made.offer_values(VALUES)
    made.field.setFocus()
    yield made


def typed(bar: FilterBar, desk: Desk, text: str) -> CubeFilter:
    """Type, and wait for what is asked for."""
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS) as asked:
        QTest.keyClicks(bar.field, text)
    return asked.args[0]


def offers(bar: FilterBar) -> list[str]:
    found = bar.field.list
    return [found.item(row).text() for row in range(found.count())] if bar.field.popup.isVisible() else []


def test_what_is_typed_shows_in_the_choices(bar: FilterBar, desk: Desk) -> None:
    asked = typed(bar, desk, "heron kind:fact state:activated tag:work is:pinned used:<7d ")
    assert asked == bar.wanted == parse("heron kind:fact state:activated tag:work is:pinned used:<7d")
    assert (bar.type.value, bar.state.value, bar.tag.value) == (SemanticType.FACT, State.ACTIVATED, "work")
    assert bar.pinned.isChecked() and not bar.bin.isChecked() and bar.kind.value is None
    assert bar.tag.text() == "work"


def test_what_is_chosen_is_written(bar: FilterBar, desk: Desk) -> None:
    typed(bar, desk, "heron used:<7d -is:proposed ")
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS):
        bar.kind._chosen(Kind.ACTIVATION)
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS):
        bar.bin.click()
    assert bar.field.text() == "heron kind:activation -is:proposed in:bin used:<7d"
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS):
        bar.kind._chosen(None)
    assert parse(bar.field.text()) == bar.wanted == parse("heron -is:proposed in:bin used:<7d")


def test_what_cannot_be_read_is_said_and_the_list_stays(bar: FilterBar, desk: Desk) -> None:
    before = typed(bar, desk, "heron ")
    QTest.keyClicks(bar.field, "stat:activated")
    desk.qtbot.waitUntil(bar.problem.isVisible, timeout=WAIT_MS)
    assert "no field “stat”" in bar.problem.text() and "state:" in bar.problem.text()
    assert bar.wanted == before
    bar.field.clear()
    desk.qtbot.waitUntil(lambda: not bar.problem.isVisible(), timeout=WAIT_MS)


def test_half_a_condition_is_no_mistake_while_one_types(bar: FilterBar, desk: Desk) -> None:
    QTest.keyClicks(bar.field, "state:")
    with desk.qtbot.waitSignal(bar._patience.timeout, timeout=WAIT_MS):
        pass
    assert not bar.problem.isVisible()


def test_the_offers_are_taken_by_keyboard(bar: FilterBar, desk: Desk) -> None:
    QTest.keyClicks(bar.field, "heron sta")
    assert offers(bar) == ["state:, where in its life it stands", "is:stale"]
    QTest.keyClick(bar.field, Qt.Key.Key_Tab)
    assert bar.field.text() == "heron state:" and offers(bar)[0] == "generated"
    QTest.keyClick(bar.field, Qt.Key.Key_Down)
    QTest.keyClick(bar.field, Qt.Key.Key_Down)
    assert "2 of 5" in bar.field.accessibleDescription()
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS):
        QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.field.text() == "heron state:activated " and not offers(bar)
    assert bar.wanted == CubeFilter(text="heron", state=State.ACTIVATED)


def test_the_offers_are_taken_by_mouse(bar: FilterBar, desk: Desk) -> None:
    QTest.keyClicks(bar.field, "tag:")
    assert offers(bar) == ["work, 12 memories", "sea side, 3 memories"]
    spot = bar.field.list.visualItemRect(bar.field.list.item(1)).center()
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS):
        QTest.mouseClick(bar.field.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert bar.wanted == CubeFilter(tag="sea side") and bar.field.hasFocus()


def test_enter_leaves_plain_words_alone(bar: FilterBar, desk: Desk) -> None:
    QTest.keyClicks(bar.field, "wor")
    assert offers(bar) == ["tag:work, 12 memories"]
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS):
        QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.wanted == CubeFilter(text="wor") and not offers(bar)


def test_escape_closes_the_offers_first_and_then_clears(bar: FilterBar, desk: Desk) -> None:
    QTest.keyClicks(bar.field, "sta")
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not offers(bar) and bar.field.text() == "sta"
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.field.text() == ""


def test_control_space_shows_everything_there_is(bar: FilterBar, desk: Desk) -> None:
    QTest.keyClick(bar.field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert len(offers(bar)) > 15
    bar.kind.setFocus()
    assert not offers(bar)


def test_arrow_down_goes_to_the_table_where_nothing_is_offered(bar: FilterBar, desk: Desk) -> None:
    QTest.keyClicks(bar.field, "heron")
    assert not offers(bar)
    with desk.qtbot.waitSignal(bar.stepped, timeout=WAIT_MS):
        QTest.keyClick(bar.field, Qt.Key.Key_Down)


def test_a_filter_is_saved_and_found_again(bar: FilterBar, desk: Desk) -> None:
    typed(bar, desk, "tag:work used:<7d ")
    desk.prompter.text = "Work this week"
    QTest.keyClick(bar.field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.wait_toast("Saved as “Work this week”")
    assert bar.saved.accessibleName() == "Saved filters: Work this week"
    bar.clear()
    bar.saved._fill()
    action = next(one for one in bar.saved.menu().actions() if one.text() == "Work this week")
    action.trigger()
    assert bar.wanted == parse("tag:work used:<7d") and bar.field.text() == "tag:work used:<7d"


def test_a_saved_filter_is_renamed_and_its_deletion_undone(bar: FilterBar, desk: Desk) -> None:
    saved = desk.workspace.saved_filters
    one = saved.save("Work", "tag:work")
    desk.prompter.text = "Office"
    bar.saved._ask_name(one)
    assert [each.name for each in saved.own()] == ["Office"]
    bar.saved._delete(saved.own()[0])
    assert saved.own() == ()
    desk.undo_last()
    assert [each.name for each in saved.own()] == ["Office"]


def test_the_built_in_filters_find_what_they_say(bar: FilterBar, desk: Desk) -> None:
    desk.add(cube("Pinned one", pinned=True), cube("Plain one"))
    found = {
        one.name: desk.result(desk.workspace.library.page(parse(one.text), 0, 9)).total
        for one in desk.workspace.saved_filters.built_in()
    }
    assert found == {
        "Pinned": 1, "Waiting for your word": 0, "Not used for 90 days": 0, "Expiring soon": 0, "Out of date": 0,
    }  # fmt: skip


def test_every_control_has_a_name(bar: FilterBar) -> None:
    for control in (bar.field, bar.saved, bar.kind, bar.type, bar.state, bar.tag, bar.pinned, bar.bin, bar.field.list):
        assert control.accessibleName()


def wide(bar: FilterBar, desk: Desk, width: int, room: int = 800) -> None:
    """Give the window this width, and the page around it this height."""
    bar.window().resize(width, 500)
    bar.set_room(room)
    desk.qtbot.waitUntil(lambda: bar.width() < width, timeout=WAIT_MS)


def test_where_there_is_little_room_words_go_first_then_a_line_is_added_then_all_folds(
    bar: FilterBar, desk: Desk
) -> None:
    beside, words = bar.kind.y(), Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert bar.pinned.toolButtonStyle() is words and not bar.folded.isVisible()
    search = bar.width() - bar.field.width()
    wide(bar, desk, search + 300)
    desk.qtbot.waitUntil(lambda: bar.pinned.toolButtonStyle() is not words, timeout=WAIT_MS)
    assert bar.kind.mapTo(bar, QPoint()).y() == beside
    wide(bar, desk, 640)
    desk.qtbot.waitUntil(lambda: bar.kind.mapTo(bar, QPoint()).y() > bar.field.height(), timeout=WAIT_MS)
    wide(bar, desk, 640, room=200)
    assert bar.folded.isVisible() and not bar.kind.isVisible()
    wide(bar, desk, 360)
    assert bar.folded.isVisible() and bar.folded.width() >= bar.folded.sizeHint().width()
    assert bar.minimumSizeHint().width() <= 360


def test_the_folded_choices_do_the_same(bar: FilterBar, desk: Desk) -> None:
    wide(bar, desk, 360)
    desk.qtbot.waitUntil(bar.folded.isVisible, timeout=WAIT_MS)
    bar.folded._fill()
    said = [one.text() for one in bar.folded.menu().actions() if not one.isSeparator()]
    assert said[:4] == ["Kind: any", "Type: any", "State: any", "Tag: any"]
    assert said[4:] == ["Pinned", "Proposed", "Bin", "Show all memories"]
    with desk.qtbot.waitSignal(bar.changed, timeout=WAIT_MS):
        bar.folded.menu().actions()[5].trigger()
    bar.kind._chosen(Kind.ACTIVATION)
    assert bar.wanted == CubeFilter(pinned=True, kind=Kind.ACTIVATION)
    assert bar.folded.text() == "Filters (2)" and bar.folded.accessibleName() == "Filters: Kind: Activation, Pinned"
    bar.folded._fill()
    bar.folded.menu().actions()[-1].trigger()
    assert bar.wanted == CubeFilter() and bar.folded.text() == "Filters"


def test_a_long_tag_is_cut_and_said_whole(bar: FilterBar) -> None:
    tag = "everything about the sailing boat and its many repairs"
    bar.set(CubeFilter(tag=tag))
    assert bar.tag.text().endswith("…") and bar.tag.toolTip() == bar.tag.accessibleName() == f"Tag: {tag}"
