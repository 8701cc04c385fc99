"""What every message in the column has: height, the line below its text, actions on hover and focus, branches."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QWidget

from memos_desktop.memory.message import Branches, Message
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import IconButton, label

FOOT = 28
MARGIN = GRID
"""Between the edge of an item and its text: room for the frames of what has the focus."""


class MessageItem(QWidget):
    """What user and assistant messages have in common: footer, actions, branch switcher, height.

    Signals:
        resized(MessageItem): its height is another one now.
        acted(str, MessageItem): one of ACTIONS, or "receipt", "how", "previous" or "next", was chosen.
    """

    resized = Signal(object)
    acted = Signal(str, object)
    ACTIONS: tuple[tuple[str, str, str], ...] = ()

    def __init__(self, context: Context, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.message = message
        self._heights: dict[int, int] = {}
        self._actions: QWidget | None = None
        self._branches: Branches | None = None
        self._marked = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.foot = QWidget(self)
        self.foot_row = QHBoxLayout(self.foot)
        self.foot_row.setContentsMargins(0, 0, 0, 0)
        self.foot_row.setSpacing(HALF)
        QApplication.instance().focusObjectChanged.connect(self._on_focus)  # type: ignore[union-attr]

    # geometry

    def height_for(self, width: int) -> int:
        """The height at this width of the whole item, kept until something changes."""
        if width not in self._heights:
            self._heights = {width: self._measure(width - 2 * MARGIN) + self.foot_height()}
        return self._heights[width]

    def knows_height(self, width: int) -> bool:
        """Whether `height_for` would answer at once."""
        return width in self._heights

    def foot_height(self) -> int:
        """The height of the line below the text."""
        return self.context.theme.px(FOOT)

    def forget_height(self) -> None:
        """Something has changed: measure again, and tell the column."""
        self._heights = {}
        self.resized.emit(self)

    def _measure(self, width: int) -> int:
        raise AssertionError("a message item measures its text")

    # actions and branches

    def show_branches(self, branches: Branches) -> None:
        """Show ‹2/3› where there are alternatives to this message."""
        if len(branches.siblings) < 2:
            return
        self._branches = branches
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for name, text in (("previous", "Previous version"), ("next", "Next version")):
            one = IconButton(self.context.icons, name, text, size=14)
            one.setEnabled(branches.index > 0 if name == "previous" else branches.index + 1 < len(branches.siblings))
            one.clicked.connect(lambda _on=False, name=name: self.acted.emit(name, self))
            box.addWidget(one)
            if name == "previous":
                box.addWidget(label(f"{branches.index + 1}/{len(branches.siblings)}", "meta"))
        self._insert_branches(row)

    def sibling(self, step: int) -> str | None:
        """The id of the alternative before (-1) or after (+1) this one."""
        if self._branches is None:
            return None
        index = self._branches.index + step
        return self._branches.siblings[index] if 0 <= index < len(self._branches.siblings) else None

    def _insert_branches(self, row: QWidget) -> None:
        self.foot_row.insertWidget(0, row)

    def _insert_actions(self, row: QWidget) -> None:
        self.foot_row.addWidget(row)

    def _show_actions(self, on: bool) -> None:
        """Built at the first hover or focus: most messages never need them."""
        if on and self._actions is None:
            self._actions = QWidget()
            box = QHBoxLayout(self._actions)
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(0)
            for name, icon, text in self.ACTIONS:
                one = IconButton(self.context.icons, icon, text, size=16)
                one.clicked.connect(lambda _on=False, name=name: self.acted.emit(name, self))
                box.addWidget(one)
            self._insert_actions(self._actions)
        if self._actions is not None:
            self._actions.setVisible(on)

    def menu(self) -> QMenu:
        """The same actions as a menu, for the right button and the menu key."""
        made = QMenu(self)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, icon, text in self.ACTIONS:
            if name == "delete":
                made.addSeparator()
            act = made.addAction(self.context.icons.icon(icon), text)
            act.triggered.connect(lambda _on=False, name=name: self.acted.emit(name, self))
        return made

    def mark(self, on: bool) -> None:
        """Point this message out, after a jump to it."""
        self._marked = on
        self.update()

    # events

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The actions as a menu."""
        self.menu().popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete deletes."""
        if event.key() == Qt.Key.Key_Delete:
            self.acted.emit("delete", self)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the actions."""
        self._show_actions(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide them, unless the keyboard is here."""
        self._show_actions(self._has_focus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard has come: show the actions, so that Tab can reach them."""
        self._show_actions(True)
        self.update()

    @Slot(object)
    def _on_focus(self, _object: object) -> None:
        if self._actions is not None and self._actions.isVisible() and not self.underMouse():
            self._show_actions(self._has_focus())
            self.update()

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and (focused is self or self.isAncestorOf(focused))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tint behind a marked message, a ring around a focused one."""
        if not self._marked and not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.context.theme.color("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        if self._marked:
            painter.setBrush(self.context.theme.color("soft_accent"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), GRID, GRID)
