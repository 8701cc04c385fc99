"""Splitting on the Memory page: what comes back, or parts whose boundaries can be moved."""

from operators_desk import Operating, operating
from page_desk import WAIT_MS, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memos_desktop.memory.cube import State
from memos_desktop.ui.cubes.parts import AT_ONCE
from memos_desktop.ui.cubes.split_panel import SplitPanel

__all__ = ["desk", "look", "operating"]

TEXT = "Nora lives in Porto. She has a dog. The dog is called Faro."


def splitting(operating: Operating, text: str = TEXT) -> tuple[SplitPanel, object]:
    one = cube(text)
    operating.opened(one)
    operating.select(one)
    operating.key(Qt.Key.Key_S)
    return operating.previewed("split"), one


def test_a_text_becomes_its_sentences(operating: Operating) -> None:
    panel, one = splitting(operating)
    assert panel.parts.texts() == ("Nora lives in Porto.", "She has a dog.", "The dog is called Faro.")
    assert panel.split_button.text() == "Split into 3"
    panel.split_button.click()
    operating.desk.wait_toast("Split: 3 memories made")
    assert operating.now(one).state is State.MERGED
    assert {made.text for made in operating.all() if made.id != one.id} == set(panel.parts.texts())
    operating.desk.undo_last()
    operating.until(lambda: [each.id for each in operating.all()] == [one.id])
    assert operating.now(one).state is State.GENERATED


def test_parts_are_joined_moved_and_cut(operating: Operating) -> None:
    panel, _ = splitting(operating)
    panel.parts.cards[1].join.click()
    assert panel.parts.texts() == ("Nora lives in Porto.", "She has a dog. The dog is called Faro.")
    panel.parts.cards[0].down.click()
    assert panel.parts.texts() == ("Nora lives in Porto. She has a dog.", "The dog is called Faro.")
    panel.parts.cards[0].up.click()
    assert panel.parts.texts() == ("Nora lives in Porto.", "She has a dog. The dog is called Faro.")
    field = panel.parts.cards[1].text
    cursor = field.textCursor()
    cursor.setPosition(len("She has a dog."))
    field.setTextCursor(cursor)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(panel.parts.texts()) == 3 and panel.parts.texts()[2] == "The dog is called Faro."


def test_parts_can_be_written_differently(operating: Operating) -> None:
    panel, one = splitting(operating)
    panel.parts.cards[1].text.setPlainText("Nora has a dog.")
    panel.parts.cards[2].text.setPlainText("")
    assert panel.split_button.text() == "Split into 2"
    panel.parts.cards[1].text.setFocus()
    QTest.keyClick(panel.parts.cards[1].text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    operating.until(lambda: operating.now(one).state is State.MERGED)
    assert {made.text for made in operating.all()} >= {"Nora lives in Porto.", "Nora has a dog."}
    assert len(operating.all()) == 3


def test_one_part_is_nothing_to_split(operating: Operating) -> None:
    panel, _ = splitting(operating, "One sentence.")
    assert panel.parts.texts() == ("One sentence.",)
    assert not panel.split_button.isEnabled() and "single sentence" in panel.reason.text()


def test_what_was_fused_comes_back(operating: Operating) -> None:
    first, second = cube("The boat is blue."), cube("The boat is called Lima.")
    operating.desk.add(first, second)
    operations = operating.desk.workspace.operations
    preview = operating.desk.result(operations.fuse_preview([first.id, second.id]))
    fused = operating.desk.result(operations.fuse(preview.versions, preview.text)).cube
    operating.opened()
    operating.select(fused)
    operating.key(Qt.Key.Key_S)
    panel = operating.previewed("split")
    assert {one.id for one in panel.preview.parents} == {first.id, second.id}
    assert panel.split_button.text() == "Bring them back" and not panel.parts.isVisible()
    panel.split_button.click()
    operating.desk.wait_toast("Split: 2 memories are back")
    assert operating.now(first).state is State.GENERATED
    assert operating.now(fused).state is State.ARCHIVED


def test_a_text_that_changed_meanwhile_is_shown_again(operating: Operating) -> None:
    panel, one = splitting(operating)
    operating.desk.result(operating.desk.workspace.library.revise(one.id, text="All new. Quite another text."))
    operating.until(lambda: "changed meanwhile" in panel.notice.text)
    operating.until(lambda: panel.parts.texts() == ("All new.", "Quite another text."))


def test_a_change_at_the_same_moment_is_refused(operating: Operating) -> None:
    panel, one = splitting(operating)
    operating.desk.result(operating.desk.workspace.library.revise(one.id, text="All new. Quite another text."))
    panel.split()
    operating.until(lambda: panel.notice.text != "")
    assert [each.id for each in operating.all()] == [one.id]


def test_of_many_parts_some_are_shown_and_all_are_made(operating: Operating) -> None:
    panel, _ = splitting(operating, "\n\n".join(f"Paragraph number {n}." for n in range(90)))
    assert len(panel.parts.cards) == AT_ONCE and len(panel.parts.texts()) == 90
    panel.split_button.click()
    operating.desk.wait_toast("Split: 90 memories made")


def test_escape_leaves_everything_as_it_is(operating: Operating) -> None:
    panel, one = splitting(operating)
    QTest.keyClick(panel.parts.cards[0].text, Qt.Key.Key_Escape)
    assert operating.page.slot.panel is None
    assert operating.now(one).state is State.GENERATED


def test_what_was_written_stays_when_the_memory_is_pinned_or_used(operating: Operating) -> None:
    panel, one = splitting(operating)
    panel.parts.cards[1].text.setPlainText("She has two dogs.")
    with operating.desk.qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        operating.desk.result(operating.desk.workspace.library.pin([one.id], True))
    assert panel.parts.texts()[1] == "She has two dogs." and panel.notice.isHidden()
    assert panel.preview.cube.pinned
    panel.split_button.click()
    operating.desk.wait_toast("Split: 3 memories made")


def test_what_was_written_stays_until_the_new_text_is_taken(operating: Operating) -> None:
    panel, one = splitting(operating)
    panel.parts.cards[1].text.setPlainText("She has two dogs.")
    assert panel.take_button.isHidden()
    with operating.desk.qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        operating.desk.result(operating.desk.workspace.library.revise(one.id, text="All new. Quite another text."))
    assert panel.parts.texts()[1] == "She has two dogs."
    assert "changed meanwhile" in panel.notice.text and panel.take_button.isVisible()
    panel.take_button.click()
    assert panel.parts.texts() == ("All new.", "Quite another text.")
    assert panel.take_button.isHidden() and panel.notice.isHidden()


def test_a_split_that_ends_late_leaves_the_panel_open_for_another(operating: Operating) -> None:
    panel, _ = splitting(operating)
    operating.desk.add(other := cube("It rains. It pours."))
    panel.split_button.click()
    panel.close_panel()
    operating.page.commands.run("split", [other])
    operating.desk.wait_toast("Split: 3 memories made")
    operating.until(lambda: panel.preview is not None and panel.preview.cube.id == other.id)
    assert operating.page.slot.panel is panel and panel.split_button.isEnabled()
