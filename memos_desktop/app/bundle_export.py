"""Writes memories into a bundle: asks governance for each, leaves out what must not travel and says why."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from memos_desktop import __version__
from memos_desktop.app.bundle_states import BundleStates
from memos_desktop.app.store import Store
from memos_desktop.engine.kv.state_file import StateError
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.ids import now
from memos_desktop.memory import governance
from memos_desktop.memory.bundle import LARGEST_CUBE, Chain, Holds
from memos_desktop.memory.bundle_fields import Wrong
from memos_desktop.memory.bundle_import import Skip
from memos_desktop.memory.bundle_schema import check_lines
from memos_desktop.memory.bundle_text import lines_of
from memos_desktop.memory.cube import BlobPayload, Cube, CubeFilter, Kind, Sensitivity, SortKey
from memos_desktop.memory.masking import Masker, NameFinder
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_source import AT_ONCE, chains, parts, words
from memos_desktop.vault.bundle_writer import BundleWriter
from memos_desktop.vault.vault import Vault

Selection = Sequence[str] | CubeFilter | None
PACKED = 0.4
"""About how small text becomes in a bundle, for an estimate."""
OVERHEAD = 900
"""Bytes of a cube and of each version beside its text."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written. `redacted` counts what was replaced by marks, by kind of mark."""

    path: Path
    cubes: int
    versions: int
    blobs: int
    bytes: int
    skipped: tuple[Skip, ...] = ()
    warnings: tuple[str, ...] = ()
    redacted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportEstimate:
    """How much an export would be. `bytes` without blobs; `secret` cubes are counted in `cubes` too."""

    cubes: int
    versions: int
    bytes: int
    secret: int
    states: int
    state_bytes: int
    adapters: int
    adapter_bytes: int


