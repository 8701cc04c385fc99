"""`batch`: many verbs in one process, one per line of standard input, one answer line each."""

import argparse
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

from memos_desktop.cli.arguments import parse
from memos_desktop.cli.context import Context
from memos_desktop.cli.main import BugError, MisuseError, answers
from memos_desktop.cli.output import Answer, error_document, to_json
from memos_desktop.cli.parsing import UsageError
from memos_desktop.errors import Cancelled, MemosError, UserError


class BatchLineError(MisuseError):
    """A line that is no JSON array of words, or not a verb that can be run here."""


def batch(_arguments: argparse.Namespace, context: Context) -> Iterator[Answer]:
    """Answer each line; a line that fails answers with its error, and the next goes on."""
    context.output.as_json = True
    if isinstance(sys.stdin, io.TextIOWrapper):
        # JSON is UTF-8, whatever the system's habit; a line that is none is refused by itself.
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    for line in sys.stdin:
        if line.strip():
            document = answer_line(line, context)
            yield Answer(document, to_json(document))


def answer_line(line: str, context: Context) -> dict[str, Any]:
    """The JSON of one line."""
    try:
        documents = [dict(answer.document) for answer in answers(read_line(line), context)]
    except MemosError as error:
        return error_document(error)
    except Cancelled:
        return error_document(UserError("It was cancelled."))
    except Exception as error:  # the next line goes on; this one says what broke
        return error_document(BugError(f"This is a bug: {type(error).__name__}: {error}"))
    return documents[0] if len(documents) == 1 else {"answers": documents}


def read_line(line: str) -> argparse.Namespace:
    """The arguments that a line holds. Raises BatchLineError."""
    try:
        line.encode()
        words = json.loads(line)
    except UnicodeEncodeError as error:
        raise BatchLineError("The line is no UTF-8 text.") from error
    except RecursionError as error:
        raise BatchLineError("The line is no JSON: it is nested too deep.") from error
    except ValueError as error:
        raise BatchLineError(f"The line is no JSON: {error}.") from error
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise BatchLineError("The line is no JSON array of words.", 'Write ["chat", "--message", "Hello"].')
    try:
        arguments = parse(words)
    except UsageError as error:
        raise BatchLineError(str(error)) from error
    except SystemExit as error:  # --help and --version end a process of their own
        raise BatchLineError("This cannot be asked in a batch.") from error
    if arguments.handler in ("batch.batch", "bench.bench") or arguments.data_dir:
        raise BatchLineError("A batch has one data folder, and runs no batch or bench within it.")
    return arguments
