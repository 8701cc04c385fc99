"""What an import writes, for what the person chose, and what cannot come in, and why."""

import json
from dataclasses import dataclass, field

from memos_desktop.memory.bundle import find_cycle
from memos_desktop.memory.bundle_import import BundleConflict, Choice, Decision, Skip
from memos_desktop.memory.cube import Kind
from memos_desktop.vault.activations import Activations
from memos_desktop.vault.bundle_compare import Comparison
from memos_desktop.vault.bundle_reader import BundleReader, Outline
from memos_desktop.vault.bundle_source import parts, there
from memos_desktop.vault.database import Database


@dataclass
class Plan:
    """What will be written.

    Attributes:
        inserts, replacements: ids of the bundle.
        names: the new ids of copies, by those of the bundle.
        skipped: what is left out.
        kept: conflicts in which what is here stays.

    """

    inserts: dict[str, None] = field(default_factory=dict)
    replacements: dict[str, None] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    skipped: list[Skip] = field(default_factory=list)
    kept: list[BundleConflict] = field(default_factory=list)

    def writes(self, id: str) -> bool:
        """Whether this cube of the bundle comes in."""
        return id in self.inserts or id in self.replacements

    def name(self, id: str) -> str:
        """What a cube of the bundle is called here."""
        return self.names.get(id, id)

    def leave_out(self, id: str, title: str, reason: str) -> None:
        """It does not come in after all."""
        self.inserts.pop(id, None)
        self.replacements.pop(id, None)
        self.names.pop(id, None)
        self.skipped.append(Skip(id, title, reason))


class Planner:
    """Makes plans for one bundle and one comparison. `models` are the SHA-256 of models that are here."""

    def __init__(
        self, database: Database, bundle: BundleReader, outline: Outline, found: Comparison, models: frozenset[str]
    ) -> None:
        self._database = database
        self._bundle = bundle
        self._outline = outline
        self._found = found
        self._models = models

    def plan(self, decision: Decision) -> Plan:
        """What to write. Raises BundleError where a cube would become its own ancestor."""
        plan = Plan(dict.fromkeys(sorted(self._found.new)), names=dict(self._found.renamed))
        for conflict in self._found.conflicts.values():
            self._decide(plan, conflict, decision.of(conflict.id))
        self._leave_adapters(plan)
        self._leave_activations(plan)
        self._refuse_cycles(plan)
        return plan

    def unknown_parents(self) -> int:
        """How many parents are neither in the bundle nor here."""
        parents = {parent for several in self._outline.parents.values() for parent in several}
        parents.difference_update(self._outline.ids)
        return len(parents) - len(there(self._database, "cubes", parents))

    def _decide(self, plan: Plan, conflict: BundleConflict, choice: Choice) -> None:
        id, title = conflict.id, conflict.theirs.title
        if choice is Choice.REPLACE and not conflict.fixed:
            plan.replacements[id] = None
            plan.names.pop(id, None)
            return
        if choice is Choice.BOTH and id not in self._found.copied:
            plan.inserts[id] = None
            plan.names[id] = self._found.copies[id]
            return
        plan.kept.append(conflict)
        if choice is Choice.REPLACE:
            plan.skipped.append(Skip(id, title, conflict.fixed))
        elif choice is Choice.BOTH:
            plan.skipped.append(Skip(id, title, "its copy from an earlier import is here, and was changed since"))

    def _leave_adapters(self, plan: Plan) -> None:
        """A parametric cube needs the files of all its versions, and a model that they were made for."""
        travel = {blob.sha256 for blob in self._bundle.manifest.blobs}
        for id, files in self._outline.files.items():
            if not plan.writes(id):
                continue
            for sha256, model in files:
                if self._database.value("SELECT 1 FROM blobs WHERE sha256 = ?", (sha256,)):
                    continue
                if sha256 not in travel:
                    plan.leave_out(id, self._outline.titles[id], "its adapter is not in the bundle")
                    break
                if model not in self._models:
                    plan.leave_out(id, self._outline.titles[id], "its adapter is for a model that is not here")
                    break

    def _leave_activations(self, plan: Plan) -> None:
        """An activation cube needs its source, a text on the shelf that has no other one."""
        beside = Activations(self._database)
        taken: set[str] = set()
        for id, kind in self._outline.kinds.items():
            if kind is not Kind.ACTIVATION or not plan.writes(id):
                continue
            source = self._outline.parents[id][0]
            name = plan.name(source)
            other = None if name in taken else beside.beside(name)
            if name in taken or other not in (None, plan.name(id)):
                reason = "its text is kept ready here already"
            else:
                reason = self._source_problem(plan, source, name)
            if reason:
                plan.leave_out(id, self._outline.titles[id], reason)
            else:
                taken.add(name)

    def _source_problem(self, plan: Plan, source: str, name: str) -> str:
        if plan.writes(source):
            return "it is made from no text" if source in self._outline.kinds else ""
        found = self._database.row("SELECT kind, binned FROM cubes WHERE id = ?", (name,))
        if found is None:
            return "the memory that it was made from is missing"
        if found["kind"] != Kind.PLAINTEXT.value:
            return "it is made from no text"
        return "the memory that it was made from is in the bin here" if found["binned"] else ""

    def _refuse_cycles(self, plan: Plan) -> None:
        """Follow the parents of what is written, through what is here as well."""
        edges: dict[str, tuple[str, ...]] = {}
        for id in (*plan.inserts, *plan.replacements):
            edges[plan.name(id)] = tuple(map(plan.name, self._outline.parents.get(id, ())))
        waiting = {parent for parents in edges.values() for parent in parents} - edges.keys()
        while waiting:
            above: set[str] = set()
            for part in parts(waiting):
                edges.update(dict.fromkeys(part, ()))
                sql = "SELECT c.id, c.parents FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value"
                for row in self._database.rows(sql, (json.dumps(part),)):
                    edges[row["id"]] = tuple(json.loads(row["parents"]))
                    above.update(edges[row["id"]])
            waiting = above - edges.keys()
        if cycle := find_cycle(edges):
            raise self._bundle.refused(f"with what is here, the memory {cycle[0]} would be its own ancestor")
