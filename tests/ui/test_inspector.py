"""The inspector: the header changed in place, any two versions, the access log, what happens while somebody types."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSplitter, QWidget

from memos_desktop.ids import new_id, now
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Access, Cube, CubeFilter, Governance, Origin, Scope, Sensitivity, Source, State
from memos_desktop.memory.message import Message, Role
from memos_desktop.memory.use import Use
from memos_desktop.memory.word_diff import Change
from memos_desktop.ui.cubes import journal_words as say
from memos_desktop.ui.cubes.diff_label import DiffLabel
from memos_desktop.ui.cubes.meanwhile import Event, meanwhile
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.cubes.tag_chips import TagChip

__all__ = ["desk", "look"]


@pytest.fixture
def page(desk: Desk) -> Iterator[MemoryPage]:
    made = MemoryPage(desk.context)
    window = QSplitter()
    window.addWidget(made)
    window.addWidget(made.inspector())
    desk.qtbot.addWidget(window)
    window.resize(1300, 760)
    with desk.qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield made


def opened(page: MemoryPage, desk: Desk, *cubes: Cube) -> None:
    """Put these on the shelf, and show the first one."""
    desk.add(*cubes)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    show(page, desk, cubes[0].id)


def show(page: MemoryPage, desk: Desk, cube_id: str) -> None:
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda shown: shown == cube_id):
        page.open_item(cube_id)


def until(desk: Desk, condition: object) -> None:
    assert callable(condition)
    desk.qtbot.waitUntil(condition, timeout=WAIT_MS)


def get(desk: Desk, cube_id: str) -> Cube:
    found = desk.result(desk.workspace.library.cube(cube_id))
    assert isinstance(found, Cube)
    return found


def press(where: QWidget, words: str) -> None:
    found = [one for one in where.findChildren(QPushButton) if one.text().strip() == words]
    assert found, (words, [one.text() for one in where.findChildren(QPushButton)])
    found[0].click()


# while somebody types


def typed(page: MemoryPage, desk: Desk, text: str = "Mine.", **fields: object) -> Cube:
    one = cube("One.", **fields)
    opened(page, desk, one, cube("Other."))
    page.panel.content.text.setPlainText(text)
    return one


def test_the_later_edit_sees_both_texts_and_keeps_its_own(page: MemoryPage, desk: Desk) -> None:
    one = typed(page, desk, tags=("a",))
    content = page.panel.content
    content.tags.setText("a, mine")
    desk.result(desk.workspace.library.revise(one.id, text="Theirs."))
    desk.result(desk.workspace.library.tag([one.id], add=["theirs"]))
    until(desk, lambda: "Version 2 was saved meanwhile by you" in content.notice.text)
    assert content.notice.ways == ("Keep mine", "Take theirs", "Copy mine")
    until(desk, lambda: {"theirs"} <= set(content._newest.tags))
    pieces = content.notice.findChild(DiffLabel).pieces
    assert [(piece.change, piece.text) for piece in pieces] == [(Change.REMOVED, "Theirs."), (Change.ADDED, "Mine.")]
    assert not content.save_button.isVisible()  # first it must be said what becomes of it
    press(content, "Copy mine")
    assert QGuiApplication.clipboard().text() == "Mine."
    press(content, "Keep mine")
    until(desk, lambda: get(desk, one.id).version == 3)
    until(desk, lambda: set(get(desk, one.id).tags) == {"a", "mine", "theirs"})
    texts = [version.text for version in desk.result(desk.workspace.library.details(one.id)).versions]
    assert texts == ["One.", "Theirs.", "Mine."]
    until(desk, lambda: not content.notice.isVisible())


def test_the_later_edit_takes_theirs(page: MemoryPage, desk: Desk) -> None:
    one = typed(page, desk)
    desk.result(desk.workspace.library.revise(one.id, text="Theirs."))
    until(desk, lambda: page.panel.content.notice.isVisible())
    press(page.panel.content, "Take theirs")
    assert page.panel.content.text.toPlainText() == "Theirs." and not page.panel.content.dirty
    assert get(desk, one.id).version == 2


def test_binned_while_it_is_edited(page: MemoryPage, desk: Desk) -> None:
    one = typed(page, desk)
    desk.result(desk.workspace.library.bin([one.id]))
    content = page.panel.content
    until(desk, lambda: "moved to the bin meanwhile" in content.notice.text)
    assert page.panel.isVisible() and content.text.toPlainText() == "Mine."
    assert not content.save_button.isVisible()
    press(content, "Take it out of the bin")
    until(desk, lambda: get(desk, one.id).binned is None)
    until(desk, lambda: not content.notice.text and content.save_button.isEnabled())
    content.save()
    until(desk, lambda: get(desk, one.id).text == "Mine.")


def test_frozen_while_it_is_edited(page: MemoryPage, desk: Desk) -> None:
    one = typed(page, desk)
    desk.result(desk.workspace.library.freeze([one.id], True))
    until(desk, lambda: "frozen meanwhile" in page.panel.content.notice.text)
    press(page.panel.content, "Unfreeze")
    until(desk, lambda: not get(desk, one.id).frozen)
    until(desk, lambda: page.panel.content.save_button.isEnabled())


def test_expired_while_it_is_edited_by_the_clock_alone(page: MemoryPage, desk: Desk) -> None:
    one = typed(page, desk, governance=Governance(expires=now() + timedelta(seconds=1)))
    content = page.panel.content
    until(desk, lambda: "has expired meanwhile" in content.notice.text)
    assert get(desk, one.id).state is State.GENERATED  # nobody has swept yet
    assert content.save_button.isEnabled() and content.text.toPlainText() == "Mine."
    press(content, "Renew")
    until(desk, lambda: get(desk, one.id).governance.expires is None)
    until(desk, lambda: not content.notice.text)


def test_what_has_expired_says_so_and_is_renewed(page: MemoryPage, desk: Desk) -> None:
    old = cube("Old.", state=State.EXPIRED, governance=Governance(expires=now() - timedelta(days=1)))
    opened(page, desk, old)
    assert "no longer recalled" in page.panel.content.notice.text
    press(page.panel.content, "Renew")
    until(desk, lambda: get(desk, old.id).state is State.GENERATED)


def test_removed_for_good_while_it_is_edited(page: MemoryPage, desk: Desk) -> None:
    one = typed(page, desk, "Only here.")
    store = desk.workspace._store
    store.apply(lambda vault: vault.cubes.bin([one.id]))
    store.apply(lambda vault: vault.cubes.purge_bin(now()))
    content = page.panel.content
    until(desk, lambda: "removed for good" in content.notice.text)
    assert page.panel.isVisible() and content.text.toPlainText() == "Only here."
    with desk.qtbot.waitSignal(page.panel.cube_wanted, timeout=WAIT_MS) as wanted:
        press(content, "Keep mine as a new memory")
    assert get(desk, wanted.args[0]).text == "Only here."
    until(desk, lambda: not content.dirty and not content.notice.text)


def test_what_happened_meanwhile_is_told_together() -> None:
    base = cube("One.")
    newest = replace(base, version=2, binned=now(), state=State.MERGED, actor="scheduler")
    found = meanwhile(base, newest, now())
    assert found.events == {Event.CHANGED, Event.BINNED, Event.MERGED} and found.blocks
    assert "by the scheduler" in found.words and found.words.endswith("What you typed is still here.")
    assert meanwhile(base, base, now()) is None
    archived = meanwhile(base, replace(base, state=State.ARCHIVED), now())
    assert archived.events == {Event.ARCHIVED} and not archived.blocks


def test_a_read_only_memory_is_read(page: MemoryPage, desk: Desk) -> None:
    opened(page, desk, cube("Fixed.", governance=Governance(access=Access.READ_ONLY)))
    assert page.panel.content.text.isReadOnly() and "read only" in page.panel.content.notice.text


# header


def test_what_governs_a_memory_is_changed_in_place(page: MemoryPage, desk: Desk) -> None:
    one = cube("One.")
    opened(page, desk, one)
    page.panel.tabs.setCurrentWidget(page.panel.header)
    fields = page.panel.header.fields
    fields.sensitivity.setFocus()
    QTest.keyClick(fields.sensitivity, Qt.Key.Key_Down)
    until(desk, lambda: get(desk, one.id).governance.sensitivity is Sensitivity.PERSONAL)
    desk.wait_toast("Sensitivity: Personal")
    fields.access.setFocus()
    QTest.keyClick(fields.access, Qt.Key.Key_End)
    until(desk, lambda: get(desk, one.id).governance.access is Access.READ_ONLY)
    fields.priority.setValue(5)
    desk.wait_toast("Priority: 5")
    assert get(desk, one.id).governance.priority == 5
    desk.undo_last()
    until(desk, lambda: get(desk, one.id).governance.priority == 0)
    until(desk, lambda: fields.priority.value() == 0)


def test_the_scope_of_a_project_asks_for_its_name(page: MemoryPage, desk: Desk) -> None:
    one = cube("One.")
    opened(page, desk, one)
    page.panel.tabs.setCurrentWidget(page.panel.header)
    fields = page.panel.header.fields
    fields.scope.setCurrentIndex(fields.scope.findData(Scope.PROJECT))
    fields.scope.activated.emit(fields.scope.currentIndex())
    assert fields.hint.isVisible() and fields.project.hasFocus()
    assert get(desk, one.id).governance.scope is Scope.PRIVATE
    QTest.keyClicks(fields.project, "boat")
    QTest.keyClick(fields.project, Qt.Key.Key_Return)
    until(desk, lambda: get(desk, one.id).governance.scope is Scope.PROJECT)
    assert get(desk, one.id).governance.project == "boat"
    until(desk, lambda: not fields.hint.isVisible())


def test_an_expiry_is_chosen_by_span_or_date_and_taken_away(page: MemoryPage, desk: Desk) -> None:
    one = cube("One.")
    opened(page, desk, one)
    page.panel.tabs.setCurrentWidget(page.panel.header)
    expiry = page.panel.header.fields.expiry

    def choose(text: str) -> None:
        place = expiry.select.findText(text)
        assert place >= 0
        expiry.select.activated.emit(place)

    choose("In a week")
    until(desk, lambda: get(desk, one.id).governance.expires is not None)
    left = get(desk, one.id).governance.expires - now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    until(desk, lambda: expiry.select.findText("Never") >= 0)
    choose("On a date…")
    assert expiry.date.isVisible()
    expiry.date.setDateTime(expiry.date.dateTime().addDays(30))
    expiry.set_button.click()
    until(desk, lambda: get(desk, one.id).governance.expires > now() + timedelta(days=30))
    until(desk, lambda: not expiry.date.isVisible())
    choose("Never")
    until(desk, lambda: get(desk, one.id).governance.expires is None)


def test_a_frozen_memory_has_no_fields_to_change(page: MemoryPage, desk: Desk) -> None:
    opened(page, desk, cube("Fixed.", frozen=True))
    page.panel.tabs.setCurrentWidget(page.panel.header)
    header = page.panel.header
    assert not header.fields.isEnabled() and "frozen" in header.why_not.text()


def test_a_replaced_memory_leads_to_its_successor(page: MemoryPage, desk: Desk) -> None:
    newer = cube("Newer.")
    older = cube("Older.", governance=Governance(superseded_by=newer.id))
    opened(page, desk, older, newer)
    page.panel.tabs.setCurrentWidget(page.panel.header)
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda id: id == newer.id):
        page.panel.header.replaced.click()


# history


def revised(page: MemoryPage, desk: Desk) -> Cube:
    one = cube("The boat is red.")
    desk.add(one)
    for text in ("The boat is blue.", "The boat is blue and old."):
        desk.result(desk.workspace.library.revise(one.id, text=text, reason="Painted"))
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    show(page, desk, one.id)
    page.panel.tabs.setCurrentWidget(page.panel.history)
    return one


def test_any_two_versions_are_compared(page: MemoryPage, desk: Desk) -> None:
    revised(page, desk)
    compare = page.panel.history.compare
    assert compare.diff is None and compare.chosen() is None
    compare.before.setCurrentIndex(compare.before.findData(1))
    assert compare.chosen() == (1, 3)
    changes = [(piece.change, piece.text.strip()) for piece in compare.diff.pieces if piece.change is not Change.SAME]
    assert changes == [(Change.REMOVED, "red."), (Change.ADDED, "blue and old.")]
    compare.swap.click()
    assert compare.chosen() == (3, 1)
    changes = [(piece.change, piece.text.strip()) for piece in compare.diff.pieces if piece.change is not Change.SAME]
    assert changes == [(Change.REMOVED, "blue and old."), (Change.ADDED, "red.")]


def test_the_choice_of_versions_survives_a_change(page: MemoryPage, desk: Desk) -> None:
    one = revised(page, desk)
    compare = page.panel.history.compare
    compare.before.setCurrentIndex(compare.before.findData(1))
    desk.result(desk.workspace.library.revise(one.id, text="Sold."))
    until(desk, lambda: page.panel.history.compare is not compare)
    assert page.panel.history.compare.chosen() == (1, 3)


def test_an_old_version_is_restored_from_its_card(page: MemoryPage, desk: Desk) -> None:
    one = revised(page, desk)
    found = [
        button
        for button in page.panel.history.findChildren(QPushButton)
        if button.accessibleName() == "Restore version 1"
    ]
    found[0].click()
    until(desk, lambda: get(desk, one.id).text == "The boat is red.")
    assert get(desk, one.id).version == 4


def test_the_journal_tells_what_changed_and_leaves_uses_out(page: MemoryPage, desk: Desk) -> None:
    one = cube("One.")
    desk.add(one)
    use(desk, one, 120)
    desk.result(desk.workspace.library.tag([one.id], add=["boat"]))
    desk.result(desk.workspace.library.pin([one.id], True))
    desk.result(desk.workspace.library.undo())
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    show(page, desk, one.id)
    page.panel.tabs.setCurrentWidget(page.panel.history)
    until(desk, lambda: len(page.panel.history.steps) == 4)
    steps = page.panel.history.steps
    assert [say.changed(step) for step in steps] == ["unpinned", "pinned", "tags: +boat", "created"]
    assert say.done(steps[0]) == "Undone: Pin memory" and say.done(steps[1]) == "Pin memory (undone)"


# access log


def use(desk: Desk, one: Cube, times: int = 1, **fields: object) -> None:
    def work(vault: object) -> object:
        for number in range(times):
            values = {"form": Form.TEXT, "tokens": 12, "chat_id": "", **fields}
            moment = now() - timedelta(minutes=number)
            made = Use(one.id, 1, moment, **values)  # type: ignore[arg-type]
            changes = vault.uses.record([made], "Memory for an answer: 1 as text")  # type: ignore[attr-defined]
        return changes

    desk.workspace._store.apply(work)  # type: ignore[arg-type]


def test_the_access_log_leads_to_the_answer(page: MemoryPage, desk: Desk) -> None:
    store = desk.workspace._store
    chat = store.ask(lambda vault: vault.chats.create("Kitchen"))
    answer = Message(new_id(), chat.id, None, Role.ASSISTANT, "MemOS", "Noted.", now())
    store.ask(lambda vault: vault.chats.add_message(answer))
    one = cube("One.")
    desk.add(one)
    use(desk, one, form=Form.KV, chat_id=chat.id, message_id=answer.id)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    show(page, desk, one.id)
    access = page.panel.access
    assert access.log is None  # nobody has looked yet
    page.panel.tabs.setCurrentWidget(access)
    until(desk, lambda: access.log is not None)
    with desk.qtbot.waitSignal(desk.context.navigator.message, timeout=WAIT_MS) as jump:
        press(access, "Kitchen")
    assert jump.args == [chat.id, answer.id]
    texts = [label.text() for label in access.widget().findChildren(type(page.panel._title))]
    assert "Attached as KV, version 1, 12 tokens" in texts


def test_the_lineage_tab_leads_to_the_source_message(page: MemoryPage, desk: Desk) -> None:
    store = desk.workspace._store
    chat = store.ask(lambda vault: vault.chats.create("Kitchen"))
    said = Message(new_id(), chat.id, None, Role.USER, "You", "Well. The tea is in the tin.", now())
    store.ask(lambda vault: vault.chats.add_message(said))
    one = cube("The tea is in the tin.")
    source = Source(chat_id=chat.id, message_id=said.id, start=6, end=28)
    desk.add(replace(one, descriptive=replace(one.descriptive, source=source)))
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    show(page, desk, one.id)
    page.panel.tabs.setCurrentWidget(page.panel.lineage)
    with desk.qtbot.waitSignal(desk.context.navigator.message, timeout=WAIT_MS) as jump:
        press(page.panel.lineage, "Open in the chat")
    assert jump.args == [chat.id, said.id]


def test_the_access_log_is_narrowed_and_read_on(page: MemoryPage, desk: Desk) -> None:
    one = cube("One.")
    desk.add(one)
    use(desk, one, 130)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    show(page, desk, one.id)
    access = page.panel.access
    page.panel.tabs.setCurrentWidget(access)
    until(desk, lambda: access.log is not None and len(access.log.lines) == 100)
    press(access, "Show earlier ones (31)")
    until(desk, lambda: len(access.log.lines) == 131)
    access._choose("other")
    assert len([one for one in access.log.lines if one.label]) == 1


# lineage


def test_the_lineage_tab_says_what_it_is_to_whom(page: MemoryPage, desk: Desk) -> None:
    one, two = cube("Tea."), cube("Milk.")
    fused = cube("Tea with milk.", parents=(one.id, two.id))
    fused = replace(fused, descriptive=replace(fused.descriptive, origin=Origin.FUSED))
    opened(page, desk, fused, one, two)
    lineage = page.panel.lineage
    page.panel.tabs.setCurrentWidget(lineage)
    until(desk, lambda: lineage.graph is not None)
    names = [button.accessibleName() for button in lineage.widget().findChildren(QPushButton)]
    assert "Open Plaintext, Tea., Fact · Generated" in names
    press(lineage, "Show in the lineage view")
    assert page.views.current_name() == "lineage"
    until(desk, lambda: page.views.current().center == fused.id)
    with desk.qtbot.waitSignal(page.panel.shown, timeout=WAIT_MS, check_params_cb=lambda id: id == one.id):
        next(b for b in lineage.widget().findChildren(QPushButton) if "Tea.," in b.accessibleName()).click()


# several


def several(page: MemoryPage, desk: Desk, *cubes: Cube) -> None:
    desk.add(*cubes)
    with desk.qtbot.waitSignal(page.cubes.settled, timeout=WAIT_MS):
        page.activate()
    page.table.selectAll()
    until(desk, lambda: page.panel.many.shared is not None and page.panel.many.shared.count == len(cubes))


def chips(page: MemoryPage) -> dict[str, TagChip]:
    return {chip.tag: chip for chip in page.panel.many.tags.chips.chips if isinstance(chip, TagChip)}


def test_tags_of_several_are_shared_given_and_taken(page: MemoryPage, desk: Desk) -> None:
    one, two = cube("A.", tags=("x", "y")), cube("B.", tags=("x",))
    several(page, desk, one, two)
    assert {tag: chip.everywhere for tag, chip in chips(page).items()} == {"x": True, "y": False}
    chips(page)["y"].name.click()
    until(desk, lambda: set(get(desk, two.id).tags) == {"x", "y"})
    until(desk, lambda: chips(page)["y"].everywhere)
    chips(page)["x"].cross.click()
    until(desk, lambda: get(desk, one.id).tags == ("y",) and get(desk, two.id).tags == ("y",))
    field = page.panel.many.tags.field
    field.setText("new, #boat")
    QTest.keyClick(field, Qt.Key.Key_Return)
    until(desk, lambda: set(get(desk, one.id).tags) == {"y", "new", "boat"})
    desk.wait_toast("Tags added, 2 memories")
    desk.undo_last()
    until(desk, lambda: get(desk, one.id).tags == ("y",))


def test_what_governs_several_is_changed_in_one_step(page: MemoryPage, desk: Desk) -> None:
    one, two = cube("A.", governance=Governance(sensitivity=Sensitivity.SECRET)), cube("B.")
    several(page, desk, one, two)
    fields = page.panel.many.fields
    assert fields.sensitivity.currentIndex() == -1 and fields.scope.currentData() == Scope.PRIVATE
    fields.sensitivity.setCurrentIndex(fields.sensitivity.findData(Sensitivity.PERSONAL))
    fields.sensitivity.activated.emit(fields.sensitivity.currentIndex())
    until(desk, lambda: get(desk, two.id).governance.sensitivity is Sensitivity.PERSONAL)
    assert get(desk, one.id).governance.sensitivity is Sensitivity.PERSONAL
    fields.project.setFocus()
    QTest.keyClicks(fields.project, "boat")
    QTest.keyClick(fields.project, Qt.Key.Key_Return)
    until(desk, lambda: get(desk, two.id).governance.project == "boat")
    desk.result(desk.workspace.library.undo())
    assert {get(desk, one.id).governance.project, get(desk, two.id).governance.project} == {None}


def test_many_are_changed_by_a_job(page: MemoryPage, desk: Desk) -> None:
    cubes = [cube(f"Note {number}") for number in range(120)]
    several(page, desk, *cubes)
    field = page.panel.many.tags.field
    field.setText("many")
    QTest.keyClick(field, Qt.Key.Key_Return)
    desk.wait_toast("Tag added, 120 memories")
    assert desk.result(desk.workspace.library.page(CubeFilter(tag="many"), 0, 1)).total == 120


def test_a_frozen_one_among_them_is_said(page: MemoryPage, desk: Desk) -> None:
    several(page, desk, cube("A.", frozen=True), cube("B."))
    many = page.panel.many
    assert not many.tags.isEnabled() and not many.fields.isEnabled()
    assert many.fixed.text().startswith("1 of them is frozen")
