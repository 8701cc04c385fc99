"""Documents attached in a running chat: read as text, put in their places as KV, and not there at all.

Each question is asked below the same short chat with two documents attached, the right one and another, in
alternating order. Two workspaces alternate in one run; only one of them keeps the documents ready. `--repeat` is
the number of questions for each of the twelve documents. Where a model does not pass the program's own gate for
attached cells, the figures say so, and the gate is opened for the measurement.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.common import Say, empty_folder, percentiles
from benchmarks.facts import compare_facts
from benchmarks.scores import f1, says
from benchmarks.turning import Timed, ask, forget_live, greedy, loaded, middle, settle
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.app.workspace import Workspace
from memos_desktop.engine.base import Comparison
from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Kind, SemanticType
from memos_desktop.memory.message import MemoryMode, Message
from memos_desktop.paths import DataFolder

DATA = Path(__file__).resolve().parents[1] / "data"
CONTEXT, ANSWER = 4096, 32
HELLO = ("Good evening! I would like to talk about some papers of mine.", "Thanks. Shall we?")
APART = 5  # how far the other document is from the right one in the list
COMPARED = 3  # every so many questions, the distributions of the first token are compared


@dataclass(frozen=True)
class Asked:
    """One question and its three answers."""

    question: str
    expected: tuple[str, ...]
    fused: Timed
    text: Timed
    without: Timed


@dataclass
class Bench:
    """Two workspaces with the same documents and the same chat; `ready` keeps the documents as KV."""

    ready: Workspace
    plain: Workspace
    documents: tuple[str, ...]
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    chat_id: str = ""
    history: tuple[Message, ...] = ()

    def request(self, opened: Workspace, question: str, documents: Sequence[str]) -> SendRequest:
        """A question in the running chat with documents attached, which keeps nothing; the others are excluded."""
        ids = self.ids["ready" if opened is self.ready else "plain"]
        others = frozenset(id for name, id in ids.items() if name not in documents)
        return SendRequest(
            question,
            temporary=True,
            history=self.history,
            memory=MemoryMode.READ,
            sampling=greedy(ANSWER),
            attach=tuple(ids[name] for name in documents),
            exclude=others,
        )


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Accuracy, time to the first token and divergence of the three ways, and what becomes of short facts."""
    documents, questions = read("documents"), read("document_questions")
    with empty_folder() as folder, empty_folder() as other:
        gate, made = keep_ready(folder, options.model, documents, say)
        with loaded(folder, None, CONTEXT) as ready, loaded(other, options.model, CONTEXT) as plain:
            names = tuple(document["id"] for document in documents)
            bench = Bench(ready, plain, names, {"ready": made["ids"], "plain": add_all(plain, documents)})
            begin(bench)
            asked = [ask_three(bench, *one) for one in order(questions, names, options.repeat or 5)]
            say(f"{len(asked)} questions asked; comparing the first tokens")
            compared = [compare(bench, *one) for one in order(questions, names, options.repeat or 5)[::COMPARED]]
            facts = compare_facts(ready, plain, say)
            model = ready.models.state.name
    return {
        "model": model,
        "gate": gate,
        "encoding": made["encoding"],
        "questions": len(asked),
        "answers": {name: quality(asked, name) for name in ("text", "fused", "without")},
        "f1_of_fused_to_text": ratio([f1_of(one, "fused") for one in asked], [f1_of(one, "text") for one in asked]),
        "text_to_fused_ttft": middle((a.text.stats.ttft_ms / a.fused.stats.ttft_ms for a in asked), 2),
        "text_to_fused_wall": middle((a.text.wall_ms / a.fused.wall_ms for a in asked), 2),
        "first_token": divergence(compared),
        "probes": facts,
    }


def read(name: str) -> list[dict[str, Any]]:
    """A file of tests/data."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def keep_ready(
    folder: DataFolder, model: str | None, documents: list[dict[str, Any]], say: Say
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Encode every document; the gate's verdict, and the ids. Opens the gate where it is shut."""
    with loaded(folder, model, CONTEXT) as opened:
        ids = add_all(opened, documents)
        made = opened.activation.migrate(tuple(ids.values()), Kind.ACTIVATION).future.result()
        support = opened.activation.support()
    assert support is not None
    gate = {"kl": support.kl, "attaches": support.attaches, "words": support.words}
    if not support.attaches:
        figures = json.loads(folder.measured.read_text(encoding="utf-8"))
        opened_gate = {digest: {**one, "kl": 0.0, "agreement": 1.0} for digest, one in figures.items()}
        folder.measured.write_text(json.dumps(opened_gate), encoding="utf-8")
    say(f"{len(made)} documents encoded; the gate says {support.kl}")
    encoding = {
        "tokens": [one.tokens for one in made],
        "seconds": round(sum(one.ms for one in made) / 1000, 1),
        "mb": round(sum(one.bytes for one in made) / 1e6, 1),
    }
    return gate, {"ids": ids, "encoding": encoding}


