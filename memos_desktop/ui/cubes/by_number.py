"""The cubes that a view of numbers has at hand: those looked at last. Others are read when they are needed."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from memos_desktop.memory.cube import Cube
from memos_desktop.ui.page import Context

KEPT = 3_000
WANTED = 4
"""Of more requests than that the oldest are dropped: what was scrolled past is not read."""


class CubesAtHand(QObject):
    """Reads cubes piece by piece, one piece at a time, the newest request first.

    Signals:
        arrived(list of numbers): these can be shown now, or are gone.

    """

    arrived = Signal(list)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._cubes: OrderedDict[int, Cube] = OrderedDict()
        self._fresh: set[int] = set()
        self._wanted: OrderedDict[tuple[int, ...], None] = OrderedDict()
        self._in_flight = False
        self._epoch = 0
        self._pump_timer = QTimer(self, singleShot=True, interval=0)
        self._pump_timer.timeout.connect(self._pump)

    def get(self, number: int) -> Cube | None:
        """A cube, if it is here."""
        return self._cubes.get(number)

    def known(self, numbers: Iterable[int]) -> list[Cube]:
        """Those of these cubes that are here."""
        return [cube for number in numbers if (cube := self._cubes.get(number)) is not None]

    def is_fresh(self, number: int) -> bool:
        """Whether it was read since something changed."""
        return number in self._fresh

    def want(self, numbers: Sequence[int]) -> None:
        """Read these soon."""
        piece = tuple(numbers)
        self._wanted[piece] = None
        self._wanted.move_to_end(piece)
        if not self._pump_timer.isActive():
            self._pump_timer.start()

    def mark_stale(self) -> None:
        """Something changed: what is here is shown until it is read again."""
        self._epoch += 1
        self._fresh.clear()

    def _pump(self) -> None:
        if self._in_flight or not self._wanted:
            return
        while len(self._wanted) > WANTED:
            self._wanted.popitem(last=False)
        numbers, _ = self._wanted.popitem(last=True)
        epoch = self._epoch
        self._in_flight = True
        self._context.bridge.then(
            self._context.workspace.numbers.cubes(numbers),
            lambda cubes: self._take(epoch, numbers, cubes),
            self._refused,
            receiver=self,
        )

    def _refused(self, error: object) -> None:
        self._in_flight = False
        self._context.bridge.failed.emit(error)

    def _take(self, epoch: int, numbers: tuple[int, ...], cubes: Sequence[tuple[int, Cube]]) -> None:
        self._in_flight = False
        for number, cube in cubes:
            self._cubes[number] = cube
            self._cubes.move_to_end(number)
        while len(self._cubes) > KEPT:
            gone, _ = self._cubes.popitem(last=False)
            self._fresh.discard(gone)
        if epoch == self._epoch:
            self._fresh.update(numbers)  # also those that are gone: they are not asked for again
        self.arrived.emit(list(numbers))
        self._pump()
