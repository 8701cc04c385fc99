"""Short messages at the bottom of the window, with Undo where something can be taken back."""

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QSizePolicy, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets.basic import IconButton, button, label

SHOWN_MS = 6000
SHOWN_ERROR_MS = 12000
MOST = 3


class Toast(QFrame):
    """One message. It leaves by itself, but never while the mouse or the keyboard is in it."""

    def __init__(
        self, icons: Icons, text: str, token: str, icon: str, action: str, then: Callable[[], None] | None
    ) -> None:
        super().__init__()
        self.setProperty("look", "raised")
        self.setAccessibleName(text)
        self.text = text
        self.then = then
        box = QHBoxLayout(self)
        box.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        box.setSpacing(GRID)
        sign = label("")
        sign.setPixmap(icons.pixmap(icon, token, 18, self.devicePixelRatioF()))
        words = label(text, wrap=True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        box.addWidget(sign)
        box.addWidget(words, 1)
        self.action = button(action, "link")
        if then is None:
            self.action.hide()
        self.action.clicked.connect(self._act)
        box.addWidget(self.action)
        close = IconButton(icons, "close", "Dismiss", size=14)
        close.clicked.connect(self.leave)
        box.addWidget(close)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self._expire)

    @Slot()
    def leave(self) -> None:
        """Go away now."""
        self.timer.stop()
        self.hide()
        self.deleteLater()

    @Slot()
    def _act(self) -> None:
        then, self.then = self.then, None
        self.leave()
        if then:
            then()

    @Slot()
    def _expire(self) -> None:
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus)):
            self.timer.start(2000)
        else:
            self.leave()


class Toasts(QObject):
    """Shows toasts above the lower edge of the host, newest lowest, at most three.

    Attributes:
        floor: gives how many pixels at the lower edge stay free: bars, and what the person is typing in.

    """

    def __init__(self, host: QWidget, icons: Icons) -> None:
        super().__init__(host)
        self._host, self._icons = host, icons
        self.shown: list[Toast] = []
        self.floor: Callable[[], int] = lambda: 0
        self._later = QTimer(self, singleShot=True, interval=0)  # ends with the host
        self._later.timeout.connect(self._place)
        host.installEventFilter(self)

    def say(self, text: str, undo: Callable[[], None] | None = None, action: str = "Undo") -> Toast:
        """Something was done; `undo` takes it back (or does what `action` says)."""
        return self._add(Toast(self._icons, text, "good", "good", action, undo), SHOWN_MS)

    def tell(self, text: str, then: Callable[[], None] | None = None, action: str = "") -> Toast:
        """Something worth knowing."""
        return self._add(Toast(self._icons, text, "accent", "info", action, then), SHOWN_MS)

    def error(self, error: MemosError) -> Toast:
        """A known failure: what happened and what to do."""
        text = f"{error.message} {error.hint}".strip()
        return self._add(Toast(self._icons, text, "danger", "warning", "", None), SHOWN_ERROR_MS)

    def bug(self, error: BaseException) -> Toast:
        """An unexpected failure; the traceback is in the log."""
        text = (
            f"Something went wrong in the program itself ({type(error).__name__}). Your data is safe; "
            "the details are in the log file."
        )
        return self._add(Toast(self._icons, text, "danger", "danger", "", None), SHOWN_ERROR_MS)

    def watch(self, widget: QWidget) -> None:
        """Keep clear of this widget too when it is resized."""
        widget.installEventFilter(self)

    def _add(self, toast: Toast, milliseconds: int) -> Toast:
        toast.setParent(self._host)
        self.shown.append(toast)
        toast.destroyed.connect(self._place)
        for old in self.shown[:-MOST]:
            old.leave()
        toast.timer.start(milliseconds)
        toast.show()
        self._place()
        said = QAccessibleAnnouncementEvent(self._host, toast.text)
        said.setPoliteness(
            QAccessible.AnnouncementPoliteness.Assertive
            if milliseconds == SHOWN_ERROR_MS
            else QAccessible.AnnouncementPoliteness.Polite
        )
        QAccessible.updateAccessibility(said)
        return toast

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the toasts in place when the host, or what stands below them, is resized."""
        if event.type() == QEvent.Type.Resize and self.shown:
            self._later.start()  # the layout is still at work
        return super().eventFilter(watched, event)

    @Slot()
    def _place(self) -> None:
        if not shiboken6.isValid(self._host):  # the window closes, and its toasts go with it
            return
        self.shown = [toast for toast in self.shown if shiboken6.isValid(toast) and not toast.isHidden()]
        bottom = self._host.height() - self.floor() - 2 * GRID
        for toast in reversed(self.shown):
            width = min(480, self._host.width() - 4 * GRID)
            toast.setFixedWidth(width)
            height = max(toast.sizeHint().height(), toast.heightForWidth(width))
            bottom -= height
            toast.setGeometry((self._host.width() - width) // 2, bottom, width, height)
            toast.raise_()
            bottom -= GRID
