"""Migrations in words: what they would cost, and what they have made. Knows nothing of Qt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memos_desktop.memory.cube import Kind
from memos_desktop.memory.forms import duration
from memos_desktop.ui.cubes.words import counted, memories, size

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import Pathway
    from memos_desktop.app.encoding import Migrated

DIRECTIONS = (
    (Kind.ACTIVATION.value, "Text → KV", "A model reads the text once, and keeps what it has read"),
    (Kind.PLAINTEXT.value, "KV → text", "Give the exact text back that was read"),
)
ABOUT = {
    Kind.ACTIVATION: "The loaded model reads each text once and keeps what it has read. Attached to any chat, "
    "it is there in a moment. The text stays.",
    Kind.PLAINTEXT: "Each gives the exact text back that was read: the memory it was made from, or a new one "
    "where that was changed since.",
}


def cost(path: "Pathway") -> str:
    """What one migration costs, or why it is not possible."""
    if not path.possible:
        return f"{path.reason[:1].upper()}{path.reason[1:]}"
    parts = [f"about {path.tokens:,} tokens" if path.tokens else "", size(path.bytes) if path.bytes else ""]
    parts.append(duration(path.seconds * 1000) if path.seconds else "")
    return ", ".join(part for part in parts if part)


def total(paths: Sequence["Pathway"]) -> str:
    """What all possible ones cost together."""
    possible = [path for path in paths if path.possible]
    if not possible:
        return "Nothing to do for this selection."
    count = f"{len(possible)} of {memories(len(paths))}" if len(possible) < len(paths) else memories(len(paths))
    parts = []
    tokens, room = sum(path.tokens for path in possible), sum(path.bytes for path in possible)
    seconds = sum(path.seconds for path in possible)
    to_kv = possible[0].target is Kind.ACTIVATION
    if tokens:
        parts.append(f"about {tokens:,} tokens")
    parts.append(size(room) if room else "size known after the first one" if to_kv else "")
    if to_kv:
        parts.append(f"about {duration(seconds * 1000)}" if seconds else "time known after the first one")
    return f"{count}: {', '.join(part for part in parts if part)}"


def result(made: "Migrated") -> str:
    """What one migration has made."""
    if made.tokens:
        if not made.created:
            return f"Was ready already: {made.tokens:,} tokens, {size(made.bytes)}"
        return f"Ready: {made.tokens:,} tokens, {size(made.bytes)}, in {duration(made.ms)}"
    if made.created:
        return f"Given back as a new memory: {size(made.bytes)}"
    return "Its text is there already, unchanged"


def done(made: Sequence["Migrated"]) -> str:
    """What all of them have made together."""
    tokens, room, ms = sum(m.tokens for m in made), sum(m.bytes for m in made), sum(m.ms for m in made)
    if tokens:
        return f"{memories(len(made))} ready: {tokens:,} tokens, {size(room)}, in {duration(ms)}."
    return f"{counted(len(made), 'text')} given back."
