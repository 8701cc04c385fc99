"""The time machine of the Memory page: slider, list, then and now, snapshots, restoring, and a chat with the past."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent

from memos_desktop.app.indexing import Indexing
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.memory.snapshot import CubeDiff, Fate, Moment, Place, Snapshot, VaultDiff
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.cubes.past import words as say
from memos_desktop.ui.cubes.past.model import Column
from memos_desktop.ui.cubes.past.slider import HistorySlider
from memos_desktop.ui.cubes.past.view import PastView
from memos_desktop.vault import journal
from memos_desktop.vault import snapshots as snapshot_store

__all__ = ["desk", "look"]
BASE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Traveller:
    """A Memory page with some history, and the time machine open on it."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.moment = BASE
        for module in (journal, snapshot_store):
            monkeypatch.setattr(module, "now", lambda: self.moment)
        self.cubes: dict[str, Cube] = {}
        self.page = MemoryPage(desk.context)
        desk.qtbot.addWidget(self.page)
        self.page.resize(1100, 760)
        self.page.show()
        self.page.activate()

    def add(self, text: str) -> str:
        """One more memory, a day later."""
        self.moment += timedelta(days=1)
        made = cube(text)
        self.desk.add(made)
        self.cubes[text] = made
        return made.id

    def enter(self) -> PastView:
        """Open the time machine and wait until it shows something."""
        view = self.page.time.enter()
        self.arrive(view)
        return view

    def arrive(self, view: PastView) -> None:
        """Wait until the past is where it should be, and counted."""
        there = view.traveller
        self.desk.qtbot.waitUntil(
            lambda: there.opened is not None and there.opened.place.step_id == there.step_id and not there._moving
            and view._since is not None and view._since.since.step_id == there.step_id,
            timeout=WAIT_MS,
        )  # fmt: skip

    def go(self, view: PastView, place: int) -> None:
        """Move the slider to this moment and wait."""
        view.bar.slider.setValue(place)
        self.arrive(view)
        self.desk.qtbot.waitUntil(lambda: view.model.row(0) is not None or view.model.total == 0, timeout=WAIT_MS)

    def titles(self, view: PastView) -> list[str]:
        """What the list shows, from the top."""
        rows = [view.model.row(number) for number in range(view.model.total)]
        return [row.title for row in rows if row is not None]

    def marks(self, view: PastView) -> list[str]:
        """The words of the marks, from the top."""
        return [view.model.index(number, Column.MARK).data() for number in range(view.model.total)]


@pytest.fixture
def time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Traveller:
    return Traveller(desk, monkeypatch)


@pytest.fixture
def moved(time: Traveller) -> Iterator[tuple[Traveller, PastView]]:
    """Lisbon and tea; then the snapshot; then Porto, no tea, a cat."""
    lisbon, tea = time.add("I live in Lisbon."), time.add("Tea is hot.")
    desk = time.desk
    desk.result(desk.workspace.time.snapshot("Spring"))
    time.moment += timedelta(days=1)
    desk.result(desk.workspace.library.revise(lisbon, text="I live in Porto."))
    desk.result(desk.workspace.library.bin([tea]))
    time.add("My cat is called Miso.")
    view = time.enter()
    yield time, view
    view.traveller.leave()


def test_it_opens_in_place_of_the_views_and_escape_leads_back(moved, qtbot) -> None:
    time, view = moved
    assert view.isVisible()
    assert not time.page.views.isVisible()
    assert view.bar.date.text() == "Now"
    assert time.titles(view) == ["My cat is called Miso.", "I live in Porto."]
    assert time.marks(view) == ["", ""]
    assert not view.bar.restore.isEnabled()
    assert not view.bar.ask.isEnabled()
    qtbot.keyClick(view.table, Qt.Key.Key_Escape)
    assert time.page.views.isVisible()
    assert view.traveller.opened is None  # the copy is given back
    time.page.time.toggle()
    time.arrive(view)
    time.page.show_view("table")
    assert not view.isVisible()


