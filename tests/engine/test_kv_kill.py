"""The store of kept KV states in several threads, and after its process was killed."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from kv_values import IDENTITY, PLENTY, keep

from memos_desktop.engine.kv import folder as folder_module
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import VaultError
from memos_desktop.progress import Progress

WRITER = Path(__file__).with_name("kv_writer.py")


@pytest.fixture
def store(tmp_path) -> KvStore:
    return KvStore(tmp_path / "kv", PLENTY)


def test_threads_do_not_disturb_each_other(tmp_path):
    store, errors = KvStore(tmp_path, 30_000), []

    def work(seed):
        chance = random.Random(seed)
        try:
            for _ in range(25):
                keys = (0, *chance.choices(range(2), k=6))
                try:
                    keep(store, keys, chance.randrange(3_000), owner=f"chat:{seed}")
                except VaultError as error:  # another thread removed what it goes on from
                    assert "meanwhile" in error.message
                store.touch(link.state for link in store.match(IDENTITY, keys, owner=f"chat:{seed}").chain)
                assert store.verify(Progress()).damaged == ()
                chance.choice((store.entries, lambda: store.drop_owner("chat:1"), lambda: store.prune(20_000)))()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    in_order(store)


def in_order(store: KvStore) -> None:
    """The folder holds exactly what the store says, within the budget, and nothing that cannot be used."""
    sizes = {path.stem: path.stat().st_size for path in store.folder.iterdir()}
    assert sizes == {entry.id: entry.bytes for entry in store.entries()}
    assert sum(sizes.values()) == store.total_bytes <= store.budget
    assert not any(entry.problem for entry in store.entries())


def test_unfinished_files_of_a_former_process_are_removed_and_those_of_this_one_are_not(store):
    state = keep(store, (1,))
    old, new = (store.folder / f"incoming-{name}.part" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (folder_module.STARTED - 5, folder_module.STARTED - 5))
    again = KvStore(store.folder, PLENTY)
    assert [entry.id for entry in again.entries()] == [state.id]
    assert (old.exists(), new.exists()) == (False, True)


STEPS = ("write", "fsync", "replace", "utime", "unlink")


def killed_at(step: int, action, store: KvStore) -> bool:
    """Do something with a store in a process of its own that is killed at its `step`th change of the disk.

    False when it came to its end before.
    """
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    try:
        left = step

        def deadly(real):
            def call(*args, **kwargs):
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **kwargs)

            return call

        for name in STEPS:
            setattr(os, name, deadly(getattr(os, name)))
        action(store)
    finally:
        os._exit(0)


def enlarge(store: KvStore) -> None:
    keep(store, (1, 2, 3, 4, 5), size=2_000_000)


def test_a_kill_at_any_step_of_dropping_leaves_nothing_alone(tmp_path):
    step, survived = 0, False
    while not survived:
        store = KvStore(tmp_path / str(step), PLENTY)
        for keys in ((1, 2), (1, 2, 3), (1, 2, 3, 4), (1, 2, 3, 5)):
            keep(store, keys, owner="chat:c")
        survived = not killed_at(step, lambda store: store.drop_owner("chat:c"), store)
        again = KvStore(store.folder, PLENTY)
        in_order(again)
        assert len(again.entries()) == 4 - step
        step += 1
    assert step == 5


def test_a_kill_at_any_step_of_keeping_and_removing_leaves_a_store_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_module, "STARTED", folder_module.STARTED + 3600)  # as the next process sees it
    step, survived = 0, False
    while not survived:
        folder = tmp_path / str(step)
        store = KvStore(folder, PLENTY)
        kept = [keep(store, (1, 2)), keep(store, (1, 2, 3)), keep(store, (7,), 700_000), keep(store, (7, 8), 700_000)]
        survived = not killed_at(step, enlarge, KvStore(folder, 2_500_000))
        again = KvStore(folder, PLENTY)
        assert again.verify(Progress()).damaged == ()
        assert again.match(IDENTITY, (1, 2, 3)).reused == 3
        in_order(again)
        step += 1
    assert step > 10
    assert {entry.id for entry in again.entries()} >= {kept[0].id, kept[1].id}
    assert again.match(IDENTITY, (1, 2, 3, 4, 5)).reused == 5
    assert again.match(IDENTITY, (7, 8)).reused < 2


def test_a_process_killed_while_keeping_and_removing_leaves_a_store_in_order(tmp_path):
    folder, budget, chance = tmp_path / "kv", 3_000_000, random.Random(7)
    for seed in range(10):
        line = [sys.executable, str(WRITER), "keep", str(folder), str(budget), str(seed)]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout.readline() == "removing\n"
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(chance.uniform(0, 0.1))
            writer.kill()
        assert writer.returncode == -signal.SIGKILL
        checked = [sys.executable, str(WRITER), "check", str(folder), str(budget)]
        found = json.loads(subprocess.run(checked, capture_output=True, text=True, check=True).stdout)
        assert (found["damaged"], found["problems"]) == ([], [])
        assert found["checked"] == len(found["names"]) > 3
        assert all(name.endswith(".kv") for name in found["names"])
        assert found["sizes"] == found["total"] <= budget
