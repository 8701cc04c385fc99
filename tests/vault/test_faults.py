"""A data folder that cannot be used: a clear error, and nothing lost."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from vault_values import START, begin_answer, cube, random_units, say

from memos_desktop.errors import VaultError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.message import Finish
from memos_desktop.paths import DataFolder
from memos_desktop.vault import health, lock
from memos_desktop.vault.imports import ImportedTurn
from memos_desktop.vault.vault import Vault

HOLD = """
import sys
from pathlib import Path
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault
vault = Vault.open(DataFolder(Path(sys.argv[1])))
print("open", flush=True)
sys.stdin.read()
vault.close()
"""


def filled(folder: DataFolder, count: int = 3) -> None:
    """A vault with some memories, closed."""
    vault = Vault.open(folder)
    vault.cubes.add_many([cube(f"memory {number}") for number in range(count)])
    vault.close()


def count(folder: DataFolder) -> int:
    """How many memories the vault has."""
    vault = Vault.open(folder)
    try:
        return vault.cubes.count()
    finally:
        vault.close()


def test_a_second_process_is_told_who_has_the_folder(folder: DataFolder) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(VaultError, match=f"in use .*\\(process {holder.pid}\\)"):
        Vault.open(folder)
    holder.stdin.close()
    holder.stdout.close()
    assert holder.wait() == 0
    assert count(folder) == 0  # closed: free again


def test_a_vault_that_is_open_here_cannot_be_opened_twice(folder: DataFolder) -> None:
    vault = Vault.open(folder)
    with pytest.raises(VaultError, match=str(os.getpid())):
        Vault.open(folder)
    vault.close()
    vault.close()
    assert count(folder) == 0


def test_a_stale_lock_file_locks_nothing(folder: DataFolder) -> None:
    folder.root.mkdir()
    folder.lock.write_text("999999")
    assert count(folder) == 0


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(VaultError, match="cannot be used") as caught:
        Vault.open(DataFolder(tmp_path / "data"))
    assert "--data-dir" in caught.value.hint


def test_a_read_only_folder(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    filled(folder)
    with monkeypatch.context() as patched:
        patched.setattr(lock.os, "open", refuse)
        with pytest.raises(VaultError, match="Read-only file system"):
            Vault.open(folder)
    assert count(folder) == 3


def test_a_disk_that_turned_read_only_while_the_vault_is_open(folder: DataFolder) -> None:
    filled(folder)
    vault = Vault.open(folder)
    vault.database.run("PRAGMA query_only = ON")
    with pytest.raises(VaultError, match="cannot be written"):
        vault.cubes.add(cube("one more"))
    assert vault.cubes.count() == 3
    vault.database.run("PRAGMA query_only = OFF")
    vault.cubes.add(cube("one more"))
    vault.close()
    assert count(folder) == 4


WRITES: dict[str, Callable[[Vault], object]] = {
    "cubes": lambda vault: vault.cubes.add_many([cube("x" * 5000) for _ in range(200)]),
    "message": lambda vault: say(vault, vault.chats.create(), "x" * 900_000),
    "import": lambda vault: vault.chats.import_turns(
        [ImportedTurn(n, "c", "Ann", "x" * 5000, START, str(n)) for n in range(400)]
    ),
    "vectors": lambda vault: vault.search.store_vectors(
        "e", [number for number, _ in vault.search.pending("e", 999)], random_units(3, 100_000)
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_changes_nothing_and_is_told(folder: DataFolder, name: str) -> None:
    filled(folder)
    vault = Vault.open(folder)
    pages = vault.database.value("PRAGMA page_count")
    vault.database.run(f"PRAGMA max_page_count = {pages + 12}")  # SQLite answers as it does when the disk is full
    with pytest.raises(VaultError, match=r"is full.*Everything saved before is safe") as caught:
        WRITES[name](vault)
    assert "Free some space" in caught.value.hint
    assert vault.cubes.count() == 3
    assert vault.search.vector_count("e") == 0
    assert len(vault.journal.steps()) <= 2
    vault.database.run("PRAGMA max_page_count = 1000000")
    vault.cubes.add(cube("after some space was freed"))
    vault.close()
    assert count(folder) == 4


def test_a_full_disk_while_an_answer_streams(folder: DataFolder) -> None:
    vault = Vault.open(folder)
    chat = vault.chats.create()
    answer = begin_answer(vault, chat)
    vault.chats.write_draft(answer.id, "saved")
    vault.database.run(f"PRAGMA max_page_count = {vault.database.value('PRAGMA page_count')}")
    with pytest.raises(VaultError, match="is full"):
        vault.chats.finish_message(answer.id, "x" * 900_000, Finish.STOP)
    assert vault.chats.message(answer.id).text == "saved"
    vault.close()


def damage_header(data: bytearray) -> bytearray:
    return bytearray(b"not a database at all".ljust(len(data), b"."))


def damage_middle(data: bytearray) -> bytearray:
    return data[:8192] + bytearray(len(data) - 8192)


def truncate(data: bytearray) -> bytearray:
    return data[: len(data) // 2]


@pytest.mark.parametrize("damage", [damage_header, damage_middle, truncate])
def test_a_damaged_database_is_refused_with_the_way_to_the_backup(
    folder: DataFolder, damage: Callable[[bytearray], bytearray]
) -> None:
    filled(folder, 50)
    broken = bytes(damage(bytearray(folder.database.read_bytes())))
    folder.database.write_bytes(broken)
    with pytest.raises(VaultError, match="damaged") as caught:
        Vault.open(folder)
    assert "backup restore" in caught.value.hint
    assert folder.database.read_bytes() == broken
    assert not folder.database.with_suffix(".closed").exists()  # it will be read whole next time too
    with pytest.raises(VaultError, match="damaged"):  # the lock was given back, and it is still refused
        Vault.open(folder)


def test_a_clean_file_is_not_read_whole_again(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder)
    checked: list[str] = []
    monkeypatch.setattr(health, "quick_check", lambda _database: checked.append("read") or [])
    assert count(folder) == 3
    assert checked == []
    connection = sqlite3.connect(folder.database)  # somebody else touches it
    connection.execute("CREATE TABLE stray (x)")
    connection.commit()
    connection.close()
    assert count(folder) == 3
    assert checked == ["read"]


def test_another_program_in_the_file(folder: DataFolder) -> None:
    vault = Vault.open(folder)
    other = sqlite3.connect(folder.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    vault.database.run("PRAGMA busy_timeout = 50")
    with pytest.raises(VaultError, match="Another program"):
        vault.cubes.add(cube("x"))
    other.rollback()
    other.close()
    vault.cubes.add(cube("x"))
    assert vault.cubes.page(CubeFilter(), 0, 9).total == 1
    vault.close()


def test_a_huge_message_is_kept_whole(vault: Vault) -> None:
    chat = vault.chats.create()
    text = "many words \x00\x1b <|im_start|> and more " * 50_000
    message = say(vault, chat, text)
    assert vault.chats.message(message.id).text == text
    assert say(vault, chat, "").text == ""
