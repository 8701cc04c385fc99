"""Forgets two memories in a process of its own, says which place it has come to, and waits there to be killed.

Arguments: the data folder, the name of the place, the id of the memory.
"""

import sys
from pathlib import Path

from app_values import no_embedder

from memos_desktop.app import forgetting
from memos_desktop.app.forget_intent import Intents
from memos_desktop.app.forget_search import Search
from memos_desktop.app.indexing import Indexing
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.workspace import Workspace
from memos_desktop.paths import DataFolder
from memos_desktop.vault import copies, purge

# What is held up, by the name of the place just before it.
PLACES = {
    "before the intent": (Intents, "begin"),
    "before the removal": (forgetting, "remove"),
    "within the removal": (purge, "redact"),
    "after the removal": (KeptStates, "forget"),
    "before the index": (Indexing, "discard"),
    "before the copies": (copies, "clean"),
    "within a copy": (copies, "_scrub"),
    "before the search": (Search, "left"),
    "before the end": (Intents, "end"),
}


def main(folder, place, *ids):
    workspace = Workspace.open(DataFolder(Path(folder)), embedder=no_embedder())
    owner, name = PLACES[place]

    def wait(*_arguments, **_values):
        sys.stdout.write("reached\n")
        sys.stdout.flush()
        sys.stdin.read()

    setattr(owner, name, wait)
    workspace.forgetting.forget(ids, messages=True).future.result()


if __name__ == "__main__":
    main(*sys.argv[1:])
