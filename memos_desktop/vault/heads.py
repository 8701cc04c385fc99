"""The head of a cube: what changing its header needs to know, without its text. Ten thousand are read in a moment."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from memos_desktop.errors import NotFoundError
from memos_desktop.memory.cube import Access, Behaviour, Governance, Kind, Scope, State
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import time_of

PIECE = 500
COLUMNS = (
    "c.id, c.title, c.kind, c.state, c.frozen, c.binned, c.tags, c.uses, c.scope, c.project, c.expires, c.pinned,"
    " c.proposed, c.access"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The fields are those of `Cube` and of its parts."""

    id: str
    title: str
    kind: Kind
    state: State
    frozen: bool
    binned: datetime | None
    tags: tuple[str, ...]
    uses: int
    scope: Scope
    project: str | None
    expires: datetime | None
    pinned: bool
    proposed: bool
    access: Access

    @property
    def governance(self) -> Governance:
        """As far as it is known here."""
        return Governance(
            scope=self.scope, project=self.project, access=self.access, expires=self.expires, proposed=self.proposed
        )

    @property
    def behaviour(self) -> Behaviour:
        """As far as it is known here: how often it was used."""
        return Behaviour(self.uses)


def heads(database: Database, ids: Iterable[str]) -> Iterator[Head]:
    """The heads of these (whole ids) in this order, each once. Raises NotFoundError when it comes to an unknown one."""
    rest = iter(dict.fromkeys(ids))
    sql = f"SELECT {COLUMNS} FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
    while piece := tuple(islice(rest, PIECE)):
        found = {row["id"]: row for row in database.rows(sql, (json.dumps(piece),))}
        for cube_id in piece:
            row = found.get(cube_id)
            if row is None:
                raise NotFoundError(
                    f"There is no memory with the id {cube_id}. Nothing was changed.", "List memories to see their ids."
                )
            yield Head(
                row["id"],
                row["title"],
                _KINDS[row["kind"]],
                _STATES[row["state"]],
                bool(row["frozen"]),
                time_of(row["binned"]),
                tuple(json.loads(row["tags"])),
                row["uses"],
                _SCOPES[row["scope"]],
                row["project"],
                time_of(row["expires"]),
                bool(row["pinned"]),
                bool(row["proposed"]),
                _ACCESS[row["access"]],
            )


_KINDS = {kind.value: kind for kind in Kind}
_STATES = {state.value: state for state in State}
_SCOPES = {scope.value: scope for scope in Scope}
_ACCESS = {access.value: access for access in Access}