class Exporter:
    """One export. Runs on a background worker and asks the vault piece by piece."""

    def __init__(
        self, store: Store, states: BundleStates, with_kv: bool, with_adapters: bool, redact: bool, secret: bool
    ) -> None:
        self._store = store
        self._states = states
        # A state or an adapter holds the text as it was: it cannot be redacted.
        self._with_kv, self._with_adapters = with_kv and not redact, with_adapters and not redact
        self._redact = redact
        self._secret = secret
        self._skipped: list[Skip] = []
        self._written: list[str] = []
        self._secrets = 0
        self._adapters: set[str] = set()

    def run(self, path: Path, ids: Selection, progress: Progress) -> ExportReport:
        """Write the file. Raises UserError, VaultError, Cancelled: what was at `path` is untouched then."""
        chosen = self._store.slip(partial(chosen_ids, ids=ids))
        masker = self._masker(chosen, progress)
        embedder = self._store.slip(_embedder)
        with BundleWriter(path, __version__, embedder, self._redact) as writer:
            blobs: list[Cube] = []
            for number, chain in enumerate(self._chains(chosen), 1):
                self._add(writer, chain, chosen, masker, blobs)
                progress.update(number, len(chosen), f"Exporting {len(chosen):,} memories")
            if not self._written:
                raise UserError(self._nothing(), "Choose other memories.")
            files = sum(self._add_blobs(writer, cube, progress) for cube in blobs)
            cubes, versions, size = writer.cubes, writer.versions, writer.finish()
        self._store.slip(partial(_note, ids=tuple(self._written), path=path))
        redacted = dict(masker.counts) if masker else {}
        skipped = tuple(self._skipped)
        return ExportReport(path, cubes, versions, files, size, skipped, self._warnings(), redacted)

    def _masker(self, chosen: Mapping[str, None], progress: Progress) -> Masker | None:
        """Names are looked for in everything first, so that each is known wherever it stands."""
        if not self._redact:
            return None
        names = NameFinder()
        for number, part in enumerate(parts(chosen, AT_ONCE)):
            for said in self._store.slip(partial(_said, ids=part)):
                names.read(*said)
            progress.update(number * AT_ONCE, len(chosen), "Looking for names")
        return Masker(names.found())

    def _chains(self, chosen: Iterable[str]) -> Iterator[Chain]:
        for part in parts(chosen, AT_ONCE):
            yield from self._store.slip(partial(_read, ids=part))

    def _add(
        self, writer: BundleWriter, chain: Chain, chosen: Mapping[str, None], masker: Masker | None, blobs: list[Cube]
    ) -> None:
        cube = chain.cube
        if reason := self._obstacle(chain, chosen):
            self._skipped.append(Skip(cube.id, cube.title, reason))
            return
        lines = lines_of(masker.masked(chain) if masker else chain)
        try:
            check_lines(lines)
        except Wrong as wrong:
            self._skipped.append(Skip(cube.id, cube.title, f"a bundle cannot hold it: {wrong}"))
            return
        if sum(map(len, lines.versions)) > LARGEST_CUBE:
            self._skipped.append(Skip(cube.id, cube.title, f"its versions are more than {LARGEST_CUBE >> 20} MB"))
            return
        writer.add(lines)
        self._written.append(cube.id)
        self._secrets += cube.governance.sensitivity is Sensitivity.SECRET
        if cube.kind is Kind.PARAMETRIC or (cube.kind is Kind.ACTIVATION and self._with_kv):
            blobs.append(cube)

    def _obstacle(self, chain: Chain, chosen: Mapping[str, None]) -> str:
        """Why a cube stays here, or the empty string."""
        cube = chain.cube
        if reason := self._refusal(cube):
            return reason
        if cube.kind is Kind.PARAMETRIC:
            if not self._with_adapters:
                return "an adapter cannot be redacted" if self._redact else "adapters were not chosen"
            missing = self._store.slip(partial(_missing_file, chain=chain))
            return "the file of its adapter is missing" if missing else ""
        if cube.kind is Kind.ACTIVATION:
            source = self._store.slip(partial(_found, id=cube.parents[0]))
            if source is None or source.id not in chosen or self._refusal(source):
                return "the memory that it was made from does not go with it"
        return ""

    def _refusal(self, cube: Cube) -> str:
        by_hand = frozenset((cube.id,)) if self._secret else frozenset[str]()
        verdict = governance.may(governance.Action.EXPORT, cube, governance.Context(now(), attached=by_hand))
        return "" if verdict else verdict.reason

    def _add_blobs(self, writer: BundleWriter, cube: Cube, progress: Progress) -> int:
        """The states of an activation cube, or the adapters of a parametric one; how many."""
        if cube.kind is Kind.PARAMETRIC:
            paths = [one for one in self._store.slip(partial(_files, id=cube.id)) if one[0] not in self._adapters]
            for sha256, path, size in paths:
                self._adapters.add(sha256)
                writer.add_blob(Holds.ADAPTER, sha256, cube.id, _content(path, progress), size)
            return len(paths)
        added = 0
        for state in self._states.of(cube):
            progress.update(0, 0, f"Exporting the KV state of {cube.title}")
            try:
                content = self._states.content(state)
            except StateError as error:
                self._skipped.append(Skip(cube.id, cube.title, f"its KV state was left out: {error.message}"))
                continue
            writer.add_blob(Holds.KV, state.id, cube.id, content, state.bytes)
            added += 1
        return added

    def _warnings(self) -> tuple[str, ...]:
        said = []
        if self._secrets:
            which = "One secret memory goes" if self._secrets == 1 else f"{self._secrets:,} secret memories go"
            said.append(f"{which} with it: whoever gets the file can read {'it' if self._secrets == 1 else 'them'}.")
        if self._redact:
            said.append("Names are found by rules, which miss some: look at the file before you pass it on.")
        return tuple(said)

    def _nothing(self) -> str:
        if not self._skipped:
            return "There is nothing to export, so no file was written."
        return f"Nothing was exported: “{self._skipped[0].title}” stays here, as {self._skipped[0].reason}."


