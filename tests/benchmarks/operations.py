"""Operators on a vault of 100,000 memories: 10,000 selected ones changed at once, and any single step taken back."""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.browser_vault import fill_vault
from benchmarks.common import Say
from memos_desktop.app import bulk, fusing, splitting
from memos_desktop.errors import UserError
from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, Governance, Kind
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault

SIZES = (100_000,)
SELECTED = 10_000
SINGLE = 30
Figures = dict[str, Any]


def measure(vault: Vault, say: Say, selected: int = SELECTED) -> Figures:
    """Milliseconds of every verb on `selected` memories, of undoing it, and of undoing each on a single one."""
    chance = random.Random(3)
    texts = list(vault.cubes.ids(CubeFilter(kind=Kind.PLAINTEXT)))
    chance.shuffle(texts)
    free = [cube.id for cube in vault.cubes.many(texts[: 3 * selected]) if not cube.frozen and not cube.pinned]
    live = [cube.id for cube in vault.cubes.many(free) if cube.state in splitting.LIVE]
    figures: Figures = {"selected": selected, "bulk": {}, "undo_bulk": {}, "single": {}, "undo_single": {}}
    for verb, ids, arguments in _plan(live[:selected], free[:selected]):
        took, undone = _there_and_back(vault, partial(_run, vault, verb, ids, arguments))
        figures["bulk"][verb], figures["undo_bulk"][verb] = round(took), round(undone)
        say(f"{verb}: {took:.0f} ms for {len(ids):,}, {undone:.0f} ms to undo")
    for name, change in _single(vault, live).items():
        times = [_there_and_back(vault, change) for _ in range(SINGLE)]
        figures["single"][name] = round(statistics.median(took for took, _ in times), 1)
        figures["undo_single"][name] = round(max(undone for _, undone in times), 1)
        say(f"{name}: {figures['single'][name]:.1f} ms, undo at most {figures['undo_single'][name]:.1f} ms")
    return figures


def _run(vault: Vault, verb: str, ids: list[str], arguments: dict[str, Any], progress: Progress) -> object:
    return bulk.run(verb, vault, ids, progress, **arguments)


def _plan(live: list[str], free: list[str]) -> list[tuple[str, list[str], dict[str, Any]]]:
    return [
        ("pin", free, {}),
        ("freeze", free, {}),
        ("archive", live, {}),
        ("expire", live, {}),
        ("tag", free, {"add": ("benchmark",)}),
        ("set_header", free, {"priority": 3}),
        ("bin", free, {}),
    ]


def _single(vault: Vault, live: list[str]) -> dict[str, Callable[[Progress], Any]]:
    """One operation of each kind, on another memory each time."""
    rest = iter(live)

    def fuse(_: Progress) -> object:
        while True:
            try:
                cubes = fusing.parents(vault, [next(rest), next(rest)])
            except UserError:  # of different projects, or expired
                continue
            return fusing.fuse(vault, cubes, fusing.preview(cubes, None)[1])

    def split(_: Progress) -> object:
        while True:
            cube = vault.cubes.get(next(rest))
            try:
                return splitting.split(vault, cube, ("one part", "another part"), None)
            except UserError:
                continue

    return {
        "edit": lambda _: vault.cubes.revise(next(rest), text=f"edited at {now()}"),
        "tag": lambda _: vault.cubes.retag([next(rest)], ("benchmark",)),
        "archive": lambda _: bulk.archive(vault, [next(rest)]),
        "bin": lambda _: vault.cubes.bin([next(rest)]),
        "header": lambda _: vault.cubes.update([next(rest)], "Header", governance=Governance(priority=5)),
        "fuse": fuse,
        "split": split,
    }


def _there_and_back(vault: Vault, change: Callable[[Progress], Any]) -> tuple[float, float]:
    began = time.perf_counter()
    change(Progress())
    done = time.perf_counter()
    vault.undo()
    return (done - began) * 1000, (time.perf_counter() - done) * 1000


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """The report's figures for each size."""
    counts = tuple(int(size) for size in options.sizes.split(",")) if options.sizes else SIZES
    found: dict[str, Any] = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            fill_vault(DataFolder(Path(folder)), count, say)
            vault = Vault.open(DataFolder(Path(folder)))
            try:
                found[f"{count:,} cubes"] = measure(vault, say, min(SELECTED, count // 4))
            finally:
                vault.close()
    return found
