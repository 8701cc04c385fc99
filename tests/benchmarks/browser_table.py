"""The Memory page in the real window, offscreen if there is no display: opening, filtering, scrolling sorted columns.

A frame is what happens between two positions of the scroll bar: the rows that come into sight are painted, and pages
that arrive meanwhile are put in place. It is timed from one step to the next, and the painting by itself; `busy_ms` is
what the window's thread computed in it, which others who use the cores do not make longer.
"""

import os
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.browser import open_without_meaning
from benchmarks.common import Say, percentiles
from memos_desktop.app.jobs import Urgency
from memos_desktop.errors import UserError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.filter import parse
from memos_desktop.paths import DataFolder

if TYPE_CHECKING:
    from memos_desktop.ui.cubes.page import MemoryPage

FRAMES = 240
FRAME_MS, LATE_MS = 16, 33
OPENINGS = 3
LIMIT_S = 60
FILTERS = ("the", "my", "kind:fact tag:work", "")


def measure(folder: DataFolder, say: Say) -> dict[str, Any]:
    """Milliseconds: opening, filters as the window sees them, frames by column and way of scrolling."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    openings = [Stage(folder, say).only_open() for _ in range(OPENINGS)]
    say(f"opens in {', '.join(f'{value:.0f}' for value in openings)} ms")
    stage = Stage(folder, say)
    try:
        return {"open_ms": percentiles(openings, 0.5), **stage.play()}
    finally:
        stage.close()


class Stage:
    """The window on a data folder, driven step by step."""

    def __init__(self, folder: DataFolder, say: Say) -> None:
        from PySide6.QtCore import QEvent, QObject
        from PySide6.QtWidgets import QApplication

        from memos_desktop.ui.application import Session
        from memos_desktop.ui.collector import Collector

        self._say = say
        application = QApplication.instance() or QApplication(["memos-desktop"])
        assert isinstance(application, QApplication)
        self._collector = Collector()
        self._session = Session(application, folder, opener=open_without_meaning)
        self._session.window.resize(1280, 800)
        self._session.window.show()
        self._session.open()
        self._wait(lambda: self._session.window.context is not None)
        self.page: MemoryPage | None = None
        self.painted: list[float] = []
        stage = self

        class Watch(QObject):
            """Times what the table paints, and sees whether it painted rows."""

            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() != QEvent.Type.Paint or stage.page is None:
                    return False
                start = time.perf_counter()
                stage.page.table.viewportEvent(event)
                stage.painted.append((time.perf_counter() - start) * 1000)
                return True

        self._watch = Watch()

    def only_open(self) -> float:
        """Open the page and close the program again."""
        try:
            return self.open()
        finally:
            self.close()

    def open(self) -> float:
        """Go to the Memory page; milliseconds until its first rows are painted.

        The program loads its model, sweeps, and looks for repeated memories at the start: that is waited for.
        """
        opened = self._session.workspace
        assert opened is not None
        self._rest(1000)
        self._wait(lambda: not opened.jobs.active())
        workers = opened._store.background, opened._store.worker
        idle = [worker.submit(lambda: None, urgency=Urgency.IDLE) for worker in workers]
        self._wait(lambda: all(one.done() for one in idle))
        start = time.perf_counter()
        self._session.window.show_page("memory")
        self.page = self._session.window.pages["memory"]  # type: ignore[assignment]
        assert self.page is not None
        self.page.table.viewport().installEventFilter(self._watch)
        self._wait(lambda: self.page is not None and bool(self.page.cubes.total))
        self.painted.clear()
        self._wait(lambda: bool(self.painted))
        return (time.perf_counter() - start) * 1000

    def play(self) -> dict[str, Any]:
        """Everything but the opening."""
        from memos_desktop.ui.cubes.columns import Column

        self.open()
        page = self.page
        assert page is not None
        start = time.perf_counter()
        self._wait(lambda: bool(page.filters.field.values.tags))
        self._say(f"filters are fast {(time.perf_counter() - start) * 1000:.0f} ms after the page is there")
        self._rest(1000)
        found: dict[str, Any] = {"window_filter_ms": {text or "all": self._filter(text) for text in FILTERS}}
        frames: dict[str, Any] = {}
        for column in (Column.DATE, Column.TITLE, Column.HEAT, Column.SIZE, Column.TAGS):
            assert self.page is not None
            self.page.cubes.sort_by(column)
            self._settle()
            for name, step in (("rows", self._by_rows), ("pages", self._by_pages), ("dragged", self._dragged)):
                frames[f"{column.name.lower()} {name}"] = shown = self._scroll(step)
                self._say(f"{column.name.lower()} {name}: {shown}")
        late = sum(one["late"] for one in frames.values())
        names = "frame_ms", "busy_ms"
        slowest = {f"slowest_{name}": max(one[name]["max"] for one in frames.values()) for name in names}
        return {**found, "frames": frames, "frames_over_33_ms": late, "of": len(frames) * FRAMES, **slowest}

    def close(self) -> None:
        """Close the program."""
        self.page = None
        self._session.window.close()
        self._session.close()
        self._collector.end()

    def _filter(self, text: str) -> float:
        """From setting a filter until its first rows are painted."""
        assert self.page is not None
        start = time.perf_counter()
        before = self.page.cubes.query
        self.page.cubes.set_filter(parse(text) if text else CubeFilter())
        if self.page.cubes.query != before:
            self._settle()
        self.painted.clear()
        self.page.table.viewport().update()
        self._wait(lambda: bool(self.painted))
        return round((time.perf_counter() - start) * 1000, 1)

    def _scroll(self, step: Callable[[int], int]) -> dict[str, Any]:
        """Scroll for some seconds, a step each frame."""
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        assert self.page is not None
        bar = self.page.table.verticalScrollBar()
        bar.setValue(0)
        self._settle()
        self.painted.clear()
        gaps: list[float] = []
        busy: list[float] = []
        loop, clock = QEventLoop(), QTimer()
        last = time.perf_counter(), time.thread_time()

        def tick() -> None:
            nonlocal last
            moment = time.perf_counter(), time.thread_time()
            gaps.append((moment[0] - last[0]) * 1000)
            busy.append((moment[1] - last[1]) * 1000)
            last = moment
            bar.setValue(step(bar.value()))
            if len(gaps) > FRAMES:
                loop.quit()

        clock.setTimerType(Qt.TimerType.PreciseTimer)
        clock.timeout.connect(tick)
        clock.start(FRAME_MS)
        loop.exec()
        clock.stop()
        shown = gaps[1:]
        return {
            "frame_ms": percentiles(shown, 0.5, 0.99),
            "busy_ms": percentiles(busy[1:], 0.5, 0.99),
            "paint_ms": percentiles(self.painted or [0.0], 0.5, 0.99),
            "late": sum(gap > LATE_MS for gap in shown),
        }

    def _by_rows(self, value: int) -> int:
        return value + 36

    def _by_pages(self, value: int) -> int:
        return value + 700

    def _dragged(self, _value: int) -> int:
        assert self.page is not None
        return random.randrange(self.page.table.verticalScrollBar().maximum() + 1)

    def _settle(self) -> None:
        assert self.page is not None
        cubes = self.page.cubes
        self._wait(lambda: not cubes._fresh and not cubes._in_flight and not cubes._wanted)

    def _rest(self, milliseconds: int) -> None:
        until = time.monotonic() + milliseconds / 1000
        self._wait(lambda: time.monotonic() > until)

    def _wait(self, ready: Callable[[], bool]) -> None:
        """Let the window live until this is true; looked at in every turn of the event loop."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, clock = QEventLoop(), QTimer()
        limit = time.monotonic() + LIMIT_S
        clock.timeout.connect(lambda: loop.quit() if ready() or time.monotonic() > limit else None)
        clock.start(1)
        loop.exec()
        clock.stop()
        if not ready():
            raise UserError(f"The window did not come to rest within {LIMIT_S} s.")
