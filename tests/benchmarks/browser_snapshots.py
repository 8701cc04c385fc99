"""The time machine: snapshots, the difference of two, looking back along the slider, restoring, a chat with the past.

It edits a thousand memories one by one and tags ten thousand at once, and brings them back in the end.
"""

import contextlib
import random
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from benchmarks.browser import open_without_meaning
from benchmarks.common import Say, percentiles
from memos_desktop.app.time_machine import OpenPast, PastPage
from memos_desktop.app.workspace import Workspace
from memos_desktop.ids import new_id
from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.snapshot import Place
from memos_desktop.paths import DataFolder

EDITED, TAGGED, STEPS, PAGE = 1_000, 10_000, 40, 100
LIMIT_S = 120
EARLY = 10
"""A step while the vault was filled."""


def measure(folder: DataFolder, say: Say) -> dict[str, Any]:
    """Milliseconds of each."""
    mark = new_id()
    with contextlib.closing(open_without_meaning(folder)) as opened:
        machine = opened.time
        before = [took(partial(machine.snapshot, f"{mark} before {n}")) for n in range(5)]
        change(opened, say)
        after = [took(partial(machine.snapshot, f"{mark} after {n}")) for n in range(5)]
        first, last = f"{mark} before 0", f"{mark} after 0"
        figures: dict[str, Any] = {
            "snapshot_ms": percentiles([*before, *after], 0.5),
            "diff_of_two_ms": round(took(lambda: machine.diff(first, last)), 1),
            "diff_to_the_beginning_ms": round(took(lambda: machine.diff(1, "now")), 1),
            "differ": machine.diff(first, last).result().total,
            "moments_ms": round(took(machine.moments), 1),
            **look_back(opened, first),
        }
        figures["what_if_ms"] = round(took(lambda: machine.what_if(first).future, close=True), 1)
        figures["restore_all_ms"] = round(took(lambda: machine.restore(first)), 1)
        for name in [one.name for one in machine.snapshots().result() if one.name.startswith(mark)]:
            machine.delete(name).result()
        for name, value in figures.items():
            say(f"{name}: {value}")
        return figures


def change(opened: Workspace, say: Say) -> None:
    """A thousand edits, each a step, and one step over ten thousand memories."""
    wanted = CubeFilter(kind=Kind.PLAINTEXT)
    cubes = opened.library.page(wanted, 0, TAGGED + 2 * EDITED).result().cubes
    free = [cube for cube in cubes if not cube.frozen]
    chance = random.Random(1)
    for cube in chance.sample(free, EDITED):
        opened.library.revise(cube.id, text=f"{cube.text} Changed by the benchmark.").result()
    opened.library.tag([cube.id for cube in free[:TAGGED]], ["benchmark"]).result()
    say(f"{EDITED:,} memories edited, {TAGGED:,} tagged")


def look_back(opened: Workspace, far: str) -> dict[str, Any]:
    """Opening the past, single steps of the slider with a page of the list, and far jumps."""
    machine = opened.time
    start = time.perf_counter()
    past = machine.at("now").result(LIMIT_S)
    past.page(CubeFilter(), 0, PAGE).result(LIMIT_S)
    opening = (time.perf_counter() - start) * 1000
    steps: list[float] = []
    step = past.place.step_id
    while len(steps) < STEPS and (moment := machine.neighbour(step, later=False).result(LIMIT_S)) is not None:
        step = moment.step_id
        place = Place(step, moment.time)
        steps.append(took(partial(turn_to, past, place)))
    jumps = {}
    for name, point in (("to the snapshot", far), ("to the middle of the history", EARLY), ("back to now", "now")):
        place = machine.place(point).result(LIMIT_S)
        jumps[name] = round(took(partial(turn_to, past, place)), 1)
    counted = took(past.since)
    past.close()
    return {
        "open_the_past_ms": round(opening, 1),
        "step_of_the_slider_ms": percentiles(steps, 0.5, 0.95),
        "slowest_step_ms": round(max(steps), 1),
        "jump_ms": jumps,
        "count_since_ms": round(counted, 1),
    }


def turn_to(past: OpenPast, place: Place) -> "Future[PastPage]":
    """Look at another moment, and at the list as it was."""
    past.move(place)
    return past.page(CubeFilter(), 0, PAGE)


def took(ask: "Callable[[], Future[Any]]", close: bool = False) -> float:
    """Milliseconds from asking to the answer."""
    start = time.perf_counter()
    answer = ask().result(LIMIT_S)
    passed = (time.perf_counter() - start) * 1000
    if close:
        answer.close()
    return passed
