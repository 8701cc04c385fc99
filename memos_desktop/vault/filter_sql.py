"""Filters as WHERE clauses over `cubes`: for the first question after a start, before the columns are loaded.

Words, phrases, tags, projects and what stands in a head are asked of SQLite, which has indexes for them. Times,
numbers and what follows from other cubes are left to the columns (`column_filter`), whose answers these equal.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from memos_desktop.memory.cube import CubeFilter, Kind
from memos_desktop.memory.filter import conditions
from memos_desktop.memory.filter_match import stands_in, words_in
from memos_desktop.memory.terms import Field, Flag, Term
from memos_desktop.vault.column_filter import phrase_query, queries
from memos_desktop.vault.database import Database

Clause = tuple[str, tuple[Any, ...]]

NOTHING: Clause = ("0", ())
HEADS = frozenset((Field.KIND, Field.TYPE, Field.STATE, Field.SCOPE, Field.SENSITIVITY, Field.ACCESS))
"""Fields with a closed choice of lower-case words that are columns of `cubes` by the same name."""
FLAGS = {Flag.SUPERSEDED: "superseded_by IS NOT NULL"} | {
    flag: f"{flag.value} = 1" for flag in (Flag.PINNED, Flag.FROZEN, Flag.PROPOSED)
}  # with the number written out: the index of the few that are pinned applies to nothing else
FIELDS = HEADS | {Field.TEXT, Field.TAG, Field.PROJECT, Field.IN}
# An activation cube is found with its source; its own tags say nothing.
FOUND = f"""rowid IN (WITH said (place) AS MATERIALIZED (
    SELECT c.rowid FROM passages_words w CROSS JOIN passages p ON p.id = w.rowid AND p.owner = 'cube'
        CROSS JOIN cubes c ON c.id = p.owner_id WHERE passages_words MATCH ?
    UNION SELECT c.rowid FROM json_each(?) j CROSS JOIN cube_tags t ON t.tag = j.value
        CROSS JOIN cubes c ON c.id = t.cube_id AND c.kind <> '{Kind.ACTIVATION}'
    ) SELECT place FROM said UNION SELECT k.rowid FROM cubes k CROSS JOIN cube_parents p ON p.cube_id = k.id
        CROSS JOIN cubes s ON s.id = p.parent_id AND s.rowid IN (SELECT place FROM said)
        WHERE k.kind = '{Kind.ACTIVATION}')"""
TAGGED = (
    "rowid IN (SELECT c.rowid FROM json_each(?) j CROSS JOIN cube_tags t ON t.tag = j.value"
    " CROSS JOIN cubes c ON c.id = t.cube_id)"
)
# From one tag to the next by the index: there may be 100,000 tagged cubes, and few tags.
TAGS = (
    "WITH RECURSIVE used (tag) AS (SELECT min(tag) FROM cube_tags UNION ALL"
    " SELECT (SELECT min(tag) FROM cube_tags t WHERE t.tag > used.tag) FROM used WHERE tag IS NOT NULL)"
    " SELECT tag FROM used WHERE tag IS NOT NULL"
)
PROJECTS = "SELECT DISTINCT project FROM cubes WHERE project IS NOT NULL"


def is_askable(wanted: CubeFilter) -> bool:
    """Whether SQLite can answer all of a filter."""
    return all(
        term.field in FIELDS or (term.field is Field.IS and FLAGS.keys() >= {Flag(value) for value in term.values})
        for term in conditions(wanted)
    )


def where(database: Database, wanted: CubeFilter) -> Clause:
    """The clause of an askable filter, with its parameters."""
    parts: list[Clause] = [("binned IS NOT NULL" if wanted.binned else "binned IS NULL", ())]
    parts += [_term(database, term) for term in conditions(wanted) if term.field is not Field.IN]
    parts += [_saying(database, query) for query in queries(wanted.text)]
    return _joined(" AND ", parts)


def _term(database: Database, term: Term) -> Clause:
    clause, values = _joined(" OR ", [_value(database, term.field, value) for value in term.values])
    return f"{'NOT ' if term.negated else ''}({clause})", values


def _value(database: Database, field: Field, value: str) -> Clause:
    if field in HEADS:
        return f"{field.value} = ?", (value.casefold(),)
    said = value.casefold()
    others: dict[Field, Callable[[], Clause]] = {
        Field.IS: lambda: (FLAGS[Flag(value)], ()),
        Field.TEXT: lambda: _saying(database, phrase_query(value)),
        Field.TAG: lambda: (TAGGED, (_same(database, TAGS, said),)),
        Field.PROJECT: lambda: (
            "coalesce(project IN (SELECT value FROM json_each(?)), 0)", (_same(database, PROJECTS, said),)
        ),
    }  # fmt: skip
    return others[field]()


def _saying(database: Database, query: str | None) -> Clause:
    """What the full-text index finds, or a tag says."""
    if query is None:
        return NOTHING
    wanted = words_in(query)
    tags = [tag for (tag,) in database.rows(TAGS) if stands_in(words_in(tag), wanted)]
    return FOUND, (query, json.dumps(tags))


def _same(database: Database, sql: str, said: str) -> str:
    """Of the words that `sql` gives those that are this one in whatever case, as JSON."""
    return json.dumps([word for (word,) in database.rows(sql) if word.casefold() == said])


def _joined(word: str, parts: Iterable[Clause]) -> Clause:
    clauses, values = zip(*parts, strict=True)
    return word.join(clauses), tuple(value for several in values for value in several)
