"""The controls of the filter bar: a choice of one value, and a switch."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from memos_desktop.memory.cube import Kind
from memos_desktop.ui.icons import Icons


class Choice(QToolButton):
    """A filter with one of several values, or any.

    Signals:
        changed(): the person chose another value.
    """

    changed = Signal()

    def __init__(self, icons: Icons, name: str, values: Sequence[tuple[Any, str, str]] = ()) -> None:
        """`values` are (value, words, icon name or "")."""
        super().__init__()
        self._icons = icons
        self._name = name
        self.value: Any = None
        self.setProperty("look", "filter")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setIcon(icons.icon("expand", "muted"))
        icons.fit(self, 16)
        self._menu = QMenu(self)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setMenu(self._menu)
        self._group = QActionGroup(self)
        self.offer(values)

    def offer(self, values: Sequence[tuple[Any, str, str]]) -> None:
        """Offer these values; the chosen one stays chosen."""
        self._menu.clear()
        self._said: dict[Any, str] = {value: said for value, said, _ in values}
        self._action(None, "Any", "")
        self._menu.addSeparator()
        for value, said, icon in values:
            self._action(value, said, icon)
        self.choose(self.value)

    def choose(self, value: Any) -> None:
        """Show this value as chosen; None is any."""
        self.value = value
        named = type(value) is str  # a tag is called what it is called, whatever the menu says of it
        said = value if named else self._said.get(value, str(value))
        self.setText(self._name if value is None else said)
        self.setAccessibleName(f"{self._name}: {'any' if value is None else said}")
        self.setToolTip(f"Show one {self._name.lower()} only")
        self.setProperty("active", value is not None)
        self.setIcon(self._icons.icon("expand", "muted" if value is None else "accent"))
        self.style().polish(self)
        for action in self._group.actions():
            action.setChecked(action.data() == value)

    def _action(self, value: Any, said: str, icon: str) -> None:
        action = QAction(said, self._group, checkable=True)
        action.setData(value)
        if icon:
            a_kind = isinstance(value, Kind)
            action.setIcon(self._icons.icon(icon, icon if a_kind else "muted", filled=a_kind))
        action.triggered.connect(lambda: self._chosen(value))
        self._menu.addAction(action)

    def _chosen(self, value: Any) -> None:
        self.choose(value)
        self.changed.emit()


class Switch(QToolButton):
    """A filter that is on or off: a picture and a word."""

    def __init__(self, icons: Icons, icon: str, text: str, tip: str) -> None:
        super().__init__()
        self.setProperty("look", "filter")
        self.setCheckable(True)
        self.setIcon(icons.icon(icon, "muted", "accent"))
        icons.fit(self)
        self.setText(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def compact(self, on: bool) -> None:
        """Show the picture only."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonIconOnly if on else style.ToolButtonTextBesideIcon)
