"""The forget panel: what goes, where else it is said, the choices, one red button, the report."""

import threading

import pytest
from page_desk import WAIT_MS, Desk, cube, desk, look
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from memos_desktop.errors import NotFoundError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Descriptive, Origin, Source
from memos_desktop.memory.message import Message, Role
from memos_desktop.ui.cubes.forget_panel import ForgetPanel

__all__ = ["desk", "look"]

SAID = "My sister Zanziquella lives in Portovaldo."


@pytest.fixture
def panel(desk: Desk, qtbot: QtBot) -> ForgetPanel:
    made = ForgetPanel(desk.context)
    qtbot.addWidget(made)
    made.resize(760, 400)
    made.show()
    return made


@pytest.fixture
def learned(desk: Desk):
    """A memory that was learned from a message, with another made of it."""
    moment = now()
    made = []

    def work(vault):
        with vault.step("talk") as step:
            chat = vault.chats.create("About my family")
            said = Message(new_id(), chat.id, None, Role.USER, "You", f"{SAID} And yours?", moment)
            vault.chats.add_message(said)
            described = Descriptive("Sister", origin=Origin.SAID, source=Source(chat.id, said.id, 0, len(SAID)))
            one = cube(SAID, descriptive=described)
            other = cube(f"{SAID} She has a boat.", parents=(one.id,))
            vault.cubes.add_many([one, other])
            made.extend((one, other, said))
        return step.changes

    desk.workspace._store.apply(work)
    return made


def opened(panel: ForgetPanel, qtbot: QtBot, *cubes) -> None:
    with qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        panel.open([one.id for one in cubes])


def words(panel: ForgetPanel) -> str:
    return "\n".join(one.text() for one in panel.findChildren(QLabel) if one.isVisibleTo(panel))


