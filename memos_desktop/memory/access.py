"""What was done with one memory, and what several have in common: what the inspector tells of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Scope, Sensitivity


class AccessKind(StrEnum):
    """How somebody or something came to a memory."""

    USED = "used"
    CHANGED = "changed"
    EXPORTED = "exported"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the access log.

    A use has `version`, `form`, `tokens` (0 where they were not counted), and where it happened: `chat_title` is None
    where the chat is gone, `message_there` False where the answer is. All else has `label`, `reason` and `actor`.
    """

    time: datetime
    kind: AccessKind
    label: str = ""
    reason: str = ""
    actor: str = ""
    version: int = 0
    form: Form | None = None
    tokens: int = 0
    chat_id: str = ""
    chat_title: str | None = None
    message_id: str = ""
    message_there: bool = False


@dataclass(frozen=True, slots=True)
class AccessLog:
    """The latest lines, newest first, of `total`. `uses` counts every use ever, also those that are listed no more."""

    lines: tuple[Access, ...]
    total: int
    uses: int


@dataclass(frozen=True, slots=True)
class InCommon:
    """What several cubes share: for each field, which values occur and how often. `fixed`: frozen or in the bin."""

    count: int
    fixed: int
    tags: tuple[tuple[str, int], ...]
    scopes: tuple[tuple[Scope, int], ...]
    projects: tuple[tuple[str | None, int], ...]
    sensitivities: tuple[tuple[Sensitivity, int], ...]
    expiries: tuple[tuple[datetime | None, int], ...]
