"""Activation cubes and their sources: one on the shelf for each source, and never without it.

They are made from the text of a plaintext cube, so they follow it into the bin, out of it, and away for good.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import moment

OF_SOURCE = "kind = 'activation' AND id IN (SELECT cube_id FROM cube_parents WHERE parent_id = ?)"


class Activations:
    """Which activation cube belongs to which source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beside(self, source_id: str, binned: datetime | None = None) -> str | None:
        """The id of the activation cube on the shelf; with `binned`, of the one that was binned at that moment."""
        sql = f"SELECT id FROM cubes WHERE {OF_SOURCE} AND binned IS ? ORDER BY created DESC, id DESC LIMIT 1"
        found = self._database.value(sql, (source_id, moment(binned)))
        return None if found is None else str(found)

    def followers(self, source_ids: Sequence[str]) -> dict[str, str]:
        """The activation cube of each of these sources that has one: on the shelf, or binned at the same moment."""
        rows = self._database.rows(
            "SELECT s.id AS source_id, c.id FROM json_each(?) j CROSS JOIN cubes s ON s.id = j.value"
            " CROSS JOIN cube_parents p ON p.parent_id = s.id CROSS JOIN cubes c ON c.id = p.cube_id"
            " WHERE c.kind = 'activation' AND c.binned IS s.binned ORDER BY c.created, c.id",
            (json.dumps(source_ids),),
        )
        return {row["source_id"]: row["id"] for row in rows}

    def every(self, source_ids: Sequence[str]) -> tuple[str, ...]:
        """All activation cubes of these sources: on the shelf, in the bin, and those whose making was undone."""
        rows = self._database.rows(
            "SELECT cube_id FROM cube_parents WHERE parent_id IN (SELECT value FROM json_each(:ids))"
            " AND cube_id IN (SELECT id FROM cubes WHERE kind = 'activation')"
            " UNION SELECT j.key FROM journal_steps s CROSS JOIN journal_changes j ON j.step_id = s.id"
            " AND j.table_name = 'cubes' AND j.before IS NULL AND json_extract(j.after, '$.kind') = 'activation'"
            " JOIN json_each(json_extract(j.after, '$.parents')) p WHERE s.undone = 1"
            " AND p.value IN (SELECT value FROM json_each(:ids))",
            {"ids": json.dumps(source_ids)},
        )
        return tuple(row[0] for row in rows)

    def require_place(self, cube: Cube) -> None:
        """Raise UserError or NotFoundError where this activation cube cannot be on the shelf. Other kinds always can.

        Raises ValueError for one that is not made from exactly one cube.
        """
        if cube.kind is not Kind.ACTIVATION:
            return
        [source_id] = cube.parents
        source = self._database.row("SELECT title, kind, binned FROM cubes WHERE id = ?", (source_id,))
        if source is None:
            raise NotFoundError(f"The memory that “{cube.title}” was made from is gone. Nothing was changed.")
        if source["kind"] != Kind.PLAINTEXT.value:
            raise UserError(f"“{source['title']}” is no text, so it cannot be kept ready. Nothing was changed.")
        if source["binned"] is not None:
            raise UserError(
                f"“{source['title']}” is in the bin, so it cannot be kept ready. Nothing was changed.",
                "Take it out of the bin first.",
            )
        if self.beside(source_id) not in (None, cube.id):
            raise UserError(f"“{source['title']}” is kept ready already. Nothing was changed.")
