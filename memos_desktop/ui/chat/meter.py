"""How an answer was read, in words: what was restored, reused, attached or read anew. Knows nothing of Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memos_desktop.app.measured import LARGEST_KL
from memos_desktop.engine.base import Comparison

HARDLY = 0.05
"""Nats of divergence below which hardly anything differs."""
TIERS = {
    "none": "Nothing of this prompt was kept from before, so all of it was read.",
    "live": "The beginning was still in memory from the answer before. The answer is the same as if all had been read.",
    "exact": "The beginning was restored from disk. The answer is the same as if all had been read.",
    "fused": "Memories were attached as KV, in the place they were made for. The answer is the same as if all had "
    "been read.",
}
MOVED = (
    "Memories were attached as KV: read before, each by itself. The answer can differ a little from one for which "
    "their text is read here."
)


@dataclass(frozen=True, slots=True)
class Meter:
    """What the stats of a message say about its prompt, in tokens and milliseconds.

    `moved`: cells of memories that stand at another place than the one they were made for.
    """

    tier: str
    total: int
    live: int
    restored: int
    restored_ms: float
    attached: int
    moved: int
    evaluated: int
    first_ms: float
    refused: tuple[str, ...]

    @classmethod
    def of(cls, stats: Mapping[str, Any]) -> "Meter":
        """Read `Stats.to_json()`."""
        kv = stats.get("kv") or {}
        restored, attached = int(kv.get("restored_tokens") or 0), int(kv.get("attached_tokens") or 0)
        total, reused = int(stats.get("prompt_tokens") or 0), int(stats.get("reused_tokens") or 0)
        return cls(
            tier=str(kv.get("tier") or "none"),
            total=total,
            live=max(0, reused - restored - attached),
            restored=restored,
            restored_ms=float(kv.get("restored_ms") or 0),
            attached=attached,
            moved=int(kv.get("fused_tokens") or 0),
            evaluated=int(stats.get("evaluated_tokens") or max(0, total - reused)),
            first_ms=float(stats.get("ttft_ms") or 0),
            refused=tuple(str(reason) for reason in kv.get("refused") or ()),
        )


def meta_line(stats: Mapping[str, Any], receipt: Mapping[str, Any] | None = None) -> str:
    """Model, speed, time to first token, what was not read again: "SmolLM2 · 42 tok/s · first token 0.4 s · …"."""
    if not stats:
        return ""
    parts = [str(stats.get("model") or "")]
    if speed := float(stats.get("decode_tps") or 0):
        parts.append(f"{speed:.0f} tok/s" if speed >= 10 else f"{speed:.1f} tok/s")
    meter = Meter.of(stats)
    if meter.first_ms:
        parts.append(f"first token {spell_ms(meter.first_ms)}")
    parts.extend(not_read_again(meter, attached_count(receipt or {})))
    return " · ".join(part for part in parts if part)


def attached_count(receipt: Mapping[str, Any]) -> int:
    """How many memories of a receipt came as KV."""
    return sum(one.get("form") == "kv" for one in receipt.get("injected") or ())


def not_read_again(meter: Meter, memories: int) -> list[str]:
    """What was not read again, in plain words; that everything was read where nothing was kept."""
    if not meter.total:
        return []
    parts = []
    if meter.attached:
        named = "1 memory" if memories == 1 else f"{memories} memories"
        tokens = f"{meter.attached:,} tokens"
        parts.append(f"{named} attached as KV ({tokens})" if memories else f"{tokens} attached as KV")
    if meter.restored:
        parts.append(f"{meter.restored:,} of {meter.total:,} tokens restored from disk")
    elif meter.live or not meter.attached:
        parts.append(f"{meter.live:,} of {meter.total:,} tokens reused")
    return parts


def sentence(meter: Meter) -> str:
    """Where the beginning of the prompt came from, and whether that can show in the answer."""
    return MOVED if meter.moved else TIERS.get(meter.tier, meter.tier)


def figures(meter: Meter) -> tuple[tuple[str, str], ...]:
    """The rows of the popup: names and values."""
    restored = f"{meter.restored:,} tokens, in {spell_ms(meter.restored_ms)}"
    rows = (
        ("Whole prompt", f"{meter.total:,} tokens", True),
        ("Still in memory", f"{meter.live:,} tokens", bool(meter.live)),
        ("Restored from disk", restored, bool(meter.restored)),
        ("Attached as KV", f"{meter.attached:,} tokens", bool(meter.attached)),
        ("Moved to another place", f"{meter.moved:,} tokens", bool(meter.moved)),
        ("Read for this answer", f"{meter.evaluated:,} tokens", True),
        ("First token after", spell_ms(meter.first_ms), bool(meter.first_ms)),
    )
    return tuple((name, value) for name, value, said in rows if said)


def check_words(found: Comparison) -> str:
    """What "Check" found, as a person understands it."""
    first = "The same first word as" if found.same_first else "Another first word than"
    size = "hardly any" if found.kl < HARDLY else "small" if found.kl <= LARGEST_KL else "large"
    return (
        f"{first} when the text is read. Divergence {found.kl:.2f} nats, which is {size}. "
        f"{spell_ms(found.fused_ms)} instead of {spell_ms(found.exact_ms)}."
    )


def spell_ms(milliseconds: float) -> str:
    """Like "0.4 ms", "87 ms", "6.6 s"."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms" if 0 < milliseconds < 10 else f"{milliseconds:.0f} ms"
