"""The echo backend: what unit tests of the layers above rely on."""

import pytest

from memos_desktop.engine.base import LoadOptions, PromptTurn, Sampling
from memos_desktop.engine.echo import EchoBackend
from memos_desktop.errors import ModelError, UserError
from memos_desktop.memory.message import Finish, Role
from memos_desktop.progress import Progress


def load(tmp_path, text="", options=LoadOptions()):
    path = tmp_path / "unit.echo"
    path.write_text(text)
    return EchoBackend().load(path, "0" * 64, options, Progress())


def ask(engine, text, sampling=Sampling(), progress=None):
    tokens = engine.encode([PromptTurn(Role.SYSTEM, "Be brief."), PromptTurn(Role.USER, text)])
    chunks = list(engine.generate(tokens, sampling, progress or Progress()))
    return "".join(chunk.text for chunk in chunks), chunks[-1]


def test_says_what_it_was_told(tmp_path):
    engine = load(tmp_path)
    assert ask(engine, "Hello  there,\n world")[0] == "Echo: Hello  there,\n world"
    assert ask(engine, "again")[0] == "Echo: again"
    assert ask(engine, "")[1].finish is Finish.STOP


def test_a_file_with_text_answers_with_it(tmp_path):
    assert ask(load(tmp_path, "Always this."), "Anything")[0] == "Always this."


def test_counts_what_it_reuses(tmp_path):
    engine = load(tmp_path)
    cold, warm = ask(engine, "one two three")[1].stats, ask(engine, "one two four")[1].stats
    assert (cold.reused_tokens, cold.evaluated_tokens, cold.tier) == (0, cold.prompt_tokens, "none")
    assert warm.reused_tokens + warm.evaluated_tokens == warm.prompt_tokens
    assert (warm.reused_tokens, warm.tier) == (6, "live")
    engine.reset()
    assert ask(engine, "one two four")[1].stats.reused_tokens == 0


def test_ends_as_a_real_engine_does(tmp_path):
    engine = load(tmp_path)
    text, last = ask(engine, "a b c d", Sampling(max_tokens=2))
    assert (text, last.finish, last.stats.completion_tokens) == ("Echo: a", Finish.LENGTH, 2)
    stopped = Progress()
    stopped.cancel()
    assert ask(engine, "a", progress=stopped)[1].finish is Finish.CANCELLED


def test_a_cancel_ends_the_stream(tmp_path):
    engine = load(tmp_path)
    progress = Progress()
    chunks = []
    for chunk in engine.generate(engine.encode([PromptTurn(Role.USER, "a b c d e")]), Sampling(), progress):
        chunks.append(chunk)
        progress.cancel()
    assert [chunk.text for chunk in chunks] == ["Echo:", ""]
    assert chunks[-1].finish is Finish.CANCELLED


def test_a_prompt_without_room_is_refused(tmp_path):
    engine = load(tmp_path, options=LoadOptions(context_length=32))
    with pytest.raises(UserError, match="32"):
        ask(engine, "word " * 30)


def test_is_chosen_by_its_suffix_only(tmp_path):
    backend = EchoBackend()
    assert backend.accepts(tmp_path / "x.echo")
    assert not backend.accepts(tmp_path / "x.gguf")
    with pytest.raises(ModelError, match="cannot be read"):
        backend.load(tmp_path / "x.echo", "", LoadOptions(), Progress())
