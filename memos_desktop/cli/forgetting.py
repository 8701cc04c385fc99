"""`cubes forget`: verified deletion. Without `--yes` nothing happens but a word on what would go."""

import argparse
from dataclasses import asdict
from typing import Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, table
from memos_desktop.cli.parsing import UsageError
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.forgetting import UNREACHED, ForgetPreview, ForgetReport, Said

SHOWN = 10
LONGEST = 100
NAMES = {
    "memories": "memories", "activations": "memories kept ready as KV", "versions": "versions", "passages":
    "search passages", "vectors": "vectors", "uses": "uses", "dismissals": "dismissed proposals", "journal":
    "records of the journal", "receipts": "receipts of answers", "messages": "messages, reworded", "states":
    "kept KV states", "backups": "copies of the database, cleaned", "logs": "places in log files",
}  # fmt: skip


def forget(arguments: argparse.Namespace, context: Context) -> Answer:
    """Remove memories for good; with --preview only say what would go."""
    forgetting, library = context.workspace.forgetting, context.workspace.library
    ids = tuple(dict.fromkeys(library.cube(one).result().id for one in arguments.ids))
    preview = forgetting.preview(ids).result()
    if arguments.derived:
        ids = (*ids, *(cube.id for cube in preview.derived))
        preview = forgetting.preview(ids).result()
    if arguments.preview:
        return Answer({"preview": preview_document(preview)}, _would(preview))
    if not arguments.yes:
        raise UsageError(
            f"{_would(preview)}\nThis cannot be undone. Nothing was removed.\n"
            "usage: memos-desktop cubes forget ID… --yes [--messages] [--derived] [--keep-backups] [--preview]"
        )
    job = forgetting.forget(ids, messages=arguments.messages, backups=not arguments.keep_backups)
    report: ForgetReport = context.finish(job)
    return Answer({"report": report_document(report)}, _done(report))


def preview_document(preview: ForgetPreview) -> dict[str, Any]:
    """What would go, and where else it is said."""
    return {
        "cubes": [_cube(cube) for cube in preview.cubes],
        "versions": preview.versions,
        "activations": [_cube(cube) for cube in preview.activations],
        "states": preview.states,
        "derived": [_cube(cube) for cube in preview.derived],
        "same": [_cube(cube) for cube in preview.same],
        "said": [asdict(said) for said in preview.said],
        "backups": preview.backups,
        "unreadable": list(preview.unreadable),
        "snapshots": preview.snapshots,
        "adapters": [_cube(cube) for cube in preview.adapters],
        "frozen": [_cube(cube) for cube in preview.frozen],
        "unreached": UNREACHED,
    }


def report_document(report: ForgetReport) -> dict[str, Any]:
    """What went, what a search found afterwards, what remains."""
    return {
        "removed": dict(report.removed),
        "verified": report.verified,
        "unsearched": report.unsearched,
        "adapters": list(report.adapters),
        "found": dict(report.found),
        "remains": list(report.remains),
        "unreadable": list(report.unreadable),
        "unreached": UNREACHED,
    }


def _cube(cube: Cube) -> dict[str, str]:
    return {"id": cube.id, "title": cube.title}


def _would(preview: ForgetPreview) -> str:
    versions = _counted(preview.versions, "version", "versions")
    lines = [f"Would be forgotten: {_titles(preview.cubes)}, {versions} in all."]
    if preview.frozen:
        lines.append(f"Frozen, so it would be refused: {_titles(preview.frozen)}. Unfreeze first.")
    for count, one, many in (
        (len(preview.activations), "memory kept ready as KV", "memories kept ready as KV"),
        (preview.states, "kept KV state", "kept KV states"),
        (preview.backups, "copy of the database", "copies of the database"),
        (preview.snapshots, "snapshot", "snapshots"),
    ):
        if count:
            lines.append(f"Also from {_counted(count, one, many)}.")
    if preview.said:
        messages = _counted(len(preview.said), "message", "messages")
        lines.append(f"Said in {messages}; that stays unless you add --messages:")
        lines += [f"  {_said(said)}" for said in preview.said[:SHOWN]]
    if preview.derived:
        lines.append(f"Made from it, and stays unless you add --derived: {_titles(preview.derived)}.")
    if preview.same:
        lines.append(f"Other memories say the same: {_titles(preview.same)}.")
    if preview.adapters:
        lines.append(f"Adapters were trained on it: {_titles(preview.adapters)}.")
    if preview.unreadable:
        lines.append(f"These copies cannot be opened: {', '.join(preview.unreadable)}.")
    return "\n".join([*lines, UNREACHED])


def _counted(count: int, one: str, many: str) -> str:
    return f"one {one}" if count == 1 else f"{count} {many}"


def _titles(cubes: tuple[Cube, ...]) -> str:
    shown = ", ".join(f"“{cube.title}”" for cube in cubes[:SHOWN])
    return shown if len(cubes) <= SHOWN else f"{shown} and {len(cubes) - SHOWN} more"


def _said(said: Said) -> str:
    text = " ".join(said.text.split())
    return f"“{said.chat_title}”: {text[:LONGEST]}{'…' if len(text) > LONGEST else ''}"


def _done(report: ForgetReport) -> str:
    rows = [(NAMES.get(name, name), str(count)) for name, count in report.removed.items() if count]
    verdict = "A search found nothing of it." if report.verified else "A search still found some of it."
    if report.verified and report.remains:
        verdict = "A search found nothing of it but what was left on purpose."
    if report.verified and report.unsearched:
        verdict += " Words that stand elsewhere too, or are too short to search for: everything was asked for its id."
    adapters = f"Adapters that were trained on it: {', '.join(report.adapters)}." if report.adapters else ""
    lines = (table(("REMOVED", "COUNT"), rows), verdict, *report.remains, adapters, UNREACHED)
    return "\n".join(line for line in lines if line)
