"""Icons of one set (Phosphor, from the qtawesome package), tinted by tokens and in step with the theme.

The font is read from qtawesome's folder without importing qtawesome: its import and its twelve other fonts
would cost a third of the time to the first window. A glyph is painted when it is needed, sharp at any scale.
"""

import importlib.util
import json
from pathlib import Path
from weakref import WeakKeyDictionary

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton

from memos_desktop.ui.theme import ICON, Theme

NAMES = {
    "add": "plus",
    "archive": "archive-box",
    "attach": "paperclip",
    "back": "arrow-left",
    "bookmark": "bookmark-simple",
    "branch": "git-branch",
    "calendar": "calendar-blank",
    "cancel": "x",
    "chats": "chat-circle",
    "check": "check",
    "clock": "clock",
    "close": "x",
    "collapse": "caret-up",
    "columns": "sliders-horizontal",
    "contradiction": "scales",
    "copy": "copy",
    "cpu": "cpu",
    "database": "database",
    "danger": "warning-octagon",
    "down": "arrow-down",
    "duplicate": "copy-simple",
    "download": "download-simple",
    "edit": "pencil-simple",
    "expand": "caret-down",
    "export": "export",
    "file": "file-text",
    "filter": "funnel",
    "fit": "arrows-out",
    "folder": "folder-open",
    "forward": "arrow-right",
    "freeze": "snowflake",
    "forget": "eraser",
    "fuse": "git-merge",
    "split": "git-fork",
    "join": "arrows-in-line-vertical",
    "migrate": "arrows-left-right",
    "good": "check-circle",
    "import": "tray",
    "info": "info",
    "kept": "lightning",
    "keyboard": "command",
    "left": "caret-left",
    "lineage": "tree-structure",
    "link": "arrow-square-out",
    "lasso": "selection-plus",
    "list": "list-bullets",
    "lock": "lock-simple",
    "map": "map-trifold",
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
    "table": "table",
    "tag": "tag",
    "temporary": "ghost",
    "text": "text-aa",
    "timeline": "chart-bar",
    "time-machine": "clock-counter-clockwise",
    "snapshot": "bookmark-simple",
    "ask-past": "chat-circle-dots",
    "added": "plus-circle",
    "removed": "minus-circle",
    "changed": "pencil-simple",
    "trash": "trash",
    "undo": "arrow-u-up-left",
    "unpin": "push-pin-slash",
    "warning": "warning",
    "zoom-in": "magnifying-glass-plus",
    "zoom-out": "magnifying-glass-minus",
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
        """The glyph on a transparent pixmap; none where a button has no room yet."""
        if size.isEmpty():
            return QPixmap()
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
        # WORKAROUND: each icon is kept. Python's collector may free the engine of one that is part of a cycle before
        # the icon itself, and the process then ends in ~QIcon (seen with PySide 6.11.3).
        self._made: dict[tuple[str, str, str, bool], QIcon] = {}
        self._fitted: WeakKeyDictionary[QAbstractButton, int] = WeakKeyDictionary()
        theme.changed.connect(self._fit_all)
        folder = _font_folder()
        number = QFontDatabase.addApplicationFont(str(next(folder.glob("phosphor-[0-9]*.ttf"))))
        self._family = QFontDatabase.applicationFontFamilies(number)[0]
        charmap: dict[str, str] = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text("utf-8"))
        self._glyphs = {name: chr(int(charmap[glyph], 16)) for name, glyph in NAMES.items()}
        self._filled = {name: chr(int(charmap[f"{glyph}-fill"], 16)) for name, glyph in NAMES.items()}

    def fit(self, button: QAbstractButton, size: int = ICON) -> None:
        """Give a button's icon `size` pixels, more where the text is larger, now and whenever that changes."""
        self._fitted[button] = size
        _set_size(button, self._theme.px(size))

    def _fit_all(self) -> None:
        for button, size in list(self._fitted.items()):
            if shiboken6.isValid(button):
                _set_size(button, self._theme.px(size))

    def icon(self, name: str, token: str = "muted", active: str | None = None, filled: bool = False) -> QIcon:
        """The icon for a meaning (a key of NAMES) in the colour `token`; `active` when checked or hovered."""
        key = (name, token, active or token, filled)
        if key not in self._made:
            glyph = (self._filled if filled else self._glyphs)[name]
            self._made[key] = QIcon(_GlyphEngine(self._theme, self._family, glyph, token, active or token))
        return self._made[key]

    def pixmap(
        self, name: str, token: str = "muted", size: int = ICON, ratio: float = 1.0, filled: bool = False
    ) -> QPixmap:
        """The icon as a pixmap of `size` logical pixels, more where the text is larger, for labels."""
        side = self._theme.px(size)
        return self.icon(name, token, filled=filled).pixmap(QSize(side, side), ratio)

    def paint(self, painter: QPainter, rect: QRect, name: str, token: str = "muted", filled: bool = False) -> None:
        """Draw the icon into `rect`; for delegates."""
        self.icon(name, token, filled=filled).paint(painter, rect)


def _set_size(button: QAbstractButton, side: int) -> None:
    button.setIconSize(QSize(side, side))


def _font_folder() -> Path:
    spec = importlib.util.find_spec("qtawesome")
    assert spec is not None and spec.submodule_search_locations, "qtawesome is a dependency of the package"
    return Path(spec.submodule_search_locations[0]) / "fonts"
