"""A window on a prepared data folder, and a camera that waits until nothing moves any more."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QAbstractAnimation, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import MemosError
from memos_desktop.paths import DataFolder
from memos_desktop.ui.bridge import Bridge
from memos_desktop.ui.cubes.page import MemoryPage
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.main_window import MainWindow
from memos_desktop.ui.prompter import Prompter
from memos_desktop.ui.theme import Theme

WIDTH, HEIGHT = 1360, 840
LARGEST = 300_000  # bytes of one picture
TURN_MS = 10
CALM = 5
"""Turns of the event loop without anything under way, until a picture is taken: what arrives may ask for more."""
SOON_MS = 1_000
"""A longer timer is no work, but something like a look at the clock."""
PATIENCE_S = 180.0
T = TypeVar("T")


class CountingBridge(Bridge):
    """Knows what was asked for and has not arrived yet."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way = 0

    def then(
        self,
        future: "Future[T]",
        on_result: Callable[[T], None],
        on_error: Callable[[MemosError], None] | None = None,
        *,
        receiver: QObject | None = None,
    ) -> None:
        """As the bridge does; what it delivers has arrived before this counts it."""
        self.under_way += 1
        super().then(future, on_result, on_error, receiver=receiver)
        future.add_done_callback(self.relay(self._count, receiver=self))

    def _count(self, _future: object) -> None:
        self.under_way -= 1


class Studio:
    """The window of a workspace, and its pictures.

    Attributes:
        workspace: the open data folder, with a model that always gives the same answers.
        window: the one that most pictures show.

    """

    def __init__(self, folder: DataFolder, out: Path) -> None:
        self._out = out
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.workspace = Workspace.open(folder)
        sampling = replace(self.workspace.settings.value.sampling, temperature=0.0, seed=1)
        self.workspace.settings.change(user_name="Sam", sampling=sampling, first_run_done=True)
        self._theme = Theme(application)
        self._bridge = CountingBridge()
        self._icons = Icons(self._theme)
        self.window = self.new_window()

    @property
    def memory(self) -> MemoryPage:
        """The Memory page, which is shown now."""
        self.window.show_page("memory")
        page = self.window.pages["memory"]
        assert isinstance(page, MemoryPage)
        return page

    def open(self) -> None:
        """Put the workspace into the window."""
        self.window.attach(self.workspace)
        self.window.show()
        self.quiet()

    def new_window(self) -> MainWindow:
        """Another window, without a workspace yet."""
        window = MainWindow(self._theme, self._icons, self._bridge, Prompter(), self.workspace.folder)
        window.resize(WIDTH, HEIGHT)
        return window

    def dress(self, scheme: str, scale: float = 1.0) -> None:
        """Light or dark, and the size of the text."""
        self.workspace.settings.change(theme=scheme, text_scale=scale)
        self.quiet()

    def shoot(self, name: str, window: MainWindow | None = None) -> None:
        """Save what the window shows when all is there. Exits where the picture is too large."""
        self.quiet()
        target = self._out / f"{name}.png"
        (window or self.window).grab().save(str(target))
        size = target.stat().st_size
        print(f"{target}: {size:,} bytes", flush=True)
        if size > LARGEST:
            raise SystemExit(f"{target} is larger than {LARGEST:,} bytes.")

    def wait(self, future: "Future[T]") -> T:
        """The result, with the window alive meanwhile."""
        self._until(future.done, "an answer")
        return future.result()

    def quiet(self) -> None:
        """Until nothing that was asked for is under way, and all of it has been painted."""
        calm = 0

        def settled() -> bool:
            nonlocal calm
            calm = 0 if self._busy() else calm + 1
            return calm >= CALM

        self._until(settled, "the window to come to rest")

    def _busy(self) -> bool:
        waiting = [
            timer
            for timer in self.window.findChildren(QTimer)
            if timer.isActive() and timer.isSingleShot() and timer.interval() <= SOON_MS
        ]
        moving = [
            animation
            for animation in self.window.findChildren(QAbstractAnimation)
            if animation.state() is QAbstractAnimation.State.Running
        ]
        return bool(self._bridge.under_way or self.workspace.jobs.active() or waiting or moving)

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        loop, begin = QEventLoop(), time.monotonic()
        timer = QTimer(interval=TURN_MS)
        timer.timeout.connect(lambda: loop.quit() if holds() or time.monotonic() - begin > PATIENCE_S else None)
        timer.start()
        loop.exec()
        timer.stop()
        if not holds() and time.monotonic() - begin > PATIENCE_S:
            raise SystemExit(f"Waited {PATIENCE_S:.0f} seconds for {what}.")

    def close(self) -> None:
        """End everything."""
        self.window.hide()
        self.workspace.close()
