"""Icons of one set (Phosphor, from the qtawesome package), tinted by tokens and in step with the theme.

The font is read from qtawesome's folder without importing qtawesome: its import and its twelve other fonts
would cost a third of the time to the first window. A glyph is painted when it is needed, sharp at any scale.
"""

import importlib.util
import json
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from memos_desktop.ui.theme import ICON, Theme

NAMES = {
    "add": "plus",
    "archive": "archive-box",
    "attach": "paperclip",
    "back": "arrow-left",
    "branch": "git-branch",
    "calendar": "calendar-blank",
    "cancel": "x",
    "chats": "chat-circle",
    "check": "check",
    "clock": "clock",
    "close": "x",
    "collapse": "caret-up",
    "copy": "copy",
    "cpu": "cpu",
    "database": "database",
    "danger": "warning-octagon",
    "down": "arrow-down",
    "download": "download-simple",
    "edit": "pencil-simple",
    "expand": "caret-down",
    "export": "export",
    "file": "file-text",
    "filter": "funnel",
    "folder": "folder-open",
    "forward": "arrow-right",
    "freeze": "snowflake",
    "good": "check-circle",
    "import": "tray",
    "info": "info",
    "kept": "lightning",
    "keyboard": "command",
    "left": "caret-left",
    "lineage": "tree-structure",
    "link": "arrow-square-out",
    "lock": "lock-simple",
    "memory": "brain",
    "memory-off": "prohibit",
    "memory-read": "eye",
    "models": "cpu",
    "moon": "moon",
    "more": "dots-three",
    "new": "note-pencil",
    "next": "caret-right",
    "not-relevant": "eye-slash",
    "open": "arrow-square-in",
    "persona": "user-circle",
    "pin": "push-pin",
    "previous": "caret-left",
    "private": "shield-check",
    "proposed": "sparkle",
    "quote": "quotes",
    "receipt": "receipt",
    "redo": "arrow-u-up-right",
    "refresh": "arrow-clockwise",
    "restore": "arrow-counter-clockwise",
    "right": "caret-right",
    "run": "play",
    "search": "magnifying-glass",
    "send": "arrow-up",
    "settings": "gear-six",
    "sidebar": "layout",
    "source": "link-simple",
    "stale": "clock-counter-clockwise",
    "stop": "stop",
    "sun": "sun",
    "tag": "tag",
    "temporary": "ghost",
    "text": "text-aa",
    "trash": "trash",
    "undo": "arrow-u-up-left",
    "unpin": "push-pin-slash",
    "warning": "warning",
    # where a memory stands in its life
    "generated": "circle-dashed",
    "activated": "check-circle",
    "merged": "git-merge",
    "archived": "archive-box",
    "expired": "hourglass",
    "hello": "hand-waving",
    "disk": "hard-drive",
    "appearance": "palette",
    # the kinds of memory, each with its own shape (not told apart by colour alone)
    "plaintext": "square",
    "activation": "lightning",
    "parametric": "stack",
}


class _GlyphEngine(QIconEngine):
    """Paints one glyph of the icon font in the colours of tokens."""

    def __init__(self, theme: Theme, family: str, glyph: str, token: str, active: str) -> None:
        super().__init__()
        self._theme, self._family, self._glyph, self._token, self._active = (
            theme,
            family,
            glyph,
            token,
            active,
        )

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the glyph centred in `rect`."""
        font = QFont(self._family)
        font.setPixelSize(rect.height())
        lit = state == QIcon.State.On or mode in (QIcon.Mode.Active, QIcon.Mode.Selected)
        token = "faint" if mode == QIcon.Mode.Disabled else self._active if lit else self._token
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setFont(font)
        painter.setPen(self._theme.color(token))
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The glyph on a transparent pixmap."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """An equal engine, as Qt asks for when an icon is copied."""
        return _GlyphEngine(self._theme, self._family, self._glyph, self._token, self._active)


class Icons(QObject):
    """Gives icons by their meaning. An icon looks its colour up when painted: it follows the theme."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        folder = _font_folder()
        number = QFontDatabase.addApplicationFont(str(next(folder.glob("phosphor-[0-9]*.ttf"))))
        self._family = QFontDatabase.applicationFontFamilies(number)[0]
        charmap: dict[str, str] = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text("utf-8"))
        self._glyphs = {name: chr(int(charmap[glyph], 16)) for name, glyph in NAMES.items()}
        self._filled = {name: chr(int(charmap[f"{glyph}-fill"], 16)) for name, glyph in NAMES.items()}

    def icon(self, name: str, token: str = "muted", active: str | None = None, filled: bool = False) -> QIcon:
        """The icon for a meaning (a key of NAMES) in the colour `token`; `active` when checked or hovered."""
        glyph = (self._filled if filled else self._glyphs)[name]
        return QIcon(_GlyphEngine(self._theme, self._family, glyph, token, active or token))

    def pixmap(self, name: str, token: str = "muted", size: int = ICON, ratio: float = 1.0) -> QPixmap:
        """The icon as a pixmap of `size` logical pixels, for labels and delegates."""
        return self.icon(name, token).pixmap(QSize(size, size), ratio)

    def paint(self, painter: QPainter, rect: QRect, name: str, token: str = "muted", filled: bool = False) -> None:
        """Draw the icon into `rect`; for delegates."""
        self.icon(name, token, filled=filled).paint(painter, rect)


def _font_folder() -> Path:
    spec = importlib.util.find_spec("qtawesome")
    assert spec is not None and spec.submodule_search_locations, "qtawesome is a dependency of the package"
    return Path(spec.submodule_search_locations[0]) / "fonts"
