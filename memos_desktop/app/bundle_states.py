"""KV states and adapters in bundles: which ones travel, and which ones are taken here.

A state is derived, so what does not fit is left out with its reason, and its memory is read as text. What is no state
at all, or not of the cube that it says it is of, refuses the bundle whole.
"""

import contextlib
import mmap
import tempfile
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.measured import Figures, Measured
from memos_desktop.app.models import Models
from memos_desktop.app.readings import owner_of
from memos_desktop.engine.base import Snapshot
from memos_desktop.engine.kv.header import BLOCK, Header, block_id
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.state_file import StateError, StateFile, read_head
from memos_desktop.errors import VaultError
from memos_desktop.memory.bundle import Holds, Member
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.vault.bundle_plan import Plan
from memos_desktop.vault.bundle_reader import BundleReader, Outline

PIECE = 1 << 20
GGUF = b"GGUF"


class Opened(NamedTuple):
    """A KV state of a bundle that proved whole."""

    header: Header
    payload: memoryview


def examine(bundle: BundleReader, outline: Outline, member: Member, folder: Path | None) -> Header | None:
    """Read a blob whole; the header of a KV state. Raises BundleError where it is not what it says.

    `folder` is where it lies meanwhile, under no name.
    """
    if member.holds is Holds.ADAPTER:
        _check_adapter(bundle, outline, member)
        return None
    with opened(bundle, outline, member, folder) as state:
        return state.header


@contextlib.contextmanager
def opened(bundle: BundleReader, outline: Outline, member: Member, folder: Path | None) -> Iterator[Opened]:
    """A KV state, unpacked to the disk. Raises BundleError where it is none, or another than it says."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
            for piece in bundle.blob(member):
                file.write(piece)
            file.flush()
        except OSError as error:
            raise VaultError(
                f"There is no room to unpack {member.name}: {error.strerror or error}.",
                "Free some space on this disk and try again.",
            ) from error
        file.seek(0)
        try:
            header, offset = read_head(file, member.bytes)
            if member.bytes != offset + header.payload_bytes:
                raise StateError("its size is not the one it was written with")
            _check_header(header, member, outline)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            whole = memoryview(mapped)
            state = StateFile(Path(member.name), header, offset, member.bytes, 0)
            state.verify(whole[offset:])
        except (StateError, ValueError) as error:
            raise bundle.refused(f"{member.name} is no KV state of its memory: {error}") from error
        try:
            yield Opened(header, whole[offset:])
        finally:
            with contextlib.suppress(BufferError):  # what still looks at the payload keeps it mapped
                whole.release()
                mapped.close()


def _check_header(header: Header, member: Member, outline: Outline) -> None:
    """Raise StateError where a state is not that of its cube."""
    cube_id = member.cube or ""
    owner = f"cube:{cube_id}@{outline.versions.get(cube_id, 0)}"
    if header.tier != BLOCK or outline.kinds.get(cube_id) is not Kind.ACTIVATION or header.owner != owner:
        raise StateError("it belongs to another one")
    id = block_id(header.identity, header.prefix, header.tokens, header.owner)
    if id != header.id or id not in member.name:
        raise StateError("its name does not fit what is in it")


def _check_adapter(bundle: BundleReader, outline: Outline, member: Member) -> None:
    """Adapters are GGUF or safetensors files; anything else could hold a program."""
    begin = b""
    for piece in bundle.blob(member):
        begin = begin or piece[:16]
    if not (begin.startswith(GGUF) or begin[8:9] == b"{"):
        raise bundle.refused(f"{member.name} is neither a GGUF nor a safetensors file")
    if member.sha256 not in {sha256 for sha256, _ in outline.files.get(member.cube or "", ())}:
        raise bundle.refused(f"{member.name} belongs to another memory than it says")


class BundleStates:
    """The states of this computer beside those of a bundle. Used on a background worker."""

    def __init__(self, kept: KeptStates, models: Models, measured: Measured) -> None:
        self._kept = kept
        self._models = models
        self._measured = measured

    def of(self, cube: Cube) -> tuple[StateFile, ...]:
        """The states of an activation cube at its current version."""
        owner = owner_of(cube)
        return tuple(state for state in self._kept.store.blocks(cube.id) if state.header.owner == owner)

    def sizes(self, ids: Container[str]) -> tuple[int, ...]:
        """The bytes of each state of these cubes."""
        entries = (entry for entry in self._kept.store.entries() if entry.tier == BLOCK)
        return tuple(one.bytes for one in entries if one.owner.removeprefix("cube:").partition("@")[0] in ids)

    def content(self, state: StateFile) -> Iterator[bytes]:
        """The bytes of a state's file, which stays readable to the end. Raises StateError for a damaged one."""
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(state.path.open("rb"))
            except OSError as error:
                raise StateError("the file is gone") from error
            with state.open_payload() as view:
                state.verify(view)
            return _pieces(file, stack.pop_all())

    def models(self) -> frozenset[str]:
        """The SHA-256 of the models that are known to be here."""
        ready = {entry.sha256 for entry in self._models.catalogue().result() if entry.state == "ready"}
        return frozenset(ready | {identity.model_sha256 for identity in self._identities()})

    def problem(self, header: Header) -> str:
        """Why a state cannot be taken here, or the empty string."""
        digest = header.identity.digest
        known = self._identities()
        if digest not in {one.digest for one in known} and self._measured.of(digest) == Figures():
            return _foreign(header, known)
        room = self._kept.store.budget - self._kept.store.total_bytes
        if header.payload_bytes > room:
            return "the space for kept states is used up; raise it in the settings, then import again"
        return ""

    def take(self, state: Opened, cube_id: str, version: int, plan: Plan) -> str:
        """Keep a state for the cube as it is called here. Returns why not, or the empty string."""
        name, header = plan.name(cube_id), state.header
        owner = f"cube:{name}@{version}"
        if self._kept.store.block(owner, header.identity) is not None:
            return ""
        if problem := self.problem(header):
            return problem
        named = replace(
            header,
            id=block_id(header.identity, header.prefix, header.tokens, owner),
            owner=owner,
            cubes=tuple(map(plan.name, header.cubes)),
        )
        try:
            self._kept.keep(Snapshot(named, state.payload))
        except VaultError as error:
            return error.message
        return ""

    def clear(self, ids: Iterable[str]) -> None:
        """Remove what was kept under these ids before they came in: it may be of another text."""
        for id in ids:
            self._kept.store.drop(state.id for state in self._kept.store.blocks(id))

    def _identities(self) -> tuple[Identity, ...]:
        loaded = self._models.identity
        kept = (entry.identity for entry in self._kept.store.entries())
        return tuple({one.digest: one for one in (loaded, *kept) if one is not None}.values())


def _foreign(header: Header, known: Iterable[Identity]) -> str:
    """Why a state of an unknown identity does not fit, as near as it can be told."""
    for one in known:
        if one.model_sha256 == header.identity.model_sha256:
            return f"it was made with {', '.join(header.identity.differences(one))}"
    return f"it was made with {header.model}, which was not used on this computer yet; load it, then import again"


def _pieces(file: BinaryIO, closing: contextlib.ExitStack) -> Iterator[bytes]:
    with closing:
        while piece := file.read(PIECE):
            yield piece
