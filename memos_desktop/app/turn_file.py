"""Reading a file of chat turns: one JSON object per line. A bad line is reported, never fatal."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from memos_desktop.errors import UserError
from memos_desktop.ids import parse_time
from memos_desktop.texts import plain
from memos_desktop.vault.imports import ImportedTurn, SkippedLine

LONGEST_LINE = 4_000_000


def read_turns(path: Path) -> Iterator[ImportedTurn | SkippedLine]:
    """Every line of the file as a turn, or with the reason why it is none. Raises UserError if it cannot be read."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _turn(number, line)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}. Nothing more was imported.") from error


def turns_only(lines: Iterable[ImportedTurn | SkippedLine], skipped: list[SkippedLine]) -> Iterator[ImportedTurn]:
    """The turns of `lines`; the others are put into `skipped`."""
    for line in lines:
        if isinstance(line, SkippedLine):
            skipped.append(line)
        else:
            yield line


def _turn(number: int, line: bytes) -> ImportedTurn | SkippedLine:
    if len(line) > LONGEST_LINE:
        return SkippedLine(number, f"longer than {LONGEST_LINE:,} bytes")
    try:
        data = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        return SkippedLine(number, "no UTF-8 text")
    except (ValueError, RecursionError):
        return SkippedLine(number, "no JSON")
    if not isinstance(data, dict):
        return SkippedLine(number, "no JSON object")
    return _checked(number, data)


def _checked(number: int, data: dict[str, Any]) -> ImportedTurn | SkippedLine:
    for name in ("chat", "speaker", "text", "time"):
        if not isinstance(data.get(name), str) or not plain(data[name]).strip():
            return SkippedLine(number, f"“{name}” is missing or no text")
    for name in ("ref", "caption"):
        if not isinstance(data.get(name), str | None):
            return SkippedLine(number, f"“{name}” is no text")
    try:
        moment = parse_time(data["time"])
    except (ValueError, OverflowError):
        return SkippedLine(number, f"“{plain(data['time'][:40])}” is no ISO 8601 time")
    texts = {name: plain(data[name]) for name in ("chat", "speaker", "text")}
    ref, caption = (None if data.get(name) is None else plain(data[name]) for name in ("ref", "caption"))
    return ImportedTurn(number, **texts, time=moment, ref=ref, caption=caption)
