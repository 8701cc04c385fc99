"""The window comes before everything heavy: a real start in a process of its own, watched by the benchmark."""

import importlib
import sys
from pathlib import Path

import pytest

from memos_desktop.paths import DataFolder

TESTS = Path(__file__).resolve().parents[1]


def test_nothing_heavy_is_imported_before_the_window(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [str(TESTS), *sys.path])
    start = importlib.import_module("benchmarks.start")
    found = start.start(DataFolder(tmp_path))
    assert found["window_ms"] > 0
    assert found["heavy"] == []
    assert {"torch", "chromadb", "llama_cpp"} <= set(start.HEAVY)
