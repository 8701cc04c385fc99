"""Removal for good: a cube, what was made from it, and what the journal and the log of uses say of them."""

from datetime import datetime

from memos_desktop.ids import format_time
from memos_desktop.memory.changes import Changes
from memos_desktop.vault.activations import Activations
from memos_desktop.vault.database import Database
from memos_desktop.vault.journal import Journal
from memos_desktop.vault.uses import forget_uses

LABEL = "Empty the bin"
# Versions that were undone stand in the journal only.
VERSIONS = (
    "SELECT id FROM versions WHERE cube_id = ? UNION"
    " SELECT key FROM journal_changes WHERE table_name = 'versions' AND key > ? || '@' AND key < ? || 'A'"
)


def purge(database: Database, journal: Journal, older_than: datetime, actor: str, reason: str) -> Changes:
    """Remove what was binned before: rows, passages, vectors, and every trace in the journal. It cannot be undone.

    The message that such a cube stood for stays in its chat, and out of recall. Attachments in messages keep the id
    of a cube that is gone.
    """
    sql = "SELECT id FROM cubes WHERE binned IS NOT NULL AND binned < ? ORDER BY id"
    binned = [str(row["id"]) for row in database.rows(sql, (format_time(older_than),))]
    if not binned:
        return Changes()
    ids = dict.fromkeys((*binned, *Activations(database).every(binned)))
    with journal.forgetting(LABEL, actor, reason) as forget:
        for cube_id in ids:
            database.run(
                "INSERT OR IGNORE INTO forgotten SELECT source_message FROM versions"
                " WHERE cube_id = ? AND source_message IS NOT NULL AND kind <> 'activation'",
                (cube_id,),
            )
            forget_uses(database, cube_id)
            for row in database.rows(VERSIONS, (cube_id, cube_id, cube_id)):
                forget("versions", row["id"])
            forget("cubes", cube_id)
    return Changes(cubes=frozenset(ids), index=True, label=LABEL)
