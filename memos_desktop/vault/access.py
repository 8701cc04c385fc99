"""Reads what was done with a cube, from the log of uses and from the journal, and what several cubes share."""

import json
from collections.abc import Sequence
from typing import Any

from memos_desktop.ids import parse_time
from memos_desktop.memory.access import Access, AccessKind, AccessLog, InCommon
from memos_desktop.memory.call import Form
from memos_desktop.memory.changes import RowChange, Step
from memos_desktop.memory.cube import Scope, Sensitivity
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import time_of

# The keys of a cube in the journal: its id, and `id@version` for its versions.
_OF_CUBE = "(j.key = :id OR (j.key > :id || '@' AND j.key < :id || 'A'))"
# A use has a note in the journal too; the log of uses knows more of it.
_NO_USE = "(j.table_name != 'uses' OR json_extract(j.after, '$.form') IS NULL)"
_STEPS = f"FROM journal_steps s WHERE s.id IN (SELECT j.step_id FROM journal_changes j WHERE {_OF_CUBE} AND {_NO_USE})"
_AMONG = "(SELECT value FROM json_each(:ids))"


class AccessReader:
    """Used on the vault's thread. Ids are whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self, cube_id: str, limit: int = 200) -> AccessLog:
        """Uses, changes and exports of one cube, newest first."""
        key = {"id": cube_id}
        uses = self._database.rows(
            "SELECT u.*, h.title AS chat_title, m.id IS NOT NULL AS message_there FROM uses u"
            " LEFT JOIN chats h ON h.id = u.chat_id AND h.binned IS NULL LEFT JOIN messages m ON m.id = u.message_id"
            f" WHERE u.cube_id = :id ORDER BY u.time DESC, u.number DESC LIMIT {limit}",
            key,
        )
        steps = self._database.rows(
            "SELECT s.*, (SELECT max(j.table_name != 'uses') FROM journal_changes j"
            f" WHERE j.step_id = s.id AND {_OF_CUBE}) AS real {_STEPS} ORDER BY s.id DESC LIMIT {limit}",
            key,
        )
        lines = sorted([*map(_used, uses), *map(_done, steps)], key=lambda line: line.time, reverse=True)
        listed = self._database.value("SELECT count(*) FROM uses WHERE cube_id = :id", key)
        done = self._database.value(f"SELECT count(*) {_STEPS}", key)
        counted = self._database.value("SELECT uses FROM cubes WHERE id = :id", key) or 0
        return AccessLog(tuple(lines[:limit]), int(listed) + int(done), int(counted))

    def steps(self, cube_id: str, limit: int = 100) -> tuple[Step, ...]:
        """The latest steps that changed a cube, newest first, with what they changed in its head; texts left out."""
        changed = "AND j.table_name != 'uses'"
        heads = self._database.rows(
            "SELECT s.* FROM journal_steps s WHERE s.id IN (SELECT j.step_id FROM journal_changes j"
            f" WHERE {_OF_CUBE} {changed}) ORDER BY s.id DESC LIMIT {limit}",
            {"id": cube_id},
        )
        sql = (
            "SELECT j.table_name, j.key, iif(j.table_name = 'cubes', j.before, NULL) AS before,"
            " iif(j.table_name = 'cubes', j.after, NULL) AS after FROM journal_changes j"
            f" WHERE j.step_id = :step AND {_OF_CUBE} {changed} ORDER BY j.number"
        )
        return tuple(
            _step(head, self._database.rows(sql, {"step": head["id"], "id": cube_id})) for head in heads
        )

    def in_common(self, ids: Sequence[str]) -> InCommon:
        """What these cubes share. Those that are gone are not counted."""
        among = {"ids": json.dumps(list(ids))}

        def values(column: str) -> list[Any]:
            sql = f"SELECT {column} AS value, count(*) AS n FROM cubes WHERE id IN {_AMONG}"
            return self._database.rows(f"{sql} GROUP BY 1 ORDER BY n DESC, 1", among)

        fixed = "sum(frozen = 1 OR binned IS NOT NULL) AS fixed"
        counts = self._database.row(f"SELECT count(*) AS n, {fixed} FROM cubes WHERE id IN {_AMONG}", among)
        sql = f"SELECT tag, count(*) AS n FROM cube_tags WHERE cube_id IN {_AMONG}"
        tags = self._database.rows(f"{sql} GROUP BY tag ORDER BY n DESC, tag", among)
        return InCommon(
            count=counts["n"] if counts else 0,
            fixed=(counts["fixed"] or 0) if counts else 0,
            tags=tuple((row["tag"], row["n"]) for row in tags),
            scopes=tuple((Scope(row["value"]), row["n"]) for row in values("scope")),
            projects=tuple((row["value"], row["n"]) for row in values("project")),
            sensitivities=tuple((Sensitivity(row["value"]), row["n"]) for row in values("sensitivity")),
            expiries=tuple((time_of(row["value"]), row["n"]) for row in values("expires")),
        )


def _used(row: Any) -> Access:
    return Access(
        parse_time(row["time"]),
        AccessKind.USED,
        version=row["version"],
        form=Form(row["form"]),
        tokens=row["tokens"],
        chat_id=row["chat_id"],
        chat_title=row["chat_title"],
        message_id=row["message_id"],
        message_there=bool(row["message_there"]),
    )


def _done(row: Any) -> Access:
    label = row["label"]
    if row["real"]:
        kind = AccessKind.CHANGED
    else:
        kind = AccessKind.EXPORTED if label.startswith("Export") else AccessKind.NOTED
    said = {"undo": f"Undone: {label}", "redo": f"Done again: {label}"}.get(row["action"], label)
    return Access(parse_time(row["time"]), kind, said, row["reason"], row["actor"])


def _step(row: Any, changes: Sequence[Any]) -> Step:
    read = tuple(
        RowChange(
            one["table_name"],
            one["key"],
            json.loads(one["before"]) if one["before"] else None,
            json.loads(one["after"]) if one["after"] else None,
        )
        for one in changes
    )
    time = parse_time(row["time"])
    head = row["actor"], row["label"], row["reason"], row["action"], row["of"], bool(row["undone"])
    return Step(row["id"], time, *head, read)
