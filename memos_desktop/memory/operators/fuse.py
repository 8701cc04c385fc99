"""Fuse: several memories that belong together become one. They stay, as merged ones, and the new one names them.

The text is proposed by rule: every sentence of all of them, once; where sentences clash the newest stands first.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import (
    Cube,
    Descriptive,
    Governance,
    Kind,
    Origin,
    Scope,
    SemanticType,
    Sensitivity,
    TextPayload,
    title_of,
)
from memos_desktop.memory.governance import Action, may_change
from memos_desktop.memory.language import words
from memos_desktop.memory.lifecycle import Trigger, after
from memos_desktop.memory.operators.conflicts import Statement, clashes, read
from memos_desktop.memory.operators.marks import marks
from memos_desktop.memory.similarity import features, jaccard, normal

FEWEST = 2
MOST_FUSED = 500
ONE_PARAGRAPH = 600
"""Characters up to which short memories become one paragraph; longer ones keep a paragraph each."""
REPEATS = 0.5
"""Shared words and word pairs of two sentences, one of which has all words of the other, from which on it is enough."""
MOST_COMPARED = 1500
"""Sentences that are compared with each other; in more, only those that repeat word for word are dropped."""
UNRELATED = 0.12
_SCOPES = (Scope.PRIVATE, Scope.PROJECT, Scope.SHARED)
_SENSITIVITIES = (Sensitivity.SECRET, Sensitivity.PERSONAL, Sensitivity.NORMAL)
_SAFE = "Nothing was changed."


@dataclass(slots=True)
class _Piece:
    """A sentence of the text to be: what stood between it and the one before it in its own text comes along."""

    statement: Statement
    before: str


def require_fusible(cubes: Sequence[Cube], now: datetime) -> None:
    """Raise UserError where these memories cannot be fused, naming the first that stands in the way."""
    if len({cube.id for cube in cubes}) != len(cubes):
        raise UserError(f"The same memory was named twice. {_SAFE}", "Name each memory once.")
    if len(cubes) < FEWEST:
        raise UserError(f"Fusing takes two memories at least. {_SAFE}", "Choose more.")
    if len(cubes) > MOST_FUSED:
        raise UserError(
            f"{len(cubes)} memories are too many to fuse at once; {MOST_FUSED} are the most. {_SAFE}",
            "Choose fewer, or fuse in groups.",
        )
    for cube in cubes:
        _require_one(cube, now)
    projects = {cube.governance.project: cube for cube in reversed(cubes)}
    if len(projects) > 1:
        one, two = itertools.islice(projects.items(), 2)
        raise UserError(
            f"“{one[1].title}” belongs to {_project(one[0])} and “{two[1].title}” to {_project(two[0])},"
            f" so they cannot be fused. {_SAFE}",
            "Give them the same project first.",
        )


def _require_one(cube: Cube, now: datetime) -> None:
    if cube.kind is not Kind.PLAINTEXT:
        raise UserError(
            f"“{cube.title}” is {cube.kind.value} memory, and only texts can be fused. {_SAFE}",
            "Fuse the memory that it was made from, or migrate it to text first.",
        )
    after(cube, Trigger.FUSE)
    if cube.governance.expires is not None and cube.governance.expires <= now:
        raise UserError(f"“{cube.title}” has expired, so it cannot be fused. {_SAFE}", "Renew it first.")
    if not may_change(Action.EDIT, cube):
        raise UserError(f"“{cube.title}” is read only, so it cannot be fused. {_SAFE}", "Allow changes to it first.")


def _project(name: str | None) -> str:
    return f"the project “{name}”" if name else "no project"


def proposed_text(cubes: Sequence[Cube]) -> str:
    """Every sentence of all of them, once, the oldest memory first; where two clash the newer one stands before it."""
    ordered = sorted(cubes, key=lambda cube: (cube.changed, cube.id))
    pieces: list[_Piece] = []
    several = [_pieces(number, cube.text) for number, cube in enumerate(ordered)]
    thorough = sum(map(len, several)) <= MOST_COMPARED
    known: dict[str, _Piece] = {}
    for each in several:
        for piece in each:
            _place(piece, pieces, known, thorough)
    short = sum(len(piece.statement.words) for piece in pieces) <= ONE_PARAGRAPH
    plain = not any("\n" in piece.before + piece.statement.words for piece in pieces)
    between = " " if short and plain else "\n\n"
    text = ""
    last = None
    for piece in pieces:
        together = last is not None and last.statement.text == piece.statement.text
        before = (piece.before or " ") if together else between
        text += (before if text else "") + piece.statement.words
        if between == " " and text[-1] not in ".!?…\"”'’)":
            text += "."
        last = piece
    return text


def _pieces(number: int, text: str) -> list[_Piece]:
    """The sentences of a text with the white space before each. Code is one piece: its lines are no sentences."""
    if "```" in text:
        whole = text.strip()
        return [_Piece(Statement(number, whole, frozenset(), None, marks(whole), 0), "")]
    found: list[_Piece] = []
    end = 0
    for statement in read(number, text):
        found.append(_Piece(statement, text[end : statement.start] if found else ""))
        end = statement.start + len(statement.words)
    rest = text[end:].strip()  # more sentences than are read one by one: the rest stays as it stands
    if rest:
        found.append(_Piece(Statement(number, rest, frozenset(), None, (), end), "\n"))
    return found


def _place(piece: _Piece, pieces: list[_Piece], known: dict[str, _Piece], thorough: bool) -> None:
    """Add a sentence: not where it is there already, before the older one that it clashes with, else at the end."""
    said = normal(piece.statement.words)
    if not said or said in known:
        return
    known[said] = piece
    others = [other for other in pieces if other.statement.text != piece.statement.text] if thorough else []
    for other in others:
        if _repeats(piece.statement, other.statement):
            if len(piece.statement.words) > len(other.statement.words):
                other.statement = replace(piece.statement, text=other.statement.text)
            return
    for other in others:
        if clashes(piece.statement, other.statement):
            pieces.insert(pieces.index(other), piece)
            return
    pieces.append(piece)


def _repeats(one: Statement, two: Statement) -> bool:
    """Whether the longer sentence says what the shorter one says: it has all its words, nearly in the same order."""
    if sorted(each.value for each in one.marked) != sorted(each.value for each in two.marked):
        return False
    mine, theirs = set(words(one.words)), set(words(two.words))
    if not (mine <= theirs or theirs <= mine):
        return False
    return jaccard(features(one.words), features(two.words)) >= REPEATS


def strictest(cubes: Sequence[Cube]) -> Governance:
    """The governance of what is made of all of them: the narrowest scope, the earliest expiry, the most careful."""
    all_of = [cube.governance for cube in cubes]
    expiries = [one.expires for one in all_of if one.expires is not None]
    owners = list(dict.fromkeys(one.owner for one in all_of))
    watermarks = list(dict.fromkeys(one.watermark for one in all_of if one.watermark))
    return Governance(
        owner=owners[0],
        scope=min((one.scope for one in all_of), key=_SCOPES.index),
        project=all_of[0].project,
        expires=min(expiries, default=None),
        priority=max(one.priority for one in all_of),
        sensitivity=min((one.sensitivity for one in all_of), key=_SENSITIVITIES.index),
        watermark="; ".join(watermarks) or None,
    )


def united_tags(cubes: Iterable[Cube]) -> tuple[str, ...]:
    """Every tag of all of them, once, in the order in which they come."""
    return tuple(dict.fromkeys(tag for cube in cubes for tag in cube.tags))


def common_type(cubes: Sequence[Cube]) -> SemanticType:
    """The type that most of them have; of several, the one that comes first."""
    types = [cube.descriptive.type for cube in cubes]
    return max(dict.fromkeys(types), key=types.count)


def warnings(cubes: Sequence[Cube], likeness: float) -> tuple[str, ...]:
    """What a person should know before fusing these; none of it forbids it."""
    found = []
    if likeness < UNRELATED:
        found.append("These memories have few words in common; they may not belong together.")
    superseded = [cube for cube in cubes if cube.governance.superseded_by is not None]
    found += [f"“{cube.title}” is no longer true: a newer memory has replaced it." for cube in superseded[:3]]
    if len({cube.governance.owner for cube in cubes}) > 1:
        found.append(f"They have different owners; the new memory will belong to {strictest(cubes).owner}.")
    if any(cube.governance.expires for cube in cubes):
        expires = strictest(cubes).expires
        assert expires is not None
        found.append(f"The new memory will expire with the first of them, on {expires.astimezone():%Y-%m-%d}.")
    sensitivities = {cube.governance.sensitivity for cube in cubes}
    if len(sensitivities) > 1:
        found.append(f"The new memory will be as sensitive as the most sensitive: {strictest(cubes).sensitivity}.")
    return tuple(found)


def fused(
    cubes: Sequence[Cube],
    text: str,
    id: str,
    moment: datetime,
    *,
    title: str | None = None,
    type: SemanticType | None = None,
    tags: tuple[str, ...] | None = None,
) -> Cube:
    """The new memory, made now from these under this id. What all of them agree on it has too."""
    events = {cube.descriptive.event_time for cube in cubes}
    speakers = {cube.descriptive.speaker for cube in cubes}
    described = Descriptive(
        title or title_of(text),
        type or common_type(cubes),
        event_time=events.pop() if len(events) == 1 else None,
        origin=Origin.FUSED,
        speaker=speakers.pop() if len(speakers) == 1 else None,
    )
    return Cube(
        id=id,
        version=1,
        created=moment,
        changed=moment,
        payload=TextPayload(text),
        descriptive=described,
        governance=strictest(cubes),
        tags=united_tags(cubes) if tags is None else tags,
        pinned=any(cube.pinned for cube in cubes),
        parents=tuple(cube.id for cube in cubes),
    )
