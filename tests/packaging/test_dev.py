"""The two commands: what they check, what they say, and that they repair what was left half-made."""

import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import dev
import dev_setup
import dev_words
import pytest
from dev_setup import Environment, SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Environment:
    """A checkout with the files that decide what is installed, and nothing set up."""
    (tmp_path / "packaging").mkdir()
    for script in (ROOT / "packaging").glob("dev*.py"):
        shutil.copy(script, tmp_path / "packaging")
    (tmp_path / "packaging" / "constraints.txt").write_text("a==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return Environment(tmp_path)


def lay_files(environment: Environment) -> None:
    """Everything that a finished setup leaves behind, but the stamp."""
    for path in (
        environment.python,
        environment.packages / "PySide6" / "__init__.py",
        environment.packages / dev_setup.STARTER_FILE,
        environment.packages / dev_setup.EMBEDDER_FILE,
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def steps_that_record(seen: list[str], fail_at: str = "") -> tuple[dev_setup.Step, ...]:
    """Steps under their real titles that only note that they ran."""

    def action(title: str) -> None:
        seen.append(title)
        if title == fail_at:
            raise SetupError("It failed.")

    return tuple(
        dev_setup.Step(step.title, step.usual, lambda _environment, title=step.title: action(title))
        for step in dev_setup.STEPS
    )


def run_setup(environment: Environment, monkeypatch: pytest.MonkeyPatch, fail_at: str = "") -> list[str]:
    """Run `prepare` with recording steps on a machine that has all it takes; returns the titles that ran."""
    seen: list[str] = []
    monkeypatch.setattr(dev_setup, "STEPS", steps_that_record(seen, fail_at))
    monkeypatch.setattr(dev_setup, "check_prerequisites", lambda _environment: None)
    lay_files(environment)
    dev_setup.prepare(environment.root)
    return seen


def test_an_old_python_is_named_in_one_sentence() -> None:
    assert dev.too_old((3, 11, 0)) == ""
    assert dev.too_old((3, 13, 0)) == ""
    assert "this is 3.10" in dev.too_old((3, 10, 13))


def test_arguments_behind_the_dashes_are_passed_on() -> None:
    assert dev.split(["run"]) == (["run"], [])
    assert dev.split(["run", "--", "status", "--json"]) == (["run"], ["status", "--json"])
    assert dev.split(["run", "--", "--", "x"]) == (["run"], ["--", "x"])


def test_test_takes_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        dev.main(["test", "--", "x"])
    assert caught.value.code == 2
    assert "only run passes" in capsys.readouterr().err


def test_steps_run_in_order_and_only_once(checkout: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = run_setup(checkout, monkeypatch)
    words = ("virtual environment", "llama-cpp-python", "other packages", "starter models", "SHA-256", "Qt")
    assert len(seen) == len(words)
    assert all(word in title for word, title in zip(words, seen, strict=True))
    seen.clear()
    dev_setup.prepare(checkout.root)
    assert seen == []


def test_each_step_says_how_long_it_takes(
    checkout: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_setup(checkout, monkeypatch)
    said = capsys.readouterr().out
    assert len(re.findall(r"\[\d/6\] .* \(usually .*\) …", said)) == 6
    assert said.count("done in") == 6


@pytest.mark.parametrize("name", ["pyproject.toml", "packaging/constraints.txt"])
def test_other_pins_or_dependencies_set_up_again(
    checkout: Environment, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    run_setup(checkout, monkeypatch)
    assert dev_setup.is_ready(checkout)
    (checkout.root / name).write_text("b==2\n")
    assert not dev_setup.is_ready(checkout)


def test_another_python_sets_up_again(checkout: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    run_setup(checkout, monkeypatch)
    monkeypatch.setattr(dev_setup.platform, "python_version", lambda: "3.99.0")
    assert not dev_setup.is_ready(checkout)


def test_a_lost_starter_sets_up_again(checkout: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    run_setup(checkout, monkeypatch)
    (checkout.packages / dev_setup.STARTER_FILE).unlink()
    assert not dev_setup.is_ready(checkout)


def test_a_failed_step_leaves_no_stamp(checkout: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    run_setup(checkout, monkeypatch)
    (checkout.root / "pyproject.toml").write_text("changed\n")
    with pytest.raises(SetupError):
        run_setup(checkout, monkeypatch, fail_at=dev_setup.STEPS[2].title)
    (checkout.root / "pyproject.toml").write_text("[project]\n")
    assert not dev_setup.is_ready(checkout), "the old stamp must not vouch for a half-changed environment"


def test_a_half_made_environment_is_made_anew(checkout: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def fake(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, dev_setup.platform.python_version() + "\n", "")

    monkeypatch.setattr(dev_setup.subprocess, "run", fake)
    lay_files(checkout)
    dev_setup.make_venv(checkout)
    assert not any("venv" in command for command in commands), "a good one is kept"
    checkout.marker.touch()
    dev_setup.make_venv(checkout)
    assert commands[-1][1:] == ["-m", "venv", "--clear", str(checkout.folder)]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the interpreter is a shell script")
def test_pip_leaves_the_marker_until_it_succeeds(checkout: Environment) -> None:
    lay_files(checkout)
    checkout.python.write_text("#!/bin/sh\necho \"error: [Errno 28] No space left on device\"\nexit 1\n")
    checkout.python.chmod(0o755)
    with pytest.raises(SetupError, match="disk is full"):
        dev_setup.pip(checkout, "something")
    assert checkout.marker.exists()
    assert "No space left" in checkout.log.read_text()
    checkout.python.write_text("#!/bin/sh\nexit 0\n")
    dev_setup.pip(checkout, "something")
    assert not checkout.marker.exists()


@pytest.mark.skipif(os.name == "nt", reason="process groups are of POSIX")
def test_an_interrupt_ends_everything_that_pip_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grandchild: list[int] = []

    def interrupt(_process: object, lines: list[str]) -> None:
        tick = threading.Event()
        while not lines:
            tick.wait(0.01)
        grandchild.append(int(lines[0]))
        raise KeyboardInterrupt

    monkeypatch.setattr(dev_setup, "show_while", interrupt)
    program = (
        "import subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE);"
        "print(child.pid, flush=True); child.wait()"
    )
    with pytest.raises(KeyboardInterrupt):
        dev_setup.watch([sys.executable, "-c", program], tmp_path / "log")
    # `watch` returns when the pipe is closed by all who held it, so the grandchild is gone or a zombie
    status = Path(f"/proc/{grandchild[0]}/stat")
    assert not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_interrupt_gives_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> Environment:
        raise KeyboardInterrupt

    monkeypatch.setattr(dev_setup, "prepare", interrupted)
    assert dev.main(["run"]) == 130
    assert capsys.readouterr().err.strip().count("\n") == 0


def test_a_compiler_is_looked_for_on_the_path(tmp_path: Path) -> None:
    assert not dev_setup.has_compiler({"PATH": str(tmp_path)})
    tool = tmp_path / "c++"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert dev_setup.has_compiler({"PATH": str(tmp_path)})
    tool.rename(tmp_path / "my-compiler")
    assert not dev_setup.has_compiler({"PATH": str(tmp_path)})
    assert dev_setup.has_compiler({"PATH": str(tmp_path), "CXX": "my-compiler -O2"})


def test_a_missing_compiler_ends_with_one_sentence(checkout: Environment, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, checkout.root / "packaging" / "dev.py", "run"],
        env={"PATH": str(empty)}, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == dev_words.NO_COMPILER
    assert done.stdout == ""
    assert not checkout.folder.exists()


def test_a_missing_venv_module_is_said(checkout: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev_setup.importlib.util, "find_spec", lambda name: None if name == "venv" else 1)
    with pytest.raises(SetupError, match="python3-venv"):
        dev_setup.check_prerequisites(checkout)


def test_a_full_disk_is_said_before_anything_is_made(
    checkout: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev_setup, "has_compiler", lambda _variables: True)
    monkeypatch.setattr(dev_setup.shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(SetupError, match="3 GB"):
        dev_setup.check_prerequisites(checkout)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(': [Errno -2] Name not known"
            "\nERROR: No matching distribution found for torch==2.13.0",
            "could not be reached",
        ),
        ("CMake Error: CMAKE_CXX_COMPILER not set, after EnableLanguage", "compiler is needed"),
        ("ERROR: Failed building wheel for llama-cpp-python", "could not be compiled"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no package torch==2.13.0 for"),
        ("PermissionError: [Errno 13] Permission denied: '/opt/x'", "rights"),
    ],
)
def test_known_failures_have_a_sentence(said: str, sentence: str) -> None:
    assert sentence in dev_words.explain(said)


def test_unknown_failures_have_none() -> None:
    assert dev_words.explain("ERROR: something new") == ""


def test_a_missing_library_of_qt_is_named_with_the_packages() -> None:
    said = dev_words.qt_sentence(
        "ImportError: libEGL.so.1: cannot open shared object file: No such file or directory"
    )
    assert "libEGL.so.1" in said
    assert "apt-get install libegl1" in said
    assert "no reason given" in dev_words.qt_sentence("")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can lack a display")
def test_a_missing_display_or_library_is_said_before_the_window() -> None:
    assert dev_words.missing_display({"QT_QPA_PLATFORM": "offscreen"}, lambda _name: False) == ""
    assert dev_words.missing_display({"WAYLAND_DISPLAY": "wayland-0"}, lambda _name: False) == ""
    assert dev_words.missing_display({"DISPLAY": ":0"}, lambda _name: True) == ""
    assert dev_words.missing_display({}, lambda _name: True) == dev_words.NO_DISPLAY
    assert "libxcb-icccm4" in dev_words.missing_display({"DISPLAY": ":0"}, lambda name: "icccm" not in name)


def test_a_damaged_starter_is_refused(checkout: Environment) -> None:
    lay_files(checkout)
    with pytest.raises(SetupError, match="damaged"):
        dev_setup.check_starter(checkout)
    assert checkout.marker.exists(), "so that it is fetched again"


@pytest.mark.parametrize(("seconds", "words"), [(8.31, "8.3 s"), (59.9, "59.9 s"), (125.2, "2 min 05 s")])
def test_durations_in_words(seconds: float, words: str) -> None:
    assert dev_words.duration(seconds) == words


def test_every_dependency_is_pinned_and_no_pin_is_local() -> None:
    pins = dict(
        line.split("==")
        for line in (ROOT / "packaging" / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    required = project["dependencies"] + extras["dev"] + extras["starter"]
    wanted = [re.split(r"[<>=~!; ]", text)[0] for text in required]
    assert [name for name in wanted if name not in pins] == []
    assert pins["torch"] == "2.13.0"
    assert not any(re.search(r"[@/+]", version) for version in pins.values())
    assert all(package in extras["starter"] for package in dev_setup.STARTER_PACKAGES)