def chosen_ids(vault: Vault, ids: Selection) -> dict[str, None]:
    """The ids of a selection in order: given ones must exist; else all on the shelf that pass. Raises NotFoundError."""
    if ids is None:
        rows = vault.database.rows("SELECT id FROM cubes WHERE binned IS NULL ORDER BY id")
        return dict.fromkeys(row["id"] for row in rows)
    if isinstance(ids, CubeFilter):
        return dict.fromkeys(sorted(vault.cubes.lists.ids(ids, SortKey.CREATED, False)))
    return dict.fromkeys(sorted(map(vault.cubes.resolve, ids)))


def estimate(vault: Vault, states: BundleStates, ids: Selection) -> ExportEstimate:
    """How much an export would be."""
    chosen = chosen_ids(vault, ids)
    among = json.dumps(list(chosen))
    row = vault.database.row(
        "SELECT count(DISTINCT c.id) AS cubes, count(v.id) AS versions, sum(iif(v.kind = 'plaintext', v.bytes, 0))"
        " AS bytes, count(DISTINCT iif(c.sensitivity = 'secret', c.id, NULL)) AS secret,"
        " sum(v.kind = 'parametric') AS adapters, sum(iif(v.kind = 'parametric', v.bytes, 0)) AS adapter_bytes"
        " FROM json_each(?) j CROSS JOIN cubes c ON c.id = j.value CROSS JOIN versions v ON v.cube_id = c.id"
        " WHERE c.binned IS NULL",
        (among,),
    )
    assert row is not None
    kept = states.sizes(chosen)
    text = (row["bytes"] or 0) + OVERHEAD * (row["cubes"] + row["versions"])
    return ExportEstimate(
        cubes=row["cubes"],
        versions=row["versions"],
        bytes=int(text * PACKED),
        secret=row["secret"],
        states=len(kept),
        state_bytes=sum(kept),
        adapters=row["adapters"] or 0,
        adapter_bytes=row["adapter_bytes"] or 0,
    )


def _read(vault: Vault, ids: Sequence[str]) -> list[Chain]:
    return list(chains(vault.database, ids))


def _said(vault: Vault, ids: Sequence[str]) -> list[tuple[str, str, str | None]]:
    return words(vault.database, ids)


def _found(vault: Vault, id: str) -> Cube | None:
    try:
        return vault.cubes.get(id)
    except NotFoundError:  # it was forgotten
        return None


def _missing_file(vault: Vault, chain: Chain) -> bool:
    payloads = (cube.payload for cube in chain.versions)
    return any(not vault.blobs.path(one.sha256).is_file() for one in payloads if isinstance(one, BlobPayload))


def _files(vault: Vault, id: str) -> list[tuple[str, Path, int]]:
    payloads = {cube.payload for cube in vault.cubes.versions(id) if isinstance(cube.payload, BlobPayload)}
    paths = {one.sha256: vault.blobs.path(one.sha256) for one in payloads}
    return [(sha256, path, path.stat().st_size) for sha256, path in sorted(paths.items())]


def _content(path: Path, progress: Progress) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            progress.update(0, 0, "Exporting adapters")
            yield piece


def _embedder(vault: Vault) -> str | None:
    """The embedder of the vectors that are here, or None."""
    found = vault.database.value("SELECT id FROM embedders ORDER BY number DESC LIMIT 1")
    return None if found is None else str(found)


def _note(vault: Vault, ids: Sequence[str], path: Path) -> None:
    """The history of each memory says that it went out."""
    label = "Export a memory" if len(ids) == 1 else f"Export {len(ids)} memories"
    rows = ((id, {"cube_id": id}) for id in ids)
    vault.journal.note(label, "user", f"To the bundle “{path.name}”", now(), "uses", rows)
