"""Whether the program remembers: told in one process, asked in another, through the command line.

`--data` names JSON lines with `say`, `ask` (questions) and `expect` (words). Each statement is told in a chat
of its own, the process ends, and a new one asks each question in a new chat at temperature 0. An answer is
right when it holds an expected word.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common import Say, empty_folder, needed
from memos_desktop.errors import UserError
from memos_desktop.paths import DataFolder

Probe = dict[str, Any]
Answer = dict[str, Any]


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """How many answers were right, and each answer with the memory that was put before the model."""
    probes = read(needed(options.data, "a file of probes: JSON lines with say, ask and expect"))
    memory = options.memory.value
    with empty_folder() as folder:
        if options.model:
            batch(folder, [["models", "use", options.model]])
        began = time.perf_counter()
        batch(folder, [turn(probe["say"], memory) for probe in probes])
        told = time.perf_counter()
        say(f"{len(probes)} statements told in {told - began:.0f} s; asking in a new process")
        asked = [(probe, question) for probe in probes for question in probe["ask"]]
        answers = batch(folder, [turn(question, memory) for _probe, question in asked])
    rows = [judge(probe, question, answer) for (probe, question), answer in zip(asked, answers, strict=True)]
    for row in rows:
        say(f"{'right' if row['right'] else 'WRONG'}  {row['question']}  →  {row['reply']}")
    return {
        "model": answers[0]["stats"]["model"],
        "memory": memory,
        "right": sum(row["right"] for row in rows),
        "of": len(rows),
        "ttft_ms_median": round(median(answer["stats"]["ttft_ms"] for answer in answers), 1),
        "ask_seconds": round(time.perf_counter() - told, 1),
        "answers": rows,
    }


def read(path: Path) -> list[Probe]:
    """The probes of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def turn(text: str, memory: str) -> list[str]:
    """The command line of one message in a new chat."""
    return ["chat", "--new", "--message", text, "--memory", memory, "--temperature", "0", "--seed", "1"]


def batch(folder: DataFolder, lines: Sequence[Sequence[str]]) -> list[Answer]:
    """Run the lines in one new process. Raises UserError when one of them fails."""
    done = subprocess.run(
        [sys.executable, "-m", "memos_desktop", "--data-dir", str(folder.root), "batch"],
        input="\n".join(json.dumps(line) for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    broken = next((answer["error"]["message"] for answer in answers if "error" in answer), "")
    if broken or len(answers) != len(lines):
        raise UserError(f"The batch failed: {broken or done.stderr[-2000:]}")
    return answers


def judge(probe: Probe, question: str, answer: Answer) -> dict[str, Any]:
    """One question with its answer, and whether an expected word is in it."""
    reply = " ".join(answer["reply"].split())
    return {
        "question": question,
        "expect": probe["expect"],
        "right": any(word.casefold() in reply.casefold() for word in probe["expect"]),
        "reply": reply,
        "injected": [memory["text"] for memory in answer["receipt"]["injected"]],
    }
