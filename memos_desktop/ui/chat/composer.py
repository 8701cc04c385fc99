"""Where the person writes: a field that grows to ten lines, send or stop, and the memory request."""

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout

from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Badge, button, label
from memos_desktop.ui.widgets.chips import Chip, Chips

LINES = 10
LONG = 20_000
"""Characters from which on a pasted text is offered as an attachment."""
RUN = re.compile(r"\S{2000}")
HINT = "Write a message"
HINT_TEMPORARY = "Write a message that leaves no trace"


class Field(QPlainTextEdit):
    """The text. Enter sends, Shift+Enter breaks the line; or the other way round, by the settings.

    Signals:
        sent: the person pressed the key that sends.
        stopped: Escape was pressed.
        recalled: the up arrow was pressed in an empty field (edit the last message).
        long_pasted(str): so much text was pasted that it had better be attached; it is not in the field.
    """

    sent = Signal()
    stopped = Signal()
    recalled = Signal()
    long_pasted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setProperty("look", "message")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Message")
        self.document().setDocumentMargin(0)
        self.textChanged.connect(self.fit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Escape and the up arrow have a meaning of their own."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            forced = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if forced or shifted is not self._context.workspace.settings.value.send_with_enter:
                self.sent.emit()
            else:
                self.textCursor().insertText("\n")
                self.ensureCursorVisible()
        elif key == Qt.Key.Key_Escape:
            self.stopped.emit()
        elif key == Qt.Key.Key_Up and not self.toPlainText():
            self.recalled.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Only plain text comes in from the clipboard; a very long one is not put in unasked."""
        if len(source.text()) > LONG:
            self.long_pasted.emit(source.text())
        else:
            self.put(source.text(), self.insertPlainText)

    def put(self, text: str, insert: Callable[[str], None]) -> None:
        """Put a text in, by `insert`. A long one without a blank may break anywhere.

        To look for a place to break it at takes Qt seconds: the time grows with the square of its length.
        """
        if RUN.search(text):
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        insert(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines may break at other places now."""
        super().resizeEvent(event)
        self.fit()

    @Slot()
    def fit(self) -> None:
        """As high as the text, between one line and ten. An empty field wraps at words again."""
        if self.document().isEmpty():
            self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        metrics = QFontMetrics(self.font())
        lines = 0
        block = self.document().firstBlock()
        while block.isValid() and lines < LINES:
            lines += max(1, block.layout().lineCount())
            block = block.next()
        self.setFixedHeight(min(LINES, max(1, lines)) * metrics.lineSpacing() + HALF)


class Composer(QFrame):
    """Field, what is attached, memory request, send and stop.

    Signals:
        submitted(str): send this text.
        stop_wanted: end the answer that is being written.
        request_wanted(str): open the memory request for this text.
        attach_wanted: open or close the picker of what can be attached.
        edit_last: edit the newest message of the person.
    """

    submitted = Signal(str)
    stop_wanted = Signal()
    request_wanted = Signal(str)
    attach_wanted = Signal()
    edit_last = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("look", "composer")
        self._context = context
        self._writing = False
        self.field = Field(context)
        self.banner = label("", "meta")
        self.leave_edit = button("Cancel", "meta")
        self.temporary = Badge(context.theme, "Temporary chat: nothing is kept", "warning", "temporary", context.icons)
        self.request = button("Memory request", "meta", "memory", context.icons, "See and change what memory is asked")
        self.attach = button("Attach", "meta", "attach", context.icons, "Attach a memory or a file (Ctrl+Shift+A)")
        self.attached = Chips(context.theme)
        self.attached.hide()
        self.send = QToolButton()
        self.send.setProperty("look", "round")
        context.icons.fit(self.send)
        self.send.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._build()
        self.field.sent.connect(self._submit)
        self.field.stopped.connect(self._escape)
        self.field.recalled.connect(self.edit_last)
        self.field.textChanged.connect(self._refresh)
        self.send.clicked.connect(self._press)
        self.request.clicked.connect(lambda: self.request_wanted.emit(self.text()))
        self.attach.clicked.connect(self.attach_wanted)
        self.leave_edit.clicked.connect(self.cancel_edit)
        context.theme.changed.connect(self._restyle)
        self.field.installEventFilter(self)
        self.set_temporary(False)
        self._restyle()
        self.set_edit("")

    def _build(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.banner, 1)
        top.addWidget(self.leave_edit)
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addWidget(self.attach)
        low.addWidget(self.request)
        low.addWidget(self.temporary)
        low.addStretch(1)
        low.addWidget(self.send)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 12, GRID, GRID)
        box.setSpacing(GRID)
        box.addLayout(top)
        box.addWidget(self.attached)
        box.addWidget(self.field)
        box.addLayout(low)

    # what the page tells

    def text(self) -> str:
        """What has been written, without white space around it."""
        return self.field.toPlainText().strip()

    def set_text(self, text: str) -> None:
        """Put a text in, with the cursor behind it."""
        self.field.put(text, self.field.setPlainText)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.field.setFocus()

    def clear(self) -> None:
        """The message has been sent."""
        self.field.clear()
        self.set_edit("")

    def show_attached(self, chips: Sequence[Chip]) -> None:
        """Show what goes with the message."""
        self.attached.set_chips(chips)
        self.attached.setVisible(bool(chips))

    def set_writing(self, writing: bool) -> None:
        """While an answer is written the button stops it."""
        self._writing = writing
        self._refresh()

    def set_temporary(self, on: bool) -> None:
        """Mark a chat that leaves nothing."""
        self.temporary.setVisible(on)
        self.field.setPlaceholderText(HINT_TEMPORARY if on else HINT)

    def set_edit(self, text: str) -> None:
        """Say that the field holds an earlier message; an empty text ends that."""
        self.banner.setText(text)
        self.banner.setVisible(bool(text))
        self.leave_edit.setVisible(bool(text))

    def cancel_edit(self) -> None:
        """Leave the earlier message as it is."""
        self.clear()
        self.edit_cancelled.emit()

    edit_cancelled = Signal()

    # events

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The frame shows whether the field has the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("active", event.type() == QEvent.Type.FocusIn)
            self.style().polish(self)
        return False

    @Slot()
    def _submit(self) -> None:
        if self.text() and not self._writing:
            self.submitted.emit(self.text())

    @Slot()
    def _press(self) -> None:
        if self._writing:
            self.stop_wanted.emit()
        else:
            self._submit()

    @Slot()
    def _escape(self) -> None:
        if self._writing:
            self.stop_wanted.emit()
        elif self.banner.text():
            self.cancel_edit()

    @Slot()
    def _refresh(self) -> None:
        icon, name = ("stop", "Stop (Esc)") if self._writing else ("send", "Send (Enter)")
        self.send.setIcon(self._context.icons.icon(icon, "on_accent", filled=self._writing))
        self.send.setToolTip(name)
        self.send.setAccessibleName(name)
        self.send.setEnabled(self._writing or bool(self.text()))

    @Slot()
    def _restyle(self) -> None:
        side = 2 * self._context.theme.px(16)
        self.send.setFixedSize(side, side)
        self.field.fit()
        self.attached.rearrange()
        self._refresh()
