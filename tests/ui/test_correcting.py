"""Correcting a memory in the chat: nothing that was typed is thrown away, every refusal is said where it belongs."""

import pytest
from chat_desk import ChatDesk, Gate, chat, gate
from page_desk import desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memos_desktop.errors import MemosError, UserError
from memos_desktop.ui.chat.receipt_card import ReceiptCard

__all__ = ["chat", "desk", "gate", "look"]

TEA = "Nora's favourite tea is sencha"
MINE = "Nora's favourite tea is hojicha"
ASKED = "What is Nora's favourite tea?"


def correcting(chat: ChatDesk) -> ReceiptCard:
    """The card of the receipt that is shown, with a correction begun."""
    [card] = chat.page.panel.cards
    chat.expect(lambda: card.acts.correct.isEnabled())
    card.acts.correct.click()
    card.correct.field.setPlainText(MINE)
    return card


def test_the_end_of_an_answer_keeps_the_correction_in_its_receipt(chat: ChatDesk, gate: Gate) -> None:
    chat.desk.result(chat.desk.workspace.library.add(TEA))
    chat.type(ASKED)
    chat.expect(lambda: len(chat.page.panel.cards) == 1)
    card = correcting(chat)
    gate.open()
    chat.finished(2)
    assert chat.page.panel.cards == [card] and card.correct.field.toPlainText() == MINE
    QTest.keyClick(card.correct.field, Qt.Key.Key_Escape)
    assert len(chat.page.panel.cards) == 1 and chat.page.panel.cards != [card]  # the receipt of the whole answer


def test_another_receipt_waits_for_the_correction_and_says_so(chat: ChatDesk) -> None:
    chat.desk.result(chat.desk.workspace.library.add(TEA))
    first = chat.say(ASKED)
    chat.say(ASKED)
    chat.page.receipts.show(first)
    card = correcting(chat)
    chat.page.receipts.show(chat.answer())
    assert chat.page.panel.cards == [card]
    assert sum("Save or cancel your correction" in said for said in chat.desk.toasts()) == 1
    card.correct.save.click()
    chat.desk.wait_toast("Corrected")
    assert card not in chat.page.panel.cards


def test_a_forgotten_memory_leaves_the_correction_to_be_copied(chat: ChatDesk) -> None:
    cube = chat.desk.result(chat.desk.workspace.library.add(TEA))
    chat.page.receipts.show(chat.say(ASKED))
    card = correcting(chat)
    chat.desk.result(chat.desk.workspace.forgetting.forget([cube.id], messages=False).future)
    chat.expect(lambda: "gone for good" in card.standing.text())
    assert not card.correct.isHidden() and card.correct.field.toPlainText() == MINE


def test_an_empty_correction_cannot_be_saved(chat: ChatDesk) -> None:
    chat.desk.result(chat.desk.workspace.library.add(TEA))
    chat.page.receipts.show(chat.say(ASKED))
    card = correcting(chat)
    card.correct.field.setPlainText("  ")
    assert not card.correct.save.isEnabled()
    QTest.keyClick(card.correct.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not card.correct.isHidden() and card.correct.problem.isHidden()


def test_a_refused_text_is_said_in_the_card(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> str:
        raise UserError("This text is too long.")

    chat.desk.result(chat.desk.workspace.library.add(TEA))
    chat.page.receipts.show(chat.say(ASKED))
    card = correcting(chat)
    monkeypatch.setattr("memos_desktop.app.library.checked", refuse)
    with chat.desk.qtbot.waitSignal(card.correct.resized):
        card.correct.save.click()
    assert card.correct.problem.text() == "This text is too long."
    assert card.correct.save.isEnabled()


def test_a_refusal_after_the_field_was_left_is_a_toast(chat: ChatDesk) -> None:
    chat.desk.result(chat.desk.workspace.library.add(TEA))
    chat.page.receipts.show(chat.say(ASKED))
    card = correcting(chat)
    card.correct.close_field()
    refused: MemosError = UserError("It was changed meanwhile.")
    card.correct._refused(refused)
    assert chat.desk.toasts()[-1] == "It was changed meanwhile."
