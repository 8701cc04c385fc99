"""Kept KV states in words. Knows nothing of Qt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memos_desktop.ui.cubes.words import counted, size

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import KvRow, KvSupport, Usage
    from memos_desktop.engine.kv.report import VerifyReport

BELONGS = {
    "start": ("Every chat", "persona", "accent"),
    "chat": ("A chat", "chats", "muted"),
    "cube": ("A memory", "activation", "activation"),
}
"""For each owner of a state: words, icon, token."""
USABLE, UNKNOWN = "Usable", "Not known: no model is loaded"
NO_MODEL = "No model is loaded. What it allows is said here when it is."
NO_STATES = "This model's states cannot be kept: every prompt is read as text."


def belongs(row: "KvRow") -> tuple[str, str, str]:
    """What a state belongs to: words, icon, token. A damaged file does not say, and may be of any chat."""
    return BELONGS.get(row.belongs, BELONGS["start"])


def state(row: "KvRow") -> tuple[str, str]:
    """Whether a state can be used by the loaded model, or why not, and the token to write it in."""
    if row.problem:
        return f"{row.problem[:1].upper()}{row.problem[1:]}", "warning"
    return (USABLE, "good") if row.usable else (UNKNOWN, "muted")


def room(usage: "Usage") -> str:
    """How much of the room is taken."""
    return f"{counted(usage.states, 'state')}, {size(usage.bytes)} of {size(usage.budget)}"


def unusable(rows: Sequence["KvRow"]) -> str:
    """What removing the states with a problem means, to be asked before."""
    reasons: dict[str, int] = {}
    for row in rows:
        reasons[row.problem] = reasons.get(row.problem, 0) + 1
    lines = "\n".join(f"{counted(count, 'state')}: {reason}" for reason, count in reasons.items())
    return (
        f"{lines}\n\nStates of another model can be used again when that model is loaded. "
        "No text is lost: it is read again when it is needed."
    )


def verified(report: "VerifyReport") -> str:
    """What reading every byte has shown."""
    read = f"{counted(report.checked, 'state')} checked, {size(report.bytes)} read"
    if not report.damaged:
        return f"All in order: {read}."
    return f"{counted(len(report.damaged), 'damaged state')}, not used any more. {read[:1].upper()}{read[1:]}."


def allows(support: "KvSupport | None", loaded: bool) -> str:
    """What the loaded model allows."""
    if support is None:
        return NO_STATES if loaded else NO_MODEL
    return support.words
