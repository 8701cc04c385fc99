"""What to show. The field holds the whole filter as text; the choices beside it are another view of the same filter."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.memory.completion import Values
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.filter import FilterError, canonical, parse, render
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.choices import Choice, Folded, Switch, Widths, compact
from memos_desktop.ui.cubes.completion import FilterField
from memos_desktop.ui.cubes.saved import SavedButton
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button, label

FIELD, FIELD_BESIDE = 110, 300
"""The least width of the field, and what it has at least beside the choices."""
LOW = 360
"""In a page lower than this the choices get no line of their own."""
TYPING_MS = 90
PATIENCE_MS = 700
"""How long somebody may stand still in a word before it is called a mistake."""
ASK_MS = 250
MOST_TAGS = 40


class FilterBar(QWidget):
    """One row of filters; `wanted` is what they say together.

    Where there is little room the switches leave out their words, then the choices get a line of their own, and then
    they fold into one menu.

    While the text in the field cannot be read, the last filter that could stays, and a line below says what is wrong.

    Attributes:
        wanted: the filter.
        folded: the one menu.

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
        self.folded = Folded(icons, self._choices, self._switches)
        self._widths = Widths()
        self._room = 0
        self._fitted: object = None
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

    def set_room(self, height: int) -> None:
        """How high the page is: in a low one there is no second line."""
        self._room = height
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """The narrowest way must fit, whichever is shown."""
        return QSize(self._search_width(FIELD) + self.folded.sizeHint().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """What is chosen has longer words, or the text is larger."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        texts = tuple(choice.text() for choice in self._choices)
        low = 0 < self._room < self._theme.px(LOW)
        now = self.width(), low, texts, self.clear_button.isHidden(), self.font().toString()
        if now == self._fitted:
            return
        self._fitted = now
        self.field.setMinimumWidth(self._theme.px(FIELD))
        beside = self.width() - self._search_width(FIELD_BESIDE)
        one_line = self._rest_width(words=False) <= beside
        folded = not one_line and (low or self._rest_width(words=False) > self.width())
        room = beside if one_line else self.width()
        for switch in self._switches:
            compact(switch, self._rest_width(words=True) > room)
        self._rest.setVisible(not folded)
        self.folded.setVisible(folded)
        directions = QBoxLayout.Direction
        self._both.setDirection(directions.LeftToRight if one_line else directions.TopToBottom)

    def _search_width(self, field: int) -> int:
        return self._theme.px(field) + self.saved.sizeHint().width() + 2 * GRID

    def _rest_width(self, words: bool) -> int:
        """How wide the choices and switches are."""
        found = [choice.sizeHint().width() for choice in self._choices]
        found += [self._widths.of(switch, words) for switch in self._switches]
        if not self.clear_button.isHidden():
            found.append(self.clear_button.sizeHint().width())
        return sum(found) + GRID * (len(found) - 1)

    def _lay_out(self) -> None:
        self._search, self._rest = QWidget(), QWidget()
        search, rest = QHBoxLayout(self._search), QHBoxLayout(self._rest)
        for row in (search, rest):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(GRID)
        search.addWidget(self.field, 1)
        search.addWidget(self.saved)
        search.addWidget(self.folded)
        for widget in (*self._choices, *self._switches, self.clear_button):
            rest.addWidget(widget)
        rest.addStretch()
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._both.setSpacing(GRID)
        self._both.addWidget(self._search, 1)
        self._both.addWidget(self._rest)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(self._both)
        box.addWidget(self.problem)
        self.folded.hide()
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
        self.folded.cleared.connect(self.clear)
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
        self.folded.refresh()
