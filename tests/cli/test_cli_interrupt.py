"""Ctrl+C in the middle of long work ends with 130, and leaves everything as it was or everything done."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ran import Ran, Verb

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGINT is of POSIX")
PROGRAM = Path(__file__).with_name("interrupted.py")


@pytest.fixture
def memories(verb: Verb) -> list[str]:
    """Some memories, and a backup that holds them."""
    ids = [verb("add", f"Zanziquella paints boat number {number}.").document["id"] for number in range(12)]
    assert verb("backup", "create").status == 0
    return ids


def interrupted(folder: Path, at: str, *words: str) -> Ran:
    """Run a verb that is interrupted at this report of its progress."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), at, "--data-dir", str(folder), *words, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (130, ""), done.stderr
    assert done.stderr.splitlines()[-1] == "Interrupted."
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("at", ["Checking", "Importing"])
def test_an_import_leaves_nothing_of_the_bundle(verb: Verb, memories: list[str], tmp_path: Path, at: str) -> None:
    bundle = tmp_path / "some.memcube"
    assert verb("export", str(bundle)).document["cubes"] == len(memories)
    verb("cubes", "delete", memories[0])
    before = verb("journal").document
    interrupted(tmp_path / "other", at, "import", str(bundle))
    interrupted(tmp_path / "data", at, "import", str(bundle), "--on-conflict", "replace")
    assert verb("journal").document == before
    assert verb("cubes", "list", "--bin").document["total"] == 1
    assert verb("check").document["ok"] is True
    loaded = verb("import", str(bundle), "--on-conflict", "both")
    assert loaded.status == 0


def test_an_export_leaves_no_file(verb: Verb, memories: list[str], tmp_path: Path) -> None:
    bundle = tmp_path / "out" / "some.memcube"
    bundle.parent.mkdir()
    interrupted(tmp_path / "data", "Exporting", "export", str(bundle))
    assert list(bundle.parent.iterdir()) == []
    bundle.write_text("an older bundle")
    interrupted(tmp_path / "data", "Looking for names", "export", str(bundle), "--redact")
    assert [one.read_text() for one in bundle.parent.iterdir()] == ["an older bundle"]
    steps = verb("journal").document["steps"]
    assert len(steps) == len(memories)  # no note of an export that there is not


def test_forgetting_is_done_whole_or_not_at_all(verb: Verb, memories: list[str], tmp_path: Path) -> None:
    forget = ("cubes", "forget", *memories, "--yes")
    interrupted(tmp_path / "data", "Looking for it", *forget)
    assert verb("cubes", "list").document["total"] == len(memories)
    late = interrupted(tmp_path / "data", "Removing it from backups", *forget)
    assert "too late to stop it: it is done" in late.err
    assert verb("cubes", "list").document["total"] == 0
    assert verb("check").document["ok"] is True
    left = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and b"anziquella" in path.read_bytes()]
    assert left == []
