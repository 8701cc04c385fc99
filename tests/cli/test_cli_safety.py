"""`check` and `backup`, on sound and on damaged data folders."""

from pathlib import Path

from ran import Verb


def test_a_sound_folder_is_sound(verb: Verb) -> None:
    assert verb("check").document["error"]["kind"] == "not_found"
    verb("add", "A note.")
    assert verb("check").document == {"ok": True, "problems": [], "repaired": []}
    assert "sound" in verb("check", as_json=False).out


def test_a_backup_brings_back_what_was(verb: Verb) -> None:
    assert verb("backup", "list").document["backups"] == []
    verb("add", "Before the backup.")
    made = verb("backup", "create").document
    (backup,) = made["backups"]
    assert made["ok"]
    assert Path(backup["path"]).stat().st_size == backup["bytes"]
    verb("add", "After the backup.")
    assert [one["name"] for one in verb("backup", "list").document["backups"]] == [backup["name"]]
    restored = verb("backup", "restore", backup["name"]).document
    assert Path(restored["kept"]).is_file()
    assert [cube["title"] for cube in verb("cubes", "list").document["cubes"]] == ["Before the backup."]
    assert verb("backup", "restore", "nothing-like-this").document["error"]["kind"] == "not_found"


def test_a_damaged_database_is_refused_with_the_way_back(verb: Verb, tmp_path: Path) -> None:
    verb("add", "Precious.")
    backup = verb("backup", "create").document["backups"][0]["name"]
    database = tmp_path / "data" / "vault.sqlite3"
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    database.write_bytes(bytes(content))
    refused = verb("cubes", "list")
    assert (refused.status, refused.document["error"]["kind"]) == (1, "vault")
    assert "backup restore" in refused.document["error"]["hint"]
    report = verb("check").document
    assert not report["ok"]
    assert report["problems"]
    assert verb("backup", "restore", backup).status == 0
    assert verb("cubes", "list").document["cubes"][0]["title"] == "Precious."
