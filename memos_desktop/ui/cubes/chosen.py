"""The cubes that a verb is meant for: what is selected in the view that is shown, else the one in the inspector."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes.views import Ids, Selection
from memos_desktop.ui.page import Context

LOOKED_AT = 50
"""Of a longer selection only so many cubes are looked at to see what fits."""


class Chosen(QObject):
    """Knows the selected cubes themselves, not only their ids; those that no list holds are read from the vault.

    Attributes:
        cubes: the selected cubes, of a long selection the first ones.
        count: how many are meant.

    Signals:
        changed(): another selection, or one of the cubes looked at is another now.

    """

    changed = Signal()

    def __init__(
        self, context: Context, selection: Selection, known: Callable[[], Iterable[tuple[int, Cube]]], parent: QObject
    ) -> None:
        """`known` gives the rows that the table holds."""
        super().__init__(parent)
        self._context = context
        self._selection = selection
        self._known = known
        self._shown: Cube | None = None
        self._read: dict[str, Cube] = {}
        self.cubes: tuple[Cube, ...] = ()
        self.count = 0
        selection.changed.connect(self._look)
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))

    def set_shown(self, cube: Cube | None) -> None:
        """The cube in the inspector."""
        self._shown = cube
        self._look()

    def gather(self, then: Callable[[Ids], None]) -> None:
        """Call `then` with the ids of all that is meant."""
        if self._selection.count:
            self._selection.gather(then)
        else:
            then(tuple(cube.id for cube in self.cubes))

    def _look(self) -> None:
        wanted = self._selection.ids[:LOOKED_AT]
        if not self._selection.count:
            self._tell(() if self._shown is None else (self._shown,), 0 if self._shown is None else 1)
            return
        ids = set(wanted)
        here = {cube.id: cube for _, cube in self._known() if cube.id in ids}
        missing = [id for id in wanted if id not in here and id not in self._read]
        self._read = {id: cube for id, cube in self._read.items() if id in ids and id not in here}
        found = {**self._read, **here}
        self._tell(tuple(found[id] for id in wanted if id in found), self._selection.count)
        for id in missing:
            future = self._context.workspace.library.cube(id)
            bridge = self._context.bridge
            bridge.then(future, partial(self._arrived, wanted), bridge.unless_gone, receiver=self)

    def _arrived(self, wanted: Sequence[str], cube: Cube) -> None:
        if wanted == self._selection.ids[:LOOKED_AT]:
            self._read[cube.id] = cube
            found = {**{one.id: one for one in self.cubes}, **self._read}
            self._tell(tuple(found[id] for id in wanted if id in found), self._selection.count)

    def _tell(self, cubes: tuple[Cube, ...], count: int) -> None:
        self.cubes, self.count = cubes, count
        self.changed.emit()

    def _on_changes(self, changes: Changes) -> None:
        stale = changes.cubes & self._read.keys()
        if stale:
            self._read = {id: cube for id, cube in self._read.items() if id not in stale}
            self._look()
