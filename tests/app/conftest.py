"""A real workspace in a temporary folder, with the echo engine and without the embedder unless a test asks for one."""

import pytest
from app_values import WordEmbedder

from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.paths import DataFolder


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "data")


def open_workspace(folder, embedder=None):
    workspace = Workspace.open(
        folder, embedder=embedder or MissingEmbedder(IndexUnavailableError("no embedder in this test"))
    )
    model = folder.root / "model.echo"
    if not model.exists():
        model.write_text("", encoding="utf-8")
    workspace.settings.change(model=str(model))
    return workspace


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
