"""The stops of a slider over the history: every change of a memory, or where there are very many a good choice of them.

Steps that changed no memory (messages, use) are no stops. All is read from one index of the journal.
"""

import json
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

from memos_desktop.ids import now, parse_time
from memos_desktop.memory.snapshot import History, Moment, Snapshot
from memos_desktop.vault.database import Database
from memos_desktop.vault.snapshots import Snapshots

MOST = 1_500
LATEST = 500
"""The latest changes are all there: that is where people look first."""
DAYS = 500
OF_CUBES = "table_name IN ('cubes', 'versions')"
EMPTY = "Nothing yet"


def history(database: Database, most: int = MOST) -> History:
    """What the slider offers, oldest first."""
    sql = f"SELECT DISTINCT step_id FROM journal_changes WHERE {OF_CUBES} ORDER BY step_id"
    steps = [int(row[0]) for row in database.rows(sql)]
    stops = {_stop(steps, one.step_id): one for one in reversed(Snapshots(database).list())}
    chosen = steps if len(steps) <= most else _thinned(database, steps, most)
    wanted = sorted({*chosen, *stops})
    return History(_moments(database, wanted, stops), len(steps))


def neighbour(database: Database, step_id: int, later: bool) -> Moment | None:
    """The next change of a memory after a step, or the last one before it; None at the end of the history."""
    way, best = (">", "min") if later else ("<", "max")
    found = database.value(
        f"SELECT {best}(step_id) FROM journal_changes WHERE step_id {way} ? AND {OF_CUBES}", (step_id,)
    )
    if found is None:
        return None
    return _moments(database, [int(found)], {})[0]


def _stop(steps: Sequence[int], step_id: int) -> int:
    """The last change of a memory up to a step; 0 where there was none: the vault was empty."""
    place = bisect_right(steps, step_id)
    return steps[place - 1] if place else 0


def _thinned(database: Database, steps: Sequence[int], most: int) -> list[int]:
    latest = steps[-LATEST:]
    older = steps[:-LATEST]
    times = {row[0]: row[1] for row in database.rows("SELECT id, time FROM journal_steps")}
    last_of_day: dict[date, int] = {}
    for step in older:
        if step in times:
            last_of_day[parse_time(times[step]).astimezone().date()] = step
    days = sorted(last_of_day.values())[-DAYS:]
    room = max(1, most - len(latest) - len(days))
    evenly = older[:: max(1, len(older) // room + 1)]
    return sorted({*evenly, *days, *latest, steps[0]})


def _moments(database: Database, steps: Sequence[int], stops: dict[int, Snapshot]) -> tuple[Moment, ...]:
    rows = database.rows(
        "SELECT s.id, s.time, s.label FROM json_each(?) j CROSS JOIN journal_steps s ON s.id = j.value ORDER BY j.key",
        (json.dumps(list(steps)),),
    )
    found = {row["id"]: Moment(row["id"], parse_time(row["time"]), row["label"], stops.get(row["id"])) for row in rows}
    made = []
    for step in steps:
        if step in found:
            made.append(found[step])
        elif step == 0:
            snapshot = stops.get(0)
            made.append(Moment(0, snapshot.time if snapshot else now(), EMPTY, snapshot))
    return tuple(made)
