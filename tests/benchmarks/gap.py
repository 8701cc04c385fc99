"""How long the window's event loop is held up while the program imports, embeds, loads, prefills and streams.

A timer ticks every 5 ms in the real window, offscreen if there is no display; the gap is how much later than
that a tick comes. The chat is driven through the composer, as a person does. `bystander` is the same figure of
a process that does nothing else: what the machine alone makes late, because its cores are taken. `busy_ms` is what the
window's thread itself computed from one tick to the next.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.common import Say, empty_folder, percentiles, workspace
from benchmarks.sentences import statements
from memos_desktop.app.jobs import Job
from memos_desktop.app.turn_events import Finished, Piece, Started, TurnEvent
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import UserError
from memos_desktop.paths import DataFolder

if TYPE_CHECKING:
    from PySide6.QtCore import QTimer

    from memos_desktop.ui.application import Session

INTERVAL_MS, TURNS, ANSWER = 5, 600, 250
LONG = "Write a long story about these notes, with every detail that you can think of. "
LIMIT_S = 400
BYSTANDER = """
import sys, threading, time
ended, ticks, interval = threading.Event(), [], float(sys.argv[1])
threading.Thread(target=lambda: (sys.stdin.read(), ended.set())).start()
last = time.perf_counter()
while not ended.is_set():
    time.sleep(interval)
    now = time.perf_counter()
    ticks.append((now, (now - last - interval) * 1000))
    last = now
print("\\n".join(f"{moment} {late}" for moment, late in ticks))
"""
Ready = Callable[[], bool]


@dataclass
class Phases:
    """When each phase began and ended, how late each tick of the probe was, and what its thread computed before it."""

    spans: dict[str, list[float]] = field(default_factory=dict)
    ticks: list[tuple[float, float]] = field(default_factory=list)
    busy: list[tuple[float, float]] = field(default_factory=list)
    bystander: list[tuple[float, float]] = field(default_factory=list)

    def begin(self, name: str) -> None:
        """A phase begins now."""
        self.spans[name] = [time.perf_counter()]

    def end(self, name: str) -> None:
        """A phase ends now; later calls change nothing."""
        if name in self.spans and len(self.spans[name]) == 1:
            self.spans[name].append(time.perf_counter())

    def figures(self) -> dict[str, Any]:
        """Percentiles of the gap in milliseconds, by phase."""
        return {name: self._figure(*span) for name, span in self.spans.items() if len(span) == 2}

    def _figure(self, start: float, stop: float) -> dict[str, Any]:
        ours, busy, others = (
            [gap for moment, gap in ticks if start <= moment <= stop + 0.05] or [0.0]
            for ticks in (self.ticks, self.busy, self.bystander)
        )
        return {
            **percentiles(ours, 0.5, 0.99),
            "busy_ms": percentiles(busy, 0.5, 0.99),
            "bystander": percentiles(others, 0.5, 0.99),
            "seconds": round(stop - start, 2),
            "ticks": len(ours),
        }


@contextmanager
def bystander(phases: Phases) -> Iterator[None]:
    """A process that ticks beside the program; its ticks are in `phases` afterwards."""
    command = [sys.executable, "-c", BYSTANDER, str(INTERVAL_MS / 1000)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield
        finally:
            said = process.communicate()[0]
    pairs = (line.split() for line in said.splitlines())
    phases.bystander = [(float(moment), float(late)) for moment, late in pairs]


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Percentiles of the gap by phase, in milliseconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    phases = Phases()
    with empty_folder() as folder:
        prepare(folder)
        with bystander(phases):
            file = folder.root / "turns.jsonl"
            drive(folder, phases, lambda session: scenario(session, file, options.model, phases, say))
    return {"gap_ms": phases.figures(), "interval_ms": INTERVAL_MS}


def prepare(folder: DataFolder) -> None:
    """A data folder that has been used before, so that the window opens on the chats."""
    with workspace(folder) as opened:
        chosen = replace(opened.settings.value.sampling, max_tokens=ANSWER)
        opened.settings.change(first_run_done=True, sampling=chosen)


def probe(phases: Phases) -> "QTimer":
    """A timer of the event loop whose ticks are noted; start it with `INTERVAL_MS`."""
    from PySide6.QtCore import Qt, QTimer

    last = [time.perf_counter(), time.thread_time()]

    def tick() -> None:
        moment, busy = time.perf_counter(), time.thread_time()
        phases.ticks.append((moment, (moment - last[0]) * 1000 - INTERVAL_MS))
        phases.busy.append((moment, (busy - last[1]) * 1000))
        last[:] = moment, busy

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    return timer


def drive(folder: DataFolder, phases: Phases, play: Callable[["Session"], Iterator[Ready]]) -> None:
    """Open the window and play what happens in its event loop, each step when the one before it is ready."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from memos_desktop.ui.application import Session
    from memos_desktop.ui.collector import Collector

    application = QApplication.instance() or QApplication(["memos-desktop"])
    assert isinstance(application, QApplication)
    collector = Collector()
    session = Session(application, folder)
    ticking = probe(phases)
    steps = play(session)
    waiting: list[Ready] = []
    limit = time.monotonic() + LIMIT_S

    def proceed() -> None:
        if waiting and not waiting[-1]() and time.monotonic() < limit:
            return
        try:
            waiting.append(next(steps))
        except StopIteration:
            application.quit()

    clock = QTimer()
    clock.timeout.connect(proceed)
    session.window.resize(1200, 800)
    session.window.show()
    session.open()
    ticking.start(INTERVAL_MS)
    clock.start(20)
    try:
        application.exec()
    finally:
        session.close()
        collector.end()
    if time.monotonic() >= limit:
        raise UserError(f"The scenario did not end within {LIMIT_S} s; it reached {list(phases.spans)}.")


