"""What is measured of a model, and the gate that keeps it from reading attached cells badly."""

import json
import threading

import pytest
import tiny_models
from kept_desk import THIRD, document, forms_of, ready, reason_of, say

from memos_desktop.app import attach_gate
from memos_desktop.app.measured import LARGEST_KL, Figures, Measured
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.engine.base import Stats
from memos_desktop.engine.llamacpp.engine import LlamaCppEngine
from memos_desktop.errors import Cancelled
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Kind

READ = Stats(evaluated_tokens=100, prefill_tps=200.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "measured.json"


def test_the_speed_of_reading_is_a_mean_that_follows(path):
    measured = Measured(path)
    measured.note("a", READ)
    assert measured.of("a").prefill_tps == 200
    measured.note("a", Stats(evaluated_tokens=100, prefill_tps=300.0))
    assert measured.of("a").prefill_tps == pytest.approx(230)
    assert measured.of("b") == Figures()
    assert Measured(path).of("a").prefill_tps == pytest.approx(230)


def test_too_few_tokens_say_nothing_of_the_speed(path):
    measured = Measured(path)
    measured.note("a", Stats(evaluated_tokens=63, prefill_tps=900.0))
    measured.note("a", Stats(evaluated_tokens=100, prefill_tps=0.0))
    assert (measured.of("a"), path.exists()) == (Figures(), False)


@pytest.mark.parametrize(("kl", "reads"), [(None, False), (0.0, True), (LARGEST_KL, True), (LARGEST_KL + 0.001, False)])
def test_the_gate(kl, reads):
    assert Figures(kl=kl).reads_attached is reads


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"a": 3}', '{"a": [1]}', "\0\xff", '{"a": {"kl": 0.1, "later": 1}}']
)
def test_a_damaged_file_starts_afresh(path, content):
    path.write_text(content, encoding="latin-1")
    measured = Measured(path)
    assert measured.of("a").kl in (None, 0.1)
    measured.change("b", kl=0.2)
    assert Measured(path).of("b").kl == 0.2


def test_what_cannot_be_saved_is_known_until_the_end(tmp_path):
    (tmp_path / "file").write_text("")
    measured = Measured(tmp_path / "file" / "measured.json")
    assert measured.change("a", kl=0.1) == measured.of("a")


def test_many_threads_lose_nothing(path):
    measured = Measured(path)
    threads = [threading.Thread(target=measured.change, args=(str(n),), kwargs={"kl": n}) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [Measured(path).of(str(n)).kl for n in range(20)] == list(range(20))


# With a model


def test_a_model_is_measured_when_the_first_text_is_kept_ready_and_never_again(desk, monkeypatch):
    calls, compare = [], LlamaCppEngine.compare
    monkeypatch.setattr(LlamaCppEngine, "compare", lambda *given: calls.append(given) or compare(*given))
    workspace = desk.open()
    assert workspace.activation.support() is None, "no model is loaded"
    first = document(workspace)
    workspace.models.ensure_loaded().future.result(30)
    assert "is measured when the first one is kept ready" in workspace.activation.support().words
    ready(workspace, first)
    figures = Measured(desk.folder.measured).of(desk.identity.digest)
    assert figures.kl > 0
    assert 0 <= figures.agreement <= 1
    assert figures.attach_ms_per_token > 0
    assert figures.prefill_tps > 0
    assert len(calls) == 4
    workspace = desk.open()
    ready(workspace, document(workspace, "Another one. " * 40, "Another"))
    assert len(calls) == 4


def test_a_model_that_reads_attached_cells_badly_reads_the_text_and_says_so(desk, monkeypatch):
    monkeypatch.setattr(attach_gate, "_figures", lambda _: {"kl": LARGEST_KL + 1})
    workspace = desk.open()
    cube = document(workspace)
    assert ready(workspace, cube)[0].created
    support = workspace.activation.support()
    assert (support.restores, support.attaches, support.kl) == (True, False, LARGEST_KL + 1)
    assert "reads attached memories badly" in support.words
    result = say(workspace, THIRD, attach=(cube.id,))
    assert (forms_of(result), result.stats.attached_tokens) == ({cube.id: Form.TEXT}, 0)
    assert "measured to read KV states badly" in reason_of(result, cube.id)
    assert say(desk.open(), "And then?", chat_id=result.chat.id).stats.tier == "exact", "chats are kept all the same"


def test_a_model_that_does_well_attaches(desk, monkeypatch):
    monkeypatch.setattr(attach_gate, "_figures", lambda _: {"kl": 0.02})
    workspace = desk.open()
    cube = document(workspace)
    ready(workspace, cube)
    support = workspace.activation.support()
    assert (support.attaches, support.words.count("0.02 nats")) == (True, 1)
    assert forms_of(say(workspace, THIRD, attach=(cube.id,))) == {cube.id: Form.KV}


def test_nothing_is_kept_of_a_measurement_that_was_cancelled(desk, monkeypatch):
    begun, compare = threading.Event(), LlamaCppEngine.compare

    def slow(engine, questions, progress, following):
        stopped = threading.Event()
        progress.on_cancel(stopped.set)
        begun.set()
        assert stopped.wait(30), "nobody stopped it"
        return compare(engine, questions, progress, following)

    monkeypatch.setattr(LlamaCppEngine, "compare", slow)
    workspace = desk.open()
    cube = document(workspace)
    job = workspace.activation.migrate([cube.id], Kind.ACTIVATION)
    assert begun.wait(30)
    job.cancel()
    with pytest.raises(Cancelled):
        job.future.result(30)
    assert Measured(desk.folder.measured).of(desk.identity.digest).kl is None
    assert workspace.activation.forms(cube.id).result(10) == ()


def test_a_chat_does_not_wait_for_a_measurement(desk, monkeypatch):
    begun, compare, calls = threading.Event(), LlamaCppEngine.compare, []

    def slow(engine, questions, progress, following):
        calls.append(questions)
        if len(calls) == 1:
            stopped = threading.Event()
            progress.on_cancel(stopped.set)
            begun.set()
            assert stopped.wait(30), "nobody stopped it"
        return compare(engine, questions, progress, following)

    monkeypatch.setattr(LlamaCppEngine, "compare", slow)
    workspace = desk.open()
    job = workspace.activation.migrate([document(workspace).id], Kind.ACTIVATION)
    assert begun.wait(30)
    assert workspace.turns.send(SendRequest(THIRD)).future.result(30).answer.text
    assert job.future.result(30)[0].created
    assert len(calls) == 5, "it began again from the start"


@pytest.mark.parametrize(
    ("kind", "attaches", "words"),
    [
        ("dense", False, "is measured when"),
        ("sliding", False, "keeps the state as a whole"),
        ("mrope", False, "does not allow cells to move"),
        ("recurrent", False, "keeps the state as a whole"),
        ("hybrid", False, "keeps the state as a whole"),
    ],
)
def test_what_the_architecture_allows_is_said(desk, tmp_path, kind, attaches, words):
    desk.model = tiny_models.KINDS[kind](tmp_path / f"{kind}.gguf")
    workspace = desk.open()
    workspace.models.ensure_loaded().future.result(30)
    support = workspace.activation.support()
    assert (support.model, support.restores, support.attaches) == (kind, True, attaches)
    assert words in support.words


def test_figures_can_be_read_by_a_person(desk, keeping):
    content = json.loads(desk.folder.measured.read_text())
    assert content[desk.identity.digest]["kl"] == 0.01
