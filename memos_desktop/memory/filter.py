"""The filter language of the browser: `seagrass "grey heron" kind:fact tag:work,home -state:archived used:<7d`.

Words and phrases are searched in title, text and tags. `name:value` is a condition, `name:a,b` takes either, a minus
turns a condition, a word or a phrase round. Everything holds together. A value with blanks or commas stands in
quotes. `parse` and `render` are each other's inverse on what `parse` makes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from memos_desktop.errors import UserError
from memos_desktop.memory.amounts import moments, numbers
from memos_desktop.memory.cube import Access, CubeFilter, Kind, Origin, Scope, SemanticType, Sensitivity, State
from memos_desktop.memory.terms import BIN, FREE, NUMBERS, TIMES, Field, Flag, SourceKind, Term

ALIASES = {"form": Field.KIND, "recorded": Field.CREATED, "event": Field.TIME, "tags": Field.TAG}
CHOICES: dict[Field, type[StrEnum]] = {
    Field.KIND: Kind,
    Field.TYPE: SemanticType,
    Field.STATE: State,
    Field.SCOPE: Scope,
    Field.ORIGIN: Origin,
    Field.SENSITIVITY: Sensitivity,
    Field.ACCESS: Access,
    Field.IS: Flag,
    Field.SOURCE: SourceKind,
}
"""The fields with a closed choice of values."""
SLOTS = {Field.KIND: "kind", Field.TYPE: "type", Field.STATE: "state", Field.TAG: "tag", Field.PROJECT: "project"}
"""The conditions that have a place of their own in a `CubeFilter`, where there is one of them."""
FLAG_SLOTS = {Flag.PINNED: "pinned", Flag.PROPOSED: "proposed"}

_NAME = re.compile(r"(-?)([^\W\d_]+):")
_QUOTED = re.compile(r'"((?:\\.|[^"])*+)(?:"|\Z)', re.DOTALL)
_WORD = re.compile(r"\S+")
_BARE = re.compile(r"[^\s,]*")
_BLANK = re.compile(r"\s+")
_LETTERS = re.compile(r"\w+")
_SOME_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)


class FilterError(UserError):
    """A filter that cannot be read.

    Attributes:
        word: what was not understood, as it was typed.
        unfinished: more may follow, so that it is no mistake yet.

    """

    def __init__(self, word: str, message: str, hint: str, unfinished: bool = False) -> None:
        super().__init__(message, hint)
        self.word = word
        self.unfinished = unfinished


def parse(text: str) -> CubeFilter:
    """The filter that `text` asks for. Raises FilterError, which names the word and offers the nearest known one."""
    words: list[str] = []
    terms: list[Term] = []
    for found in _tokens(text):
        if isinstance(found, Term):
            terms.append(found)
        else:
            words.append(found)
    return canonical(CubeFilter(text=" ".join(words), terms=tuple(terms)))


def render(wanted: CubeFilter) -> str:
    """The filter as text: its words first, then its conditions."""
    return " ".join(part for part in (_plain(wanted.text), *map(written, conditions(wanted))) if part)


def canonical(wanted: CubeFilter) -> CubeFilter:
    """The same filter in its one form: every condition where `parse` would put it."""
    places: dict[str, Any] = dict.fromkeys((*SLOTS.values(), *FLAG_SLOTS.values()))
    rest: list[Term] = []
    for term in dict.fromkeys(conditions(wanted)):
        if term.field is Field.IN:
            places["binned"] = places.get("binned", False) or not term.negated
            continue
        name, value = _slot(term)
        if name is None or places[name] not in (None, value):
            rest.append(term)
        else:
            places[name] = value
    return CubeFilter(text=_plain(wanted.text), terms=tuple(rest), **places)


def conditions(wanted: CubeFilter) -> Iterator[Term]:
    """Every condition of a filter but its words as a term, those with a place of their own first."""
    for field, name in SLOTS.items():
        if (value := getattr(wanted, name)) is not None:
            yield Term(field, (str(value),))
    for flag, name in FLAG_SLOTS.items():
        if (on := getattr(wanted, name)) is not None:
            yield Term(Field.IS, (flag.value,), not on)
    if wanted.binned:
        yield Term(Field.IN, (BIN,))
    yield from wanted.terms


def both(first: CubeFilter, second: CubeFilter) -> CubeFilter:
    """What passes two filters."""
    words = f"{first.text} {second.text}"
    return canonical(CubeFilter(text=words, terms=(*conditions(first), *conditions(second))))


def without(wanted: CubeFilter, term: Term) -> CubeFilter:
    """The filter without one of its conditions."""
    bare = CubeFilter(text=wanted.text)
    return canonical(replace(bare, terms=tuple(one for one in conditions(wanted) if one != term)))


def written(term: Term) -> str:
    """One condition as text."""
    sign = "-" if term.negated else ""
    if term.field is Field.TEXT and len(term.values) == 1 and term.values[0]:
        return sign + quoted(term.values[0])
    return f"{sign}{term.field}:{','.join(map(value_text, term.values))}"


def value_text(value: str) -> str:
    """A value as it stands behind a name: in quotes where it must."""
    return quoted(value) if not value or re.search(r'[\s,]|^"', value) else value


def quoted(value: str) -> str:
    """A value or phrase in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _slot(term: Term) -> tuple[str | None, Any]:
    """The place in a CubeFilter for this condition, and what stands there; None where it has none."""
    if len(term.values) == 1:
        value = term.values[0]
        if term.field is Field.IS and value in FLAG_SLOTS:
            return FLAG_SLOTS[Flag(value)], not term.negated
        if term.field in SLOTS and not term.negated:
            choice = CHOICES.get(term.field)
            return SLOTS[term.field], choice(value) if choice else value
    return None, None


