"""What the benchmarks share: the report around the figures, percentiles, data folders of their own."""

import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from memos_desktop import __version__
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import UserError
from memos_desktop.paths import DataFolder

PACKAGES = ("llama-cpp-python", "chromadb", "sentence-transformers", "torch", "pyside6-essentials", "numpy")
Say = Callable[[str], None]


def report(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    """The report of one benchmark."""
    return {
        "benchmark": name,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "figures": figures,
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on. `load` is the load average at the end: others may use the cores."""
    import psutil

    return {
        "cpu": cpu_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "load": [round(value, 2) for value in psutil.getloadavg()],
    }


def cpu_name() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def versions() -> dict[str, str]:
    """Of this program, Python and the libraries that matter."""
    found = {"memos-desktop": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def percentiles(values: Sequence[float], *shares: float) -> dict[str, float]:
    """`{"p50": …, "p95": …, "max": …}` of some measurements, rounded to 0.01."""
    ordered = sorted(values)
    found = {
        f"p{100 * share:g}": ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
        for share in shares
    }
    return {name: round(value, 2) for name, value in {**found, "max": ordered[-1]}.items()}


@contextmanager
def empty_folder() -> Iterator[DataFolder]:
    """A data folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="memos-bench-") as folder:
        yield DataFolder(Path(folder))


@contextmanager
def workspace(folder: DataFolder) -> Iterator[Workspace]:
    """An open data folder, closed afterwards."""
    opened = Workspace.open(folder)
    try:
        yield opened
    finally:
        opened.close()


def needed(path: Path | None, what: str) -> Path:
    """The path given by `--data`. Raises UserError when there is none."""
    if path is None or not path.exists():
        raise UserError(f"This benchmark needs --data with {what}.")
    return path
