"""The panel above the composer that finds a memory to attach: documents and what is kept ready come first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from memos_desktop.memory.cube import Cube, CubeFilter, CubePage, Kind, SemanticType, is_stale
from memos_desktop.ui.cubes import words
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, IconButton, SearchField, button, label

TYPING_MS = 90
MOST = 50
ROWS, LEAST_ROWS = 5, 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A memory that can be attached. `ready`: it is kept as KV, and its text was not edited since."""

    id: str
    title: str
    about: str
    ready: bool


def choices(pages: Sequence[CubePage]) -> tuple[Choice, ...]:
    """Documents, what is kept as KV, and the rest: each memory once, whatever its forms."""
    cubes = {cube.id: cube for page in pages for cube in page.cubes}
    activations = {cube.parents[0]: cube for cube in cubes.values() if cube.kind is Kind.ACTIVATION}
    found: dict[str, Choice] = {}
    for cube in cubes.values():
        if cube.kind is Kind.PARAMETRIC:
            continue
        id = cube.parents[0] if cube.kind is Kind.ACTIVATION else cube.id
        source = cubes.get(id)
        kept = activations.get(id)
        ready = kept is not None and (source is None or not is_stale(kept, source))
        shown = source or cube
        found.setdefault(id, Choice(id, shown.title, _about(shown, ready), ready))
    return tuple(sorted(found.values(), key=lambda one: not one.ready))


def _about(cube: Cube, ready: bool) -> str:
    size = words.counted(len(cube.text.split()), "word")
    kind = words.TYPES[cube.descriptive.type]
    return f"{kind}, {size}, kept as KV" if ready else f"{kind}, {size}"


class _Delegate(QStyledItemDelegate):
    """Icon, title, and what it is at the right."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A row."""
        return QSize(100, self._context.theme.row_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one choice."""
        choice: Choice = index.data(Qt.ItemDataRole.UserRole)
        theme = self._context.theme
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(area, 6, 6)
        side = theme.px(16)
        spot = QRect(area.left() + 12, area.center().y() - side // 2, side, side)
        icon = "activation" if choice.ready else "plaintext"
        self._context.icons.paint(painter, spot, icon, icon, filled=True)
        about = theme.font(12)
        rest = QFontMetrics(about).horizontalAdvance(choice.about)
        text = area.adjusted(12 + side + GRID, 0, -rest - 3 * GRID, 0)
        painter.setFont(theme.font())
        painter.setPen(theme.color("text"))
        shown = QFontMetrics(theme.font()).elidedText(choice.title, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setFont(about)
        painter.setPen(theme.color("muted"))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area.adjusted(0, 0, -12, 0), right, choice.about)
        painter.restore()


class AttachPicker(Card):
    """Search, choose with the arrow keys and Enter, or take a file.

    Signals:
        chosen(str, str): id and title of a memory.
        file_wanted: attach a text file instead.
        closed: the person is done.
    """

    chosen = Signal(str, str)
    file_wanted = Signal()
    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("raised", 12, GRID)
        self.setAccessibleName("Attach to the message")
        self._context = context
        self._request = 0
        self.field = SearchField(context.icons, "Search memories to attach")
        self.list = QListWidget()
        self.none = label("", "muted", wrap=True)
        self.file = button("From a file…", icon="file", icons=context.icons, tip="A text file becomes a document")
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._build()
        self._typing.timeout.connect(self.search)
        self.field.textChanged.connect(self._typing.start)
        self.field.stepped.connect(self._step)
        self.field.returnPressed.connect(self._take)
        self.list.itemClicked.connect(self._take)
        self.file.clicked.connect(self.file_wanted)
        self.hide()

    def open(self) -> None:
        """Show it, with everything that can be attached."""
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self.show()
        self.field.setFocus()
        self.search()

    @Slot()
    def close_panel(self) -> None:
        """Attach nothing more."""
        self._typing.stop()
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes, wherever the focus is in here."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    @Slot()
    def search(self) -> None:
        """Ask for documents, for what is kept as KV, and for everything; show them in this order."""
        self._request += 1
        request, text = self._request, self.field.text().strip()
        library, bridge = self._context.workspace.library, self._context.bridge
        every = CubeFilter(text)
        filters = (replace(every, type=SemanticType.DOCUMENT), replace(every, kind=Kind.ACTIVATION), every)
        pages: list[CubePage] = []

        def arrived(page: CubePage) -> None:
            pages.append(page)
            if request == self._request and len(pages) == len(filters):
                self._show(choices(pages))

        for wanted in filters:  # one worker answers them in order
            bridge.then(library.page(wanted, 0, MOST), arrived, receiver=self)

    def _show(self, found: Sequence[Choice]) -> None:
        self.list.clear()
        for choice in found[:MOST]:
            item = QListWidgetItem(choice.title)
            item.setData(Qt.ItemDataRole.UserRole, choice)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.title}, {choice.about}")
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        row = self._context.theme.row_height()
        self.list.setMinimumHeight(min(LEAST_ROWS, len(found)) * row)
        self.list.setMaximumHeight(min(ROWS, len(found)) * row + 2)
        self.list.setVisible(bool(found))
        self.none.setText("No memory matches." if self.field.text().strip() else "There is no memory to attach yet.")
        self.none.setVisible(not found)

    @Slot(int)
    def _step(self, step: int) -> None:
        row = self.list.currentRow() + step
        if 0 <= row < self.list.count():
            self.list.setCurrentRow(row)

    @Slot()
    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            choice: Choice = item.data(Qt.ItemDataRole.UserRole)
            self.chosen.emit(choice.id, choice.title)

    def _build(self) -> None:
        close = IconButton(self._context.icons, "close", "Close", size=14)
        close.clicked.connect(self.close_panel)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.field, 1)
        head.addWidget(self.file)
        head.addWidget(close)
        self.list.setProperty("look", "menu")
        self.list.setAccessibleName("Memories to attach")
        self.list.setItemDelegate(_Delegate(self._context, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.box.addLayout(head)
        self.box.addWidget(self.list)
        self.box.addWidget(self.none)
