"""How memories spread over time: counts in years, months, weeks, days or hours of the local calendar."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from memos_desktop.memory.cube import Kind


class Zoom(StrEnum):
    """How long one span of a timeline is."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    HOUR = "hour"


class TimeBasis(StrEnum):
    """Which time of a memory counts: when it happened, or when it was recorded."""

    EVENT = "event"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One span from `start` up to `end`, with the number of its memories, and of each kind."""

    start: datetime
    end: datetime
    count: int
    kinds: tuple[tuple[Kind, int], ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The spans that hold something, oldest first. `total` counts them all; `first` and `last` are the outer times."""

    zoom: Zoom
    buckets: tuple[Bucket, ...] = ()
    total: int = 0
    first: datetime | None = None
    last: datetime | None = None


def span_of(moment: datetime, zoom: Zoom) -> tuple[datetime, datetime]:
    """The span of the local calendar that `moment` lies in: its first moment, and that of the next one."""
    here = moment.astimezone()
    hour = here.replace(minute=0, second=0, microsecond=0)
    if zoom is Zoom.HOUR:
        return hour, hour + timedelta(hours=1)
    day = hour.replace(hour=0)
    if zoom is Zoom.DAY:
        start, end = day, day + timedelta(days=1)
    elif zoom is Zoom.WEEK:
        start = day - timedelta(days=day.weekday())
        end = start + timedelta(days=7)
    elif zoom is Zoom.MONTH:
        start = day.replace(day=1)
        end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    else:
        start = day.replace(day=1, month=1)
        end = start.replace(year=start.year + 1)
    return _local(start), _local(end)


def _local(wall: datetime) -> datetime:
    """A wall clock time with the zone that holds on that day (summer time)."""
    return wall.replace(tzinfo=None).astimezone()
