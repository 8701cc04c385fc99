"""Writes the cubes of a bundle into the vault: one undoable step, all or nothing.

The bundle is read once more while it is written, and its hashes are checked once more: were it changed meanwhile, the
step would be taken back whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from memos_desktop.memory.bundle import Chain
from memos_desktop.memory.bundle_import import Decision
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.heat import warmth
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_compare import Comparison, compared
from memos_desktop.vault.bundle_plan import Plan, Planner
from memos_desktop.vault.bundle_reader import BundleReader, Outline
from memos_desktop.vault.bundle_source import chains
from memos_desktop.vault.database import Database
from memos_desktop.vault.rows import Row, cube_row, moment, version_row
from memos_desktop.vault.transaction import Transaction
from memos_desktop.vault.vault import Vault

FLUSHED = 500
"""Versions that are written at once."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written, and what was found on the way."""

    changes: Changes
    plan: Plan
    found: Comparison
    versions: int


def import_bundle(
    vault: Vault,
    bundle: BundleReader,
    outline: Outline,
    decision: Decision,
    models: frozenset[str],
    progress: Progress,
) -> Imported:
    """Write what `decision` says. Raises BundleError, VaultError, Cancelled: nothing is changed then."""
    found = compared(vault.database, bundle, outline, progress)
    plan = Planner(vault.database, bundle, outline, found, models).plan(decision)
    total = len(plan.inserts) + len(plan.replacements)
    if not total:
        return Imported(Changes(), plan, found, 0)
    label = "Import a memory" if total == 1 else f"Import {total} memories"
    with vault.step(label, reason=f"From the bundle “{bundle.name}”") as step:
        writer = _Writer(vault.database, step, plan)
        for chain in bundle.chains():
            if plan.writes(chain.id):
                writer.write(chain)
                progress.update(writer.cubes, total, f"Importing {bundle.name}")
        writer.flush()
    return Imported(step.changes, plan, found, writer.versions)


class _Writer:
    """Writes cubes inside the step, some hundred at once.

    Attributes:
        cubes, versions: how many were written.

    """

    def __init__(self, database: Database, step: Transaction, plan: Plan) -> None:
        self._database = database
        self._step = step
        self._plan = plan
        self._heads: list[Row] = []
        self._rows: list[Row] = []
        self.cubes = self.versions = 0

    def write(self, chain: Chain) -> None:
        """Insert a cube, or put it in place of the one that is here."""
        named = chain.renamed(self._plan.names)
        self.cubes += 1
        self.versions += len(named.versions)
        if chain.id in self._plan.replacements:
            self._replace(named)
            return
        self._heads.append({**cube_row(named.cube), **used_columns(named.cube)})
        self._rows += map(version_row, named.versions)
        if len(self._rows) >= FLUSHED:
            self.flush()

    def flush(self) -> None:
        """Write what waits, and its record in the journal: neither need be held in memory until the end."""
        self._step.add_many("cubes", self._heads)
        self._step.add_many("versions", self._rows)
        self._step.flush()
        self._heads.clear()
        self._rows.clear()

    def _replace(self, theirs: Chain) -> None:
        """What use has counted here stays; versions that are the same stay too."""
        here = next(chains(self._database, [theirs.id]))
        old: Mapping[str, Row] = {row["id"]: row for row in map(version_row, here.versions)}
        new: Mapping[str, Row] = {row["id"]: row for row in map(version_row, theirs.versions)}
        for id, row in old.items():
            if new.get(id) != row:
                self._step.remove("versions", id)
        for id, row in new.items():
            if old.get(id) != row:
                self._step.add("versions", row)
        head = cube_row(replace(theirs.cube, binned=None))
        self._step.change("cubes", head.pop("id"), head)


def used_columns(cube: Cube) -> Row:
    """The columns of `cubes` that hold what use has counted."""
    use = cube.behaviour
    return {
        "uses": use.uses,
        "last_used": moment(use.last_used),
        "heat": use.heat,
        "warmth": warmth(use.heat, use.last_used),
    }
