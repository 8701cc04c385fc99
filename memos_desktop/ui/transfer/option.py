"""A switch with its name and a sentence about it, as panels have them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.ui.theme import GRID, Theme
from memos_desktop.ui.widgets import label
from memos_desktop.ui.widgets.fields import Toggle


class Option(QWidget):
    """Shown while there is something to choose.

    Signals:
        changed(): it was switched.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.toggle = Toggle(theme, name)
        self.name = label(name, wrap=True)
        self.about = label("", "meta", wrap=True)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.name)
        texts.addWidget(self.about)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.setContentsMargins(0, GRID // 2, 0, GRID // 2)
        self.toggle.toggled.connect(lambda _on: self.changed.emit())

    def say(self, name: str, about: str, possible: bool = True) -> None:
        """What it is called now; what is not possible is off."""
        self.name.setText(name)
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self.toggle.setAccessibleName(name)
        self.toggle.setAccessibleDescription(about)
        self.toggle.setEnabled(possible)
        if not possible:
            self.toggle.setChecked(False)

    @property
    def on(self) -> bool:
        """Whether it is switched on, and shown."""
        return self.toggle.isChecked() and not self.isHidden()
