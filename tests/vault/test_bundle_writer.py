"""An export that cannot be finished leaves nothing behind, and what was there before."""

import contextlib
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from bundle_values import in_order, read, write
from vault_values import cube

from memos_desktop.errors import UserError, VaultError
from memos_desktop.memory.bundle import Chain, Holds
from memos_desktop.memory.bundle_text import lines_of
from memos_desktop.vault.bundle_reader import BundleReader
from memos_desktop.vault.bundle_writer import BundleWriter

RANDOM = os.urandom(300_000)


def one(text: str = "The boat is called Lima.") -> Chain:
    """A cube."""
    return Chain((cube(text),))


@contextlib.contextmanager
def small_disk(size: int) -> Iterator[None]:
    """The system refuses files that grow beyond this."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(os.name != "posix", reason="limits are of POSIX")
@pytest.mark.parametrize("size", [4_000, 100_000, 200_000])
def test_a_full_disk_leaves_nothing(tmp_path: Path, size: int) -> None:
    target = tmp_path / "full.memcube"
    chains = [one(f"{number} {RANDOM[number * 50 : number * 50 + 50].hex()}") for number in range(3000)]
    with small_disk(size), pytest.raises(VaultError, match=r"could not be written: File too large") as caught:
        write(target, in_order(chains))
    assert "no unfinished file was left" in caught.value.message and caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="limits are of POSIX")
def test_a_full_disk_at_a_blob_keeps_the_old_file(tmp_path: Path) -> None:
    target = write(tmp_path / "kept.memcube", [old := one("old")])
    with (
        small_disk(100_000),
        pytest.raises(VaultError, match="could not be written"),
        BundleWriter(target, "0.1.0", None, redacted=False) as writer,
    ):
        writer.add(lines_of(one("new")))
        writer.add_blob(Holds.ADAPTER, "ab" * 32, "x", [RANDOM], len(RANDOM))
    assert read(target) == [old]
    assert [path.name for path in tmp_path.iterdir()] == ["kept.memcube"]


def test_given_up_it_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), BundleWriter(tmp_path / "x.memcube", "1", None, redacted=False) as writer:
        writer.add(lines_of(one()))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [("missing/x.memcube", "there is no folder"), (".", "a folder or a device"), ("pipe", "a folder or a device")],
)
def test_places_that_are_none(tmp_path: Path, name: str, says: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(VaultError, match=says):
        write(tmp_path / name, [one()])
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link.memcube").symlink_to(tmp_path / "disk" / "real.memcube")
    write(tmp_path / "link.memcube", [one()])
    assert (tmp_path / "link.memcube").is_symlink()
    assert len(read(tmp_path / "disk" / "real.memcube")) == 1


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = write(tmp_path / "x.memcube", [one()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_very_large_bundle_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 2 GB a zip has longer records; here it is told that every size is such."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    target, chain = tmp_path / "large.memcube", one()
    name = hashlib.sha256(RANDOM).hexdigest()
    with BundleWriter(target, "1", None, redacted=False) as writer:
        writer.add(lines_of(chain))
        writer.add_blob(Holds.ADAPTER, name, chain.id, [RANDOM], len(RANDOM))
        writer.finish()
    assert b"PK\x06\x06" in target.read_bytes()
    with BundleReader(target) as bundle:
        assert list(bundle.chains()) == [chain]
        assert b"".join(bundle.blob(bundle.manifest.blobs[0])) == RANDOM


def test_another_export_at_work_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "x.memcube"
    with BundleWriter(target, "1", None, redacted=False) as first:
        first.add(lines_of(one("first")))
        write(target, [one("second")])
        first.finish()
    assert [chain.cube.text for chain in read(target)] == ["first"]


def test_the_same_memories_give_the_same_lines(tmp_path: Path) -> None:
    chain = one()
    assert lines_of(chain) == lines_of(read(write(tmp_path / "x.memcube", [chain]))[0])


def test_what_nobody_could_import_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memos_desktop.vault.bundle_writer.LARGEST_LINES", 3_000)
    target = tmp_path / "much.memcube"
    with pytest.raises(UserError, match="more than the 0 GB of text that one bundle holds"):
        write(target, in_order(one(f"Note {number}.") for number in range(20)))
    assert list(tmp_path.iterdir()) == []


def test_so_many_blobs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memos_desktop.vault.bundle_writer.MOST_BLOBS", 2)
    with (
        pytest.raises(UserError, match="more than the 2 KV states and adapters"),
        BundleWriter(tmp_path / "x.memcube", "1", None, redacted=False) as writer,
    ):
        writer.add(lines_of(one()))
        for number in range(3):
            writer.add_blob(Holds.ADAPTER, f"{number:064x}", "x", [b"GGUF"], 4)
    assert list(tmp_path.iterdir()) == []


def test_one_that_cannot_begin_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_file: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("memos_desktop.vault.bundle_writer._claim", no_locks)
    with pytest.raises(VaultError, match="Operation not supported"):
        BundleWriter(tmp_path / "x.memcube", "1", None, redacted=False)
    assert list(tmp_path.iterdir()) == []
