"""Fusing on the Memory page: the preview, the conflicts, the choice, and what comes of it."""

from datetime import timedelta

from dropped import drop, hang
from operators_desk import Operating, operating
from page_desk import WAIT_MS, cube, desk, look
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest

from memos_desktop.ids import now
from memos_desktop.memory.cube import State
from memos_desktop.ui.cubes.dragging import MIME
from memos_desktop.ui.cubes.fuse.panel import FusePanel
from memos_desktop.ui.cubes.fuse.parents import AT_ONCE

__all__ = ["desk", "look", "operating"]

COSTS = "The insurance of the boat costs 240 euros a year."
NEWER = "The insurance of the boat costs 260 euros a year. It runs until March."


def pair():
    old = now() - timedelta(days=9)
    return cube(COSTS, created=old, changed=old, tags=("boat",)), cube(NEWER, tags=("money",))


def previewed(operating: Operating, *cubes) -> FusePanel:
    operating.opened(*cubes)
    operating.select(*cubes)
    operating.key(Qt.Key.Key_U)
    return operating.previewed("fuse")


def test_the_key_opens_the_preview_and_fuse_makes_one(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    assert panel.isVisible() and panel.heading.text() == "Fuse 2 memories"
    assert {card.cube.id for card in panel.parents.cards} == {first.id, second.id}
    assert "260 euros" in panel.result.text.toPlainText() and "240 euros" in panel.result.text.toPlainText()
    panel.result.title.setText("Boat insurance")
    panel.fuse_button.click()
    operating.desk.wait_toast("Fused: 2 memories into one")
    details = lambda: operating.page.panel.details  # noqa: E731
    operating.until(lambda: details() is not None and details().cube.title == "Boat insurance")
    made = details().cube
    assert set(made.parents) == {first.id, second.id}
    assert set(made.tags) == {"boat", "money"}
    assert operating.now(first).state is State.MERGED and operating.now(second).state is State.MERGED
    assert operating.page.slot.panel is None
    operating.desk.undo_last()
    operating.until(lambda: operating.now(first).state is State.GENERATED)
    assert {one.id for one in operating.all()} == {first.id, second.id}


def test_conflicts_are_marked_in_each_and_can_be_decided(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    assert len(panel.result.rows) == 1
    row = panel.result.rows[0]
    assert {one.text() for one in row.buttons.values()} == {"240", "260"}
    for card in panel.parents.cards:
        assert "<sup" in card.text.text()  # numbered, not only coloured
        assert "contradicts in: 2" in card.text.accessibleName()
    choice = next(one for one in row.buttons.values() if one.text() == "260")
    choice.click()
    assert panel.result.text.toPlainText() == "The insurance of the boat costs 260 euros a year. It runs until March."
    assert choice.isChecked()
    panel.result.text.undo()
    assert "240" in panel.result.text.toPlainText() and not choice.isChecked()


def test_the_diff_follows_what_is_typed(operating: Operating) -> None:
    first, second = cube("Nora lives in Porto."), cube("Nora lives in Porto with her dog.")
    panel = previewed(operating, first, second)
    with operating.desk.qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        panel.result.text.setPlainText("Nora has moved.")
    card = next(card for card in panel.parents.cards if card.cube.id == first.id)
    assert "left out: lives in Porto." in card.text.accessibleName()
    assert "line-through" in card.text.text()


def test_the_text_of_one_can_be_taken_and_one_left_out(operating: Operating) -> None:
    cubes = [cube("One day."), cube("Two days."), cube("Three nights.")]
    panel = previewed(operating, *cubes)
    panel.parents.cards[0].take.click()
    assert panel.result.text.toPlainText() == panel.parents.cards[0].cube.text
    taken = panel.parents.cards[0].cube.id
    gone = panel.parents.cards[1].cube.id
    with operating.desk.qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        panel.parents.cards[1].remove.click()
    assert [card.cube.id for card in panel.parents.cards] == [one.id for one in panel.preview.parents]
    assert gone not in dict(panel.preview.versions) and taken in dict(panel.preview.versions)
    assert not panel.parents.cards[0].remove.isVisible()  # two are the least


def test_escape_leaves_everything_as_it_is(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    QTest.keyClick(panel.result.text, Qt.Key.Key_Escape)
    assert operating.page.slot.panel is None and operating.page.views.isVisible()
    assert operating.now(first).state is State.GENERATED and len(operating.all()) == 2


def test_ctrl_enter_fuses(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    QTest.keyClick(panel.result.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    operating.until(lambda: operating.now(first).state is State.MERGED)


def test_a_change_by_others_is_said_and_shown_and_what_was_typed_stays(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    panel.result.text.setPlainText("My own words.")
    operating.desk.result(operating.desk.workspace.library.revise(first.id, text="The insurance costs 300 euros."))
    operating.until(lambda: "changed meanwhile" in panel.notice.text)
    card = next(card for card in panel.parents.cards if card.cube.id == first.id)
    assert card.cube.text == "The insurance costs 300 euros."
    assert panel.result.text.toPlainText() == "My own words."
    panel.fuse_button.click()
    operating.until(lambda: operating.now(first).state is State.MERGED)


def test_a_change_that_comes_together_with_fuse_is_refused_and_shown(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    library = operating.desk.workspace.library
    operating.desk.result(library.revise(first.id, text="Changed at the same moment."))  # no event is delivered yet
    panel.fuse()
    operating.until(lambda: panel.notice.text != "")
    operating.until(lambda: any(card.cube.text == "Changed at the same moment." for card in panel.parents.cards))
    assert len(operating.all()) == 2


def test_one_that_was_frozen_meanwhile_says_why(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    operating.desk.result(operating.desk.workspace.library.freeze([first.id], True))
    operating.until(lambda: "frozen" in panel.notice.text)
    assert not panel.fuse_button.isEnabled()
    assert len(operating.all()) == 2


def test_many_are_shown_in_part_and_all_fused(operating: Operating) -> None:
    cubes = [cube(f"Note number {n} about the garden.") for n in range(120)]
    operating.opened(*cubes)
    operating.page.table.selectAll()
    operating.page.commands.run_selected("fuse")
    panel = operating.previewed("fuse")
    assert len(panel.preview.parents) == 120 and len(panel.parents.cards) == AT_ONCE
    assert panel.parents.more.text().startswith("112 memories more")
    panel.parents.more.click()
    assert len(panel.parents.cards) == 2 * AT_ONCE
    panel.fuse_button.click()
    operating.desk.wait_toast("Fused: 120 memories into one")


def test_too_many_are_refused_in_words(operating: Operating) -> None:
    operating.opened(cube("One."), cube("Two."))
    operating.page.operators.open("fuse", tuple(f"{n:026}" for n in range(501)))
    panel = operating.panel("fuse")
    operating.until(lambda: "too many to fuse" in panel.notice.text)
    assert not panel.fuse_button.isEnabled()


def test_a_row_dropped_on_another_opens_the_preview(operating: Operating) -> None:
    first, second = pair()
    operating.opened(first, second)
    data = QMimeData()
    data.setData(MIME, first.id.encode())
    viewport = operating.page.table.viewport()
    assert not drop(viewport, data, operating.row_middle(first))  # not on itself
    assert hang(viewport, data, operating.row_middle(second))
    assert operating.page.views.view("table").dragging.frame.isVisible()
    assert drop(viewport, data, operating.row_middle(second))
    assert not operating.page.views.view("table").dragging.frame.isVisible()
    panel = operating.previewed("fuse")
    assert {one.id for one in panel.preview.parents} == {first.id, second.id}


def test_the_model_is_asked_and_says_that_it_is_too_small(operating: Operating) -> None:
    first, second = pair()
    panel = previewed(operating, first, second)
    before = panel.result.text.toPlainText()
    panel.result.write.click()
    operating.until(lambda: panel.notice.text != "")
    assert panel.result.text.toPlainText() == before
    operating.until(lambda: panel.result.write.text().strip() == "Let the model write it")


def test_one_alone_cannot_be_fused(operating: Operating) -> None:
    only = cube("Alone.")
    operating.opened(only)
    operating.select(only)
    assert not operating.page.commands.actions["fuse"].isEnabled()


def test_a_fusion_that_ends_late_leaves_the_panel_open_for_others(operating: Operating) -> None:
    panel = previewed(operating, *pair())
    operating.desk.add(one := cube("It rains."), other := cube("It pours."))
    panel.fuse_button.click()
    panel.close_panel()
    operating.page.commands.run("fuse", [one, other])
    operating.desk.wait_toast("Fused: 2 memories into one")
    operating.until(lambda: panel.preview is not None and dict(panel.preview.versions).keys() == {one.id, other.id})
    assert operating.page.slot.panel is panel and panel.fuse_button.isEnabled()
