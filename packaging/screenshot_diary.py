"""What happened to a vault over months, played in the order of time with the program's clock set to each moment."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import datetime

from memos_desktop import ids


class Diary:
    """Notes what happened when, in any order."""

    def __init__(self) -> None:
        self._notes: list[tuple[datetime, int, Callable[[], object]]] = []

    def note(self, moment: datetime, act: Callable[[], object]) -> None:
        """At this moment this happened; of several things at one the first noted comes first."""
        self._notes.append((moment, len(self._notes), act))

    def play(self) -> None:
        """Do all of it, the oldest first."""
        for moment, _, act in sorted(self._notes, key=lambda note: note[:2]):
            with clock(moment):
                act()


@contextlib.contextmanager
def clock(moment: datetime) -> Iterator[None]:
    """In here it is this moment, for every module that has asked for the time so far."""
    usual = ids.now
    modules = [
        module
        for name, module in sys.modules.items()
        if name.startswith("memos_desktop.") and getattr(module, "now", None) is usual
    ]
    for module in modules:
        setattr(module, "now", lambda: moment)  # noqa: B010 - mypy knows no attribute of a module found by name
    try:
        yield
    finally:
        for module in modules:
            setattr(module, "now", usual)  # noqa: B010
