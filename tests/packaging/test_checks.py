"""`dev.py test`: which parts it runs, that it goes on after a failure, and how it sums up."""

import os
import subprocess
import sys
from pathlib import Path

import dev_checks
import pytest
from dev_checks import Outcome, Part
from dev_setup import Environment

ROOT = Path(__file__).resolve().parents[2]


def test_all_parts_are_there_in_order() -> None:
    parts = dev_checks.parts(Environment(ROOT))
    assert [part.name for part in parts] == [
        "ruff", "mypy", "import-linter", "vulture", "tests without Qt", "tests of the window",
    ]


def test_every_folder_of_tests_is_run_once() -> None:
    lower, window = dev_checks.test_folders(ROOT)
    assert set(window) <= {"tests/ui", "tests/e2e"}
    files = (ROOT / "tests").rglob("test_*.py")
    found = {f"tests/{path.relative_to(ROOT / 'tests').parts[0]}" for path in files}
    assert sorted(lower + window) == sorted(found)


def test_lower_layers_run_without_qt_and_the_window_offscreen() -> None:
    without, window = dev_checks.parts(Environment(ROOT))[-2:]
    assert "tests/packaging" in without.command
    assert "no:pytest-qt" in without.command
    assert without.variables["PYTHONPATH"].endswith("without_qt")
    assert window.variables == {"QT_QPA_PLATFORM": "offscreen"}


def test_the_block_really_keeps_qt_out_of_processes() -> None:
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "without_qt")}
    command = [sys.executable, "-c", "import json, PySide6"]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "PySide6 is blocked" in done.stderr


@pytest.mark.skipif("MEMOS_TEST_WITHOUT_QT" not in os.environ, reason="only in the run that proves it")
def test_this_run_has_no_qt() -> None:
    with pytest.raises(ImportError, match="is blocked"):
        __import__("PySide6.QtCore")


def test_parts_go_on_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def part(name: str, code: str) -> Part:
        return Part(name, [sys.executable, "-c", code], {"WORD": "hello"})

    parts = [
        part("first", "raise SystemExit(3)"),
        part("second", "import os; print(os.environ['WORD']); print('2 passed, 1 skipped in 0.1s')"),
    ]
    monkeypatch.setattr(dev_checks, "parts", lambda _environment: parts)
    assert dev_checks.run_all(Environment(tmp_path)) == 1
    said = capfd.readouterr().out
    assert "hello" in said
    assert "FAILED: first" in said
    assert said.rstrip().splitlines()[-1] == "2 passed, 1 failed, 1 skipped"


def test_all_passed_is_zero(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dev_checks, "parts", lambda _environment: [Part("one", [sys.executable, "-c", ""])])
    assert dev_checks.run_all(Environment(tmp_path)) == 0


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("5 passed in 0.12s\n", (5, 0, 0)),
        ("1 failed, 4 passed, 2 skipped, 1 warning in 61.30s (0:01:01)\n", (4, 1, 2)),
        ("1 failed, 3 errors in 1.00s\n", (0, 4, 0)),
        ("no tests ran in 0.01s\n", (0, 0, 0)),
        ("All checks passed!\n", (0, 0, 0)),
    ],
)
def test_counts_are_read_from_the_closing_line(line: str, counts: tuple[int, int, int]) -> None:
    assert dev_checks.count_tests(["2 passed, 9 failed\n", line]) == counts


def test_summary_names_what_failed() -> None:
    outcomes = [Outcome("ruff", 1, 2.0), Outcome("tests", 1, 70.0, passed=7, failed=2)]
    lines = dev_checks.summary(outcomes, 72.0).splitlines()
    assert lines[0].startswith("FAILED  ruff")
    assert "1 min 10 s" in lines[1]
    assert lines[-2:] == ["FAILED: ruff, tests (1 min 12 s)", "7 passed, 3 failed"]
