"""The small window "How this was read": where the tokens of a prompt came from, and a check of what came as KV."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from memos_desktop.engine.base import Comparison
from memos_desktop.errors import MemosError
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.meter import Meter, check_words, figures, sentence
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, IconButton, button, label

WIDTH = 380
CHECKING = "Comparing with the text read as a whole…"


class HowRead(Card):
    """Opened at the line below an answer; closed by Escape, the cross, or a click elsewhere.

    What a check found is kept for as long as the page is there.
    """

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__("raised", 2 * GRID, GRID)
        self.setParent(parent, Qt.WindowType.Popup)
        self.setAccessibleName("How this was read")
        self._context = context
        self._message_id = ""
        self._found: dict[str, tuple[str, str]] = {}
        self.facts: dict[str, str] = {}
        self.sentence = label("", wrap=True)
        self.check = button("Check", tip="Compare the first word with the one that the text, read here, would give")
        self.result = label("", "meta", wrap=True)
        self._middle = QVBoxLayout()
        self._middle.setSpacing(HALF)
        self.check.clicked.connect(self._check)
        self._build()

    def open(self, item: AnswerItem, saved: bool) -> None:
        """Show how this answer was read, beside the line that was pressed; only what is saved can be checked."""
        meter = Meter.of(item.message.stats)
        self._message_id = item.message.id
        self.sentence.setText(sentence(meter))
        self._show_figures(meter)
        self.check.setVisible(saved and bool(meter.moved or meter.attached))
        self._show_result()
        self.setFixedWidth(self._context.theme.px(WIDTH))
        self.adjustSize()
        self._place(item.meta)
        self.show()
        (self.check if self.check.isVisible() else self.close_button).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    # the check

    @Slot()
    def _check(self) -> None:
        message_id = self._message_id
        self._note(message_id, CHECKING, "meta")
        job = self._context.workspace.activation.check(message_id)
        job.future.add_done_callback(self._context.bridge.relay(partial(self._ended, message_id), receiver=self))
        self._context.bridge.then(
            job.future, partial(self._compared, message_id), partial(self._refused, message_id), receiver=self
        )

    def _compared(self, message_id: str, found: Comparison) -> None:
        self._note(message_id, check_words(found), "good" if found.same_first else "warning")

    def _refused(self, message_id: str, error: MemosError) -> None:
        self._note(message_id, f"{error.message} {error.hint}".strip(), "warning")

    def _ended(self, message_id: str, _future: object) -> None:
        """Where it neither found nor failed, it was cancelled."""
        if self._found.get(message_id, ("", ""))[0] == CHECKING:
            self._found.pop(message_id)
            self._show_result()

    def _note(self, message_id: str, text: str, look: str) -> None:
        self._found[message_id] = text, look
        if message_id == self._message_id:
            self._show_result()

    def _show_result(self) -> None:
        text, look = self._found.get(self._message_id, ("", "meta"))
        self.result.setProperty("look", look)
        self.result.style().polish(self.result)
        self.result.setText(text)
        self.result.setVisible(bool(text) and not self.check.isHidden())
        self.check.setEnabled(text != CHECKING)
        self.adjustSize()

    # what is shown

    def _show_figures(self, meter: Meter) -> None:
        while (item := self._middle.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.facts = dict(figures(meter))
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(HALF)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.facts.items()):
            said = label(value)
            said.setAccessibleName(f"{name}: {value}")
            grid.addWidget(label(name, "muted"), row, 0)
            grid.addWidget(said, row, 1, Qt.AlignmentFlag.AlignRight)
        self._middle.addWidget(holder)
        if meter.refused:
            notice = Card("notice-warning", margin=12, spacing=HALF)
            notice.box.addWidget(label("Kept, but not used:", "strong"))
            for reason in meter.refused:
                notice.box.addWidget(label(reason, wrap=True))
            self._middle.addWidget(notice)

    def _place(self, anchor: QWidget) -> None:
        """Above the line if there is room, else below it; never outside the window."""
        window = anchor.window()
        corner = window.mapToGlobal(QPoint(0, 0))
        spot = anchor.mapToGlobal(QPoint(0, 0))
        top = spot.y() - self.height() - HALF
        if top < corner.y():
            top = spot.y() + anchor.height() + HALF
        self.move(min(spot.x(), corner.x() + window.width() - self.width() - GRID), top)

    def _build(self) -> None:
        self.close_button = IconButton(self._context.icons, "close", "Close", size=14)
        self.close_button.clicked.connect(self.close)
        head = QHBoxLayout()
        head.addWidget(label("How this was read", "heading"), 1)
        head.addWidget(self.close_button)
        low = QHBoxLayout()
        low.addWidget(self.check)
        low.addStretch(1)
        self.box.addLayout(head)
        self.box.addWidget(self.sentence)
        self.box.addLayout(self._middle)
        self.box.addLayout(low)
        self.box.addWidget(self.result)
