"""MemScheduler (MemOS, section 5.3): which memories enter the context, and why. `forms` says in which form.

Small models take the wrong memory when they are given several, so how many depends on the model. What was measured
is in the README ("bench probes").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from memos_desktop.memory.call import Candidate, Decision, Form, Intent, MemoryCall, Owner, Recalled
from memos_desktop.memory.contradiction import same, supersedes
from memos_desktop.memory.forms import Budget, Forms, Option, Speed
from memos_desktop.memory.governance import Verdict
from memos_desktop.memory.language import overlap, tells


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a model can make use of: `memories` at most, `characters` of them together.

    A memory after the first counts only when its score is within `margin` of the best. `examples` says whether
    worked examples stand in the static prefix; `assistant` whether the assistant's own words may be injected.
    """

    memories: int
    characters: int
    margin: float
    examples: bool
    assistant: bool


def capacity_of(parameters: int) -> Capacity:
    """The capacity of a model with this many parameters."""
    if parameters < 250_000_000:
        return Capacity(memories=2, characters=600, margin=0.5, examples=True, assistant=False)
    if parameters < 1_000_000_000:
        return Capacity(memories=3, characters=1_200, margin=1.5, examples=True, assistant=False)
    if parameters < 4_000_000_000:
        return Capacity(memories=5, characters=2_500, margin=2.5, examples=False, assistant=True)
    return Capacity(memories=8, characters=4_000, margin=4.0, examples=False, assistant=True)


LEAST_COSINE, CLEAR_COSINE = 0.18, 0.30
"""Below the first a memory is unrelated, above the second it counts even if it shares no word with the question."""


def schedule(
    call: MemoryCall,
    recalled: Sequence[Recalled],
    capacity: Capacity,
    verdicts: Mapping[str, Verdict],
    in_prompt: frozenset[str] = frozenset(),
    attached: frozenset[str] = frozenset(),
    options: Mapping[str, Option] = MappingProxyType({}),
    speed: Speed = Speed(),
    budget: Budget | None = None,
) -> tuple[Decision, ...]:
    """One decision for each recalled memory, in their order.

    `verdicts` are governance's answers by cube id; `in_prompt` the ids whose text stands in the prompt already.
    `options` are, by cube id, the memories that may have another form than text; the others are short, and no
    budget holds them back. `speed` is the loaded model's, `budget` what all of them may take together.
    """
    forms = Forms(options, speed, budget)
    hindrances = [_hindrance(call, item, capacity, verdicts, in_prompt, attached) for item in recalled]
    # What was attached has its room first, wherever it stands among the others.
    chosen = [place for place, item in enumerate(recalled) if item.id in attached and not hindrances[place]]
    by_hand = {place: forms.decide(recalled[place], "you attached it", by_hand=True) for place in chosen}
    outdated = _outdated(recalled)
    decisions: list[Decision] = []
    for place, item in enumerate(recalled):
        taken = [decision for decision in decisions if decision.form is not Form.LEFT_OUT]
        reason = hindrances[place] or ("" if place in by_hand else _crowded_out(item, taken, outdated, capacity))
        why = "close to the best match" if taken else "the best match"
        if reason:
            decisions.append(Decision(item, Form.LEFT_OUT, reason))
        else:
            decisions.append(by_hand.get(place) or forms.decide(item, why))
    return tuple(decisions)


def _hindrance(
    call: MemoryCall,
    item: Recalled,
    capacity: Capacity,
    verdicts: Mapping[str, Verdict],
    in_prompt: frozenset[str],
    attached: frozenset[str],
) -> str:
    """Why this memory is not used, or the empty string."""
    candidate = item.candidate
    verdict = verdicts.get(item.id)
    if verdict is not None and not verdict:
        return verdict.reason
    if item.id in attached:
        return ""
    if item.id in in_prompt and not capacity.examples:  # a small model has to read it next to the question
        return "it stands in the prompt already"
    if call.intent in (Intent.TELL, Intent.INSTRUCT) and (candidate.cosine or 0) < CLEAR_COSINE:
        return "this turn asks nothing, and it is not close to it"
    if candidate.owner is Owner.MESSAGE and candidate.role == "assistant" and not capacity.assistant:
        return "the assistant's own words, which a small model repeats rather than reads"
    if candidate.owner is Owner.MESSAGE and candidate.role == "user" and not tells(candidate.text):
        return "it asks and states nothing"
    if candidate.superseded:
        return "a later memory replaced it"
    if not _relevant(call, candidate):
        return "not related closely enough"
    return ""


def _outdated(recalled: Sequence[Recalled]) -> frozenset[str]:
    """Ids of single-valued statements to which a later one among them gives another value."""
    found = [item.candidate for item in recalled]
    return frozenset(
        old.owner_id for old in found if any(new.time > old.time and supersedes(new.text, old.text) for new in found)
    )


def _relevant(call: MemoryCall, candidate: Candidate) -> bool:
    if candidate.cosine is None:
        return bool(overlap(call.query, candidate.text))
    if candidate.cosine < LEAST_COSINE:
        return False
    return candidate.cosine >= CLEAR_COSINE or bool(overlap(call.query, candidate.text))


def _crowded_out(item: Recalled, taken: Sequence[Decision], outdated: frozenset[str], capacity: Capacity) -> str:
    """Why this memory is not used beside those that are taken, or the empty string."""
    if item.id in outdated:
        return "a later memory replaced it"
    if taken and taken[0].recalled.score - item.score > capacity.margin:
        return "clearly behind the best match, for a model of this size"
    if len(taken) >= capacity.memories:
        return f"a model of this size reads {capacity.memories} at most"
    used = sum(len(decision.recalled.candidate.text) for decision in taken)
    if taken and used + len(item.candidate.text) > capacity.characters:
        return "no room left beside the better ones"
    if any(same(decision.recalled.candidate.text, item.candidate.text) for decision in taken):
        return "says the same as one that is used"
    return ""