def test_the_slider_shows_the_vault_as_it_was_with_marks(moved) -> None:
    time, view = moved
    time.go(view, 1)
    assert view.bar.date.text().endswith("3 March 2026, " + f"{(BASE + timedelta(days=2)).astimezone():%H:%M}")
    assert "Snapshot “Spring”" in view.bar.after.full_text()
    assert time.titles(view) == ["Tea is hot.", "I live in Lisbon."]
    assert time.marks(view) == ["Removed", "Changed"]
    assert view.since.full_text() == "· Since then 1 added, 1 removed, 1 changed"
    assert view.count.text() == "2 memories"
    time.go(view, 0)
    assert time.titles(view) == ["I live in Lisbon."]


def test_the_selected_memory_then_and_now(moved, qtbot) -> None:
    time, view = moved
    time.go(view, 1)
    view.table.selectRow(1)
    qtbot.waitUntil(lambda: view.pane.diff is not None, timeout=WAIT_MS)
    assert view.pane.diff.accessibleName() == "removed: Lisbon.; added: Porto."
    assert view.pane.restore.isVisible()
    time.go(view, 2)  # it stays selected while the past moves
    qtbot.waitUntil(lambda: view.pane.diff is not None and not view.pane.diff.pieces, timeout=WAIT_MS)
    assert not view.pane.restore.isVisible()


def test_what_was_added_since_is_a_list_of_its_own(moved, qtbot) -> None:
    time, view = moved
    time.go(view, 1)
    view.lists._buttons["added"].click()
    assert time.titles(view) == ["My cat is called Miso."]
    assert time.marks(view) == ["Added"]
    view.table.selectRow(0)
    qtbot.waitUntil(lambda: view.pane.diff is not None, timeout=WAIT_MS)
    assert not view.pane.restore.isVisible()
    opened = []
    view.cube_wanted.connect(opened.append)
    view.pane.open.click()
    assert opened == [time.cubes["My cat is called Miso."].id]
    assert not view.isVisible()


def test_one_memory_is_restored_and_undo_takes_it_back(moved, qtbot) -> None:
    time, view = moved
    desk, lisbon = time.desk, time.cubes["I live in Lisbon."].id
    time.go(view, 1)
    view.table.selectRow(1)
    qtbot.waitUntil(lambda: view.pane.restore.isVisible(), timeout=WAIT_MS)
    view.pane.restore.click()
    desk.wait_toast("Restored 1 memory")
    assert desk.result(desk.workspace.library.cube(lisbon)).text == "I live in Lisbon."
    qtbot.waitUntil(lambda: time.marks(view) == ["Removed", ""], timeout=WAIT_MS)  # the list knows at once
    desk.undo_last()
    qtbot.waitUntil(lambda: time.marks(view) == ["Removed", "Changed"], timeout=WAIT_MS)
    assert desk.result(desk.workspace.library.cube(lisbon)).text == "I live in Porto."


def test_all_are_restored_after_a_question(moved, qtbot) -> None:
    time, view = moved
    time.go(view, 1)
    view.bar.restore.click()
    time.desk.wait_toast("Restored 2 memories, 1 moved to the bin.")
    assert time.desk.prompter.said[-1].startswith("Restore all memories to 3 March 2026")
    cubes = time.desk.result(time.desk.workspace.library.page(CubeFilter(), 0, 9)).cubes
    assert {c.text for c in cubes} == {"I live in Lisbon.", "Tea is hot."}


def test_a_frozen_memory_cannot_be_restored_and_says_why(moved, qtbot) -> None:
    time, view = moved
    lisbon = time.cubes["I live in Lisbon."].id
    time.desk.result(time.desk.workspace.library.freeze([lisbon], True))
    time.go(view, 1)
    view.table.selectRow(1)
    qtbot.waitUntil(lambda: view.pane.restore.isVisible(), timeout=WAIT_MS)
    assert not view.pane.restore.isEnabled()
    assert "frozen" in view.pane.restore.toolTip()


