"""What the program is for, in the real window with the real starter model: say, restart, ask, look at the receipt."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from memos_desktop.engine.base import Sampling
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.message import Finish
from memos_desktop.paths import DataFolder
from memos_desktop.ui.application import Session
from memos_desktop.ui.chat.receipt_card import ReceiptCard

WAIT_MS = 120_000


class Person:
    """Somebody at the window."""

    def __init__(self, qtbot, folder):
        self.qtbot = qtbot
        self.folder = folder
        self.session = None

    def start(self):
        """Start the program and wait for its first page."""
        self.session = Session(QApplication.instance(), self.folder)
        window = self.session.window
        window.resize(1280, 800)
        window.show()
        self.session.open()
        self.until(lambda: window.context is not None)

    def stop(self):
        """Close the program; every thread ends."""
        if self.session is not None:
            self.session.window.close()
            self.session.close()
            self.session = None

    def until(self, condition):
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    @property
    def workspace(self):
        return self.session.window.context.workspace

    @property
    def chats(self):
        """The Chats page; it is built when the window has been entered."""
        self.until(lambda: "chats" in self.session.window.pages)
        return self.session.window.pages["chats"]

    def say(self, text):
        """Type into the composer, press Enter, wait for the whole answer."""
        page = self.chats
        self.qtbot.keyClicks(page.composer.field, text)
        with self.qtbot.waitSignal(page.conversation.runner.busy, timeout=WAIT_MS, check_params_cb=lambda on: not on):
            self.qtbot.keyClick(page.composer.field, Qt.Key.Key_Return)
        return page.column.items[-1].message


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
