"""What goes with a message: memories from the picker, files, what the Memory page sends here."""

from datetime import timedelta
from pathlib import Path

import pytest
from chat_desk import ChatDesk, chat
from kv_desk import MANUAL, KvDesk, kv, kv_chat, tiny_model
from page_desk import cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from memos_desktop.errors import UserError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, SemanticType
from memos_desktop.ui.chat.attach_file import LARGEST, read_document

__all__ = ["chat", "desk", "kv", "kv_chat", "look", "tiny_model"]


def names(chips: object) -> list[str]:
    return [chip.text() for chip in chips.chips] if chips is not None else []  # type: ignore[attr-defined]


def listed(chat: ChatDesk) -> list[str]:
    picker = chat.page.picker
    return [picker.list.item(row).text() for row in range(picker.list.count())]


def opened(chat: ChatDesk, count: int) -> None:
    chat.page.composer.attach.click()
    chat.expect(lambda: chat.page.picker.isVisible() and len(listed(chat)) == count)


def file(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_documents_and_what_is_ready_come_first_and_once(kv_chat: ChatDesk, kv: KvDesk) -> None:
    kept = kv.desk.result(kv.workspace.library.add(MANUAL, title="Kept note")).id
    kv.document("A plain document", "Nothing special. " * 40)
    kv.keep(kept)
    for number in range(3):
        kv.desk.result(kv.workspace.library.add(f"Fact number {number}"))
    opened(kv_chat, 5)
    assert listed(kv_chat)[:2] == ["Kept note", "A plain document"]
    data = kv_chat.page.picker.list.item(0).data(Qt.ItemDataRole.UserRole)
    assert data.id == kept and data.ready and "kept as KV" in data.about


def test_a_memory_is_found_and_attached_by_keyboard(chat: ChatDesk) -> None:
    chat.desk.add(cube("The boat is called Lima"), cube("The bus leaves at nine"), cube("The boat needs paint"))
    opened(chat, 3)
    picker = chat.page.picker
    assert picker.field.hasFocus() or not chat.page.isActiveWindow()
    picker.field.setText("boat")
    chat.expect(lambda: len(listed(chat)) == 2)
    second = listed(chat)[1]
    QTest.keyClick(picker.field, Qt.Key.Key_Down)
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert names(chat.page.composer.attached) == [second]
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert names(chat.page.composer.attached) == [second]  # once is enough
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    assert not picker.isVisible()


def test_no_match_and_nothing_at_all_are_said(chat: ChatDesk) -> None:
    opened(chat, 0)
    chat.expect(lambda: "no memory to attach yet" in chat.page.picker.none.text())
    chat.page.picker.field.setText("submarine")
    chat.expect(lambda: chat.page.picker.none.text() == "No memory matches.")


def test_a_chip_is_taken_away_again(chat: ChatDesk) -> None:
    one, other = cube("The boat is called Lima"), cube("The bus leaves at nine")
    chat.desk.add(one, other)
    chat.page.attach((one, other))
    chips = chat.page.composer.attached
    assert names(chips) == [one.title, other.title] and not chips.isHidden()
    chips.chips[0].cross.click()
    assert names(chips) == [other.title]
    assert chips.chips[0].cross.accessibleName() == f"Do not attach: {other.title}"
    chat.page.new_chat()
    assert chips.isHidden()


def test_what_was_attached_stands_at_the_message_and_survives_the_chat(chat: ChatDesk) -> None:
    one = cube("The boat is called Lima.")
    chat.desk.add(one)
    chat.page.attach((one,))
    answer = chat.say("What is it called?")
    assert names(chat.page.composer.attached) == []
    assert [entry["id"] for entry in answer.message.receipt["injected"]] == [one.id]
    chat.expect(lambda: names(chat.question().attached) == [one.title])
    mine = chat.page.conversation.open.id
    chat.page.new_chat()
    chat.open(mine)
    chat.expect(lambda: names(chat.question().attached) == [one.title])
    with chat.desk.qtbot.waitSignal(chat.desk.context.navigator.cube) as wanted:
        chat.question().attached.chips[0].name.click()
    assert wanted.args == [one.id]


def test_chips_leave_room_for_the_message(chat: ChatDesk) -> None:
    cubes = [cube(f"A memory with a rather long title, number {number}") for number in range(5)]
    chat.desk.add(*cubes)
    chat.page.attach(tuple(cubes))
    chat.say("Hello")
    item = chat.question()
    chat.expect(lambda: names(item.attached)[0].startswith("A memory"))
    tops = {chip.y() for chip in item.attached.chips}
    assert len(tops) > 1, "they do not fit into one row"
    assert item.attached.geometry().bottom() < item.bubble.geometry().top()
    assert item.foot.geometry().bottom() <= item.height()


def test_a_memory_that_was_removed_since_is_named_so(chat: ChatDesk) -> None:
    one = cube("The boat is called Lima")
    chat.desk.add(one)
    chat.page.attach((one,))
    chat.say("What is it called?")
    mine = chat.page.conversation.open.id
    chat.page.new_chat()
    chat.desk.result(chat.desk.workspace.library.bin([one.id]))
    store = chat.desk.workspace._store
    store.apply(lambda vault: vault.cubes.purge_bin(now() + timedelta(days=1)))
    chat.open(mine)
    chat.expect(lambda: names(chat.question().attached) == ["A memory that was removed"])
    assert not chat.question().attached.chips[0].name.isEnabled()


def test_an_edit_takes_along_what_was_attached(chat: ChatDesk) -> None:
    one = cube("The boat is called Lima")
    chat.desk.add(one)
    chat.page.attach((one,))
    chat.say("What is it called?")
    chat.page.acts.act("edit", chat.question())
    chat.expect(lambda: names(chat.page.composer.attached) == [one.title])
    chat.type("How is it named?")
    chat.finished(2)
    assert [entry.cube_id for entry in chat.question().message.attached] == [one.id]


def test_leaving_an_edit_leaves_its_attachments(chat: ChatDesk) -> None:
    one = cube("The boat is called Lima")
    chat.desk.add(one)
    chat.page.attach((one,))
    chat.say("What is it called?")
    chat.page.acts.act("edit", chat.question())
    chat.expect(lambda: names(chat.page.composer.attached) == [one.title])
    chat.page.composer.cancel_edit()
    assert names(chat.page.composer.attached) == []


def test_a_refused_message_brings_its_attachments_back(chat: ChatDesk) -> None:
    one = cube("It was removed for good a moment ago")
    chat.page.attach((one,))
    chat.type("What is it called?")
    chat.finished(0)
    assert chat.page.attachments.ids == (one.id,) and chat.chat_count() == 0
    assert chat.page.composer.text() == "What is it called?"
    assert len(chat.page.composer.attached.chips) == 1


def test_a_temporary_chat_attaches_and_answers_again(chat: ChatDesk) -> None:
    one = cube("The boat is called Lima")
    chat.desk.add(one)
    chat.page.new_temporary_chat()
    chat.page.attach((one,))
    chat.say("What is it called?")
    chat.page.acts.act("regenerate", chat.answer())
    chat.finished(2)
    assert [entry["id"] for entry in chat.answer().message.receipt["injected"]] == [one.id]


def test_what_is_ready_shows_a_bolt_and_comes_as_kv(kv_chat: ChatDesk, kv: KvDesk) -> None:
    id = kv.document("Boat manual")
    kv.keep(id)
    kv_chat.page.attach((kv.desk.result(kv.workspace.library.cube(id)),))
    flow = kv_chat.page.attachments
    kv_chat.expect(lambda: [one.ready for one in flow._chosen] == [True])
    kv_chat.say("Where is the third bolt?")
    kv_chat.page.acts.act("receipt", kv_chat.answer())
    card = kv_chat.page.panel.cards[0]
    assert card.form_reason is not None and card.form_reason.text().startswith("As KV: you attached it")
    assert not any("Given to the model as" in one.text() for one in card.findChildren(QLabel))


# files


def test_a_file_becomes_a_document_and_is_attached(chat: ChatDesk, tmp_path: Path) -> None:
    chat.desk.prompter.file = file(tmp_path, "Liegeplatz.md", "# Liegeplatz\n\nSteg C, Platz 12 – für Lima.".encode())
    opened(chat, 0)
    chat.page.picker.file.click()
    chat.expect(lambda: names(chat.page.composer.attached) == ["Liegeplatz.md"])
    assert not chat.page.picker.isVisible()
    found = chat.desk.result(chat.desk.workspace.library.page(CubeFilter(type=SemanticType.DOCUMENT), 0, 5)).cubes
    assert [one.title for one in found] == ["Liegeplatz.md"] and "Platz 12 –" in found[0].text


def test_a_file_that_cannot_be_attached_says_why(chat: ChatDesk, tmp_path: Path) -> None:
    chat.desk.prompter.file = file(tmp_path, "photo.txt", b"\xff\xd8\xff\xe0")
    chat.page.attachments._ask_file()
    chat.desk.wait_toast("is not text in UTF-8")
    assert names(chat.page.composer.attached) == []
    assert chat.desk.result(chat.desk.workspace.library.counts()).cubes == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF", "no text file that can be attached"),
        ("a.txt", b"x" * (LARGEST + 1), "larger than 2 MB"),
        ("a.csv", b" \n\t", "is empty"),
        ("a.py", b"\x80abc", "is not text in UTF-8"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_document(file(tmp_path, name, content))


def test_files_that_are_read(tmp_path: Path) -> None:
    assert read_document(file(tmp_path, "A.TXT", b"\xef\xbb\xbfhello")) == "hello"
    assert len(read_document(file(tmp_path, "b.md", b"x" * LARGEST))) == LARGEST
    with pytest.raises(UserError, match="could not be read"):
        read_document(tmp_path / "missing.txt")
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(UserError, match="could not be read"):
        read_document(tmp_path / "folder.md")


def test_a_file_read_while_another_chat_was_opened_is_kept_but_not_attached(chat: ChatDesk, tmp_path: Path) -> None:
    chat.desk.prompter.file = file(tmp_path, "late.txt", b"Too late for this chat.")
    chat.page.attachments._ask_file()
    chat.page.new_chat()
    chat.desk.wait_toast("was added to Memory")
    assert names(chat.page.composer.attached) == []