def test_keys_step_by_change_and_by_snapshot(moved, qtbot) -> None:
    time, view = moved
    slider = view.bar.slider
    last = len(view.traveller.history.moments) - 1
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: slider.value() == last - 1, timeout=WAIT_MS)
    qtbot.keyClick(slider, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: slider.value() == 1, timeout=WAIT_MS)
    assert "Spring" in view.bar.after.full_text()
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    assert slider.value() == last  # no later snapshot: to now
    assert view.bar.date.text() == "Now"
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert slider.value() == 0
    time.arrive(view)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: slider.value() == 1, timeout=WAIT_MS)
    view.bar.earlier.click()
    qtbot.waitUntil(lambda: slider.value() == 0, timeout=WAIT_MS)
    time.arrive(view)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 4, slider.height() // 2))
    qtbot.mouseMove(slider, QPoint(slider.width() - 4, slider.height() // 2))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 4, slider.height() // 2))
    assert slider.value() == last
    time.arrive(view)
    assert "Now" in slider.accessibleDescription()


def test_a_dragged_slider_shows_only_where_it_stops(moved, qtbot) -> None:
    time, view = moved
    shown = []
    view.traveller.arrived.connect(lambda: shown.append(view.traveller.step_id))
    for place in (3, 2, 1, 0, 1, 0):
        view.bar.slider.setValue(place)
    time.arrive(view)
    qtbot.waitUntil(lambda: time.titles(view) == ["I live in Lisbon."], timeout=WAIT_MS)
    assert len(shown) <= 2  # what was passed is not looked at
    assert view.bar.slider.value() == 0


def test_the_filter_of_the_page_holds_in_the_past(moved, qtbot) -> None:
    time, view = moved
    time.go(view, 1)
    time.page.filters.set(CubeFilter(text="tea"))
    qtbot.waitUntil(lambda: time.titles(view) == ["Tea is hot."], timeout=WAIT_MS)
    time.page.filters.set(CubeFilter(text="nothing like it"))
    qtbot.waitUntil(lambda: view.nothing.isVisible(), timeout=WAIT_MS)
    assert view.nothing.title.text() == "No memory fits"


def test_a_point_is_named_compared_renamed_and_deleted(moved, qtbot) -> None:
    time, view = moved
    desk, panel = time.desk, view.snapshots
    time.go(view, 0)
    desk.prompter.text = "Before the tea"
    view.bar.name.click()
    desk.wait_toast("Snapshot “Before the tea” made: 1 memory")
    qtbot.waitUntil(lambda: panel.list.count() == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.traveller.history.moments[0].snapshot is not None, timeout=WAIT_MS)
    view.lists._buttons["snapshots"].click()
    assert panel.isVisible()
    panel.list.setFocus()
    panel.list.selectAll()
    both = "From “Before the tea” to “Spring”: 1 added"
    qtbot.waitUntil(lambda: panel.heading.text().startswith(both), timeout=WAIT_MS)
    assert [panel.model.row(n).title for n in range(panel.model.total)] == ["Tea is hot."]
    panel.list.clearSelection()
    panel.list.item(0).setSelected(True)
    qtbot.waitUntil(lambda: "to now: 1 added, 1 removed, 1 changed" in panel.heading.text(), timeout=WAIT_MS)
    desk.prompter.text = "March"
    panel.rename.click()
    qtbot.waitUntil(lambda: panel.list.chosen() and panel.list.chosen()[0].name == "March", timeout=WAIT_MS)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    desk.wait_toast("Snapshot “March” deleted")
    qtbot.waitUntil(lambda: panel.list.count() == 1, timeout=WAIT_MS)
    desk.undo_last()
    qtbot.waitUntil(lambda: panel.list.count() == 2, timeout=WAIT_MS)
    panel.list.item(0).setSelected(True)
    panel.go.click()
    time.arrive(view)
    assert view.bar.slider.value() == 1
    assert view.table.isVisible()


def test_a_name_that_is_taken_is_told(moved) -> None:
    time, view = moved
    time.desk.prompter.text = "spring"
    view.bar.name.click()
    time.desk.wait_toast("There is a snapshot “spring” already. Nothing was saved.")


def test_the_menu_of_a_snapshot(moved, qtbot) -> None:
    _, view = moved
    panel = view.snapshots
    qtbot.waitUntil(lambda: panel.list.count() == 1, timeout=WAIT_MS)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    panel.contextMenuEvent(event)
    assert not event.isAccepted()
    went = []
    panel.opened.connect(went.append)
    panel.list.item(0).setSelected(True)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert [one.name for one in went] == ["Spring"]


def test_an_empty_vault_has_no_history(time, qtbot) -> None:
    view = time.page.time.enter()
    qtbot.waitUntil(lambda: view.nothing.isVisible() and view.nothing.title.text() == "No history yet", timeout=WAIT_MS)
    assert not view.bar.slider.isEnabled()
    assert not view.bar.ask.isEnabled()
    view.lists._buttons["snapshots"].click()
    qtbot.waitUntil(lambda: view.snapshots.empty.isVisible(), timeout=WAIT_MS)
    time.desk.result(time.desk.workspace.library.add("The first one."))
    view.lists._buttons["then"].click()
    qtbot.waitUntil(lambda: time.titles(view) == ["The first one."], timeout=WAIT_MS)
    view.traveller.leave()


def test_a_chat_with_the_past_leaves_nothing(moved, qtbot, tmp_path, monkeypatch) -> None:
    time, view = moved
    workspace = time.desk.workspace

    def asleep(self: Indexing, text: str, depth: int) -> None:
        raise IndexUnavailableError("It is left out in these tests.")

    monkeypatch.setattr(Indexing, "nearest", asleep)
    (tmp_path / "said.echo").write_text("In Lisbon.")
    workspace.settings.change(model=str(tmp_path / "said.echo"))
    time.go(view, 1)
    view.bar.ask.click()
    panel = view._asking
    qtbot.waitUntil(panel.composer.isEnabled, timeout=WAIT_MS)
    assert "3 March 2026" in panel.title.text()
    assert not view.bar.isVisible()
    qtbot.keyClicks(panel.composer.field, "Where do I live?")
    qtbot.keyClick(panel.composer.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.used.texts != () and not panel.conversation.runner.running, timeout=WAIT_MS)
    assert panel.used.texts == ("I live in Lisbon.",)
    answer = panel.column.items[-1]
    assert answer.message.text == "In Lisbon."
    assert answer.message.receipt["notes"][0].startswith("As of 3 March 2026")
    assert time.desk.result(workspace.library.counts()).chats == 0
    panel.used.show_receipt({})
    panel.column.acted.emit("receipt", answer)
    assert panel.used.texts == ("I live in Lisbon.",)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.bar.isVisible()
    assert not workspace.time._what_ifs.open
    view.bar.ask.click()  # again, and left before it is there
    view.hide()
    qtbot.waitUntil(lambda: not workspace.time._what_ifs.open and not workspace.jobs.active(), timeout=WAIT_MS)
    view.show()
    view.bar.ask.click()  # and cancelled where every job is
    [job] = workspace.jobs.active()
    job.cancel()
    qtbot.waitUntil(panel.again_button.isVisible, timeout=WAIT_MS)
    assert panel.note.text() == "It was cancelled." and not panel.composer.isEnabled()
    panel.again_button.click()
    qtbot.waitUntil(panel.composer.isEnabled, timeout=WAIT_MS)
    assert not panel.again_button.isVisible()


def test_what_is_restored_is_what_is_shown(moved, qtbot) -> None:
    time, view = moved
    time.go(view, 1)
    view.table.selectRow(1)
    row = time.cubes["I live in Lisbon."].id
    qtbot.waitUntil(lambda: view.pane._id == row, timeout=WAIT_MS)
    qtbot.waitUntil(view.bar.restore.isEnabled, timeout=WAIT_MS)
    asked: list[object] = []
    restore = view._time.restore
    view._time.restore = lambda *given: (asked.append(given), restore(*given))[1]
    shown = view.traveller.arrived_step
    view.bar.slider.setValue(2)  # on its way, and not there yet
    assert view.traveller.step_id != shown
    assert not view.bar.restore.isEnabled()
    view._restore_all()
    view._restore_one(row)
    assert asked == [(shown, [row])]
    time.arrive(view)


def test_the_slider_grows_with_the_text(look, qtbot) -> None:
    theme, _ = look
    slider = HistorySlider(theme)
    qtbot.addWidget(slider)
    before = slider.sizeHint().height()
    theme.scale = 2.0
    try:
        assert slider.sizeHint().height() > 1.7 * before
        assert slider.minimumSizeHint().height() == slider.sizeHint().height()
    finally:
        theme.scale = 1.0


# words


def moment(step: int, days: int = 0, snapshot: Snapshot | None = None) -> Moment:
    return Moment(step, BASE + timedelta(days=days), f"Step {step}", snapshot)


def test_days_and_ages() -> None:
    assert say.day_words(BASE, BASE) == "Today"
    assert say.day_words(BASE, BASE + timedelta(days=1)) == "Yesterday"
    assert say.day_words(BASE, BASE + timedelta(days=9)) == "1 Mar"
    assert say.day_words(BASE, BASE + timedelta(days=400)) == "1 Mar 2026"
    assert say.ago(BASE, BASE) == "just now"
    assert say.ago(BASE, BASE + timedelta(minutes=1)) == "1 minute ago"
    assert say.ago(BASE, BASE + timedelta(days=70)) == "2 months ago"


def test_sentences() -> None:
    diff = VaultDiff(Place(1, BASE, "Spring"), Place(2, BASE, "now"), {Fate.ADDED: 2, Fate.REMOVED: 1, Fate.CHANGED: 0})
    assert say.since_words(diff) == "Since then 2 added, 1 removed"
    assert say.diff_heading(diff) == "From “Spring” to now: 2 added, 1 removed"
    assert say.restore_question(diff).startswith("1 memory will be as it was; 2 added since will go to the bin. Chats")
    none = VaultDiff(Place(1, BASE), Place(1, BASE), dict.fromkeys((Fate.ADDED, Fate.REMOVED, Fate.CHANGED), 0))
    assert say.since_words(none) == "Nothing has changed since."
    assert say.diff_heading(none).endswith("nothing differs")
    assert say.restored_words(0, 0, (("Tea", "it is frozen"),)) == "Nothing was changed. “Tea” stayed: it is frozen."
    left = (("Tea", "it is frozen"), ("Cat", "it is frozen"))
    assert say.restored_words(3, 0, left) == "Restored 3 memories. “Tea” and 1 more stayed: it is frozen."
    assert say.after_words(moment(0), False).endswith("before the first memory")
    assert {say.nothing_words(*case)[0] for case in (("then", False, False), ("added", True, False))} == {
        "No history yet", "Nothing was added since",
    }  # fmt: skip
    assert say.nothing_words("then", True, False)[0] == "No memories then"


def test_every_mark_has_a_shape_a_colour_and_a_word() -> None:
    marks = [say.MARKS[fate] for fate in (Fate.ADDED, Fate.REMOVED, Fate.CHANGED)]
    for part in zip(*marks, strict=True):
        assert len(set(part)) == 3
    assert CubeDiff("a", "b", Fate.ADDED).fields == ()


def test_the_slider_finds_moments_between_those_it_shows(look, qtbot) -> None:
    theme, _ = look
    slider = HistorySlider(theme)
    qtbot.addWidget(slider)
    made = Snapshot("1", "Spring", BASE, 9, False, 3)
    slider.show_moments([moment(3), moment(9, 1, made), moment(20, 30)], 12)
    assert slider.value() == 1
    assert [slider.place_of(step) for step in (0, 3, 8, 9, 19, 20, 99)] == [0, 0, 0, 1, 1, 2, 2]
    slider.stand_at(None)
    assert slider.value() == 2
    assert slider.next_snapshot(later=False) == 1
    assert slider.next_snapshot(later=True) is None
    slider.show_moments([], None)
    assert slider.next_snapshot(later=False) is None
    slider.resize(400, 60)
    assert not slider.grab().isNull()