def scenario(session: "Session", file: Path, model: str | None, phases: Phases, say: Say) -> Iterator[Ready]:
    """What happens, one thing after the other; each `yield` waits until its function says true."""
    yield lambda: session.workspace is not None
    opened = session.workspace
    assert opened is not None
    until = time.monotonic() + 1.5
    phases.begin("opening")
    yield lambda: time.monotonic() > until
    phases.end("opening")
    turns = [
        {"chat": f"chat {number // 20}", "speaker": "Ada", "text": text, "time": f"2024-01-01T00:{number % 60:02d}:00"}
        for number, text in enumerate(statements(TURNS))
    ]
    file.write_text("\n".join(json.dumps(turn) for turn in turns), encoding="utf-8")
    long: tuple[tuple[str, Callable[[], Job]], ...] = (
        ("importing", partial(opened.library.import_turns, file)),
        ("embedding", opened.recall.drain),
        ("loading", partial(opened.models.use, model or opened.models.chosen)),
    )
    for name, start in long:
        say(name)
        phases.begin(name)
        job = start()
        yield job.future.done
        job.future.result()
        phases.end(name)
    yield from converse(session, opened, phases, say)


def converse(session: "Session", opened: Workspace, phases: Phases, say: Say) -> Iterator[Ready]:
    """A long message, typed and sent."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from memos_desktop.ui.chat.composer import Composer, Field

    finished: list[TurnEvent] = []
    send = opened.turns.send

    def follow(event: TurnEvent) -> None:
        if isinstance(event, Started):
            phases.begin("prefilling")
        elif isinstance(event, Piece) and "streaming" not in phases.spans:
            phases.end("prefilling")
            phases.begin("streaming")
        elif isinstance(event, Finished):
            phases.end("streaming")
            finished.append(event)

    def watched(request: Any, on_event: Callable[[TurnEvent], None]) -> Any:
        def both(event: TurnEvent) -> None:
            follow(event)
            on_event(event)

        return send(request, both)

    opened.turns.send = watched  # type: ignore[method-assign, assignment]
    session.window.show_page("chats")
    yield lambda: session.window.findChild(Composer) is not None
    composer = session.window.findChild(Composer)
    assert composer is not None
    composer.set_text(LONG + " ".join(statements(40, seed=23)))
    say("chatting")
    field_ = composer.findChild(Field)
    assert field_ is not None
    QTest.keyClick(field_, Qt.Key.Key_Return)
    yield lambda: bool(finished)
