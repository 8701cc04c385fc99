"""Memory in the chat: the receipt's actions, the card of what was kept, deleting and editing what taught something."""

import time
from typing import Any

import pytest
from chat_desk import ChatDesk, chat, gate
from page_desk import WAIT_MS, desk, look
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from memos_desktop.errors import NotFoundError
from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.kept import KeptCard
from memos_desktop.ui.chat.receipt_card import ReceiptCard

__all__ = ["chat", "desk", "gate", "look"]

TEA = "Nora's favourite tea is sencha"


def kept_card(chat: ChatDesk, answer: AnswerItem) -> KeptCard:
    chat.expect(lambda: answer.kept is not None)
    assert answer.kept is not None
    return answer.kept


def shelf(chat: ChatDesk) -> list[str]:
    page = chat.desk.result(chat.desk.workspace.library.page(CubeFilter(), 0, 50))
    return sorted(cube.text for cube in page.cubes)


def cube_of(chat: ChatDesk, id: str) -> Cube:
    return chat.desk.result(chat.desk.workspace.library.cube(id))


@pytest.fixture
def card(chat: ChatDesk) -> ReceiptCard:
    """The receipt of an answer that used one memory; how that stands is known."""
    chat.desk.result(chat.desk.workspace.library.add(TEA))
    chat.say("What is Nora's favourite tea?")
    chat.page.receipts.show(chat.answer())
    [card] = chat.page.panel.cards
    chat.expect(lambda: card.acts.pin.isEnabled())
    return card


# the receipt


