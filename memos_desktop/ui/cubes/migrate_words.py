"""Migrations in words: what they would cost, and what they have made. Knows nothing of Qt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memos_desktop.memory.cube import Kind
from memos_desktop.memory.forms import duration
from memos_desktop.ui.cubes.words import counted, memories, size

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import KvSupport, Pathway
    from memos_desktop.app.encoding import Migrated
    from memos_desktop.app.pathways import Offer, Route

FORMS = {Kind.PLAINTEXT: "Text", Kind.ACTIVATION: "KV", Kind.PARAMETRIC: "Adapter"}
VERBS = {Kind.PLAINTEXT: "Give the text back", Kind.ACTIVATION: "Keep ready", Kind.PARAMETRIC: "Train"}
NO_MODEL = "No model is loaded; the chosen one is loaded when it is needed."


def name(route: "Route") -> str:
    """A pathway by its two forms: “Text → KV”."""
    return f"{FORMS[route.source]} → {FORMS[route.target]}"


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def limit(selected: int, most: int) -> str:
    """Why a long selection is not looked at as a whole."""
    return (
        f"The first {most:,} of {memories(selected)} are looked at: each is read word by word, and all of them become"
        " one step or none. Select the rest afterwards."
    )


def model(support: "KvSupport | None") -> str:
    """Which model the costs are for, and what it allows."""
    return NO_MODEL if support is None else f"{support.model}: {support.words}"


def verdict(offer: "Offer") -> str:
    """Whether a pathway is possible now: with its cost, else why not."""
    possible = offer.possible
    if possible:
        return total(offer.paths)
    if offer.reason:
        return sentence(offer.reason)
    return "Not possible for any of them; each says why."


def lost(offer: "Offer") -> str:
    """What is lost on the way."""
    lines = tuple(dict.fromkeys(line for path in offer.possible for line in path.lost))
    return " ".join(lines) if lines else offer.route.lost


def won(offer: "Offer") -> str:
    """What one migration gains; empty where that is not known, or differs from memory to memory."""
    return " ".join(sentence(line) for line in offer.possible[0].gains) if len(offer.possible) == 1 else ""


def cost(path: "Pathway") -> str:
    """What one migration costs, or why it is not possible."""
    if not path.possible:
        return sentence(path.reason)
    parts = [f"about {path.tokens:,} tokens" if path.tokens else "", size(path.bytes) if path.bytes else ""]
    parts.append(duration(path.seconds * 1000) if path.seconds else "")
    return ", ".join(part for part in parts if part)


def total(paths: Sequence["Pathway"]) -> str:
    """What all possible ones cost together."""
    possible = [path for path in paths if path.possible]
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
