"""kill -9 in the middle of each operator: after the restart each is done whole or not at all."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from operator_writer import OTHERS

from memos_desktop.memory.cube import Origin, State
from memos_desktop.vault import check
from memos_desktop.vault.health import quick_check
from memos_desktop.vault.vault import Vault

ROUNDS = 12
WRITER = Path(__file__).with_name("operator_writer.py")
LIVE = (State.GENERATED, State.ACTIVATED)


def killed_run(folder, seed):
    """Let a process work, kill it some milliseconds after one of its acknowledgements; returns what it finished."""
    process = subprocess.Popen(
        [sys.executable, str(WRITER), str(folder.root), str(seed)], stdout=subprocess.PIPE, text=True
    )
    chance = random.Random(seed)
    lines = [process.stdout.readline() for _ in range(chance.randint(1, 25))]
    timer = threading.Timer(chance.random() * 0.05, os.kill, (process.pid, signal.SIGKILL))
    timer.start()
    lines += process.stdout.readlines()
    timer.join()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    assert lines[0] == "ready\n"
    return [line.strip() for line in lines if line.endswith("\n")]


def verify(vault):
    """Nothing was done by halves."""
    columns = "state, frozen, pinned, tags, binned IS NULL, expires, priority"
    several = vault.database.rows(f"SELECT DISTINCT {columns} FROM cubes WHERE owner = 'group'")
    assert len(several) == 1, [tuple(row) for row in several]
    cubes = list(vault.cubes.many([row[0] for row in vault.database.rows("SELECT id FROM cubes")]))
    known = {cube.id: cube for cube in cubes}
    for cube in cubes:
        states = {known[parent].state for parent in cube.parents}
        if cube.descriptive.origin is Origin.FUSED:
            assert len(states) == 1
            assert states == {State.MERGED} or (states <= {State.GENERATED, State.ARCHIVED} and cube.state not in LIVE)
        elif cube.descriptive.origin is Origin.SPLIT:
            assert states == {State.MERGED}
    held = Counter(parent for cube in cubes for parent in cube.parents)
    assert all(held[cube.id] for cube in cubes if cube.state is State.MERGED)
    swept = vault.database.rows("SELECT DISTINCT state FROM cubes WHERE title LIKE 'old %' AND state <> 'generated'")
    assert {row["state"] for row in swept} <= {"archived"}
    verify_one_by_one(vault, cubes)


def verify_one_by_one(vault, cubes):
    """Proposals of one call, memories that were brought back alone, and snapshots."""
    proposals = {}
    for cube in cubes:
        kind, _, rest = cube.text.partition(" ")
        if kind == "maybe":
            proposals.setdefault(rest.rpartition(" ")[0], set()).add(cube.governance.proposed)
        elif kind in ("first", "second"):
            assert cube.tags == (("second",) if kind == "second" else ())
    assert all(len(found) == 1 for found in proposals.values())
    last = vault.database.value("SELECT max(id) FROM journal_steps")
    for snapshot in vault.snapshots.list():
        assert snapshot.automatic or snapshot.name.startswith(("made ", "renamed "))
        assert snapshot.step_id <= last
    assert len([one for one in vault.snapshots.list() if one.name.startswith("made ")]) <= ROUNDS


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_twelve_kills_leave_every_operator_done_or_not_begun(folder):
    finished = Counter()
    for seed in range(ROUNDS):
        finished.update(killed_run(folder, seed))
        vault = Vault.open(folder)
        try:
            assert quick_check(vault.database) == []
            verify(vault)
        finally:
            vault.close()
    assert finished.keys() >= {"bulk", "freeze", "unfreeze", *OTHERS}
    report = check.check(folder)
    assert (report.ok, report.problems) == (True, ())
