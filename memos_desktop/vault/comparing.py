"""Heads of cubes at two points, compared where they lie: which were added, removed or changed, and what of them."""

import json
from collections.abc import Sequence
from typing import Any

from memos_desktop.memory.cube import Cube
from memos_desktop.memory.snapshot import CubeDiff, Fate
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import CUBE_COLUMNS, cube_of

# What each column is called; what use counts is not compared, and the bin is a matter of being there.
WORDS = {
    "title": "title",
    "type": "type",
    "time": "event time",
    "state": "state",
    "tags": "tags",
    "parents": "parents",
    "frozen": "frozen",
    "pinned": "pinned",
    "owner": "owner",
    "scope": "who may see it",
    "project": "project",
    "access": "access",
    "expires": "expiry",
    "priority": "priority",
    "sensitivity": "sensitivity",
    "watermark": "watermark",
    "proposed": "proposed",
    "valid_to": "true until",
    "superseded_by": "replaced by",
}
TEXT = "text"
NEW_VERSION = "(a.version IS NOT b.version OR a.changed IS NOT b.changed)"
# A version never changes, so its content is read where it lies; `changed` tells a number that an undo gave away again.
# Of a version that was undone since only that is known: it counts as other words.
CONTENT_OF = (
    "coalesce((SELECT coalesce(v.text, v.sha256) FROM now.versions v WHERE v.id = {0}.id || '@' || {0}.version"
    " AND v.changed = {0}.changed), {0}.version || {0}.changed)"
)
NEW_TEXT = f"iif({NEW_VERSION} AND {CONTENT_OF.format('a')} IS NOT {CONTENT_OF.format('b')}, '{TEXT}|', '')"
AMONG = "c.id IN (SELECT value FROM json_each(?))"
HERE = "{0}.id IS NOT NULL AND {0}.binned IS NULL"
ORDER: tuple[Fate, ...] = (Fate.ADDED, Fate.REMOVED, Fate.CHANGED)


def _statement(later: str, scope: str) -> str:
    """Id, title, fate and fields of every cube of `scope` that differs between `main.cubes` and `later`."""
    headers = (f"iif(a.{name} IS NOT b.{name}, '{words}|', '')" for name, words in WORDS.items())
    fields = " || ".join((NEW_TEXT, *headers))
    before, after = HERE.format("a"), HERE.format("b")
    return (
        f"WITH scope(id) AS MATERIALIZED ({scope}) SELECT id, title, fields, fate FROM ("
        f"SELECT s.id AS id, coalesce(b.title, a.title) AS title,"
        f" CASE WHEN ({before}) AND ({after}) THEN {fields} ELSE '' END AS fields,"
        f" CASE WHEN ({before}) AND ({after}) THEN 'changed' WHEN {before} THEN 'removed' WHEN {after} THEN 'added'"
        f" END AS fate FROM scope s LEFT JOIN main.cubes a ON a.id = s.id LEFT JOIN {later} b ON b.id = s.id)"
        " WHERE fate IN ('added', 'removed') OR (fate = 'changed' AND fields <> '')"
    )


def compare(database: Database, later: str, scope: str, values: Sequence[object]) -> tuple[CubeDiff, ...]:
    """The cubes of `scope` (a query for ids) that differ between `main.cubes` and `later`, in no order."""
    return tuple(_diff(row) for row in database.rows(_statement(later, scope), values))


def summary(
    database: Database, later: str, scope: str, values: Sequence[object], limit: int
) -> tuple[dict[Fate, int], tuple[CubeDiff, ...]]:
    """How many differ by fate, and the first `limit` of each fate by title."""
    database.run("DROP TABLE IF EXISTS temp.differing")
    database.run(f"CREATE TEMP TABLE differing AS {_statement(later, scope)}", values)
    counted = {row[0]: row[1] for row in database.rows("SELECT fate, count(*) FROM temp.differing GROUP BY fate")}
    counts = {fate: int(counted.get(fate.value, 0)) for fate in ORDER}
    sql = "SELECT * FROM temp.differing WHERE fate = ? ORDER BY title COLLATE NOCASE, id LIMIT ?"
    found = [_diff(row) for fate in ORDER for row in database.rows(sql, (fate.value, limit))]
    database.run("DROP TABLE temp.differing")
    return counts, tuple(found)


def cubes_in(database: Database, ids: Sequence[str]) -> list[Cube]:
    """These cubes of `main` at their current versions there."""
    sql = f"SELECT {CUBE_COLUMNS} FROM main.cubes c JOIN main.versions v ON v.id = c.id || '@' || c.version"
    return [cube_of(row) for row in database.rows(f"{sql} WHERE {AMONG}", (json.dumps(list(ids)),))]


def chains_gone(database: Database, ids: Sequence[str]) -> dict[str, list[Cube]]:
    """Every version, oldest first, of those of these cubes of `main` that `now` does not have."""
    sql = f"SELECT {CUBE_COLUMNS} FROM main.cubes c JOIN main.versions v ON v.cube_id = c.id WHERE {AMONG}"
    chains: dict[str, list[Cube]] = {}
    gone = " AND c.id NOT IN (SELECT id FROM now.cubes) ORDER BY c.id, v.version"
    for row in database.rows(sql + gone, (json.dumps(list(ids)),)):
        chains.setdefault(row["id"], []).append(cube_of(row))
    return chains


def cube_now(database: Database, cube_id: str) -> Cube | None:
    """One cube as it is now, or None."""
    sql = f"SELECT {CUBE_COLUMNS} FROM now.cubes c JOIN now.versions v ON v.id = c.id || '@' || c.version"
    row = database.row(f"{sql} WHERE c.id = ?", (cube_id,))
    return None if row is None else cube_of(row)


def _diff(row: Any) -> CubeDiff:
    fate = Fate(row["fate"])
    fields = tuple(filter(None, row["fields"].split("|"))) if fate is Fate.CHANGED else ()
    return CubeDiff(row["id"], row["title"], fate, fields)
