"""How a prompt becomes cells: pieces that are evaluated or attached, one key for each cell, and what may be reused.

A cell's key is its token id where it was evaluated. Where it was taken from an activation cube's block at another
place than the one it was made for, a mark of that block stands above the id: such a cell holds other values, and so do
all evaluated after it, so prefixes are compared by keys.

Evaluation goes in batches that are multiples of GRID tokens and start at multiples of GRID within their piece. The
kernels of llama.cpp compute a token alike in any such batch, and differently in smaller or odd ones. Reusing only
whole steps of the grid therefore makes an answer independent of what was cached: it is bit by bit that of a cold
prompt (tests/engine/test_restore.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from memos_desktop.engine.base import Prompt, Span
from memos_desktop.engine.kv.header import mark
from memos_desktop.engine.kv.state_file import StateFile

GRID = 8
"""Tokens. Divides every batch; the size of the smallest one too."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The cells from `start` up to `end`: evaluated, or taken from `state` after its first `skip` cells.

    `moved` says that they were made for another place, so their keys carry the mark.
    """

    start: int
    end: int
    state: StateFile | None = None
    skip: int = 0
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A prompt with its pieces in order and the key of each cell."""

    tokens: tuple[int, ...]
    pieces: tuple[Piece, ...]
    keys: tuple[int, ...]

    def reusable(self, common: int) -> int:
        """How many of the first `common` cells, which are there under the right keys, can be used as they are.

        At least GRID tokens of the last piece are left to evaluate: the logits of a kept one are gone, and a
        smaller batch would be computed in another way.
        """
        for piece in self.pieces:
            last = piece is self.pieces[-1]
            if common >= piece.end and not last:
                continue
            if piece.state is not None:
                return piece.start
            steps = min(common - piece.start, piece.end - piece.start - GRID) // GRID
            return piece.start + max(0, steps) * GRID
        return 0

    def solid(self, length: int) -> int:
        """How many of the first `length` cells are worth keeping: whole steps of the grid, whole attached pieces."""
        for piece in self.pieces:
            if length >= piece.end and piece is not self.pieces[-1]:
                continue
            if piece.state is not None:
                return piece.end if length >= piece.end else piece.start
            return piece.start + max(0, min(length, piece.end) - piece.start) // GRID * GRID
        return 0


def layout_of(prompt: Prompt, shift: bool) -> Layout:
    """The layout of `prompt`. Without `shift`, which the model has to allow, no cell is moved to another place.

    Where fewer than GRID tokens follow an attached block, its last cells are evaluated with them: they end in a batch
    that is computed like any other, and moved cells are sound only after an evaluation.
    """
    pieces: list[Piece] = []
    keys = list(prompt.tokens)
    at, plain = 0, True
    border = (len(keys) - GRID) // GRID * GRID
    for span in (replace(span, end=min(span.end, border)) for span in prompt.spans):
        if span.end - span.start < GRID:
            continue
        piece = _exact(prompt, span) if plain else None
        if piece is None and shift:
            start = min(span.start + span.repair, span.end - GRID)
            piece = Piece(start, span.end, span.state, start - span.start, moved=True)
            above = mark(span.state.id)
            keys[start : span.end] = [token | above for token in keys[start : span.end]]
            plain = False
        if piece is not None:
            pieces += [Piece(at, piece.start), piece] if piece.start > at else [piece]
            at = piece.end
    if at < len(keys):
        pieces.append(Piece(at, len(keys)))
    return Layout(prompt.tokens, tuple(pieces), tuple(keys))


def _exact(prompt: Prompt, span: Span) -> Piece | None:
    """The piece of a block that stands exactly where it was made, after exactly the same tokens.

    Its cells are what evaluating them would give, so it is a piece like an evaluated one.
    """
    header = span.state.header
    if span.start != header.start or tuple(header.prefix) != prompt.tokens[: span.start]:
        return None
    return Piece(span.start, span.end, span.state)


def span_in(tokens: Sequence[int], at: int, state: StateFile, repair: int = 0) -> Span | None:
    """Where the cells of `state` stand in a block whose `tokens` begin at position `at` of a prompt.

    A block's first and last few tokens are evaluated live, because its cells begin and end on the grid. None where
    the state holds other tokens: it was made from another text.
    """
    held = tuple(state.header.tokens)
    for skipped in range(GRID):
        if tuple(tokens[skipped : skipped + len(held)]) == held:
            return Span(at + skipped, at + skipped + len(held), state, repair)
    return None


def common_start(left: Sequence[int], right: Sequence[int]) -> int:
    """How many leading elements are equal. Both are of the same type."""
    length = min(len(left), len(right))
    at, step = 0, 256
    while at < length and left[at : at + step] == right[at : at + step]:
        at += step
    while at < length and left[at] == right[at]:
        at += 1
    return min(at, length)
