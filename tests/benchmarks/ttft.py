"""Time to the first token of a chat that goes on: read again (cold), restored from disk, restored by a new process.

Two workspaces hold the same chat; one has kept it, the other keeps nothing and reads the same prompt. They alternate
in one run, so that other work on the machine hits both alike; a ratio is the median of neighbouring pairs. Each
question is a branch below the same answer, so that the kept prefix has the same length each time.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.common import Say, empty_folder
from benchmarks.sentences import statements
from benchmarks.turning import (
    Prepared,
    Timed,
    ask,
    check_same,
    count,
    forget_live,
    loaded,
    middle,
    prepare,
    settle,
)
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import UserError
from memos_desktop.paths import DataFolder

SIZES = (512, 1024, 2048, 4096)
REPEAT, CHATS, CHAT_TOKENS, ANSWER = 5, 10, 400, 64
AROUND = 48  # tokens of the first prompt that are not its text, with the answer
STARTS = ("Which one", "Who else", "What thing", "How many", "When exactly", "Why then", "Where else", "Whose idea")
QUESTIONS = tuple(f"{start} {rest}" for rest in ("was it?", "is best?", "came first?") for start in STARTS)
MOST = len(STARTS)  # repetitions: each asks three questions of its own, as what was asked before is kept too


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Milliseconds and ratios by length of the prefix, and how many of ten greedy answers are identical."""
    sizes = [int(size) for size in options.sizes.split(",")] if options.sizes else list(SIZES)
    repeat = min(options.repeat or REPEAT, MOST)
    with empty_folder() as folder, empty_folder() as other:
        with loaded(folder, options.model) as keeping, loaded(other, options.model) as cold:
            model = keeping.models.state.name
            chats = {size: prepare(keeping, text_of(keeping, size, seed=size)) for size in sizes}
            figures = {size: alternate(keeping, cold, chats[size], repeat, size, say) for size in sizes}
            short = [prepare(keeping, text_of(keeping, CHAT_TOKENS, seed=number)) for number in range(CHATS)]
            texts = [ask(cold, chat.apart(QUESTIONS[0], ANSWER)).text for chat in short]
        say("in new processes")
        for number in range(repeat):
            for size, chat in chats.items():
                restart(folder, chat, QUESTIONS[MOST + number :: MOST], figures[size])
        same = identical(folder, short, texts)
    return {
        "model": model,
        **{f"{size} tokens": summary(figures[size], chats[size]) for size in sizes},
        "greedy_answers": {"tokens": ANSWER, "identical": sum(same), "of": len(same)},
    }


def text_of(opened: Workspace, tokens: int, seed: int) -> str:
    """Statements whose prompt, with an answer, has about so many tokens."""
    sentences = list(statements(tokens // 8, seed))
    low, high = 1, len(sentences)
    while low < high:
        half = (low + high + 1) // 2
        low, high = (half, high) if count(opened, " ".join(sentences[:half])) <= tokens - AROUND else (low, half - 1)
    return " ".join(sentences[:low])


def alternate(
    keeping: Workspace, cold: Workspace, chat: Prepared, repeat: int, size: int, say: Say
) -> dict[str, list[Any]]:
    """Pairs of restored and cold answers to the same questions."""
    pairs: list[tuple[Timed, Timed]] = []
    for question in QUESTIONS[:repeat]:
        forget_live(keeping)
        restored = ask(keeping, chat.going_on(question, 1))
        settle(keeping)
        forget_live(cold)
        pairs.append((restored, ask(cold, chat.apart(question, 1))))
        check_same(*pairs[-1])
        if restored.stats.tier != "exact":
            raise UserError(f"Nothing was restored: {restored.stats.to_json()}")
    say(f"{size}: cold {pairs[-1][1].stats.ttft_ms:.0f} ms, restored {pairs[-1][0].stats.ttft_ms:.1f} ms")
    return {"pairs": pairs, "restarted": [], "uncached": []}


def restart(folder: DataFolder, chat: Prepared, questions: Sequence[str], figures: dict[str, list[Any]]) -> None:
    """Two answers of a new process: the first it gives, then one whose files are not in the system's disk cache."""
    first, second = child(folder, [turn(chat, text, 1, uncached=at > 0) for at, text in enumerate(questions)])
    figures["restarted"].append(first)
    figures["uncached"].append(second)


def identical(folder: DataFolder, chats: list[Prepared], texts: list[str]) -> list[bool]:
    """Whether each answer in a new process is that of the workspace that has kept nothing."""
    answers = child(folder, [turn(chat, QUESTIONS[0], ANSWER) for chat in chats])
    if any(answer["kv"]["tier"] != "exact" for answer in answers):
        raise UserError("A chat was not restored by the new process.")
    return [answer["text"] == text for answer, text in zip(answers, texts, strict=True)]


def turn(chat: Prepared, text: str, tokens: int, uncached: bool = False) -> dict[str, Any]:
    """A turn for `turn_child`."""
    return {"chat": chat.chat_id, "parent": chat.leaf_id, "text": text, "tokens": tokens, "uncached": uncached}


def child(folder: DataFolder, turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run turns in a new process. Raises UserError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.turn_child"],
        input=json.dumps({"folder": str(folder.root), "turns": turns}),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(__file__).parents[up]) for up in (1, 2))},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise UserError(f"The process failed: {done.stderr[-2000:]}")
    answers: list[dict[str, Any]] = json.loads(done.stdout)["answers"]
    return answers


def summary(figures: dict[str, list[Any]], chat: Prepared) -> dict[str, Any]:
    """Medians of one length."""
    pairs: list[tuple[Timed, Timed]] = figures["pairs"]
    cold = middle(pair[1].stats.ttft_ms for pair in pairs)
    ratio = middle((pair[0].stats.ttft_ms / pair[1].stats.ttft_ms for pair in pairs), 5)
    restarted, uncached = (middle(one["ttft_ms"] for one in figures[name]) for name in ("restarted", "uncached"))
    return {
        "cold_ms": cold,
        "restored_ms": middle(pair[0].stats.ttft_ms for pair in pairs),
        "reduction_percent": round(100 * (1 - ratio), 2),
        "restarted_ms": restarted,
        "restarted_reduction_percent": round(100 * (1 - restarted / cold), 2),
        "restarted_not_in_disk_cache_ms": uncached,
        "restoring_ms": middle(pair[0].stats.restored_ms for pair in pairs),
        "wall_ms": {"cold": middle(p[1].wall_ms for p in pairs), "restored": middle(p[0].wall_ms for p in pairs)},
        "restored_tokens": pairs[0][0].stats.restored_tokens,
        "evaluated_tokens": [pair[0].stats.evaluated_tokens for pair in pairs],
        "file_mb": round(chat.bytes / 1e6, 2),
        "pairs": len(pairs),
    }
