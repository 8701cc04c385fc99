"""Memory in the chat on the real window: the receipt's actions, the card of what was kept, edited and deleted words."""

import pytest
from hands import button, right_click, say
from operator_person import CTRL, Operator
from PySide6.QtCore import QPoint, Qt

from memos_desktop.app.indexing import Indexing
from memos_desktop.errors import IndexUnavailableError, NotFoundError
from memos_desktop.paths import DataFolder

TEA = "Nora's favourite tea is sencha"
ASKED = "What is Nora's favourite tea?"
PORTO, LISBON = "I live in Porto near the river.", "I live in Lisbon near the river."


def asleep(*_arguments):
    raise IndexUnavailableError("The index is left out here.")


@pytest.fixture
def person(qtbot, tmp_path, monkeypatch):
    """At a chat with a model that repeats what it is told."""
    monkeypatch.setattr(Indexing, "nearest", asleep)  # recall goes by words; no helper process is started
    person = Operator(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


@pytest.fixture
def tea(person):
    """A memory that an answer will use."""
    return person.library.add(TEA).result(20)


def chat_of(person):
    return person.window.pages["chats"]


def receipt(person, answer):
    """Click "1 memory" below the answer; the card of the memory, when it knows how that stands."""
    person.press(answer.receipt)
    panel = chat_of(person).panel
    person.until(lambda: panel.isVisible() and len(panel.cards) == 1)
    card = panel.cards[0]
    person.until(card.acts.pin.isEnabled)
    return card


def texts(person):
    return sorted(cube.text for cube in person.shelf().values())


def undo_in_the_toast(person):
    person.press(person.window.toasts.shown[-1].action)


def act(person, item, words):
    """An entry of a message's menu. Right of the words is the text's own menu."""
    right_click(item, QPoint(12, item.height() - 12))
    person.pick(words)


def test_correct_and_pin_from_the_receipt(person, tea):
    card = receipt(person, say(person, ASKED))
    person.press(card.acts.correct)
    person.until(card.correct.field.hasFocus)
    person.keys(Qt.Key.Key_A, CTRL)
    person.qtbot.keyClicks(card.correct.field, "Nora's favourite tea is hojicha")
    person.press(card.correct.save)
    person.toast("Corrected")
    person.until(lambda: "this answer had version 1" in card.standing.text())
    assert (person.now(tea).text, person.now(tea).version) == ("Nora's favourite tea is hojicha", 2)
    undo_in_the_toast(person)
    person.until(lambda: person.now(tea).text == TEA)

    person.press(card.acts.pin)
    person.until(lambda: person.now(tea).pinned and card.acts.pin.toolTip() == "Unpin")
    card.acts.pin.setFocus()
    person.keys(Qt.Key.Key_Z, CTRL)
    person.until(lambda: not person.now(tea).pinned and card.acts.pin.toolTip().startswith("Pin"))


def test_excluded_from_the_receipt_and_used_again(person, tea):
    card = receipt(person, say(person, ASKED))
    person.press(card.acts.exclude)
    person.toast("Not used in this chat any more")
    again = say(person, "And what is Nora's favourite tea, please?")
    assert tea.id not in {one["id"] for one in again.message.receipt["injected"]}
    listed = chat_of(person).panel.excluded_list
    person.press(button(person, listed, "Excluded from this chat: 1"))
    person.press(button(person, listed, "Use again"))
    person.toast("Used in this chat again")
    more = say(person, "Once more: Nora's favourite tea?")
    assert tea.id in {one["id"] for one in more.message.receipt["injected"]}


def test_forgotten_from_the_receipt(person, tea):
    answer = say(person, ASKED)
    card = receipt(person, answer)
    person.press(card.acts.forget)
    panel = chat_of(person).panel
    forget = button(person, panel, "Forget")
    assert person.now(tea).text == TEA
    person.press(forget)
    person.until(lambda: panel._forget.report is not None)
    assert panel._forget.report.verified
    with pytest.raises(NotFoundError):
        person.now(tea)
    person.press(button(person, panel, "Done"))
    person.until(lambda: panel.cards[0].standing.text() == "Forgotten since: it is gone for good.")
    person.until(lambda: "sencha" not in str(answer.message.receipt))


def test_the_card_of_what_was_remembered_takes_it_back(person):
    answer = say(person, "My favourite tea is sencha.")
    person.until(lambda: answer.kept is not None and answer.kept.isVisible())
    (row,) = answer.kept.rows
    assert "sencha" in row.words.full_text() and texts(person) == ["My favourite tea is sencha."]
    person.press(row.undo)
    person.until(lambda: "taken back" in row.words.full_text())
    assert texts(person) == []


def test_an_edited_message_offers_to_update_what_it_taught(person):
    say(person, PORTO)
    page = chat_of(person)
    strip = page.outdated
    person.until(lambda: texts(person) == [PORTO])
    act(person, page.column.items[0], "Edit and branch")
    person.until(page.composer.field.hasFocus)
    assert page.composer.text() == PORTO
    person.keys(Qt.Key.Key_A, CTRL)
    person.qtbot.keyClicks(page.composer.field, LISBON)
    person.keys(Qt.Key.Key_Return)
    person.until(strip.isVisible)
    person.until(lambda: not page.conversation.runner.running)
    assert strip.words.text() == "1 memory was learned from the earlier wording."
    person.press(strip.update_button)
    person.toast("Updated: 1 memory")
    person.until(lambda: texts(person) == [LISBON] and not strip.isVisible())


def test_a_deleted_message_marks_what_it_taught(person):
    say(person, "Hello there, friend of boats")
    say(person, PORTO)
    page = chat_of(person)
    person.until(lambda: PORTO in texts(person))
    question = page.column.items[2]
    question.setFocus()
    person.keys(Qt.Key.Key_Delete)
    person.toast("Message deleted, with 1 below it")
    strip = page.outdated
    person.until(strip.isVisible)
    assert "a message that was deleted" in strip.words.text()
    person.press(strip.bin_button)
    person.until(lambda: PORTO not in texts(person) and not strip.isVisible())
    undo_in_the_toast(person)
    person.until(lambda: PORTO in texts(person) and strip.isVisible())
