"""Render the README's pictures: the real window on a prepared vault, offscreen, light and dark.

    .venv/bin/python packaging/screenshots.py [--out resources/screenshots]

The memories and most chats are invented and written into a temporary vault (`screenshot_data.py`). The chat that is
open in the pictures is a real turn of the starter model (temperature 0), with its real receipt and figures.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from screenshot_data import Prepared, fill

from memos_desktop.app.turn_events import SendRequest
from memos_desktop.app.workspace import Workspace
from memos_desktop.engine.model_library import ModelLibrary
from memos_desktop.ids import now
from memos_desktop.memory.cube import Kind, SemanticType
from memos_desktop.paths import DataFolder
from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.main_window import MainWindow
from memos_desktop.ui.prompter import Prompter
from memos_desktop.ui.theme import Theme
from memos_desktop.vault.vault import Vault

WIDTH, HEIGHT = 1280, 800
LARGEST = 300_000  # bytes of one picture
DOCUMENTS = Path(__file__).resolve().parent.parent / "tests" / "data" / "documents.jsonl"
ABOUT_DOCUMENT = "What was the name of the boat used in the Orrin Bay seagrass survey?"
QUESTIONS = ("Where does my sister Ana live?", "What am I allergic to?")
SETTLE_MS = 700


class Studio:
    """A window on the prepared folder, and a camera."""

    def __init__(self, folder: DataFolder, prepared: Prepared, out: Path) -> None:
        self._prepared = prepared
        self._out = out
        self._loop = QEventLoop()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.workspace = Workspace.open(folder)
        self._theme = Theme(application)
        self._bridge = Bridge()
        self._icons = Icons(self._theme)
        self._prompter = Prompter()
        self.window = self._new_window(folder)

    def answer(self) -> str:
        """Let the starter model answer the questions; gives the chat."""
        self.workspace.settings.change(user_name="Sam", sampling=_steady(self.workspace))
        self._wait(self.workspace.recall.drain().future)
        chat: str | None = None
        for question in QUESTIONS:
            turn = self.workspace.turns.send(SendRequest(question, chat_id=chat))
            chat = str(self._wait(turn.future).chat.id)
        assert chat is not None
        self._attach(chat)
        return chat

    def _attach(self, chat: str) -> None:
        """Keep a document ready and ask about it."""
        wanted = json.loads(DOCUMENTS.read_text(encoding="utf-8").splitlines()[0])
        adding = self.workspace.library.add(wanted["text"], title=wanted["title"], type=SemanticType.DOCUMENT)
        cube = self._wait(adding)
        self._wait(self.workspace.activation.migrate([cube.id], Kind.ACTIVATION).future)
        request = SendRequest(ABOUT_DOCUMENT, chat_id=chat, attach=(cube.id,))
        self._wait(self.workspace.turns.send(request).future)
        self._wait(self.workspace.turns.settled())

    def first_run(self) -> None:
        """The welcome page, before anything else."""
        self.workspace.settings.change(first_run_done=False)
        window = self._new_window(self.workspace.folder)
        window.attach(self.workspace)
        window.show()
        self._shoot(window, "first-run-light")
        window.hide()
        self.workspace.settings.change(first_run_done=True)

    def tour(self, scheme: str, chat: str) -> None:
        """Every page in one scheme."""
        window = self.window
        if window.context is None:
            window.attach(self.workspace)
            window.show()
        self.workspace.settings.change(theme=scheme)
        window.open_item("chats", chat)
        self._settle()
        self._open_receipt()
        self._shoot(window, f"chat-{scheme}")
        window.open_item("memory", self._prepared.cube_id)
        self._shoot(window, f"memory-{scheme}")
        memory = window.pages["memory"]
        assert isinstance(memory, MemoryPage)
        memory.open_item(self._prepared.history_id)
        memory.panel.tabs.setCurrentWidget(memory.panel.history)
        self._shoot(window, f"history-{scheme}")
        memory.panel.tabs.setCurrentWidget(memory.panel.content)
        for name in ("models", "kept", "settings"):
            window.show_page(name)
            self._shoot(window, f"{name}-{scheme}")

    def close(self) -> None:
        """End everything."""
        self.window.hide()
        self.workspace.close()

    def _open_receipt(self) -> None:
        """Press the line under the last answer that counts the memories."""
        page: Any = self.window.pages["chats"]
        answers = page.column.findChildren(AnswerItem)
        page.column.acted.emit("receipt", max(answers, key=lambda item: item.message.position))

    def _new_window(self, folder: DataFolder) -> MainWindow:
        window = MainWindow(self._theme, self._icons, self._bridge, self._prompter, folder)
        window.resize(WIDTH, HEIGHT)
        return window

    def _shoot(self, window: MainWindow, name: str) -> None:
        self._settle()
        target = self._out / f"{name}.png"
        window.grab().save(str(target))
        size = target.stat().st_size
        print(f"{target}: {size:,} bytes")
        if size > LARGEST:
            raise SystemExit(f"{target} is larger than {LARGEST:,} bytes.")

    def _settle(self) -> None:
        """Let what was asked for arrive and be painted."""
        QTimer.singleShot(SETTLE_MS, self._loop.quit)
        self._loop.exec()

    def _wait(self, future: "Future[Any]") -> Any:
        done: Callable[[Any], None] = lambda _result: self._loop.quit()  # noqa: E731
        self._bridge.then(future, done, done, receiver=self._bridge)
        self._loop.exec()
        return future.result()


def _at_home(home: Path) -> DataFolder:
    """A data folder in an invented home, so that no path of this computer is in a picture."""
    os.environ["HOME"] = str(home)
    folder = DataFolder(home / "Documents" / "MemOS")
    starter = ModelLibrary(folder).starter()
    if starter.path is not None:
        folder.models.mkdir(parents=True)
        (folder.models / f"{starter.name}.gguf").symlink_to(starter.path)
    return folder


def _steady(workspace: Workspace) -> Any:
    """The sampling that always gives the same answer."""
    return replace(workspace.settings.value.sampling, temperature=0.0, seed=1)


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description="Render the README's screenshots.")
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--out", type=Path, default=root / "resources" / "screenshots")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    with tempfile.TemporaryDirectory() as temporary:
        folder = _at_home(Path(temporary))
        vault = Vault.open(folder)
        prepared = fill(vault, now())
        vault.close()
        studio = Studio(folder, prepared, out)
        try:
            chat = studio.answer()
            studio.first_run()
            for scheme in ("light", "dark"):
                studio.tour(scheme, chat)
        finally:
            studio.close()
    application.quit()


if __name__ == "__main__":
    main()
