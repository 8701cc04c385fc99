"""Time from the start of a process to the first painted window, and what was imported by then.

`warm` starts again on the same machine; `first` starts on an empty data folder after the caches of compiled
Python and, where this process may do that, of the disk were dropped.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common import Say, empty_folder
from memos_desktop.errors import UserError
from memos_desktop.paths import DataFolder

HEAVY = ("chromadb", "torch", "llama_cpp", "sentence_transformers", "numpy")
PROBE = Path(__file__).with_name("start_probe.py")


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Milliseconds to the window, warm and first, with the heavy modules that were imported before it."""
    first, dropped = start_cold()
    say(f"first start: {first['window_ms']:.0f} ms")
    with empty_folder() as folder:
        start(folder)
        warm = [start(folder) for _number in range(options.repeat or 7)]
    times = [one["window_ms"] for one in warm]
    say(f"warm starts: {', '.join(f'{value:.0f}' for value in times)} ms")
    return {
        "first_ms": round(first["window_ms"]),
        "first_dropped": dropped,
        "warm_ms": {"median": round(median(times)), "max": round(max(times))},
        "interpreter_ms": round(median(one["interpreter_ms"] for one in warm)),
        "imports_ms": round(median(one["imports_ms"] for one in warm)),
        "modules_before_window": warm[0]["modules"],
        "heavy_before_window": [name for name in HEAVY if name in warm[0]["heavy"]],
        "memory_mb_without_model": round(median(one["memory_mb"] for one in warm)),
    }


def start(folder: DataFolder, extra: dict[str, str] | None = None) -> dict[str, Any]:
    """One start in a process of its own."""
    variables = {
        **os.environ,
        **(extra or {}),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "MEMOS_BENCH_BEGAN": repr(time.time()),
    }
    command = [sys.executable, str(PROBE), ",".join(HEAVY), "--data-dir", str(folder.root)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise UserError(f"The window did not start: {done.stderr[-2000:]}")
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return values


def start_cold() -> tuple[dict[str, Any], str]:
    """A start with nothing cached, and what could be dropped for it."""
    with empty_folder() as folder, tempfile.TemporaryDirectory() as bytecode:
        dropped = "compiled Python"
        drop = Path("/proc/sys/vm/drop_caches")
        if os.access(drop, os.W_OK):
            os.sync()
            drop.write_text("3\n")
            dropped += " and the disk cache"
        return start(folder, {"PYTHONPYCACHEPREFIX": bytecode}), dropped
