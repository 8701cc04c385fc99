"""A real workspace in a temporary folder, with the echo engine and without the embedder unless a test asks for one."""

import sys
from pathlib import Path

import pytest
from app_values import WordEmbedder, open_workspace

sys.path.append(str(Path(__file__).resolve().parents[1] / "engine"))  # for tiny_models

import tiny_models
from kept_desk import KeptDesk

from memos_desktop.app.measured import Measured
from memos_desktop.engine.base import LoadOptions
from memos_desktop.engine.hashes import sha256
from memos_desktop.engine.llamacpp.backend import LlamaCppBackend
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "data")


@pytest.fixture
def reopen(folder):
    """Opens the workspace of the test's folder; whatever is open at the end is closed."""
    opened = []

    def reopen(embedder=None):
        while opened:
            opened.pop().close()
        opened.append(open_workspace(folder, embedder))
        return opened[0]

    yield reopen
    while opened:
        opened.pop().close()


@pytest.fixture
def workspace(reopen):
    return reopen()


@pytest.fixture
def meaning(reopen):
    """A workspace whose embedder sees shared words as shared meaning."""
    return reopen(WordEmbedder())


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A real model with plain attention and random weights, and the identity of its states."""
    path = tiny_models.dense(tmp_path_factory.mktemp("models") / "tiny.gguf")
    engine = LlamaCppBackend().load(path, sha256(path, Progress()), LoadOptions(2048, threads=1), Progress())
    identity = engine.identity
    engine.close()
    return path, identity


@pytest.fixture
def desk(folder, tiny_model):
    """Opens workspaces with a tiny real model whose states are kept."""
    desk = KeptDesk(folder, *tiny_model)
    yield desk
    desk.close()


@pytest.fixture
def keeping(desk):
    """A workspace with a tiny real model that reads attached cells."""
    desk.trust()
    return desk.open()


@pytest.fixture
def slow(keeping, desk, monkeypatch):
    """The model of `keeping` reads 200 tokens in a second, whatever is measured."""
    keeping.activation._states.measured.change(desk.identity.digest, prefill_tps=200.0)
    monkeypatch.setattr(Measured, "note", lambda *_: None)
