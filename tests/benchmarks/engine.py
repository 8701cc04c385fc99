"""Prefill and decode speed of the llama.cpp driver against the plain llama-cpp-python loop on the same model.

The two alternate in one run, so that other work on the machine hits both alike; the ratio is the median of
the ratios of neighbouring runs.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common import Say, empty_folder
from memos_desktop.engine import hardware
from memos_desktop.engine.base import Engine, LoadOptions, Prompt, PromptTurn, Sampling
from memos_desktop.engine.registry import Registry
from memos_desktop.memory.message import Role
from memos_desktop.progress import Progress

CONTEXT, ANSWER, WORDS = 2048, 96, 420


@dataclass(frozen=True)
class Speed:
    """Tokens per second of one run."""

    prefill: float
    decode: float


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Tokens per second of both, and their ratio."""
    path, sha256 = model_path(options.model)
    ours: list[Speed] = []
    plain: list[Speed] = []
    engine = (
        Registry.default().for_path(path).load(path, sha256, LoadOptions(context_length=CONTEXT), Progress())
    )
    try:
        asked = engine.encode([PromptTurn(Role.USER, prompt())])
        tokens = list(asked.tokens)
        llama = load_plain(path)
        for number in range((options.repeat or 5) + 1):
            pair = measure_ours(engine, asked), measure_plain(llama, tokens)
            if number == 0:  # both warm their caches
                continue
            ours.append(pair[0])
            plain.append(pair[1])
            say(
                f"run {number}: prefill {pair[0].prefill:.0f} / {pair[1].prefill:.0f}, "
                f"decode {pair[0].decode:.1f} / {pair[1].decode:.1f} tokens/s"
            )
        llama.close()
    finally:
        engine.close()
    return {
        "model": path.name,
        "prompt_tokens": len(tokens),
        "prefill_tps": compare([one.prefill for one in ours], [one.prefill for one in plain]),
        "decode_tps": compare([one.decode for one in ours], [one.decode for one in plain]),
    }


def model_path(name: str | None) -> tuple[Path, str]:
    """File and hash of the model that was named, or of the starter."""
    from memos_desktop.engine.model_library import ModelLibrary

    with empty_folder() as folder:
        library = ModelLibrary(folder)
        return library.resolve(name or library.starter().name)


def prompt() -> str:
    """A long question whose answer is long too."""
    return " ".join(
        f"Item {number} of the list is a stone from the river." for number in range(WORDS // 10)
    ) + (" Write a very long story about these stones, with many details.")


def measure_ours(engine: Engine, asked: Prompt) -> Speed:
    """One cold prompt and its answer through the driver."""
    engine.reset()
    began = time.perf_counter()
    first = began
    count = 0
    for chunk in engine.generate(asked, Sampling(temperature=0, max_tokens=ANSWER), Progress()):
        if first == began:
            first = time.perf_counter()
        if chunk.stats:
            count = chunk.stats.completion_tokens
    return speed(len(asked.tokens), count, began, first)


def load_plain(path: Path) -> Any:
    """The model in llama-cpp-python's own class, with as many threads: its default is half of the cores."""
    from llama_cpp import Llama

    threads = hardware.cores()
    return Llama(str(path), n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False)


def measure_plain(llama: Any, tokens: list[int]) -> Speed:
    """The same through `Llama.generate`, the loop of llama-cpp-python."""
    llama.reset()
    began = time.perf_counter()
    first = began
    count = 0
    for token in llama.generate(tokens, temp=0, top_k=1, repeat_penalty=1.0, reset=True):
        count += 1
        if count == 1:
            first = time.perf_counter()
        if count == ANSWER or token == llama.token_eos():
            break
    return speed(len(tokens), count, began, first)


def speed(prompt_tokens: int, answer_tokens: int, began: float, first: float) -> Speed:
    """Tokens per second, from the start, the first token and now."""
    return Speed(prompt_tokens / (first - began), (answer_tokens - 1) / (time.perf_counter() - first))


def compare(ours: list[float], plain: list[float]) -> dict[str, float]:
    """Medians, and the median ratio of runs that followed each other."""
    return {
        "ours": round(median(ours), 1),
        "plain": round(median(plain), 1),
        "ratio": round(median(mine / theirs for mine, theirs in zip(ours, plain, strict=True)), 3),
    }
