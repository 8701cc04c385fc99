"""How much of the evidence recall finds on LoCoMo; `--data` names a folder with its turns and questions.

Each conversation is a vault of its own. Turn recall@10 is the mean, over the questions of categories 1 to 4
that have evidence, of the share of their evidence among the first 10 results.
"""

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.common import Say, empty_folder, needed, percentiles, workspace
from memos_desktop.app.workspace import Workspace

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open domain", 4: "single hop"}
K = 10


@dataclass(frozen=True)
class Asked:
    """One question: its category, the share of its evidence that was found, and how long that took."""

    category: int
    found: float
    ms: float


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Recall@10 over all, by category and by conversation, and the time of a recall."""
    folder = needed(options.data, "a folder that holds turns.jsonl and questions.jsonl")
    turns = by_conversation(folder / "turns.jsonl")
    questions = by_conversation(folder / "questions.jsonl")
    asked: dict[str, list[Asked]] = {}
    seconds = 0.0
    for name in questions:
        began = time.perf_counter()
        with empty_folder() as data, workspace(data) as opened:
            fill(opened, turns[name], data.root / "turns.jsonl")
            seconds += time.perf_counter() - began
            asked[name] = ask_all(opened, questions[name])
        say(f"{name}: {len(turns[name])} turns, recall@{K} {fmean(one.found for one in asked[name]):.3f}")
    everything = [one for group in asked.values() for one in group]
    return {
        f"recall@{K}": mean(everything),
        "by_category": {
            words: mean([one for one in everything if one.category == number])
            for number, words in CATEGORIES.items()
        },
        "by_conversation": {name: mean(group) for name, group in asked.items()},
        "questions": len(everything),
        "turns": sum(len(group) for group in turns.values()),
        "import_and_embed_turns_per_second": round(sum(map(len, turns.values())) / seconds, 1),
        "recall_ms": percentiles([one.ms for one in everything], 0.5, 0.95),
    }


def by_conversation(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The lines of a file, grouped."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        groups[values["conversation"]].append(values)
    return dict(groups)


def fill(opened: Workspace, turns: list[dict[str, Any]], path: Path) -> None:
    """Import the turns of one conversation and embed them."""
    path.write_text("\n".join(json.dumps(turn) for turn in turns), encoding="utf-8")
    opened.library.import_turns(path).future.result()
    opened.recall.drain().future.result()


def ask_all(opened: Workspace, questions: list[dict[str, Any]]) -> list[Asked]:
    """Every question that counts, asked."""
    counted = [one for one in questions if one["category"] in CATEGORIES and one["evidence"]]
    return [ask(opened, one) for one in counted]


def ask(opened: Workspace, question: dict[str, Any]) -> Asked:
    """One question."""
    began = time.perf_counter()
    answer = opened.recall.recall(question["question"], k=K).result()
    ms = (time.perf_counter() - began) * 1000
    refs = {result.candidate.ref for result in answer.results}
    evidence = question["evidence"]
    return Asked(question["category"], sum(ref in refs for ref in evidence) / len(evidence), ms)


def mean(group: list[Asked]) -> float:
    """The mean share of evidence found."""
    return round(fmean(one.found for one in group), 4) if group else 0.0
