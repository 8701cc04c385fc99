"""What the Memory page says when there is nothing to list."""

from enum import Enum

from memos_desktop.ui.page import Context
from memos_desktop.ui.widgets import EmptyState


class Empty(Enum):
    """Why the list is empty: icon, title, sentence, button."""

    NOTHING = (
        "memory",
        "Nothing remembered yet",
        "What you tell in chats is kept here, where you can read, correct and remove it.",
        "Write the first memory",
    )
    NO_MATCH = (
        "filter",
        "No memory matches",
        "Nothing fits all of these filters together.",
        "Show all memories",
    )
    BIN = (
        "trash",
        "The bin is empty",
        "Memories you remove come here first, and can be taken out again.",
        "Back",
    )
    FAILED = (
        "warning",
        "The memories could not be read",
        "Nothing is lost: this was only about showing them.",
        "Try again",
    )


def empty_state(which: Empty, context: Context) -> EmptyState:
    """The picture, the sentence and the button for this reason."""
    return EmptyState(context.theme, context.icons, *which.value, look="primary" if which is Empty.NOTHING else "")
