"""Does one operator after another to a vault without end and says when each is done; killed by a test."""

import random
import sys
from datetime import timedelta
from pathlib import Path

from memos_desktop.app import bulk, fusing, splitting
from memos_desktop.app.sweeping import sweep
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Cube, Descriptive, Governance, TextPayload
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault

GROUP = 400
"""Memories that are always changed together."""
VERBS = {
    "pin": {}, "unpin": {}, "archive": {}, "restore": {}, "bin": {}, "unbin": {}, "tag": {"add": ("x",)},
    "expire": {}, "renew": {}, "set_header": {"priority": 3},
}  # fmt: skip


def acknowledge(*words):
    """One line to the parent, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def made(text, **fields):
    """A new memory of long ago."""
    moment = now() - timedelta(days=100)
    return Cube(new_id(), 1, moment, moment, TextPayload(text), Descriptive(text[:30]), **fields)


def group(vault):
    """The memories that are changed together; they are made first."""
    found = [row[0] for row in vault.database.rows("SELECT id FROM cubes WHERE owner = 'group' ORDER BY id")]
    if not found:
        rules = Governance(owner="group", proposed=True)  # the sweep leaves them alone
        cubes = [made(f"memory {number} of many", governance=rules) for number in range(GROUP)]
        vault.cubes.add_many(cubes)
        found = [cube.id for cube in cubes]
    return found


def main(folder, seed):
    """One random operator after another."""
    chance = random.Random(seed)
    vault = Vault.open(DataFolder(folder))
    ids = group(vault)
    acknowledge("ready")
    for number in range(100_000):
        what = chance.choice(("bulk", "bulk", "bulk", "fuse", "split", "parts", "sweep", "undo"))
        if what == "bulk":
            verb = chance.choice(tuple(VERBS))
            if verb in ("archive", "restore", "expire") and vault.cubes.get(ids[0]).binned:
                verb = "unbin"
            if (verb, vault.cubes.get(ids[0]).state.value) == ("archive", "expired"):
                verb = "renew"
            bulk.run(verb, vault, ids, None, **VERBS[verb])
        elif what == "sweep":
            vault.cubes.add_many([made(f"old {seed} {number} {part}") for part in range(20)])
            sweep(vault, now() + timedelta(days=200), timedelta(days=150))
        elif what == "undo":
            vault.undo()
        else:
            parents = [made(f"fact {seed} {number} {part}. And more.") for part in range(30)]
            vault.cubes.add_many(parents)
            if what == "parts":
                splitting.split(vault, parents[0], None, None)
            else:
                cube, _ = fusing.fuse(vault, parents, "all of them")
                if what == "split":
                    splitting.split(vault, cube, None, None)
        acknowledge(what)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
