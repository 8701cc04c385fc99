"""What comes after a prompt, and how far what comes after another reading of it lies away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from memos_desktop.engine.base import Comparison
from memos_desktop.engine.llamacpp.reading import Gained


@dataclass(frozen=True, slots=True)
class Outlook:
    """The logits after a prompt and after each of the `answer` tokens that follow it.

    They are float32 arrays over the vocabulary; `ms` is how long the first of them took.
    """

    logits: tuple[Any, ...]
    answer: tuple[int, ...]
    gained: Gained
    ms: float


def compared(exact: Outlook, fused: Outlook) -> Comparison:
    """How `fused` differs from `exact`, of the same prompt and the same answer."""
    pairs = list(zip(exact.logits, fused.logits, strict=True))
    same = [int(one.argmax()) == int(other.argmax()) for one, other in pairs]
    return Comparison(
        kl=divergence(*pairs[0]),
        same_first=same[0],
        agreement=sum(same) / len(same),
        fused_tokens=fused.gained.fused,
        attached_tokens=fused.gained.attached,
        exact_ms=exact.ms,
        fused_ms=fused.ms,
        attach_ms=fused.gained.seconds * 1000,
        evaluated_tokens=exact.gained.evaluated,
    )


def divergence(exact: Any, other: Any) -> float:
    """The Kullback-Leibler divergence of `other` from `exact` in nats; both are logits over the vocabulary."""
    import numpy as np

    def logs(logits: Any) -> Any:
        shifted = logits.astype(np.float64) - logits.max()
        return shifted - np.log(np.exp(shifted).sum())

    wanted, found = logs(exact), logs(other)
    return max(0.0, float((np.exp(wanted) * (wanted - found)).sum()))


def by_question(exact: Sequence[Outlook], variants: Sequence[Sequence[Outlook]]) -> tuple[tuple[Comparison, ...], ...]:
    """For each question its comparisons, from what was read variant by variant."""
    rows = zip(*variants, strict=True)
    return tuple(tuple(compared(one, other) for other in row) for one, row in zip(exact, rows, strict=True))
