"""Bundles: memories go out into a `.memcube` file and come in from one. Each import is one undoable step."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from memos_desktop.app.bundle_export import Exporter, ExportEstimate, ExportReport, Selection, estimate
from memos_desktop.app.bundle_states import BundleStates, examine, opened
from memos_desktop.app.jobs import Job, Jobs, Urgency
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.measured import Measured
from memos_desktop.app.models import Models
from memos_desktop.app.store import Store
from memos_desktop.errors import UserError, VaultError
from memos_desktop.memory.bundle import BundleError, Holds, Manifest, Member
from memos_desktop.memory.bundle_import import (
    BundleConflict,
    BundledBlob,
    BundlePreview,
    Choice,
    Decision,
    Skip,
)
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Kind
from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_compare import compared
from memos_desktop.vault.bundle_import import Imported, import_bundle
from memos_desktop.vault.bundle_plan import Plan, Planner
from memos_desktop.vault.bundle_reader import BundleReader, Outline
from memos_desktop.vault.vault import Vault

__all__ = ["ExportEstimate", "ExportReport", "ImportReport", "Transfer", "VerifyReport", "verify_file"]


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a bundle that proved whole holds."""

    name: str
    manifest: Manifest
    bytes: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has done. `conflicts` are those in which what was here has stayed."""

    name: str
    cubes: int
    versions: int
    replaced: int
    copied: int
    same: int
    blobs: int
    bytes: int
    step_id: int | None
    skipped: tuple[Skip, ...] = ()
    conflicts: tuple[BundleConflict, ...] = ()
    ids: tuple[str, ...] = ()


class Transfer:
    """Use cases on bundles. Methods return jobs."""

    def __init__(
        self, folder: DataFolder, store: Store, jobs: Jobs, models: Models, kept: KeptStates, measured: Measured
    ) -> None:
        self._folder = folder
        self._store = store
        self._jobs = jobs
        self._states = BundleStates(kept, models, measured)

    def export(
        self,
        path: Path,
        ids: Selection = None,
        *,
        with_kv: bool = False,
        with_adapters: bool = False,
        redact: bool = False,
        secret: bool = False,
    ) -> Job:
        """Write memories (all where `ids` is None) with all their versions into a file. The result is an ExportReport.

        Secret ones travel only with `secret`. Raises (in the job) UserError, VaultError: the file is not there then,
        or as it was.
        """
        exporter = Exporter(self._store, self._states, with_kv, with_adapters, redact, secret)

        def work(progress: Progress) -> ExportReport:
            self._refuse_own(path)
            return exporter.run(path, ids, progress)

        return self._jobs.start(f"Exporting to {path.name}", self._store.background, work)

    def estimate(self, ids: Selection = None) -> "Future[ExportEstimate]":
        """How much an export would be."""
        return self._store.read(lambda vault: estimate(vault, self._states, ids), Urgency.NOW)

    def preview(self, path: Path) -> Job:
        """Read a bundle whole and compare it with what is here. The result is a BundlePreview; nothing is changed."""
        return self._jobs.start(f"Reading {path.name}", self._store.background, lambda p: self._preview(path, p))

    def load(self, path: Path, decision: Decision | Choice = Choice.KEEP) -> Job:
        """Bring a bundle in as one step. The result is an ImportReport.

        Raises (in the job) BundleError, VaultError, Cancelled: nothing is changed then.
        """
        chosen = decision if isinstance(decision, Decision) else Decision(Choice(decision))
        return self._jobs.start(
            f"Importing {path.name}", self._store.background, lambda progress: self._load(path, chosen, progress)
        )

    def verify(self, path: Path) -> Job:
        """Read a bundle whole. The result is a VerifyReport."""

        def work(progress: Progress) -> VerifyReport:
            return verify_file(path, progress, self._folder.root)

        return self._jobs.start(f"Verifying {path.name}", self._store.background, work)

    def _refuse_own(self, path: Path) -> None:
        """The files of the data folder are no place for an export: it could take the place of one."""
        root = self._folder.root.resolve()
        if root == path.resolve() or root in path.resolve().parents:
            raise UserError("A bundle cannot be written into the data folder itself.", "Choose another folder.")

    def _preview(self, path: Path, progress: Progress) -> BundlePreview:
        with BundleReader(path) as bundle:
            outline, reasons = self._checked(bundle, progress)
            found = self._store.slip(lambda vault: compared(vault.database, bundle, outline, progress))
            models = self._models_for(bundle)

            def look(vault: Vault) -> tuple[Plan, tuple[str, ...]]:
                planner = Planner(vault.database, bundle, outline, found, models)
                planner.plan(Decision(Choice.REPLACE))  # what would become its own ancestor is refused now
                return planner.plan(Decision()), _problems(outline, planner.unknown_parents(), bundle.manifest)

            plan, problems = self._store.slip(look)
            return BundlePreview(
                bundle.name,
                bundle.manifest,
                bundle.bytes,
                len(found.new) - len(plan.skipped),
                len(found.same),
                tuple(found.conflicts.values()),
                tuple(_blob(one, outline, reasons) for one in bundle.manifest.blobs),
                tuple(plan.skipped),
                problems,
            )

    def _load(self, path: Path, decision: Decision, progress: Progress) -> ImportReport:
        with BundleReader(path) as bundle:
            outline, _ = self._checked(bundle, progress)
            models = self._models_for(bundle)
            made: list[Imported] = []

            def work(vault: Vault) -> Changes:
                vault.snapshots.before(f"importing {bundle.name}")
                files = _adapters(vault, bundle, outline, models)
                try:
                    made.append(import_bundle(vault, bundle, outline, decision, models, progress))
                finally:
                    if files:
                        vault.blobs.collect()  # what nothing refers to now
                return made[0].changes

            self._store.apply(work)
            taken, left = self._take_states(bundle, outline, made[0]) if decision.blobs else (0, [])
            return _report(bundle, made[0], taken, left)

    def _checked(self, bundle: BundleReader, progress: Progress) -> tuple[Outline, dict[str, str]]:
        """All of a bundle, read and found whole; why KV states in it cannot be used, by member."""
        outline = bundle.check(progress)
        reasons: dict[str, str] = {}
        for member in bundle.manifest.blobs:
            progress.update(0, 0, f"Checking {member.name}")
            header = examine(bundle, outline, member, self._folder.root)
            reasons[member.name] = self._states.problem(header) if header else ""
        return outline, reasons

    def _models_for(self, bundle: BundleReader) -> frozenset[str]:
        """The models that are here; asked only where adapters need one."""
        needed = any(member.holds is Holds.ADAPTER for member in bundle.manifest.blobs)
        return self._states.models() if needed else frozenset()

    def _take_states(self, bundle: BundleReader, outline: Outline, made: Imported) -> tuple[int, list[Skip]]:
        """Keep the KV states of what came in, and of what is here unchanged. What cannot be kept is read as text."""
        plan, found = made.plan, made.found
        activations = [id for id in plan.inserts if outline.kinds.get(id) is Kind.ACTIVATION]
        self._states.clear(plan.name(id) for id in activations)
        taken, left = 0, []
        for member in bundle.manifest.blobs:
            id = member.cube or ""
            if member.holds is not Holds.KV or not (plan.writes(id) or id in found.same):
                continue
            try:
                with opened(bundle, outline, member, self._folder.root) as state:
                    reason = self._states.take(state, id, outline.versions[id], plan)
            except BundleError as error:  # the memories are in: it must not sound as if nothing was changed
                reason = error.reason
            except VaultError as error:
                reason = error.message
            if reason:
                left.append(Skip(id, outline.titles[id], f"its KV state was left out: {reason}"))
            else:
                taken += 1
        return taken, left


def verify_file(path: Path, progress: Progress, folder: Path | None = None) -> VerifyReport:
    """Read a bundle whole, without a vault. Raises BundleError where anything is wrong with it, and Cancelled."""
    with BundleReader(path) as bundle:
        outline = bundle.check(progress)
        for member in bundle.manifest.blobs:
            progress.update(0, 0, f"Checking {member.name}")
            examine(bundle, outline, member, folder)
        return VerifyReport(bundle.name, bundle.manifest, bundle.bytes)


def _adapters(vault: Vault, bundle: BundleReader, outline: Outline, models: frozenset[str]) -> int:
    """Put the adapters for models that are here beside the others; how many. What stays unused is removed again."""
    fitting = {sha256 for files in outline.files.values() for sha256, model in files if model in models}
    members = [one for one in bundle.manifest.blobs if one.holds is Holds.ADAPTER and one.sha256 in fitting]
    for member in members:
        vault.blobs.put(bundle.blob(member))
    return len(members)


def _problems(outline: Outline, unknown: int, manifest: Manifest) -> tuple[str, ...]:
    said = []
    if outline.pinned:
        which = "One memory is" if outline.pinned == 1 else f"{outline.pinned:,} memories are"
        said.append(f"{which} pinned: what is pinned stands in every prompt.")
    if unknown:
        which = "One parent is" if unknown == 1 else f"{unknown:,} parents are"
        said.append(f"{which} neither in the bundle nor here: forgotten, or not exported.")
    if manifest.redacted:
        said.append("Names and numbers were replaced by marks when it was exported.")
    if any(member.holds is Holds.KV for member in manifest.blobs):
        said.append("KV states are taken as the sender made them: that they hold their text cannot be seen.")
    return tuple(said)


def _blob(member: Member, outline: Outline, reasons: dict[str, str]) -> BundledBlob:
    id = member.cube or ""
    return BundledBlob(member.holds, id, outline.titles.get(id, ""), member.bytes, reasons[member.name])


def _report(bundle: BundleReader, made: Imported, taken: int, left: Sequence[Skip]) -> ImportReport:
    plan = made.plan
    adapters = sum(member.holds is Holds.ADAPTER and plan.writes(member.cube or "") for member in bundle.manifest.blobs)
    copied = sum(id in plan.names for id in plan.inserts)
    return ImportReport(
        name=bundle.name,
        cubes=len(plan.inserts) + len(plan.replacements),
        versions=made.versions,
        replaced=len(plan.replacements),
        copied=copied,
        same=len(made.found.same),
        blobs=taken + adapters,
        bytes=bundle.bytes,
        step_id=made.changes.step_id,
        skipped=(*plan.skipped, *left),
        conflicts=tuple(plan.kept),
        ids=tuple(plan.name(id) for id in (*plan.inserts, *plan.replacements)),
    )