def _plain(text: str) -> str:
    """Words of a filter, without what would be read as a condition."""
    kept: list[str] = []
    for word in _WORD.findall(text):
        kept += _LETTERS.findall(word) if word.startswith(("-", '"')) or _NAME.match(word) else [word]
    return " ".join(kept)


@dataclass(slots=True)
class _Reader:
    """A text with a place in it."""

    text: str
    place: int = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.place)
        if found is not None:
            self.place = found.end()
        return found


def _tokens(text: str) -> Iterator[Term | str]:
    """Words, and terms for everything else."""
    reader = _Reader(text)
    while reader.place < len(text):
        if reader.take(_BLANK):
            continue
        if (name := reader.take(_NAME)) is not None:
            yield _term(name[2], bool(name[1]), _values(reader), text[name.start() : reader.place])
            continue
        negated = text[reader.place] == "-"
        if text[reader.place + negated : reader.place + negated + 1] == '"':
            reader.place += negated
            if phrase := _unescaped(reader.take(_QUOTED)):
                yield Term(Field.TEXT, (phrase,), negated)
            continue
        word = reader.take(_WORD)
        assert word is not None  # neither a blank nor the end
        if not negated:
            yield word[0]
        elif word[0] != "-":  # a lone one is where somebody begins to type
            yield Term(Field.TEXT, (word[0][1:],), True)


def _values(reader: _Reader) -> list[str]:
    """The values after a name, up to the next blank. An empty one is one that is not typed yet."""
    values: list[str] = []
    while True:
        bare = not reader.text.startswith('"', reader.place)
        found = reader.take(_BARE if bare else _QUOTED)
        values.append(found[0] if bare and found else _unescaped(found))
        if bare and not values[-1]:
            return values
        if not reader.text.startswith(",", reader.place):
            return values
        reader.place += 1


def _unescaped(found: re.Match[str] | None) -> str:
    return re.sub(r'\\(["\\])', r"\1", found[1]) if found else ""


def _term(name: str, negated: bool, values: list[str], typed: str) -> Term:
    field = _field(name, typed)
    if not values[-1] and not typed.endswith('"'):
        raise FilterError(
            typed, f"“{typed}” is not finished: a value is missing.", f"Write for example {example(field)}.", True
        )
    if field not in FREE and field is not Field.TEXT:
        values = [value.casefold() for value in values]
    if field is Field.KIND and name.casefold() == "kind" and all(value in _TYPES for value in values):
        field = Field.TYPE
    for value in values:
        _check(field, value, typed)
    return Term(field, tuple(dict.fromkeys(values)), negated)


def _field(name: str, typed: str) -> Field:
    word = name.casefold()
    if word in ALIASES:
        return ALIASES[word]
    if word in set(Field):
        return Field(word)
    nearest = nearest_to(word, [field.value for field in Field] + list(ALIASES))
    offer = f"Did you mean {nearest}:?" if nearest else f"There are {', '.join(f'{field}:' for field in Field)}."
    raise FilterError(
        typed, f"A filter has no field “{name}”.", f"{offer} To search for the word, put it in quotes: {quoted(typed)}."
    )


def _check(field: Field, value: str, typed: str) -> None:
    """Raise FilterError where the field does not take this value."""
    try:
        if field in NUMBERS:
            numbers(field, value)
        elif field in TIMES:
            moments(field, value, _SOME_MOMENT)
    except UserError as error:
        raise FilterError(typed, error.message, error.hint) from None
    known = [BIN] if field is Field.IN else [choice.value for choice in CHOICES.get(field, ())]
    if field is Field.KIND:
        known += _TYPES
    if known and value not in known:
        nearest = nearest_to(value, known)
        offer = f"Did you mean {field}:{nearest}?" if nearest else f"It can be {_listed(known)}."
        raise FilterError(typed, f"{field}: has no “{value}”.", offer)
    if field is Field.KIND and value in _TYPES:
        raise FilterError(typed, f"“{value}” is a type, not a form of memory.", f"Write type:{value} by itself.")


def example(field: Field) -> str:
    """One way to use a field."""
    if field in CHOICES:
        return f"{field}:{next(iter(CHOICES[field])).value}"
    amounts = {Field.USES: ">3", Field.HEAT: ">0.5", Field.SIZE: ">10kB", Field.IN: BIN, Field.TEXT: '"grey heron"'}
    free = {Field.TAG: "work", Field.PROJECT: "garden", Field.PARENT: "ID", Field.EXPIRES: "<30d"}
    return f"{field}:{(amounts | free).get(field, '<7d')}"


def nearest_to(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most like, if it is like any."""
    found = get_close_matches(word[:40].casefold(), list(known), 1, 0.6)
    return found[0] if found else None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_TYPES = [one.value for one in SemanticType]
