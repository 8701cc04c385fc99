"""MemReader (MemOS, section 5.2): what a turn asks of memory, and what it tells memory. By rules alone.

Models under about 1.5B cannot extract facts reliably, so what is kept is the person's own words, verbatim.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from memos_desktop.memory.call import Intent, MemoryCall
from memos_desktop.memory.cube import SemanticType, Sensitivity
from memos_desktop.memory.language import Sentence, is_greeting, is_question, is_request, sentences
from memos_desktop.memory.time_window import find_window

LONG_MESSAGE = 600
"""Characters from which on a message is taken as material (a paste), not as talk."""
MOST_KEPT = 2000
"""Characters of one memory at most; longer statements stay in their chat."""

_INSTRUCTION = re.compile(
    r"\b(?:from now on|in (?:the )?future|going forward|for all (?:your )?(?:answers|replies))\b"
    r"|^(?:please |and |also |but )*(?:always|never|don't ever|do not ever)\b"
    r"|\byou (?:should|must|may|can) (?:always|never)\b"
    r"|(?:\bplease |[,;] ?(?:and |but )?)(?:always|never) "
    r"(?:answer|reply|respond|write|use|call|address|speak|start|end|give|include|say)\b"
    r"|^(?:please )?(?:call me|address me|keep (?:your )?(?:answers|replies|responses))\b"
    r"|\bI(?: want| would like|'d like| need| prefer) you(?:r (?:answers|replies|responses))?\b"
    r"|^(?:please )?(?:answer|reply|respond)(?: to)? me (?:in|with|always|only|as)\b"
    r"|\bI (?:prefer|like|want) (?:\w+ ){0,2}(?:answers|replies|responses|explanations)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'll|I'd|me|my|mine|myself|we|our|ours|us|we're|we've)\b", re.IGNORECASE)
_PERSONA = re.compile(r"\b(?:my name is|I am called|I'm called|people call me|call me)\b", re.IGNORECASE)
_PREFERENCE = re.compile(
    r"\b(?:I (?:really |also |do(?:n't| not) )?(?:like|love|hate|prefer|enjoy|dislike|adore|can't stand)|"
    r"my (?:\w+ )?favou?rite|I'd rather|I would rather|I am a fan of|I'm a fan of)\b",
    re.IGNORECASE,
)
_PROCEDURE = re.compile(
    r"\b(?:first\b.*\bthen|step \d|how (?:I|we) \w+ is|in order to\b.*\byou)\b", re.IGNORECASE | re.DOTALL
)
_EVENT = re.compile(
    r"\b(?:yesterday|tomorrow|tonight|today|next (?:week|month|year|\w+day)|last (?:week|month|year|night|\w+day)|"
    r"\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}|\d{1,2}:\d\d|getting married|appointment|"
    r"flight|wedding|meeting|deadline|birthday party)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:password|passcode|passphrase|pin (?:code|number)?\s*(?:is|:)|secret key|api[ _-]?key|private key|"
    r"recovery phrase|cvv|social security)\b|\b(?:\d[ -]?){13,19}\b|\bsk-[A-Za-z0-9]{16,}",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:allerg\w+|diagnos\w+|illness|disease|medication|pregnan\w+|therap\w+|salary|debt|religio\w+|"
    r"sexual\w*|passport|bank account)\b",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+(?:\s+(?:of |the |de )?[A-Z][\w’'-]+)*|\"[^\"]{2,60}\"|“[^”]{2,60}”"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A memory that a rule proposes: `text == message[start:end]`. `why` says which rule, in words."""

    text: str
    start: int
    end: int
    type: SemanticType
    pinned: bool
    sensitivity: Sensitivity
    why: str


def read(text: str, now: datetime, limit: int = 10) -> MemoryCall:
    """What the turn `text` asks of memory, said at `now`."""
    query = " ".join(text.split())
    return MemoryCall(
        query=query[:1000],
        intent=intent_of(text),
        entities=entities(query),
        window=find_window(query, now),
        limit=limit,
    )


def intent_of(text: str) -> Intent:
    """Whether the turn asks, instructs, tells or only chats; asking wins, since it needs an answer."""
    found = [sentence.text for sentence in sentences(text)]
    if any(is_question(sentence) or (is_request(sentence) and not is_instruction(sentence)) for sentence in found):
        return Intent.ASK
    if any(is_instruction(sentence) for sentence in found):
        return Intent.INSTRUCT
    return Intent.TELL if propose(text) else Intent.CHAT


def entities(text: str) -> tuple[str, ...]:
    """Names and quoted phrases in `text`, each once, in order."""
    found = (match.group().strip("\"“”") for match in _ENTITY.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name not in {"I", "I'm", "I've", "I'd", "I'll"}))


def is_instruction(sentence: str) -> bool:
    """Whether a sentence is a standing instruction to the assistant: it holds beyond this turn."""
    return bool(_INSTRUCTION.search(sentence)) and not sentence.rstrip().endswith("?")


def propose(text: str) -> tuple[Proposal, ...]:
    """What is worth keeping of a user's turn, verbatim: neighbouring statements as one memory, instructions apart.

    Questions, requests, greetings and pasted material are left in the chat.
    """
    long = len(text) > LONG_MESSAGE or "```" in text
    runs: list[list[Sentence]] = []
    previous = -2
    for number, sentence in enumerate(sentences(text)):
        if not _keeps(sentence.text, long):
            continue
        apart = is_instruction(sentence.text) or (runs and is_instruction(runs[-1][-1].text))
        if runs and previous == number - 1 and not apart:
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
        previous = number
    found = (_proposal(text, run) for run in runs)
    return tuple(proposal for proposal in found if len(proposal.text) <= MOST_KEPT)


def _keeps(sentence: str, long: bool) -> bool:
    if is_instruction(sentence):
        return not long
    if is_question(sentence) or is_request(sentence) or is_greeting(sentence):
        return False
    first_person = bool(_FIRST_PERSON.search(sentence))
    if len(sentence.split()) < (2 if first_person else 3):
        return False
    return first_person or not long


def _proposal(text: str, run: list[Sentence]) -> Proposal:
    start, end = run[0].start, run[-1].end
    said = text[start:end]
    type_, why = type_of(said)
    pinned = is_instruction(run[0].text)
    if _SECRET.search(said):
        sensitivity = Sensitivity.SECRET
    else:
        sensitivity = Sensitivity.PERSONAL if _PERSONAL.search(said) else Sensitivity.NORMAL
    return Proposal(said, start, end, type_, pinned, sensitivity, why)


def type_of(text: str) -> tuple[SemanticType, str]:
    """The semantic type of a statement by rule, and the rule in words."""
    if is_instruction(text):
        return SemanticType.PREFERENCE, "a standing instruction to the assistant"
    for pattern, type_, why in (
        (_PERSONA, SemanticType.PERSONA, "says who you are"),
        (_PREFERENCE, SemanticType.PREFERENCE, "says what you like or dislike"),
        (_PROCEDURE, SemanticType.PROCEDURE, "describes how something is done"),
        (_EVENT, SemanticType.EVENT, "names a date or an occasion"),
    ):
        if pattern.search(text):
            return type_, why
    return SemanticType.FACT, "states something"