def add_all(opened: Workspace, documents: list[dict[str, Any]]) -> dict[str, str]:
    """Write the documents down; their ids by name."""
    add = opened.library.add
    return {
        one["id"]: add(one["text"], title=one["title"], type=SemanticType.DOCUMENT).result().id for one in documents
    }


def begin(bench: Bench) -> None:
    """The chat that is running: two exchanges, with nothing of the documents."""
    chat_id = None
    excluded = frozenset(bench.ids["ready"].values())
    for text in HELLO:
        request = SendRequest(text, chat_id=chat_id, memory=MemoryMode.READ, sampling=greedy(24), exclude=excluded)
        chat_id = ask(bench.ready, request).result.chat.id
        settle(bench.ready)
    assert chat_id is not None
    bench.chat_id = chat_id
    bench.history = bench.ready.chats.branch(chat_id).result()
    ask(bench.plain, bench.request(bench.plain, HELLO[0], ()))  # there the chat is running too


def order(
    questions: list[dict[str, Any]], names: tuple[str, ...], each: int
) -> list[tuple[dict[str, Any], tuple[str, str]]]:
    """Questions with their documents, such that no document stands at the same place twice in a row."""
    by_name = {name: [one for one in questions if one["document"] == name][:each] for name in names}
    found: list[tuple[dict[str, Any], tuple[str, str]]] = []
    for turn in range(max(map(len, by_name.values()))):
        for at, name in enumerate(names):
            if turn < len(by_name[name]):
                other = names[(at + APART + turn) % len(names)]
                found.append((by_name[name][turn], (name, other) if len(found) % 2 == 0 else (other, name)))
    return found


def ask_three(bench: Bench, question: dict[str, Any], documents: tuple[str, str]) -> Asked:
    """The question with the documents as KV, as text, and without them."""
    text, expected = question["question"], (question["answer"], *question.get("accept", ()))
    fused = ask(bench.ready, bench.request(bench.ready, text, documents))
    if not fused.stats.attached_tokens:
        raise UserError(f"Nothing was attached as KV: {[one.reason for one in fused.result.receipt.decisions]}")
    plain = ask(bench.plain, bench.request(bench.plain, text, documents))
    without = ask(bench.plain, bench.request(bench.plain, text, ()))
    return Asked(text, expected, fused, plain, without)


def compare(bench: Bench, question: dict[str, Any], documents: tuple[str, str]) -> Comparison:
    """What `kv check` says of an answer with these documents, given in the chat itself."""
    ids = bench.ids["ready"]
    request = SendRequest(
        question["question"],
        chat_id=bench.chat_id,
        parent_id=bench.history[-1].id,
        memory=MemoryMode.READ,
        sampling=greedy(1),
        attach=tuple(ids[name] for name in documents),
        exclude=frozenset(id for name, id in ids.items() if name not in documents),
    )
    forget_live(bench.ready)
    answered = ask(bench.ready, request)
    settle(bench.ready)
    found: Comparison = bench.ready.activation.check(answered.result.answer.id).future.result()
    return found


def quality(asked: list[Asked], name: str) -> dict[str, Any]:
    """F1, share of answers that say it, and times of one way."""
    answers: list[Timed] = [getattr(one, name) for one in asked]
    right = [says(answer.text, one.expected) for one, answer in zip(asked, answers, strict=True)]
    return {
        "f1": round(mean(f1_of(one, name) for one in asked), 4),
        "right": sum(right),
        "of": len(right),
        "ttft_ms": middle(answer.stats.ttft_ms for answer in answers),
        "wall_ms": middle(answer.wall_ms for answer in answers),
        "prompt_tokens": middle((answer.stats.prompt_tokens for answer in answers), 0),
        "evaluated_tokens": middle((answer.stats.evaluated_tokens for answer in answers), 0),
        "attached_tokens": middle((answer.stats.attached_tokens for answer in answers), 0),
    }


def f1_of(one: Asked, name: str) -> float:
    """Of the answer to one question, given one way."""
    return f1(getattr(one, name).text, one.expected)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Of the means; None where there is nothing to compare with."""
    return round(mean(ours) / mean(theirs), 4) if mean(theirs) else None


def divergence(found: list[Comparison]) -> dict[str, Any]:
    """Of the first token after attached and after read documents."""
    return {
        "kl_mean": round(mean(one.kl for one in found), 4),
        "kl": percentiles([one.kl for one in found], 0.5, 0.95),
        "same_first": round(mean(one.same_first for one in found), 3),
        "of": len(found),
    }
