"""Which memories were learned from a message that was edited, left, deleted or changed since.

The one place that knows it: the chat, the inspector and the review list ask here. A memory that the person chose to
keep all the same is passed over until its message changes again.
"""

import json
from collections.abc import Sequence
from typing import Any

from memos_desktop.memory.sources import SourceChange, SourceMark
from memos_desktop.vault.database import Database

KEEP = "source changed"
"""The dismissal that says: keep this memory, whatever became of its message."""

# Memories on the shelf that were learned from a message of a chat that is not in the bin. A message that is not here
# (the memory was imported, say) tells nothing.
_LEARNED = """
learned (cube_id, chat_id, message_id, start, stop) AS (
    SELECT c.id, m.chat_id, m.id, v.source_start, v.source_end FROM {cubes}
    CROSS JOIN versions v ON v.id = c.id || '@' || c.version
    CROSS JOIN messages m ON m.id = v.source_message
    CROSS JOIN chats h ON h.id = m.chat_id AND h.binned IS NULL
    WHERE c.binned IS NULL AND v.kind = 'plaintext'
)"""
_SHOWN = """
shown (id, parent_id) AS (
    SELECT m.id, m.parent_id FROM (SELECT DISTINCT chat_id FROM learned) l CROSS JOIN chats h ON h.id = l.chat_id
        CROSS JOIN messages m ON m.id = h.leaf_id
    UNION ALL SELECT m.id, m.parent_id FROM shown CROSS JOIN messages m ON m.id = shown.parent_id
), branch (id) AS MATERIALIZED (SELECT id FROM shown)"""
# The first text that was learned from this message: what was corrected by hand since is another version.
_MARKS = """
SELECT l.*, m.binned, m.text, m.parent_id, m.chat_id,
    (SELECT v.text FROM versions v WHERE v.cube_id = l.cube_id AND v.source_message = l.message_id
        ORDER BY v.version LIMIT 1) AS said,
    (SELECT s.id FROM messages s WHERE s.chat_id = m.chat_id AND s.position = m.position AND s.id <> m.id
        AND s.parent_id IS m.parent_id AND s.role = m.role AND s.id IN (SELECT id FROM branch)) AS now,
    (SELECT s.created FROM messages s WHERE s.chat_id = m.chat_id AND s.position = m.position
        AND s.parent_id IS m.parent_id AND s.role = m.role AND s.id IN (SELECT id FROM branch)) AS since,
    m.id IN (SELECT id FROM branch) AS there, d.time AS kept
FROM learned l CROSS JOIN messages m ON m.id = l.message_id
LEFT JOIN dismissals d ON d.cube_id = l.cube_id AND d.action = :keep
ORDER BY l.cube_id"""


def changed_sources(
    database: Database, *, cube_ids: Sequence[str] | None = None, chat_id: str | None = None
) -> tuple[SourceMark, ...]:
    """The memories whose source changed: of all, of these, or of those learned in one chat."""
    cubes = "cubes c"
    if cube_ids is not None:
        cubes = "json_each(:ids) j CROSS JOIN cubes c ON c.id = j.value"
    if chat_id is not None:
        cubes = (
            "messages f CROSS JOIN versions w ON w.source_message = f.id AND f.chat_id = :chat"
            " CROSS JOIN cubes c ON c.id = w.cube_id AND w.version = c.version"
        )
    sql = f"WITH RECURSIVE {_LEARNED.format(cubes=cubes)}, {_SHOWN} {_MARKS}"
    values = {"ids": json.dumps(list(cube_ids or ())), "chat": chat_id, "keep": KEEP}
    marks = (_mark(row) for row in database.rows(sql, values))
    return tuple(mark for mark in marks if mark is not None)


def _mark(row: Any) -> SourceMark | None:
    change = _change(row)
    if change is None or (row["kept"] and row["kept"] >= (row["binned"] or row["since"] or "")):
        return None
    now = row["now"] if change is SourceChange.EDITED else ""
    return SourceMark(row["cube_id"], row["chat_id"], row["message_id"], change, now or "", row["parent_id"] or "")


def _change(row: Any) -> SourceChange | None:
    if row["binned"]:
        return SourceChange.DELETED
    if not row["there"]:
        return SourceChange.EDITED if row["now"] else SourceChange.ELSEWHERE
    return SourceChange.CHANGED if row["start"] is not None and row["said"] not in row["text"] else None
