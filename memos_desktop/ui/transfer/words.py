"""Bundles in words: what would go out, what would come in, what was done. Knows nothing of Qt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memos_desktop.memory.bundle_import import BundleConflict, BundlePreview, Choice, Decision, Skip
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes.words import counted, long_date, memories, size

if TYPE_CHECKING:
    from memos_desktop.app.bundle_export import ExportEstimate, ExportReport
    from memos_desktop.app.transfer import ImportReport

SHOWN = 200
"""Lines of a list of what is left out."""
CHOICES = (
    (Choice.KEEP.value, "Keep mine", "What is here stays as it is"),
    (Choice.REPLACE.value, "Take theirs", "The memory of the bundle takes the place of the one here"),
    (Choice.BOTH.value, "Both", "The memory of the bundle comes in as a copy beside the one here"),
)
ABOUT = (
    "Texts, tags, rules and all versions go into one file, which another MemOS Desktop imports. What is in the bin"
    " stays here."
)
NOT_REDACTED = "They hold the text as it was read, so they cannot be redacted."
KV = "Whoever has the same model need not let it read these texts again."
ADAPTERS = "Files that were trained on memories. They may hold their text."
SECRET = "Whoever gets the file can read them."
REDACT = (
    "Names, e-mail addresses, phone, account and card numbers become marks, as “[name 1]”. Rules miss some names, and"
    " take some words for names that are none: look at the file before you pass it on."
)


def amount(found: "ExportEstimate", secret: bool) -> str:
    """How much text would go out."""
    count = found.cubes - (0 if secret else found.secret)
    if not count:
        return "No memory that can be exported."
    versions = f" with {counted(found.versions, 'version')}" if found.versions > found.cubes else ""
    return f"{memories(count)}{versions}, about {size(found.bytes)}"


def exported(report: "ExportReport") -> str:
    """What was written."""
    left_out = f"; {counted(len(report.skipped), 'memory', 'memories')} left out" if report.skipped else ""
    blobs = f" and {counted(report.blobs, 'large file')}" if report.blobs else ""
    return f"Exported {memories(report.cubes)}{blobs} to {report.path.name}, {size(report.bytes)}{left_out}."


def masked(report: "ExportReport") -> str:
    """What was replaced by marks."""
    found = [f"{count:,} {what}" for what, count in report.redacted.items()]
    return f"Replaced: {', '.join(found)}." if found else "Nothing had to be replaced."


def skipped(several: Sequence[Skip]) -> str:
    """One line for each thing that is left out."""
    lines = [f"{one.title}: {one.reason}" for one in several[:SHOWN]]
    more = len(several) - SHOWN
    return "\n".join([*lines, *([f"and {more:,} more"] if more > 0 else [])])


def made(preview: BundlePreview) -> str:
    """Where the bundle comes from."""
    about = preview.manifest
    versions = counted(about.versions, "version")
    return f"{memories(about.cubes)} with {versions}, {size(preview.bytes)}, exported on {long_date(about.created)}"


def counts(preview: BundlePreview) -> tuple[tuple[int, str, str], ...]:
    """The figures of a preview: number, word, token of its colour."""
    return (
        (preview.new, "new", "good"),
        (preview.same, "here already", "muted"),
        (len(preview.conflicts), "different here", "warning" if preview.conflicts else "muted"),
        (len(preview.skipped), "left out", "muted"),
    )


def side(name: str, cube: Cube) -> str:
    """Which version stands on one side of a conflict."""
    return f"{name}: version {cube.version} of {long_date(cube.changed)}"


def differs(conflict: BundleConflict) -> str:
    """How the two differ, as a sentence."""
    said = conflict.words
    if conflict.fixed:
        said = f"{said}; it cannot be replaced, as {conflict.fixed}"
    return f"{said[:1].upper()}{said[1:]}."


def header_lines(here: Cube, theirs: Cube) -> tuple[str, ...]:
    """What is other beside the text: title, tags, state, flags."""
    pairs = (
        ("Title", here.title, theirs.title),
        ("Type", here.descriptive.type.value, theirs.descriptive.type.value),
        ("Tags", ", ".join(here.tags) or "none", ", ".join(theirs.tags) or "none"),
        ("State", here.state.value, theirs.state.value),
        ("Flags", _flags(here), _flags(theirs)),
        ("Scope", here.governance.scope.value, theirs.governance.scope.value),
    )
    return tuple(f"{name}: {mine} → {other}" for name, mine, other in pairs if mine != other)


def outcome(preview: BundlePreview, decision: Decision) -> tuple[int, str]:
    """How many memories would come in, and what would happen in a sentence."""
    chosen = [_effect(one, decision.of(one.id)) for one in preview.conflicts]
    replaced, copies = chosen.count(Choice.REPLACE), chosen.count(Choice.BOTH)
    kept = chosen.count(Choice.KEEP)
    total = preview.new + replaced + copies
    parts = [f"{memories(preview.new)} added"] if preview.new else []
    parts += [f"{replaced:,} replaced"] if replaced else []
    parts += [f"{copies:,} added as {'a copy' if copies == 1 else 'copies'}"] if copies else []
    parts += [f"{kept:,} kept as here"] if kept else []
    if not total:
        return 0, "Nothing would be changed." if preview.conflicts else "Everything in it is here already."
    return total, f"{', '.join(parts)}. One step, which Undo takes back."


def imported(report: "ImportReport") -> str:
    """What an import has done."""
    parts = [f"{report.replaced:,} replaced"] if report.replaced else []
    parts += ["1 as a copy" if report.copied == 1 else f"{report.copied:,} as copies"] if report.copied else []
    parts += [f"{counted(report.blobs, 'KV state')} taken"] if report.blobs else []
    parts += [f"{len(report.skipped):,} left out"] if report.skipped else []
    more = f" ({', '.join(parts)})" if parts else ""
    return f"Imported {memories(report.cubes)} from {report.name}{more}."


def blobs(preview: BundlePreview) -> tuple[str, str]:
    """What is said beside the switch for KV states: its name, and what of them fits. Both empty without any."""
    fitting = [one for one in preview.blobs if not one.reason]
    if not preview.blobs:
        return "", ""
    reasons = tuple(dict.fromkeys(one.reason for one in preview.blobs if one.reason))
    name = f"Take {counted(len(fitting), 'large file')}, {size(sum(one.bytes for one in fitting))}"
    rest = "".join(f" {_sentence(f'Left out: {reason}')}" for reason in reasons[:3])
    about = "KV states and adapters for models that are here." if fitting else ""
    return name if fitting else "No large file fits here", f"{about}{rest}".strip()


def _effect(conflict: BundleConflict, choice: Choice) -> Choice:
    return Choice.KEEP if choice is Choice.REPLACE and conflict.fixed else choice


def _flags(cube: Cube) -> str:
    named = {"pinned": cube.pinned, "frozen": cube.frozen, "in the bin": bool(cube.binned)}
    return ", ".join(name for name, on in named.items() if on) or "none"


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
