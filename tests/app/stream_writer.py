"""A process to be killed: makes one turn whose answer streams for long, and tells what it was told, with the time."""

import json
import sys
import time
from pathlib import Path

from app_values import SendRequest, open_workspace

from memos_desktop.app.turn_events import Piece, Started
from memos_desktop.engine.base import Sampling
from memos_desktop.paths import DataFolder


def tell(**values):
    sys.stdout.write(json.dumps({**values, "at": time.monotonic()}) + "\n")
    sys.stdout.flush()


def main(folder):
    workspace = open_workspace(DataFolder(Path(folder)))
    workspace.settings.change(context_length=2_000_000, sampling=Sampling(max_tokens=1_000_000))
    written = 0

    def on_event(event):
        nonlocal written
        if isinstance(event, Started):
            tell(chat=event.chat.id, user=event.user.id, answer=event.answer.id)
        elif isinstance(event, Piece):
            written += len(event.text)
            if written % 500 < len(event.text):
                tell(written=written)

    workspace.turns.send(SendRequest("My cat is called Miso."), on_event).future.result()
    tell(done=True)


if __name__ == "__main__":
    main(sys.argv[1])
