"""Python's cycle collector, run by the Qt thread alone.

By itself it runs on whichever thread allocates. Where that is a worker, widgets that are garbage would be deleted away
from the thread that they live on, and the process can end.
"""

import gc

from PySide6.QtCore import QObject, QTimer

PERIOD_MS = 1000


class Collector(QObject):
    """Takes the collector over for as long as it lives; what was made before it is looked at no more."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> int | None:
        """Collect the oldest generation that is due; returns which, None where none is."""
        pairs = enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        due = [number for number, (count, limit) in pairs if count > limit]
        if not due:
            return None
        gc.collect(due[-1])
        return due[-1]

    def end(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
