"""What to show. The field holds the whole filter as text; the choices beside it are another view of the same filter."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.memory.completion import Values
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.filter import FilterError, canonical, parse, render
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.choices import Choice, Switch
from memos_desktop.ui.cubes.completion import FilterField
from memos_desktop.ui.cubes.saved import SavedButton
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button, label

TYPING_MS = 90
PATIENCE_MS = 700
"""How long somebody may stand still in a word before it is called a mistake."""
ASK_MS = 250
MOST_TAGS = 40
WORDS_FROM = 1260
ONE_LINE_FROM = 860


class FilterBar(QWidget):
    """One row of filters; `wanted` is what they say together.

    While the text in the field cannot be read, the last filter that could stays, and a line below says what is wrong.

    Attributes:
        wanted: the filter.

    Signals:
        changed(CubeFilter): after a choice, and shortly after typing stopped.
        stepped(): arrow down in the search field: go to the table.

    """

    changed = Signal(object)
    stepped = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        icons = context.icons
        self._context = context
        self._theme = context.theme
        self.wanted = CubeFilter()
        self.field = FilterField(context.theme, icons)
        self.saved = SavedButton(context)
        self.kind = Choice(icons, "Kind", [(kind, said, kind.value) for kind, said in words.KINDS.items()])
        self.type = Choice(icons, "Type", [(one, said, "") for one, said in words.TYPES.items()])
        self.state = Choice(icons, "State", [(one, said, one.value) for one, said in words.STATES.items()])
        self.tag = Choice(icons, "Tag")
        self.pinned = Switch(icons, "pin", "Pinned", "Pinned memories only")
        self.proposed = Switch(icons, "proposed", "Proposed", "Memories that wait for your word only")
        self.bin = Switch(icons, "trash", "Bin", "Show what is in the bin")
        self.clear_button = button("Clear", "link", tip="Show all memories again")
        self.problem = label("", "warning", wrap=True)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._asking = QTimer(self, singleShot=True, interval=ASK_MS)
        self._choices = (self.kind, self.type, self.state, self.tag)
        self._switches = (self.pinned, self.proposed, self.bin)
        self._lay_out()
        self._connect()

    def set(self, wanted: CubeFilter) -> None:
        """Show this filter, and say so."""
        self.set_text(render(canonical(wanted)))

    def set_text(self, text: str) -> None:
        """Show the filter that this text asks for, and say so."""
        self.field.blockSignals(True)
        self.field.setText(text)
        self.field.blockSignals(False)
        self.field.close_offers()
        self._read()

    def clear(self) -> None:
        """Show everything on the shelf."""
        self.set_text("")

    def offer_values(self, values: Values) -> None:
        """The tags and projects that exist, with the number of their memories."""
        self.field.values = values
        self.tag.offer([(tag, f"{tag}  ({count:,})", "") for tag, count in values.tags[:MOST_TAGS]])

    def refresh_values(self) -> None:
        """Ask soon which tags and projects there are: the first time that loads much, and the list comes first."""
        self._asking.start()

    def fit(self, width: int) -> None:
        """Where there is little room the switches leave out their words, then the search gets its own line."""
        stacked = width < self._theme.px(ONE_LINE_FROM)
        for switch in self._switches:
            switch.compact(width < self._theme.px(WORDS_FROM) and not (stacked and width >= self._theme.px(640)))
        if stacked and self._row.indexOf(self._search) >= 0:
            self._row.removeWidget(self._search)
            self._box.insertWidget(0, self._search)
        elif not stacked and self._row.indexOf(self._search) < 0:
            self._box.removeWidget(self._search)
            self._row.insertWidget(0, self._search, 1)

    def _lay_out(self) -> None:
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID)
        self._search = QWidget()
        search = QHBoxLayout(self._search)
        search.setContentsMargins(0, 0, 0, 0)
        search.setSpacing(GRID)
        search.addWidget(self.field, 1)
        search.addWidget(self.saved)
        self.field.setMinimumWidth(200)
        self._row = QHBoxLayout()
        self._row.setSpacing(GRID)
        self._row.addWidget(self._search, 1)
        for widget in (*self._choices, *self._switches, self.clear_button):
            self._row.addWidget(widget)
        self._row.addStretch()
        self._box.addLayout(self._row)
        self._box.addWidget(self.problem)
        self.problem.hide()
        self.clear_button.hide()

    def _connect(self) -> None:
        self.field.textChanged.connect(self._typing.start)
        self.field.returnPressed.connect(self._read)
        self.field.stepped.connect(lambda step: self.stepped.emit() if step > 0 else None)
        self._typing.timeout.connect(self._read)
        self._patience.timeout.connect(self._complain)
        self._asking.timeout.connect(self._ask_values)
        self.saved.chosen.connect(self.set_text)
        for choice in self._choices:
            choice.changed.connect(self._choose)
        for switch in self._switches:
            switch.clicked.connect(self._choose)
        self.clear_button.clicked.connect(self.clear)
        save = QShortcut(QKeySequence.StandardKey.Save, self)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.activated.connect(self.saved.save)

    def _ask_values(self) -> None:
        values = self._context.workspace.library.values()
        self._context.bridge.then(values, self.offer_values, receiver=self)

    def _choose(self) -> None:
        """A choice was made: write it into the text."""
        changed: dict[str, Any] = {name: getattr(self, name).value for name in ("kind", "type", "state", "tag")}
        for name in ("pinned", "proposed"):  # an unlit switch is any, or the "not" that somebody has typed
            typed = False if getattr(self.wanted, name) is False else None
            changed[name] = getattr(self, name).isChecked() or typed
        self.set(replace(self.wanted, **changed, binned=self.bin.isChecked()))

    def _read(self) -> None:
        """Take the filter out of the text."""
        self._typing.stop()
        self.clear_button.setVisible(bool(self.field.text().strip()))
        try:
            wanted = parse(self.field.text())
        except FilterError:
            self._patience.start()
            return
        self._patience.stop()
        self.problem.hide()
        self.wanted = wanted
        self._show_choices()
        self.saved.show_for(render(wanted))
        self.changed.emit(wanted)

    def _complain(self) -> None:
        """Say what could not be read, unless somebody is about to finish it."""
        try:
            parse(self.field.text())
        except FilterError as error:
            if not (error.unfinished and self.field.hasFocus()):
                self.problem.setText(f"{error.message} {error.hint}")
                self.problem.show()

    def _show_choices(self) -> None:
        wanted = self.wanted
        for choice, value in zip(self._choices, (wanted.kind, wanted.type, wanted.state, wanted.tag), strict=True):
            choice.choose(value)
        flags: Sequence[bool | None] = (wanted.pinned, wanted.proposed, wanted.binned)
        for switch, on in zip(self._switches, flags, strict=True):
            switch.setChecked(bool(on))