def forget(panel: ForgetPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        qtbot.mouseClick(panel.forget_button, Qt.MouseButton.LeftButton)


def test_it_says_what_goes_and_where_else_it_is_said(panel, qtbot, learned) -> None:
    one, other, _ = learned
    opened(panel, qtbot, one)
    text = words(panel)
    assert panel.heading.text() == "Forget “Sister”?"
    assert "The memory with its 1 version" in text
    assert "“About my family”: My sister Zanziquella lives in Portovaldo. And yours?" in text
    assert "cannot be undone" in text and "cannot be reached from here" in text
    assert set(panel.choices) == {"messages", "derived"}
    assert not any(choice.isChecked() for choice in panel.choices.values())
    assert other.title[:40] in panel.choices["derived"].words.text()
    assert panel.focusWidget() is panel.cancel_button


def test_one_press_forgets_and_the_report_names_what_remains(panel, desk, qtbot, learned) -> None:
    one, other, said = learned
    opened(panel, qtbot, one)
    forget(panel, qtbot)
    with pytest.raises(NotFoundError):
        desk.result(desk.workspace.library.cube(one.id))
    assert panel.heading.text() == "Gone: nothing here belongs to it any more"
    assert "everything was asked for its id" in words(panel)
    assert "One message in the chat “About my family” still says it." in words(panel)
    assert f"The memory “{other.title}” says the same words." in words(panel)
    assert not panel.forget_button.isVisible() and panel.cancel_button.text() == "Done"
    assert desk.result(desk.workspace.chats.branch(said.chat_id))[0].text.startswith(SAID)
    with qtbot.waitSignal(panel.left, timeout=WAIT_MS):
        qtbot.keyClick(panel.cancel_button, Qt.Key.Key_Space)


def test_the_choices_take_it_out_of_messages_and_of_what_was_made_from_it(panel, desk, qtbot, learned) -> None:
    one, other, said = learned
    opened(panel, qtbot, one)
    qtbot.mouseClick(panel.choices["messages"].words, Qt.MouseButton.LeftButton)
    qtbot.keyClick(panel.choices["derived"].box, Qt.Key.Key_Space)
    forget(panel, qtbot)
    assert panel.heading.text() == "Searched everywhere: nothing of it is left"
    assert desk.result(desk.workspace.chats.branch(said.chat_id))[0].text == "[forgotten] And yours?"
    with pytest.raises(NotFoundError):
        desk.result(desk.workspace.library.cube(other.id))


def test_escape_and_cancel_change_nothing(panel, desk, qtbot, learned) -> None:
    opened(panel, qtbot, learned[0])
    with qtbot.waitSignal(panel.left, timeout=WAIT_MS):
        qtbot.keyClick(panel.cancel_button, Qt.Key.Key_Escape)
    opened(panel, qtbot, learned[0])
    with qtbot.waitSignal(panel.left, timeout=WAIT_MS):
        qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    assert desk.result(desk.workspace.library.cube(learned[0].id)).text == SAID


def test_a_frozen_memory_cannot_be_forgotten_until_it_is_unfrozen(panel, desk, qtbot, learned) -> None:
    desk.result(desk.workspace.library.freeze([learned[0].id], True))
    opened(panel, qtbot, learned[0])
    assert "frozen, so nothing can be forgotten" in panel.notice.text
    assert not panel.forget_button.isEnabled()
    with qtbot.waitSignal(panel.shown, timeout=WAIT_MS):
        desk.result(desk.workspace.library.freeze([learned[0].id], False))
    qtbot.waitUntil(panel.forget_button.isEnabled, timeout=WAIT_MS)


def test_what_is_gone_meanwhile_is_told(panel, desk, qtbot) -> None:
    opened(panel, qtbot, cube("never kept"))
    assert "There is no memory with the id" in panel.notice.text
    assert not panel.forget_button.isEnabled()


def test_a_copy_that_cannot_be_opened_can_be_deleted_from_the_report(panel, desk, qtbot, learned) -> None:
    broken = desk.workspace.folder.backups / "20260101-broken.sqlite3"
    broken.parent.mkdir()
    broken.write_bytes(b"x" * 5000)
    opened(panel, qtbot, learned[0])
    assert broken.name in words(panel)
    forget(panel, qtbot)
    assert panel.heading.text() == "Removed, but not everything could be searched"
    [delete] = [one for one in panel.findChildren(type(panel.cancel_button)) if one.text() == "Delete this copy"]
    qtbot.mouseClick(delete, Qt.MouseButton.LeftButton)
    desk.wait_toast("was deleted")
    assert not broken.exists()


def test_a_shown_message_opens_in_its_chat(panel, desk, qtbot, learned) -> None:
    opened(panel, qtbot, learned[0])
    [show] = [one for one in panel.findChildren(type(panel.cancel_button)) if one.text() == "Show"]
    with qtbot.waitSignal(desk.context.navigator.message, timeout=WAIT_MS) as caught:
        qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert caught.args == [learned[2].chat_id, learned[2].id]


def test_closed_while_it_works_a_toast_tells_the_end(panel, desk, qtbot, learned) -> None:
    opened(panel, qtbot, learned[0])
    qtbot.mouseClick(panel.forget_button, Qt.MouseButton.LeftButton)
    panel.close_panel()
    panel.hide()
    desk.wait_toast("Forgotten: “Sister”.")


def test_cancelled_while_it_looks_it_says_that_nothing_was_forgotten(panel, desk, qtbot, learned, monkeypatch) -> None:
    gate = threading.Event()
    desk.workspace.forgetting._worker.submit(lambda: None).result(5)
    opened(panel, qtbot, learned[0])
    desk.workspace.forgetting._worker.submit(gate.wait)
    qtbot.mouseClick(panel.forget_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    gate.set()
    qtbot.waitUntil(lambda: "Nothing was forgotten." in words(panel), timeout=WAIT_MS)
    assert desk.result(desk.workspace.library.cube(learned[0].id)).text == SAID
    assert panel.forget_button.isEnabled()


def test_many_at_once_are_counted(panel, desk, qtbot) -> None:
    cubes = [cube(f"Note number {number} of the zanziquella list") for number in range(60)]
    desk.add(*cubes)
    opened(panel, qtbot, *cubes)
    assert panel.heading.text() == "Forget 60 memories?"
    forget(panel, qtbot)
    assert desk.result(desk.workspace.library.counts()).cubes == 0


def test_a_forget_that_ends_late_is_not_told_on_the_panel_of_another_memory(panel, desk, qtbot, learned) -> None:
    gate = threading.Event()
    desk.add(boat := cube("The boat is called Lima."))
    opened(panel, qtbot, learned[0])
    desk.workspace.forgetting._worker.submit(gate.wait)
    qtbot.mouseClick(panel.forget_button, Qt.MouseButton.LeftButton)
    panel.close_panel()
    panel.open([boat.id])  # its preview comes before what waits to be forgotten
    gate.set()
    desk.wait_toast("Forgotten: “Sister”.")
    assert panel.heading.text() == "Forget “The boat is called Lima.”?" and panel.report is None
    assert panel.forget_button.isVisible() and "Nothing was forgotten" not in words(panel)
    assert desk.result(desk.workspace.library.cube(boat.id)).text == boat.text
