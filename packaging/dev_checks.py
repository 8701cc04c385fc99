"""Runs every check of the repository, one after the other, and sums up: `dev.py test`.

All parts run, also after one failed. The lower layers are tested with PySide6 not importable, in the tests
and in every process that they start (`tests/without_qt/sitecustomize.py`); the window is tested offscreen.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dev_setup import Environment
from dev_words import duration

WINDOW_TESTS = ("ui", "e2e")
NO_TESTS = ("data", "benchmarks", "without_qt", "__pycache__")


@dataclass(frozen=True)
class Part:
    """One check: its name, command and the variables added to the environment."""

    name: str
    command: list[str]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How one part went. `passed`, `failed` and `skipped` count tests, and are 0 where there are none."""

    name: str
    status: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def parts(environment: Environment) -> list[Part]:
    """All checks in order: quick ones first."""
    python, root = str(environment.python), environment.root
    lower, window = test_folders(root)
    pytest = [python, "-m", "pytest"]
    # without the plugin its option in pyproject.toml is unknown, which is no reason to warn
    no_qt_plugin = ["-p", "no:pytest-qt", "-W", "ignore::pytest.PytestConfigWarning"]
    without_qt = {"PYTHONPATH": str(root / "tests" / "without_qt"), "MEMOS_TEST_WITHOUT_QT": "1"}
    return [
        Part("ruff", [python, "-m", "ruff", "check"]),
        Part("mypy", [python, "-m", "mypy"]),
        Part("import-linter", [str(environment.scripts / "lint-imports")]),
        Part("vulture", [python, "-m", "vulture"]),
        Part("tests without Qt", [*pytest, *no_qt_plugin, *lower], without_qt),
        Part("tests of the window", [*pytest, *window], {"QT_QPA_PLATFORM": "offscreen"}),
    ]


def test_folders(root: Path) -> tuple[list[str], list[str]]:
    """The folders and single files of tests that need no window, and of those that do."""
    entries = sorted((root / "tests").iterdir())
    names = [path.name for path in entries if path.name not in NO_TESTS and holds_tests(path)]
    lower = [f"tests/{name}" for name in names if name not in WINDOW_TESTS]
    return lower, [f"tests/{name}" for name in names if name in WINDOW_TESTS]


def holds_tests(path: Path) -> bool:
    """Whether this is a test file, or a folder with one in it."""
    return path.name.startswith("test_") or (path.is_dir() and any(path.rglob("test_*.py")))


def run_all(environment: Environment) -> int:
    """Run every part, print a summary; 0 when all passed, 1 otherwise."""
    began = time.monotonic()
    outcomes = [run(part, environment.root) for part in parts(environment)]
    print("\n" + summary(outcomes, time.monotonic() - began), flush=True)
    return int(any(outcome.status for outcome in outcomes))


def run(part: Part, root: Path) -> Outcome:
    """Run one part, passing its output through."""
    print(f"\n=== {part.name}", flush=True)
    began = time.monotonic()
    variables = {**os.environ, "PYTHONUNBUFFERED": "1", **part.variables}
    lines: list[str] = []
    process = subprocess.Popen(
        part.command, cwd=root, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace",
    )
    assert process.stdout
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    except KeyboardInterrupt:
        process.kill()
        raise
    finally:
        status = process.wait()
    seconds = time.monotonic() - began
    print(f"--- {part.name}: {'ok' if status == 0 else 'FAILED'} in {duration(seconds)}", flush=True)
    return Outcome(part.name, status, seconds, *count_tests(lines))


def count_tests(lines: list[str]) -> tuple[int, int, int]:
    """Passed, failed (errors too) and skipped tests from pytest's closing line; zeros when there is none."""
    closing = next((line for line in reversed(lines) if re.search(r"\d+ \w+.* in [\d.]+s", line)), "")
    found = re.findall(r"(\d+) (passed|failed|error|skipped)", closing)
    counts = {word: int(number) for number, word in found}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return counts.get("passed", 0), failed, counts.get("skipped", 0)


def summary(outcomes: list[Outcome], seconds: float) -> str:
    """One line per part, and a last line with the count of all tests."""
    rows = [
        f"{'ok' if outcome.status == 0 else 'FAILED':<8}{outcome.name:<24}{duration(outcome.seconds):>12}"
        for outcome in outcomes
    ]
    broken = [outcome.name for outcome in outcomes if outcome.status]
    verdict = f"FAILED: {', '.join(broken)}" if broken else "All parts passed"
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    lost = sum(1 for outcome in outcomes if outcome.status and not outcome.failed)  # a linter, or a crash
    closing = f"{passed} passed, {failed + lost} failed" + (f", {skipped} skipped" if skipped else "")
    return "\n".join([*rows, f"{verdict} ({duration(seconds)})", closing])
