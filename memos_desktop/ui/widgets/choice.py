"""A check box whose words may take several lines."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets.basic import label


class Choice(QWidget):
    """A box and a wrapped label; a click on either changes it.

    Signals:
        toggled(bool): it was switched on or off.
    """

    toggled = Signal(bool)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.box = QCheckBox()
        self.box.setAccessibleName(text)
        self.box.toggled.connect(self.toggled)
        self.words = label(text, wrap=True)
        self.setFocusProxy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def isChecked(self) -> bool:
        """Whether it is on."""
        return self.box.isChecked()

    def setChecked(self, on: bool) -> None:
        """Switch it on or off."""
        self.box.setChecked(on)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The words belong to the box."""
        if self.isEnabled() and event.button() is Qt.MouseButton.LeftButton:
            self.box.toggle()
            self.box.setFocus()
        super().mousePressEvent(event)
