"""What to show: text, form, type, state, tag, and the switches pinned, proposed and bin."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.ui.cubes import words
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import SearchField, button

TYPING_MS = 90
MOST_TAGS = 40
WORDS_FROM = 940
ONE_LINE_FROM = 720


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
        said = self._said.get(value, str(value))
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
        self.setText(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def compact(self, on: bool) -> None:
        """Show the picture only."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonIconOnly if on else style.ToolButtonTextBesideIcon)


class FilterBar(QWidget):
    """One row of filters; `wanted` is what they say together.

    Signals:
        changed(CubeFilter): after a choice, and shortly after typing stopped.
        stepped(): arrow down in the search field: go to the table.
    """

    changed = Signal(object)
    stepped = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        icons = context.icons
        self._theme = context.theme
        self.field = SearchField(icons, "Search memories")
        self.kind = Choice(icons, "Kind", [(kind, said, kind.value) for kind, said in words.KINDS.items()])
        self.type = Choice(icons, "Type", [(one, said, "") for one, said in words.TYPES.items()])
        self.state = Choice(icons, "State", [(one, said, one.value) for one, said in words.STATES.items()])
        self.tag = Choice(icons, "Tag")
        self.pinned = Switch(icons, "pin", "Pinned", "Pinned memories only")
        self.proposed = Switch(icons, "proposed", "Proposed", "Memories that wait for your word only")
        self.bin = Switch(icons, "trash", "Bin", "Show what is in the bin")
        self.clear_button = button("Clear", "link", tip="Show all memories again")
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._choices = (self.kind, self.type, self.state, self.tag)
        self._switches = (self.pinned, self.proposed, self.bin)
        self._lay_out()
        self._connect()

    @property
    def wanted(self) -> CubeFilter:
        """What the person asks for."""
        return CubeFilter(
            text=self.field.text().strip(),
            kind=self.kind.value,
            type=self.type.value,
            state=self.state.value,
            tag=self.tag.value,
            pinned=self.pinned.isChecked() or None,
            proposed=self.proposed.isChecked() or None,
            binned=self.bin.isChecked(),
        )

    def set(self, wanted: CubeFilter) -> None:
        """Show this filter, and say so."""
        self.field.blockSignals(True)
        self.field.setText(wanted.text)
        self.field.blockSignals(False)
        for choice, value in zip(self._choices, (wanted.kind, wanted.type, wanted.state, wanted.tag), strict=True):
            choice.choose(value)
        for switch, on in zip(self._switches, (wanted.pinned, wanted.proposed, wanted.binned), strict=True):
            switch.setChecked(bool(on))
        self._emit()

    def clear(self) -> None:
        """Show everything on the shelf."""
        self.set(CubeFilter())

    def offer_tags(self, tags: Sequence[tuple[str, int]]) -> None:
        """The tags that exist, with the number of their memories, the most used first."""
        most = sorted(tags, key=lambda pair: (-pair[1], pair[0]))[:MOST_TAGS]
        self.tag.offer([(tag, f"{tag}  ({count:,})", "") for tag, count in most])
        if self.tag.value is not None:
            self.tag.setText(str(self.tag.value))

    def fit(self, width: int) -> None:
        """Where there is little room the switches leave out their words, then the search gets its own line."""
        for switch in self._switches:
            switch.compact(width < self._theme.px(WORDS_FROM))
        stacked = width < self._theme.px(ONE_LINE_FROM)
        if stacked and self._row.indexOf(self.field) >= 0:
            self._row.removeWidget(self.field)
            self._box.insertWidget(0, self.field)
        elif not stacked and self._row.indexOf(self.field) < 0:
            self._box.removeWidget(self.field)
            self._row.insertWidget(0, self.field, 1)

    def _lay_out(self) -> None:
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID)
        self._row = QHBoxLayout()
        self._row.setSpacing(GRID)
        self._box.addLayout(self._row)
        self.field.setMinimumWidth(160)
        self._row.addWidget(self.field, 1)
        for widget in (*self._choices, *self._switches, self.clear_button):
            self._row.addWidget(widget)
        self._row.addStretch()
        self.clear_button.hide()

    def _connect(self) -> None:
        self.field.textChanged.connect(self._typing.start)
        self.field.stepped.connect(lambda step: self.stepped.emit() if step > 0 else None)
        self._typing.timeout.connect(self._emit)
        for choice in self._choices:
            choice.changed.connect(self._emit)
        for switch in self._switches:
            switch.clicked.connect(self._emit)
        self.clear_button.clicked.connect(self.clear)

    def _emit(self) -> None:
        self._typing.stop()
        self.clear_button.setVisible(self.wanted != CubeFilter())
        self.changed.emit(self.wanted)
