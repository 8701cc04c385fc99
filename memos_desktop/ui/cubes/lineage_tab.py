"""Where a memory comes from, and what was made from it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QVBoxLayout

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.message import Message
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.header_tab import ScrollTab
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, button, label
from memos_desktop.ui.widgets.fields import text_edit

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails

MOST = 50
_WRAP = int(Qt.TextFlag.TextWordWrap)


class LineageTab(ScrollTab):
    """The source message or file, parents, children.

    Signals:
        cube_wanted(str): open this parent or child.
    """

    cube_wanted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__("Source and lineage")
        self._context = context

    def show_details(self, details: "CubeDetails") -> None:
        """Show source and relatives of this cube."""
        box = self.fresh()
        box.addWidget(label("Source", "section"))
        self._add_source(box, details)
        box.addSpacing(2 * GRID)
        self._add_relatives(box, "Made from", details.parents, "It was not made from other memories.")
        box.addSpacing(2 * GRID)
        self._add_relatives(box, "Made from this", details.children, "Nothing was made from it yet.")
        box.addStretch(1)

    def _add_source(self, box: QVBoxLayout, details: "CubeDetails") -> None:
        about = details.cube.descriptive
        message = details.source_message
        if message is not None:
            box.addWidget(self._message_card(message, about.source.start, about.source.end))
        elif about.source.file:
            box.addWidget(label(f"The file {words.path_text(about.source.file)}", wrap=True))
        elif about.source.message_id:
            box.addWidget(label("The message it came from is no longer there.", "muted", wrap=True))
        else:
            box.addWidget(label(f"{words.ORIGINS[about.origin]}, no chat behind it.", "muted", wrap=True))

    def _message_card(self, message: Message, start: int | None, end: int | None) -> Card:
        card = Card(margin=12)
        card.box.addWidget(label(f"{message.speaker} · {words.long_date(message.created)}", "meta", wrap=True))
        quote = text_edit("Source message")
        quote.setPlainText(message.text)
        quote.setReadOnly(True)
        quote.setProperty("look", "bare")
        lines = quote.fontMetrics().boundingRect(QRect(0, 0, self._quote_width(), 10_000), _WRAP, message.text)
        quote.setFixedHeight(min(lines.height(), self._context.theme.px(160)) + 3 * GRID)
        _mark(quote, start, end, self._context)
        card.box.addWidget(quote)
        jump = button("Open in the chat", "link", "forward", self._context.icons)
        jump.clicked.connect(lambda: self._context.navigator.message.emit(message.chat_id, message.id))
        card.box.addWidget(jump, alignment=Qt.AlignmentFlag.AlignLeft)
        return card

    def _quote_width(self) -> int:
        return max(160, self.viewport().width() - 9 * GRID)

    def _add_relatives(self, box: QVBoxLayout, name: str, cubes: Sequence[Cube], none: str) -> None:
        box.addWidget(label(f"{name} ({len(cubes)})" if cubes else name, "section"))
        if not cubes:
            box.addWidget(label(none, "muted", wrap=True))
        for cube in cubes[:MOST]:
            box.addWidget(self._relative(cube))
        if len(cubes) > MOST:
            box.addWidget(label(f"and {len(cubes) - MOST:,} more", "muted"))

    def _relative(self, cube: Cube) -> QPushButton:
        one = button(cube.title.replace("&", "&&"), "suggestion")
        one.setIcon(self._context.icons.icon(cube.kind.value, cube.kind.value, filled=True))
        one.setMinimumWidth(0)
        one.setAccessibleName(f"Open {words.KINDS[cube.kind]}: {cube.title}")
        one.clicked.connect(lambda: self.cube_wanted.emit(cube.id))
        return one


def _mark(quote: QPlainTextEdit, start: int | None, end: int | None, context: Context) -> None:
    """Mark the span that the memory was taken from, and scroll to it."""
    if start is None or end is None:
        return
    marked = QTextCharFormat()
    marked.setBackground(context.theme.color("selected"))
    cursor = quote.textCursor()
    length = len(quote.toPlainText())
    cursor.setPosition(min(start, length))
    cursor.setPosition(min(end, length), QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(marked)
    cursor.clearSelection()
    quote.setTextCursor(cursor)
    quote.ensureCursorVisible()
