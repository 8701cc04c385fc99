"""MemLoader: a bundle file, read in a stream. Whatever is wrong with it anywhere refuses it whole.

Nothing of a bundle is unpacked to the disk here, and no more than one cube is held in memory.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from memos_desktop.memory.bundle import (
    CUBES,
    LARGEST_CUBE,
    MANIFEST,
    VERSIONS,
    BundleError,
    Chain,
    Manifest,
    Member,
    find_cycle,
)
from memos_desktop.memory.bundle_fields import Wrong
from memos_desktop.memory.bundle_schema import chain_of, read_head, read_manifest, read_version
from memos_desktop.memory.cube import BlobPayload, Kind
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_archive import Archive

LONGEST_LINE = 32 << 20


@dataclass
class Outline:
    """What a check finds in a bundle, without texts. Ids are in order.

    Attributes:
        ids: of all cubes.
        titles: of those that may be skipped: activation and parametric cubes.
        parents: of cubes that have some.
        kinds: of cubes that are no plaintext.
        files: what parametric cubes need: (SHA-256, model) of each version.
        versions: the current version of activation cubes.
        pinned: how many are pinned.

    """

    ids: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    files: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    pinned: int = 0

    def note(self, chain: Chain) -> None:
        """Take in one cube."""
        cube = chain.cube
        self.ids.append(cube.id)
        self.pinned += cube.pinned
        if cube.parents:
            self.parents[cube.id] = cube.parents
        if cube.kind is not Kind.PLAINTEXT:
            self.kinds[cube.id] = cube.kind
            self.titles[cube.id] = cube.title
            self.versions[cube.id] = cube.version
            payloads = (one.payload for one in chain.versions)
            self.files[cube.id] = frozenset((p.sha256, p.model_sha256) for p in payloads if isinstance(p, BlobPayload))


class BundleReader:
    """An open bundle; use it in a `with`. Every method raises BundleError for what is wrong with the file.

    Attributes:
        manifest: what the bundle says about itself.
        bytes: the size of the file.

    """

    def __init__(self, path: Path) -> None:
        self._archive = Archive(path)
        self.name = self._archive.name
        self.bytes = self._archive.bytes
        try:
            self.manifest = self._read_manifest()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._archive.close()

    def chains(self) -> Iterator[Chain]:
        """Every cube with its versions, in the order of the ids. At the end both lists fit their hashes."""
        versions = enumerate(self._lines(VERSIONS), 1)
        number, line, before = 0, 0, ""
        for number, head_line in enumerate(self._lines(CUBES), 1):
            try:
                head = read_head(head_line)
                if head["id"] <= before:
                    raise Wrong("stands twice, or out of order", "id")
                found = self._versions(head["id"], head["versions"], versions)
                line += len(found)
                chain = chain_of(head, found)
            except Wrong as wrong:
                raise self._archive.refused(f"{CUBES}, line {number:,}: {wrong}") from wrong
            before = head["id"]
            yield chain
        if next(versions, None) is not None:
            raise self._archive.refused(f"{VERSIONS} has versions that belong to no cube")
        if (number, line) != (self.manifest.cubes, self.manifest.versions):
            raise self._archive.refused(f"it counts {self.manifest.cubes:,} cubes, and {number:,} are in it")

    def check(self, progress: Progress) -> Outline:
        """Read every line and check all of them; blobs are read by whoever knows what they hold. Raises Cancelled."""
        outline = Outline()
        for chain in self.chains():
            outline.note(chain)
            progress.update(len(outline.ids), 0, f"Checking {self.name}: {len(outline.ids):,} memories")
        known = set(outline.ids)
        for blob in self.manifest.blobs:
            if blob.cube not in known:
                raise self._archive.refused(f"{blob.name} belongs to no cube of the bundle")
        if cycle := find_cycle(outline.parents):
            raise self._archive.refused(f"the memory {cycle[0]} is its own ancestor")
        return outline

    def blob(self, member: Member) -> Iterator[bytes]:
        """The content of a KV state or adapter in pieces. At the end it fits its hash."""
        return self._verified(member)

    def refused(self, reason: str) -> BundleError:
        """The error that refuses this bundle for a reason that was found elsewhere."""
        return self._archive.refused(reason)

    def _read_manifest(self) -> Manifest:
        content = b"".join(self._archive.pieces(MANIFEST))
        try:
            manifest = read_manifest(content)
        except Wrong as wrong:
            raise self._archive.refused(f"{MANIFEST}: {wrong}") from wrong
        named = {member.name for member in manifest.members}
        there = set(self._archive.members) - {MANIFEST}
        if named != there:
            missing, extra = sorted(named - there), sorted(there - named)
            raise self._archive.refused(f"{missing[0]} is missing" if missing else f"{extra[0]} is not in its manifest")
        for member in manifest.members:
            if self._archive.members[member.name].file_size != member.bytes:
                raise self._archive.refused(f"{member.name} has another size than its manifest says")
        return manifest

    def _verified(self, member: Member) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in self._archive.pieces(member.name):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != member.sha256:
            raise self._archive.refused(f"{member.name} does not fit its hash: it was changed or damaged")

    def _lines(self, name: str) -> Iterator[bytes]:
        rest = b""
        for piece in self._verified(self.manifest.member(name)):
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise self._archive.refused(f"{name} has a line that is too long")
            yield from whole
        if rest:
            raise self._archive.refused(f"the last line of {name} has no end")

    def _versions(self, cube: str, count: int, lines: Iterator[tuple[int, bytes]]) -> list[dict[str, Any]]:
        """The versions of one cube, which stand next in the list."""
        found: list[dict[str, Any]] = []
        size = 0
        while len(found) < count:
            number, line = next(lines, (0, b""))
            if not number:
                raise self._archive.refused(f"{VERSIONS} ends too early: versions of {cube} are missing")
            size += len(line)
            try:
                version = read_version(line)
                _check_place(version, cube, len(found) + 1, size)
            except Wrong as wrong:
                raise self._archive.refused(f"{VERSIONS}, line {number:,}: {wrong}") from wrong
            found.append(version)
        return found


def _check_place(version: dict[str, Any], cube: str, place: int, size: int) -> None:
    """Raise Wrong where another version should stand."""
    if version["cube"] != cube:
        raise Wrong(f"is {version['cube']}, and a version of {cube} should stand here", "cube")
    if version["version"] != place:
        raise Wrong(f"is {version['version']}, and {place} should stand here: there is a gap", "version")
    if size > LARGEST_CUBE:
        raise Wrong("makes its cube too large")
