"""Reading a bundle's manifest and lines: every field of format version 1 is checked, and any other is refused.

What a field of a later version means could not be kept, so it is not passed over in silence.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from memos_desktop.memory import bundle_fields as field
from memos_desktop.memory.bundle import (
    BLOBS,
    CUBES,
    ENDINGS,
    FORMAT,
    FORMAT_VERSION,
    LARGEST,
    LONGEST_TEXT,
    LONGEST_WORDS,
    MOST_BLOBS,
    MOST_CUBES,
    MOST_VERSIONS,
    MOST_WORDS,
    VERSIONS,
    Chain,
    Holds,
    Manifest,
    Member,
)
from memos_desktop.memory.bundle_fields import Wrong
from memos_desktop.memory.bundle_text import Lines
from memos_desktop.memory.cube import (
    Access,
    ActivationPayload,
    Behaviour,
    BlobPayload,
    Cube,
    Descriptive,
    Governance,
    Kind,
    Origin,
    Payload,
    Scope,
    SemanticType,
    Sensitivity,
    Source,
    State,
    TextPayload,
)

_SIZE = field.whole(0, LARGEST)
_NAME = field.text(LONGEST_WORDS)
_MEMBER = field.record(
    name=field.text(120, 1),
    holds=field.one_of(Holds),
    bytes=_SIZE,
    sha256=field.sha256,
    cube=field.maybe(field.identifier),
)
_MANIFEST = field.record(
    format=_NAME,
    version=field.whole(FORMAT_VERSION, FORMAT_VERSION),
    program=field.text(100),
    created=field.moment,
    embedder=field.maybe(field.text(500)),
    counts=field.record(
        cubes=field.whole(0, MOST_CUBES),
        versions=field.whole(0, MOST_CUBES * 10),
        blobs=field.whole(0, MOST_BLOBS),
    ),
    options=field.record(redacted=field.flag, kv=field.flag, adapters=field.flag),
    members=field.several(_MEMBER, MOST_BLOBS + 2),
)
_GOVERNANCE = field.record(
    owner=_NAME,
    scope=field.one_of(Scope),
    project=field.maybe(_NAME),
    access=field.one_of(Access),
    expires=field.maybe(field.moment),
    priority=field.whole(-(10**9), 10**9),
    sensitivity=field.one_of(Sensitivity),
    watermark=field.maybe(_NAME),
    proposed=field.flag,
    valid_to=field.maybe(field.moment),
    superseded_by=field.maybe(field.identifier),
)
_HEAD = field.record(
    id=field.identifier,
    created=field.moment,
    versions=field.whole(1, MOST_VERSIONS),
    state=field.one_of(State),
    tags=field.several(field.text(LONGEST_WORDS, 1), MOST_WORDS),
    parents=field.several(field.identifier, MOST_WORDS),
    frozen=field.flag,
    pinned=field.flag,
    governance=_GOVERNANCE,
    behaviour=field.record(
        uses=field.whole(0, 10**12), last_used=field.maybe(field.moment), heat=field.number(0, 1)
    ),
)
_PLACE = field.maybe(field.whole(0, 10**9))
_DESCRIPTIVE = field.record(
    title=_NAME,
    type=field.one_of(SemanticType),
    event_time=field.maybe(field.moment),
    origin=field.one_of(Origin),
    speaker=field.maybe(_NAME),
    source=field.record(
        chat_id=field.maybe(field.text(200)),
        message_id=field.maybe(field.text(200)),
        start=_PLACE,
        end=_PLACE,
        file=field.maybe(_NAME),
    ),
)
_KIND = field.one_of(Kind)
_TEXT = field.text(LONGEST_TEXT)
_PAYLOADS = {
    Kind.PLAINTEXT: field.record(kind=_KIND, text=_TEXT),
    Kind.ACTIVATION: field.record(
        kind=_KIND, text=_TEXT, bytes=_SIZE, model_sha256=field.text(200), source_version=field.whole(1, 10**9)
    ),
    Kind.PARAMETRIC: field.record(kind=_KIND, sha256=field.sha256, bytes=_SIZE, model_sha256=field.text(200)),
}


def _payload(value: Any) -> Payload:
    if not isinstance(value, dict) or "kind" not in value:
        raise Wrong("is no payload")
    try:
        kind = _KIND(value["kind"])
    except Wrong as wrong:
        raise wrong.inside("kind") from wrong
    found = _PAYLOADS[kind](value)
    del found["kind"]
    made: dict[Kind, type[Payload]] = {
        Kind.PLAINTEXT: TextPayload,
        Kind.ACTIVATION: ActivationPayload,
        Kind.PARAMETRIC: BlobPayload,
    }
    return made[kind](**found)


_VERSION = field.record(
    cube=field.identifier,
    version=field.whole(1, MOST_VERSIONS),
    changed=field.moment,
    actor=_NAME,
    reason=field.text(LONGEST_WORDS * 10),
    descriptive=_DESCRIPTIVE,
    payload=_payload,
)


def read_manifest(content: bytes) -> Manifest:
    """The manifest. Raises Wrong; an unknown version of the format is named before anything else."""
    raw = field.parsed(content)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise Wrong("is no manifest of a bundle")
    version = raw.get("version")
    if type(version) is int and version != FORMAT_VERSION:
        raise Wrong(f"has format version {version}; this version of the program reads {FORMAT_VERSION}")
    found = _MANIFEST(raw)
    manifest = Manifest(
        program=found["program"],
        created=found["created"],
        embedder=found["embedder"],
        cubes=found["counts"]["cubes"],
        versions=found["counts"]["versions"],
        redacted=found["options"]["redacted"],
        members=tuple(Member(**one) for one in found["members"]),
    )
    _check_members(manifest, found)
    return manifest


def _check_members(manifest: Manifest, found: Mapping[str, Any]) -> None:
    """Raise Wrong where the manifest contradicts itself."""
    names = [member.name for member in manifest.members]
    if len(set(names)) != len(names):
        raise Wrong("names a member twice")
    for name, holds in ((CUBES, Holds.CUBES), (VERSIONS, Holds.VERSIONS)):
        if [member.name for member in manifest.members if member.holds is holds] != [name]:
            raise Wrong(f"does not name {name} once")
    for blob in manifest.blobs:
        ending = ENDINGS[blob.holds]
        stem = blob.name.removeprefix(BLOBS).removesuffix(ending)
        if blob.name != f"{BLOBS}{stem}{ending}" or not field.SHA256.fullmatch(stem) or blob.cube is None:
            raise Wrong(f"names {field.shown(blob.name)}, which is no name of a blob")
        if blob.holds is Holds.ADAPTER and stem != blob.sha256:
            raise Wrong(f"names {field.shown(blob.name)} with another hash")
    kinds = {blob.holds for blob in manifest.blobs}
    options = found["options"]
    said = options["kv"], options["adapters"], found["counts"]["blobs"]
    if said != (Holds.KV in kinds, Holds.ADAPTER in kinds, len(manifest.blobs)):
        raise Wrong("does not count its blobs rightly")


def read_head(line: bytes) -> dict[str, Any]:
    """The fields of a line of `cubes.jsonl`. Raises Wrong."""
    found: dict[str, Any] = _HEAD(field.parsed(line))
    return found


def read_version(line: bytes) -> dict[str, Any]:
    """The fields of a line of `versions.jsonl`. Raises Wrong."""
    found: dict[str, Any] = _VERSION(field.parsed(line))
    return found


def chain_of(head: Mapping[str, Any], versions: Sequence[Mapping[str, Any]]) -> Chain:
    """A cube from its head and its versions, 1 to the last. Raises Wrong where they do not fit."""
    governance, behaviour = Governance(**head["governance"]), Behaviour(**head["behaviour"])
    made = tuple(_cube(head, version, governance, behaviour) for version in versions)
    kinds = {cube.kind for cube in made}
    if len(kinds) != 1:
        raise Wrong("changes its kind from one version to another")
    if Kind.ACTIVATION in kinds and (len(head["parents"]) != 1 or head["pinned"]):
        raise Wrong("is an activation cube, which has one parent and no pin")
    return Chain(made)


def _cube(head: Mapping[str, Any], version: Mapping[str, Any], governance: Governance, behaviour: Behaviour) -> Cube:
    about = version["descriptive"]
    source = Source(**about["source"])
    if source.start is not None and source.end is not None and source.start > source.end:
        raise Wrong("ends before it starts", "descriptive.source")
    return Cube(
        id=head["id"],
        version=version["version"],
        created=head["created"],
        changed=version["changed"],
        payload=version["payload"],
        descriptive=Descriptive(**{**about, "source": source}),
        governance=governance,
        behaviour=behaviour,
        state=head["state"],
        tags=head["tags"],
        frozen=head["frozen"],
        pinned=head["pinned"],
        parents=head["parents"],
        actor=version["actor"],
        reason=version["reason"],
    )


def check_lines(lines: Lines) -> None:
    """Raise Wrong for lines that were written and could not be read again: what is exported can be imported."""
    head = read_head(lines.head)
    versions = [read_version(line) for line in lines.versions]
    if [version["version"] for version in versions] != list(range(1, len(versions) + 1)):
        raise Wrong("has a gap between its versions")
    chain_of(head, versions)
