"""Cubes in words: labels of types, states and origins, dates as people say them, the header line by line.

Knows nothing of Qt, so that every sentence can be tested as a string.
"""

from datetime import datetime
from pathlib import Path

from memos_desktop.ids import now
from memos_desktop.memory.cube import (
    Access,
    Cube,
    Kind,
    Origin,
    Scope,
    SemanticType,
    Sensitivity,
    State,
    TextPayload,
)
from memos_desktop.memory.heat import heat as heat_at

TYPES = {
    SemanticType.FACT: "Fact",
    SemanticType.PREFERENCE: "Preference",
    SemanticType.EVENT: "Event",
    SemanticType.PROCEDURE: "Procedure",
    SemanticType.DOCUMENT: "Document",
    SemanticType.PERSONA: "Persona",
}
KINDS = {Kind.PLAINTEXT: "Plaintext", Kind.ACTIVATION: "Activation", Kind.PARAMETRIC: "Parametric"}
STATES = {
    State.GENERATED: "Generated",
    State.ACTIVATED: "Activated",
    State.MERGED: "Merged",
    State.ARCHIVED: "Archived",
    State.EXPIRED: "Expired",
}
ORIGINS = {
    Origin.SAID: "Said in a chat",
    Origin.WRITTEN: "Written by hand",
    Origin.INFERRED: "Inferred from a chat",
    Origin.IMPORTED: "Imported",
    Origin.FUSED: "Fused from other memories",
    Origin.SPLIT: "Split from another memory",
    Origin.MIGRATED: "Made from another form",
    Origin.TRAINED: "Trained",
}
SCOPES = {Scope.PRIVATE: "Only you", Scope.PROJECT: "This project", Scope.SHARED: "Shared"}
SENSITIVITIES = {Sensitivity.NORMAL: "Normal", Sensitivity.PERSONAL: "Personal", Sensitivity.SECRET: "Secret"}
ACCESSES = {Access.READ_WRITE: "Read and write", Access.READ_ONLY: "Read only"}

ACTORS = {"user": "you", "memos": "MemOS", "scheduler": "the scheduler", "lifecycle": "the lifecycle"}


def short_date(moment: datetime, today: datetime | None = None) -> str:
    """A date for a narrow column: `14:05` today, `Yesterday`, `12 Mar` this year, else `12 Mar 2023`."""
    here = moment.astimezone()
    reference = (today or now()).astimezone()
    days = (reference.date() - here.date()).days
    if days == 0:
        return here.strftime("%H:%M")
    if days == 1:
        return "Yesterday"
    if here.year == reference.year:
        return f"{here.day} {here:%b}"
    return f"{here.day} {here:%b %Y}"


def long_date(moment: datetime | None) -> str:
    """A date with its time, as `12 March 2026, 14:05`; "never" for None."""
    if moment is None:
        return "never"
    here = moment.astimezone()
    return f"{here.day} {here:%B %Y, %H:%M}"


def size(count: int) -> str:
    """Bytes as people read them: `812 B`, `14.2 kB`, `1.4 GB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{count} B"


def path_text(path: Path | str) -> str:
    """A path as people write it: with ~ for the home folder."""
    place = Path(path)
    home = Path.home()
    return str(Path("~") / place.relative_to(home)) if place.is_relative_to(home) else str(place)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 memory`, `1,204 memories`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def memories(number: int) -> str:
    """`1 memory`, `1,204 memories`."""
    return counted(number, "memory", "memories")


def heat_words(heat: float) -> str:
    """Heat, said: how much a memory was used lately."""
    if heat <= 0:
        return "Cold: not used lately"
    level = "Hot" if heat >= 0.66 else "Warm" if heat >= 0.33 else "Cool"
    return f"{level}: {heat:.0%} of the hottest possible"


def row_text(cube: Cube) -> tuple[str, str]:
    """Title and rest for one row. A title that begins the text runs on into the rest, without …."""
    text = " ".join(cube.text.split())
    title = " ".join(cube.title.split())
    start = title.removesuffix("…").rstrip()
    if start and text.startswith(start):
        return start, text[len(start) :].strip()
    return title, text


def payload_words(cube: Cube) -> str:
    """The payload in one line."""
    if not isinstance(cube.payload, TextPayload):
        return f"{size(cube.payload.bytes)}, made for model {cube.payload.model_sha256[:12]}"
    words = len(cube.text.split())
    return f"{counted(words, 'word')}, {size(cube.payload.bytes)}"


def flags(cube: Cube) -> str:
    """The flags that are set, in words; "none" otherwise."""
    named = {"pinned": cube.pinned, "frozen": cube.frozen, "proposed": cube.governance.proposed}
    if cube.binned:
        named["in the bin"] = True
    return ", ".join(name for name, on in named.items() if on) or "none"


def actor(name: str) -> str:
    """Who did it, as said to the person."""
    return ACTORS.get(name, name)


def header_lines(cube: Cube) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The whole header in words: sections, each with its labels and values."""
    return (
        ("What it is", _descriptive_lines(cube)),
        ("What governs it", _governance_lines(cube)),
        ("What use has shown", _behaviour_lines(cube)),
    )


def _descriptive_lines(cube: Cube) -> tuple[tuple[str, str], ...]:
    about = cube.descriptive
    return (
        ("Title", cube.title),
        ("Type", TYPES[about.type]),
        ("Kind", f"{KINDS[cube.kind]}: {payload_words(cube)}"),
        ("Tags", ", ".join(cube.tags) or "none"),
        ("Origin", ORIGINS[about.origin]),
        *((("Said by", about.speaker),) if about.speaker else ()),
        ("It happened", long_date(about.event_time) if about.event_time else "no time known"),
        ("Recorded", long_date(cube.created)),
        ("This version", f"{cube.version}, of {long_date(cube.changed)}, by {actor(cube.actor)}"),
        ("Id", cube.id),
    )


def _governance_lines(cube: Cube) -> tuple[tuple[str, str], ...]:
    rule = cube.governance
    lines = [
        ("State", STATES[cube.state]),
        ("Flags", flags(cube)),
        ("Owner", rule.owner),
        ("Who may see it", SCOPES[rule.scope] + (f" ({rule.project})" if rule.project else "")),
        (
            "What may be done",
            rule.access.value.replace("-", " and ") if "write" in rule.access else "read only",
        ),
        ("Expires", long_date(rule.expires)),
        ("Priority", str(rule.priority)),
        ("Sensitivity", rule.sensitivity.value),
        ("Watermark", rule.watermark or "none"),
    ]
    if rule.valid_to:
        lines.append(("True until", long_date(rule.valid_to)))
    if rule.superseded_by:
        lines.append(("Replaced by", rule.superseded_by))
    return tuple(lines)


def _behaviour_lines(cube: Cube) -> tuple[tuple[str, str], ...]:
    use = cube.behaviour
    return (
        ("Uses", counted(use.uses, "time")),
        ("Last used", long_date(use.last_used)),
        ("Heat", heat_words(heat_at(use, now()))),
    )
