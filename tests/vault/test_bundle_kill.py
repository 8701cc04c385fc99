"""kill -9 in the middle of an export or an import: the old file or the new one, all of the bundle or nothing."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bundle_values import read, write
from vault_values import cube

from memos_desktop.memory.bundle import Chain
from memos_desktop.paths import DataFolder
from memos_desktop.vault.health import quick_check
from memos_desktop.vault.vault import Vault

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
WORKER = Path(__file__).with_name("bundle_kill_worker.py")
ROUNDS = 6


def killed(folder: Path, what: str, seed: int) -> list[tuple[str, int]]:
    """Let the worker go on for some lines, kill it; returns what it said."""
    process = subprocess.Popen([sys.executable, str(WORKER), str(folder), what], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(random.Random(seed).randint(2, 30))]
    os.kill(process.pid, signal.SIGKILL)
    lines += process.stdout.readlines()  # what it said before the signal reached it
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    said = [line.split() for line in lines if line.endswith("\n")]
    assert said and said[0][0] == "begin"
    return [(word, int(number)) for word, number in said]


def test_a_killed_export_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "kept.memcube"
    in_the_middle = 0
    for seed in range(ROUNDS):
        write(target, [Chain((cube("the old one"),))])
        said = killed(tmp_path, "exports", seed)
        found = len(read(target))  # whole, whatever happened
        begun = [number for word, number in said if word == "begin"]
        ended = [number for word, number in said if word == "end"]
        assert found in {ended[-1] if ended else 1, begun[-1]}
        in_the_middle += said[-1][0] == "at"
    assert in_the_middle
    write(target, [Chain((cube("the next export"),))])
    assert [path.name for path in tmp_path.iterdir()] == ["kept.memcube"]  # what the killed ones left is removed


def test_a_killed_import_is_all_or_nothing(tmp_path: Path) -> None:
    in_the_middle = 0
    for seed in range(ROUNDS):
        said = killed(tmp_path, "imports", seed)
        vault = Vault.open(DataFolder(tmp_path / "data"))
        try:
            assert quick_check(vault.database) == []
            count = vault.cubes.count()
            assert count % 400 == 0
            assert count >= max((number for word, number in said if word == "end"), default=0)
            assert vault.database.value("SELECT count(*) FROM versions") == count
            assert len(vault.journal.steps()) == min(100, count // 400)
        finally:
            vault.close()
        in_the_middle += said[-1][0] == "at"
    assert in_the_middle
