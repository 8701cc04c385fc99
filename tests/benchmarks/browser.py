"""The browser of 100,000 generated memories: opening, filters, scrolling, the map, snapshots.

The search by meaning is left out: it would compute 100,000 vectors meanwhile, which a vault that grew has long done.
Each part is a module with `measure(folder, say)`. `--data DIR` keeps the generated vault there for the next time, which
saves a minute or two; a folder with anything else in it is not touched.
"""

import argparse
import contextlib
import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.browser_vault import fill_vault
from benchmarks.common import Say, empty_folder
from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import IndexUnavailableError, UserError
from memos_desktop.paths import DataFolder

PARTS = ("lists", "table", "map", "snapshots")
"""Modules `browser_NAME`, measured in this order."""
SIZE = 100_000
MARK = "generated-by-bench-browser"


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """The figures of every part, in milliseconds."""
    size = int(options.sizes.split(",")[0]) if options.sizes else SIZE
    figures: dict[str, Any] = {"memories": size}
    with generated(options.data, size, say) as folder:
        for name in PARTS:
            say(f"— {name}")
            figures[name] = importlib.import_module(f"benchmarks.browser_{name}").measure(folder, say)
    return figures


@contextlib.contextmanager
def generated(data: Path | None, size: int, say: Say) -> Iterator[DataFolder]:
    """A data folder with so many memories: the one in `data` if this benchmark made it, else a new one."""
    if data is None:
        with empty_folder() as folder:
            fill(folder, size, say)
            yield folder
        return
    mark = data / MARK
    if not mark.exists():
        if data.exists() and any(data.iterdir()):
            raise UserError(f"{data} holds something else, so it was not touched.", "Name a new or an empty folder.")
        data.mkdir(parents=True, exist_ok=True)
        fill(DataFolder(data), size, say)
        mark.write_text(str(size), encoding="utf-8")
    elif mark.read_text(encoding="utf-8") != str(size):
        raise UserError(f"{data} holds a vault of another size, so it was not touched.", "Name another folder.")
    yield DataFolder(data)


@contextlib.contextmanager
def copied(data: Path | None, size: int, say: Say) -> Iterator[DataFolder]:
    """The same, to be changed: what is kept in `data` stays as it is."""
    with generated(data, size, say) as kept:
        if data is None:
            yield kept
            return
        with empty_folder() as folder:
            shutil.copytree(kept.root, folder.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MARK, "backups"))
            yield folder


def fill(folder: DataFolder, size: int, say: Say) -> None:
    """Generate the memories, and mark the first run as done, so that the window opens on its pages."""
    fill_vault(folder, size, say)
    opened = open_without_meaning(folder)
    opened.settings.change(first_run_done=True)
    opened.close()


def open_without_meaning(folder: DataFolder) -> Workspace:
    """The workspace without an embedder."""
    return Workspace.open(folder, embedder=MissingEmbedder(IndexUnavailableError("It is left out of this benchmark.")))
