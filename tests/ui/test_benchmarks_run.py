"""Benchmarks without a model run from the first line to the last, on so little that each takes a second or two.

Their figures mean nothing then. The others are run by hand, and read by mypy.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from memos_desktop.cli.arguments import parse
from memos_desktop.paths import DataFolder

TESTS = Path(__file__).resolve().parents[1]
LESS: dict[str, dict[str, Any]] = {
    "browser_snapshots": {"EDITED": 3, "TAGGED": 20, "STEPS": 3, "EARLY": 1},
    "browser_table": {"FRAMES": 2, "OPENINGS": 1, "FILTERS": ("the", "")},
    "forget": {"TALKS": 40, "COUNTS": (1, 2)},
    "operations": {"MANY": (("pin", {}), ("bin", {})), "MOST_FUSED": 5},
}
"""By module, what is smaller than in earnest."""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    monkeypatch.setattr(sys, "path", [str(TESTS), *sys.path])
    for name, constants in LESS.items():
        module = importlib.import_module(f"benchmarks.{name}")
        for constant, value in constants.items():
            monkeypatch.setattr(module, constant, value)
    stage = importlib.import_module("benchmarks.browser_table").Stage
    rest = stage._rest
    monkeypatch.setattr(stage, "_rest", lambda self, milliseconds: rest(self, min(milliseconds, 20)))


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("bundles", "20", {"cubes", "export", "import", "undo"}),
        ("forget", "300", {"memories", "seconds"}),
        ("operations", "300", {"group", "many", "single", "worst_gap_ms"}),
    ],
)
def test_it_runs(name: str, size: str, expected: set[str]) -> None:
    run = importlib.import_module(f"benchmarks.{name}").run
    assert expected <= run(parse(["bench", name, "--sizes", size, "--repeat", "1"]), lambda line: None).keys()


@pytest.mark.parametrize("part", ["table", "snapshots"])
def test_a_part_of_the_browser_runs(part: str, tmp_path: Path) -> None:
    browser, measured = (importlib.import_module(f"benchmarks.{name}") for name in ("browser", f"browser_{part}"))
    browser.fill(DataFolder(tmp_path), 300, lambda line: None)
    assert measured.measure(DataFolder(tmp_path), lambda line: None)


def test_a_start_is_timed(tmp_path: Path) -> None:
    one = importlib.import_module("benchmarks.start").start(DataFolder(tmp_path))
    assert 0 < one["interpreter_ms"] < one["window_ms"]
