"""Filters, orders and selections, asked of the vault as the window asks: from the request to its answer."""

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from statistics import median
from typing import Any

from benchmarks.browser import open_without_meaning
from benchmarks.common import Say, percentiles
from memos_desktop.app.library import Library
from memos_desktop.ids import now
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import CubeFilter, SortKey
from memos_desktop.memory.filter import parse
from memos_desktop.memory.timeline import TimeBasis, Zoom
from memos_desktop.memory.use import Use
from memos_desktop.paths import DataFolder

QUERIES = (
    "the",
    "my",
    "a",
    "m",
    "kayak",
    "my brother the",
    '"my brother"',
    "the -kayak",
    "tag:work",
    'project:"garden fence"',
    "kind:fact state:activated",
    "type:fact,event -tag:work created:<90d",
    "used:<30d heat:>0.3",
    "is:stale",
    'the kind:fact state:activated tag:work used:<90d "bought a"',
)
PAGE, SELECTED = 100, 10_000
LIMIT_S = 60


def measure(folder: DataFolder, say: Say) -> dict[str, Any]:
    """Milliseconds: loading in pieces, each query at first and after a write, each order, ids and timelines."""
    with contextlib.closing(open_without_meaning(folder)) as opened:
        library = opened.library
        pieces = load(opened._store.ask)  # the pieces one by one, which no use case shows
        some = library.page(CubeFilter(), 0, 1).result().cubes[0]
        used = Use(some.id, 1, now(), Form.TEXT, 9, "")
        filters: dict[str, Any] = {}
        for text in QUERIES:
            wanted = parse(text)
            first, found = took(partial(library.page, wanted, 0, PAGE))
            after: list[float] = []
            for _ in range(5):  # a use makes everything that was computed before invalid
                opened._store.ask(lambda vault: vault.uses.record([used], "Benchmark"))
                after.append(took(partial(library.page, wanted, 0, PAGE))[0])
            filters[text] = {"first": first, "after_a_write": round(median(after), 1), "memories": found.total}
            say(f"{text}: {first} ms, after a write {filters[text]['after_a_write']} ms, {found.total:,} memories")
        return {
            "load_ms": {"pieces": len(pieces), "total": round(sum(pieces)), **percentiles(pieces, 0.5)},
            "filter_ms": filters,
            "slowest_filter_ms": max(max(one["first"], one["after_a_write"]) for one in filters.values()),
            "order_ms": orders(library),
            "others_ms": others(library),
        }


def load(ask: Callable[..., Any]) -> list[float]:
    """Load everything that filters need; the time of each piece, for which the vault's thread was taken."""
    import numpy  # noqa: F401  the program imports it on another thread

    pieces: list[float] = []
    more = True
    while more:
        start = time.perf_counter()
        more = ask(lambda vault: vault.cubes.lists.load_piece())
        pieces.append((time.perf_counter() - start) * 1000)
    return pieces


def orders(library: Library) -> dict[str, float]:
    """The first page of a filtered list in each order, asked for the first time."""
    wanted = parse("the")
    return {sort.value: took(partial(library.page, wanted, 0, PAGE, sort, True))[0] for sort in SortKey}


def others(library: Library) -> dict[str, float]:
    """Ids of many, values to complete, and timelines of everything."""
    everything = CubeFilter()
    asked: dict[str, Callable[[], Future[Any]]] = {
        f"ids_{SELECTED}": lambda: library.ids(everything, [(1000, SELECTED)]),
        "values": library.values,
        **{
            f"timeline_{zoom.value}": partial(library.timeline, everything, TimeBasis.EVENT, zoom)
            for zoom in (Zoom.YEAR, Zoom.MONTH, Zoom.WEEK, Zoom.DAY)
        },
    }
    return {name: took(ask)[0] for name, ask in asked.items()}


def took(ask: Callable[[], Future[Any]]) -> tuple[float, Any]:
    """Milliseconds until the answer is there, and the answer."""
    start = time.perf_counter()
    answer = ask().result(LIMIT_S)
    return round((time.perf_counter() - start) * 1000, 1), answer
