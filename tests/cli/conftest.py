"""Runs verbs in this process, or as real processes, on a data folder of the test."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ran import Ran, Verb

sys.path.append(str(Path(__file__).resolve().parents[1] / "engine"))  # tiny_models makes models for these tests too

import tiny_models

from memos_desktop.cli.context import Context
from memos_desktop.cli.main import main


@pytest.fixture
def verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verb:
    """Runs one verb in this process, as JSON if not told otherwise. Nothing is embedded."""
    monkeypatch.setattr(Context, "embed_pending", lambda _self, at_most=None: None)

    def run(*words: str, as_json: bool = True) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        words = (*words, "--json") if as_json else words
        status = main(["--data-dir", str(tmp_path / "data"), *words], out, err)
        return Ran(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def process(tmp_path: Path) -> Verb:
    """Runs one verb as a real process."""

    def run(*words: str, given: str | None = None, variables: dict[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "memos_desktop", "--data-dir", str(tmp_path / "data"), *words],
            input=given,
            env={**os.environ, **(variables or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def echo_model(tmp_path: Path) -> Path:
    """A model that answers with what it was told."""
    path = tmp_path / "parrot.echo"
    path.write_text("")
    return path


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    """A real model with plain attention and random weights."""
    return tiny_models.dense(tmp_path / "tiny.gguf")


@pytest.fixture
def keeping(verb: Verb, tiny_model: Path) -> Verb:
    """A data folder whose model keeps KV states. Each verb opens it anew, as another process would."""
    assert verb("models", "use", str(tiny_model)).status == 0
    return verb
