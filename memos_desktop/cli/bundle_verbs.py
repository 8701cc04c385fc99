"""The arguments of `export`, `import` and `verify`: memories in `.memcube` files."""

import argparse
from pathlib import Path

from memos_desktop.cli.parsing import Groups, Parser, verb
from memos_desktop.memory.bundle_import import Choice

BLOBS = ("kv", "adapters")


def add(groups: Groups, common: Parser) -> None:
    """Add the verbs of bundles."""
    export = verb(groups, common, "export", "bundles.export", "write memories into a file for another computer")
    export.add_argument("file", type=Path, metavar="FILE.memcube")
    which = export.add_mutually_exclusive_group()
    which.add_argument("--cubes", nargs="+", metavar="ID", help="these, secret ones too")
    which.add_argument("--all", action="store_true", help="all but secret ones, as without any of the three")
    which.add_argument("--filter", metavar="TEXT", help="those that pass the browser's filter")
    kinds = f"also {' and '.join(BLOBS)}: large files"
    export.add_argument("--with", type=_blobs, default=(), metavar="KIND,…", dest="blobs", help=kinds)
    export.add_argument("--redact", action="store_true", help="marks in place of names, addresses, numbers")
    loaded = verb(groups, common, "import", "bundles.load", "bring in the memories of a file, as one undoable step")
    loaded.add_argument("file", type=Path, metavar="FILE")
    loaded.add_argument("--preview", action="store_true", help="what is new, the same and other; nothing is changed")
    loaded.add_argument(
        "--on-conflict",
        type=Choice,
        choices=list(Choice),
        default=Choice.KEEP,
        help="where a memory is here and other: keep it, replace it, or have both",
    )
    verified = verb(groups, common, "verify", "bundles.verify", "read such a file whole, and say what is wrong with it")
    verified.add_argument("file", type=Path, metavar="FILE")


def _blobs(text: str) -> tuple[str, ...]:
    """Which blobs travel."""
    chosen = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    if not set(chosen) <= set(BLOBS):
        raise argparse.ArgumentTypeError(f"must be {' or '.join(BLOBS)}, or both with a comma")
    return chosen
