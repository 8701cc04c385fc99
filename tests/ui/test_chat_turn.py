"""A turn as the person sees it: send, stream, stop, answer again, edit, branches, receipt, what is kept."""

import pytest
from chat_desk import ChatDesk, Gate, chat, gate
from page_desk import desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memos_desktop.engine.echo import EchoEngine
from memos_desktop.errors import ModelError
from memos_desktop.memory.message import Finish, MemoryMode, Role

__all__ = ["chat", "desk", "gate", "look"]


def test_a_message_is_answered_and_saved(chat: ChatDesk) -> None:
    answer = chat.say("Hello there")
    assert "Hello there" in answer.body.text
    assert answer.message.finish is Finish.STOP
    opened = chat.page.conversation.open
    assert chat.saved(opened.id) == chat.texts()
    assert chat.page.header.title.full_text() == "Hello there"
    assert chat.page.composer.text() == ""


def test_the_message_is_in_the_column_before_the_model_answers(chat: ChatDesk, gate: Gate) -> None:
    chat.type("First words")
    assert chat.texts() == ["First words", ""]
    chat.expect(lambda: chat.answer().body.text != "")
    assert chat.page.conversation.runner.running
    gate.open()
    chat.finished(2)
    assert chat.answer().message.id == chat.page.column.messages[-1].id


def test_escape_stops_and_keeps_what_has_arrived(chat: ChatDesk, gate: Gate) -> None:
    chat.type("one two three four five")
    chat.expect(lambda: chat.answer().body.text != "")
    QTest.keyClick(chat.page.composer.field, Qt.Key.Key_Escape)
    chat.finished(2)
    assert chat.answer().message.finish is Finish.CANCELLED
    assert "five" not in chat.answer().body.text
    assert "stopped" in chat.answer().note.text()
    assert chat.saved(chat.page.conversation.open.id)[1] == chat.answer().body.text


def test_the_send_button_stops_while_an_answer_is_written(chat: ChatDesk, gate: Gate) -> None:
    chat.type("one two three four")
    chat.expect(lambda: chat.answer().body.text != "")
    assert chat.page.composer.send.accessibleName().startswith("Stop")
    chat.page.composer.send.click()
    chat.finished(2)
    assert chat.page.composer.send.accessibleName().startswith("Send")


def test_answer_again_makes_a_second_version(chat: ChatDesk) -> None:
    first = chat.say("Tell me something").message.id
    chat.page.acts.act("regenerate", chat.answer())
    chat.finished(2)
    second = chat.answer()
    assert second.message.id != first
    chat.expect(lambda: second.sibling(-1) == first)
    chat.page.acts.act("previous", second)
    chat.expect(lambda: chat.items and chat.answer().message.id == first)


def test_an_edit_branches_even_at_the_first_message(chat: ChatDesk) -> None:
    chat.say("The old words")
    old = chat.question().message.id
    chat.page.acts.act("edit", chat.question())
    assert chat.page.composer.text() == "The old words"
    chat.type("The new words")
    chat.finished(2)
    assert chat.texts()[0] == "The new words"
    question = chat.question()
    chat.expect(lambda: question.sibling(-1) is None or question.sibling(-1) == old)
    branches = chat.desk.result(chat.desk.workspace.chats.branches(question.message.id))
    assert branches.siblings == (old, question.message.id)
    assert chat.chat_count() == 1


def test_leaving_an_edit_keeps_the_message(chat: ChatDesk) -> None:
    chat.say("Words")
    QTest.keyClick(chat.page.composer.field, Qt.Key.Key_Up)
    assert chat.page.composer.text() == "Words"
    QTest.keyClick(chat.page.composer.field, Qt.Key.Key_Escape)
    assert chat.page.composer.text() == ""
    chat.say("More")
    assert [item.message.role for item in chat.items] == [Role.USER, Role.ASSISTANT] * 2


def test_the_receipt_opens_and_shows_what_was_used(chat: ChatDesk) -> None:
    chat.desk.result(chat.desk.workspace.library.add("Nora's favourite tea is sencha"))
    answer = chat.say("What is Nora's favourite tea?")
    assert answer.receipt.text().strip() == "1 memory"
    with chat.desk.qtbot.waitSignal(chat.page.inspector_wanted) as wanted:
        answer.receipt.click()
    assert wanted.args == [True]
    cards = chat.page.panel.cards
    assert cards[0].text.text() == "Nora's favourite tea is sencha"
    assert "1 injected" in chat.page.panel.summary.text()


