"""What the command line is made of: a parser that raises, verbs and groups of them, and numbers within bounds."""

import argparse
import math
import re
from typing import Any, NoReturn

MOST = 1_000_000_000  # no count of anything here is higher
LARGEST = 1 << 50  # no size in bytes is
UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
Groups = Any  # what add_subparsers returns has no public name


class UsageError(Exception):
    """The command line is wrong; the text says how, and what it should be."""


class Parser(argparse.ArgumentParser):
    """An argparse parser that raises instead of ending the process: `batch` goes on with its next line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(f"{self.format_usage()}{self.prog}: {message}")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """The value `--` of `--text=--` as itself; Python 3.11 makes an empty list of it."""
        if action.option_strings and arg_strings == ["--"]:
            arg_strings = ["--", "--"]
        return super()._get_values(action, arg_strings)


def verb(groups: Groups, common: Parser, name: str, handler: str, help_text: str) -> Parser:
    """Add a verb; `handler` names the module and function that does it."""
    made: Parser = groups.add_parser(name, parents=[common], help=help_text, description=help_text)
    made.set_defaults(handler=handler)
    return made


def group(groups: Groups, common: Parser, name: str, help_text: str) -> Groups:
    """Add a group of verbs."""
    made = groups.add_parser(name, parents=[common], help=help_text, description=help_text)
    return made.add_subparsers(title="verbs", metavar="VERB", required=True)


def count(text: str, least: int = 0) -> int:
    """A count from `least` on."""
    number = int(text)
    if not least <= number <= MOST:
        raise argparse.ArgumentTypeError(f"must be from {least} to {MOST:,}")
    return number


def positive(text: str) -> int:
    """A count from 1 on."""
    return count(text, 1)


def whole(text: str) -> int:
    """A whole number of either sign."""
    number = int(text)
    if abs(number) > MOST:
        raise argparse.ArgumentTypeError(f"must be from {-MOST:,} to {MOST:,}")
    return number


def temperature(text: str) -> float:
    """A temperature for sampling."""
    number = float(text)
    if not math.isfinite(number) or number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def size(text: str) -> int:
    """A size in bytes, also as `500MB` or `1.5 GiB`."""
    found = re.fullmatch(r"([0-9]{1,20}(?:\.[0-9]{1,20})?)\s*([a-z]*)", text.strip().casefold())
    if found is None or found[2] not in UNITS:
        raise argparse.ArgumentTypeError("must be a size in bytes, such as 4000000000 or 4GB")
    number = int(float(found[1]) * UNITS[found[2]])
    if number > LARGEST:
        raise argparse.ArgumentTypeError(f"must be at most {LARGEST:,} bytes")
    return number
