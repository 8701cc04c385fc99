"""`bench`: runs one of the benchmarks that lie beside the package in a source checkout."""

import argparse
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import memos_desktop
from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer
from memos_desktop.errors import UserError


def bench(arguments: argparse.Namespace, context: Context) -> Answer:
    """Run `tests/benchmarks/NAME.py`; the data folder in use is not touched."""
    tests = Path(memos_desktop.__file__).resolve().parent.parent / "tests"
    if not (tests / "benchmarks" / f"{arguments.name}.py").is_file():
        raise UserError(
            "Benchmarks are part of the source code, and this installation has none.",
            "Clone the repository and run the same command there.",
        )
    if str(tests) not in sys.path:
        sys.path.insert(0, str(tests))
    common = importlib.import_module("benchmarks.common")
    module = importlib.import_module(f"benchmarks.{arguments.name}")
    report: dict[str, Any] = common.report(arguments.name, module.run(arguments, context.output.note))
    return Answer(report, "\n".join(lines(report)))


def lines(values: Mapping[str, Any], indent: str = "") -> list[str]:
    """A report for people: one figure per line, groups indented."""
    shown: list[str] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            shown += [f"{indent}{name}", *lines(value, indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            shown += [f"{indent}{name}", *(f"{indent}  {one}" for one in value)]
        else:
            shown.append(f"{indent}{name}: {value}")
    return shown
