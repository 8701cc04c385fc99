"""The place above the views in which a panel opens: to migrate, fuse, split, forget, export, import, review."""

from typing import Any, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget


class PanelSlot(QWidget):
    """Holds any number of panels, of which one at most is shown.

    A panel is a widget with the signal `left`. One whose attribute `whole` is true wants the room of the views too.

    Attributes:
        panel: the panel that is open, or None.

    Signals:
        opened(): a panel is shown.
        closed(): no panel is shown any more.

    """

    opened = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.panel: QWidget | None = None
        self._known: set[QWidget] = set()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self.hide()

    @property
    def whole(self) -> bool:
        """Whether the open panel wants the room of the views too."""
        return bool(getattr(self.panel, "whole", False))

    def open(self, panel: QWidget) -> None:
        """Show this panel in place of another one."""
        if panel not in self._known:
            self._known.add(panel)
            self._box.addWidget(panel)
            cast(Any, panel).left.connect(lambda: self._left(panel))
        before, self.panel = self.panel, panel
        if before is not None and before is not panel:
            before.hide()
        panel.show()
        self.show()
        self.opened.emit()

    def close_panel(self) -> None:
        """Hide the panel that is open; what it was doing goes on."""
        if self.panel is not None:
            panel, self.panel = self.panel, None
            panel.hide()
            self.hide()
            self.closed.emit()

    def _left(self, panel: QWidget) -> None:
        if panel is self.panel:
            self.close_panel()
