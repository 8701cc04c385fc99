"""The columns of the cube table: what each is called, sorted by and says. Knows nothing of Qt."""

from collections.abc import Callable
from enum import IntEnum

from memos_desktop.ids import now
from memos_desktop.memory.cube import Cube, SortKey
from memos_desktop.memory.heat import heat
from memos_desktop.ui.cubes import words


class Column(IntEnum):
    """The columns of the table, from left to right."""

    KIND = 0
    TITLE = 1
    TYPE = 2
    STATE = 3
    TAGS = 4
    PROJECT = 5
    ORIGIN = 6
    SIZE = 7
    USES = 8
    HEAT = 9
    LAST_USED = 10
    EXPIRES = 11
    TIME = 12
    CHANGED = 13
    DATE = 14


NAMES = {
    Column.KIND: "Kind",
    Column.TITLE: "Memory",
    Column.TYPE: "Type",
    Column.STATE: "State",
    Column.TAGS: "Tags",
    Column.PROJECT: "Project",
    Column.ORIGIN: "Origin",
    Column.SIZE: "Size",
    Column.USES: "Uses",
    Column.HEAT: "Heat",
    Column.LAST_USED: "Last used",
    Column.EXPIRES: "Expires",
    Column.TIME: "Happened",
    Column.CHANGED: "Changed",
    Column.DATE: "Recorded",
}
SORT_KEYS = {
    Column.KIND: SortKey.KIND,
    Column.TITLE: SortKey.TITLE,
    Column.TYPE: SortKey.TYPE,
    Column.STATE: SortKey.STATE,
    Column.TAGS: SortKey.TAGS,
    Column.PROJECT: SortKey.PROJECT,
    Column.ORIGIN: SortKey.ORIGIN,
    Column.SIZE: SortKey.SIZE,
    Column.USES: SortKey.USES,
    Column.HEAT: SortKey.HEAT,
    Column.LAST_USED: SortKey.LAST_USED,
    Column.EXPIRES: SortKey.EXPIRES,
    Column.TIME: SortKey.TIME,
    Column.CHANGED: SortKey.CHANGED,
    Column.DATE: SortKey.CREATED,
}
HIGHEST_FIRST = frozenset(
    (Column.SIZE, Column.USES, Column.HEAT, Column.LAST_USED, Column.TIME, Column.CHANGED, Column.DATE)
)
"""Where a first click puts the highest or latest on top. Of what expires one looks for the first, so it is not here."""
ALWAYS = (Column.KIND, Column.TITLE)
USUAL = (Column.TYPE, Column.STATE, Column.TAGS, Column.USES, Column.HEAT, Column.DATE)
"""What is shown until somebody chooses."""
FIRST_TO_GO = (Column.TAGS, Column.HEAT, Column.USES, Column.STATE, Column.TYPE)
"""Where there is little room these give way, in this order, before any column that somebody has chosen."""
WIDTHS = {
    Column.KIND: 40,
    Column.TYPE: 104,
    Column.STATE: 112,
    Column.TAGS: 152,
    Column.PROJECT: 128,
    Column.ORIGIN: 148,
    Column.SIZE: 76,
    Column.USES: 60,
    Column.HEAT: 68,
    Column.LAST_USED: 104,
    Column.EXPIRES: 104,
    Column.TIME: 104,
    Column.CHANGED: 104,
    Column.DATE: 120,
}
NUMBERS = (Column.SIZE, Column.USES)
"""Columns of numbers, which stand below each other from the right."""
LEAST_TITLE = 220
LEAST = 44
"""The narrowest that somebody can make a column."""


def visible(chosen: frozenset[Column], widths: dict[Column, int], room: int) -> frozenset[Column]:
    """The chosen columns for which there is room beside the text; all numbers in unscaled pixels."""
    shown = [column for column in Column if column in chosen or column in ALWAYS]
    later = [column for column in reversed(Column) if column not in FIRST_TO_GO and column is not Column.DATE]
    for column in (*FIRST_TO_GO, *later, Column.DATE):
        if sum(widths[one] for one in shown if one is not Column.TITLE) + LEAST_TITLE <= room:
            break
        if column in shown and column not in ALWAYS:
            shown.remove(column)
    return frozenset(shown)


def cell(cube: Cube, column: Column) -> str:
    """A cell in words, as it is read aloud."""
    return _CELLS[column](cube)


def tip(cube: Cube, column: Column) -> str | None:
    """What a narrow cell cannot hold; None where the cell says it all."""
    if column in (Column.KIND, Column.HEAT):
        return cell(cube, column)
    if column is Column.TIME and cube.descriptive.event_time is None:
        return f"When it happened is not known. Recorded {words.long_date(cube.created)}"
    moments = {
        Column.DATE: cube.created,
        Column.CHANGED: cube.changed,
        Column.TIME: cube.time,
        Column.LAST_USED: cube.behaviour.last_used,
        Column.EXPIRES: cube.governance.expires,
    }
    if column in moments:
        moment = moments[column]
        return None if moment is None else words.long_date(moment)
    if column is Column.PROJECT:
        return cube.governance.project
    return ", ".join(cube.tags) if column is Column.TAGS and len(cube.tags) > 1 else None


_CELLS: dict[Column, Callable[[Cube], str]] = {
    Column.KIND: lambda cube: words.KINDS[cube.kind],
    Column.TITLE: lambda cube: cube.title,
    Column.TYPE: lambda cube: words.TYPES[cube.descriptive.type],
    Column.STATE: lambda cube: words.STATES[cube.state],
    Column.TAGS: lambda cube: ", ".join(cube.tags),
    Column.PROJECT: lambda cube: cube.governance.project or "",
    Column.ORIGIN: lambda cube: words.ORIGINS[cube.descriptive.origin],
    Column.SIZE: lambda cube: words.size(cube.payload.bytes),
    Column.USES: lambda cube: str(cube.behaviour.uses),
    Column.HEAT: lambda cube: words.heat_words(heat(cube.behaviour, now())),
    Column.LAST_USED: lambda cube: words.short_date(used) if (used := cube.behaviour.last_used) else "",
    Column.EXPIRES: lambda cube: words.short_date(end) if (end := cube.governance.expires) else "",
    Column.TIME: lambda cube: words.short_date(then) if (then := cube.descriptive.event_time) else "–",
    Column.CHANGED: lambda cube: words.short_date(cube.changed),
    Column.DATE: lambda cube: words.short_date(cube.created),
}
