"""Migrates memories in a process of its own, says when it has come to a place, and waits there to be killed.

Arguments: the data folder, the name of the place, the ids of the memories.
"""

import sys
from pathlib import Path

from app_values import no_embedder

from memos_desktop.app import encoding
from memos_desktop.app.kept_states import KeptStates
from memos_desktop.app.store import Store
from memos_desktop.app.workspace import Workspace
from memos_desktop.memory.cube import Kind
from memos_desktop.paths import DataFolder
from memos_desktop.vault.cubes import CubeStore

# What is held up, at which of its calls, and whether what is begun then is there afterwards.
PLACES = {
    "between two states": (Kind.ACTIVATION, KeptStates, "keep", 2, False),
    "before the step": (Kind.ACTIVATION, encoding, "keep_ready", 1, False),
    "within the step": (Kind.ACTIVATION, CubeStore, "add", 2, False),
    "after the step": (Kind.ACTIVATION, Store, "_told", 1, True),
    "within giving back": (Kind.PLAINTEXT, CubeStore, "add", 2, False),
    "after giving back": (Kind.PLAINTEXT, Store, "_told", 1, True),
}


def main(folder, place, *ids):
    workspace = Workspace.open(DataFolder(Path(folder)), embedder=no_embedder())
    target, owner, name, number, _ = PLACES[place]
    real, calls = getattr(owner, name), []

    def wait(*arguments, **values):
        calls.append(name)
        if len(calls) < number:
            return real(*arguments, **values)
        sys.stdout.write("reached\n")
        sys.stdout.flush()
        return sys.stdin.read()

    setattr(owner, name, wait)
    workspace.activation.migrate(ids, target).future.result()


if __name__ == "__main__":
    main(*sys.argv[1:])
