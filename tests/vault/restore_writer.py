"""Restores 400 memories to and fro without end, to be killed by test_restoring.py."""

import sys
from pathlib import Path

from vault_values import cube

from memos_desktop.memory.cube import CubeFilter
from memos_desktop.paths import DataFolder
from memos_desktop.vault.restoring import restore
from memos_desktop.vault.vault import Vault


def main(folder: Path) -> None:
    """Fill the vault if it is new, then restore for ever."""
    vault = Vault.open(DataFolder(folder))
    if not vault.cubes.count():
        vault.cubes.add_many([cube(f"old {number}") for number in range(400)])
        vault.snapshots.create("old")
        with vault.step("Edit all"):
            for one in vault.cubes.page(CubeFilter(), 0, 1000).cubes:
                vault.cubes.revise(one.id, text="new" + one.text.removeprefix("old"))
        vault.snapshots.create("new")
    sys.stdout.write("restoring\n")
    sys.stdout.flush()
    while True:
        for name in ("old", "new"):
            restore(vault, vault.snapshots.place(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
