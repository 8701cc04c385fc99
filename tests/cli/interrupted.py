"""`memos-desktop` as a process that is interrupted in the middle of long work, for tests of what that leaves.

The first argument is how a report of progress begins: the interrupt comes with the first one of these. The work waits
there until it hears of it, as work does that takes long.
"""

import os
import signal
import sys
import time
from collections.abc import Callable

from memos_desktop.cli.main import main
from memos_desktop.progress import Progress

update = Progress.update


def interrupting(wanted: str) -> Callable[..., None]:
    """`Progress.update` that interrupts the process at the report that is meant."""

    def report(progress: Progress, done: float, total: float = 0, text: str = "") -> None:
        if text.startswith(wanted) and not progress.cancelled:
            os.kill(os.getpid(), signal.SIGINT)
            end = time.monotonic() + 20
            while not progress.cancelled and time.monotonic() < end:
                time.sleep(0.01)
        update(progress, done, total, text)

    return report


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background may ignore it
    Progress.update = interrupting(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
