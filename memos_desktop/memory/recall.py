"""Ranking of candidates: every part of a score is kept, named and said in words.

Dense and keyword scores are fused as z-scores over the pool (1 : 0.6), not by rank; then come the neighbours in
the chat, and small boosts for speaker, time window and use. Boosts never filter.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from memos_desktop.memory.call import Candidate, MemoryCall, Owner, Reason, Recalled, TimeWindow
from memos_desktop.memory.language import STOP_WORDS, overlap, own_things, tells, words


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each reason counts, in units of one standard deviation of the dense scores."""

    meaning: float = 1.0
    words: float = 0.6
    neighbours: float = 0.4
    speaker: float = 0.6
    subject: float = 0.8
    time: float = 0.5
    heat: float = 0.1
    asks: float = -1.0
    answer: float = -0.5
    superseded: float = -1.0
    priority: float = 0.3


MOST_PRIORITY = 3
"""Beyond this a priority, or its opposite, counts no more."""
LOOK_CLOSER = 3
"""The best 3 × limit are read closely; what ranks lower cannot get among the first."""
TYPICAL_COSINE, TYPICAL_SPREAD, PRIOR = 0.2, 0.12, 8
"""What a small pool is measured against: z-scores of two or three candidates would mean nothing."""


def rank(call: MemoryCall, candidates: Sequence[Candidate], weights: Weights = Weights()) -> tuple[Recalled, ...]:
    """The candidates in order, best first, one per cube or message, `call.limit` at most.

    What has to read a text (does it state anything? which words are shared?) is done for the best few only.
    """
    base = _base_scores(candidates, weights)
    named, asked = frozenset(words(call.query)) - STOP_WORDS, own_things(call.query)
    scored = [(_scores(call, candidate, base, named, weights), candidate) for candidate in candidates]
    scored.sort(key=lambda item: -sum(item[0].values()))
    best: dict[tuple[Owner, str], tuple[dict[str, float], Candidate]] = {}
    for scores, candidate in scored:
        if len(best) == LOOK_CLOSER * call.limit:
            break
        best.setdefault((candidate.owner, candidate.owner_id), (scores, candidate))
    for scores, candidate in best.values():
        if candidate.owner is Owner.MESSAGE and candidate.role == "user" and not tells(candidate.text):
            scores["asks"] = weights.asks
        if asked & own_things(candidate.text):
            scores["subject"] = weights.subject
    ordered = sorted(best.values(), key=lambda item: -sum(item[0].values()))
    return tuple(_explained(call, candidate, scores) for scores, candidate in ordered[: call.limit])


def _base_scores(candidates: Sequence[Candidate], weights: Weights) -> dict[int, tuple[float, float]]:
    """Weighted z-scores (meaning, words) by passage."""
    cosines = [c.cosine for c in candidates if c.cosine is not None]
    dense = _Scale(cosines, TYPICAL_COSINE, TYPICAL_SPREAD)
    sparse = _Scale([c.bm25 for c in candidates], 0.0, 3.0)
    return {
        c.passage_id: (
            weights.meaning * (dense(c.cosine) if c.cosine is not None else 0.0),
            weights.words * sparse(c.bm25),
        )
        for c in candidates
    }


class _Scale:
    """Maps a raw score to its z-score, drawn towards a typical pool while the real one is small."""

    def __init__(self, values: Sequence[float], mean: float, spread: float) -> None:
        count = len(values)
        own_mean = fmean(values) if values else mean
        own_spread = pstdev(values) if count > 1 else spread
        self.mean = (own_mean * count + mean * PRIOR) / (count + PRIOR)
        self.spread = math.sqrt((own_spread**2 * count + spread**2 * PRIOR) / (count + PRIOR)) or 1.0

    def __call__(self, value: float) -> float:
        return (value - self.mean) / self.spread


def _scores(
    call: MemoryCall,
    candidate: Candidate,
    base: Mapping[int, tuple[float, float]],
    named: frozenset[str],
    weights: Weights,
) -> dict[str, float]:
    """Every part of the score by name."""
    meaning, by_words = base[candidate.passage_id]
    scores = {"meaning": meaning, "words": by_words}
    beside = [sum(base[near]) for near in candidate.neighbours if near in base]
    if beside:
        scores["neighbours"] = weights.neighbours * max(0.0, fmean(beside))
    if candidate.speaker and candidate.speaker.lower() in named:
        scores["speaker"] = weights.speaker
    if _inside(call.window, candidate):
        scores["time"] = weights.time
    if candidate.heat:
        scores["use"] = weights.heat * candidate.heat
    if candidate.owner is Owner.MESSAGE and candidate.role == "assistant":
        scores["answer"] = weights.answer
    if candidate.superseded:
        scores["superseded"] = weights.superseded
    if candidate.priority:
        scores["priority"] = weights.priority * max(-MOST_PRIORITY, min(MOST_PRIORITY, candidate.priority))
    return scores


def _inside(window: TimeWindow | None, candidate: Candidate) -> bool:
    if window is None:
        return False
    after = window.start is None or window.start <= candidate.time
    return after and (window.end is None or candidate.time < window.end)


def _explained(call: MemoryCall, candidate: Candidate, scores: Mapping[str, float]) -> Recalled:
    said = {
        "neighbours": "the turns beside it fit too",
        "speaker": f"said by {candidate.speaker}",
        "time": f"from the time you named ({call.window.words})" if call.window else "",
        "subject": "about the same thing of yours",
        "use": "used often lately",
        "asks": "asks and states nothing",
        "answer": "the assistant's own words",
        "superseded": "a later memory replaced it",
        "priority": "you ranked it higher" if candidate.priority > 0 else "you found it not relevant",
        "meaning": _meaning_words(candidate),
        "words": _shared_words(call, candidate),
    }
    reasons = tuple(Reason(name, score, said[name]) for name, score in scores.items() if score)
    return Recalled(candidate, sum(scores.values()), reasons)


def _meaning_words(candidate: Candidate) -> str:
    if candidate.cosine is None:
        return "not yet compared by meaning"
    near = "close" if candidate.cosine >= 0.5 else "related" if candidate.cosine >= 0.3 else "far"
    return f"{near} in meaning ({candidate.cosine:.2f})"


def _shared_words(call: MemoryCall, candidate: Candidate) -> str:
    shared = overlap(call.query, candidate.text) if candidate.bm25 else frozenset()
    return "shares " + ", ".join(f"“{word}”" for word in sorted(shared)[:4]) if shared else "shares no rare word"