def test_correct_makes_a_new_version_in_place(chat: ChatDesk, card: ReceiptCard) -> None:
    card.acts.correct.click()
    assert card.correct.field.toPlainText() == TEA and card.text.isHidden()
    card.correct.field.setPlainText("Nora's favourite tea is hojicha")
    QTest.keyClick(card.correct.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    chat.desk.wait_toast("Corrected")
    cube = cube_of(chat, card.item_id)
    assert (cube.text, cube.version, cube.reason) == ("Nora's favourite tea is hojicha", 2, "corrected in a chat")
    chat.expect(lambda: "this answer had version 1" in card.standing.text())
    assert not card.text.isHidden() and card.text.text() == TEA
    chat.desk.undo_last()
    chat.expect(lambda: card.standing.text() == "")


def test_a_correction_does_not_write_over_another_one(chat: ChatDesk, card: ReceiptCard) -> None:
    card.acts.correct.click()
    chat.desk.result(chat.desk.workspace.library.revise(card.item_id, text="Nora drinks coffee now"))
    card.correct.field.setPlainText("Nora's favourite tea is hojicha")
    card.correct.save.click()
    chat.expect(lambda: "was changed meanwhile" in card.correct.problem.text())
    assert cube_of(chat, card.item_id).text == "Nora drinks coffee now"
    QTest.keyClick(card.correct.field, Qt.Key.Key_Escape)
    assert card.correct.isHidden() and not card.text.isHidden()


def test_pin_shows_what_is_true(chat: ChatDesk, card: ReceiptCard) -> None:
    card.acts.pin.click()
    chat.expect(lambda: card.acts.pin.toolTip() == "Unpin")
    assert cube_of(chat, card.item_id).pinned and card.standing.text() == "It is pinned."
    chat.desk.result(chat.desk.workspace.library.pin([card.item_id], False))
    chat.expect(lambda: card.acts.pin.toolTip().startswith("Pin"))


def test_not_relevant_ranks_it_lower_and_undo_takes_it_back(chat: ChatDesk, card: ReceiptCard) -> None:
    card.acts.less.click()
    chat.desk.wait_toast("ranked lower")
    assert cube_of(chat, card.item_id).governance.priority == -1
    chat.expect(lambda: "priority -1" in card.acts.less.toolTip())
    chat.desk.undo_last()
    chat.expect(lambda: "priority" not in card.acts.less.toolTip())


def test_excluded_from_this_chat_after_it_was_opened_again_too(chat: ChatDesk, card: ReceiptCard) -> None:
    here, card_id = chat.page.conversation.open.id, card.item_id
    card.acts.exclude.click()
    chat.desk.wait_toast("Not used in this chat any more")
    again = chat.say("What is Nora's favourite tea, please?")
    assert card.item_id not in {one["id"] for one in again.message.receipt["injected"]}
    chat.page.new_chat()
    chat.open(here)
    assert chat.page.conversation.open.exclude == {card_id}
    first = chat.items[1]
    assert isinstance(first, AnswerItem)
    chat.page.receipts.show(first)
    [fresh] = chat.page.panel.cards
    assert "use it again" in fresh.acts.exclude.toolTip()
    listed = chat.page.panel.excluded_list
    chat.expect(lambda: [one.text() for one in listed.findChildren(QPushButton)] == ["Use again"])
    listed.findChildren(QPushButton)[0].click()
    chat.desk.wait_toast("Used in this chat again")
    assert chat.desk.result(chat.desk.workspace.chats.get(here)).excluded == ()
    assert listed.isHidden() and "use it again" not in fresh.acts.exclude.toolTip()
    chat.desk.undo_last()
    chat.expect(lambda: "use it again" in fresh.acts.exclude.toolTip())
    assert chat.desk.result(chat.desk.workspace.chats.get(here)).excluded == (card_id,)


def test_a_temporary_chat_excludes_while_it_is_open(chat: ChatDesk) -> None:
    cube = chat.desk.result(chat.desk.workspace.library.add(TEA))
    chat.page.new_temporary_chat()
    chat.say("What is Nora's favourite tea?")
    chat.page.panel.cards[0].acts.exclude.click()
    again = chat.say("What is Nora's favourite tea, please?")
    assert cube.id not in {one["id"] for one in again.message.receipt["injected"]}


def test_forget_asks_in_the_panel_and_the_words_leave_the_window(chat: ChatDesk, card: ReceiptCard) -> None:
    panel = chat.page.panel
    panel.resize(360, 700)
    panel.show()
    card.acts.forget.click()
    forget = panel._forget
    assert forget is not None
    chat.expect(forget.forget_button.isEnabled)
    forget.forget_button.click()
    chat.expect(lambda: forget.report is not None)
    assert forget.report.verified
    with pytest.raises(NotFoundError):
        cube_of(chat, card.item_id)
    chat.expect(lambda: chat.answer().message.receipt["retrieved"][0]["text"] == "")
    forget.cancel_button.click()
    chat.expect(lambda: panel.cards[0].standing.text() == "Forgotten since: it is gone for good.")
    assert panel.cards[0].text.text() == ""
    assert not panel.cards[0].acts.forget.isEnabled() and not panel.cards[0].acts.correct.isEnabled()


def test_a_receipt_knows_what_became_of_a_memory(chat: ChatDesk, card: ReceiptCard) -> None:
    library = chat.desk.workspace.library
    chat.desk.result(library.freeze([card.item_id], True))
    chat.expect(lambda: "It is frozen." in card.standing.text())
    assert not card.acts.pin.isEnabled() and not card.acts.forget.isEnabled()
    assert "frozen: unfreeze it first" in card.acts.correct.toolTip()
    chat.desk.result(library.freeze([card.item_id], False))
    chat.desk.result(library.bin([card.item_id]))
    chat.expect(lambda: "It is in the bin now." in card.standing.text())
    assert card.acts.forget.isEnabled() and not card.acts.correct.isEnabled()
    chat.desk.result(library.unbin([card.item_id]))
    chat.desk.result(library.archive([card.item_id]))
    chat.expect(lambda: "archived now" in card.standing.text())


# what was kept


def test_what_is_kept_is_shown_and_can_be_taken_back(chat: ChatDesk) -> None:
    answer = chat.say("My favourite tea is sencha.")
    card = kept_card(chat, answer)
    [row] = card.rows
    assert "sencha" in row.words.full_text()
    row.undo.click()
    chat.expect(lambda: "taken back" in row.words.full_text())
    assert shelf(chat) == []


def test_the_card_is_there_after_reopening_and_undo_works_later(chat: ChatDesk) -> None:
    chat.say("My favourite tea is sencha.")
    here = chat.page.conversation.open.id
    chat.desk.result(chat.desk.workspace.library.add("Something else."))
    chat.page.new_chat()
    chat.open(here)
    card = kept_card(chat, chat.answer())
    card.rows[0].undo.click()
    chat.expect(lambda: card.rows[0].taken_back)
    assert shelf(chat) == ["Something else."]
    chat.desk.result(chat.desk.workspace.library.undo())
    chat.expect(lambda: chat.answer().kept is not None and not chat.answer().kept.rows[0].taken_back)
    assert len(shelf(chat)) == 2


def test_the_card_is_there_after_scrolling_far_away(chat: ChatDesk) -> None:
    here = chat.fill("Long", 200)
    chat.open(here)
    chat.say("My favourite tea is sencha.")
    kept_card(chat, chat.answer())
    column = chat.page.column
    for _ in range(12):
        column.verticalScrollBar().setValue(0)
        chat.expect(lambda: not column._filler.isActive())
    assert column.item(column.messages[-1].id) is None
    column.go_to_end()
    chat.expect(lambda: isinstance(column.items[-1], AnswerItem) and column.items[-1].kept is not None)


def test_several_memories_have_a_row_each(chat: ChatDesk) -> None:
    answer = chat.say("My favourite tea is sencha. What do you think? From now on, always answer in French.")
    card = kept_card(chat, answer)
    assert len(card.rows) == 2
    card.rows[0].undo.click()
    chat.expect(lambda: card.rows[0].taken_back)
    assert not card.rows[1].taken_back and len(shelf(chat)) == 1
    card.undo_all.click()
    chat.expect(lambda: card.rows[1].taken_back)
    assert shelf(chat) == [] and card.undo_all.isHidden()


def test_undo_all_at_once_is_one_undo_step(chat: ChatDesk) -> None:
    answer = chat.say("My favourite tea is sencha. What do you think? From now on, always answer in French.")
    card = kept_card(chat, answer)
    card.undo_all.click()
    chat.expect(lambda: all(row.taken_back for row in card.rows))
    assert chat.desk.result(chat.desk.workspace.library.undo_labels())[1] == "Remember 2 statements"


def test_what_was_kept_can_be_corrected_in_the_card_and_opened(chat: ChatDesk) -> None:
    answer = chat.say("My favourite tea is sencha.")
    [row] = kept_card(chat, answer).rows
    before = answer.height_for(700)
    row.correct.click()
    assert answer.height_for(700) > before
    row.field.field.setPlainText("My favourite tea is hojicha.")
    row.field.save.click()
    chat.expect(lambda: "hojicha" in row.words.full_text())
    assert shelf(chat) == ["My favourite tea is hojicha."]
    with chat.desk.qtbot.waitSignal(chat.desk.context.navigator.cube, timeout=WAIT_MS) as opened:
        row.show_button.click()
    assert opened.args == [row.cube.id]


def test_a_memory_that_is_binned_elsewhere_leaves_the_card(chat: ChatDesk) -> None:
    answer = chat.say("My favourite tea is sencha.")
    [row] = kept_card(chat, answer).rows
    chat.desk.result(chat.desk.workspace.library.bin([row.cube.id]))
    chat.expect(lambda: answer.kept is None)


# deleting


def test_a_message_is_deleted_with_its_answer_and_comes_back(chat: ChatDesk) -> None:
    chat.say("Tell me of boats.")
    chat.say("And of piers.")
    chat.page.acts.act("delete", chat.items[2])
    chat.desk.wait_toast("Message deleted, with 1 below it")
    chat.expect(lambda: len(chat.items) == 2)
    chat.desk.undo_last()
    chat.expect(lambda: len(chat.items) == 4)


def test_the_delete_key_and_the_menu_delete(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.say("Tell me of boats.")
    chat.say("And of piers.")
    QTest.keyClick(chat.items[3], Qt.Key.Key_Delete)
    chat.expect(lambda: len(chat.items) == 3)
    menu = chat.items[2].menu()
    [delete] = [one for one in menu.actions() if one.text().startswith("Delete")]
    delete.trigger()
    chat.expect(lambda: len(chat.items) == 2)
    popped: list[QPoint] = []
    monkeypatch.setattr("PySide6.QtWidgets.QMenu.popup", lambda _menu, place: popped.append(place))
    chat.items[0].contextMenuEvent(
        QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(5, 5))
    )
    assert popped == [QPoint(5, 5)]


def test_nothing_is_deleted_while_an_answer_is_written(chat: ChatDesk, gate: Any) -> None:
    chat.type("Tell me of boats and piers.")
    chat.expect(lambda: len(chat.items) == 2 and chat.page.conversation.runner.answer_id != "")
    chat.page.acts.act("delete", chat.items[0])
    chat.desk.wait_toast("Stop it first")
    gate.open()
    chat.finished(2)


def test_a_temporary_chat_deletes_in_the_window(chat: ChatDesk) -> None:
    chat.page.new_temporary_chat()
    chat.say("Tell me of boats.")
    chat.say("And of piers.")
    chat.page.acts.act("delete", chat.items[2])
    assert len(chat.items) == 2 and len(chat.page.column.messages) == 2
    chat.desk.undo_last()
    chat.expect(lambda: len(chat.items) == 4)


# edited and deleted sources


def edit(chat: ChatDesk, text: str) -> None:
    chat.page.acts.act("edit", chat.question())
    chat.page.composer.set_text(text)
    chat.page.composer.send.click()
    chat.finished(2)


def test_after_an_edit_the_chat_offers_to_update_what_was_learned(chat: ChatDesk) -> None:
    answer = chat.say("I live in Porto near the river.")
    kept_card(chat, answer)
    strip = chat.page.outdated
    assert strip.isHidden()
    edit(chat, "I live in Lisbon near the river.")
    chat.expect(strip.isVisible)
    assert strip.words.text() == "1 memory was learned from the earlier wording."
    strip.update_button.click()
    chat.desk.wait_toast("Updated: 1 memory")
    chat.expect(strip.isHidden)
    assert shelf(chat) == ["I live in Lisbon near the river."]
    chat.desk.undo_last()
    chat.expect(strip.isVisible)
    assert len(shelf(chat)) == 2


def test_keep_ends_the_question_also_after_reopening(chat: ChatDesk) -> None:
    chat.say("I live in Porto near the river.")
    edit(chat, "What is the capital of Portugal?")
    strip = chat.page.outdated
    chat.expect(strip.isVisible)
    assert strip.update_button.isHidden()
    strip.keep_button.click()
    chat.expect(strip.isHidden)
    here = chat.page.conversation.open.id
    chat.page.new_chat()
    chat.open(here)
    assert strip.isHidden() and shelf(chat) == ["I live in Porto near the river."]


def test_after_a_deletion_the_memory_can_go_to_the_bin(chat: ChatDesk) -> None:
    chat.say("Hello there, friend of boats")
    chat.say("I live in Porto near the river.")
    chat.page.acts.act("delete", chat.items[2])
    strip = chat.page.outdated
    chat.expect(strip.isVisible)
    assert "a message that was deleted" in strip.words.text()
    strip.bin_button.click()
    chat.expect(strip.isHidden)
    assert "I live in Porto near the river." not in shelf(chat)


def test_another_chat_asks_nothing(chat: ChatDesk) -> None:
    chat.say("I live in Porto near the river.")
    edit(chat, "What is the capital of Portugal?")
    chat.expect(chat.page.outdated.isVisible)
    chat.page.new_chat()
    chat.expect(chat.page.outdated.isHidden)


# long pastes


def paste(chat: ChatDesk, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    chat.page.composer.field.insertFromMimeData(data)


def test_a_very_long_paste_is_offered_as_a_document(chat: ChatDesk) -> None:
    paste(chat, "x" * 500_000)
    offer = chat.page.paste
    assert offer.isVisible() and chat.page.composer.text() == ""
    assert "500,000 characters" in offer.words.text() and offer.insert.isHidden()
    offer.attach.click()
    chat.expect(lambda: len(chat.page.attachments.ids) == 1)
    assert offer.isHidden()
    assert cube_of(chat, chat.page.attachments.ids[0]).text == "x" * 500_000


def test_a_long_paste_without_blanks_goes_in_quickly_when_wanted(chat: ChatDesk) -> None:
    paste(chat, "x" * 300_000)
    began = time.perf_counter()
    chat.page.paste.insert.click()
    chat.desk.qtbot.wait(1)
    assert time.perf_counter() - began < 3  # seconds; wrapped at words it takes some ten
    assert len(chat.page.composer.text()) == 300_000
    chat.page.composer.clear()
    chat.page.composer.set_text("word " * 40)
    assert chat.page.composer.field.wordWrapMode().name == "WrapAtWordBoundaryOrAnywhere"


def test_a_short_paste_goes_in_as_always(chat: ChatDesk) -> None:
    paste(chat, "Just a line")
    assert chat.page.composer.text() == "Just a line" and chat.page.paste.isHidden()
    paste(chat, "y" * 30_000)
    QTest.mouseClick(chat.page.paste.close_button, Qt.MouseButton.LeftButton)
    assert chat.page.paste.isHidden() and chat.page.composer.text() == "Just a line"
