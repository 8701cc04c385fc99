"""Starts the window: shown first, filled when the data folder is open, the model loaded after that."""

import argparse
import importlib
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from memos_desktop.errors import MemosError
from memos_desktop.paths import APP_NAME, DataFolder
from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.collector import Collector
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.main_window import PAGES, MainWindow
from memos_desktop.ui.prompter import Prompter
from memos_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from memos_desktop.app.workspace import Workspace

log = logging.getLogger(__name__)
FIRST_PAGE = PAGES["chats"][0]
NEXT = ("memos_desktop.ui.cubes.page", "numpy")
SWITCH_S = 0.001
"""So long a worker that computes keeps the interpreter from the window; Python's own 5 ms add up in a frame."""
Opener = Callable[[DataFolder], "Workspace"]


class Session(QObject):
    """One run of the program: a window and, once it is open, a workspace.

    Attributes:
        window: the main window.
        workspace: None until the data folder is open.

    """

    def __init__(
        self,
        application: QApplication,
        folder: DataFolder,
        opener: Opener | None = None,
        prompter: Prompter | None = None,
    ) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_S)
        self._folder = folder
        self._opener = opener or open_workspace
        self.theme = Theme(application)
        self.icons = Icons(self.theme)
        self.bridge = Bridge(self)
        self.workspace: Workspace | None = None
        self.window = MainWindow(self.theme, self.icons, self.bridge, prompter or Prompter(self), folder)
        self.window.retry.connect(self.open)
        self.window.entered.connect(self._warm_up, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def open(self) -> None:
        """Open the data folder on a thread of its own (a migration may take long)."""
        future: Future[Workspace] = Future()
        threading.Thread(target=self._run, args=(future,), name="open-workspace", daemon=True).start()
        self.bridge.then(future, self._opened, self._refused)

    def _run(self, future: "Future[Workspace]") -> None:
        try:
            importlib.import_module(FIRST_PAGE)  # here, so that the Qt thread need not do it in one go
            future.set_result(self._opener(self._folder))
        except Exception as error:  # the bridge tells known errors from bugs
            future.set_exception(error)

    @Slot(object)
    def _opened(self, workspace: "Workspace") -> None:
        self.workspace = workspace
        settings = workspace.settings.value
        self.theme.configure(settings.theme, settings.text_scale, settings.reduced_motion)
        self.window.attach(workspace)

    @Slot(object)
    def _refused(self, error: MemosError) -> None:
        self.window.show_problem(error)

    @Slot()
    def _warm_up(self) -> None:
        """Load the model, start embedder and index. A failure is told by their states, where they are used."""
        if self.workspace is not None:
            threading.Thread(target=_import_next, name="next-page", daemon=True).start()
            loading = self.workspace.models.ensure_loaded()
            self.bridge.then(loading.future, _ignore, _ignore, receiver=self)
            self.bridge.then(self.workspace.recall.warm_up(), _ignore, _ignore, receiver=self)
            self.bridge.then(self.workspace.housekeeping.begin(), _ignore, receiver=self)

    def close(self) -> None:
        """Close the workspace; returns when every thread has ended."""
        if self.workspace is not None:
            self.workspace.close()
            self.workspace = None


def _import_next() -> None:
    """Read modules meanwhile: most go to the memories next, that page is the largest, and its lists need numpy."""
    for name in NEXT:
        importlib.import_module(name)


def _ignore(result: object) -> None:
    """For what is told elsewhere."""
    log.debug("%s", result)


def open_workspace(folder: DataFolder) -> "Workspace":
    """Open the data folder; imported here, so that the window is on the screen before the lower layers."""
    from memos_desktop.app.workspace import Workspace

    return Workspace.open(folder)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window until it is closed. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="memos-desktop", description="Open the MemOS Desktop window.")
    parser.add_argument("--data-dir", type=Path, help="the data folder (default: $MEMOS_DATA_DIR or the user's)")
    options, _rest = parser.parse_known_args(argv)
    folder = DataFolder(options.data_dir) if options.data_dir else DataFolder.default()
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(application, QApplication)
    application.setApplicationName(APP_NAME)
    application.setApplicationDisplayName(APP_NAME)
    application.setDesktopFileName("memos-desktop")
    collector = Collector()
    session = Session(application, folder)
    _report_bugs(session.bridge)
    session.window.show()
    QTimer.singleShot(0, session.open)
    try:
        return application.exec()
    finally:
        session.close()
        collector.end()


def _report_bugs(bridge: Bridge) -> None:
    """An exception in a slot is a bug: log it, tell the person, go on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        else:
            bridge.report_bug(error.with_traceback(trace))

    sys.excepthook = hook
