"""What time has done to memories: which have expired, will soon, or lie unused."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from memos_desktop.ids import format_time, parse_time
from memos_desktop.memory.lifecycle import TRANSITIONS, Trigger
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import time_of

# Anything done to a cube leaves its key in the journal; step numbers grow with time.
LATELY = """
WITH lately (id) AS MATERIALIZED (SELECT key FROM journal_changes WHERE table_name = 'cubes'
    AND step_id >= coalesce((SELECT min(id) FROM journal_steps WHERE time >= :moment), 9e15))"""
TOUCHED = (
    "(SELECT max(s.time) FROM journal_changes j JOIN journal_steps s ON s.id = j.step_id"
    " WHERE j.key = c.id AND j.table_name = 'cubes')"
)
# Who took an expiry back after it was carried out has decided: it is not carried out again.
TAKEN_BACK = (
    "coalesce((SELECT s.action = 'undo' AND s.time >= c.expires FROM journal_changes j"
    " JOIN journal_steps s ON s.id = j.step_id WHERE j.key = c.id AND j.table_name = 'cubes'"
    " AND json_extract(j.after, '$.state') IS NOT NULL ORDER BY j.number DESC LIMIT 1), 0)"
)


def _states(trigger: Trigger) -> str:
    """The states that a trigger leads out of, for an SQL list."""
    return ", ".join(f"'{state.value}'" for state, pulled in TRANSITIONS if pulled is trigger)


class Ageing:
    """Questions about age. Used on the thread of the vault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expired(self, now: datetime, limit: int = -1) -> tuple[str, ...]:
        """Cubes on the shelf whose expiry has passed and whose state does not say so yet, the earliest first."""
        sql = (
            f"SELECT id FROM cubes c WHERE expires <= ? AND state IN ({_states(Trigger.EXPIRE)})"
            f" AND binned IS NULL AND frozen = 0 AND NOT {TAKEN_BACK} ORDER BY expires, id LIMIT ?"
        )
        return tuple(row["id"] for row in self._database.rows(sql, (format_time(now), limit)))

    def expiring(self, now: datetime, until: datetime) -> tuple[str, ...]:
        """Cubes on the shelf that will expire until then, the earliest first."""
        sql = (
            f"SELECT id FROM cubes WHERE expires > ? AND expires <= ? AND state IN ({_states(Trigger.EXPIRE)})"
            " AND binned IS NULL ORDER BY expires, id"
        )
        return tuple(row["id"] for row in self._database.rows(sql, (format_time(now), format_time(until))))

    def next_expiry(self, now: datetime) -> datetime | None:
        """When the next cube on the shelf expires."""
        sql = "SELECT min(expires) FROM cubes WHERE expires > ? AND binned IS NULL AND frozen = 0"
        return time_of(self._database.value(sql, (format_time(now),)))

    def disused(self, before: datetime, limit: int = -1) -> Mapping[str, datetime]:
        """Live texts that nobody used or changed since, with when anything was done with them last, oldest first."""
        moment = format_time(before)
        rows = self._database.rows(
            f"{LATELY} SELECT c.id, max(coalesce(last_used, ''), changed, time) AS latest FROM cubes c"
            f" WHERE state IN ({_states(Trigger.DISUSE)}) AND changed < :moment AND time < :moment"
            " AND coalesce(last_used, '') < :moment AND binned IS NULL AND pinned = 0 AND frozen = 0 AND proposed = 0"
            " AND kind = 'plaintext' AND c.id NOT IN lately ORDER BY latest, c.id LIMIT :limit",
            {"moment": moment, "limit": limit},
        )
        touched = self.touched(row["id"] for row in rows)
        latest = {row["id"]: parse_time(row["latest"]) for row in rows}
        return {id: max(when, touched.get(id, when)) for id, when in latest.items()}

    def touched(self, ids: Iterable[str]) -> Mapping[str, datetime]:
        """When anything was done with these cubes last, as far as the journal knows."""
        sql = f"SELECT c.id, {TOUCHED} AS time FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
        rows = self._database.rows(sql, (json.dumps(list(ids)),))
        return {row["id"]: parse_time(row["time"]) for row in rows if row["time"]}
