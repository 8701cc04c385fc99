"""How long a vault takes to go out into a bundle and to come in again, and how much memory that needs.

The cubes are made-up statements, every fifth with a second version, every tenth made from the one before it.
"""

import argparse
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from benchmarks.common import Say, empty_folder
from benchmarks.sentences import statements
from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.bundle_import import Choice
from memos_desktop.memory.cube import Cube, Descriptive, TextPayload, title_of
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault

Look = Callable[[Callable[[], object]], dict[str, float]]
SIZE, SENTENCES, BATCH, LOOK_S = 10_000, 4, 1_000, 0.005


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Seconds and megabytes of each way."""
    size = int(options.sizes) if options.sizes else SIZE
    with empty_folder() as folder:
        source, target = DataFolder(folder.root / "source"), DataFolder(folder.root / "target")
        fill(source, size)
        say(f"{size:,} memories are in the vault")
        path = folder.root / "all.memcube"
        times = ways(source, target, path, measured, say)
        memory = ways(source, DataFolder(folder.root / "again"), path, traced, say)
        return {
            "cubes": size,
            "file_mb": round(path.stat().st_size / 1e6, 1),
            **{name: {**figures, **memory[name]} for name, figures in times.items()},
        }


def ways(source: DataFolder, target: DataFolder, path: Path, look: Look, say: Say) -> dict[str, dict[str, float]]:
    """Out, in, in again (which changes nothing), and undone: each looked at."""
    found = {}
    with opened(source) as here:
        found["export"] = look(lambda: here.transfer.export(path).future.result())
        found["verify"] = look(lambda: here.transfer.verify(path).future.result())
        found["export redacted"] = look(lambda: here.transfer.export(path, redact=True).future.result())
        look(lambda: here.transfer.export(path).future.result())
    with opened(target) as there:
        found["preview"] = look(lambda: there.transfer.preview(path).future.result())
        found["import"] = look(lambda: there.transfer.load(path).future.result())
        found["import again"] = look(lambda: there.transfer.load(path, Choice.REPLACE).future.result())
        found["undo"] = look(lambda: there.library.undo().result())
    for name, figures in found.items():
        say(f"{name}: {figures}")
    return found


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Seconds by the clock and of the processor, and by how many megabytes the process grew meanwhile."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    ended = threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(LOOK_S):
            most = max(most, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began, busy = time.perf_counter(), time.process_time()
    try:
        work()
    finally:
        taken, busy = time.perf_counter() - began, time.process_time() - busy
        ended.set()
        watcher.join()
    most = max(most, process.memory_info().rss)
    return {"s": round(taken, 2), "cpu_s": round(busy, 2), "grown_mb": round((most - before) / 1e6, 1)}


def traced(work: Callable[[], object]) -> dict[str, float]:
    """The peak of what Python allocated, in megabytes. Much slower, so never timed."""
    tracemalloc.start()
    try:
        work()
        return {"python_peak_mb": round(tracemalloc.get_traced_memory()[1] / 1e6, 1)}
    finally:
        tracemalloc.stop()


def fill(folder: DataFolder, size: int) -> None:
    """Write the memories straight into a vault."""
    vault = Vault.open(folder)
    try:
        texts = list(statements(size * SENTENCES))
        cubes = list(_cubes([" ".join(texts[at : at + SENTENCES]) for at in range(0, len(texts), SENTENCES)]))
        for at in range(0, size, BATCH):
            vault.cubes.add_many(cubes[at : at + BATCH])
        with vault.step("Edit"):
            for cube in cubes[::5]:
                vault.cubes.revise(cube.id, text=f"{cube.text} And so it stayed.")
    finally:
        vault.close()


def _cubes(texts: Iterable[str]) -> Iterable[Cube]:
    moment, before = now() - timedelta(days=365), ""
    for number, text in enumerate(texts):
        when = moment + timedelta(minutes=number)
        cube = Cube(new_id(), 1, when, when, TextPayload(text), Descriptive(title_of(text)), tags=("made up",))
        yield replace(cube, parents=(before,)) if before and not number % 10 else cube
        before = cube.id


@contextmanager
def opened(folder: DataFolder) -> Iterator[Workspace]:
    """A workspace without an embedder, so that nothing else is at work."""
    missing = MissingEmbedder(IndexUnavailableError("It is left out of this benchmark."))
    workspace = Workspace.open(folder, embedder=missing)
    try:
        yield workspace
    finally:
        workspace.close()
