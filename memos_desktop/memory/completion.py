"""What the filter field offers while somebody types: fields, values of the vault with counts, and times."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from memos_desktop.memory.filter import ALIASES, CHOICES, FilterError, parse, value_text
from memos_desktop.memory.terms import BIN, NEVER, TIMES, Field

MOST = 24
NAMED_FROM = 2
"""So many letters of a word bring up tags and flags, not only fields."""
MEANINGS = {
    Field.KIND: "plaintext, activation or parametric",
    Field.TYPE: "fact, preference, event, procedure, document or persona",
    Field.STATE: "where in its life it stands",
    Field.TAG: "one of its tags",
    Field.PROJECT: "the project it belongs to",
    Field.SCOPE: "who may see it",
    Field.ORIGIN: "how it came to be",
    Field.SENSITIVITY: "how careful to be with it",
    Field.ACCESS: "whether it can be changed",
    Field.IS: "pinned, frozen, proposed, stale, superseded or expiring",
    Field.IN: "what is in the bin",
    Field.USED: "when it was used last",
    Field.USES: "how often it was used",
    Field.HEAT: "how much it is in use, from 0 to 1",
    Field.SIZE: "how large it is",
    Field.CREATED: "when it was recorded",
    Field.CHANGED: "when it was changed last",
    Field.TIME: "when it happened",
    Field.EXPIRES: "when it expires",
    Field.SOURCE: "from a chat, from a file, or from neither",
    Field.PARENT: "what was made from this memory",
}
AGES = {
    "today": "",
    "yesterday": "",
    "<7d": "in the last 7 days",
    "<30d": "in the last 30 days",
    ">90d": "more than 90 days ago",
    "last-week": "",
    "last-month": "",
    ">=2025-01-01": "from that day on",
}
ENDS = {"<7d": "within 7 days", "<30d": "within 30 days", ">90d": "in more than 90 days", NEVER: "has no end"}
AMOUNTS = {
    Field.USES: {">0": "at least once", ">10": "more than 10 times", "0": "not yet"},
    Field.HEAT: {">0.5": "in use now", "<0.1": "cold"},
    Field.SIZE: {">10kB": "long", "<200B": "short", ">1MB": ""},
    Field.EXPIRES: ENDS,
    Field.USED: {**AGES, NEVER: "not used yet"},
}
_TOKEN = re.compile(r'-?(?:"(?:\\.|[^"])*+"?|[^\s"]+)+')
_NAMED = re.compile(r"-?([^\W\d_]+):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Values:
    """What the vault can be asked for: tags and projects, each with its number of memories."""

    tags: tuple[tuple[str, int], ...] = ()
    projects: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """One offer: put `text` in place of the characters from `start` to `end`.

    `label` is what the list shows, `detail` what it says beside it; `more`: a value comes next.
    """

    text: str
    start: int
    end: int
    label: str
    detail: str = ""
    more: bool = False


def complete(text: str, cursor: int, values: Values) -> tuple[Completion, ...]:
    """What could stand at `cursor`, the likeliest first; not more than the list is good for."""
    start, end = _token_at(text, cursor)
    typed = text[start:cursor]
    sign = "-" if typed.startswith("-") else ""
    named = _NAMED.fullmatch(typed)
    if named is not None:
        field = ALIASES.get(named[1].casefold(), named[1].casefold())
        if field not in set(Field):
            return ()
        begun = _begun(named[2])
        start += len(typed) - len(begun)
        found = _values(Field(field), begun.strip('"').casefold(), values, named[1].casefold() == "kind")
        offers = iter([Completion(value_text(value), start, end, value, said) for value, said in found])
    elif '"' in typed:
        return ()
    else:
        offers = _names(sign, typed.removeprefix("-").casefold(), values, start, end)
    return tuple(islice((one for one in offers if one.text != text[one.start : one.end]), MOST))


def applied(text: str, chosen: Completion) -> tuple[str, int]:
    """The text with an offer put in, and where the cursor stands then. A finished condition is followed by a blank."""
    rest = text[chosen.end :]
    blank = "" if chosen.more or rest.startswith((" ", ",")) else " "
    made = text[: chosen.start] + chosen.text + blank
    return made + rest, len(made) + (not blank and not chosen.more and rest.startswith(" "))


def is_unfinished(text: str) -> bool:
    """Whether something is missing at an end of `text` that may still be typed."""
    try:
        parse(text)
    except FilterError as error:
        return error.unfinished
    return False


def _token_at(text: str, cursor: int) -> tuple[int, int]:
    for found in _TOKEN.finditer(text):
        if found.start() <= cursor <= found.end():
            return found.start(), found.end()
    return cursor, cursor


def _begun(values: str) -> str:
    """The value that is being typed, after the last comma outside quotes."""
    quoted = False
    begin = 0
    for place, letter in enumerate(values):
        quoted ^= letter == '"'
        if letter == "," and not quoted:
            begin = place + 1
    return values[begin:]


def _names(sign: str, typed: str, values: Values, start: int, end: int) -> Iterator[Completion]:
    """Fields that begin so; then flags, choices and tags that do."""
    for field in Field:
        if field is not Field.TEXT and field.startswith(typed):
            yield Completion(f"{sign}{field}:", start, end, f"{field}:", MEANINGS[field], True)
    if len(typed) < NAMED_FROM:
        return
    for field, choice in CHOICES.items():
        for one in choice:
            if one.value.startswith(typed):
                yield Completion(f"{sign}{field}:{one.value}", start, end, f"{field}:{one.value}")
    for field, known in ((Field.TAG, values.tags), (Field.PROJECT, values.projects)):
        for value, said in _counted(known, typed, inside=False):
            shown = f"{field}:{value_text(value)}"
            yield Completion(sign + shown, start, end, shown, said)


def _values(field: Field, typed: str, values: Values, either: bool) -> Iterator[tuple[str, str]]:
    """Values of a field that begin with what is typed, then those that hold it."""
    if field in (Field.TAG, Field.PROJECT):
        yield from _counted(values.tags if field is Field.TAG else values.projects, typed, inside=True)
        return
    if field is Field.IN:
        known = {BIN: "what was deleted"}
    elif field in CHOICES:
        known = {one.value: "" for one in CHOICES[field]}
        if field is Field.KIND and either:
            known |= {one.value: "a type" for one in CHOICES[Field.TYPE]}
    else:
        known = AMOUNTS.get(field, AGES if field in TIMES else {})
    yield from ((value, said) for value, said in known.items() if value.casefold().startswith(typed))


def _counted(known: Iterable[tuple[str, int]], typed: str, inside: bool) -> Iterator[tuple[str, str]]:
    first = [pair for pair in known if pair[0].casefold().startswith(typed)]
    later = [pair for pair in known if inside and typed in pair[0].casefold()[1:] and pair not in first]
    for value, count in (*first, *later):
        yield value, "1 memory" if count == 1 else f"{count:,} memories"
