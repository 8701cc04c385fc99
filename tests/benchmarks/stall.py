"""How long the window's event loop is held up while 100 MB of KV state is copied and saved beside it.

The window is open and a chat of the needed length is answered; `reading` is its prompt, `saving` all from the end of
the answer until the state is on the disk. Ticks, gaps and `bystander` are those of the benchmark `gap`.
"""

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.common import Say, empty_folder, workspace
from benchmarks.gap import INTERVAL_MS, Phases, Ready, bystander, drive
from benchmarks.sentences import statements
from benchmarks.turning import CONTEXT, count, greedy
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import UserError
from memos_desktop.memory.message import MemoryMode
from memos_desktop.paths import DataFolder

if TYPE_CHECKING:
    from memos_desktop.ui.application import Session

WANTED = 100_000_000  # bytes
QUIET_S = 1.5  # for the window to be drawn


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Percentiles of the gap while reading and while saving, in milliseconds, and what was saved."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    phases = Phases()
    saved: list[float] = []
    with empty_folder() as folder:
        with workspace(folder) as opened:
            opened.settings.change(first_run_done=True, context_length=CONTEXT)
        with bystander(phases):
            drive(folder, phases, lambda session: scenario(session, options, phases, saved, say))
        model = chosen(folder)
    return {"model": model, "saved_mb": saved, "gap_ms": phases.figures(), "interval_ms": INTERVAL_MS}


def chosen(folder: DataFolder) -> str:
    """The model that was used."""
    with workspace(folder) as opened:
        return Path(opened.models.chosen).name


def scenario(
    session: "Session", options: argparse.Namespace, phases: Phases, saved: list[float], say: Say
) -> Iterator[Ready]:
    """Load, learn how large a token's state is, then make and save states of the wanted size."""
    yield lambda: session.workspace is not None
    opened = session.workspace
    assert opened is not None
    loading = opened.models.use(options.model or opened.models.chosen).future
    yield loading.done
    loading.result()
    until = time.monotonic() + QUIET_S
    yield lambda: time.monotonic() > until
    yield from answer(opened, "Hello there, and good morning to you all.", phases, "small")
    size = opened.activation.usage().result().bytes
    tokens = sum(row.tokens for row in opened.activation.rows().result())
    if not tokens:
        raise UserError("This model keeps no states, so there is nothing to measure.")
    for number in range(1, (options.repeat or 1) + 1):
        text = long_text(opened, WANTED * tokens // size, seed=number)
        say(f"reading {count(opened, text):,} tokens")
        before = opened.activation.usage().result().bytes
        yield from answer(opened, text, phases, "" if number == 1 else f" {number}")
        saved.append(round((opened.activation.usage().result().bytes - before) / 1e6, 1))
    del phases.spans["reading small"], phases.spans["saving small"]


def answer(opened: Workspace, text: str, phases: Phases, name: str) -> Iterator[Ready]:
    """One turn in a new chat, and the saving of what was read."""
    name = f" {name}" if name and not name.startswith(" ") else name
    phases.begin(f"reading{name}")
    turn = opened.turns.send(SendRequest(text, memory=MemoryMode.OFF, sampling=greedy(8)))
    yield turn.future.done
    phases.end(f"reading{name}")
    phases.begin(f"saving{name}")
    turn.future.result()
    settled = opened.turns.settled()
    yield settled.done
    phases.end(f"saving{name}")


def long_text(opened: Workspace, tokens: int, seed: int) -> str:
    """Statements of at least so many tokens, as far as the context holds them. Different ones for each seed."""
    info = opened.models.state.info
    assert info is not None
    wanted = min(tokens, info.context_length - 256)
    sentences = list(statements(wanted // 8, seed))
    return " ".join(sentences[: wanted * len(sentences) // count(opened, " ".join(sentences)) + 1])
