"""Cubes with all their versions, as a bundle has them, read from the vault a few hundred at a time."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence

from memos_desktop.memory.bundle import Chain
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import CUBE_COLUMNS, cube_of

AT_ONCE = 500


def chains(database: Database, ids: Sequence[str]) -> Iterator[Chain]:
    """The cubes of these ids in this order, binned or not; those that are not there are passed over."""
    sql = (
        f"SELECT {CUBE_COLUMNS} FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
        " CROSS JOIN versions v ON v.cube_id = c.id ORDER BY j.key, v.version"
    )
    for part in parts(ids):
        cubes = map(cube_of, database.rows(sql, (json.dumps(part),)))
        for _, versions in itertools.groupby(cubes, key=lambda cube: cube.id):
            yield Chain(tuple(versions))


def words(database: Database, ids: Sequence[str]) -> list[tuple[str, str, str | None]]:
    """Title, text and speaker of every version of these cubes: what names are looked for in. Much less than chains."""
    sql = (
        "SELECT v.title, coalesce(v.text, ''), v.speaker FROM json_each(?) j CROSS JOIN versions v"
        " ON v.cube_id = j.value ORDER BY j.key, v.version"
    )
    return [(row[0], row[1], row[2]) for row in database.rows(sql, (json.dumps(list(ids)),))]


def parts(ids: Iterable[str], size: int = AT_ONCE) -> Iterator[list[str]]:
    """The ids in lists of at most `size`."""
    waiting = iter(ids)
    while part := list(itertools.islice(waiting, size)):
        yield part


def there(database: Database, table: str, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are in a table."""
    sql = f"SELECT t.id FROM json_each(?) j CROSS JOIN {table} t ON t.id = j.value"
    return {row["id"] for part in parts(ids) for row in database.rows(sql, (json.dumps(part),))}
