"""Migrations, backups, the check and blobs."""

import sqlite3
from pathlib import Path

import pytest
from vault_values import cube, dump, random_units

from memos_desktop.errors import NotFoundError, VaultError
from memos_desktop.memory.cube import BlobPayload, Cube, CubeFilter
from memos_desktop.paths import DataFolder
from memos_desktop.vault import backup, check, migrations
from memos_desktop.vault.database import Database
from memos_desktop.vault.vault import Vault


def filled(folder: DataFolder) -> None:
    vault = Vault.open(folder)
    vault.cubes.add_many([cube("green tea", tags=("drink",)), cube("black coffee")])
    ids = [number for number, _ in vault.search.pending("e", 9)]
    vault.search.store_vectors("e", ids, random_units(2, 8))
    vault.close()


def run_sql(folder: DataFolder, *statements: str) -> None:
    connection = sqlite3.connect(folder.database)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def add_colour(database: Database) -> None:
    database.run("ALTER TABLE cubes ADD COLUMN colour TEXT")


def fail_half_way(database: Database) -> None:
    database.run("ALTER TABLE cubes ADD COLUMN shape TEXT")
    raise RuntimeError("half way")


def test_a_migration_backs_up_first_and_is_remembered(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder)
    assert backup.list_backups(folder) == ()
    monkeypatch.setattr(migrations, "migrate", _with(("0002 colour", add_colour)))
    for _ in range(2):  # the second start has nothing to do
        vault = Vault.open(folder)
        assert migrations.applied(vault.database) == ("0001 vault", "0002 colour")
        assert vault.database.value("SELECT count(colour) FROM cubes") == 0
        vault.close()
    [made] = backup.list_backups(folder)
    copy = sqlite3.connect(made.path)
    assert copy.execute("SELECT count(*) FROM cubes").fetchone() == (2,)
    assert "colour" not in copy.execute("SELECT sql FROM sqlite_master WHERE name = 'cubes'").fetchone()[0]
    copy.close()


def test_a_migration_that_fails_changes_nothing(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder)
    monkeypatch.setattr(migrations, "migrate", _with(("0002 shape", fail_half_way)))
    with pytest.raises(RuntimeError, match="half way"):
        Vault.open(folder)
    monkeypatch.undo()
    vault = Vault.open(folder)
    assert migrations.applied(vault.database) == ("0001 vault",)
    assert "shape" not in vault.database.value("SELECT sql FROM sqlite_master WHERE name = 'cubes'")
    vault.close()


def test_a_newer_file_is_refused_untouched(folder: DataFolder) -> None:
    filled(folder)
    run_sql(folder, "INSERT INTO migrations VALUES ('0999 telepathy', '2030')")
    before = folder.database.read_bytes()
    with pytest.raises(VaultError, match=r"newer MemOS Desktop \(0999 telepathy\)") as caught:
        Vault.open(folder)
    assert "Update the program" in caught.value.hint
    assert folder.database.read_bytes() == before


def test_a_database_of_another_program_is_refused(folder: DataFolder) -> None:
    folder.root.mkdir()
    run_sql(folder, "CREATE TABLE songs (name TEXT)")
    with pytest.raises(VaultError, match="another program"):
        Vault.open(folder)


def test_a_backup_of_an_open_vault_comes_back_whole(folder: DataFolder) -> None:
    filled(folder)
    vault = Vault.open(folder)
    before = dump(vault)
    made = backup.create(folder, "before/lunch", vault.database)
    vault.cubes.add(cube("later"))
    with pytest.raises(VaultError, match="in use"):
        backup.restore(folder, made.name)
    vault.close()
    assert [found.name for found in backup.list_backups(folder)] == [made.name]
    kept = backup.restore(folder, made.name)
    vault = Vault.open(folder)
    assert dump(vault) == before
    vault.close()
    assert kept is not None
    assert sqlite3.connect(kept).execute("SELECT count(*) FROM cubes").fetchone() == (3,)


def test_a_backup_replaces_a_damaged_database(folder: DataFolder) -> None:
    filled(folder)
    made = backup.create(folder)
    folder.database.write_bytes(b"garbage" * 1000)
    with pytest.raises(VaultError):
        Vault.open(folder)
    backup.restore(folder, made.name)
    vault = Vault.open(folder)
    assert vault.cubes.count() == 2
    vault.close()


def test_a_damaged_backup_replaces_nothing(folder: DataFolder) -> None:
    filled(folder)
    made = backup.create(folder)
    made.path.write_bytes(made.path.read_bytes()[:5000])
    with pytest.raises(VaultError, match="could not be put back"):
        backup.restore(folder, made.name)
    with pytest.raises(NotFoundError):
        backup.restore(folder, "none")
    vault = Vault.open(folder)
    assert vault.cubes.count() == 2
    vault.close()


def test_a_backup_that_cannot_be_written_is_told(folder: DataFolder) -> None:
    with pytest.raises(NotFoundError):
        backup.create(folder)
    filled(folder)
    folder.backups.write_text("a file in the way")
    with pytest.raises(VaultError, match="could not be written"):
        backup.create(folder)


