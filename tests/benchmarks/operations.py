"""Operators in the real window on 100,000 generated memories: on 10,000 selected ones, and single steps taken back.

The window stands on the Memory page, offscreen if there is no display. A verb on many goes the whole way: the ids
of the selected rows, the job with its automatic snapshot, the broadcast, and the page that reads again what it
shows. `ms` is from asking to the end of the job, `shown_ms` until the page is at rest; the gaps are those of the
benchmark `gap`, over all of that. `--data DIR` takes the vault of `bench browser` from there; all happens in a copy.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from itertools import islice
from statistics import median
from typing import Any

from benchmarks.browser import copied
from benchmarks.browser_table import Stage
from benchmarks.common import Say
from benchmarks.gap import INTERVAL_MS, Phases, bystander, probe
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import UserError
from memos_desktop.ids import now
from memos_desktop.memory.cube import Cube, CubeFilter, CubePage, Governance, Kind
from memos_desktop.memory.filter import parse
from memos_desktop.memory.operators.fuse import MOST_FUSED
from memos_desktop.paths import DataFolder

SIZE, SELECTED, SINGLE = 100_000, 10_000, 20
WANTED = replace(parse("state:generated,activated -is:frozen -is:pinned"), kind=Kind.PLAINTEXT)
MANY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("pin", {}),
    ("freeze", {}),
    ("archive", {}),
    ("expire", {}),
    ("tag", {"add": ("benchmark",)}),
    ("set_header", {"priority": 3}),
    ("bin", {}),
)
Figures = dict[str, Any]
Change = Callable[[Cube], "Future[Any]"]


def run(options: argparse.Namespace, say: Say) -> Figures:
    """Milliseconds of every verb on many and of undoing it, with the gaps; of single ones; of fusing and splitting."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    size = int(options.sizes.split(",")[0]) if options.sizes else SIZE
    phases = Phases()
    with copied(options.data, size, say) as folder, bystander(phases):
        stage = OperationsStage(folder, say, phases)
        try:
            figures = stage.operate(min(SELECTED, size // 4), options.repeat or SINGLE)
        finally:
            stage.close()
    for name, gaps in phases.figures().items():
        figures["many"][name] |= {"gap_ms": gaps}
        say(f"{name}: {figures['many'][name]}")
    worst = {key: max(one["gap_ms"][key] for one in figures["many"].values()) for key in ("p99", "max")}
    return {"memories": size, **figures, "worst_gap_ms": worst}


class OperationsStage(Stage):
    """The window with the Memory page."""

    def __init__(self, folder: DataFolder, say: Say, phases: Phases) -> None:
        super().__init__(folder, say)
        assert self._session.workspace is not None
        self._opened: Workspace = self._session.workspace
        self._phases = phases

    def operate(self, selected: int, single: int) -> Figures:
        """Everything, one after the other; each is undone before the next."""
        self._open_page()
        ticking = probe(self._phases)
        ticking.start(INTERVAL_MS)
        many: Figures = {}
        for verb, arguments in MANY:
            self._select(selected)
            many[verb] = self._watched(verb, partial(self._verb, verb, arguments, selected))
            many[f"undo {verb}"] = self._watched(f"undo {verb}", self._opened.library.undo)
        ticking.stop()
        return {"selected": selected, "many": many, "single": self._singles(single), "group": self._group()}

    # many

    def _open_page(self) -> None:
        """The page with its columns loaded, showing what can take part."""
        self.open()
        page = self.page
        assert page is not None
        self._wait(lambda: bool(page.filters.field.values.tags))
        page.filters.set(WANTED)
        self._settle()
        self._rest(1000)

    def _select(self, count: int) -> None:
        """The first rows, as Shift with a click does."""
        from PySide6.QtCore import QItemSelection, QItemSelectionModel

        page = self.page
        assert page is not None
        self._wait(lambda: (page.cubes.total or 0) >= count)
        rows = QItemSelection(page.cubes.index(0, 0), page.cubes.index(count - 1, 0))
        flags = QItemSelectionModel.SelectionFlag
        page.table.selectionModel().select(rows, flags.ClearAndSelect | flags.Rows)
        self._wait(lambda: page.selection.count == count)
        self._rest(300)

    def _verb(self, verb: str, arguments: dict[str, Any], count: int) -> "Future[Any]":
        """The verb on what is selected."""
        page = self.page
        assert page is not None
        done: Future[Any] = Future()

        def start(ids: tuple[str, ...]) -> None:
            if len(ids) != count:
                raise UserError(f"{len(ids)} memories were selected, not {count}.")
            job = self._opened.operations.bulk(verb, ids, **arguments)
            job.future.add_done_callback(lambda ended: done.set_result(ended))

        page.selection.gather(start)
        return done

    def _watched(self, name: str, work: Callable[[], "Future[Any]"]) -> Figures:
        """Let the window live until the work is done and shown."""
        page = self.page
        assert page is not None
        self._phases.begin(name)
        begin = time.perf_counter()
        took = self._timed(work)[1]
        self.painted.clear()
        page.table.viewport().update()
        self._wait(lambda: bool(self.painted))
        self._settle()
        shown = time.perf_counter()
        self._rest(100)
        self._phases.end(name)
        self._say(f"{name}: {took:.0f} ms")
        return {"ms": round(took), "shown_ms": round((shown - begin) * 1000)}

    def _timed(self, work: Callable[[], "Future[Any]"]) -> tuple[Any, float]:
        """What came of it, and the milliseconds until it was there, while the window lives."""
        ended: list[float] = []
        begin = time.perf_counter()
        future = work()
        future.add_done_callback(lambda _: ended.append(time.perf_counter()))
        self._wait(lambda: bool(ended))
        result = future.result()
        if isinstance(result, Future):
            result = result.result()
        if result is None:
            raise UserError("There was nothing to undo, so something was not done before.")
        return result, (ended[0] - begin) * 1000

    # single ones

    def _singles(self, count: int) -> Figures:
        """The median of doing, and the longest of undoing, of one memory each time."""
        library, operations, machine = self._opened.library, self._opened.operations, self._opened.time
        live = iter(self._plain(count * 20))
        archived, expired = (self._some(parse(f"state:{name} -is:frozen"), count) for name in ("archived", "expired"))
        binned = self._some(replace(parse("in:bin -is:frozen"), kind=Kind.PLAINTEXT), count)
        point = self._timed(partial(machine.snapshot, f"before single ones, {now()}"))[0].name
        one: dict[str, tuple[Iterator[Cube], Change]] = {
            "edit": (live, lambda cube: library.revise(cube.id, text=f"edited at {now()}")),
            "tag": (live, lambda cube: library.tag([cube.id], ("benchmark",))),
            "pin": (live, lambda cube: library.pin([cube.id], True)),
            "freeze": (live, lambda cube: library.freeze([cube.id], True)),
            "archive": (live, lambda cube: library.archive([cube.id])),
            "restore": (iter(archived), lambda cube: library.restore([cube.id])),
            "expire": (live, lambda cube: operations.expire([cube.id])),
            "renew": (iter(expired), lambda cube: operations.renew([cube.id])),
            "bin": (live, lambda cube: library.bin([cube.id])),
            "unbin": (iter(binned), lambda cube: library.unbin([cube.id])),
            "header": (live, lambda cube: operations.set_header([cube.id], priority=5)),
            "fuse": (live, lambda cube: operations.fuse(_seen([cube, next(live)]), f"fused at {now()}")),
            "split": (live, lambda cube: operations.split(cube.id, ("one part", "another part"))),
        }
        figures = {}
        for name, (cubes, change) in one.items():
            figures[name] = self._there_and_back(name, islice(cubes, count), change)
        figures["restore from the past"] = self._from_the_past(list(islice(live, count)), point)
        return figures

    def _there_and_back(self, name: str, cubes: Iterable[Cube], change: Change) -> Figures:
        times = []
        for cube in cubes:
            took = self._timed(partial(change, cube))[1]
            times.append((took, self._timed(self._opened.library.undo)[1]))
        return self._told(name, times)

    def _from_the_past(self, cubes: Sequence[Cube], point: str) -> Figures:
        times = []
        for cube in cubes:
            self._timed(partial(self._opened.library.revise, cube.id, text=f"edited at {now()}"))
            took = self._timed(partial(self._opened.time.restore, point, [cube.id]))[1]
            times.append((took, self._timed(self._opened.library.undo)[1]))
            self._timed(self._opened.library.undo)
        return self._told("restore from the past", times)

    def _told(self, name: str, times: list[tuple[float, float]]) -> Figures:
        done, undone = zip(*times, strict=True)
        figures = {"ms": round(median(done), 1), "undo_max_ms": round(max(undone), 1)}
        self._say(f"{name}: {figures}")
        return figures

    def _group(self) -> Figures:
        """As many as can be fused: one memory made of them, and given back by splitting it."""
        operations, library = self._opened.operations, self._opened.library
        cubes = self._plain(MOST_FUSED)
        preview, previewed = self._timed(partial(operations.fuse_preview, [cube.id for cube in cubes]))
        fused, fusing = self._timed(partial(operations.fuse, preview.versions, preview.text))
        undone = self._timed(library.undo)[1]
        self._timed(library.redo)
        splitting = self._timed(partial(operations.split, fused.cube.id))[1]
        given_back = self._timed(library.undo)[1]
        self._timed(library.undo)
        times = {"preview": previewed, "fuse": fusing, "undo_fuse": undone}
        times |= {"split": splitting, "undo_split": given_back}
        figures = {f"{name}_ms": round(took) for name, took in times.items()}
        self._say(f"{len(cubes)} at once: {figures}")
        return {"memories": len(cubes), **figures}

    def _plain(self, count: int) -> list[Cube]:
        """Memories that can be fused with each other."""
        found = self._some(WANTED, 3 * count)
        return [cube for cube in found if cube.governance == Governance()][:count]

    def _some(self, wanted: CubeFilter, count: int) -> tuple[Cube, ...]:
        """The newest of these."""
        page: CubePage = self._timed(partial(self._opened.library.page, wanted, 0, count))[0]
        return page.cubes


def _seen(cubes: Sequence[Cube]) -> list[tuple[str, int]]:
    return [(cube.id, cube.version) for cube in cubes]
