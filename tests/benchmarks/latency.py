"""How long a recall takes, the embedding of the query included, at 1,000, 10,000 and 100,000 cubes.

The cubes are made-up statements. The first ones are embedded for real; beyond `EMBEDDED` a vector is that of
a real one with noise, as embedding all would take half an hour: the search does not know the difference.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import Say, empty_folder, percentiles, workspace
from benchmarks.sentences import questions, statements
from memos_desktop.app.workspace import Workspace
from memos_desktop.engine.base import Embedder
from memos_desktop.engine.embedder import PackagedEmbedder
from memos_desktop.errors import UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Cube, Descriptive, TextPayload, title_of
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault

Array = NDArray[np.float32]
SIZES = (1_000, 10_000, 100_000)
EMBEDDED, NOISE, BATCH, QUERIES, WARM_UP = 4_000, 0.35, 1_000, 200, 10
INDEX_LIMIT_S = 600


def run(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """Percentiles of a recall in milliseconds, for each size."""
    sizes = [int(size) for size in options.sizes.split(",")] if options.sizes else list(SIZES)
    embedder = PackagedEmbedder()
    try:
        texts = list(statements(max(sizes)))
        vectors = make_vectors(embedder, texts, say)
        figures = {
            f"{size:,} cubes": measure(embedder, texts[:size], vectors[:size], options, say) for size in sizes
        }
    finally:
        embedder.close()
    return {**figures, "note": f"vectors beyond the first {EMBEDDED:,} are real ones with noise"}


def make_vectors(embedder: Embedder, texts: list[str], say: Say) -> Array:
    """One vector of length 1 for each text."""
    real = texts[:EMBEDDED]
    say(f"embedding {len(real):,} statements")
    base: Array = np.concatenate([embedder.embed(real[at : at + 256]) for at in range(0, len(real), 256)])
    chance = np.random.default_rng(3)
    spare = len(texts) - len(real)
    noisy = base[chance.integers(0, len(base), spare)]
    noise = chance.standard_normal(noisy.shape, np.float32) / np.sqrt(noisy.shape[1], dtype=np.float32)
    noisy = noisy + NOISE * noise
    noisy /= np.linalg.norm(noisy, axis=1, keepdims=True)
    return np.concatenate([base, noisy.astype(np.float32)])


def measure(
    embedder: Embedder, texts: list[str], vectors: Array, options: argparse.Namespace, say: Say
) -> dict[str, Any]:
    """Fill a vault, wait for its index, ask."""
    with empty_folder() as folder:
        began = time.perf_counter()
        fill(folder, texts, vectors, embedder.id)
        filled = time.perf_counter()
        with workspace(folder) as opened:
            wait_for_index(opened)
            indexed = time.perf_counter()
            say(
                f"{len(texts):,} cubes: filled in {filled - began:.0f} s, indexed in {indexed - filled:.0f} s"
            )
            times = ask(opened, options.repeat or QUERIES)
            state = opened.recall.index_state().result()
        alone = [milliseconds(partial(embedder.embed, [text])) for text in questions(50)]
    say(f"{len(texts):,} cubes: {percentiles(times, 0.5, 0.95)}")
    return {
        "recall_ms": percentiles(times, 0.5, 0.95),
        "embedding_alone_ms": percentiles(alone, 0.5, 0.95),
        "queries": len(times),
        "index": {"engine": state.engine, "state": state.state, "vectors": state.vectors},
        "fill_s": round(filled - began, 1),
        "index_s": round(indexed - filled, 1),
    }


def fill(folder: DataFolder, texts: list[str], vectors: Array, embedder_id: str) -> None:
    """Write cubes and vectors straight into the vault."""
    vault = Vault.open(folder)
    try:
        for at in range(0, len(texts), BATCH):
            vault.cubes.add_many(list(cubes(texts[at : at + BATCH], at)))
        known = dict(zip(texts, vectors, strict=True))
        while pending := vault.search.pending(embedder_id, BATCH):
            rows = np.stack([known[text] for _number, text in pending])
            vault.search.store_vectors(embedder_id, [number for number, _text in pending], rows)
    finally:
        vault.close()


def cubes(texts: Iterable[str], start: int) -> Iterable[Cube]:
    """Cubes of these texts, a minute apart."""
    moment = now() - timedelta(days=365)
    for number, text in enumerate(texts, start):
        when = moment + timedelta(minutes=number)
        yield Cube(new_id(), 1, when, when, TextPayload(text), Descriptive(title_of(text)))


def wait_for_index(opened: Workspace) -> None:
    """Start embedder and index, and wait until the index is built. Raises UserError when it is not in time."""
    opened.recall.warm_up().result()
    limit = time.monotonic() + INDEX_LIMIT_S
    while (state := opened.recall.index_state().result().state) != "ready":
        if time.monotonic() > limit:
            raise UserError(f"The index is {state} after {INDEX_LIMIT_S} s.")
        time.sleep(0.1)


def ask(opened: Workspace, count: int) -> list[float]:
    """Milliseconds of each recall, as a caller sees them; the first ones, which warm up, are not counted."""

    def one(query: str) -> None:
        opened.recall.recall(query, k=10).result()

    return [milliseconds(partial(one, query)) for query in questions(count + WARM_UP)][WARM_UP:]


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
