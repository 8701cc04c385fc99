"""What the columns count: memories in spans of time, and in tags and projects."""

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from memos_desktop.memory.completion import Values
from memos_desktop.memory.cube import Kind, SortKey
from memos_desktop.memory.timeline import Bucket, Timeline, Zoom, span_of
from memos_desktop.vault.column_filter import BEGIN, micros
from memos_desktop.vault.columns import NO_PROJECT, Columns

if TYPE_CHECKING:
    from memos_desktop.vault.columns import Ints

LAST_DAY = datetime(9999, 12, 1).astimezone()
"""From here on the calendar ends before a span does."""


def timeline_of(
    columns: Columns, places: "Ints", by: SortKey, zoom: Zoom, between: tuple[datetime, datetime] | None = None
) -> Timeline:
    """The spans of time that hold some of `places`. One span of the calendar is computed for each that is not empty."""
    import numpy as np

    order = places[columns.column(by.value)[places].argsort(kind="stable")]
    times, kinds = columns.column(by.value)[order], columns.column("kind")[order]
    if between is not None:
        inside = slice(*np.searchsorted(times, [micros(moment) for moment in between]).tolist())
        times, kinds = times[inside], kinds[inside]
    if not len(times):
        return Timeline(zoom)
    buckets: list[Bucket] = []
    at = 0
    while at < len(times):
        start, end = _span(_moment(times[at]), zoom)
        until = int(np.searchsorted(times, micros(end)))
        buckets.append(Bucket(start, end, until - at, _kinds(columns, kinds[at:until])))
        at = until
    return Timeline(zoom, tuple(buckets), len(times), _moment(times[0]), _moment(times[-1]))


def values_of(columns: Columns) -> Values:
    """Tags and projects on the shelf with the number of their cubes, the most used first."""
    import numpy as np

    shelf = columns.alive() & ~columns.flag("binned")
    tags: Counter[str] = Counter()
    sets = np.bincount(columns.column("tags")[shelf], minlength=len(columns.words("tags")))
    for held_together, count in zip(columns.tag_sets.tags, sets.tolist(), strict=True):
        if count:
            for tag in held_together:
                tags[tag] += count
    projects: Counter[str] = Counter()
    own = shelf & ((columns.column("flags") & NO_PROJECT) == 0)
    held = np.bincount(columns.column("project")[own], minlength=len(columns.words("project")))
    projects.update(
        {word: count for word, count in zip(columns.words("project"), held.tolist(), strict=True) if count}
    )
    return Values(_most_first(tags), _most_first(projects))


def _most_first(counts: "Counter[str]") -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _kinds(columns: Columns, numbers: "Ints") -> tuple[tuple[Kind, int], ...]:
    import numpy as np

    words = list(columns.words("kind"))
    counts = np.bincount(numbers, minlength=len(words)).tolist()
    found = {Kind(word): count for word, count in zip(words, counts, strict=True) if count}
    return tuple((kind, found[kind]) for kind in Kind if kind in found)


def _moment(value: int) -> datetime:
    return BEGIN + timedelta(microseconds=int(value))


def _span(moment: datetime, zoom: Zoom) -> tuple[datetime, datetime]:
    if moment >= LAST_DAY:
        return LAST_DAY, datetime.max.replace(tzinfo=LAST_DAY.tzinfo)
    return span_of(moment, zoom)
