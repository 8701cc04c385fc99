"""Somebody at the real window, with the real starter model."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from memos_desktop.ui.application import Session

WAIT_MS = 180_000


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
