"""A process that keeps KV states, for tests that kill it or limit it.

keep FOLDER BUDGET SEED: keeps states for ever, and says so once states had to be removed for it.
check FOLDER BUDGET: opens the store and prints what it finds as JSON.
limited FOLDER BYTES: keeps a state of twice the size that the system lets it write; prints the outcome as JSON.
"""

import json
import random
import sys
from pathlib import Path

from kv_values import keep, keep_block

from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import VaultError
from memos_desktop.progress import Progress


def run_keep(folder, budget, seed):
    store, chance, said = KvStore(Path(folder), int(budget)), random.Random(seed), False
    for number in range(10**9):
        before = store.total_bytes
        keys = tuple(range(8)) + tuple(chance.choices(range(3), k=chance.randrange(1, 12)))
        if number % 7 == 0:
            keep_block(store, (number,), chance.randrange(90_000))
        else:
            state = keep(store, keys, chance.randrange(300_000), owner=f"chat:{number % 5}")
            store.touch([state] if state else [])
        if number % 50 == 49:
            store.drop_owner("chat:3")
        if store.total_bytes < before and not said:
            said = True
            sys.stdout.write("removing\n")
            sys.stdout.flush()


def run_check(folder, budget):
    store = KvStore(Path(folder), int(budget))
    problems = [(entry.id, entry.problem) for entry in store.entries() if entry.problem]
    report = store.verify(Progress())
    names = sorted(path.name for path in Path(folder).iterdir())
    sizes = sum(path.stat().st_size for path in Path(folder).iterdir())
    found = {"problems": problems, "damaged": report.damaged, "checked": report.checked, "names": names}
    sys.stdout.write(json.dumps({**found, "total": store.total_bytes, "sizes": sizes}))


def run_limited(folder, limit):
    import resource

    store = KvStore(Path(folder), 1 << 30)
    first = keep(store, (1, 2, 3), 100)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        keep(store, (1, 2, 3, 4), 2 * int(limit))
        refused = ""
    except VaultError as error:
        refused = error.message
    names = sorted(path.name for path in Path(folder).iterdir())
    again = keep(store, (1, 2, 3, 5), 100)
    found = {"refused": refused, "alone": names == [first.path.name], "goes_on": again.header.parent == first.id}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    {"keep": run_keep, "check": run_check, "limited": run_limited}[sys.argv[1]](*sys.argv[2:])
