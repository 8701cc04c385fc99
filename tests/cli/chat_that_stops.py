"""`memos-desktop` as a process that stops for ever in the middle of writing a kept state, for tests that kill it."""

import sys
import threading

from memos_desktop.cli.main import main
from memos_desktop.engine.kv import state_file

write_all = state_file._write_all


def stop(file: int, piece: memoryview) -> None:
    """Write half of it, say so, and wait for the end."""
    write_all(file, memoryview(bytes(piece[: len(piece) // 2])))
    sys.stderr.write("saving\n")
    sys.stderr.flush()
    threading.Event().wait()


if __name__ == "__main__":
    state_file._write_all = stop
    sys.exit(main(sys.argv[1:]))
