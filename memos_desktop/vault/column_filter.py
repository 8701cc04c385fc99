"""Filters as masks over the columns: which places pass. Words are asked of the full-text index."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from memos_desktop.memory.amounts import Moments, moments, numbers
from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.filter import conditions
from memos_desktop.memory.filter_match import stands_in, words_in
from memos_desktop.memory.heat import HALF_LIFE
from memos_desktop.memory.terms import NUMBERS, SOON, TIMES, Field, Flag, SourceKind, Term
from memos_desktop.vault.columns import NEVER, NO_PROJECT, SOURCES, Columns
from memos_desktop.vault.database import Database

if TYPE_CHECKING:
    from memos_desktop.vault.columns import Array, Ints, Mask

KEPT = 48
"""So many answers of the full-text index are kept until something is written."""
TICK = timedelta(microseconds=1)
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
LETTERS = re.compile(r"[^\W_]+")
COLUMNS = {
    Field.USES: "uses",
    Field.SIZE: "size",
    Field.CREATED: "created",
    Field.CHANGED: "changed",
    Field.TIME: "time",
    Field.USED: "last_used",
    Field.EXPIRES: "expires",
}
ALL = "SELECT group_concat(rowid) FROM passages_words WHERE passages_words MATCH ?"
MADE_FROM = """SELECT k.rowid, s.rowid FROM cubes k CROSS JOIN cube_parents p ON p.cube_id = k.id
    CROSS JOIN cubes s ON s.id = p.parent_id WHERE k.kind = 'activation'"""
STALE = """SELECT k.rowid FROM json_each(?) j CROSS JOIN cubes k ON k.rowid = j.value
    CROSS JOIN versions v ON v.id = k.id || '@' || k.version
    LEFT JOIN cube_parents p ON p.cube_id = k.id LEFT JOIN cubes s ON s.id = p.parent_id
    LEFT JOIN versions w ON w.id = s.id || '@' || s.version
    GROUP BY k.rowid HAVING NOT coalesce(max(w.text IS v.text), 0)"""


class ColumnFilter:
    """Answers which places pass a filter. The columns must be fresh (`Columns.refresh`) when it is asked."""

    def __init__(self, database: Database, columns: Columns) -> None:
        self._database = database
        self._columns = columns
        self._seen_at = -1
        self._kept: OrderedDict[str, Mask] = OrderedDict()
        self._made_from: tuple[Ints, Ints] | None = None
        self._stale: Ints | None = None

    def mask(self, wanted: CubeFilter, now: datetime) -> "Mask":
        """Where a cube passes at `now`."""
        columns = self._columns
        if self._seen_at != columns.epoch:
            self._seen_at = columns.epoch
            self._kept.clear()
            self._made_from = self._stale = None
        binned = columns.flag("binned")
        mask: Mask = columns.alive() & (binned if wanted.binned else ~binned)
        for term in conditions(wanted):
            if term.field is not Field.IN:
                mask &= self._term(term, now)
        for query in queries(wanted.text):
            mask &= self._having(query)
        return mask

    def stale(self) -> "Ints":
        """The places of activation cubes whose source was edited since, or is gone."""
        if self._stale is None:
            import numpy as np

            doubtful = self._said(Field.KIND.value, Kind.ACTIVATION.value) & self._columns.alive()
            made, source = self._activations()
            # What was made from a first version that is still the only one cannot be out of date.
            doubtful[made[self._columns.column("version")[source] == 1]] = False
            places = json.dumps(np.flatnonzero(doubtful).tolist())
            self._stale = self._ints([row[0] for row in self._database.rows(STALE, (places,))])
        return self._stale

    def _term(self, term: Term, now: datetime) -> "Mask":
        mask = self._value(term.field, term.values[0], now)
        for value in term.values[1:]:
            mask = mask | self._value(term.field, value, now)
        return ~mask if term.negated else mask

    def _value(self, field: Field, value: str, now: datetime) -> "Mask":
        if field in NUMBERS:
            span = numbers(field, value)
            amounts = self._heat(now) if field is Field.HEAT else self._columns.column(COLUMNS[field])
            mask: Mask = (amounts >= span.low) & (amounts <= span.high)
            return mask
        if field in TIMES:
            return self._within(COLUMNS[field], moments(field, value, now))
        others: dict[Field, Callable[[], Mask]] = {
            Field.TEXT: lambda: self._having(phrase_query(value)),
            Field.IS: lambda: self._flag(Flag(value), now),
            Field.SOURCE: lambda: self._columns.column("source") == SOURCES.index(SourceKind(value)),
            Field.PARENT: lambda: self._children(value),
            Field.TAG: lambda: self._tagged(value.casefold()),
        }
        return others[field]() if field in others else self._said(field.value, value.casefold())

    def _heat(self, now: datetime) -> "Array":
        """The heat of every cube at `now`, as `memory.heat.heat` has it."""
        import numpy as np

        used = self._columns.column("last_used")
        idle = np.maximum(micros(now) - np.where(used == NEVER, micros(now), used), 0)
        left: Array = self._columns.column("heat") * 0.5 ** (idle / (HALF_LIFE // TICK))
        return np.where(used == NEVER, 0.0, left)

    def _within(self, name: str, span: Moments) -> "Mask":
        column = self._columns.column(name)
        if span.never:
            nothing: Mask = column == NEVER
            return nothing
        mask: Mask = column >= (NEVER + 1 if span.low is None else micros(span.low))
        return mask if span.high is None else mask & (column <= micros(span.high))

    def _flag(self, flag: Flag, now: datetime) -> "Mask":
        if flag is Flag.STALE:
            return self._at(self.stale())
        if flag is Flag.EXPIRING:
            return self._within("expires", Moments(now, now + timedelta(days=SOON)))
        return self._columns.flag(flag.value)

    def _said(self, name: str, value: str) -> "Mask":
        """Where a column of words says this, in whatever case."""
        import numpy as np

        words = self._columns.words(name)
        fits = np.fromiter((word.casefold() == value for word in words), np.bool_, len(words))
        mask: Mask = fits[self._columns.column(name)] if len(words) else self._nowhere()
        return mask & ((self._columns.column("flags") & NO_PROJECT) == 0) if name == "project" else mask

    def _tagged(self, value: str) -> "Mask":
        import numpy as np

        fits = np.zeros(len(self._columns.words("tags")) + 1, np.bool_)
        fits[self._columns.tag_sets.with_tag(value)] = True
        mask: Mask = fits[self._columns.column("tags")]
        return mask

    def _children(self, parent: str) -> "Mask":
        sql = (
            "SELECT c.rowid FROM cube_parents p CROSS JOIN cubes c ON c.id = p.cube_id"
            " WHERE substr(p.parent_id, 1, length(?1)) = ?1"
        )
        return self._at(self._ints([row[0] for row in self._database.rows(sql, (parent,))]))

    def _having(self, query: str | None) -> "Mask":
        """Where the full-text index finds this; an activation cube is found with its source."""
        if query is None:
            return self._nowhere()
        if query not in self._kept:
            self._kept[query] = self._found(query)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(query)
        return self._kept[query]

    def _found(self, query: str) -> "Mask":
        import numpy as np

        # One long text is read ten times faster than a row for each of 100,000 passages.
        numbers = np.fromstring(self._database.value(ALL, (query,)) or "", dtype=np.int64, sep=",")
        mask = self._at(self._columns.owners(numbers)) | self._saying_tags(query)
        made, source = self._activations()
        mask[made[mask[source]]] = True
        return mask

    def _saying_tags(self, query: str) -> "Mask":
        """Where a tag says it. They are no part of the full text: thousands of tags change at once by hand."""
        import numpy as np

        wanted = words_in(query)
        sets = self._columns.tag_sets
        fits = np.zeros(len(sets) + 1, np.bool_)
        for tag, words in sets.said.items():
            if stands_in(words, wanted):
                fits[sets.with_tag(tag)] = True
        mask: Mask = fits[self._columns.column("tags")]
        return mask & ~self._said(Field.KIND.value, Kind.ACTIVATION.value)

    def _activations(self) -> "tuple[Ints, Ints]":
        """The activation cubes and their sources, place by place."""
        if self._made_from is None:
            pairs = self._database.rows(MADE_FROM)
            self._made_from = self._ints([pair[0] for pair in pairs]), self._ints([pair[1] for pair in pairs])
        return self._made_from

    def _at(self, places: "Ints") -> "Mask":
        mask = self._nowhere()
        mask[places] = True
        return mask

    def _nowhere(self) -> "Mask":
        import numpy as np

        return np.zeros(self._columns.top, dtype=np.bool_)

    def _ints(self, values: list[int]) -> "Ints":
        import numpy as np

        return np.array(values, dtype=np.int64)


def queries(text: str) -> Iterator[str | None]:
    """What to ask the full-text index for a text, all of it: each word, or a beginning of one. None finds nothing."""
    words = dict.fromkeys(LETTERS.findall(text.casefold()))
    yield from (f'"{word}"*' for word in words)
    if text.strip() and not words:
        yield None


def phrase_query(text: str) -> str | None:
    """What to ask it for words in a row, the last of which may go on. None where there is no word."""
    words = LETTERS.findall(text.casefold())
    return f'"{" ".join(words)}"*' if words else None


def micros(moment: datetime) -> int:
    """A time as the columns hold it."""
    return (moment - BEGIN) // TICK
