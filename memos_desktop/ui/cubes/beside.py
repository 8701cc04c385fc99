"""What the inspector shows beside the views: the selected memory, several as one, or that none is selected."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from memos_desktop.errors import MemosError, NotFoundError
from memos_desktop.ui.cubes.actions import CubeActions
from memos_desktop.ui.cubes.inspector import CubeInspector
from memos_desktop.ui.cubes.view_stack import ViewStack
from memos_desktop.ui.cubes.views import Ids
from memos_desktop.ui.page import Context

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails


class Beside(QObject):
    """Follows the selection, and reads the details of what is to be shown.

    Attributes:
        shown_id: the memory that is shown alone or on its way, or None.

    Signals:
        wanted(bool): show or hide the inspector.

    """

    wanted = Signal(bool)

    def __init__(
        self, context: Context, panel: CubeInspector, views: ViewStack, commands: CubeActions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._panel, self._views, self._commands = context, panel, views, commands
        self._selection = views.selection
        self._last: tuple[int, Ids] = (0, ())
        self.shown_id: str | None = None
        self._selection.changed.connect(self._on_picked)

    def show(self, cube_id: str) -> None:
        """Show this memory, and select it if the view shows it."""
        self.shown_id = cube_id
        self._views.select([cube_id])
        self._read(cube_id)
        self.wanted.emit(True)

    def reload(self) -> None:
        """What is shown may be another now."""
        if self.shown_id is not None:
            self._read(self.shown_id)

    def close(self) -> None:
        """Show and select nothing."""
        self.shown_id = None
        self._panel.show_nothing()
        self._commands.set_shown(None)
        self.wanted.emit(False)
        self._views.clear()

    def _on_picked(self) -> None:
        """The selection changed, or a selected memory did: one is shown whole, several as what they share."""
        count, ids = self._selection.count, self._selection.ids
        another = not _same(self._last, (count, ids))
        self._last = (count, ids)
        if count == 0:
            if self._panel.shows_many or (self.shown_id is not None and not self._panel.unsaved):
                self.close()
            return
        if count > 1:
            self.shown_id = None
            if another:
                self._commands.set_shown(None)
            self._panel.show_many(count, self._selection.gather)
        elif ids and ids[0] != self.shown_id:
            self._read(ids[0])
        if another:  # else the person who has hidden the inspector would get it back with every change
            self.wanted.emit(True)

    def _read(self, cube_id: str) -> None:
        if self._panel.details is None or self._panel.details.cube.id != cube_id:
            self._panel.show_loading()
        self.shown_id = cube_id
        details = self._context.workspace.library.details(cube_id)
        self._context.bridge.then(details, self._arrived, partial(self._missing, cube_id), receiver=self)

    def _arrived(self, details: "CubeDetails") -> None:
        if details.cube.id == self.shown_id:
            self._panel.show_details(details)
            self._commands.set_shown(details.cube)

    def _missing(self, cube_id: str, error: MemosError) -> None:
        if cube_id != self.shown_id:
            return  # another is wanted by now
        self._context.toasts.error(error)
        gone, details = isinstance(error, NotFoundError), self._panel.details
        if gone and self._panel.show_gone(cube_id):
            self.shown_id = None
            self._commands.set_shown(None)
        elif details is not None and details.cube.id != cube_id:  # it is still in sight, and stays
            self.shown_id = details.cube.id
            self._views.select([details.cube.id])
        elif gone or details is None:
            self.close()


def _same(before: tuple[int, Ids], now: tuple[int, Ids]) -> bool:
    """Whether the same memories are selected; of a long selection more ids may be known than before."""
    (count, ids), (count_now, ids_now) = before, now
    if count != count_now:
        return False
    return ids == ids_now if len(ids) == len(ids_now) else set(ids) <= set(ids_now) or set(ids) >= set(ids_now)
