"""What the program is for, in the real window with the real starter model: say, restart, ask, look at the receipt."""

import pytest
from person import Person
from PySide6.QtCore import Qt

from memos_desktop.engine.base import Sampling
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.message import Finish
from memos_desktop.paths import DataFolder
from memos_desktop.ui.chat.receipt_card import ReceiptCard


@pytest.fixture
def person(qtbot, tmp_path):
    person = Person(qtbot, DataFolder(tmp_path / "data"))
    yield person
    person.stop()


@pytest.mark.timeout(600)
def test_say_restart_ask_receipt(person, qtbot):
    person.start()
    first_run = person.session.window.stack.currentWidget()
    qtbot.mouseClick(first_run.start, Qt.MouseButton.LeftButton)
    person.workspace.settings.change(sampling=Sampling(temperature=0, max_tokens=32))

    told = person.say("My cat is called Miso.")
    assert told.finish is Finish.STOP
    (cube,) = person.workspace.library.page(CubeFilter(), 0, 9).result(60).cubes
    assert cube.text == "My cat is called Miso."

    person.stop()
    person.start()
    answer = person.say("What is the name of my cat?")
    assert "Miso" in answer.text
    assert answer.stats["backend"] == "llama.cpp"
    assert [used["id"] for used in answer.receipt["injected"]] == [cube.id]

    link = person.chats.column.items[-1].receipt
    assert "1 memory" in link.text()
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert person.session.window.panel.isVisible()
    cards = person.session.window.panel.findChildren(ReceiptCard)
    assert any("My cat is called Miso." in card.accessibleName() for card in cards)
