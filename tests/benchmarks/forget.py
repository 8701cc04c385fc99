"""Forgetting in a vault of 100,000 generated memories: the preview, the removal, and the search that proves it.

Every memory that goes was said in a chat and is quoted by the receipts of its answers, as are thousands that stay. One
copy of the database lies beside it, once left as it is and once cleaned too. `--data DIR` takes the vault of `bench
browser` from there; what is forgotten is forgotten in a copy of it.
"""

import argparse
import json
import random
import shutil
import time
from pathlib import Path
from typing import Any

from benchmarks.browser import MARK, fill, generated, open_without_meaning
from benchmarks.common import Say, empty_folder
from memos_desktop.app.workspace import Workspace
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, CubeFilter, Kind, Source, title_of
from memos_desktop.memory.message import Finish, Message, Role
from memos_desktop.paths import DataFolder
from memos_desktop.vault.redaction import CHAT_TITLE
from memos_desktop.vault.vault import Vault

SIZE = 100_000
COUNTS = (1, 500)
TALKS, QUOTED = 4_000, 4
"""Chats, each of one question and its answer, and how many memories the receipt of each quotes."""
Figures = dict[str, Any]


def run(options: argparse.Namespace, say: Say) -> Figures:
    """Seconds for 1 and for 500 memories: without copies of the database, with them, and with their messages too."""
    size = int(options.sizes.split(",")[0]) if options.sizes else SIZE
    figures: Figures = {"memories": size, "chats": TALKS, "seconds": {}}
    with empty_folder() as folder:
        _prepare(options.data, size, folder, say)
        opened = open_without_meaning(folder)
        try:
            chosen = _talk(opened, say)
            opened.backup().result()
            _tracked(figures["seconds"], opened, chosen, say)
        finally:
            opened.close()
    return figures


def _prepare(data: Path | None, size: int, folder: DataFolder, say: Say) -> None:
    if data is None:
        fill(folder, size, say)
        return
    with generated(data, size, say) as kept:
        shutil.copytree(kept.root, folder.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MARK, "backups"))


def _tracked(seconds: Figures, opened: Workspace, chosen: list[str], say: Say) -> None:
    for count in COUNTS:
        for name, choices in (
            ("alone", {"backups": False}),
            ("with messages", {"backups": False, "messages": True}),
            ("with a copy of the database", {"messages": True}),
        ):
            ids, chosen = chosen[:count], chosen[count:]
            title = f"{count} {name}"
            seconds[title] = _forget(opened, ids, choices)
            say(f"{title}: {seconds[title]}")


def _forget(opened: Workspace, ids: list[str], choices: dict[str, bool]) -> Figures:
    """The preview, the whole of forgetting, and the longest that somebody else waited for the vault meanwhile."""
    begin = time.perf_counter()
    preview = opened.forgetting.preview(ids).result()
    previewed = time.perf_counter()
    job = opened.forgetting.forget(ids, **choices)
    longest = 0.0
    while not job.future.done():
        asked = time.perf_counter()
        opened.library.counts().result()
        longest = max(longest, time.perf_counter() - asked)
        time.sleep(0.02)
    report = job.future.result()
    end = time.perf_counter()
    assert report.removed["memories"] == len(preview.cubes) == len(ids)
    taken = {"preview": previewed - begin, "forget": end - previewed, "others wait": longest}
    return {**{name: round(value, 2) for name, value in taken.items()}, "found": sum(report.found.values())}


def _talk(opened: Workspace, say: Say) -> list[str]:
    """Let chats say memories and receipts quote them; ids of memories that are said, in the order to forget them."""
    chance = random.Random(8)

    def work(vault: Vault) -> list[str]:
        ids = list(vault.cubes.ids(CubeFilter(kind=Kind.PLAINTEXT)))
        cubes = [cube for cube in vault.cubes.many(chance.sample(ids, min(len(ids), 3 * TALKS))) if not cube.frozen]
        with vault.step("Talk"):
            for cube in cubes[:TALKS]:
                _say(vault, cube, [cube, *chance.sample(cubes, QUOTED - 1)])
        return [cube.id for cube in cubes[:TALKS]]

    chosen: list[str] = []

    def apply(vault: Vault) -> Changes:
        chosen.extend(work(vault))
        return Changes()

    opened._store.apply(apply)
    say(f"{TALKS:,} chats")
    return chosen


def _say(vault: Vault, cube: Cube, quoted: list[Cube]) -> None:
    text = f"Well. {cube.text} And now?"
    chat = vault.chats.create(title_of(text, CHAT_TITLE))
    asked = Message(new_id(), chat.id, None, Role.USER, "You", text, now())
    entries = [{"id": one.id, "owner": "cube", "title": one.title, "text": one.text, "reasons": {}} for one in quoted]
    receipt = {"call": {"query": asked.text, "entities": []}, "retrieved": entries, "injected": []}
    answer = Message(
        new_id(), chat.id, asked.id, Role.ASSISTANT, "Assistant", "I see.", now(), 1, Finish.STOP,
        receipt=json.loads(json.dumps(receipt)),
    )  # fmt: skip
    vault.chats.add_message(asked)
    vault.chats.add_message(answer)
    source = Source(chat.id, asked.id, 6, 6 + len(cube.text))
    vault.database.run(
        "UPDATE versions SET source_chat = ?, source_message = ?, source_start = ?, source_end = ? WHERE cube_id = ?",
        (source.chat_id, source.message_id, source.start, source.end, cube.id),
    )
