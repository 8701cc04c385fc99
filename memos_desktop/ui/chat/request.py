"""The memory request (MemoryCall) of a turn, open for reading and change before it runs, and its result."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from memos_desktop.memory.call import MemoryCall, Recalled
from memos_desktop.ui.chat.words import memories, short_time
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, Card, ElidedLabel, IconButton, ScoreBar, button, label

if TYPE_CHECKING:
    from memos_desktop.app.recall import RecallAnswer

from memos_desktop.ids import now

INTENTS = {
    "ask": "a question",
    "tell": "something to keep",
    "instruct": "an instruction",
    "chat": "small talk",
}
MOST = 50


class MemoryRequest(Card):
    """A panel above the composer.

    Signals:
        run(MemoryCall): send the message (or answer again) with this request.
        closed: leave it to the program again.
    """

    run = Signal(object)
    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("raised", 2 * GRID, GRID)
        self._context = context
        self._call: MemoryCall | None = None
        self.query = QLineEdit()
        self.query.setAccessibleName("What to look for")
        self.limit = QSpinBox()
        self.limit.setRange(1, MOST)
        self.limit.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.limit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.limit.setFixedWidth(context.theme.px(52))
        self.limit.setAccessibleName("How many memories at most")
        self.about = label("", "meta", wrap=True)
        self.found = label("", "section")
        self.try_button = button("Search", icon="search", icons=context.icons, tip="Show what this request finds")
        self.use_button = button("Use for this message", "primary")
        self.chips = QHBoxLayout()
        self._rows = QWidget()
        self.rows = QVBoxLayout(self._rows)
        self._scroll = QScrollArea()
        self._build()
        self.try_button.clicked.connect(self.search)
        self.query.returnPressed.connect(self.search)
        self.use_button.clicked.connect(self._use)
        self.hide()

    def _build(self) -> None:
        head = QHBoxLayout()
        close = IconButton(self._context.icons, "close", "Close the memory request", size=14)
        close.clicked.connect(self.close_panel)
        head.addWidget(label("Memory request", "heading"))
        head.addStretch(1)
        head.addWidget(close)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.query, 1)
        line.addWidget(label("at most", "muted"))
        line.addWidget(self.limit)
        line.addWidget(self.try_button)
        self.chips.setSpacing(HALF)
        self.rows.setContentsMargins(0, 0, GRID, 0)
        self.rows.setSpacing(HALF)
        self._rows.setProperty("look", "clear")
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._rows)
        self._scroll.setMaximumHeight(200)
        self._scroll.hide()
        low = QHBoxLayout()
        low.addWidget(self.found, 1)
        low.addWidget(self.use_button)
        self.box.addLayout(head)
        self.box.addWidget(self.about)
        self.box.addLayout(line)
        self.box.addLayout(self.chips)
        self.box.addWidget(self._scroll)
        self.box.addLayout(low)

    def open_call(self, call: MemoryCall, verb: str = "Use for this message") -> None:
        """Show a request; `verb` is what its main button says."""
        self._call = call
        self.query.setText(call.query)
        self.limit.setValue(min(MOST, max(1, call.limit)))
        self.use_button.setText(verb)
        intent = INTENTS.get(call.intent.value, call.intent.value)
        self.about.setText(f"The message was read as {intent}. These words are searched in your memory.")
        self._show_chips(call)
        self._clear_rows()
        self.found.setText("")
        self.show()
        self.query.setFocus()

    def call(self) -> MemoryCall:
        """The request as it stands in the fields."""
        base = self._call or MemoryCall("")
        return replace(base, query=self.query.text().strip(), limit=self.limit.value())

    @Slot()
    def search(self) -> None:
        """Run the request and show what it finds; nothing is sent."""
        self.try_button.setEnabled(False)
        self._context.bridge.then(self._context.workspace.recall.recall(self.call()), self._show_found)

    @Slot()
    def close_panel(self) -> None:
        """Leave the request as it was."""
        self.hide()
        self._call = None
        self.closed.emit()

    @Slot()
    def _use(self) -> None:
        call = self.call()
        self.hide()
        self.run.emit(call)

    @Slot(object)
    def _show_found(self, answer: "RecallAnswer") -> None:
        self.try_button.setEnabled(True)
        self._clear_rows()
        best = max((one.score for one in answer.results), default=1.0) or 1.0
        for one in answer.results[: self.limit.value()]:
            self.rows.addWidget(_Row(self._context, one, one.score / best))
        count = min(len(answer.results), self.limit.value())
        self.found.setText(f"{memories(count)} found in {answer.ms:.0f} ms" if count else "Nothing was found")
        self._scroll.setVisible(bool(answer.results))

    def _show_chips(self, call: MemoryCall) -> None:
        while (item := self.chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        names = [(entity, "accent", "tag") for entity in call.entities[:6]]
        if call.window is not None:
            names.append((call.window.words or "a span of time", "warning", "calendar"))
        for text, token, icon in names:
            self.chips.addWidget(Badge(self._context.theme, text, token, icon, self._context.icons))
        self.chips.addStretch(1)

    def _clear_rows(self) -> None:
        while (item := self.rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._scroll.hide()


class _Row(QWidget):
    """One memory that the request finds."""

    def __init__(self, context: Context, found: Recalled, share: float) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        bar = ScoreBar(context.theme, share)
        bar.setFixedWidth(40)
        text = ElidedLabel(found.candidate.text)
        text.setToolTip("\n".join(reason.words for reason in found.reasons))
        row.addWidget(bar)
        row.addWidget(text, 1)
        row.addWidget(label(short_time(found.candidate.time, now()), "meta"))
