"""The cubes of some ids, read one by one, for what needs more of them than their ids."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from memos_desktop.errors import MemosError, NotFoundError
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import words
from memos_desktop.ui.page import Context


class Gathering(QObject):
    """Calls `then` once, with the cubes in the order of the ids; those that are gone are left out, which is said.

    Where one could not be read, or none is left, `then` is not called: that is said instead.
    """

    def __init__(
        self, context: Context, ids: Sequence[str], then: Callable[[tuple[Cube, ...]], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._ids = tuple(ids)
        self._error: MemosError | None = None
        self._then = then
        self._found: dict[str, Cube] = {}
        self._awaited = len(self._ids)
        for id in self._ids:
            context.bridge.then(context.workspace.library.cube(id), self._arrived, self._gone, receiver=self)

    def _arrived(self, cube: Cube) -> None:
        self._found[cube.id] = cube
        self._count()

    def _gone(self, error: MemosError) -> None:
        if not isinstance(error, NotFoundError):
            self._error = error
        self._count()

    def _count(self) -> None:
        self._awaited -= 1
        if self._awaited:
            return
        found = tuple(self._found[id] for id in self._ids if id in self._found)
        gone = len(self._ids) - len(found)
        if self._error is not None:
            self._context.bridge.failed.emit(self._error)
        elif gone:
            self._context.toasts.tell(_gone(gone, len(self._ids)))
        if found and self._error is None:
            self._then(found)
        self.deleteLater()


def _gone(gone: int, count: int) -> str:
    which = "This memory" if count == 1 else f"{gone:,} of these {words.memories(count)}"
    return f"{which} {'was' if gone == 1 else 'were'} removed meanwhile."
