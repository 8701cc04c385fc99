"""Labels, lines, cards, badges and buttons with one look and a name for assistive technology."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, HALF, ICON, META_ICON, Theme

SIDES = 12
"""Padding and border of a button in the look of the meta line, left and right together."""
ROUNDING = 2
"""The width of a text is given in whole pixels, and may be cut where the rest is missing."""


def label(text: str, look: str = "", wrap: bool = False) -> QLabel:
    """A label of plain text. Looks: title, heading, strong, muted, meta, section, danger, warning, good."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if look:
        made.setProperty("look", look)
    return made


def line() -> QFrame:
    """A one-pixel horizontal line."""
    made = QFrame()
    made.setProperty("look", "line")
    made.setFixedHeight(1)
    return made


def button(text: str, look: str = "", icon: str = "", icons: Icons | None = None, tip: str = "") -> QPushButton:
    """A text button. Looks: primary, danger, plain, link, meta, suggestion, or "" for the normal one."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    if look:
        made.setProperty("look", look)
    if icon and icons:
        token = {"primary": "on_accent", "danger": "on_danger", "link": "accent"}.get(look, "muted")
        made.setIcon(icons.icon(icon, token))
        icons.fit(made, META_ICON if look == "meta" else ICON)
        made.setText(f" {text}")  # Qt leaves no room between icon and text
        made.setAccessibleName(text)
    if tip:
        made.setToolTip(tip)
    return made


class IconButton(QToolButton):
    """A button with an icon only: its name is tool tip and accessible name."""

    def __init__(
        self, icons: Icons, icon: str, name: str, token: str = "muted", active: str = "text", size: int = ICON
    ) -> None:
        super().__init__()
        self._icons, self._token, self._active = icons, token, active
        icons.fit(self, size)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_icon(icon)
        self.set_name(name)

    def set_icon(self, icon: str, token: str = "") -> None:
        """Show another icon, perhaps in another colour."""
        self.setIcon(self._icons.icon(icon, token or self._token, self._active))

    def set_name(self, name: str) -> None:
        """What the button does, in a few words."""
        self.setToolTip(name)
        self.setAccessibleName(name)


class Card(QFrame):
    """A bordered surface with a vertical layout, `self.box`."""

    def __init__(self, look: str = "card", margin: int = 2 * GRID, spacing: int = GRID) -> None:
        super().__init__()
        self.setProperty("look", look)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(margin, margin, margin, margin)
        self.box.setSpacing(spacing)


class Badge(QWidget):
    """A short word with an icon in a rounded frame, in the colour of a token."""

    def __init__(
        self, theme: Theme, text: str, token: str = "muted", icon: str = "", icons: Icons | None = None
    ) -> None:
        super().__init__()
        self._theme, self._text, self._token, self._icon, self._icons = theme, text, token, icon, icons
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_badge(self, text: str, token: str, icon: str = "") -> None:
        """Say something else."""
        self._text, self._token, self._icon = text, token, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The word that is shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """Room for icon, text and margins."""
        metrics = QFontMetrics(self._theme.font(11.5))
        extra = metrics.height() + HALF if self._icon else 0
        return QSize(metrics.horizontalAdvance(self._text) + 2 * GRID + extra, metrics.height() + HALF + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, the icon, the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        border = self._theme.color(self._token)
        border.setAlphaF(0.35)
        painter.setPen(QPen(border, 1))
        area = self.rect()
        painter.drawRoundedRect(area.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        font = self._theme.font(11.5)
        size = QFontMetrics(font).height() - 2
        left = GRID
        if self._icon and self._icons:
            spot = area.adjusted(GRID - 1, 0, 0, 0)
            spot.setWidth(size)
            spot.setTop((area.height() - size) // 2)
            spot.setHeight(size)
            self._icons.paint(painter, spot, self._icon, self._token)
            left += size + HALF
        painter.setFont(font)
        painter.setPen(self._theme.color(self._token))
        painter.drawText(area.adjusted(left, 0, -HALF, 0), Qt.AlignmentFlag.AlignVCenter, self._text)


class ElidedLabel(QLabel):
    """One line of plain text that ends in … when there is no room; the whole text is the tool tip then."""

    def __init__(self, text: str = "", look: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._full = ""
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if look:
            self.setProperty("look", look)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show this text; line breaks become spaces."""
        self._full = " ".join(text.split())
        self.setAccessibleName(self._full)
        self._elide()

    def full_text(self) -> str:
        """The text without the cut."""
        return self._full

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut again for the new width."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, max(0, self.width()))
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class ElidedButton(QPushButton):
    """A button for one line of text that ends in … when there is no room; the whole text is its name."""

    def __init__(self, look: str = "meta") -> None:
        super().__init__()
        self._full = ""
        self.setAutoDefault(False)
        self.setProperty("look", look)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show this text."""
        self._full = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._elide()

    def full_text(self) -> str:
        """The text without the cut."""
        return self._full

    def sizeHint(self) -> QSize:
        """Room for the whole text; the layout may give less."""
        usual = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + SIDES + ROUNDING, usual.height())

    def minimumSizeHint(self) -> QSize:
        """It can be cut down to nothing."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut again for the new width."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(0, self.width() - SIDES)
        self.setText(self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))


class SearchField(QLineEdit):
    """A line to search with: icon, clear button, Escape clears.

    Signals:
        stepped(int): arrow down (+1) or up (-1) was pressed, to move in the list below.
    """

    stepped = Signal(int)

    def __init__(self, icons: Icons, hint: str) -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(True)
        self.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears first; arrows go to the list."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
