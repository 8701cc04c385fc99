"""One use of a cube: it stood in the context of one answer, in this version and in this form."""

from dataclasses import dataclass
from datetime import datetime

from memos_desktop.memory.call import Form


@dataclass(frozen=True, slots=True)
class Use:
    """A cube was injected. `tokens` is its length where that was known, else 0; `message_id` is the answer.

    Chat and message may be empty.
    """

    cube_id: str
    version: int
    time: datetime
    form: Form
    tokens: int
    chat_id: str
    message_id: str = ""
