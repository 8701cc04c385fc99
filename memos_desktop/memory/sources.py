"""What became of the message that a memory was learned from. Derived each time it is asked; never stored."""

from dataclasses import dataclass
from enum import StrEnum


class SourceChange(StrEnum):
    """How the source of a memory is no longer what it was."""

    EDITED = "edited"
    ELSEWHERE = "elsewhere"
    DELETED = "deleted"
    CHANGED = "changed"


WORDS = {
    SourceChange.EDITED: "the message that it was learned from was edited",
    SourceChange.ELSEWHERE: "the message that it was learned from is not on the branch that its chat shows",
    SourceChange.DELETED: "the message that it was learned from was deleted",
    SourceChange.CHANGED: "the message that it was learned from says something else now",
}


@dataclass(frozen=True, slots=True)
class SourceMark:
    """One memory whose source changed. `message_id` is that source, `now` what stands in its place ("" where nothing).

    `place` is the message of the branch after which it stood, or "".
    """

    cube_id: str
    chat_id: str
    message_id: str
    change: SourceChange
    now: str = ""
    place: str = ""

    @property
    def words(self) -> str:
        """What happened, as a clause."""
        return WORDS[self.change]
