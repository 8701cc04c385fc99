"""Python's cycle collector, run by the Qt thread alone.

By itself it runs on whichever thread allocates. Where that is a worker, widgets that are garbage would be deleted away
from the thread that they live on, and the process can end. It also holds every thread up while it looks: some 60 ms
for all of a program this large. So what survived a full look is set aside, and looked at again when nobody watches.
"""

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

PERIOD_MS = 1000
OLDEST = 2
MOST_ASIDE = 500_000
"""So many objects may be set aside since everything was looked at; beyond, it is done in front of the person."""


class Collector(QObject):
    """Takes the collector over for as long as it lives; what was made before it is looked at no more."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._aside = gc.get_freeze_count()
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._state_changed)

    def look(self) -> int | None:
        """Collect the oldest generation that is due; returns which, None where none is."""
        pairs = enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        due = [number for number, (count, limit) in pairs if count > limit]
        if not due:
            return None
        gc.collect(due[-1])
        if due[-1] == OLDEST:
            gc.freeze()
            if gc.get_freeze_count() - self._aside > MOST_ASIDE:
                self.look_at_all()
        return due[-1]

    def look_at_all(self) -> None:
        """Collect what was set aside, too."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._aside = gc.get_freeze_count()

    def end(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state is not Qt.ApplicationState.ApplicationActive and gc.get_freeze_count() > self._aside:
            self.look_at_all()
