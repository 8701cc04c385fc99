"""`add`, `import-turns` and `recall`: what goes into memory, and what comes back."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, short_time
from memos_desktop.errors import UserError
from memos_desktop.ids import parse_time
from memos_desktop.texts import plain

if TYPE_CHECKING:
    from datetime import datetime

    from memos_desktop.app.intake import Taken
    from memos_desktop.app.recall import RecallAnswer
    from memos_desktop.memory.call import Recalled
    from memos_desktop.vault.imports import ImportReport


def add(arguments: argparse.Namespace, context: Context) -> Answer:
    """Write down one plaintext cube, or one for each file."""
    if arguments.files:
        return _add_files(arguments.files, context)
    cube = context.workspace.library.add(
        arguments.text,
        type=arguments.type,
        title=arguments.title,
        tags=tuple(arguments.tags),
        event_time=moment(arguments.event_time),
        project=arguments.project,
    ).result()
    document = {"id": cube.id, "version": cube.version, "state": cube.state.value}
    return Answer(document, f"{cube.id}  {cube.title}")


def _add_files(paths: list[Path], context: Context) -> Answer:
    """All as one undoable step; a file that cannot be read is named, and the others are kept."""
    taken: Taken = context.finish(context.workspace.intake.files(paths))
    skipped = [{"file": one.name, "reason": one.reason} for one in taken.refused]
    document = {"cubes": [{"id": cube.id, "title": cube.title} for cube in taken.cubes], "skipped": skipped}
    lines = [f"{cube.id}  {cube.title}" for cube in taken.cubes]
    return Answer(document, "\n".join([*lines, *(f"  {one.reason}" for one in taken.refused)]))


def import_turns(arguments: argparse.Namespace, context: Context) -> Answer:
    """Import a file of turns, and embed them so that the next recall need not."""
    if not arguments.file.is_file():
        raise UserError(f"There is no file {arguments.file}.", "Name a file with one JSON object per line.")
    report: ImportReport = context.finish(context.workspace.library.import_turns(arguments.file))
    context.output.note(f"{report.imported} turns imported; embedding them …")
    context.embed_pending()
    skipped = [{"line": line.line, "reason": line.reason} for line in report.skipped]
    document = {"imported": report.imported, "skipped": skipped, "ms": round(report.ms, 1)}
    head = f"{report.imported} turns imported in {report.ms / 1000:.1f} s, {len(skipped)} lines skipped"
    lines = [f"  line {one.line}: {one.reason}" for one in report.skipped]
    return Answer(document, "\n".join([head, *lines]))


def recall(arguments: argparse.Namespace, context: Context) -> Answer | Iterator[Answer]:
    """Ranked memory for one query, or one answer per line of a file of queries."""
    queries = read_queries(arguments.queries) if arguments.queries else None
    context.embed_pending()
    if queries is None:
        return _recall(arguments.query, arguments, context, {})
    return (_recall(query, arguments, context, {"query": query}) for query in queries)


def read_queries(path: Path) -> list[str]:
    """The queries of a JSON lines file. Raises UserError for a file or line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # U+2028 ends no line of JSON
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.") from error
    queries = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            queries.append(plain(str(json.loads(line)["query"])))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UserError(f'Line {number} of {path} is no JSON object with "query".') from error
    return queries


def moment(text: str | None) -> "datetime | None":
    """A point in time from the command line. Raises UserError."""
    if text is None:
        return None
    try:
        return parse_time(text)
    except (ValueError, OverflowError) as error:  # a time zone may lead out of the calendar
        raise UserError(
            f"“{text}” is no date or time.", "Write it as 2024-05-31 or 2024-05-31T18:30."
        ) from error


def _recall(query: str, arguments: argparse.Namespace, context: Context, extra: dict[str, Any]) -> Answer:
    found = context.workspace.recall.recall(query, k=arguments.k, project=arguments.project).result()
    document = {
        **extra,
        "results": [result.to_json() for result in found.results],
        "call": found.call.to_json(),
        "ms": round(found.ms, 2),
    }
    return Answer(document, _text(query, found))


def _text(query: str, found: "RecallAnswer") -> str:
    if not found.results:
        return f"Nothing is remembered about “{query}”."
    return "\n".join(_line(number, result) for number, result in enumerate(found.results, 1))


def _line(number: int, result: "Recalled") -> str:
    candidate = result.candidate
    reasons = "; ".join(reason.words for reason in result.reasons)
    first = f"{number:>2}. {short_time(candidate.time)}  {candidate.text}"
    return f"{first}\n    {result.score:.2f}: {reasons}  [{candidate.owner_id}]"
