"""Holds the one past that is looked at, and moves it: while one move is under way only the latest wish is kept."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from memos_desktop.errors import MemosError
from memos_desktop.memory.snapshot import History, Moment, Place, VaultDiff
from memos_desktop.ui.page import Context

if TYPE_CHECKING:
    from memos_desktop.app.time_machine import OpenPast


class Traveller(QObject):
    """Between the time machine's use cases and the widgets.

    Attributes:
        history: the moments that the slider offers.
        moment: where one is; None for now.
        opened: the past that is looked at, None before it is there.
        arrived_step: the step that `opened` shows. While it moves, `moment` is already where it goes.

    Signals:
        history_read(): there are other moments.
        arrived(): the past is at another moment, or the vault has changed.
        counted(VaultDiff): what has happened since.
        failed(MemosError): it could not be read.

    """

    history_read = Signal()
    arrived = Signal()
    counted = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = context.bridge
        self._time = context.workspace.time
        self.history = History((), 0)
        self.moment: Moment | None = None
        self.opened: OpenPast | None = None
        self.arrived_step = 0
        self._moving = False
        self._waiting = False
        self._number = 0
        self._counted_step = -1

    @property
    def is_now(self) -> bool:
        """Whether the present is shown."""
        return self.moment is None

    @property
    def step_id(self) -> int:
        """The step that is shown; 0 where there is no history."""
        if self.moment is not None:
            return self.moment.step_id
        return self.history.moments[-1].step_id if self.history.moments else 0

    @property
    def is_counted(self) -> bool:
        """Whether what is shown is where one is, and what has happened since is known of it."""
        return self._counted_step == self.arrived_step == self.step_id

    def begin(self) -> None:
        """Read the history, and open the past where one was."""
        self._bridge.then(self._time.moments(), self._history_arrived, self.failed.emit)

    def refresh(self) -> None:
        """The vault has changed: there are other moments, and more has happened since."""
        self.begin()

    def go(self, moment: Moment | None) -> None:
        """Show this moment; None: now."""
        last = self.history.moments[-1].step_id if self.history.moments else 0
        self.moment = None if moment is not None and moment.step_id >= last else moment
        self._move()

    def step(self, later: bool) -> None:
        """To the next change, or to the one before."""
        if later and self.is_now:
            return
        self._bridge.then(self._time.neighbour(self.step_id, later), self._stepped, self.failed.emit)

    def leave(self) -> None:
        """Give the copy back; `begin` opens it again at the same moment."""
        self._number += 1
        self._moving = self._waiting = False
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    def _stepped(self, moment: Moment | None) -> None:
        if moment is None:
            return
        known = next((one for one in self.history.moments if one.step_id == moment.step_id), moment)
        self.go(known)

    def _history_arrived(self, history: History) -> None:
        self.history = history
        self.history_read.emit()
        self._move()

    def _move(self) -> None:
        if self._moving:
            self._waiting = True
            return
        self._moving = True
        self._number += 1
        number = self._number

        def failed(error: MemosError) -> None:
            if number == self._number:
                self._moving = False
                self.failed.emit(error)

        if self.opened is None:
            future = self._time.at(self.step_id)
            self._bridge.then(future, lambda opened: self._was_opened(number, opened), failed, receiver=self)
            return
        moment = self.moment
        place = Place(self.step_id, moment.time if moment else self.opened.place.time)
        self._bridge.then(self.opened.move(place), lambda _none: self._moved(number), failed, receiver=self)

    def _was_opened(self, number: int, opened: "OpenPast") -> None:
        if number != self._number:
            opened.close()
            return
        self.opened = opened
        self._moved(number)

    def _moved(self, number: int) -> None:
        if number != self._number:
            return
        self._moving = False
        if self._waiting:
            self._waiting = False
            self._move()
            return
        self.arrived_step = self.step_id
        self.arrived.emit()
        if self.opened is not None:
            self._bridge.then(self.opened.since(), lambda diff: self._counted(number, diff), receiver=self)

    def _counted(self, number: int, diff: VaultDiff) -> None:
        if number == self._number:
            self._counted_step = self.arrived_step
            self.counted.emit(diff)
