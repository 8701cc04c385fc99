"""The map of 100,000 memories in the real window: arranging, placing, opening, panning, zooming, the lasso.

Vectors are made from words by chance directions, so that memories with the same words lie together: no model is
asked, and the layout has as much to do. Everything happens in a copy of the folder. A frame is one movement of the
map with what it paints; it is timed from one to the next, with nothing in between.
"""

import math
import shutil
import time
import zlib
from typing import Any

import numpy as np

from benchmarks.browser import open_without_meaning
from benchmarks.browser_table import Stage
from benchmarks.common import Say, empty_folder, percentiles
from memos_desktop.errors import UserError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.language import content_words
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault

FRAMES = 300
FRAME_MS, LATE_MS = 16, 33
DIMENSION = 384
EMBEDDER = "words by chance@1"
PIECE = 5_000


def measure(folder: DataFolder, say: Say) -> dict[str, Any]:
    """Milliseconds, and frames a second."""
    with empty_folder() as copy:
        shutil.copytree(folder.root, copy.root, dirs_exist_ok=True)
        embed(copy, say)
        figures = arrange(copy, say)
        stage = MapStage(copy, say)
        try:
            return {**figures, **stage.play()}
        finally:
            stage.close()


def embed(folder: DataFolder, say: Say) -> None:
    """A vector for every passage."""
    vault, known = Vault.open(folder), dict[str, np.ndarray]()
    try:
        done = 0
        while rows := vault.search.pending(EMBEDDER, PIECE):
            vectors = np.stack([_vector(text, known) for _, text in rows])
            vault.search.store_vectors(EMBEDDER, [number for number, _ in rows], vectors)
            done += len(rows)
            say(f"{done:,} vectors")
    finally:
        vault.close()


def _vector(text: str, known: dict[str, np.ndarray]) -> np.ndarray:
    own = zlib.crc32(text.encode())
    total = 0.4 * np.random.default_rng(own).normal(size=DIMENSION)
    for word in content_words(text):
        if word not in known:
            known[word] = np.random.default_rng(zlib.crc32(word.encode())).normal(size=DIMENSION)
        total = total + known[word]
    return (total / np.linalg.norm(total)).astype(np.float32)


def arrange(folder: DataFolder, say: Say) -> dict[str, Any]:
    """A layout from nothing; then everything placed again among the same landmarks."""
    workspace = open_without_meaning(folder)
    try:
        start = time.perf_counter()
        state = workspace.map.arrange().future.result()
        whole = time.perf_counter() - start
        say(f"{state.placed:,} placed, {state.landmarks:,} landmarks, in {whole:.1f} s")
        workspace._store.ask(lambda vault: vault.database.run("DELETE FROM places WHERE landmark = 0"))
        start = time.perf_counter()
        workspace.map.fill().future.result()
        placing = time.perf_counter() - start
        places = [_timed(lambda: workspace.map.places(CubeFilter()).result()) for _ in range(5)]
        return {
            "arrange_s": round(whole, 1),
            "place_s": round(placing, 1),
            "read_places_ms": percentiles(places, 0.5),
        }
    finally:
        workspace.close()


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


class MapStage(Stage):
    """The window with the map."""

    def play(self) -> dict[str, Any]:
        """Open the map, then move it in every way."""
        from PySide6.QtCore import QPointF

        from memos_desktop.ui.cubes.map.view import MapView

        self.open()
        self._rest(4000)  # the columns load in the background
        assert self.page is not None
        start = time.perf_counter()
        self.page.show_view("map")
        view = self.page.views.current()
        assert isinstance(view, MapView)
        self.view, self.canvas = view, view.canvas
        self._wait(lambda: self.canvas.picture.drawn > 0)
        opened = (time.perf_counter() - start) * 1000
        self._wait(lambda: bool(self.view._regions))
        named = (time.perf_counter() - start) * 1000
        self._rest(500)
        figures = {
            "open_ms": round(opened),
            "named_ms": round(named),
            "pan": self._moved(lambda n: self.canvas.camera.panned(9 * math.cos(n / 25), 6 * math.sin(n / 25))),
            "pan_far": self._moved(lambda n: self.canvas.camera.panned(-14 if n % 120 < 60 else 14, 0)),
        }
        middle = self.canvas.width() / 2, self.canvas.height() / 2
        figures["zoom"] = self._moved(
            lambda n: self.canvas.camera.zoomed(1.04 if n % 120 < 60 else 1 / 1.04, middle, self.canvas._least)
        )
        self.canvas.fit()
        self._rest(500)
        x, y = self.canvas.width() / 2, self.canvas.height() / 2
        turns = [number / 30 for number in range(188)]
        ring = [QPointF(x * (1 + 0.6 * math.cos(turn)), y * (1 + 0.6 * math.sin(turn))) for turn in turns]
        start = time.perf_counter()
        self.canvas._catch(ring, False)
        figures["lasso_ms"] = round((time.perf_counter() - start) * 1000)
        self._wait(lambda: self.page is not None and self.page.selection.count > 0)
        figures["lasso_selected_ms"] = round((time.perf_counter() - start) * 1000)
        figures["lasso_selected"] = self.page.selection.count
        return figures

    def _moved(self, move: Any) -> dict[str, Any]:
        """One kind of movement: as fast as it goes, and at the pace of a screen."""
        fast, paced = self._frames(move, 0), self._frames(move, FRAME_MS)
        quick = percentiles(fast["gaps"], 0.5, 0.95)
        shown = {
            "fps_p50": round(1000 / quick["p50"]),
            "fps_p95": round(1000 / quick["p95"]),
            "at_60_fps": {"frame_ms": percentiles(paced["gaps"], 0.5, 0.95, 0.99), "pictures": paced["pictures"]},
            "over_33_ms": sum(gap > LATE_MS for gap in fast["gaps"] + paced["gaps"]),
        }
        self._say(str(shown))
        return shown

    def _frames(self, move: Any, pace: int) -> dict[str, Any]:
        """Move and paint a number of times; milliseconds from one to the next, and the pictures drawn meanwhile."""
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        gaps: list[float] = []
        drawn, painted = self.canvas.picture.drawn, 0
        paint = self.canvas.picture.paint

        def count(*arguments: Any) -> None:
            nonlocal painted
            painted += 1
            paint(*arguments)

        self.canvas.picture.paint = count  # type: ignore[method-assign, assignment]
        loop, clock = QEventLoop(), QTimer()
        last = time.perf_counter()

        def tick() -> None:
            nonlocal last
            self.canvas._move(move(len(gaps)))
            self.canvas.repaint()
            moment = time.perf_counter()
            gaps.append((moment - last) * 1000)
            last = moment
            if len(gaps) > FRAMES:
                loop.quit()

        clock.setTimerType(Qt.TimerType.PreciseTimer)
        clock.timeout.connect(tick)
        clock.start(pace)
        loop.exec()
        clock.stop()
        del self.canvas.picture.paint
        if painted < FRAMES:
            raise UserError(f"Only {painted} of {FRAMES} frames were painted.")
        return {"gaps": gaps[1:], "pictures": self.canvas.picture.drawn - drawn}
