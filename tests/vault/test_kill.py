"""kill -9 at any moment: after the restart every acknowledged write is there and the file is whole."""

import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from memos_desktop.errors import NotFoundError
from memos_desktop.memory.message import Finish
from memos_desktop.paths import DataFolder
from memos_desktop.vault import check
from memos_desktop.vault.health import quick_check
from memos_desktop.vault.vault import Vault

ROUNDS = 10
WRITER = Path(__file__).with_name("kill_writer.py")


def killed_run(folder: DataFolder, seed: int) -> list[list[str]]:
    """Let a process write, kill it at a random moment; returns what it had acknowledged."""
    process = subprocess.Popen(
        [sys.executable, str(WRITER), str(folder.root), str(seed)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(random.Random(seed).randint(1, 80))]
    os.kill(process.pid, signal.SIGKILL)
    lines += process.stdout.readlines()  # what it said before the signal reached it
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    whole = [line.split() for line in lines if line.endswith("\n")]
    assert whole, "the writer never began"
    return whole


def verify(vault: Vault, said: dict[str, list[list[str]]]) -> None:
    """Everything that was ever acknowledged is there."""
    for ids in said["cube"]:
        for cube_id in ids:
            assert vault.cubes.get(cube_id).version == 1
    for [cube_id] in said["edit"]:
        assert vault.cubes.get(cube_id).text.startswith("edited again")
    for [cube_id] in said["gone"]:
        with pytest.raises(NotFoundError):
            vault.cubes.get(cube_id)
    vectors = set(vault.search.vector_ids("e"))
    for ids in said["vectors"]:
        assert vectors.issuperset(map(int, ids))
    for seed, number, done in said["turns"]:
        sql = "SELECT count(*) FROM messages m JOIN chats c ON c.id = m.chat_id WHERE c.title = ? AND m.ref LIKE ?"
        assert vault.database.value(sql, (f"chat {seed}", f"{number}:%")) >= int(done)
    for answer_id, part in said["draft"]:
        message = vault.chats.message(answer_id)
        assert len(message.text.split()) >= int(part)
        assert message.finish is Finish.INTERRUPTED


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_ten_kills_lose_nothing_that_was_acknowledged(folder: DataFolder) -> None:
    said: dict[str, list[list[str]]] = defaultdict(list)
    for seed in range(ROUNDS):
        for kind, *rest in killed_run(folder, seed):
            said[kind].append(rest)
        vault = Vault.open(folder)  # the lock of the killed process does not stand in the way
        try:
            assert quick_check(vault.database) == []
            verify(vault, said)
            assert vault.database.value("SELECT count(*) FROM messages WHERE finish = 'writing'") == 0
        finally:
            vault.close()
    assert len(said) >= 5  # all kinds of writes were met
    report = check.check(folder)
    assert (report.ok, report.problems) == (True, ())
