"""Proposals to change the form of memories, from how they are really used. Nothing happens before someone accepts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Sensitivity
from memos_desktop.memory.forms import Readiness, Speed, duration
from memos_desktop.memory.use import Use

RECENT = timedelta(days=7)
UNUSED = timedelta(days=30)
"""After this long without use a state may go."""
SILENCE = timedelta(days=30)
"""How long a dismissed proposal stays away."""
ENOUGH = 5
"""Uses as text within the recent days that make a memory worth keeping ready."""


class Action(StrEnum):
    """What is proposed for a memory."""

    PROMOTE = "keep ready"
    REFRESH = "encode again"
    DEMOTE = "let go"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a proposal is judged by, for one plaintext cube.

    `changed` is when its current version was made, `tokens` the length of its text. `readiness` is for the loaded
    model; `has_activation` and `last_state_use` (a new state counts as used when it is made) for any model.
    """

    cube_id: str
    title: str
    version: int
    changed: datetime
    tokens: int
    readiness: Readiness
    has_activation: bool = False
    last_state_use: datetime | None = None
    sensitivity: Sensitivity = Sensitivity.NORMAL


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal. `saves_ms` is what it saves in a week of use like the last one, all uses together."""

    action: Action
    cube_id: str
    title: str
    reason: str
    saves_ms: float = 0.0


def propose(
    uses: Sequence[Use],
    facts: Mapping[str, Facts],
    speed: Speed,
    now: datetime,
    dismissed: Mapping[tuple[str, Action], datetime],
) -> tuple[Proposal, ...]:
    """At most one proposal for each cube of `facts`, those that save most first.

    `uses` should reach back 30 days. `dismissed` says when a proposal was last turned down.
    """
    by_cube: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        if use.form is not Form.LEFT_OUT:
            by_cube[use.cube_id].append(use)
    found = (_proposal(by_cube[cube_id], fact, speed, now) for cube_id, fact in facts.items())
    wanted = (
        proposal
        for proposal in found
        if proposal is not None and not _silenced(dismissed.get((proposal.cube_id, proposal.action)), now)
    )
    return tuple(sorted(wanted, key=lambda proposal: (-proposal.saves_ms, proposal.title, proposal.cube_id)))


def _silenced(when: datetime | None, now: datetime) -> bool:
    return when is not None and now - when < SILENCE


def _proposal(uses: Sequence[Use], fact: Facts, speed: Speed, now: datetime) -> Proposal | None:
    recent = [use for use in uses if now - use.time <= RECENT]
    if _worth_keeping(recent, fact, speed):
        return _promotion(sum(use.form is Form.TEXT for use in recent), fact, speed)
    if fact.readiness is Readiness.STALE and recent and fact.sensitivity is not Sensitivity.SECRET:
        return _refreshment(len(recent), fact, speed, now)
    return _demotion(uses, fact, now)


def _worth_keeping(recent: Sequence[Use], fact: Facts, speed: Speed) -> bool:
    as_text = [use for use in recent if use.form is Form.TEXT]
    return (
        fact.readiness in (Readiness.ABSENT, Readiness.OTHER_MODEL)
        and fact.sensitivity is not Sensitivity.SECRET
        and fact.tokens >= speed.crossover
        and len(as_text) >= ENOUGH
        and all(use.version == fact.version for use in as_text)
    )


def _promotion(times: int, fact: Facts, speed: Speed) -> Proposal:
    model = " for this model too" if fact.readiness is Readiness.OTHER_MODEL else ""
    saves = _saves(fact, speed)
    reason = f"injected {times} times in {RECENT.days} days, unchanged: keep it ready as KV{model}{_sooner(saves)}"
    return Proposal(Action.PROMOTE, fact.cube_id, fact.title, reason, saves * times)


def _refreshment(times: int, fact: Facts, speed: Speed, now: datetime) -> Proposal:
    saves = _saves(fact, speed)
    used = "once" if times == 1 else f"{times} times"
    reason = (
        f"edited {_ago(now - fact.changed)} and used {used} in {RECENT.days} days:"
        f" encode it again to use it as KV{_sooner(saves)}"
    )
    return Proposal(Action.REFRESH, fact.cube_id, fact.title, reason, saves * times)


def _demotion(uses: Sequence[Use], fact: Facts, now: datetime) -> Proposal | None:
    """To let states go that nobody needed for long. Where nothing is known of their last use, nothing is proposed."""
    times = [use.time for use in uses] + ([fact.last_state_use] if fact.last_state_use else [])
    if not fact.has_activation or fact.last_state_use is None or now - max(times) < UNUSED:
        return None
    days = (now - max(times)).days
    reason = f"not used for {days} days: let its KV states go, its text of {fact.tokens:,} tokens stays"
    return Proposal(Action.DEMOTE, fact.cube_id, fact.title, reason)


def _saves(fact: Facts, speed: Speed) -> float:
    """Milliseconds saved each time; 0 where it is not known or nothing would be saved."""
    return max(0.0, speed.text_ms(fact.tokens) - speed.kv_ms(fact.tokens)) if speed.known else 0.0


def _sooner(milliseconds: float) -> str:
    return f", about {duration(milliseconds)} sooner each time" if milliseconds else ""


def _ago(age: timedelta) -> str:
    days = max(0, age.days)
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
