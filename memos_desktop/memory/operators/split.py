"""Split: a fused memory gives its parents back; any other becomes several, by paragraphs or sentences or as given."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Cube, Kind, Origin, Source, State, TextPayload, title_of
from memos_desktop.memory.governance import Action, may_change
from memos_desktop.memory.language import sentences
from memos_desktop.memory.lifecycle import Trigger, after

HOLDING = (State.GENERATED, State.ACTIVATED, State.MERGED)
FEWEST = 2
MOST_PARTS = 500
_PARAGRAPH = re.compile(r"\n[ \t]*\n+")
_SAFE = "Nothing was changed."


def require_splittable(cube: Cube, now: datetime) -> None:
    """Raise UserError where this memory cannot be split."""
    if cube.kind is not Kind.PLAINTEXT:
        raise UserError(
            f"“{cube.title}” is {cube.kind.value} memory, and only texts can be split. {_SAFE}",
            "Split the memory that it was made from.",
        )
    after(cube, Trigger.SPLIT)
    if cube.governance.expires is not None and cube.governance.expires <= now:
        raise UserError(f"“{cube.title}” has expired, so it cannot be split. {_SAFE}", "Renew it first.")
    if not may_change(Action.EDIT, cube):
        raise UserError(f"“{cube.title}” is read only, so it cannot be split. {_SAFE}", "Allow changes to it first.")


def holds(child: Cube) -> bool:
    """Whether a memory stands for those that it was made from."""
    made = child.descriptive.origin in (Origin.FUSED, Origin.SPLIT)
    return made and child.binned is None and child.state in HOLDING


def proposed_parts(text: str) -> tuple[tuple[str, ...], str]:
    """The parts of a text, and in words how they were found. One part where there is nothing to split at."""
    paragraphs = tuple(part.strip() for part in _PARAGRAPH.split(text) if part.strip())
    if len(paragraphs) >= FEWEST and "```" not in text:
        return _at_most(paragraphs, "\n\n"), f"One memory for each of the {len(paragraphs)} paragraphs."
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(lines) >= FEWEST and "```" not in text:
        return _at_most(lines, "\n"), f"One memory for each of the {len(lines)} lines."
    found = tuple(sentence.text for sentence in sentences(text)) if "```" not in text else ()
    if len(found) >= FEWEST:
        return _at_most(found, " "), f"One memory for each of the {len(found)} sentences."
    return (text.strip(),), "This is a single sentence. Say yourself where to split it."


def _at_most(parts: tuple[str, ...], between: str) -> tuple[str, ...]:
    """The same in not too many parts: the last one takes what is left."""
    if len(parts) <= MOST_PARTS:
        return parts
    return (*parts[: MOST_PARTS - 1], between.join(parts[MOST_PARTS - 1 :]))


def require_parts(parts: Sequence[str]) -> tuple[str, ...]:
    """The given parts without white space around them. Raises UserError for fewer than two, blank ones or too many."""
    found = tuple(part.strip() for part in parts)
    if not all(found):
        raise UserError(f"One of the parts is empty. {_SAFE}", "Leave it out, or write something in it.")
    if len(found) < FEWEST:
        raise UserError(f"There is only one part, so there is nothing to split. {_SAFE}", "Give two parts or more.")
    if len(found) > MOST_PARTS:
        raise UserError(f"{len(found)} parts are too many; {MOST_PARTS} are the most. {_SAFE}", "Split in steps.")
    return found


def split(cube: Cube, parts: Sequence[str], new_id: Callable[[], str], moment: datetime) -> tuple[Cube, ...]:
    """One new memory for each part: rules, tags and source are those of `cube`, which is their parent."""
    place, made = 0, []
    for part in parts:
        found = cube.text.find(part, place)
        source = cube.descriptive.source if found < 0 else _within(cube, found, part)
        place = max(place, found + len(part)) if found >= 0 else place
        described = replace(cube.descriptive, title=title_of(part), origin=Origin.SPLIT, source=source)
        made.append(
            Cube(
                id=new_id(),
                version=1,
                created=moment,
                changed=moment,
                payload=TextPayload(part),
                descriptive=described,
                governance=cube.governance,
                tags=cube.tags,
                pinned=cube.pinned,
                parents=(cube.id,),
            )
        )
    return tuple(made)


def _within(cube: Cube, start: int, part: str) -> Source:
    """The place of a part in the message that the whole text was taken from, where that is word for word the same."""
    source = cube.descriptive.source
    if source.start is None or source.end is None or source.end - source.start != len(cube.text):
        return source
    return replace(source, start=source.start + start, end=source.start + start + len(part))
