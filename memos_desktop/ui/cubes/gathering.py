"""The cubes of some ids, read one by one, for what needs more of them than their ids."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.page import Context


class Gathering(QObject):
    """Calls `then` once, with the cubes in the order of the ids; those that are gone are left out."""

    def __init__(
        self, context: Context, ids: Sequence[str], then: Callable[[tuple[Cube, ...]], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._ids = tuple(ids)
        self._then = then
        self._found: dict[str, Cube] = {}
        self._awaited = len(self._ids)
        for id in self._ids:
            context.bridge.then(context.workspace.library.cube(id), self._arrived, self._gone, receiver=self)

    def _arrived(self, cube: Cube) -> None:
        self._found[cube.id] = cube
        self._count()

    def _gone(self, _error: MemosError) -> None:
        self._count()

    def _count(self) -> None:
        self._awaited -= 1
        if not self._awaited:
            self._then(tuple(self._found[id] for id in self._ids if id in self._found))
            self.deleteLater()
