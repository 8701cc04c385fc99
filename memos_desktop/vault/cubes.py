"""The shelf of MemCubes: add, revise, remove for good; what reads and what changes headers comes from the bases."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from memos_desktop.errors import UserError
from memos_desktop.ids import now
from memos_desktop.memory import governance
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import ActivationPayload, Cube, Descriptive, Payload, TextPayload, title_of
from memos_desktop.vault.cube_headers import CubeHeaders
from memos_desktop.vault.purge import purge
from memos_desktop.vault.rows import cube_row, current_columns, version_row

ANCESTOR = (
    "WITH RECURSIVE up (id) AS (SELECT value FROM json_each(?)"
    " UNION SELECT p.parent_id FROM up CROSS JOIN cube_parents p ON p.cube_id = up.id) SELECT 1 FROM up WHERE id = ?"
)


class CubeStore(CubeHeaders):
    """The cubes of a vault. Every write returns `Changes` and is one undo step.

    Ids may be given as a unique beginning of at least six characters.
    """

    def add(self, cube: Cube, *, actor: str = "user", reason: str = "") -> Changes:
        """Keep a new cube as it is given.

        Raises UserError where its id is taken, and for an activation cube whose source has one or is in the bin.
        """
        return self.add_many((cube,), actor=actor, reason=reason, label=f"Add memory “{cube.title}”")

    def add_many(
        self, cubes: Sequence[Cube], *, actor: str = "user", reason: str = "", label: str | None = None
    ) -> Changes:
        """Keep new cubes, all or none, as one undo step.

        Raises UserError as `add` does, and for a cube that would descend from itself.
        """
        with self._journal.step(label or f"Add {len(cubes)} memories", actor, reason) as step:
            for cube in cubes:
                if self._database.value("SELECT 1 FROM cubes WHERE id = ?", (cube.id,)):
                    raise UserError(f"There is a memory with the id {cube.id} already. Nothing was added.")
                self._activations.require_place(cube)
                self._refuse_cycle(cube)
                step.add("cubes", cube_row(cube))
                step.add("versions", version_row(cube))
        return step.changes

    def revise(
        self,
        cube_id: str,
        *,
        text: str | None = None,
        payload: ActivationPayload | None = None,
        descriptive: Descriptive | None = None,
        actor: str = "user",
        reason: str = "",
        expected_version: int | None = None,
    ) -> Changes:
        """Add a version with a new text or description. A title that only repeats the text follows it.

        An activation cube takes a new `payload` instead. Raises UserError for a frozen cube, for a text where the
        payload is none of its own, and where `expected_version` is not the current one: somebody else was faster.
        What is read only, or in the bin, takes no other text or description.
        """
        old = self.get(cube_id)
        governance.require(governance.Action.EDIT if payload is None else governance.Action.ARRANGE, old)
        _refuse_outdated(old, expected_version)
        content = _new_payload(old, text, payload)
        wanted = descriptive or _retitled(old, text)
        if (content, wanted) == (old.payload, old.descriptive):
            return Changes()
        number = self._database.value("SELECT max(version) FROM versions WHERE cube_id = ?", (old.id,)) + 1
        new = replace(
            old, version=number, changed=now(), payload=content, descriptive=wanted, actor=actor, reason=reason
        )
        with self._journal.step(f"Edit memory “{new.title}”", actor, reason) as step:
            step.add("versions", version_row(new))
            step.change("cubes", new.id, current_columns(new))
        return step.changes

    def purge_bin(self, older_than: datetime, *, actor: str = "user", reason: str = "") -> Changes:
        """Remove for good what was binned before, and what was made from it; see `purge.purge`."""
        return purge(self._database, self._journal, older_than, actor, reason)

    def _refuse_cycle(self, cube: Cube) -> None:
        """Of what is made here none can be its own ancestor; what comes from elsewhere could be."""
        if cube.parents and self._database.value(ANCESTOR, (json.dumps(cube.parents), cube.id)):
            raise UserError(f"“{cube.title}” would be made from itself, over its parents. Nothing was added.")


def _refuse_outdated(cube: Cube, expected_version: int | None) -> None:
    if expected_version not in (None, cube.version):
        raise UserError(
            f"“{cube.title}” was changed meanwhile: it is at version {cube.version},"
            f" not {expected_version}. Your change was not saved.",
            "Look at the new version, then make your change again.",
        )


def _new_payload(old: Cube, text: str | None, payload: ActivationPayload | None) -> Payload:
    """What the next version holds."""
    if payload is not None:
        if old.kind is not payload.kind:
            raise UserError(f"“{old.title}” is {old.kind.value}, so nothing was changed.")
        return payload
    if text is None or text == old.text:
        return old.payload
    if isinstance(old.payload, TextPayload):
        return TextPayload(text)
    if isinstance(old.payload, ActivationPayload):
        raise UserError(
            f"“{old.title}” is made from the text of another memory, so its text was not changed.",
            "Edit its source, then keep that ready again.",
        )
    raise UserError(f"“{old.title}” holds no text, so its text cannot be changed.")


def _retitled(old: Cube, text: str | None) -> Descriptive:
    if text is None or old.title != title_of(old.text):
        return old.descriptive
    return replace(old.descriptive, title=title_of(text))