def test_read_only_keeps_nothing_and_off_uses_nothing(chat: ChatDesk) -> None:
    chat.desk.result(chat.desk.workspace.library.add("Nora's favourite tea is sencha"))
    chat.page.header.memory_chosen.emit(MemoryMode.READ)
    answer = chat.say("What is Nora's favourite tea?")
    assert answer.message.receipt["injected"]
    chat.say("My favourite coffee is mocha.")
    assert chat.desk.result(chat.desk.workspace.library.counts()).cubes == 1
    chat.page.header.memory_chosen.emit(MemoryMode.OFF)
    answer = chat.say("What is Nora's favourite tea?")
    assert not answer.message.receipt.get("injected")
    assert chat.desk.result(chat.desk.workspace.chats.get(chat.page.conversation.open.id)).memory is MemoryMode.OFF


def test_a_temporary_chat_leaves_nothing(chat: ChatDesk) -> None:
    chat.page.new_temporary_chat()
    chat.say("My secret word is xylophone.")
    chat.say("And another secret.")
    assert len(chat.items) == 4
    assert not chat.page.header.temporary.isHidden() and not chat.page.composer.temporary.isHidden()
    counts = chat.desk.result(chat.desk.workspace.library.counts())
    assert (counts.chats, counts.messages, counts.cubes) == (0, 0, 0)
    chat.page.new_chat()
    assert chat.items == []


def test_a_temporary_chat_remembers_itself(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[str] = []
    encode = EchoEngine.encode

    def noted(self: EchoEngine, turns: object) -> tuple[int, ...]:
        prompts.append("\n".join(turn.text for turn in turns))  # type: ignore[attr-defined]
        return encode(self, turns)  # type: ignore[arg-type]

    monkeypatch.setattr(EchoEngine, "encode", noted)
    chat.page.new_temporary_chat()
    chat.say("My secret word is xylophone.")
    chat.say("And another secret.")
    assert prompts[-1].count("xylophone") >= 1
    chat.page.acts.act("regenerate", chat.answer())
    chat.finished(4)
    assert prompts[-1].count("And another secret.") == 1


def test_an_error_of_the_model_is_said_and_the_question_stays(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> object:
        raise ModelError("The model broke.", "Choose another one.")

    monkeypatch.setattr(EchoEngine, "generate", broken)
    chat.type("A question")
    chat.finished(2)
    assert "The model broke. Choose another one." in chat.answer().note.text()
    chat.desk.wait_toast("The model broke.")
    assert chat.saved(chat.page.conversation.open.id)[0] == "A question"


def test_a_refused_text_comes_back_into_the_composer(chat: ChatDesk) -> None:
    text = "\n".join(["A line of words."] * 30_000)
    chat.type(text)
    chat.finished(0)
    assert chat.page.composer.text() == text
    assert chat.chat_count() == 0
    chat.desk.wait_toast("Nothing was sent")


def test_an_answer_goes_on_in_the_background(chat: ChatDesk, gate: Gate) -> None:
    other = chat.fill("Another chat", 4)
    chat.type("one two three four")
    chat.expect(lambda: chat.answer().body.text != "")
    mine = chat.page.conversation.open.id
    chat.open(other)
    assert chat.texts()[0] == "Message 0"
    chat.open(mine)
    assert chat.answer().body.text != "" and chat.answer().message.finish is Finish.WRITING
    gate.open()
    chat.finished(2)
    assert "four" in chat.answer().body.text
    assert chat.saved(mine)[1] == chat.answer().body.text


def test_the_memory_request_can_be_changed_before_it_runs(chat: ChatDesk) -> None:
    chat.desk.result(chat.desk.workspace.library.add("The boat is called Lima"))
    chat.desk.result(chat.desk.workspace.library.add("Nora's favourite tea is sencha"))
    chat.page.composer.set_text("What is it called?")
    chat.page.composer.request.click()
    chat.expect(lambda: chat.page.request.isVisible())
    chat.page.request.query.setText("boat called Lima")
    chat.page.request.try_button.click()
    chat.expect(lambda: "found" in chat.page.request.found.text())
    chat.page.request.use_button.click()
    chat.finished(2)
    call = chat.answer().message.receipt["call"]
    assert call["query"] == "boat called Lima"
    assert not chat.page.request.isVisible()


def test_the_request_of_an_answer_can_be_changed_and_run_again(chat: ChatDesk) -> None:
    chat.desk.result(chat.desk.workspace.library.add("The boat is called Lima"))
    first = chat.say("What is the boat called?").message.id
    chat.page.panel.request.click()
    assert chat.page.request.isVisible()
    chat.page.request.query.setText("Lima")
    chat.page.request.use_button.click()
    chat.finished(2)
    assert chat.answer().message.id != first
    assert chat.answer().message.receipt["call"]["query"] == "Lima"
