"""A vault with a history made of random changes, and what its tables held after each of them."""

import random
from dataclasses import replace
from typing import Any

from vault_values import activation, cube, use

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Cube, CubeFilter, Descriptive, Governance, Kind, Origin, State
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.vault.vault import Vault

CHANGES = (
    "add", "add", "several", "revise", "pin", "tag", "bin", "unbin", "archive", "restore", "freeze", "project",
    "keep ready", "fuse", "fuse", "split", "expire", "undo", "undo", "redo", "use",
)  # fmt: skip
LIVE = (State.GENERATED, State.ACTIVATED)
NOT_OF_USE = (
    "id, version, created, changed, kind, type, title, time, tags, parents, frozen, pinned, binned, owner, scope,"
    " project, access, expires, priority, sensitivity, watermark, proposed, valid_to, superseded_by,"
    " CASE state WHEN 'activated' THEN 'generated' ELSE state END"
)


def rows(vault: Vault) -> dict[str, list[tuple[Any, ...]]]:
    """The cubes and their versions as the tables hold them, without what use counts: uses, heat, being activated."""
    tables = {"cubes": NOT_OF_USE, "versions": "*", "cube_tags": "*", "cube_parents": "*"}
    return {
        table: sorted(map(tuple, vault.database.rows(f"SELECT {names} FROM {table}")), key=repr)
        for table, names in tables.items()
    }


def last_step(vault: Vault) -> int:
    """The number of the last step."""
    return vault.database.value("SELECT max(id) FROM journal_steps") or 0


class History:
    """Makes changes, and remembers by step what the tables held after it."""

    def __init__(self, vault: Vault, seed: int = 0) -> None:
        self.vault = vault
        self._chance = random.Random(seed)
        self.then = {last_step(vault): rows(vault)}

    def change(self, kind: str) -> None:
        """One change; what is not allowed now is left out."""
        try:
            self._change(kind)
        except UserError:
            return
        self.then[last_step(self.vault)] = rows(self.vault)

    def run(self, count: int) -> None:
        """So many changes."""
        for _ in range(count):
            self.change(self._chance.choice(CHANGES))

    def _some(self, binned: bool = False) -> str:
        found = self.vault.cubes.page(CubeFilter(binned=binned), 0, 100).cubes
        if not found:
            raise UserError("There is none.")
        return self._chance.choice(found).id

    def _live(self) -> Cube:
        found = self.vault.cubes.page(CubeFilter(), 0, 100).cubes
        live = [one for one in found if one.state in LIVE and one.kind is Kind.PLAINTEXT and not one.frozen]
        if not live:
            raise UserError("There is none.")
        return self._chance.choice(live)

    def _fuse(self, parents: list[Cube], number: int) -> None:
        ids = tuple(dict.fromkeys(one.id for one in parents))
        described = Descriptive(f"all of it, {number}", origin=Origin.FUSED)
        with self.vault.step("Fuse"):
            self.vault.cubes.add(replace(cube(f"all of it, {number}", parents=ids), descriptive=described))
            self.vault.cubes.transit(ids, Trigger.FUSE, "Fuse")

    def _split(self, fused: Cube) -> None:
        """Its parents come back where it has some, and it is archived."""
        merged = [one.id for one in map(self.vault.cubes.get, fused.parents) if one.state is State.MERGED]
        with self.vault.step("Split"):
            self.vault.cubes.transit(merged, Trigger.RESTORE, "Split")
            self.vault.cubes.transit([fused.id], Trigger.ARCHIVE, "Split")

    def _change(self, kind: str) -> None:
        cubes, number = self.vault.cubes, self._chance.randrange(10_000)
        match kind:
            case "add":
                cubes.add(cube(f"memory {number} of the garden", tags=("new",)))
            case "several":
                cubes.add_many([cube(f"one of several, {number} {part}") for part in range(4)])
            case "revise":
                cubes.revise(self._some(), text=f"memory {number} in other words")
            case "pin":
                cubes.update([self._some()], "Pin", pinned=bool(number % 2))
            case "tag":
                cubes.retag([self._some()], [f"tag{number % 5}"], ["new"])
            case "bin" | "unbin":
                getattr(cubes, kind)([self._some(kind == "unbin")])
            case "fuse":
                self._fuse([self._live(), self._live()], number)
            case "split":
                self._split(self._live())
            case "archive" | "restore" | "expire":
                cubes.transit([self._some()], Trigger(kind), kind)
            case "freeze":
                cubes.update([self._some()], "Freeze", frozen=number % 3 == 0)
            case "project":
                cubes.update([self._some()], "Move", governance=Governance(project=f"p{number % 3}"))
            case "keep ready":
                source = cubes.get(self._some())
                if source.kind is Kind.PLAINTEXT:
                    cubes.add(activation(source))
            case "undo":
                self.vault.undo()
            case "redo":
                self.vault.redo()
            case "use":
                self.vault.uses.record([use(cubes.get(self._some()))], "An answer")
