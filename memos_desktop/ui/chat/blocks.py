"""The widgets of an answer's text: prose, code, and the body that stacks them.

They are laid out by hand: a layout would ask every paragraph of a chat for its height whenever one of them
grows. Each block keeps the height for its width instead.
"""

import time
from functools import lru_cache
from typing import Protocol

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QFontMetrics, Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from memos_desktop.ui.chat.highlight import highlighted
from memos_desktop.ui.chat.markdown import MarkdownStream, Segment
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF, Theme
from memos_desktop.ui.tokens import Tokens
from memos_desktop.ui.widgets import IconButton, label

GAP = 12
INDENT = 40
"""What Qt indents a list by, in pixels, whatever the text size."""
SHOWN_CHARACTERS = 60_000
FRAME_MS = 33
"""A stream is drawn at most 30 times a second."""


class Block(Protocol):
    """What the body stacks."""

    def height_for(self, width: int) -> int:
        """The height at this width."""
        ...

    def show_segment(self, segment: Segment) -> None:
        """Show this content."""
        ...


def css(theme: Theme) -> str:
    """The style of prose, from tokens."""
    return _css(theme.tokens, theme.scale, theme.mono().family())


@lru_cache(maxsize=4)
def _css(tokens: Tokens, scale: float, mono: str) -> str:
    def px(size: float) -> int:
        return max(1, round(size * scale))

    return (
        f"<style>p,li,h1,h2,h3,h4,blockquote{{line-height:145%}} p{{margin:0 0 {px(10)}px 0}}"
        f" li{{margin:0 0 {px(4)}px 0}} ul,ol{{margin:0 0 {px(10)}px {px(26) - INDENT}px}}"
        f" h1{{font-size:{px(20)}px;margin:{px(8)}px 0 {px(8)}px 0}}"
        f" h2{{font-size:{px(17)}px;margin:{px(8)}px 0 {px(6)}px 0}}"
        f" h3,h4,h5,h6{{font-size:{px(15)}px;margin:{px(6)}px 0 {px(6)}px 0}}"
        f" a{{color:{tokens.accent}}} blockquote{{color:{tokens.muted};margin:0 0 {px(10)}px {px(16)}px}}"
        f" code.i{{background-color:{tokens.code};font-family:'{mono}';font-size:{px(12.5)}px}}"
        f" pre{{background-color:{tokens.code};font-family:'{mono}';font-size:{px(12.5)}px}}"
        f" table{{border-collapse:collapse;border:1px solid {tokens.border_strong};margin:{px(4)}px 0 {px(12)}px 0}}"
        f" td,th{{border:1px solid {tokens.border_strong};padding:{px(5)}px {px(10)}px}}"
        f" th{{text-align:left;background-color:{tokens.code}}}</style>"
    )


class Prose(QLabel):
    """Paragraphs, lists, tables. Links go to the prompter; nothing is ever loaded."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._html = ""
        self._known: tuple[int, int] | None = None
        self.setProperty("look", "body")  # a font set by hand is lost when the widget moves to another parent
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setOpenExternalLinks(False)
        self.linkActivated.connect(self._open)

    def show_segment(self, segment: Segment) -> None:
        """Show this HTML, in the theme's style."""
        self._html = segment.content
        flags = Qt.TextInteractionFlag.TextSelectableByMouse
        if "<a " in segment.content:
            flags |= Qt.TextInteractionFlag.LinksAccessibleByMouse
            flags |= Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        self.setTextInteractionFlags(flags)
        self.setText(css(self._context.theme) + segment.content)
        self._known = None

    def height_for(self, width: int) -> int:
        """The height at this width, kept until the text changes."""
        if self._known is None or self._known[0] != width:
            self.ensurePolished()
            self._known = (width, self.heightForWidth(width))
        return self._known[1]

    @Slot(str)
    def _open(self, address: str) -> None:
        self._context.prompter.open_link(self, address)


