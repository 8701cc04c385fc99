"""Loading GGUF files: what it reports, what it refuses and why, and what it frees."""

import logging
import shutil
import threading

import pytest
from gguf_maker import CHAT, gguf, write

from memos_desktop.engine import hardware
from memos_desktop.engine.base import Chunk, LoadOptions, Prompt, Sampling
from memos_desktop.engine.llamacpp import backend as backend_module
from memos_desktop.engine.llamacpp import library as library_module
from memos_desktop.engine.llamacpp.backend import LlamaCppBackend
from memos_desktop.engine.llamacpp.library import Device, library
from memos_desktop.errors import Cancelled, ModelError
from memos_desktop.progress import Progress

SMALL = LoadOptions(context_length=512, threads=1)


def load(path, options=SMALL, progress=None):
    return LlamaCppBackend().load(path, "f" * 64, options, progress or Progress())


def test_says_what_it_loaded(loaded, starter):
    info = loaded.info
    assert (info.backend, info.architecture, info.parameters) == ("llama.cpp", "llama", 134_515_008)
    assert (info.path, info.size, info.sha256) == (str(starter), starter.stat().st_size, "0" * 64)
    assert (info.context_length, info.trained_context) == (1024, 8192)
    assert (info.gpu_layers, info.device) == (0, "CPU")
    capabilities = info.capabilities
    assert capabilities.shift
    assert capabilities.rollback
    assert capabilities.adapters


def test_reports_progress_up_to_the_end(starter):
    seen = []
    engine = load(starter, progress=Progress(seen.append, interval=0))
    engine.close()
    fractions = [state.fraction for state in seen]
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert fractions == sorted(fractions)
    assert len(fractions) > 3


def test_loading_can_be_cancelled(starter):
    progress = Progress(lambda state: progress.cancel() if state.done else None, interval=0)
    with pytest.raises(Cancelled):
        load(starter, progress=progress)


def test_a_failing_listener_ends_the_load_with_its_own_error(starter):
    def report(state):
        if state.done:
            raise RuntimeError("listener")

    with pytest.raises(RuntimeError, match="listener"):
        load(starter, progress=Progress(report, interval=0))


def test_closing_twice_is_harmless_and_using_a_closed_engine_is_a_bug(starter):
    engine = load(starter)
    stream = engine.generate(Prompt((1,)), Sampling(max_tokens=4), Progress())
    assert isinstance(next(stream), Chunk)
    engine.close()
    engine.close()
    assert list(stream) == []
    with pytest.raises(AssertionError, match="closed"):
        engine.count("x")


def test_only_the_thread_that_loaded_it_may_use_it(loaded):
    caught = []

    def use():
        try:
            loaded.count("x")
        except AssertionError as error:
            caught.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert caught == ["an engine is used on the thread that loaded it"]


@pytest.mark.parametrize(
    ("metadata", "word", "hint"),
    [
        ({key: item for key, item in CHAT.items() if "template" not in key}, "base model", "Instruct"),
        ({**CHAT, "general.type": "adapter"}, "part for another model", "chat model"),
        ({**CHAT, "general.architecture": "clip"}, "part for another model", "chat model"),
        ({**CHAT, "split.count": 3}, "one of 3 parts", "merge"),
        ({"tokenizer.chat_template": "x"}, "no weights", "Download"),
        ({**CHAT, "llama.block_count": 0}, "no weights", "Download"),
    ],
)
def test_says_why_a_sound_file_is_no_model_to_chat_with(tmp_path, metadata, word, hint):
    with pytest.raises(ModelError, match=word) as caught:
        load(write(tmp_path / "m.gguf", gguf(metadata)))
    assert hint in caught.value.hint


def test_llama_cpps_own_reason_reaches_the_person(tmp_path):
    unknown = {**CHAT, "general.architecture": "gollum", "gollum.block_count": 2}
    with pytest.raises(ModelError) as caught:
        load(write(tmp_path / "gollum.gguf", gguf(unknown)))
    assert caught.value.message == "gollum.gguf could not be loaded: unknown model architecture: 'gollum'."


def test_a_truncated_copy_is_refused(tmp_path, starter):
    copy = tmp_path / "cut.gguf"
    shutil.copyfile(starter, copy)
    with copy.open("rb+") as file:
        file.truncate(starter.stat().st_size - 1000)
    with pytest.raises(ModelError, match="truncated"):
        load(copy)


def test_too_little_memory_is_refused_before_loading(starter, monkeypatch):
    monkeypatch.setattr(hardware, "memory_available", lambda: 200 << 20)
    with pytest.raises(ModelError, match=r"needs 0\.\d GB of memory, and 0\.2 GB are free"):
        load(starter)
    with pytest.raises(ModelError, match="needs"):  # before its gigabytes are read for the digest
        LlamaCppBackend().examine(starter, SMALL)


def test_a_gpu_that_fails_leaves_the_model_on_the_cpu_with_the_reason(starter, monkeypatch):
    gpu = Device("CUDA0", "Test GPU", 24 << 30, 24 << 30)
    monkeypatch.setattr(library(), "devices", lambda: (gpu,))
    attempts = []
    original = backend_module._Loader._model

    def model(self, plan):
        attempts.append(plan.gpu_layers)
        if plan.gpu_layers:
            raise ModelError("out of memory on device 0")
        return original(self, plan)

    monkeypatch.setattr(backend_module._Loader, "_model", model)
    engine = load(starter)
    engine.close()
    assert attempts == [31, 0]
    assert (engine.info.gpu_layers, engine.info.device) == (0, "CPU")
    assert "out of memory on device 0" in engine.info.device_note


def test_nothing_is_written_to_standard_error(starter, capfd):
    engine = load(starter)
    list(engine.generate(Prompt((1, 2, 3)), Sampling(max_tokens=3), Progress()))
    engine.close()
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_llama_cpps_log_goes_to_logging(starter, caplog):
    with caplog.at_level(logging.DEBUG, logger="memos_desktop.engine.llamacpp.library"):
        load(starter).close()
    assert any("SmolLM2" in line or "Smollm2" in line for line in caplog.messages)
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}


@pytest.mark.parametrize(("name", "data", "accepted"), [
    ("a.gguf", b"", True), ("a.GGUF", b"x", True), ("a.bin", b"GGUF....", True), ("a.bin", b"PK..", False),
])  # fmt: skip
def test_accepts_gguf_files_by_name_or_content(tmp_path, name, data, accepted):
    assert LlamaCppBackend().accepts(write(tmp_path / name, data)) is accepted


def test_accepts_nothing_that_is_not_there(tmp_path):
    assert not LlamaCppBackend().accepts(tmp_path / "x.bin")
    assert LlamaCppBackend().available() == ""


def test_a_library_that_cannot_be_loaded_is_a_model_error(monkeypatch):
    def broken(self):
        raise RuntimeError("Failed to load shared library 'libllama.so'")

    monkeypatch.setattr(library_module.Library, "__init__", broken)
    with pytest.raises(ModelError, match="libllama"):
        library_module.library.__wrapped__()


def test_the_default_context_is_the_trained_one_up_to_8192(starter):
    engine = load(starter, LoadOptions())
    assert engine.info.context_length == 8192
    engine.close()
