"""Where a memory comes from and what came of it, in short; the lineage view shows more."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from memos_desktop.memory.lineage import LineageGraph, LineageNode, NodeKind
from memos_desktop.memory.message import Message
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.lineage import lineage_words as say
from memos_desktop.ui.cubes.lineage.cards import is_dim
from memos_desktop.ui.cubes.scroll_tab import ScrollTab
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, ICON
from memos_desktop.ui.widgets import Card, ElidedLabel, Picture, button, label
from memos_desktop.ui.widgets.fields import text_edit

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails

_WRAP = int(Qt.TextFlag.TextWordWrap)


class LineageTab(ScrollTab):
    """The source message or file, and the nearest relatives, by what they are to this memory.

    Attributes:
        graph: the memory with its nearest relatives, once it is read.

    Signals:
        cube_wanted(str): open this relative.
        view_wanted(): show the memory in the lineage view.

    """

    cube_wanted = Signal(str)
    view_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("Lineage")
        self._context = context
        self._details: CubeDetails | None = None
        self.graph: LineageGraph | None = None

    def show_details(self, details: "CubeDetails") -> None:
        """Show source and relatives of this cube."""
        if self._details is None or self._details.cube.id != details.cube.id:
            self.graph = None
        self._details = details
        self.when_seen(self._ask)

    def _ask(self) -> None:
        assert self._details is not None
        id = self._details.cube.id
        self._draw()

        def show(graph: LineageGraph) -> None:
            if self._details is not None and self._details.cube.id == id and graph != self.graph:
                self.graph = graph
                self._draw()

        bridge, future = self._context.bridge, self._context.workspace.lineage.around(id, 1)
        bridge.then(future, show, bridge.unless_gone, receiver=self)

    def _draw(self) -> None:
        assert self._details is not None
        place = self.verticalScrollBar().value()
        box = self.fresh()
        box.addWidget(label("Source", "section"))
        self._add_source(box, self._details)
        groups = _groups(self.graph) if self.graph is not None else {}
        for name, nodes in groups.items():
            box.addSpacing(GRID)
            box.addWidget(label(f"{name} ({len(nodes)})", "section"))
            for node in nodes:
                box.addWidget(self._relative(node))
        if self.graph is not None:
            if not groups:
                box.addSpacing(GRID)
                box.addWidget(label(say.alone(self.graph.nodes[0]), "muted", wrap=True))
            if more := self.graph.nodes[0].more:
                box.addWidget(label(f"and {words.counted(more, 'more relative')}", "muted"))
        box.addSpacing(GRID)
        box.addWidget(self._view_button(), alignment=Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)
        self.verticalScrollBar().setValue(place)

    def _view_button(self) -> QPushButton:
        one = button("Show in the lineage view", "", "lineage", self._context.icons, tip="As a graph, with more steps")
        one.clicked.connect(self.view_wanted)
        return one

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
        lines = quote.fontMetrics().boundingRect(QRect(0, 0, self._quote_width(), 10_000), _WRAP, message.text[:4000])
        quote.setFixedHeight(min(lines.height(), self._context.theme.px(160)) + 3 * GRID)
        _mark(quote, start, end, self._context)
        card.box.addWidget(quote)
        jump = button("Open in the chat", "link", "forward", self._context.icons)
        jump.clicked.connect(lambda: self._context.navigator.message.emit(message.chat_id, message.id))
        card.box.addWidget(jump, alignment=Qt.AlignmentFlag.AlignLeft)
        return card

    def _quote_width(self) -> int:
        return max(160, self.viewport().width() - 9 * GRID)

    def _relative(self, node: LineageNode) -> QWidget:
        if not node.there or node.form is None:
            return label(f"{say.name(node)}: {say.about(node).lower()}", "muted", wrap=True)
        one = RelativeButton(self._context, node)
        one.clicked.connect(lambda: self.cube_wanted.emit(node.ref))
        return one


class RelativeButton(QPushButton):
    """A relative with its kind, title and state, in two lines."""

    def __init__(self, context: Context, node: LineageNode) -> None:
        super().__init__()
        assert node.form is not None
        self.setAutoDefault(False)
        self.setProperty("look", "suggestion")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Open {say.aloud(node)}")
        self.setToolTip(say.name(node))
        dull = "muted" if is_dim(node) else ""
        title, about = ElidedLabel(say.name(node), dull), ElidedLabel(say.about(node), "meta")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, GRID, 12, GRID)
        row.setSpacing(GRID)
        sign = Picture(context.theme, context.icons, node.form.value, node.form.value, ICON, filled=True)
        row.addWidget(sign)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for one in (sign, title, about):
            one.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        texts.addWidget(title)
        texts.addWidget(about)
        row.addLayout(texts, 1)

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        layout = self.layout()
        assert layout is not None
        return layout.sizeHint()


def _groups(graph: LineageGraph) -> dict[str, list[LineageNode]]:
    """The nearest memories by what they are to the one in the middle: “Fused from”, “Split into”."""
    groups: dict[str, list[LineageNode]] = {}
    for edge in graph.edges:
        if graph.center not in (edge.earlier, edge.later) or edge.earlier == edge.later:
            continue
        node = graph.node(edge.later if edge.earlier == graph.center else edge.earlier)
        if node is not None and node.kind is NodeKind.CUBE:
            groups.setdefault(say.relation(edge, graph.center), []).append(node)
    return groups


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
