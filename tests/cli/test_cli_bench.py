"""`bench`: the benchmarks run and report; their figures are nobody's test."""

import importlib
import itertools
import sys
from pathlib import Path

import pytest
from ran import Verb

import memos_desktop
from memos_desktop.cli.bench import lines

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(TESTS), *sys.path])


def test_a_benchmark_reports_machine_versions_and_figures(verb: Verb) -> None:
    report = verb("bench", "latency", "--sizes", "40", "--repeat", "3").document
    assert report["benchmark"] == "latency"
    assert report["machine"]["cores"] >= 1
    assert report["versions"]["memos-desktop"] == memos_desktop.__version__
    figures = report["figures"]["40 cubes"]
    assert figures["queries"] == 3
    assert figures["index"] == {"engine": "chroma", "state": "ready", "vectors": 40}
    assert 0 < figures["recall_ms"]["p50"] <= figures["recall_ms"]["max"]


def test_an_installation_without_source_says_so(verb: Verb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memos_desktop, "__file__", str(tmp_path / "memos_desktop" / "__init__.py"))
    ran = verb("bench", "start")
    assert ran.status == 1
    assert "source code" in ran.document["error"]["message"]


@pytest.mark.parametrize("name", ["recall", "probes"])
def test_missing_data_is_said(verb: Verb, name: str) -> None:
    for words in ((), ("--data", "nowhere")):
        ran = verb("bench", name, *words)
        assert ran.status == 1
        assert "--data" in ran.document["error"]["message"]


def test_recall_counts_the_share_of_the_evidence() -> None:
    recall = importlib.import_module("benchmarks.recall")
    asked = [recall.Asked(1, 0.5, 1.0), recall.Asked(4, 1.0, 1.0)]
    assert recall.mean(asked) == 0.75
    assert recall.mean([]) == 0.0


@pytest.mark.parametrize(("reply", "right"), [("It is MISO, of course.", True), ("I do not know.", False)])
def test_a_probe_is_right_when_an_expected_word_is_in_it(reply: str, right: bool) -> None:
    probes = importlib.import_module("benchmarks.probes")
    answer = {"reply": reply, "receipt": {"injected": []}}
    judged = probes.judge({"expect": ["Miso", "Mimi"]}, "Who?", answer)
    assert judged["right"] is right


def test_statements_differ_and_stay_the_same_for_a_seed() -> None:
    sentences = importlib.import_module("benchmarks.sentences")
    texts = list(sentences.statements(2_000))
    assert len(set(texts)) == 2_000
    assert texts[:50] == list(sentences.statements(50))
    assert all(question.endswith("?") for question in sentences.questions(20))


def test_percentiles_of_few_and_many() -> None:
    common = importlib.import_module("benchmarks.common")
    assert common.percentiles([3.0], 0.5, 0.95) == {"p50": 3.0, "p95": 3.0, "max": 3.0}
    assert common.percentiles(range(1, 102), 0.5, 0.99) == {"p50": 51, "p99": 100, "max": 101}


def test_gaps_are_counted_within_their_phase() -> None:
    gap = importlib.import_module("benchmarks.gap")
    phases = gap.Phases({"load": [10.0, 11.0], "open": [12.0]}, [(9.0, 99.0), (10.5, 2.0), (10.7, 4.0), (12.5, 50.0)])
    figures = phases.figures()
    assert list(figures) == ["load"]
    assert (figures["load"]["max"], figures["load"]["ticks"]) == (4.0, 2)


def test_a_report_is_readable() -> None:
    shown = lines({"name": "x", "group": {"a": 1}, "rows": [{"b": 2}], "list": [1, 2]})
    assert shown == ["name: x", "group", "  a: 1", "rows", "  {'b': 2}", "list: [1, 2]"]


@pytest.mark.parametrize(
    ("reply", "f1", "said"),
    [
        ("Maren Tolliver", 1.0, True),
        ("It was led by Tolliver.", 0.333, True),
        ("The Tolliver", 1.0, True),
        ("Tollivers", 0.0, False),
        ("", 0.0, False),
    ],
)
def test_an_answer_is_scored_by_its_words(reply: str, f1: float, said: bool) -> None:
    scores = importlib.import_module("benchmarks.scores")
    expected = ("Maren Tolliver", "Tolliver")
    assert scores.f1(reply, expected) == pytest.approx(f1, abs=0.001)
    assert scores.says(reply, expected) is said


def test_no_document_stands_at_the_same_place_twice_in_a_row() -> None:
    fused = importlib.import_module("benchmarks.fused")
    documents, asked = fused.read("documents"), fused.read("document_questions")
    found = fused.order(asked, tuple(one["id"] for one in documents), 5)
    assert len(found) == len(asked) == 60
    assert all(question["document"] in pair for question, pair in found)
    places = [pair for _question, pair in found]
    assert all(one[0] != other[0] for one, other in itertools.pairwise(places))
    assert {pair.index(question["document"]) for question, pair in found} == {0, 1}


def test_chats_that_were_kept_are_restored_by_a_new_process(verb: Verb, tiny_model: Path) -> None:
    report = verb("bench", "ttft", "--model", str(tiny_model), "--sizes", "512", "--repeat", "1").document
    figures = report["figures"]["512 tokens"]
    assert figures["restored_tokens"] > 400
    assert figures["evaluated_tokens"][0] < 40
    assert figures["cold_ms"] > 0 < figures["restarted_ms"]
    assert report["figures"]["greedy_answers"] == {"tokens": 64, "identical": 10, "of": 10}


def test_the_driver_is_compared_with_the_plain_loop(verb: Verb, tiny_model: Path) -> None:
    figures = verb("bench", "engine", "--model", str(tiny_model), "--repeat", "1").document["figures"]
    assert figures["prefill_tps"]["ratio"] > 0 < figures["decode_tps"]["ratio"]
