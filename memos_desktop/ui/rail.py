"""The narrow rail at the left: the places of the window."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, Theme

PLACES = (
    ("chats", "Chats"),
    ("memory", "Memory"),
    ("models", "Models"),
    ("kept", "Kept"),
    ("settings", "Settings"),
)


class Rail(QFrame):
    """Buttons with icon and word; one is on.

    Signals:
        chosen(str): the person wants this place.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self.setProperty("look", "rail")
        self.setAccessibleName("Places")
        self._theme = theme
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, GRID, GRID, GRID)
        box.setSpacing(HALF)
        for number, (name, text) in enumerate(PLACES, 1):
            one = QToolButton()
            one.setProperty("look", "rail")
            one.setText(text)
            one.setAccessibleName(text)
            one.setToolTip(f"{text} (Ctrl+{number})")
            one.setIcon(icons.icon(name, "muted", "accent"))
            icons.fit(one, 22)
            one.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            one.setCheckable(True)
            one.clicked.connect(lambda _on=False, name=name: self.chosen.emit(name))
            self._group.addButton(one)
            self.buttons[name] = one
            if name == "settings":
                box.addStretch(1)
            box.addWidget(one)
        theme.changed.connect(self._size)
        self._size()

    def choose(self, name: str) -> None:
        """Show `name` as the place where the person is."""
        self.buttons[name].setChecked(True)

    def _size(self) -> None:
        self.setFixedWidth(self._theme.px(64) + 2 * GRID)
        for one in self.buttons.values():
            one.setFixedSize(self._theme.px(64), self._theme.px(54))
