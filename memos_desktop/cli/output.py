"""What a verb answers, and how it is written: one JSON document for programs, tidy text for people."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.progress import ProgressState

LINE_BREAKS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\x85\u2028\u2029"}


@dataclass(frozen=True)
class Answer:
    """The outcome of one verb: `document` for programs, `text` for people."""

    document: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


class Output:
    """Standard output and error of one run. With `as_json`, standard output gets JSON documents only."""

    def __init__(self, as_json: bool, out: TextIO, err: TextIO) -> None:
        self.as_json = as_json
        self._out = out
        self._err = err
        self._progress_shown = False

    def answer(self, answer: Answer) -> None:
        """Write the answer of a verb."""
        self._end_progress()
        text = to_json(answer.document) if self.as_json else answer.text
        if text:
            print(text, file=self._out, flush=True)

    def error(self, error: MemosError) -> None:
        """Write a known failure: a document on standard output, or sentences on standard error."""
        self._end_progress()
        if self.as_json:
            print(to_json(error_document(error)), file=self._out, flush=True)
        else:
            print("\n".join(part for part in (error.message, error.hint) if part), file=self._err, flush=True)

    def note(self, text: str, end: str = "\n") -> None:
        """Write something that is not the answer; never on standard output."""
        self._end_progress()
        print(text, file=self._err, end=end, flush=True)

    def progress(self, state: ProgressState) -> None:
        """Show how far long work is, on a terminal only."""
        if not self._err.isatty():
            return
        share = "" if state.fraction is None else f"{100 * state.fraction:3.0f} % "
        print(f"\r{share}{state.text}"[:79].ljust(79), file=self._err, end="", flush=True)
        self._progress_shown = True

    @property
    def shows_everything(self) -> bool:
        """Whether both streams reach the same eyes: what was streamed need not be printed again."""
        return self._err.isatty() and self._out.isatty()

    def _end_progress(self) -> None:
        if self._progress_shown:
            print("\r" + " " * 79, file=self._err, end="\r", flush=True)
            self._progress_shown = False


def to_json(document: Mapping[str, Any]) -> str:
    """One line of JSON, also for readers that take the line breaks of Unicode for the end of a line."""
    return json.dumps(document, ensure_ascii=False, default=_plain).translate(LINE_BREAKS)


def error_document(error: MemosError) -> dict[str, Any]:
    """The JSON of a known failure."""
    return {"error": {"kind": error.kind, "message": error.message, "hint": error.hint}}


def changes_document(changes: Changes) -> dict[str, Any]:
    """The JSON of what a write changed."""
    return {
        "cubes": sorted(changes.cubes),
        "chats": sorted(changes.chats),
        "messages": sorted(changes.messages),
        "step_id": changes.step_id,
        "label": changes.label,
        "left": [{"id": one.id, "title": one.title, "reason": one.reason} for one in changes.left],
    }


def changes_text(changes: Changes) -> str:
    """What a write changed, for people: its name, and what stayed as it was."""
    done = changes.label if changes and changes.label else "Nothing to change."
    return "\n".join([done, *(f"“{one.title}” stays: {one.reason}" for one in changes.left)])


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns of text; the last one is cut at the width of the terminal."""
    cells = [[str(cell).replace("\n", " ") for cell in row] for row in [headers, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    limit = shutil.get_terminal_size((110, 24)).columns if sys.stdout and sys.stdout.isatty() else 110
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(
        line.rstrip() if len(line.rstrip()) <= limit else line[: limit - 1] + "…" for line in lines
    )


def fields(pairs: Sequence[tuple[str, object]]) -> str:
    """One `name  value` per line, the values under each other."""
    width = max(len(name) for name, _value in pairs)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in pairs)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601, or None."""
    return moment.isoformat() if moment else None


def short_time(moment: datetime | None) -> str:
    """Local date and time to the minute, for people."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else ""


def size_words(size: float) -> str:
    """`98 MB`."""
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
