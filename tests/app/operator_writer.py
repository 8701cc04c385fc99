"""Does one operator after another to a vault without end and says when each is done; killed by a test."""

import random
import sys
from datetime import timedelta
from pathlib import Path

from memos_desktop.app import bulk, fusing, splitting
from memos_desktop.app.sweeping import sweep
from memos_desktop.ids import new_id, now
from memos_desktop.memory.cube import Cube, Descriptive, Governance, State, TextPayload
from memos_desktop.paths import DataFolder
from memos_desktop.vault.restoring import restore
from memos_desktop.vault.vault import Vault

GROUP = 400
"""Memories that are always changed together."""
VERBS = {
    "pin": {}, "unpin": {}, "archive": {}, "restore": {}, "bin": {}, "unbin": {}, "tag": {"add": ("x",)},
    "expire": {}, "renew": {}, "set_header": {"priority": 3}, "freeze": {}, "unfreeze": {},
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


def change_group(vault, ids, verb):
    """Do this verb with all that are changed together; what they need before comes first."""
    first = vault.cubes.get(ids[0])
    if first.frozen:
        verb = "unfreeze"
    elif first.binned:
        verb = "unbin"
    elif (verb, first.state) == ("archive", State.EXPIRED):
        verb = "renew"
    bulk.run(verb, vault, ids, None, **VERBS[verb])
    return verb


def confirm(vault, name):
    """Agree to twenty proposals."""
    cubes = [made(f"maybe {name} {part}", governance=Governance(proposed=True)) for part in range(20)]
    vault.cubes.add_many(cubes)
    bulk.run("confirm", vault, [cube.id for cube in cubes])


def bring_one_back(vault, name):
    """Another text and a tag, and back to how it was."""
    one = made(f"first {name}")
    vault.cubes.add(one)
    place = vault.snapshots.place("now")
    with vault.step("Change it"):
        vault.cubes.revise(one.id, text=f"second {name}")
        vault.cubes.retag([one.id], ["second"])
    restore(vault, place, [one.id])


def name_a_point(vault, name):
    """A snapshot, another name for it, and away with it."""
    vault.snapshots.create(f"made {name}")
    vault.snapshots.rename(f"made {name}", f"renamed {name}")
    if len(vault.snapshots.list()) > 20:
        vault.snapshots.delete(f"renamed {name}")


def fuse_and_split(vault, what, name):
    """Thirty become one, and come back; or one becomes parts."""
    parents = [made(f"fact {name} {part}. And more.") for part in range(30)]
    vault.cubes.add_many(parents)
    if what == "parts":
        splitting.split(vault, parents[0], None, None)
        return
    cube, _ = fusing.fuse(vault, parents, "all of them")
    if what == "split":
        splitting.split(vault, cube, None, None)


def main(folder, seed):
    """One random operator after another."""
    chance = random.Random(seed)
    vault = Vault.open(DataFolder(folder))
    ids = group(vault)
    acknowledge("ready")
    for number in range(100_000):
        what = chance.choice(("bulk", "bulk", "bulk", *OTHERS))
        name = f"{seed} {number}"
        if what == "bulk":
            acknowledge(change_group(vault, ids, chance.choice(tuple(VERBS))))
        elif what == "sweep":
            vault.cubes.add_many([made(f"old {name} {part}") for part in range(20)])
            sweep(vault, now() + timedelta(days=200), timedelta(days=150))
        elif what == "undo":
            vault.undo()
        elif what == "redo":
            vault.undo()
            vault.redo()
        elif what in ALONE:
            ALONE[what](vault, name)
        else:
            fuse_and_split(vault, what, name)
        acknowledge(what)


ALONE = {"confirm": confirm, "return": bring_one_back, "snapshot": name_a_point}
OTHERS = ("fuse", "split", "parts", "sweep", "undo", "redo", *ALONE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
