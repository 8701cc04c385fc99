"""Turns the tokens into one QPalette and one style sheet, and keeps them in step with system and settings."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from memos_desktop.ui.style import style_sheet
from memos_desktop.ui.tokens import DARK, LIGHT, Scheme, Tokens

GRID = 8
"""All distances are multiples of this, or half of it."""
HALF = GRID // 2
ROW = 36
"""Height of a row in a list."""
ICON = 18
META_ICON = 14
RADIUS_CARD = 8
RADIUS_CONTROL = 6
COLUMN = 760
"""The widest that running text may be."""
MOTION_MS = 140


class Theme(QObject):
    """Light or dark, text scale and motion of the whole window.

    Attributes:
        tokens: the colours now in use.
        scheme: light or dark.
        scale: 1.0 is the normal text size.
        reduced_motion: whether animations are left out.

    Signals:
        changed: colours or sizes are different now; widgets that paint or build HTML do so again.

    """

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._mode = "system"
        self._applied: tuple[Scheme, float] | None = None
        self.scale = 1.0
        self.reduced_motion = False
        self.scheme = Scheme.LIGHT
        self.tokens: Tokens = LIGHT
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._on_system_scheme)
        self._refresh()

    def configure(self, mode: str, scale: float = 1.0, reduced_motion: bool = False) -> None:
        """Follow the settings. `mode` is "system", "light" or "dark"."""
        self._mode = mode
        self.scale = min(2.0, max(0.75, scale))
        self.reduced_motion = reduced_motion
        wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(mode, Qt.ColorScheme.Unknown)
        self._application.styleHints().setColorScheme(wanted)  # also title bars and native dialogs
        self._refresh()

    def px(self, size: float) -> int:
        """A length in pixels that grows with the text scale."""
        return max(1, round(size * self.scale))

    def font(self, size: float = 13, bold: bool = False) -> QFont:
        """The system font at `size` pixels, scaled."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def mono(self, size: float = 12.5) -> QFont:
        """The system's fixed-width font at `size` pixels, scaled."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(self.px(size))
        return font

    def color(self, token: str) -> QColor:
        """The QColor of a token, by its name."""
        return QColor(getattr(self.tokens, token))

    def row_height(self) -> int:
        """Height of a row in a list at this text scale."""
        return max(ROW, QFontMetrics(self.font()).height() + 2 * GRID)

    def duration(self) -> int:
        """Milliseconds that an animation takes; 0 when motion is reduced."""
        return 0 if self.reduced_motion else MOTION_MS

    @Slot()
    def _on_system_scheme(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        self.scheme = self._wanted_scheme()
        if self._applied == (self.scheme, self.scale):
            return
        self._applied = (self.scheme, self.scale)
        self.tokens = DARK if self.scheme is Scheme.DARK else LIGHT
        self._application.setFont(self.font())
        self._application.setPalette(palette(self.tokens))
        self._application.setStyleSheet(style_sheet(self.tokens, self.px, self.mono().family()))
        self.changed.emit()

    def _wanted_scheme(self) -> Scheme:
        if self._mode in ("light", "dark"):
            return Scheme(self._mode)
        dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return Scheme.DARK if dark else Scheme.LIGHT


def palette(tokens: Tokens) -> QPalette:
    """The QPalette of these tokens: what the style sheet does not reach is drawn with it."""
    roles = QPalette.ColorRole
    chosen = {
        roles.Window: tokens.background,
        roles.WindowText: tokens.text,
        roles.Base: tokens.panel,
        roles.AlternateBase: tokens.background,
        roles.Text: tokens.text,
        roles.Button: tokens.raised,
        roles.ButtonText: tokens.text,
        roles.BrightText: tokens.danger,
        roles.Highlight: tokens.accent,
        roles.HighlightedText: tokens.on_accent,
        roles.Accent: tokens.accent,
        roles.Link: tokens.accent,
        roles.LinkVisited: tokens.accent,
        roles.ToolTipBase: tokens.raised,
        roles.ToolTipText: tokens.text,
        roles.PlaceholderText: tokens.muted,
        roles.Light: tokens.raised,
        roles.Midlight: tokens.border,
        roles.Mid: tokens.border_strong,
        roles.Dark: tokens.border_strong,
        roles.Shadow: tokens.shadow,
    }
    made = QPalette()
    for role, colour in chosen.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.faint))
    return made
