"""The controls of the filter bar: a choice of one value, a switch, and one menu for all where they have no room."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from memos_desktop.memory.cube import Kind
from memos_desktop.ui.icons import Icons

LONGEST = 24
"""So many characters of a chosen value are shown; tool tip and name hold all of it."""
ElideRight = Qt.TextElideMode.ElideRight


class Choice(QToolButton):
    """A filter with one of several values, or any.

    Attributes:
        name: what it filters by.
        value: what is chosen; None is any.
        said: both in words.

    Signals:
        changed(): the person chose another value.

    """

    changed = Signal()

    def __init__(self, icons: Icons, name: str, values: Sequence[tuple[Any, str, str]] = ()) -> None:
        """`values` are (value, words, icon name or "")."""
        super().__init__()
        self._icons = icons
        self.name = name
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
        self._offered: tuple[tuple[Any, str, str], ...] | None = None
        self.offer(values)

    def offer(self, values: Sequence[tuple[Any, str, str]]) -> None:
        """Offer these values; the chosen one stays chosen."""
        values = tuple(values)
        if values == self._offered:
            return
        self._offered = values
        for action in self._group.actions():
            self._group.removeAction(action)
            action.deleteLater()
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
        room = self.fontMetrics().averageCharWidth() * LONGEST
        self.setText(self.name if value is None else self.fontMetrics().elidedText(said, ElideRight, room))
        self.said = f"{self.name}: {'any' if value is None else said}"
        self.setAccessibleName(self.said)
        self.setToolTip(f"Show one {self.name.lower()} only" if value is None else self.said)
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


class Folded(QToolButton):
    """All of them in one menu.

    Signals:
        cleared(): show everything.
    """

    cleared = Signal()

    def __init__(self, icons: Icons, choices: Sequence[Choice], switches: Sequence[Switch]) -> None:
        super().__init__()
        self._icons, self._choices, self._switches = icons, choices, switches
        self.setProperty("look", "filter")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        icons.fit(self)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.refresh()

    def refresh(self) -> None:
        """Say how many filters are on, and which."""
        said = [one.said for one in self._choices if one.value is not None]
        said += [one.text() for one in self._switches if one.isChecked()]
        self.setText(f"Filters ({len(said)})" if said else "Filters")
        self.setAccessibleName(f"Filters: {', '.join(said) or 'none'}")
        self.setToolTip(self.accessibleName())
        self.setProperty("active", bool(said))
        self.setIcon(self._icons.icon("filter", "accent" if said else "muted"))
        self.style().polish(self)

    def _fill(self) -> None:
        """The menu as it is now; the menus in it are those of the choices."""
        self._menu.clear()
        for choice in self._choices:
            choice.menu().setTitle(choice.said.replace("&", "&&"))
            self._menu.addMenu(choice.menu())
        self._menu.addSeparator()
        for switch in self._switches:
            action = self._menu.addAction(switch.icon(), switch.text())
            action.setCheckable(True)
            action.setChecked(switch.isChecked())
            action.triggered.connect(switch.click)
        self._menu.addSeparator()
        clear = self._menu.addAction("Show all memories", self.cleared.emit)
        clear.setEnabled(self.property("active"))


class Widths:
    """How wide buttons are with their picture only and with their word beside it, measured once for each font."""

    def __init__(self) -> None:
        self._font = ""
        self._found: dict[tuple[QToolButton, bool], int] = {}

    def of(self, one: QToolButton, words: bool) -> int:
        """How wide it is; it is shown as before afterwards."""
        if one.font().toString() != self._font:
            self._found.clear()
            self._font = one.font().toString()
        if (one, words) not in self._found:
            before = one.toolButtonStyle()
            compact(one, not words)
            self._found[one, words] = one.sizeHint().width()
            one.setToolButtonStyle(before)
        return self._found[one, words]


def compact(one: QToolButton, on: bool) -> None:
    """Show the picture only, or the word beside it."""
    style = Qt.ToolButtonStyle
    one.setToolButtonStyle(style.ToolButtonIconOnly if on else style.ToolButtonTextBesideIcon)