class CodeBlock(QFrame):
    """Code with its language, a copy button, colours, and its own horizontal scroll bar."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("look", "code")
        self._context = context
        self._shown: tuple[str, str, str] | None = None
        self.code = ""
        self.language = label("", "meta")
        self.language.setParent(self)
        self.copy = IconButton(context.icons, "copy", "Copy code", size=16)
        self.copy.setParent(self)
        self.copy.clicked.connect(self._copy)
        self.text = QLabel()
        self.text.setProperty("look", "source")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self.text)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for clear in (self._scroll, self._scroll.viewport(), self.text):
            clear.setAutoFillBackground(False)

    def show_segment(self, segment: Segment) -> None:
        """Show this code."""
        tokens = self._context.theme.tokens
        content = (segment.content, segment.language, tokens.text)
        if content == self._shown:
            return
        self._shown = content
        self.code = segment.content
        self.language.setText(segment.language or "text")
        self.language.adjustSize()
        html = highlighted(segment.content, segment.language, tokens)
        self.text.setText(f'<pre style="margin:0">{html}</pre>')
        self.text.setAccessibleName(f"{segment.language} code")

    def height_for(self, width: int) -> int:
        """Header, lines and, if the lines are too long, the scroll bar."""
        self.text.ensurePolished()
        hint = self.text.sizeHint()
        if self.text.size() != hint:
            self.text.resize(hint)
        wide = hint.width() > width - 3 * GRID
        return self._head() + hint.height() + (12 if wide else GRID) + HALF

    def _head(self) -> int:
        return QFontMetrics(self._context.theme.font(12)).height() + 2 * GRID

    def resizeEvent(self, event: object) -> None:
        """Place the header and the code."""
        head = self._head()
        self.language.move(2 * GRID, (head - self.language.height()) // 2)
        side = min(28, head)
        self.copy.setGeometry(self.width() - side - GRID // 2, (head - side) // 2, side, side)
        self._scroll.setGeometry(2 * GRID, head, self.width() - 3 * GRID, self.height() - head - HALF)

    @Slot()
    def _copy(self) -> None:
        self._context.prompter.copy(self.code)
        self._context.toasts.say("Code copied")


class Body(QWidget):
    """The text of an answer, complete or streaming.

    Signals:
        resized: the height for the present width is another one now.
    """

    resized = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._laid_out = False
        self._context = context
        self._stream = MarkdownStream()
        self._blocks: list[Prose | CodeBlock] = []
        self._wait = FRAME_MS
        self._text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)

    @property
    def text(self) -> str:
        """The source text so far."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show a finished text; one that is very long is cut on the screen (copying gives all of it)."""
        self._clear()
        self._text = text
        self.flush()

    def append(self, piece: str) -> None:
        """Add to a streaming text; drawn at the next frame."""
        self._text += piece
        if not self._timer.isActive():
            self._timer.start(self._wait)

    @Slot()
    def flush(self) -> None:
        """Draw what has come in. After a costly draw the next one waits longer: the window stays quick."""
        started = time.perf_counter()
        self._timer.stop()
        first = self._stream.update(_displayed(self._text))
        for number, segment in enumerate(self._stream.segments[first:], first):
            self._show(number, segment)
        for extra in self._blocks[len(self._stream.segments) :]:
            extra.hide()
            extra.deleteLater()
        del self._blocks[len(self._stream.segments) :]
        if self._laid_out:
            self._place(self.width(), first)
        self.resized.emit()
        cost = (time.perf_counter() - started) * 1000
        self._wait = max(FRAME_MS, round(4 * cost))

    def restyle(self) -> None:
        """The theme has changed: build everything again."""
        self.set_text(self._text)

    def height_for(self, width: int) -> int:
        """The height at this width."""
        heights = [block.height_for(width) for block in self._blocks]
        return sum(heights) + GAP * max(0, len(heights) - 1)

    def resizeEvent(self, event: object) -> None:
        """Stack the blocks for the new width."""
        self._laid_out = True
        self._place(self.width(), 0)

    def _show(self, number: int, segment: Segment) -> None:
        wanted = CodeBlock if segment.code else Prose
        if number < len(self._blocks) and not isinstance(self._blocks[number], wanted):
            self._blocks[number].hide()
            self._blocks[number].deleteLater()
            self._blocks[number] = self._new(wanted)
        elif number >= len(self._blocks):
            self._blocks.append(self._new(wanted))
        self._blocks[number].show_segment(segment)

    def _new(self, wanted: type[Prose] | type[CodeBlock]) -> Prose | CodeBlock:
        block = wanted(self._context, self)
        block.show()
        return block

    def _place(self, width: int, first: int) -> None:
        top = 0
        for number, block in enumerate(self._blocks):
            height = block.height_for(width)
            if number >= first or block.width() != width or block.y() != top:
                block.setGeometry(0, top, width, height)
            top += height + GAP

    def _clear(self) -> None:
        for block in self._blocks:
            block.hide()
            block.deleteLater()
        self._blocks = []
        self._stream = MarkdownStream()


def _displayed(text: str) -> str:
    if len(text) <= SHOWN_CHARACTERS:
        return text
    rest = len(text) - SHOWN_CHARACTERS
    return f"{text[:SHOWN_CHARACTERS]}\n\n*… {rest:,} more characters; Copy gives all of it*"
