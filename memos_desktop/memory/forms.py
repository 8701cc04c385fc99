"""In which form a memory enters the context: as KV cells that were read before, as text, or not at all.

Attaching cells costs milliseconds, reading text costs tokens over reading speed. Both figures are measured for the
loaded model; from which length on cells are worth it (the crossover) follows from them.
"""

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from memos_desktop.memory.call import Candidate, Decision, Form, Owner, Recalled

SHORTEST = 64
"""Tokens below which a memory is never attached as KV: text that short is read as fast, and better."""
USUAL_CROSSOVER = 256
"""The crossover of a model whose reading speed is not known yet."""
LEAST_FACTOR, LEAST_GAIN = 2.0, 100.0
"""What KV must bring to be worth it: this many times sooner, and this many milliseconds."""
CHARACTERS_PER_TOKEN = 4
"""For the share of the budget that short memories take: theirs are not counted by the model."""


class Readiness(StrEnum):
    """What is kept of a memory as KV, seen from the loaded model.

    Unfit: the model was measured to read attached cells badly; unsupported: its architecture does not allow them.
    """

    READY = "ready"
    STALE = "stale"
    ABSENT = "absent"
    OTHER_MODEL = "other model"
    UNFIT = "unfit"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Option:
    """A memory long enough to ask how it should be read: `tokens` of the whole text, and whether it is ready as KV.

    `text` is that whole text, where what was recalled may be a passage of it. As KV the whole is attached, as text
    only the passage is read.
    """

    tokens: int
    readiness: Readiness
    text: str = ""


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured for the loaded model. `prefill_tps`: tokens read in a second, 0 where it is not known yet."""

    prefill_tps: float = 0.0
    attach_ms: float = 30.0
    attach_ms_per_token: float = 0.02

    @property
    def known(self) -> bool:
        """Whether the time for reading text can be said."""
        return self.prefill_tps > 0

    def text_ms(self, tokens: int) -> float:
        """Milliseconds to read this many tokens as text; 0 while the speed is not known."""
        return tokens * 1000 / self.prefill_tps if self.known else 0.0

    def kv_ms(self, tokens: int) -> float:
        """Milliseconds to attach this many tokens as KV."""
        return self.attach_ms + tokens * self.attach_ms_per_token

    @property
    def crossover(self) -> int:
        """The length in tokens from which KV is worth it: twice as soon and 100 ms sooner, at least."""
        if not self.known:
            return USUAL_CROSSOVER
        read, attach = self.text_ms(1), self.attach_ms_per_token
        if read <= LEAST_FACTOR * attach:
            return sys.maxsize  # reading is so fast that no length makes up for it
        by_factor = LEAST_FACTOR * self.attach_ms / (read - LEAST_FACTOR * attach)
        by_gain = (LEAST_GAIN + self.attach_ms) / (read - attach)
        return max(SHORTEST, math.ceil(min(max(by_factor, by_gain), sys.maxsize)))


@dataclass(frozen=True, slots=True)
class Budget:
    """What the memories of one turn may take together: tokens of the context, and time before the answer begins."""

    tokens: int
    milliseconds: float


_RELATIVE = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|(?:this|next|last) (?:week|weekend|month|year|night|spring|summer|autumn|"
    r"fall|winter|\w+day)|in \w+ (?:days|weeks|months)|(?:days|weeks|months) ago)\b",
    re.IGNORECASE,
)
_WHY_TEXT = {
    Readiness.STALE: "its text was edited since it was kept as KV, so it is read as text",
    Readiness.OTHER_MODEL: "kept as KV for another model, so it is read as text",
    Readiness.UNFIT: "this model was measured to read KV states badly, so it is read as text",
    Readiness.UNSUPPORTED: "this model cannot attach KV states, so it is read as text",
}
_HELP = {
    Readiness.READY: "attach it to use it",
    Readiness.ABSENT: "keep it ready as KV to use it",
    Readiness.STALE: "it was edited since it was kept as KV: encode it again to use it",
    Readiness.OTHER_MODEL: "keep it ready as KV for this model too to use it",
    Readiness.UNFIT: "this model was measured to read KV states badly: attach it by hand to have it read all the same",
    Readiness.UNSUPPORTED: "this model cannot attach KV states: attach it by hand to have it read all the same",
}


class Forms:
    """Decides for one memory after another, and keeps count of what they take of the budget."""

    def __init__(self, options: Mapping[str, Option], speed: Speed, budget: Budget | None) -> None:
        self._options = options
        self._speed = speed
        self._budget = budget
        self._tokens_left = budget.tokens if budget else sys.maxsize
        self._ms_left = budget.milliseconds if budget else math.inf

    def decide(self, item: Recalled, why: str, by_hand: bool = False) -> Decision:
        """The form of a memory that is worth using because of `why`. What was attached by hand may take its time."""
        text = spoken_text(item.candidate)
        option = self._options.get(item.id) if item.candidate.owner is Owner.CUBE else None
        if option is None:
            self._take(len(text) // CHARACTERS_PER_TOKEN)
            return Decision(item, Form.TEXT, why, text)
        if self._wants_kv(option, by_hand) and option.readiness is Readiness.READY and self._fits(option.tokens):
            self._take(option.tokens, self._speed.kv_ms(option.tokens))
            reason = f"{why}; {self._ready(option.tokens)}" if by_hand else self._ready(option.tokens)
            return Decision(item, Form.KV, reason, option.text or item.candidate.text, tokens=option.tokens)
        tokens = _tokens_as_text(option, item.candidate)
        obstacle = self._no_room(tokens, by_hand) or ("" if by_hand else self._no_time(tokens, option))
        if obstacle:
            return Decision(item, Form.LEFT_OUT, obstacle)
        self._take(tokens)
        remark = self._why_not_kv(option, by_hand)
        return Decision(item, Form.TEXT, f"{why}; {remark}" if remark else why, text, tokens=tokens)

    def _wants_kv(self, option: Option, by_hand: bool) -> bool:
        return by_hand or option.tokens >= self._speed.crossover

    def _fits(self, tokens: int) -> bool:
        return self._budget is None or tokens <= self._tokens_left

    def _take(self, tokens: int, milliseconds: float | None = None) -> None:
        self._tokens_left -= tokens
        self._ms_left -= self._speed.text_ms(tokens) if milliseconds is None else milliseconds

    def _ready(self, tokens: int) -> str:
        text, kv = self._speed.text_ms(tokens), self._speed.kv_ms(tokens)
        instead = f" instead of {duration(text)}" if text > kv else ""
        return f"ready as KV: {tokens:,} tokens in about {duration(kv)}{instead}"

    def _why_not_kv(self, option: Option, by_hand: bool) -> str:
        """Said only where KV would have been the better form."""
        if not self._wants_kv(option, by_hand):
            return ""
        if option.readiness is Readiness.READY:
            return f"its {option.tokens:,} tokens as KV do not fit, so the passage that was found is read as text"
        return _WHY_TEXT.get(option.readiness, "")

    def _no_room(self, tokens: int, by_hand: bool) -> str:
        """Why this many tokens do not fit into the context, or the empty string."""
        if self._budget is None or self._fits(tokens):
            return ""
        alone = tokens <= self._budget.tokens
        if by_hand:
            place = "beside what else you attached" if alone else "into the context of this model"
            return f"you attached it, but its {tokens:,} tokens do not fit {place}"
        left = max(0, self._tokens_left)
        hint = "attach it to give it room before the others" if alone else "a model with a longer context could use it"
        return f"its {tokens:,} tokens do not fit into the {left:,} that are left for memories; {hint}"

    def _no_time(self, tokens: int, option: Option) -> str:
        """Why reading this many tokens would take too long, or the empty string."""
        needed = self._speed.text_ms(tokens)
        if not self._speed.known or needed <= self._ms_left:
            return ""
        left = f"{duration(self._ms_left)} are" if self._ms_left >= 1 else "no time is"
        took = f"reading its {tokens:,} tokens would take about {duration(needed)}"
        return f"{took}, where {left} left for memories; {_HELP[option.readiness]}"


def _tokens_as_text(option: Option, candidate: Candidate) -> int:
    """Tokens of what is read as text: the passage that was found, where that is not the whole."""
    if len(candidate.text) >= len(option.text):
        return option.tokens
    return math.ceil(option.tokens * len(candidate.text) / len(option.text))


def duration(milliseconds: float) -> str:
    """A time for a person, to two significant digits: "40 ms", "5.2 s"."""
    rounded = float(f"{milliseconds:.2g}")
    return f"{rounded:g} ms" if rounded < 1000 else f"{rounded / 1000:,g} s"


def spoken_text(candidate: Candidate) -> str:
    """The memory as the model reads it.

    A turn of somebody else carries name and date; words such as "tomorrow" get the day on which they were said.
    """
    text = " ".join(candidate.text.split())
    day = f"{candidate.time.day} {candidate.time:%B %Y}"
    if candidate.owner is Owner.MESSAGE and candidate.speaker not in (None, "", "You"):
        return f"{candidate.speaker} said on {day}: {text}"
    return f"{text} (said on {day})" if _RELATIVE.search(text) else text
