"""`tidy`: what the window does by itself when nobody waits."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer, size_words

if TYPE_CHECKING:
    from memos_desktop.app.housekeeping import Tidied


def tidy(_arguments: argparse.Namespace, context: Context) -> Answer:
    """A backup and a snapshot of the day, the bin emptied after its 30 days, what has expired or lies unused moved."""
    done: Tidied = context.finish(context.workspace.housekeeping.once())
    parts = [
        f"{done.cubes + done.messages:,} removed from the bin for good",
        f"{done.moved:,} expired or archived as unused",
        f"{size_words(done.freed)} of kept states given back",
    ]
    return Answer(asdict(done), "; ".join(parts))
