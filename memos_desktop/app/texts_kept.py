"""What a text must be to be kept as a memory, wherever it comes from."""

from memos_desktop.errors import UserError
from memos_desktop.texts import plain

LONGEST_TEXT = 2_000_000
"""Characters of one memory at most."""


def checked(text: str) -> str:
    """The text as it is kept. Raises UserError for an empty or a huge one."""
    content = plain(text).strip()
    if not content:
        raise UserError("There is no text to keep.", "Write what is to be remembered.")
    if len(content) > LONGEST_TEXT:
        raise UserError(
            f"This text has {len(content):,} characters; one memory holds {LONGEST_TEXT:,} at most. Nothing was kept.",
            "Split it into parts.",
        )
    return content
