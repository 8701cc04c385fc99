"""Which activation memories are out of date: their source was edited since a model has read it."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from memos_desktop.errors import MemosError, NotFoundError
from memos_desktop.memory.cube import Cube, Kind, is_stale
from memos_desktop.ui.page import Context


class Staleness(QObject):
    """Asks for the sources of what comes into the table.

    Signals:
        changed: another set of memories is out of date now.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._stale: frozenset[str] = frozenset()

    def __contains__(self, cube_id: object) -> bool:
        return cube_id in self._stale

    def look(self, cubes: Iterable[Cube]) -> None:
        """Compare the activation memories among these with their sources."""
        for cube in cubes:
            if cube.kind is Kind.ACTIVATION and cube.parents:
                self._ask(cube)

    def _ask(self, cube: Cube) -> None:
        def compare(source: Cube) -> None:
            self._note(cube.id, is_stale(cube, source) or source.title != cube.title)

        def gone(error: MemosError) -> None:
            if isinstance(error, NotFoundError):
                self._note(cube.id, True)
            else:  # the source is there: nothing can be said about it
                self._context.bridge.failed.emit(error)

        self._context.bridge.then(
            self._context.workspace.library.cube(cube.parents[0]), compare, gone, receiver=self
        )

    def _note(self, cube_id: str, stale: bool) -> None:
        now = self._stale | {cube_id} if stale else self._stale - {cube_id}
        if now != self._stale:
            self._stale = now
            self.changed.emit()
