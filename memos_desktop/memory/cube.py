"""The MemCube: one unit of memory, a header and one payload (MemOS, arXiv 2507.03724, section 4).

A cube is its chain of versions. A version (title, type, text, event time, source) never changes; a new one is
added. What governs the cube as a whole (state, tags, owner, flags) changes in place, journaled by the vault.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memos_desktop.memory.terms import Term


class Kind(StrEnum):
    """The three forms of memory."""

    PLAINTEXT = "plaintext"
    ACTIVATION = "activation"
    PARAMETRIC = "parametric"


class SemanticType(StrEnum):
    """What a memory is about."""

    FACT = "fact"
    PREFERENCE = "preference"
    EVENT = "event"
    PROCEDURE = "procedure"
    DOCUMENT = "document"
    PERSONA = "persona"


class State(StrEnum):
    """Where in its life a cube stands; `lifecycle` holds the transitions."""

    GENERATED = "generated"
    ACTIVATED = "activated"
    MERGED = "merged"
    ARCHIVED = "archived"
    EXPIRED = "expired"


class Origin(StrEnum):
    """How a cube came to be."""

    SAID = "said"
    WRITTEN = "written"
    INFERRED = "inferred"
    IMPORTED = "imported"
    FUSED = "fused"
    SPLIT = "split"
    MIGRATED = "migrated"
    TRAINED = "trained"


class Scope(StrEnum):
    """Who may see a cube."""

    PRIVATE = "private"
    PROJECT = "project"
    SHARED = "shared"


class Access(StrEnum):
    """What may be done with a cube."""

    READ_WRITE = "read-write"
    READ_ONLY = "read-only"


class Sensitivity(StrEnum):
    """How careful the program must be with a cube."""

    NORMAL = "normal"
    PERSONAL = "personal"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a memory comes from: a span of characters in a message, or a file."""

    chat_id: str | None = None
    message_id: str | None = None
    start: int | None = None
    end: int | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Descriptive:
    """What a cube is about. Part of the version."""

    title: str
    type: SemanticType = SemanticType.FACT
    event_time: datetime | None = None
    origin: Origin = Origin.WRITTEN
    source: Source = Source()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Governance:
    """Who may do what with a cube, and for how long. Belongs to the cube, not to a version.

    `proposed`: a rule pinned or typed this cube and the person has not confirmed it yet.
    `valid_to`, `superseded_by`: the fact stopped being true then, because of that cube.
    """

    owner: str = "me"
    scope: Scope = Scope.PRIVATE
    project: str | None = None
    access: Access = Access.READ_WRITE
    expires: datetime | None = None
    priority: int = 0
    sensitivity: Sensitivity = Sensitivity.NORMAL
    watermark: str | None = None
    proposed: bool = False
    valid_to: datetime | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What use has shown. Recorded by the vault, never by hand; heat is between 0 and 1."""

    uses: int = 0
    last_used: datetime | None = None
    heat: float = 0.0


@dataclass(frozen=True, slots=True)
class TextPayload:
    """The payload of a plaintext cube."""

    text: str

    @property
    def kind(self) -> Kind:
        """Plaintext."""
        return Kind.PLAINTEXT

    @property
    def bytes(self) -> int:
        """Length in UTF-8."""
        return len(self.text.encode())


@dataclass(frozen=True, slots=True)
class ActivationPayload:
    """The payload of an activation cube: the very text of its source that a model has read, and the size of its state.

    The states themselves are files that can be made again; this is what they are made from. `source_version` is the
    version of the source whose text it is, `model_sha256` the model that read it last.
    """

    text: str
    bytes: int
    model_sha256: str
    source_version: int

    @property
    def kind(self) -> Kind:
        """Activation."""
        return Kind.ACTIVATION


@dataclass(frozen=True, slots=True)
class BlobPayload:
    """The payload of a parametric cube: a file by content hash, made for one model."""

    sha256: str
    bytes: int
    model_sha256: str

    @property
    def kind(self) -> Kind:
        """Parametric."""
        return Kind.PARAMETRIC


Payload = TextPayload | ActivationPayload | BlobPayload


@dataclass(frozen=True, slots=True)
class Cube:
    """One MemCube at one version.

    `created` is the birth of the cube, `changed` of this version; `actor` and `reason` say who made the version
    and why. `binned` is when it was put in the bin, or None. `parents` are the ids of cubes it was made from.
    """

    id: str
    version: int
    created: datetime
    changed: datetime
    payload: Payload
    descriptive: Descriptive
    governance: Governance = Governance()
    behaviour: Behaviour = Behaviour()
    state: State = State.GENERATED
    tags: tuple[str, ...] = ()
    frozen: bool = False
    pinned: bool = False
    binned: datetime | None = None
    parents: tuple[str, ...] = field(default=())
    actor: str = "user"
    reason: str = ""

    @property
    def kind(self) -> Kind:
        """Which form of memory the payload is."""
        return self.payload.kind

    @property
    def title(self) -> str:
        """Short for `descriptive.title`."""
        return self.descriptive.title

    @property
    def text(self) -> str:
        """The text of a plaintext cube, or the one an activation cube was made from; else the empty string."""
        return "" if isinstance(self.payload, BlobPayload) else self.payload.text

    @property
    def time(self) -> datetime:
        """When it happened if that is known, else when it was recorded."""
        return self.descriptive.event_time or self.created


def is_stale(activation: Cube, source: Cube | None) -> bool:
    """Whether an activation cube no longer holds what its source says; so does one whose source is gone (None)."""
    return source is None or source.text != activation.text


def title_of(text: str, limit: int = 60) -> str:
    """A title for `text`: its first line, cut at a word within `limit` characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "Untitled")
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


@dataclass(frozen=True, slots=True)
class CubeFilter:
    """What the browser and `cubes list` ask for. None or empty means any.

    `text` is searched in title, text and tags: every word of it, or one that begins so; `binned` True asks for the
    bin instead of the shelf. `terms` are further conditions that all hold; `filter` reads and writes them as text.
    """

    text: str = ""
    kind: Kind | None = None
    state: State | None = None
    type: SemanticType | None = None
    tag: str | None = None
    project: str | None = None
    pinned: bool | None = None
    proposed: bool | None = None
    binned: bool = False
    terms: tuple[Term, ...] = ()


class SortKey(StrEnum):
    """The columns that a list of cubes can be ordered by."""

    CREATED = "created"
    CHANGED = "changed"
    TITLE = "title"
    KIND = "kind"
    TYPE = "type"
    STATE = "state"
    TAGS = "tags"
    USES = "uses"
    HEAT = "heat"
    TIME = "time"
    LAST_USED = "last_used"
    PROJECT = "project"
    ORIGIN = "origin"
    SIZE = "size"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True)
class CubePage:
    """One page of a list: `cubes` from `offset` on, of `total` that match."""

    cubes: tuple[Cube, ...]
    offset: int
    total: int
