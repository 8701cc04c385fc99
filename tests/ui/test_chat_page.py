"""Chats on the page: list, search, long chats, composer, links, what undo elsewhere does to it."""

import pytest
from chat_desk import ChatDesk, chat
from page_desk import WAIT_MS, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memos_desktop.ui.chat.blocks import CodeBlock, Prose
from memos_desktop.ui.chat.column import FIRST, MOST
from memos_desktop.ui.chat.composer import LINES
from memos_desktop.ui.chat.page import NARROW

__all__ = ["chat", "desk", "look"]


def titles(chat: ChatDesk) -> list[str]:
    return [row.title for row in chat.page.list.model.rows if row.chat is not None]


# the list


def test_chats_stand_under_their_dates(chat: ChatDesk) -> None:
    chat.fill("Older", 2)
    chat.fill("Newer", 2)
    chat.expect(lambda: titles(chat) == ["Newer", "Older"])
    assert chat.page.list.model.rows[0].heading == "Today"


def test_search_finds_a_message_and_jumps_to_it(chat: ChatDesk) -> None:
    chat.fill("Long", 400, "This is item{number}z of many")
    chat.page.search()
    chat.page.list.field.setText("item17z")
    chat.expect(lambda: any(row.hit for row in chat.page.list.model.rows))
    with chat.desk.qtbot.waitSignal(chat.page.column.settled, timeout=WAIT_MS):
        QTest.keyClick(chat.page.list.field, Qt.Key.Key_Return)
    marked = chat.page.column._marked
    assert marked is not None and "item17z " in marked.message.text
    top = marked.mapTo(chat.page.column.viewport(), marked.rect().topLeft()).y()
    assert 0 <= top < chat.page.column.viewport().height()


def test_a_hit_on_another_branch_shows_that_branch(chat: ChatDesk) -> None:
    chat.say("A word about zebras")
    chat.page.acts.act("edit", chat.question())
    chat.type("Something else")
    chat.finished(2)
    chat.page.list.field.setText("zebras")
    chat.expect(lambda: any(row.hit for row in chat.page.list.model.rows))
    chat.page.list._open_current()
    chat.expect(lambda: chat.items and chat.texts()[0] == "A word about zebras")


def test_rename_goes_through_the_prompter(chat: ChatDesk) -> None:
    chat.say("Hello")
    chat.desk.prompter.text = "A better title"
    chat.page.header.asked.emit("rename")
    chat.expect(lambda: titles(chat) == ["A better title"])
    chat.expect(lambda: chat.page.header.title.full_text() == "A better title")


def test_a_deleted_chat_leaves_the_page_and_undo_brings_it_back(chat: ChatDesk) -> None:
    chat.say("Hello")
    deleted = chat.page.conversation.open.id
    chat.page.header.asked.emit("delete")
    chat.desk.wait_toast("Deleted")
    chat.expect(lambda: titles(chat) == [] and chat.items == [])
    chat.desk.undo_last()
    chat.expect(lambda: chat.page.conversation.open.id == deleted and len(chat.items) == 2)


def test_undo_elsewhere_is_shown_here(chat: ChatDesk) -> None:
    chat.say("Hello")
    chat.desk.result(chat.desk.workspace.library.undo())
    chat.expect(lambda: len(chat.items) < 2)


# long chats


@pytest.fixture
def long(chat: ChatDesk) -> ChatDesk:
    chat.open(chat.fill("Long", 600))
    return chat


def test_a_long_chat_opens_at_its_end_with_few_widgets(long: ChatDesk) -> None:
    column = long.page.column
    assert len(column.messages) == 600
    assert len(column.items) == FIRST
    assert long.texts()[-1] == "Message 599"
    bar = column.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0


def test_scrolling_up_builds_earlier_messages_and_keeps_the_place(long: ChatDesk) -> None:
    column = long.page.column
    before = column.first
    column.verticalScrollBar().setValue(10)
    watched = column._anchor()
    assert watched is not None
    place = watched.y() - column.verticalScrollBar().value()
    with long.desk.qtbot.waitSignal(column.settled, timeout=WAIT_MS):
        pass
    assert column.first < before
    assert watched.y() - column.verticalScrollBar().value() == place


def test_the_number_of_widgets_stays_bounded(long: ChatDesk) -> None:
    column = long.page.column
    while column.first > 0:
        with long.desk.qtbot.waitSignal(column.settled, timeout=WAIT_MS):
            column.verticalScrollBar().setValue(0)
        assert len(column.items) <= MOST
    assert long.items[0].message.text == "Message 0"
    assert not long.page.to_end.isHidden()
    with long.desk.qtbot.waitSignal(column.settled, timeout=WAIT_MS):
        long.page.to_end.click()
    assert long.texts()[-1] == "Message 599"


