"""A word diff as HTML for a label, and in words for a screen reader. Long stretches without a change are folded.

Knows no widget.
"""

from collections.abc import Sequence
from html import escape

from memos_desktop.memory.word_diff import Change, DiffPiece
from memos_desktop.ui.tokens import Tokens

AROUND = 16
"""Words that stay in sight on either side of a change."""
LEAST_FOLDED = 8
"""Fewer words than that are not worth folding."""
WHOLE = 200
"""Words of a text without changes that are shown."""


def diff_html(pieces: Sequence[DiffPiece], tokens: Tokens) -> str:
    """New words underlined on green, old ones struck out on red, folded stretches counted."""
    last = len(pieces) - 1
    if last == 0 and pieces[0].change is Change.SAME:
        return text_html(pieces[0].text, tokens)
    return "".join(_piece(piece, tokens, place == 0, place == last) for place, piece in enumerate(pieces))


def text_html(text: str, tokens: Tokens) -> str:
    """A text without changes, its end folded."""
    return _folded(text, tokens, WHOLE, 0)


def diff_said(pieces: Sequence[DiffPiece]) -> str:
    """The changes alone, to be read aloud."""
    changes = [piece for piece in pieces if piece.change is not Change.SAME and piece.text.strip()]
    return "; ".join(f"{piece.change.value}: {piece.text.strip()}" for piece in changes) or "no difference"


def _piece(piece: DiffPiece, tokens: Tokens, first: bool, last: bool) -> str:
    if piece.change is Change.SAME:
        return _folded(piece.text, tokens, 0 if first else AROUND, 0 if last else AROUND)
    style = {
        Change.ADDED: f"background:{tokens.soft_good};color:{tokens.good};text-decoration:underline",
        Change.REMOVED: f"background:{tokens.soft_danger};color:{tokens.danger};text-decoration:line-through",
    }[piece.change]
    words = piece.text.strip()
    if not words:
        return _html(piece.text)
    before, after = piece.text.split(words, 1)  # the white space stays outside
    return f'{_html(before)}<span style="{style}">{_html(words)}</span>{_html(after)}'


def _folded(text: str, tokens: Tokens, head: int, tail: int) -> str:
    words = text.split()
    hidden = len(words) - head - tail
    if hidden < LEAST_FOLDED:
        return _html(text)
    begin = " ".join(text.split(None, head)[:head]) if head else ""
    end = " ".join(words[-tail:]) if tail else ""
    fold = f'<span style="color:{tokens.muted}"> [… {hidden:,} words …] </span>'
    return f"{_html(begin)}{fold}{_html(end)}{' ' if tail else ''}"


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
