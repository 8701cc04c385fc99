"""A sentence that stands above what it is about: what is worth knowing, a warning, or what went wrong."""

from PySide6.QtWidgets import QHBoxLayout

from memos_desktop.errors import MemosError
from memos_desktop.ui.icons import Icons
from memos_desktop.ui.theme import GRID, ICON, Theme
from memos_desktop.ui.widgets.basic import Card, label
from memos_desktop.ui.widgets.empty import Picture


class Notice(Card):
    """Hidden while there is nothing to say.

    Attributes:
        text: what it says, or nothing.

    """

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__("notice", margin=12)
        self._theme, self._icons = theme, icons
        self._sign: Picture | None = None
        self._words = label("", wrap=True)
        self._row = QHBoxLayout()
        self._row.setSpacing(GRID)
        self._row.addWidget(self._words, 1)
        self.box.addLayout(self._row)
        self.text = ""
        self.hide()

    def tell(self, text: str) -> None:
        """Something worth knowing."""
        self._say(text, "notice", "info", "accent")

    def warn(self, text: str) -> None:
        """Something to look at."""
        self._say(text, "notice-warning", "warning", "warning")

    def problem(self, error: MemosError) -> None:
        """What went wrong, what is safe, what to do."""
        self._say(f"{error.message} {error.hint}".strip(), "notice-danger", "danger", "danger")

    def clear(self) -> None:
        """Nothing to say any more."""
        self.text = ""
        self.hide()

    def _say(self, text: str, look: str, icon: str, token: str) -> None:
        self.text = text
        self._words.setText(text)
        self.setAccessibleName(text)
        if self._sign is not None:
            self._row.removeWidget(self._sign)
            self._sign.hide()
            self._sign.deleteLater()
        self._sign = Picture(self._theme, self._icons, icon, token, ICON)
        self._row.insertWidget(0, self._sign)
        self.setProperty("look", look)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()