def test_a_damaged_database_gives_no_backup(folder: DataFolder) -> None:
    filled(folder)
    content = bytearray(folder.database.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    folder.database.write_bytes(content)
    with pytest.raises(VaultError, match=f"{folder.database} is damaged"):
        backup.create(folder)
    assert not list(folder.backups.iterdir())


def test_an_emptied_database_is_refused(folder: DataFolder) -> None:
    filled(folder)
    made = backup.create(folder)
    folder.database.write_bytes(b"")
    for _ in range(2):  # the first refusal must not be forgotten
        with pytest.raises(VaultError, match="damaged") as caught:
            Vault.open(folder)
    assert "backup restore" in caught.value.hint
    assert not check.check(folder).ok
    backup.restore(folder, made.name)
    vault = Vault.open(folder)
    assert vault.cubes.count() == 2
    vault.close()


def test_a_first_start_that_was_cut_off_is_no_damage(folder: DataFolder) -> None:
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.database.write_bytes(b"")
    vault = Vault.open(folder)
    assert vault.cubes.count() == 0
    vault.close()


def test_a_whole_vault_checks_clean(folder: DataFolder) -> None:
    filled(folder)
    assert check.check(folder) == check.CheckReport(True)
    with pytest.raises(NotFoundError):
        check.check(DataFolder(folder.root / "nothing"))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("DELETE FROM passages WHERE text LIKE 'green%'", "passages"),
        ("UPDATE passages SET text = 'something else'", "passages"),
        ("INSERT INTO passages_fts (passages_fts) VALUES ('delete-all')", "passages_fts"),
        ("INSERT INTO passages_words (passages_words) VALUES ('delete-all')", "passages_words"),
        ("UPDATE vectors SET vector = x'0011'", "vectors"),
    ],
)
def test_what_is_derived_is_found_and_repaired(folder: DataFolder, harm: str, words: str) -> None:
    filled(folder)
    run_sql(folder, harm)
    found = check.check(folder)
    assert not found.ok
    assert any(words in problem for problem in found.problems)
    fixed = check.check(folder, repair=True)
    assert fixed.ok
    assert fixed.repaired
    assert check.check(folder) == check.CheckReport(True)
    vault = Vault.open(folder)
    assert vault.cubes.page(CubeFilter(text="green drink"), 0, 9).total == 1
    vault.close()
    assert len(backup.list_backups(folder)) == 1


def test_what_is_lost_is_reported_with_the_way_back(folder: DataFolder) -> None:
    filled(folder)
    run_sql(folder, "PRAGMA foreign_keys = OFF", "DELETE FROM versions WHERE text LIKE 'green%'")
    found = check.check(folder, repair=True)
    assert not found.ok
    assert "backup restore" in " ".join(found.problems)
    folder.database.write_bytes(b"garbage" * 1000)
    assert "damaged" in check.check(folder).problems[0]


def with_blob(sha256: str, size: int) -> Cube:
    made = cube("state")
    payload = BlobPayload(sha256, size, "m")
    return Cube(made.id, 1, made.created, made.changed, payload, made.descriptive)


def test_blobs_are_counted_and_collected_when_nothing_needs_them(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"b" * 3000)
    one, two = vault.blobs.put([b"a" * 10, b"a" * 10]), vault.blobs.put_file(tmp_path / "state")
    assert vault.blobs.put([b"a" * 20]) == one
    assert vault.blobs.open(one).read_bytes() == b"a" * 20
    assert vault.blobs.total_bytes() == 3020
    made = with_blob(one, 20)
    vault.cubes.add(made)
    assert vault.cubes.get(made.id).payload == made.payload
    assert (vault.blobs.references(one), vault.blobs.references(two)) == (1, 0)
    assert vault.blobs.collect() == 3000
    vault.undo()
    assert (vault.blobs.references(one), vault.blobs.collect()) == (0, 0)  # redo may still need it
    vault.redo()
    vault.blobs.path(one).write_bytes(b"damaged")
    assert vault.blobs.damaged() == (one,)
    vault.blobs.path(one).unlink()
    with pytest.raises(NotFoundError):
        vault.blobs.open(one)


def test_a_blob_that_fails_half_way_leaves_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces():  # type: ignore[no-untyped-def]
        yield b"first"
        raise RuntimeError("source ended")

    with pytest.raises(RuntimeError):
        vault.blobs.put(pieces())
    assert list(vault.blobs.folder.iterdir()) == []
    vault.blobs.folder.rmdir()
    vault.blobs.folder.write_text("a file in the way")
    with pytest.raises(VaultError, match="could not be saved"):
        vault.blobs.put([b"x"])
    vault.blobs.folder.unlink()


def _with(*more: migrations.Migration):  # type: ignore[no-untyped-def]
    real = migrations.migrate
    return lambda database, before, _known=(): real(database, before, (*migrations.MIGRATIONS, *more))
