"""A text with its changes against another one; long texts are compared on a worker."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from memos_desktop.memory.word_diff import DiffPiece, word_diff
from memos_desktop.ui.cubes.diff_html import diff_html, diff_said, text_html
from memos_desktop.ui.page import Context

AT_ONCE = 4_000
"""Characters of both texts together that are compared while the window waits: a few milliseconds."""


class DiffLabel(QLabel):
    """Shows what turns one text into another; follows the theme.

    Attributes:
        pieces: the diff, once it is there; empty for a text without an older one.

    """

    def __init__(self, context: Context, old: str | None, new: str) -> None:
        super().__init__()
        self._context = context
        self._new = new
        self.pieces: Sequence[DiffPiece] = ()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setMinimumWidth(1)  # else a long word would widen the whole tab
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        context.theme.changed.connect(self._draw)
        if old is None or old == new:
            self._draw()
        elif len(old) + len(new) <= AT_ONCE:
            self._arrived(word_diff(old, new))
        else:
            self.setText("Comparing…")
            context.bridge.then(context.workspace.inspection.diff(old, new), self._arrived, receiver=self)

    def _arrived(self, pieces: Sequence[DiffPiece]) -> None:
        self.pieces = pieces
        self._draw()

    def _draw(self) -> None:
        tokens = self._context.theme.tokens
        if self.pieces:
            self.setText(diff_html(self.pieces, tokens))
            self.setAccessibleName(diff_said(self.pieces))
        else:
            self.setText(text_html(self._new, tokens))
            self.setAccessibleName(self._new[:500])
