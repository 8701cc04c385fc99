"""A real workspace on a temporary folder, with everything that a page is built with, for the tests of pages."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QUrl
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Cube, Descriptive, SemanticType, TextPayload, title_of
from memos_desktop.paths import DataFolder
from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.page import Context, Navigator
from memos_desktop.ui.prompter import Prompter
from memos_desktop.ui.theme import Theme
from memos_desktop.ui.widgets import Toasts

WAIT_MS = 5000


class Answers(Prompter):
    """Answers every question at once: `file` to file dialogs, `text` to questions, yes to confirmations."""

    def __init__(self) -> None:
        super().__init__()
        self.file = Path()
        self.text = ""
        self.said: list[str] = []

    def confirm(
        self, parent: QWidget, title: str, text: str, accept: str, then: Callable[[], None], danger: bool = False
    ) -> None:
        """Yes."""
        self.said.append(title)
        then()

    def message(self, parent: QWidget, title: str, text: str, detail: str = "") -> None:
        """Read."""
        self.said.append(title)

    def ask_text(
        self, parent: QWidget, title: str, label: str, value: str, then: Callable[[str], None], empty: bool = False
    ) -> None:
        """Answer with `text`, as a person could."""
        self.said.append(f"{title}: {value}")
        if self.text or empty:
            then(self.text)

    def save_file(
        self,
        parent: QWidget,
        title: str,
        suggested: str,
        filters: Sequence[str],
        then: Callable[[Path], None],
        suffix: str = "",
    ) -> None:
        """Choose `file`."""
        self.said.append(title)
        then(self.file)

    def open_file(self, parent: QWidget, title: str, filters: Sequence[str], then: Callable[[Path], None]) -> None:
        """Choose `file`."""
        self.said.append(title)
        then(self.file)

    def browse(self, url: QUrl) -> None:
        """Note where it would have gone."""
        self.said.append(url.toLocalFile())


@dataclass
class Desk:
    """What a test works with."""

    qtbot: QtBot
    workspace: Workspace
    context: Context
    prompter: Answers

    def add(self, *cubes: Cube) -> None:
        """Put cubes into the vault, and wait."""
        self.workspace._store.apply(lambda vault: vault.cubes.add_many(cubes))

    def result(self, future: "Future[Any]") -> Any:
        """Wait for a use case, outside the event loop."""
        return future.result(WAIT_MS / 1000)

    def toasts(self) -> list[str]:
        """What the toasts say."""
        return [toast.text for toast in self.context.toasts.shown]

    def wait_toast(self, part: str) -> None:
        """Wait until a toast says this."""
        self.qtbot.waitUntil(lambda: any(part in text for text in self.toasts()), timeout=WAIT_MS)

    def undo_last(self) -> None:
        """Press Undo on the newest toast."""
        self.context.toasts.shown[-1].action.click()


def without_meaning() -> MissingEmbedder:
    """No embedder: these tests are not about meaning, and search by words works without."""
    return MissingEmbedder(IndexUnavailableError("It is left out in these tests."))


def cube(text: str, **changes: Any) -> Cube:
    """A fact, with whatever else is wanted."""
    moment = now()
    made = Cube(new_id(), 1, moment, moment, TextPayload(text), Descriptive(title_of(text), SemanticType.FACT))
    return replace(made, **changes)


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> tuple[Theme, Icons]:
    """Theme and icons, once for all tests: they belong to the application."""
    theme = Theme(qapp)
    theme.configure("light", reduced_motion=True)
    return theme, Icons(theme)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, look: tuple[Theme, Icons]) -> Iterator[Desk]:
    """An open workspace on an empty folder."""
    yield from opened_desk(qtbot, tmp_path / "data", look)


def opened_desk(qtbot: QtBot, root: Path, look: tuple[Theme, Icons]) -> Iterator[Desk]:
    """Open a workspace on this folder, and close it afterwards; an unexpected error in between is a failure."""
    theme, icons = look
    workspace = Workspace.open(DataFolder(root), embedder=without_meaning())
    workspace._indexing._unsubscribe()  # the index sleeps: its helper process would take seconds to start
    host = QWidget()
    qtbot.addWidget(host)
    bridge = Bridge()
    bugs: list[BaseException] = []
    bridge.bug.connect(bugs.append)
    prompter = Answers()
    toasts = Toasts(host, icons)
    bridge.failed.connect(toasts.error)
    parts: tuple[QObject, ...] = (bridge, prompter)
    context = Context(workspace, bridge, prompter, theme, icons, toasts, Navigator())
    yield Desk(qtbot, workspace, context, prompter)
    workspace.close()
    assert not bugs, bugs
    assert all(parts)
