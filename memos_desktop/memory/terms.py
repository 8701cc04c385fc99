"""What a filter can be made of: fields, the words they take, and one term, which is a field with its values.

A term keeps its values as they are written (`<7d`, `>=2025-01-01`), so that a filter that is kept goes on meaning
"the last seven days"; `amounts` says what they mean at a given moment.
"""

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a term asks about. `TEXT` is a phrase, which is written without the name."""

    TEXT = "text"
    KIND = "kind"
    TYPE = "type"
    STATE = "state"
    TAG = "tag"
    PROJECT = "project"
    SCOPE = "scope"
    ORIGIN = "origin"
    SENSITIVITY = "sensitivity"
    ACCESS = "access"
    IS = "is"
    IN = "in"
    USED = "used"
    USES = "uses"
    HEAT = "heat"
    SIZE = "size"
    CREATED = "created"
    CHANGED = "changed"
    TIME = "time"
    EXPIRES = "expires"
    SOURCE = "source"
    PARENT = "parent"


class Flag(StrEnum):
    """The values of `is:`.

    `STALE`: an activation memory whose source was edited since. `EXPIRING`: it expires within `SOON` days.
    """

    PINNED = "pinned"
    FROZEN = "frozen"
    PROPOSED = "proposed"
    STALE = "stale"
    SUPERSEDED = "superseded"
    EXPIRING = "expiring"


class SourceKind(StrEnum):
    """The values of `source:`: a chat, a file, or neither."""

    CHAT = "chat"
    FILE = "file"
    NONE = "none"


SOON = 14
"""Days before its end at which a memory counts as expiring."""
NEVER = "never"
BIN = "bin"

NUMBERS = frozenset((Field.USES, Field.HEAT, Field.SIZE))
TIMES = frozenset((Field.USED, Field.CREATED, Field.CHANGED, Field.TIME, Field.EXPIRES))
FREE = frozenset((Field.TAG, Field.PROJECT, Field.PARENT))


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: any of `values` holds for `field`; `negated` turns that round."""

    field: Field
    values: tuple[str, ...]
    negated: bool = False

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"A term of {self.field} needs a value.")
