"""Runs one verb: parses, calls its handler, writes the answer, turns every outcome into an exit status."""

import argparse
import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from memos_desktop.cli.arguments import parse
from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, Output
from memos_desktop.cli.parsing import UsageError
from memos_desktop.errors import Cancelled, MemosError, UserError
from memos_desktop.paths import DataFolder

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
Handler = Callable[[argparse.Namespace, Context], Answer | Iterator[Answer]]


class BugError(MemosError):
    """Something that should not happen did; the traceback is on standard error."""

    kind = "bug"


class MisuseError(UserError):
    """A command line that is no verb with its arguments."""

    kind = "usage"


def main(argv: Sequence[str], out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Run the verb that `argv` names; returns the exit status."""
    out, err = out or _stream(sys.stdout), err or _stream(sys.stderr)
    try:
        arguments = parse(argv)
    except UsageError as error:
        return _misused(error, Output("--json" in argv, out, err))
    output = Output(arguments.json, out, err)
    folder = DataFolder(arguments.data_dir) if arguments.data_dir else DataFolder.default()
    try:
        with contextlib.redirect_stdout(err), Context(folder, output) as context:  # a library may print
            for answer in answers(arguments, context):
                output.answer(answer)
    except UsageError as error:
        return _misused(error, output)
    except MemosError as error:
        output.error(error)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        output.note("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has stopped, which is their right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        traceback.print_exc(file=err)
        output.error(BugError(f"This is a bug: {type(error).__name__}: {error}"))
        return FAILED
    return DONE


def answers(arguments: argparse.Namespace, context: Context) -> Iterator[Answer]:
    """Run the handler that `arguments` names; the module with it is imported now."""
    context.begin(clock=not _leaves_the_clock(arguments))
    module, function = arguments.handler.split(".")
    handler: Handler = getattr(importlib.import_module(f"memos_desktop.cli.{module}"), function)
    answered = handler(arguments, context)
    if isinstance(answered, Answer):
        yield answered
    else:
        yield from answered


def _leaves_the_clock(arguments: argparse.Namespace) -> bool:
    """Undo and redo mean the latest step of the person, and a temporary chat writes nothing at all."""
    temporary = arguments.handler == "chat.chat" and (arguments.temporary or arguments.as_of is not None)
    return temporary or arguments.handler in ("history.undo", "history.redo")


def _misused(error: UsageError, output: Output) -> int:
    """Say what is wrong with the command line: to a person, and to a program too."""
    output.note(str(error))
    if output.as_json:
        output.error(MisuseError(str(error)))
    return USAGE


def _stream(stream: TextIO | None) -> TextIO:
    """A standard stream that writes UTF-8; a windowed build has none."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - lives as long as the process
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream
