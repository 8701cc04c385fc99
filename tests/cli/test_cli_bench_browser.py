"""The benchmark of the browser: its vault is generated once, and nobody's own folder is touched."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from memos_desktop.errors import UserError

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(TESTS), *sys.path])
    return importlib.import_module("benchmarks.browser")


def test_a_vault_is_generated_once_and_measured(browser: ModuleType, tmp_path: Path) -> None:
    said: list[str] = []
    lists = importlib.import_module("benchmarks.browser_lists")
    for _ in range(2):
        with browser.generated(tmp_path / "data", 300, said.append) as folder:
            figures = lists.measure(folder, lambda line: None)
    assert said == ["300 memories"]
    assert set(figures["filter_ms"]) == set(lists.QUERIES)
    assert figures["slowest_filter_ms"] > 0 and figures["load_ms"]["pieces"] >= 1


def test_every_part_can_be_measured(browser: ModuleType) -> None:
    for name in browser.PARTS:
        assert callable(importlib.import_module(f"benchmarks.browser_{name}").measure)


def test_a_folder_with_anything_else_is_not_touched(browser: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="something else"), browser.generated(tmp_path, 300, print):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_another_size_needs_another_folder(browser: ModuleType, tmp_path: Path) -> None:
    (tmp_path / browser.MARK).write_text("300", encoding="utf-8")
    with pytest.raises(UserError, match="another size"), browser.generated(tmp_path, 400, print):
        pass


def test_the_generated_memories_are_the_same_each_time_and_various(browser: ModuleType) -> None:
    vault = importlib.import_module("benchmarks.browser_vault")
    first, again = list(vault.memories(400)), list(vault.memories(400))
    assert [one.text for one in first] == [one.text for one in again]
    for of in (lambda one: one.kind, lambda one: one.descriptive.type, lambda one: one.state, lambda one: one.tags):
        assert len({of(one) for one in first}) > 1
    assert any(one.parents for one in first) and len(first) == 400
