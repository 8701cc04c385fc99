"""How the Memory page enters the time machine and leaves it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from memos_desktop.ui.page import Context

if TYPE_CHECKING:
    from memos_desktop.ui.cubes.page import MemoryPage
    from memos_desktop.ui.cubes.past.view import PastView


class TimeMachineFlow(QObject):
    """Puts the past in the place of the views, and takes it away. It is built at the first visit.

    Attributes:
        view: the time machine, None before it was ever wanted.

    """

    def __init__(self, context: Context, page: "MemoryPage") -> None:
        super().__init__(page)
        self._context = context
        self._page = page
        self.view: PastView | None = None

    def toggle(self) -> None:
        """Enter, or go back to now."""
        if self.view is not None and self.view.isVisible():
            self.leave()
        else:
            self.enter()

    def enter(self) -> "PastView":
        """Show the memories as they were."""
        if self.view is None:
            from memos_desktop.ui.cubes.past.view import PastView

            self.view = PastView(self._context)
            self.view.left.connect(self.leave)
            self.view.cube_wanted.connect(self._open)
            self._page.filters.changed.connect(self.view.set_filter)
        self.view.set_filter(self._page.filters.wanted)
        self._page.slot.close_panel()
        self._page.inspector_wanted.emit(False)
        self._page.set_past(self.view)
        return self.view

    def leave(self) -> None:
        """Back to now."""
        self._page.set_past(None)
        self._page.views.current().take_focus()

    def _open(self, cube_id: str) -> None:
        self.leave()
        self._page.open_item(cube_id)
