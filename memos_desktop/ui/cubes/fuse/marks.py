"""A text with its changes and conflicts marked: HTML for a label, words for a screen reader. Knows no widget."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from memos_desktop.memory.word_diff import Change, DiffPiece
from memos_desktop.ui.tokens import Tokens

MOST_ADDED = 12
"""Words of one run that a card shows of what it does not say itself; a longer run is counted."""
LEAST_HIDDEN = 8
"""Fewer words than that are not worth hiding."""
MOST_WORDS = 60
"""Words of any other run that are shown; of a longer one the middle is counted."""


@dataclass(frozen=True, slots=True)
class Conflicting:
    """A span of the memory's own text that contradicts another memory; `number` is that of the conflict."""

    start: int
    end: int
    number: int


def marked_html(pieces: Sequence[DiffPiece], conflicts: Sequence[Conflicting], tokens: Tokens) -> str:
    """What becomes of a memory's text: lost words struck out, new ones underlined, conflicts numbered."""
    html = "".join(_html(segment, tokens) for segment in _segments(settled(pieces), conflicts))
    return re.sub(r"^(?:\s|<br>)+", "", html)


def said(pieces: Sequence[DiffPiece]) -> str:
    """The same for a screen reader: only what changes."""
    changes = {Change.REMOVED: "left out", Change.ADDED: "added"}
    words = [
        f"{changes[one.change]}: {_shortened(one.text.strip(), MOST_WORDS)}"
        for one in _without_moves(pieces)
        if one.change in changes and one.text.strip()
    ]
    return "; ".join(words) or "kept whole"


def settled(pieces: Sequence[DiffPiece]) -> list[DiffPiece]:
    """The same changes, with what is added beginning where a sentence begins, as far as that says the same.

    Between "The boat is red. [The boat is blue.]" and "The [boat is red. The] boat is blue." a diff sees no difference.
    """
    done: list[DiffPiece] = []
    waiting = _without_moves(pieces)
    while waiting:
        piece = waiting.pop(0)
        if piece.change is Change.ADDED and done and done[-1].change is Change.SAME:
            before, added, after = _slid(done.pop().text, piece.text)
            done += [DiffPiece(Change.SAME, before)] if before else []
            piece = DiffPiece(Change.ADDED, added)
            waiting[:0] = [DiffPiece(Change.SAME, after)] if after else []
        done.append(piece)
    return done


def _without_moves(pieces: Sequence[DiffPiece]) -> list[DiffPiece]:
    """The same, where words that are lost and stand again at the end of what comes in their place are kept."""
    done: list[DiffPiece] = []
    for piece in pieces:
        lost = done[-1].text if done and done[-1].change is Change.REMOVED else ""
        said = piece.text.rstrip()
        if lost.strip() and piece.change is Change.ADDED and said.endswith(lost.strip()):
            before = said[: -len(lost.strip())]
            if not before or before[-1].isspace():
                done[-1:] = [DiffPiece(Change.ADDED, before)] * bool(before) + [DiffPiece(Change.SAME, lost)]
                continue
        done.append(piece)
    return done


def _slid(same: str, added: str) -> tuple[str, str, str]:
    """Move the end of what stays behind what is added, while the words are the same, up to the start of a sentence."""
    kept, new, behind = _words(same), _words(added), list[str]()
    while kept and new and not _ends(kept[-1]) and kept[-1].strip() == new[-1].strip():
        behind.insert(0, kept.pop())
        new.insert(0, new.pop())
    if kept and not _ends(kept[-1]):
        return same, added, ""
    apart = "" if not behind or behind[0][0].isspace() else " "
    return "".join(kept), "".join(new) + apart, "".join(behind)


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def _ends(word: str) -> bool:
    return word.rstrip("\"'”’)").endswith((".", "!", "?", "…", ":"))


@dataclass(frozen=True, slots=True)
class _Segment:
    """A run of one look."""

    text: str
    change: Change
    number: int = 0


def _segments(pieces: Sequence[DiffPiece], conflicts: Sequence[Conflicting]) -> Iterator[_Segment]:
    """Cut the pieces where a conflict begins or ends; positions count in the memory's own text."""
    place = 0
    for piece in pieces:
        if piece.change is Change.ADDED:
            yield _Segment(_shortened(piece.text, MOST_ADDED), Change.ADDED)
            continue
        end = place + len(piece.text)
        for start, stop, number in _cuts(place, end, conflicts):
            yield _Segment(_shortened(piece.text[start - place : stop - place], MOST_WORDS), piece.change, number)
        place = end


def _cuts(begin: int, end: int, conflicts: Sequence[Conflicting]) -> Iterator[tuple[int, int, int]]:
    here = begin
    for one in sorted(conflicts, key=lambda each: each.start):
        start, stop = max(here, one.start), min(end, one.end)
        if start >= stop:
            continue
        if start > here:
            yield here, start, 0
        yield start, stop, one.number
        here = stop
    if here < end:
        yield here, end, 0


def _shortened(text: str, most: int) -> str:
    words = text.split()
    if len(words) <= most + LEAST_HIDDEN:
        return text
    head, tail = (most + 1) // 2, most // 2
    hidden = len(words) - head - tail
    before, after = text[:1] if text[:1].isspace() else "", text[-1:] if text[-1:].isspace() else ""
    return f"{before}{' '.join(words[:head])} [… {hidden:,} words …] {' '.join(words[-tail:])}{after}"


def _html(segment: _Segment, tokens: Tokens) -> str:
    words = segment.text.strip()
    if not words:
        return _plain(segment.text)
    before, after = segment.text.split(words, 1)
    style = {
        Change.SAME: "",
        Change.REMOVED: f"color:{tokens.danger};background:{tokens.soft_danger};text-decoration:line-through",
        Change.ADDED: f"color:{tokens.good};background:{tokens.soft_good};text-decoration:underline",
    }[segment.change]
    note = ""
    if segment.number:
        style = f"background:{tokens.soft_warning};color:{tokens.warning};font-weight:600" + (
            ";text-decoration:line-through" if segment.change is Change.REMOVED else ""
        )
        note = f'<sup style="color:{tokens.warning}">{segment.number}</sup>'
    inner = f'<span style="{style}">{_plain(words)}</span>' if style else _plain(words)
    return f"{_plain(before)}{inner}{note}{_plain(after)}"


def _plain(text: str) -> str:
    return escape(text).replace("\n", "<br>")
