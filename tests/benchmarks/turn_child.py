"""Answers in chats that another process has kept; run by benchmarks as a process of its own.

Standard input: {"folder", "turns": [{"chat", "parent", "text", "tokens", "uncached"}]}. Standard output: a list of
figures, one for each turn. `uncached` drops the states' files from the system's disk cache first, where it can.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.turning import Prepared, ask, forget_live, loaded, settle
from memos_desktop.app.workspace import Workspace
from memos_desktop.paths import DataFolder


def main() -> None:
    """Read what to do, do it, print the figures."""
    wanted = json.load(sys.stdin)
    folder = DataFolder(Path(wanted["folder"]))
    began = time.perf_counter()
    with loaded(folder) as opened:
        seconds = time.perf_counter() - began
        answers = [answer(opened, folder, turn) for turn in wanted["turns"]]
    sys.stdout.write(json.dumps({"load_s": round(seconds, 2), "answers": answers}))


def answer(opened: Workspace, folder: DataFolder, turn: dict[str, Any]) -> dict[str, Any]:
    """One turn with nothing in the model's memory."""
    forget_live(opened)
    if turn["uncached"]:
        drop_cached(folder.states)
    place = Prepared(turn["chat"], turn["parent"], (), 0, 0)
    timed = ask(opened, place.going_on(turn["text"], turn["tokens"]))
    settle(opened)
    return {**timed.stats.to_json(), "wall_ms": timed.wall_ms, "text": timed.text}


def drop_cached(states: Path) -> None:
    """Let the system forget the content of these files, so that they are read from the disk."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in states.glob("*.kv"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()