def test_items_never_overlap_at_any_width(long: ChatDesk) -> None:
    for width in (700, 1300):
        with long.desk.qtbot.waitSignal(long.page.column.settled, timeout=WAIT_MS):
            long.page.resize(width, 700)
        for upper, lower in zip(long.items, long.items[1:], strict=False):
            assert upper.geometry().bottom() < lower.geometry().top()
            assert upper.width() == long.page.column._width()


# what is shown


def test_hostile_answers_stay_text(chat: ChatDesk) -> None:
    chat.open(chat.fill("Hostile", 2, "<img src='https://example.org/x.png'><script>x</script> text {number}"))
    prose = chat.answer().findChild(Prose)
    assert prose is not None
    assert "<img" not in prose._html and "&lt;script&gt;" in prose._html


def test_a_link_is_opened_by_the_prompter_only(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(chat.desk.prompter, "open_link", lambda _parent, address: opened.append(address))
    chat.open(chat.fill("Links", 2, "See [this](https://example.org/{number})"))
    prose = chat.answer().findChild(Prose)
    assert prose is not None and not prose.openExternalLinks()
    prose.linkActivated.emit("https://example.org/1")
    assert opened == ["https://example.org/1"]


def test_code_can_be_copied(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(chat.desk.prompter, "copy", copied.append)
    chat.open(chat.fill("Code", 2, "Look:\n\n```python\nx = {number}\n```"))
    block = chat.answer().findChild(CodeBlock)
    assert block is not None
    block.copy.click()
    assert copied == ["x = 1"]


def test_a_huge_message_is_cut_on_the_screen_and_copied_whole(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(chat.desk.prompter, "copy", copied.append)
    chat.open(chat.fill("Huge", 2, "word " * 60_000 + "{number}"))
    assert "more characters" in chat.question().text.text()
    chat.page.acts.act("copy", chat.question())
    assert len(copied[0]) > 250_000


def test_the_theme_reaches_messages(chat: ChatDesk) -> None:
    chat.open(chat.fill("Code", 2, "```python\nx = {number}\n```"))
    theme = chat.desk.context.theme
    block = chat.answer().findChild(CodeBlock)
    assert block is not None
    light = block.text.text()
    try:
        theme.configure("dark", reduced_motion=True)
        chat.expect(lambda: theme.tokens.activation in chat.answer().findChildren(CodeBlock)[-1].text.text())
        assert chat.answer().findChildren(CodeBlock)[-1].text.text() != light
    finally:
        theme.configure("light", reduced_motion=True)


def test_actions_appear_with_the_keyboard(chat: ChatDesk) -> None:
    answer = chat.say("Hello")
    assert answer._actions is None
    chat.page.window().activateWindow()
    answer.setFocus()
    chat.expect(lambda: answer._actions is not None and answer._actions.isVisible())


# composer


def test_enter_sends_and_shift_enter_breaks_the_line(chat: ChatDesk) -> None:
    field = chat.page.composer.field
    QTest.keyClicks(field, "one")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field, "two")
    assert field.toPlainText() == "one\ntwo"
    QTest.keyClick(field, Qt.Key.Key_Return)
    chat.finished(2)
    assert chat.texts()[0] == "one\ntwo"


def test_enter_can_break_the_line_instead(chat: ChatDesk) -> None:
    chat.desk.workspace.settings.change(send_with_enter=False)
    field = chat.page.composer.field
    QTest.keyClicks(field, "one")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.toPlainText() == "one\n"
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    chat.finished(2)


def test_the_composer_grows_to_ten_lines(chat: ChatDesk) -> None:
    field = chat.page.composer.field
    heights = []
    for lines in (1, 5, LINES, LINES + 5):
        field.setPlainText("\n".join("x" for _ in range(lines)))
        heights.append(field.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_nothing_is_sent_without_text(chat: ChatDesk) -> None:
    chat.page.composer.set_text("  \n ")
    assert not chat.page.composer.send.isEnabled()
    QTest.keyClick(chat.page.composer.field, Qt.Key.Key_Return)
    assert chat.items == [] and chat.chat_count() == 0


def test_an_example_goes_into_the_composer(chat: ChatDesk) -> None:
    chat.page.welcome.chosen.emit("Help me plan")
    assert chat.page.composer.text() == "Help me plan"
    assert chat.items == []


def test_a_narrow_page_hides_the_list(chat: ChatDesk) -> None:
    chat.page.resize(NARROW - 1, 700)
    chat.expect(lambda: chat.page.list.isHidden())
    chat.page.header.sidebar.click()
    assert not chat.page.list.isHidden()


def test_every_button_has_a_name(chat: ChatDesk) -> None:
    from PySide6.QtWidgets import QAbstractButton

    from memos_desktop.ui.widgets import SearchField

    chat.say("My favourite tea is sencha.")
    chat.answer()._show_actions(True)
    nameless = [
        one
        for one in chat.page.findChildren(QAbstractButton)
        if not (one.text() or one.accessibleName())
        and one.objectName() != "qt_toolbar_ext_button"
        and not isinstance(one.parent(), SearchField)  # its own inner buttons
    ]
    assert nameless == []
