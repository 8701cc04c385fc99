"""Small values for the tests of this layer."""

import hashlib

import numpy as np

from memos_desktop.app.indexing import MissingEmbedder
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.memory.language import content_words, stem


class WordEmbedder:
    """Texts that share words are near each other. In this process and at once: for tests of what stands around it."""

    id = "words"
    dimension = 64

    def __init__(self):
        self.texts = []
        self.error = None

    def embed(self, texts):
        if self.error:
            raise self.error
        self.texts += texts
        return np.stack([self._vector(text) for text in texts])

    def close(self):
        pass

    def _vector(self, text):
        vector = np.full(self.dimension, 0.01, np.float32)
        for word in content_words(text):
            digest = hashlib.sha256(stem(word).encode()).digest()
            vector[digest[0] % self.dimension] += 1
        return vector / np.linalg.norm(vector)


def no_embedder():
    return MissingEmbedder(IndexUnavailableError("no embedder in this test"))


def open_workspace(folder, embedder=None):
    workspace = Workspace.open(folder, embedder=embedder or no_embedder())
    model = folder.root / "model.echo"
    if not model.exists():
        model.write_text("", encoding="utf-8")
    workspace.settings.change(model=str(model))
    return workspace


def send(workspace, text="My cat is called Miso.", **request):
    """Make a turn and wait for it."""
    return workspace.turns.send(SendRequest(text, **request)).future.result(30)


def answer_with(workspace, text):
    """Let the echo engine say this from now on."""
    path = workspace.folder.root / "said.echo"
    path.write_text(text, encoding="utf-8")
    workspace.models.use(str(path)).future.result(30)
