"""`export`, `import` and `verify`: memories go into `.memcube` files and come in from them."""

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, iso, size_words
from memos_desktop.memory.bundle_import import BundleConflict, Skip
from memos_desktop.memory.word_diff import Change, word_diff
from memos_desktop.progress import Progress

if TYPE_CHECKING:
    from memos_desktop.app.bundle_export import ExportReport, Selection
    from memos_desktop.app.transfer import ImportReport, VerifyReport
    from memos_desktop.memory.bundle_import import BundlePreview

MOST_DIFFS = 200
SHOWN = 20
SIGNS = {Change.ADDED: "+", Change.REMOVED: "-"}


def export(arguments: argparse.Namespace, context: Context) -> Answer:
    """Write a bundle."""
    job = context.workspace.transfer.export(
        arguments.file,
        _selection(arguments),
        with_kv="kv" in arguments.blobs,
        with_adapters="adapters" in arguments.blobs,
        redact=arguments.redact,
        secret=bool(arguments.cubes),
    )
    report: ExportReport = context.finish(job)
    for warning in report.warnings:
        context.output.note(warning)
    document = {
        "file": str(report.path),
        "cubes": report.cubes,
        "versions": report.versions,
        "blobs": report.blobs,
        "bytes": report.bytes,
        "skipped": _skips(report.skipped),
        "conflicts": [],
        "redacted": dict(report.redacted),
        "warnings": list(report.warnings),
    }
    masked = ", ".join(f"{count} {what}" for what, count in report.redacted.items())
    lines = [
        f"{_memories(report.cubes)} exported to {report.path}, {size_words(report.bytes)}",
        *([f"replaced: {masked or 'nothing'}"] if arguments.redact else []),
        *_skip_lines(report.skipped),
    ]
    return Answer(document, "\n".join(lines))


def load(arguments: argparse.Namespace, context: Context) -> Answer:
    """Bring a bundle in, or say what that would mean."""
    transfer = context.workspace.transfer
    if arguments.preview:
        return _previewed(context.finish(transfer.preview(arguments.file)))
    report: ImportReport = context.finish(transfer.load(arguments.file, arguments.on_conflict))
    document = {
        "file": report.name,
        "cubes": report.cubes,
        "versions": report.versions,
        "replaced": report.replaced,
        "copied": report.copied,
        "same": report.same,
        "blobs": report.blobs,
        "bytes": report.bytes,
        "skipped": _skips(report.skipped),
        "conflicts": _conflicts(report.conflicts),
        "step_id": report.step_id,
    }
    parts = [f"{_memories(report.cubes)} imported from {report.name}"]
    parts += [f"{report.replaced} replaced"] if report.replaced else []
    parts += [f"{report.copied} as copies"] if report.copied else []
    parts += [f"{report.same} were here already"] if report.same else []
    parts += [f"{len(report.conflicts)} kept as they are here"] if report.conflicts else []
    lines = [", ".join(parts), *_conflict_lines(report.conflicts), *_skip_lines(report.skipped)]
    return Answer(document, "\n".join(lines))


def verify(arguments: argparse.Namespace, context: Context) -> Answer:
    """Read a bundle whole; the data folder is not opened."""
    from memos_desktop.app.transfer import verify_file

    report: VerifyReport = verify_file(arguments.file, Progress(context.output.progress))
    manifest = report.manifest
    document = {
        "file": report.name,
        "ok": True,
        "cubes": manifest.cubes,
        "versions": manifest.versions,
        "blobs": len(manifest.blobs),
        "bytes": report.bytes,
        "skipped": [],
        "conflicts": [],
        "program": manifest.program,
        "created": iso(manifest.created),
        "embedder": manifest.embedder,
        "redacted": manifest.redacted,
    }
    text = (
        f"{report.name} is sound: {_memories(manifest.cubes)}, {manifest.versions} versions,"
        f" {len(manifest.blobs)} KV states and adapters, {size_words(report.bytes)}"
    )
    return Answer(document, text)


def _selection(arguments: argparse.Namespace) -> "Selection":
    if arguments.filter is not None:
        from memos_desktop.memory.filter import parse

        return parse(arguments.filter)
    return tuple(arguments.cubes) if arguments.cubes else None


def _previewed(found: "BundlePreview") -> Answer:
    document = {
        "file": found.name,
        "preview": True,
        "cubes": found.manifest.cubes,
        "versions": found.manifest.versions,
        "new": found.new,
        "same": found.same,
        "blobs": len(found.blobs),
        "bytes": found.bytes,
        "skipped": _skips((*found.skipped, *_left_blobs(found))),
        "conflicts": _conflicts(found.conflicts),
        "problems": list(found.problems),
    }
    head = f"{found.name}: {found.new} new, {found.same} the same, {len(found.conflicts)} others; nothing was changed"
    skipped = (*found.skipped, *_left_blobs(found))
    lines = [head, *found.problems, *_conflict_lines(found.conflicts), *_skip_lines(skipped)]
    return Answer(document, "\n".join(lines))


def _left_blobs(found: "BundlePreview") -> Iterable[Skip]:
    return (Skip(one.cube_id, one.title, f"its KV state: {one.reason}") for one in found.blobs if one.reason)


def _skips(skipped: Iterable[Skip]) -> list[dict[str, str]]:
    return [{"id": one.id, "title": one.title, "reason": one.reason} for one in skipped]


def _conflicts(conflicts: Sequence[BundleConflict]) -> list[dict[str, Any]]:
    """Each with a word diff from here to the bundle; those of the first only, as a list may be long."""
    return [
        {
            "id": one.id,
            "title": one.here.title,
            "why": one.words,
            "fixed": one.fixed,
            "here": {"version": one.here.version, "changed": iso(one.here.changed)},
            "theirs": {"version": one.theirs.version, "changed": iso(one.theirs.changed)},
            "diff": [
                {"change": piece.change.value, "text": piece.text}
                for piece in (word_diff(one.here.text, one.theirs.text) if number < MOST_DIFFS else ())
            ],
        }
        for number, one in enumerate(conflicts)
    ]


def _conflict_lines(conflicts: Sequence[BundleConflict]) -> list[str]:
    lines = [f"  {one.id}  {one.here.title}: {one.words}{_changed_words(one)}" for one in conflicts[:SHOWN]]
    return lines + _more(len(conflicts))


def _changed_words(conflict: BundleConflict) -> str:
    pieces = word_diff(conflict.here.text, conflict.theirs.text)
    changed = " ".join(SIGNS[one.change] + " ".join(one.text.split()) for one in pieces if one.change in SIGNS)
    return f" ({changed[:100]})" if changed else ""


def _skip_lines(skipped: Sequence[Skip]) -> list[str]:
    return [f"  left out: {one.title}: {one.reason}" for one in skipped[:SHOWN]] + _more(len(skipped))


def _more(count: int) -> list[str]:
    return [f"  and {count - SHOWN} more"] if count > SHOWN else []


def _memories(count: int) -> str:
    return f"{count} {'memory' if count == 1 else 'memories'}"
